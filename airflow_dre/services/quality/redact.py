"""Results without what must not leave: the one place that every result passes before it is kept, told or shown."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from airflow_dre.checks.outcomes import Outcome, Segment
from airflow_dre.checks.segments import LISTED
from airflow_dre.privacy.masking import HIDDEN, Mask, masked, masked_line, without_quotes
from airflow_dre.store.records import Definition, ResultRecord
from airflow_dre.values.text_limits import NAME, OBSERVED, REASON, STATEMENT, lines, one_line

_ABOUT_THE_CATALOGUE = ("schema_is", "schema_unchanged")
"""Kinds that observe names and types of columns: no row is in them, and later runs compare with what is kept."""
_COUNTS = ("distinct_count", "unique_ratio", "distribution", "column_count")
_COUNTED_IN = ("rows", "%", "values")
_NUMBER = re.compile(r"(?<!\w)[+-]?\d[\w.:+-]*")


def mask_result(result: ResultRecord, mask: Mask, dataset: str, named: Collection[str] = ()) -> ResultRecord:
    """Return the result with every text masked; outcome, counts and definition stay.

    :param dataset: name of the dataset; a driver's message may quote its parts.
    :param named: words of SQL that the check brings: columns may be among them.
    """
    definition = result.definition
    plain = replace(result, definition=_plain_definition(definition), statement=_bounded(result.statement))
    known = {*definition.columns, *dataset.split("."), definition.by}
    shows_value = _shows_value(result, mask, named)
    segments = tuple(_mask_segment(segment, result, mask, known, shows_value=shows_value) for segment in result.segments)
    reason = _reason(result.reason, result, mask, known, shows_value=shows_value and result.segments == ())
    if result.segments and (shows_value or _hides_segments(result, mask)) and LISTED in reason:
        reason = reason[: reason.index(LISTED)] + LISTED + _worst(segments)
    if definition.kind in _ABOUT_THE_CATALOGUE:
        return replace(plain, reason=masked_line(result.reason, REASON))
    observed = HIDDEN if shows_value and result.observed is not None else _masked(result.observed, OBSERVED)
    is_card = _is_masked_number(result.value)
    hidden = is_card or (observed is not None and HIDDEN in observed and observed != result.observed)
    return replace(
        plain,
        reason=_hidden_value(result) if is_card and not result.segments else reason,
        expected=masked_line(result.expected, OBSERVED),
        observed=HIDDEN if hidden else observed,
        value=None if hidden else result.value,
        segments=segments,
    )


def _shows_value(result: ResultRecord, mask: Mask, named: Collection[str]) -> bool:
    """Return whether what was observed is a value of a column that is masked, and not a count."""
    if result.violations is not None or result.unit in _COUNTED_IN or result.definition.kind in _COUNTS:
        return False
    return any(mask.hides(column) for column in (*result.definition.columns, *named))


def _hides_segments(result: ResultRecord, mask: Mask) -> bool:
    by = result.definition.by
    return by is not None and mask.hides(by)


def _reason(reason: str, result: ResultRecord, mask: Mask, known: Collection[str | None], *, shows_value: bool) -> str:
    if result.outcome is Outcome.ERRORED:
        names = [name for name in known if name is not None]
        said = without_quotes(reason[: 2 * REASON], names) if mask.columns else reason
        return masked_line(_NUMBER.sub(HIDDEN, said[: 2 * REASON]) if any(map(mask.hides, names)) else said, REASON)
    if shows_value and result.observed is not None:
        return _hidden_value(result)
    return masked_line(reason, REASON)


def _hidden_value(result: ResultRecord) -> str:
    return f"{HIDDEN}, expected {masked_line(result.expected, OBSERVED)}"


def _mask_segment(segment: Segment, result: ResultRecord, mask: Mask, known: Collection[str | None], *, shows_value: bool) -> Segment:
    as_result = replace(result, outcome=segment.outcome, reason=segment.reason, observed=segment.observed)
    hidden = _hides_segments(result, mask) and segment.value is not None
    return replace(
        segment,
        value=HIDDEN if hidden else _masked(segment.value, NAME),
        reason=_reason(segment.reason, as_result, mask, known, shows_value=shows_value),
        observed=HIDDEN if shows_value and segment.observed is not None else _masked(segment.observed, OBSERVED),
    )


def _worst(segments: Collection[Segment]) -> str:
    bad = [segment for segment in segments if segment.outcome.rank > Outcome.PASSED.rank]
    return "; ".join(f"{'no value' if segment.value is None else segment.value}: {segment.reason}" for segment in bad[:3])


_MOST_COLUMNS, _MOST_TAGS = 2_000, 50


def _masked(text: str | None, longest: int) -> str | None:
    return None if text is None else masked_line(text, longest)


def _bounded(statement: str | None) -> str | None:
    return None if statement is None else lines(statement, STATEMENT)


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
        where=_bounded(definition.where),
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
