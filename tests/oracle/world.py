"""One plain connection a dialect, by which the oracle loads tables and asks one query at a time, written by hand."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.oracle.tables import COLUMNS, PARENT, SQL_TYPES, Contents, Type, stored


class CannotAnswer(Exception):
    """The database refuses the plain query too."""


def quoted(name: str) -> str:
    """Return a column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def spelled(value: Any, dialect: str) -> str:
    """Return a value in SQL, by hand."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    text = str(stored(value, "sqlite"))
    if dialect == "sqlite":
        return f"'{text}'"
    kind = "DATE" if not isinstance(value, datetime) else "TIMESTAMP" if value.tzinfo is None or dialect == "spark" else "TIMESTAMPTZ"
    return f"{kind} '{text}'"


def _create(table: str, columns: Mapping[str, Type], dialect: str) -> str:
    types = SQL_TYPES[dialect]
    return f"CREATE TABLE {table} ({', '.join(f'{quoted(name)} {types[kind]}' for name, kind in columns.items())})"


def _python(value: Any, kind: Type) -> Any:
    """Return a value as the column's type means it, where SQLite keeps text or a number."""
    if value is None:
        return None
    if kind is Type.BOOLEAN:
        return bool(value)
    if isinstance(value, str) and kind is Type.DATE:
        return date.fromisoformat(value)
    if isinstance(value, str) and kind in (Type.TIMESTAMP, Type.ZONED):
        return datetime.fromisoformat(value)
    return value.astimezone(UTC) if kind is Type.ZONED else value


@dataclass(slots=True)
class World:
    """The two tables in one database."""

    dialect: str
    connection: Any
    """Commits by itself."""
    connect: Callable[[], Any]
    """A further connection, for the engine."""
    where: str | None = None
    written: Callable[[], None] = lambda: None
    """Called when the tables hold something else, for an engine that looks elsewhere."""
    share: float = 1.0
    """Of the examples that are drawn."""
    _truths: dict[tuple[str, str | None], dict[int, Any]] = field(default_factory=dict)
    _rows: dict[str | None, list[dict[str, Any]]] = field(default_factory=dict)

    def create(self) -> None:
        """Make both tables."""
        self.run(_create("t", COLUMNS, self.dialect))
        self.run(_create("p", PARENT, self.dialect))

    def load(self, contents: Contents) -> None:
        """Replace what both tables hold."""
        self._truths.clear()
        self._rows.clear()
        self.run("BEGIN")
        for table, columns, rows in (("t", COLUMNS, contents.rows), ("p", PARENT, contents.parents)):
            self.run(f"DELETE FROM {table}")
            if rows:
                mark = "%s" if self.dialect == "postgres" else "?"
                marks = "(" + ", ".join([mark] * len(columns)) + ")"
                given = [stored(row[name], self.dialect) for row in rows for name in columns]
                self.run(f"INSERT INTO {table} VALUES {', '.join([marks] * len(rows))}", given)
        self.run("COMMIT")
        self.written()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return a cursor on the result of a statement."""
        if self.dialect == "sqlite":
            return self.connection.execute(sql, parameters)
        return self.connection.execute(sql, parameters or None)

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query.

        :raises CannotAnswer: the database refuses it.
        """
        try:
            return list(self.run(sql, parameters).fetchall())
        except Exception as error:  # every driver has exceptions of its own
            if self.dialect == "duckdb" and "Current transaction is aborted" in str(error):
                self.run("ROLLBACK")
            raise CannotAnswer(str(error)) from error

    def filtered(self, where: str | None) -> str:
        """Return the row filters of the suite and of a check, as a WHERE clause."""
        conditions = [f"({condition})" for condition in (self.where, where) if condition is not None]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def rows(self, where: str | None) -> list[dict[str, Any]]:
        """Return the rows that a check reads, by one plain query."""
        if where not in self._rows:
            found = self.ask(f"SELECT {', '.join(map(quoted, COLUMNS))} FROM t{self.filtered(where)}")
            self._rows[where] = [
                {name: _python(value, kind) for (name, kind), value in zip(COLUMNS.items(), row, strict=True)} for row in found
            ]
        return self._rows[where]

    def parents(self, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return the keys of the other table."""
        found = self.ask(f"SELECT {', '.join(map(quoted, columns))} FROM p")
        return [tuple(_python(value, PARENT[name]) for name, value in zip(columns, row, strict=True)) for row in found]

    def truths(self, condition: str, where: str | None) -> dict[int, Any]:
        """Return whether a condition holds, for each row by its id: for what only the database knows, such as its regular expressions."""
        key = (condition, where)
        if key not in self._truths:
            found = self.ask(f"SELECT id, ({condition}) FROM t{self.filtered(where)}")
            self._truths[key] = {row[0]: None if row[1] is None else bool(row[1]) for row in found}
        return self._truths[key]

    def attempt(self, expression: str, where: str | None, by: str | None) -> None:
        """Ask for an aggregate, for each segment.

        :raises CannotAnswer: the database refuses it.
        """
        grouped = "" if by is None else f" GROUP BY {quoted(by)}"
        self.ask(f"SELECT {expression} FROM t{self.filtered(where)}{grouped}")

    def search(self, column: str, pattern: str, where: str | None) -> dict[int, Any]:
        """Return whether a regular expression matches, in each database's own flavour. SQLite's is Python's."""
        if self.dialect == "sqlite":
            return {row["id"]: None if row[column] is None else _found(pattern, row[column]) for row in self.rows(where)}
        if self.dialect == "postgres":
            return self.truths(f"{quoted(column)} ~ {spelled(pattern, self.dialect)}", where)
        return self.truths(f"regexp_matches({quoted(column)}, {spelled(pattern, self.dialect)})", where)


@functools.lru_cache(maxsize=500)
def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None
