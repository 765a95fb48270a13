"""Random suites: row filters, and checks of every kind with random arguments and thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from airflow_dre.checks.declared.declaration import Declaration
from tests.oracle.tables import COLUMNS, ODD, PARENT, SQL_TYPES, ZONES, Contents, Type, contents, values

FILTERS = (
    "n > 0", "m >= 1 OR x > 1", "x IS NOT NULL", "s <> ''", "b", "NOT b", "s LIKE 'a%'", "1 = 0", "n IS NULL", "id > 3 AND m IS NOT NULL",
    "q < 1.5", "d >= '2013-01-02'", "n = m OR n <> m",
)  # fmt: skip
BROKEN = "nowhere > 1"
CONDITIONS = (
    "n >= m", "x < 1.5", "s = u OR s <> u", "b", "n IS NOT NULL", "LENGTH(s) > 1", "q <= x", "t >= '2013-01-03'", "n + m < 4",
    "s LIKE '%a%'",
    "n BETWEEN m AND 3", "CASE WHEN b THEN n > 0 ELSE m > 0 END", "nowhere = 1",
)  # fmt: skip
AGGREGATES = (
    "SUM(n)", "COUNT(*)", "COUNT(DISTINCT s)", "MAX(m) - MIN(m)", "AVG(x)", "SUM(CASE WHEN b THEN 1 ELSE 0 END)", "MIN(s)", "MAX(d)",
    "SUM(nowhere)", "COUNT(n) * 2 + 1",
)  # fmt: skip
SELECTS = (
    "SELECT COUNT(*) FROM p", "SELECT MAX(k) FROM p WHERE s IS NOT NULL", "SELECT m FROM t WHERE id = 1", "SELECT n FROM t WHERE 1 = 0",
    "SELECT nowhere FROM p",
)  # fmt: skip
ROW_SELECTS = (
    "SELECT * FROM t WHERE n > 1", "SELECT id, s FROM t WHERE s = ''", "SELECT s, COUNT(*) FROM t GROUP BY s HAVING COUNT(*) > 1",
    "SELECT t.id FROM t JOIN p ON p.k = t.n", "SELECT nowhere FROM t", "SELECT DISTINCT m FROM t",
)  # fmt: skip
PATTERNS = ("^a", "b$", "^[A-Z]", "[0-9]+", "^$", "%", "_", "\\\\", "\\.", "a|b", "^(a|b)+$", "'", "é", "^\\s", "[[:alpha:]]")
LIKES = ("a%", "%b", "_", "__", "%", "ab", "100%", "%\\%%", "under_score", "%'%", "É", "é", "A%", "%😀%", "%\\\\%", "\\_", "%_%")
KINDS_OF_TEXT = ("integer", "number", "boolean", "date", "timestamp", "uuid")

NUMERIC = ["n", "m", "x", "y", "q", ODD]
ORDERED = [*NUMERIC, "s", "u", "d", "t", "z"]
EXACT_NUMBERS = st.one_of(
    st.integers(-3, 4),
    st.integers(-3, 4).map(lambda value: value + 0.5),
    st.sampled_from([Decimal("0.1"), Decimal("1.50"), Decimal("-2.25"), 0.1, 0.3, 100]),
    st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**30]),
)
"""Numbers whose spelling in SQL shows what they are."""


def literals(kind: Type) -> st.SearchStrategy[Any]:
    """Return values that a column of a type may be compared with."""
    if kind in (Type.INTEGER, Type.DECIMAL):
        return EXACT_NUMBERS
    if kind is Type.DOUBLE:
        return st.one_of(EXACT_NUMBERS, values(kind).filter(_finite))
    return values(kind)


def _finite(value: float) -> bool:
    return value == value and abs(value) != float("inf")


def place(value: Any) -> Any:
    """Return the place of a literal in the order of its kind."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, (str, date, bool)):
        return value
    return Fraction(Decimal(repr(value)) if isinstance(value, float) else value)  # 0.1 is a tenth, as beside a decimal


def _sorted_literals(kind: Type, size: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(literals(kind), min_size=size, max_size=size).map(lambda found: sorted(found, key=place))


def columns_of(*kinds: Type) -> st.SearchStrategy[str]:
    """Return a column of one of the types."""
    return st.sampled_from([name for name, kind in COLUMNS.items() if kind in kinds])


TEXT_COLUMNS = columns_of(Type.TEXT)
NUMBER_COLUMNS = st.sampled_from(NUMERIC)
ANY_COLUMN = st.sampled_from(list(COLUMNS))
KEYS = st.lists(ANY_COLUMN, min_size=1, max_size=2, unique=True)


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    """Return counts and percents that may be used together."""
    percents = draw(st.booleans())
    some = st.sampled_from(["0%", "8.5%", "10%", "33.3%", "50%", "100%"]) if percents else st.integers(0, 5)
    low, high = sorted([draw(some), draw(some)], key=lambda value: float(str(value).rstrip("%")))
    return draw(st.sampled_from([{}, {"fail_above": high}, {"warn_above": low, "fail_above": high}]))


@st.composite
def bounds(draw: st.DrawFn, number: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Return bounds that may be used together: the inner ones warn."""
    if draw(st.integers(0, 3)) == 0:
        return {"equals": draw(number)}
    low, warn_low, warn_high, high = sorted([draw(number) for _ in range(4)], key=place)
    strict = place(low) < place(high)
    given = {
        draw(st.sampled_from(["at_least", "more_than"])) if strict else "at_least": low,
        "warn_at_least": warn_low,
        "warn_at_most": warn_high,
        draw(st.sampled_from(["at_most", "less_than"])) if strict else "at_most": high,
    }
    kept = draw(st.lists(st.sampled_from(sorted(given)), min_size=1, unique=True))
    return {name: given[name] for name in kept}


COUNTS = bounds(st.integers(0, 12))


@st.composite
def _between(draw: st.DrawFn) -> dict[str, Any]:
    column = draw(st.sampled_from([*ORDERED, "id"]))
    low, high = draw(_sorted_literals(COLUMNS[column], 2))
    ends = draw(st.sampled_from([{"low": low, "high": high}, {"low": low}, {"high": high}]))
    inclusive = draw(st.sampled_from([{}, {"inclusive": "low"}, {"inclusive": "high"}, {"inclusive": "neither"}]))
    return {"column": column, **ends, **({} if place(low) == place(high) else inclusive)}


@st.composite
def _set(draw: st.DrawFn) -> dict[str, Any]:
    column = draw(ANY_COLUMN)
    some = literals(COLUMNS[column])
    if draw(st.integers(0, 9)) == 0:
        some = st.one_of(some, st.sampled_from(["1", "x", ""] if column == "b" else ["1", "x", "", 1]))
    return {"column": column, "values": draw(st.lists(some, min_size=1, max_size=4))}


@st.composite
def _tuples(draw: st.DrawFn) -> dict[str, Any]:
    columns = draw(st.lists(ANY_COLUMN, min_size=2, max_size=3, unique=True))
    one = st.tuples(*[literals(COLUMNS[name]) for name in columns])
    return {"columns": columns, "values": draw(st.lists(one, min_size=1, max_size=3))}


@st.composite
def _foreign_key(draw: st.DrawFn) -> dict[str, Any]:
    parents = draw(st.lists(st.sampled_from(list(PARENT)), min_size=1, max_size=2, unique=True))
    columns = [draw(columns_of(PARENT[name]).filter(lambda name: name != "id")) for name in parents]
    if len(set(columns)) < len(columns):
        columns, parents = columns[:1], parents[:1]
    return {"columns": columns, "to": [f"p.{name}" for name in parents]}


@st.composite
def _compare(draw: st.DrawFn) -> dict[str, Any]:
    pairs = [("n", "m"), ("m", ODD), ("x", "y"), ("s", "u"), ("q", "n"), ("n", "n"), ("x", "x"), ("t", "t"), ("d", "d")]
    left, right = draw(st.sampled_from(pairs))
    return {"left": left, "operator": draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="])), "right": right}


@st.composite
def _column_bounds(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    column = draw(st.sampled_from(names))
    return {"column": column, **draw(bounds(EXACT_NUMBERS if column == "b" else literals(COLUMNS[column])))}


@st.composite
def _distribution(draw: st.DrawFn) -> dict[str, Any]:
    weight = st.sampled_from([0, 1, 2, 0.25, 0.5, 3])
    if draw(st.booleans()):
        edges = sorted(draw(st.lists(st.integers(-4, 8), min_size=2, max_size=5, unique=True)))
        weights = draw(st.lists(weight, min_size=len(edges) - 1, max_size=len(edges) - 1).filter(any))
        reference: Any = {"edges": edges, "weights": weights}
        distance, column = draw(st.sampled_from(["kl", "chi_square", "ks"])), draw(NUMBER_COLUMNS)
    else:
        column = draw(st.sampled_from(["m", "s", "b", "d", "x"]))
        keys = draw(st.lists(values(COLUMNS[column], wild=False), min_size=1, max_size=4, unique=True))
        reference = dict(zip(keys, draw(st.lists(weight, min_size=len(keys), max_size=len(keys)).filter(any)), strict=True))
        distance = draw(st.sampled_from(["kl", "chi_square"]))
    return {"column": column, "reference": reference, "distance": distance, **draw(bounds(st.sampled_from([0, 0.1, 0.25, 0.5, 1, 5])))}


@st.composite
def _no_gaps(draw: st.DrawFn) -> dict[str, Any]:
    column = draw(columns_of(Type.DATE, Type.TIMESTAMP, Type.ZONED))
    ends = sorted(draw(st.lists(values(Type.TIMESTAMP, wild=False), min_size=2, max_size=2)))
    chosen = draw(st.sampled_from([{}, {}, {"start": ends[0]}, {"end": ends[1]}, {"start": ends[0], "end": ends[1]}]))
    return {"column": column, "every": draw(st.sampled_from(["hour", "day", "week", "month", "quarter", "year"])), **chosen}


@st.composite
def _fresh(draw: st.DrawFn) -> dict[str, Any]:
    as_of = draw(st.one_of(values(Type.TIMESTAMP, wild=False), st.sampled_from([datetime(2013, 1, 6, tzinfo=zone) for zone in ZONES])))
    age = draw(st.sampled_from([{"max_age": "1d"}, {"max_age": "90m"}, {"max_age": "2w", "warn_age": "6h"}]))
    return {"column": draw(columns_of(Type.DATE, Type.TIMESTAMP, Type.ZONED)), "as_of": as_of, **age}


@st.composite
def _length(draw: st.DrawFn) -> dict[str, Any]:
    low, high = sorted([draw(st.integers(0, 6)), draw(st.integers(0, 6))])
    ends = draw(st.sampled_from([{"at_least": low}, {"at_most": high}, {"at_least": low, "at_most": high}, {"equals": high}]))
    return {"column": draw(TEXT_COLUMNS), **ends}


@st.composite
def _schema(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.one_of(st.just(list(COLUMNS)), st.permutations(list(COLUMNS)), st.lists(st.sampled_from(list(COLUMNS)), unique=True)))
    names = names or ["id"]
    known = sorted({*SQL_TYPES["postgres"].values(), *SQL_TYPES["duckdb"].values(), *SQL_TYPES["sqlite"].values(), "int8", "varchar(20)"})
    typed = {name: draw(st.one_of(st.none(), st.sampled_from(known))) for name in names} if draw(st.booleans()) else names
    return {"columns": typed, "ordered": draw(st.sampled_from([None, True])), "extra": draw(st.sampled_from([None, True]))}


def _patterns(known: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(known), st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))


def _fixed(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(parts)


_EVERY = st.sampled_from([None, True])
_STEPS = _fixed(column=st.sampled_from([*ORDERED, "b"]), order_by=st.sampled_from(["id", ["id"], ["m", "id"]]), strictly=_EVERY)
_SHARES = st.sampled_from([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1])
_SQL = st.one_of(st.sampled_from(AGGREGATES), st.sampled_from(SELECTS))

LIMITED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "all_differ": _fixed(columns=st.sampled_from([["n", "m"], ["n", "m", ODD], ["x", "y"], ["s", "u"]])),
    "between": _between(),
    "compare": _compare(),
    "decreasing": _STEPS,
    "failed_rows_sql": _fixed(sql=st.sampled_from(ROW_SELECTS)),
    "foreign_key": _foreign_key(),
    "in_set": _set(),
    "increasing": _STEPS,
    "json_valid": _fixed(column=TEXT_COLUMNS),
    "length": _length(),
    "like": _fixed(column=TEXT_COLUMNS, pattern=_patterns(LIKES), every=_EVERY),
    "matches": _fixed(column=TEXT_COLUMNS, pattern=_patterns(PATTERNS), every=_EVERY),
    "no_gaps": _no_gaps(),
    "not_empty": _fixed(column=TEXT_COLUMNS),
    "not_in_set": _set(),
    "not_like": _fixed(column=TEXT_COLUMNS, pattern=_patterns(LIKES)),
    "not_matches": _fixed(column=TEXT_COLUMNS, pattern=_patterns(PATTERNS)),
    "not_null": _fixed(column=st.one_of(ANY_COLUMN, st.just("nowhere"))),
    "null": _fixed(column=ANY_COLUMN),
    "of_type": _fixed(column=TEXT_COLUMNS, kind=st.sampled_from(KINDS_OF_TEXT)),
    "row_count same_as": st.just({"same_as": "p"}),
    "rows": _fixed(condition=st.sampled_from(CONDITIONS)),
    "sum_equals": _fixed(columns=st.sampled_from([["n", "m"], ["x", "y"], ["m", ODD, "n"], ["q", "m"]]), total=EXACT_NUMBERS),
    "tuple_in_set": _tuples(),
    "unique": _fixed(columns=KEYS),
    "z_scores": _fixed(column=NUMBER_COLUMNS, within=st.sampled_from([0.5, 1, 1.5, 2, 3]), two_sided=st.sampled_from([None, False])),
}
"""Arguments of the kinds that limit wrong rows."""

BOUNDED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "column_count": COUNTS,
    "column_max": _column_bounds([*ORDERED, "b"]),
    "column_min": _column_bounds([*ORDERED, "b"]),
    "distinct_count": st.builds(lambda columns, ends: {"columns": columns, **ends}, KEYS, COUNTS),
    "distribution": _distribution(),
    "mean": _column_bounds(NUMERIC),
    "median": _column_bounds(NUMERIC),
    "metric_sql": st.builds(lambda sql, ends: {"sql": sql, **ends}, _SQL, bounds(st.one_of(st.integers(-5, 12), EXACT_NUMBERS))),
    "quantile": st.one_of(
        st.builds(lambda at, rest: {"at": at, **rest}, _SHARES, _column_bounds([*NUMERIC, "d", "t"])),
        st.builds(lambda at, rest: {"at": at, "interpolate": False, **rest}, _SHARES, _column_bounds(ORDERED)),
    ),
    "row_count": COUNTS,
    "stddev": _column_bounds(NUMERIC),
    "total": _column_bounds(NUMERIC),
    "unique_ratio": st.builds(lambda columns, ends: {"columns": columns, **ends}, KEYS, bounds(st.sampled_from([0, 0.25, 0.5, 0.75, 1]))),
}
"""Arguments of the kinds that bound a number, bounds included."""

OTHERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "fresh": _fresh(),
    "has_values": _set(),
    "most_common": st.builds(lambda chosen, ties: {**chosen, "ties": ties}, _set(), st.sampled_from([None, False])),
    "schema_is": _schema(),
    "schema_unchanged": st.just({}),
}

KINDS = sorted([*LIMITED, *BOUNDED, *OTHERS])
_NO_SEGMENTS = {"schema_is", "schema_unchanged", "column_count", "failed_rows_sql", "row_count same_as"}
_NO_FILTER = _NO_SEGMENTS - {"row_count same_as"}


@st.composite
def declarations(draw: st.DrawFn, kind: str, name: str) -> Declaration:
    """Return one check of a kind."""
    arguments = {**draw(LIMITED[kind]), **draw(limits())} if kind in LIMITED else draw({**BOUNDED, **OTHERS}[kind])
    whole_select = str(arguments.get("sql", "")).startswith("SELECT")
    if kind not in _NO_FILTER and not whole_select and draw(st.integers(0, 3)) == 0:
        arguments["where"] = draw(st.sampled_from([*FILTERS, *FILTERS, BROKEN]))
    if kind not in _NO_SEGMENTS and not whole_select and draw(st.integers(0, 2)) == 0:
        arguments["by"] = draw(st.sampled_from([name for name in COLUMNS if name != "id"]))
    if draw(st.integers(0, 9)) == 0:
        arguments["severity"] = "warn"
    return Declaration(kind.split()[0], {"name": name, **arguments}, final=True)  # text with braces is data here


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A table, the suite's row filter, its checks, and what the last run observed of the columns."""

    contents: Contents
    where: str | None
    declared: tuple[Declaration, ...]
    remembered: str | None


@st.composite
def examples(draw: st.DrawFn, kind: str | None = None) -> Example:
    """Return a table and a suite of up to eight checks, one of them of a ``kind`` that must be there."""
    filled = draw(contents())
    where = draw(st.sampled_from([*[None] * 9, *FILTERS[:7], *FILTERS[:9], BROKEN]))
    kinds = [draw(st.sampled_from(KINDS)) for _ in range(draw(st.integers(1, 8)))]
    kinds[-1] = kind or kinds[-1]
    declared = tuple(draw(declarations(kind, f"c{number}")) for number, kind in enumerate(kinds))
    remembered = draw(st.sampled_from(["same", "other", None]))
    return Example(contents=filled, where=where, declared=declared, remembered=remembered)
