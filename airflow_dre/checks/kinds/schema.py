"""Checks of the columns of a table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.metrics import LastPassed, Metric, TableColumns, Unreadable
from airflow_dre.checks.outcomes import Judgement, Observes, Outcome, counted
from airflow_dre.checks.reasons import OutcomeReason, because
from airflow_dre.values.numbers import as_count
from airflow_dre.values.scalars import Incomparable, Scalar

_SYNONYMS = {
    "int": "integer", "int4": "integer", "serial": "integer", "signed": "integer", "int32": "integer",
    "int8": "bigint", "int64": "bigint", "long": "bigint", "bigserial": "bigint",
    "int2": "smallint", "int16": "smallint", "short": "smallint", "byte": "tinyint",
    "character varying": "varchar", "nvarchar": "varchar", "varchar2": "varchar", "character": "char", "bpchar": "char",
    "string": "text", "clob": "text", "longtext": "text",
    "double precision": "double", "float8": "double", "float64": "double", "real": "float", "float4": "float",
    "decimal": "numeric", "number": "numeric", "bignumeric": "numeric",
    "bool": "boolean", "bit": "boolean",
    "timestamp without time zone": "timestamp", "datetime": "timestamp", "datetime2": "timestamp", "timestamp_ntz": "timestamp",
    "timestamp with time zone": "timestamptz", "datetimeoffset": "timestamptz", "timestamp_tz": "timestamptz",
    "timestamp_ltz": "timestamptz",
    "time without time zone": "time", "blob": "binary", "bytea": "binary", "varbinary": "binary", "bytes": "binary", "jsonb": "json",
}  # fmt: skip
_NO_TYPE = '"NULL"'
"""DuckDB's name for the type of a column that holds nothing but NULL."""
_GUESSED = " (guessed)"
"""Suffix of a type that files do not state and that may be another with other values."""
_READABLE = (
    "tinyint", "smallint", "integer", "bigint", "hugeint", "numeric", "float", "double", "boolean",
    "date", "time", "timestamp", "timestamptz", "uuid", "json", "text", "varchar", "char",
)  # fmt: skip
"""Types as which the values of a column can be read whose type was guessed."""
_TYPE = re.compile(r"([^()]+?) ?(\([^()]*\))?((?: with(?:out)? time zone)?)((?:(?<!\])(?:\[\])++)?)")


def plain_type(text: str) -> tuple[str, str]:
    """Return a type by its usual name, and its parameters: ``character varying(20)`` is ``("varchar", "(20)")``."""
    found = _TYPE.fullmatch(" ".join(text.lower().split()))
    if found is None:
        return text.lower(), ""
    name = found[1] + found[3]
    return _SYNONYMS.get(name, name) + found[4], (found[2] or "").replace(" ", "")


def same_type(expected: str, found: str) -> bool:
    """Return whether a column of type ``found`` is of type ``expected``.

    Parameters count only where they are expected. A column of a file without any value has no type and fits every one.
    """
    if found.removesuffix(_GUESSED) == _NO_TYPE:
        return True
    found = found.removesuffix(_GUESSED)
    (name, parameters), (other, others) = plain_type(expected), plain_type(found)
    return name == other and parameters in ("", others)


def answered_columns(answers: Answers) -> dict[str, str]:
    """Return names and types of the columns of the table, in their order, with a mark at a guessed type.

    :raises Incomparable: there are no columns, so the table is missing.
    """
    found = {str(name): f"{kind}{_GUESSED if any(guessed) else ''}" for name, kind, *guessed in answers.rows(TableColumns())}
    if not found:
        raise Incomparable("the table has no columns: it is missing, or may not be read")
    return found


def _readable_as(column: str, found: str, expected: str) -> Unreadable | None:
    """Return the metric that decides whether a guessed column is of an expected type, or None where the types decide."""
    name, parameters = plain_type(expected)
    if not found.endswith(_GUESSED) or same_type(expected, found) or name not in _READABLE:
        return None
    return Unreadable(column=column, as_type=f"{name}{parameters}")


def _is_of(column: str, found: str, expected: str, answers: Answers) -> bool:
    asked = _readable_as(column, found, expected)
    return same_type(expected, found) if asked is None else not as_count(answers.scalar(asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaIs(Check):
    """The table has these columns."""

    refuses_by: ClassVar[str] = "it reads no rows"
    refuses_where: ClassVar[str] = "it reads no rows"
    observes: ClassVar[Observes] = Observes.CATALOGUE
    kind: ClassVar[str] = "schema_is"
    default_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    expected_columns: tuple[tuple[str, tuple[str, ...]], ...]
    """Names, each with the types that are accepted. None: any type."""
    ordered: bool = False
    extra: bool = False
    """True if further columns are allowed."""
    places: tuple[tuple[str, int], ...] = ()
    """Places of columns, from 0. A place below 0 is counted from the end."""
    any_case: bool = False
    """True if names that differ in case only are the same."""

    def identity_arguments(self) -> Mapping[str, object]:
        places: dict[str, object] = {"places": dict(self.places)} if self.places else {}
        if self.any_case:
            places["any_case"] = True
        return {"columns": [name for name, _ in self.expected_columns], "ordered": self.ordered, "extra": self.extra, **places}

    def metrics(self) -> tuple[Metric, ...]:
        return (TableColumns(),)

    def dependent_metrics(self, answers: Answers) -> tuple[Metric, ...]:
        """Return how many values cannot be read as an expected type, where that of a column was guessed."""
        found = {self._spelled(name): (name, kind) for name, kind in answered_columns(answers).items()}
        return tuple(
            asked
            for name, types in self.expected_columns
            if self._spelled(name) in found
            for kind in types
            if (asked := _readable_as(*found[self._spelled(name)], kind)) is not None
        )

    def _spelled(self, name: str) -> str:
        return name.casefold() if self.any_case else name

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        spell = str.casefold if self.any_case else str
        columns = answered_columns(answers)
        found = {spell(name): kind for name, kind in columns.items()}
        exact = {spell(name): name for name in columns}
        wanted = {spell(name): types for name, types in self.expected_columns}
        problems = [f"{name} is missing" for name in wanted if name not in found]
        problems += [
            f"{name} is {found[name]}, not {' or '.join(types)}"
            for name, types in wanted.items()
            if name in found and types and not any(_is_of(exact[name], found[name], kind, answers) for kind in types)
        ]
        if not self.extra:
            problems += [f"{name} was not expected" for name in found if name not in wanted]
        names = list(found)
        problems += [
            f"{name} is column {names.index(name)}, not {place}"
            for name, place in ((spell(name), place) for name, place in self.places)
            if name in found and names.index(name) != (place if place >= 0 else len(names) + place)
        ]
        common = [name for name in found if name in wanted]
        if self.ordered and not problems and common != list(wanted):
            problems.append(f"the order is {', '.join(common)}")
        return Judgement(
            outcome=Outcome.FAILED if problems else Outcome.PASSED,
            reason=_listed(problems) or because("the columns are as expected"),
            expected=", ".join(f"{name} {'|'.join(types)}".strip() for name, types in self.expected_columns),
            observed=described(found),
            violations=len(problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaUnchanged(Check):
    """The columns of the last run in which this check passed. The first run passes."""

    refuses_by: ClassVar[str] = "it reads no rows"
    refuses_where: ClassVar[str] = "it reads no rows"
    observes: ClassVar[Observes] = Observes.CATALOGUE
    kind: ClassVar[str] = "schema_unchanged"
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY

    def identity_arguments(self) -> Mapping[str, object]:
        return {}

    def metrics(self) -> tuple[Metric, ...]:
        return TableColumns(), LastPassed(check_id=self.id)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        found = answered_columns(answers)
        before = answers.scalar(LastPassed(check_id=self.id))
        last = found if before is None else _remembered(before)
        problems = [f"{name} {kind} was dropped" for name, kind in last.items() if name not in found]
        problems += [f"{name} {kind} was added" for name, kind in found.items() if name not in last]
        problems += [f"{name} was {last[name]} and is {kind}" for name, kind in found.items() if _changed(last.get(name, kind), kind)]
        columns, verb = counted(len(found), "column", "columns"), "is" if len(found) == 1 else "are"
        template = "the {columns} {verb} unchanged" if before is not None else "first run: {columns} {verb} remembered"
        return Judgement(
            outcome=Outcome.FAILED if problems else Outcome.PASSED,
            reason=_listed(problems) or because(template, columns=columns, verb=verb),
            expected=described(last),
            observed=described(found),
            violations=len(problems),
        )


def _listed(problems: list[str]) -> OutcomeReason | None:
    return because("{problems}", problems="; ".join(problems)) if problems else None


def _changed(before: str, now: str) -> bool:
    return before != now and _NO_TYPE not in (before, now) and not (before.endswith(_GUESSED) or now.endswith(_GUESSED))


def _remembered(text: Scalar) -> dict[str, str]:
    try:
        last = json.loads(str(text))
    except ValueError:
        last = None
    if not isinstance(last, dict):
        raise Incomparable(f"{text!r}, remembered of the last run in which this check passed, are no columns")
    return last


def described(columns: Mapping[str, str]) -> str:
    """Return columns and types as one JSON object."""
    return json.dumps(columns, ensure_ascii=False)
