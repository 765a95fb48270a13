"""The arguments of one generic test of dbt, translated into the arguments of checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from airflow_dre.checks.declared.declaration import Bound, Declaration
from airflow_dre.checks.standard_sql import KEYWORDS, quoted_name
from airflow_dre.tools.dbt.reading.document import DbtTable, Test, name_table, quoted_part
from airflow_dre.tools.translation import Refused

_REFERENCE = re.compile(
    r"""\s*(ref|source)\(\s*(?P<one>'[^']*'|"[^"]*")(?:\s*,\s*(?P<two>'[^']*'|"[^"]*"))?(?:\s*,\s*(?:v|version)\s*=\s*['"]?(?P<v>[\w.]+)['"]?)?\s*\)\s*"""
)
_NAME = re.compile(r'"((?:[^"]|"")+)"|([A-Za-z_][\w$]*)')
_BRACED = re.compile(r"\s*\{\{(.*)\}\}\s*")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtSetting:
    """The tables of the document, and the arguments of the caller."""

    known: Mapping[str, DbtTable] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    schema: str | None = None


class DbtArguments:
    """The arguments of one test. Each is read once, and :meth:`finish` refuses those that nothing read."""

    def __init__(self, test: Test, setting: DbtSetting) -> None:
        self.test = test
        self.setting = setting
        self._known: set[str] = set()

    def take(self, name: str, usual: object = None) -> object:
        """Return a value."""
        self._known.add(name)
        value = self.test.arguments.get(name)
        return usual if value is None else value

    @property
    def sql_column(self) -> str:
        """The column in the SQL of an author."""
        if self.test.column is None:
            raise Refused("column", None, "a test that is written at a column")
        return self.test.column

    @property
    def own_column(self) -> str:
        """The column in a condition of ours, in quotes where its bare name is a keyword of some database."""
        return quoted_name(self.column) if self.column.lower() in KEYWORDS else self.sql_column

    @property
    def column(self) -> str:
        """The name of the column."""
        return name_of("column", self.sql_column)

    def names(self, name: str) -> list[str]:
        """Return a list of columns."""
        value = self.take(name)
        if not isinstance(value, (list, tuple)) or not value:
            raise Refused(name, value, "a list of columns")
        return [name_of(name, item) for item in value]

    def text(self, name: str) -> str:
        """Return a required text."""
        value = self.take(name)
        if isinstance(value, str) and value.strip():
            return value
        raise Refused(name, value, "text that is not empty")

    def flag(self, name: str, *, usual: bool) -> bool:
        """Return True or False."""
        value = self.take(name, usual)
        if isinstance(value, bool):
            return value
        raise Refused(name, value, "true or false")

    def refuse_any(self, name: str, why: str) -> None:
        """Refuse an argument that would change the result."""
        value = self.take(name)
        if value not in (None, [], "", False):
            raise Refused(name, value, why)

    def literals(self, name: str, *, quoted: bool) -> list[Bound | bool]:
        """Return a list of values: texts where dbt puts them in quotes, or SQL."""
        value = self.take(name)
        if not isinstance(value, (list, tuple)) or not value or None in value:
            raise Refused(name, value, "a list of at least one value, without null")
        return [as_jinja_writes(item) for item in value] if quoted else [truth_or_literal(name, item) for item in value]

    def all_texts(self, name: str) -> bool:
        """Return whether every value of a list was written as text."""
        value = self.take(name)
        return isinstance(value, (list, tuple)) and all(isinstance(item, (str, date)) for item in value)

    def other_table(self, name: str) -> str:
        """Return the table that ``ref('x')`` or ``source('a', 'b')`` refers to."""
        value = self.take(name)
        found = reference_in(value)
        if found is None:
            raise Refused(name, value, "ref('model') or source('source', 'table')")
        words = [word[1:-1] for word in (found["one"], found["two"]) if word]
        if found[1] == "source":
            if len(words) != 2:
                raise Refused(name, value, "source('source', 'table')")
            return self._named(".".join(words), f"{quoted_part(words[0])}.{quoted_part(words[1])}")
        versioned = "" if found["v"] is None else f"v{found['v']}"
        plain = quoted_part("_".join(part for part in (words[-1], versioned) if part))
        usual = plain if self.setting.schema is None else f"{quoted_part(self.setting.schema)}.{plain}"
        return self._named(".".join(part for part in (words[-1], versioned) if part), usual)

    def _named(self, key: str, usual: str) -> str:
        """Return the name of the table by the caller, by the document, or by default."""
        if key in self.setting.tables:
            return self.setting.tables[key]
        found = self.setting.known.get(key)
        name = usual if found is None else name_table(found, self.setting.schema)
        if "{{" in name or "{%" in name:
            raise Refused("tables", name, f"the name of the table without Jinja, in tables={{{key!r}: ...}}")
        return name

    def finish(self) -> None:
        """Refuse the arguments that nothing read."""
        for name in sorted(self.test.arguments.keys() - self._known):
            raise Refused(name, self.test.arguments[name], f"one of {', '.join(sorted(self._known)) or 'no arguments'}")


def name_of(argument: str, value: object) -> str:
    """Return the name of a column. dbt accepts any SQL there."""
    found = _NAME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Refused(argument, value, "the name of a column: checks of an expression can be written with rows(...) and metric_sql(...)")
    return found[1].replace('""', '"') if found[1] is not None else found[2]


def literal_of(name: str, value: object) -> Bound:
    """Return a value that the project wrote as SQL: a number, or a text in single quotes."""
    if isinstance(value, bool) or value is None:
        raise Refused(name, value, "a number or a text")
    if isinstance(value, (int, float, Decimal, date)):
        return value
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if found := _QUOTED.fullmatch(text):
        return found[1].replace("''", "'")
    raise Refused(name, value, "a number or a text in single quotes: SQL can be written with rows(...)")


def as_jinja_writes(value: object) -> str:
    """Return a value as dbt pastes it into SQL."""
    return str(value)


def truth_or_literal(name: str, value: object) -> Bound | bool:
    """Return a value that the project wrote as SQL, including TRUE and FALSE."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    truth = words.get(value.strip().lower()) if isinstance(value, str) else None
    return literal_of(name, value) if truth is None else truth


def in_sql(value: object) -> str:
    """Return a text, number or boolean as SQL."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def reference_in(value: object) -> re.Match[str] | None:
    """Return the words of ``ref('x')`` or ``source('a', 'b')``, which dbt also reads between braces."""
    if not isinstance(value, str):
        return None
    braced = _BRACED.fullmatch(value)
    return _REFERENCE.fullmatch(braced[1] if braced else value)


class Counts(StrEnum):
    """The things that a test's number of failures counts, for ``warn_if`` and ``error_if``."""

    ROWS = "rows"
    """Wrong rows, as our checks count them."""
    VALUES = "values"
    """Different wrong values, in any number of rows."""
    ONCE = "once"
    """One failure, if the table as a whole is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A test as checks of ours."""

    parts: list[Declaration]
    """Checks that all must hold."""
    counts: Counts
    of_values: str | None = None
    """SQL that counts the wrong values, where dbt counts them."""


TranslateTest = Callable[[DbtArguments], Translated]


def by_rows(*parts: Declaration) -> Translated:
    """Return a test whose failures are rows."""
    return Translated(parts=list(parts), counts=Counts.ROWS)


def by_values(*parts: Declaration, sql: str | None = None) -> Translated:
    """Return a test whose failures are values."""
    return Translated(parts=list(parts), counts=Counts.VALUES, of_values=sql)


def once(*parts: Declaration) -> Translated:
    """Return a test of the table as a whole."""
    return Translated(parts=list(parts), counts=Counts.ONCE)
