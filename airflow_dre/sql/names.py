"""Names of tables and columns. They are always quoted in SQL, so that data and Dag authors cannot make them code."""

from __future__ import annotations

import re

from sqlglot import exp

from airflow_dre.errors import DefinitionError, Problem

TABLE_ALLOWED = (
    "[[catalog.]schema.]table, each part made of letters, digits, _, $ and -, or written in double quotes "
    'with "" for a quote inside, for example shop."odd; name"'
)
_PART = re.compile(r'"((?:[^"\x00]|"")+)"|([\w$-]+)')


def split_table(text: str, subject: str = "suite", argument: str = "table") -> tuple[str, ...]:
    """Return the parts of a table name as the database knows them.

    :raises DefinitionError: the text is no table name.
    """
    parts: list[str] = []
    position = 0
    while found := _PART.match(text, position):
        parts.append(found[1].replace('""', '"') if found[1] is not None else found[2])
        position = found.end()
        if position == len(text) or text[position] != ".":
            break
        position += 1
    if position != len(text) or not 1 <= len(parts) <= 3 or text.endswith("."):
        raise DefinitionError([Problem(subject, argument, text, TABLE_ALLOWED)])
    return tuple(parts)


def quoted(name: str) -> exp.Identifier:
    """Return a name as a quoted identifier."""
    return exp.to_identifier(name, quoted=True)


def column(name: str) -> exp.Column:
    """Return a column by its exact name."""
    return exp.Column(this=quoted(name))


def quoted_table(parts: tuple[str, ...]) -> exp.Table:
    """Return a table by the parts of its name."""
    names = [quoted(part) for part in parts]
    return exp.Table(**dict(zip(("this", "db", "catalog"), reversed(names), strict=False)))
