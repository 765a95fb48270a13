"""SQL that this package writes itself, as opposed to SQL of an author, which is in the words of his database."""

from __future__ import annotations

_WORDS = """
all analyse analyze and any array as asc asymmetric between both case cast check collate column constraint create cross current_catalog
current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except
exists false fetch for foreign from full grant group groups having if in initially inner intersect interval into is join key lateral
leading left like limit localtime localtimestamp natural not null offset on only or order outer over overlaps partition placing primary
range rank references returning right row rows select session_user set similar some symmetric table then to trailing true union unique
user using values variadic verbose view when where window with
"""
KEYWORDS = frozenset(_WORDS.split())
"""Words that mean something else than a column in some database, unless they are in quotes."""


class StandardSql(str):
    """A condition in standard spelling: names in double quotes, texts in single ones. It is rendered as each database spells it."""

    __slots__ = ()


def quoted_name(name: str) -> str:
    """Return a name in double quotes, so that one such as ``user`` or ``order`` is a column and no keyword."""
    return '"' + name.replace('"', '""') + '"'
