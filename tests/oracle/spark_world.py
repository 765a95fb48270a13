"""The world of the oracle in Spark: views of two sessions, one for the plain queries, one for the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tests.oracle.tables import COLUMNS, PARENT, SQL_TYPES, Contents, Type
from tests.oracle.world import World, quoted, spelled
from tests.sparks import SMALL

_TYPES = {
    Type.INTEGER: pa.int64(), Type.DOUBLE: pa.float64(), Type.DECIMAL: pa.decimal128(24, 6), Type.TEXT: pa.string(),
    Type.BOOLEAN: pa.bool_(), Type.DATE: pa.date32(), Type.TIMESTAMP: pa.timestamp("us"), Type.ZONED: pa.timestamp("us", tz="UTC"),
}  # fmt: skip
_ZONE = "spark.sql.session.timeZone"
_PLAIN = {
    _ZONE: "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "true",
}
"""So that names and texts are written as in the other databases."""


class Rows(list[Any]):
    """Rows as a cursor returns them."""

    def fetchall(self) -> list[Any]:
        return self


class SparkWorld(World):
    """Both tables as views, which are made anew for each example."""

    def create(self) -> None:
        """Do nothing: the views come with their rows."""

    def load(self, contents: Contents) -> None:
        """Replace both views in both sessions."""
        self._truths.clear()
        self._rows.clear()
        for name, columns, rows in (("t", COLUMNS, contents.rows), ("p", PARENT, contents.parents)):
            table = _arrow(columns, rows)
            for session in (self.connection, self.connect()):
                zone = session.conf.get(_ZONE)
                session.conf.set(_ZONE, "UTC")  # in another, pyspark would read a moment without a zone as of that zone
                session.createDataFrame(table, _schema(columns)).createOrReplaceTempView(name)
                session.conf.set(_ZONE, zone)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Return the result of a statement."""
        return Rows(self.connection.sql(sql).collect())

    def filtered(self, where: str | None) -> str:
        """Return the row filters as a WHERE clause. Spark reads ``FROM t WHERE (b)`` as a table that is called WHERE and has a column b."""
        return super().filtered(where).replace(" WHERE (b)", " WHERE b")

    def search(self, column: str, pattern: str, where: str | None) -> dict[int, Any]:
        """Return whether a regular expression of Java is found."""
        return self.truths(f"{quoted(column)} RLIKE {spelled(pattern, self.dialect)}", where)


def _arrow(columns: Mapping[str, Type], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], _TYPES[kind]) for name, kind in columns.items()})


def _schema(columns: Mapping[str, Type]) -> str:
    return ", ".join(f"`{name}` {SQL_TYPES['spark'][kind]}" for name, kind in columns.items())


def spark_world(session: Any) -> SparkWorld:
    """Return a world in two sessions of a Spark. That of the engine is not in UTC and not in ANSI mode."""
    plain, asked = session.newSession(), session.newSession()
    for setting, value in {**SMALL, **_PLAIN}.items():
        plain.conf.set(setting, value)
    for setting, value in {**SMALL, "spark.sql.ansi.enabled": "false"}.items():
        asked.conf.set(setting, value)
    return SparkWorld("spark", plain, lambda: asked, share=0.05)
