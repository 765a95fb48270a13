"""Refusals of files whose columns do not fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from airflow_dre.checks.outcomes import counted
from airflow_dre.engines.duckdb.guesses import NOTHING
from airflow_dre.errors import QueryFailed

_SHOWN = 3
"""Files that are named in a message."""


def refuse_same_names(file: str, names: Sequence[str]) -> None:
    """Refuse columns of one name, of which DuckDB would always read the first.

    :raises QueryFailed: two columns have one name.
    """
    counted = Counter(name.casefold() for name in names)
    if same := [name for name in names if counted[name.casefold()] > 1]:
        raise QueryFailed(f"{file} has columns that are one name to DuckDB, which ignores upper and lower case: {', '.join(same)}")


def refuse_differences(found: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse files whose columns differ from those of the first. DuckDB would leave out or round values without a message.

    :raises QueryFailed: the columns of a file differ.
    """
    first, *others = found
    expected = {name: _type_in(found.values(), name) for name in found[first]}
    differing = [f"{other} {'; '.join(parts)}" for other in others if (parts := list(_differences(expected, found[other])))]
    if differing:
        more = f"; and {counted(len(differing) - _SHOWN, 'file', 'files')} more" if len(differing) > _SHOWN else ""
        advice = 'set read_options={"union_by_name": True} to read them together'
        raise QueryFailed(f"files with different columns: compared with {first}, {', '.join(differing[:_SHOWN])}{more}. {advice}")


def _type_in(files: Iterable[Mapping[str, str]], name: str) -> str:
    """Return the type of a column in the first file that has values of it."""
    kinds = [columns[name] for columns in files if name in columns]
    return next((kind for kind in kinds if kind != NOTHING.name), NOTHING.name)


def _differences(first: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    if missing := [name for name in first if name not in other]:
        yield f"lacks {', '.join(missing)}"
    if added := [name for name in other if name not in first]:
        yield f"also has {', '.join(added)}"
    for name, kind in first.items():
        if name in other and other[name] not in (kind, NOTHING.name):
            yield f"has {name} as {other[name]} and not {kind}"
