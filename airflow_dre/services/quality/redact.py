"""Results without what must not leave: the one place that every result passes before it is stored, sent or shown."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from airflow_dre.checks.outcomes import JudgedSegment, Judgement, Observes, Outcome, Segment, format_value
from airflow_dre.checks.reasons import OutcomeReason, Value, ValueSource
from airflow_dre.privacy.masking import HIDDEN, Mask, masked, masked_line, without_quotes
from airflow_dre.store.records import Definition, ResultRecord
from airflow_dre.values.numbers import as_float
from airflow_dre.values.text_limits import NAME, OBSERVED, REASON, STATEMENT, lines, one_line

_NUMBER = re.compile(r"(?<!\w)[+-]?\d[\w.:+-]*")
_MOST_COLUMNS, _MOST_TAGS = 2_000, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """The parts of one result that must be hidden."""

    definition: Definition
    mask: Mask = field(default_factory=Mask)
    dataset: str = ""
    """Name of the dataset. A driver's message may quote its parts."""
    sql_words: Collection[str] = ()
    """Words of SQL of the author whose value is observed: columns may be among them."""

    @property
    def hides_values(self) -> bool:
        """True where values of a column that the check reads are hidden."""
        return any(map(self.mask.hides, (*self.definition.columns, *self.sql_words)))

    @property
    def hides_segments(self) -> bool:
        """True where values of the column of segments are hidden."""
        return self.definition.by is not None and self.mask.hides(self.definition.by)

    @property
    def hides_messages(self) -> bool:
        """True where the numbers of foreign messages are hidden: a column of the check, its segments or the dataset is masked."""
        return any(map(self.mask.hides, self._names))

    @property
    def _names(self) -> set[str]:
        definition = self.definition
        return {*definition.columns, *self.dataset.split("."), *([] if definition.by is None else [definition.by])}

    def reason_of(self, judgement: Judgement, *, hides_observed: bool) -> str:
        """Return the reason of a judgement as text, with hidden values replaced.

        A reason with a hidden value ends with what was expected, because its limit may have been known by the value alone.
        """
        is_errored = Outcome.ERRORED in (judgement.outcome, *(each.judgement.outcome for each in judgement.segments))
        hides = hides_observed or (is_errored and self.hides_messages)
        text = self._text_of(judgement.reason, hides_observed=hides)
        is_complete = not judgement.expected or judgement.expected in text or judgement.outcome is Outcome.ERRORED
        if is_complete or not (hides and judgement.reason.quotes(ValueSource.OBSERVED)):
            return masked_line(text, REASON)
        return masked_line(f"{text}, expected {judgement.expected}", REASON)

    def _text_of(self, reason: OutcomeReason, *, hides_observed: bool) -> str:
        def show(value: Value) -> str:
            match value.source:
                case ValueSource.FOREIGN:
                    return self._message(value.text)
                case ValueSource.OBSERVED if hides_observed:
                    return HIDDEN
                case ValueSource.SEGMENT if self.hides_segments:
                    return HIDDEN
                case _:
                    return value.text

        return str(reason.with_texts(show))

    def _message(self, text: str) -> str:
        """Return a foreign message without what it quotes, and without numbers where a column of the check is masked."""
        plain = without_quotes(text[: 2 * REASON], self._names) if self.mask.columns else text
        return _NUMBER.sub(HIDDEN, plain[: 2 * REASON]) if self.hides_messages else plain


def redacted_result(check_id: str, judgement: Judgement, statement: str | None, redaction: Redaction) -> ResultRecord:
    """Return the record of a judgement, its reason as text and every text masked.

    :param statement: the SQL that the judgement rests on.
    """
    hides = judgement.shows_value and redaction.hides_values
    seen, number = format_value(judgement.observed), as_float(judgement.observed)
    expected, shown = masked_line(judgement.expected, OBSERVED), _observed(seen, hides=hides)
    is_card = _is_masked_number(number)
    reason = redaction.reason_of(judgement, hides_observed=hides or is_card)
    hidden = is_card or (shown is not None and HIDDEN in shown and shown != seen)
    if judgement.observes is Observes.CATALOGUE:
        expected, shown, hidden, reason = judgement.expected, seen, False, masked_line(str(judgement.reason), REASON)
    return ResultRecord(
        check_id=check_id,
        definition=_plain_definition(redaction.definition),
        outcome=judgement.outcome,
        reason=reason,
        expected=expected,
        observed=HIDDEN if hidden else shown,
        value=None if hidden else number,
        unit=judgement.unit,
        violations=judgement.violations,
        rows=judgement.rows,
        warn=judgement.warn,
        fail=judgement.fail,
        segments=tuple(_segment(segment, redaction, hides=hides) for segment in judgement.segments),
        statement=None if statement is None else lines(statement, STATEMENT),
    )


def _segment(segment: JudgedSegment, redaction: Redaction, *, hides: bool) -> Segment:
    judgement = segment.judgement
    return Segment(
        value=HIDDEN if redaction.hides_segments and segment.value is not None else _masked(segment.value, NAME),
        outcome=judgement.outcome,
        reason=redaction.reason_of(judgement, hides_observed=hides),
        observed=_observed(format_value(judgement.observed), hides=hides),
        violations=judgement.violations,
        rows=judgement.rows,
    )


def _observed(text: str | None, *, hides: bool) -> str | None:
    return HIDDEN if hides and text is not None else _masked(text, OBSERVED)


def _masked(text: str | None, longest: int) -> str | None:
    return None if text is None else masked_line(text, longest)


def _plain_definition(definition: Definition) -> Definition:
    """Return the definition with bounded texts.

    Columns may come from a catalogue, and the words of other tools about their checks from anywhere.
    """
    return replace(
        definition,
        name=masked_line(definition.name, NAME),
        kind=one_line(definition.kind, NAME),
        columns=tuple(one_line(column, NAME) for column in definition.columns[:_MOST_COLUMNS]),
        by=None if definition.by is None else one_line(definition.by, NAME),
        where=None if definition.where is None else lines(definition.where, STATEMENT),
        description=_masked(definition.description, REASON),
        owner=_masked(definition.owner, NAME),
        runbook=_masked(definition.runbook, REASON),
        tags=tuple(masked_line(tag, NAME) for tag in definition.tags[:_MOST_TAGS]),
    )


def _is_masked_number(value: float | None) -> bool:
    """Return whether a number is that of a card, though six of its digits at the most are shown as text."""
    if value is None or not value.is_integer() or not 1e12 <= abs(value) < 1e19:
        return False
    return HIDDEN in masked(f"{abs(value):.0f}")
