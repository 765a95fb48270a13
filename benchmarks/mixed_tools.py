"""The mixed suite in the words of each tool.

What a tool has no check for is left out of its suite and named in ``NOT_DONE``: SQL that its users may write instead is not a check of the
tool. Great Expectations asks for both quantiles of a column in one expectation.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import mixed_checks as suite

NOT_DONE = {"gx": {"foreign key": 1}, "soda": {"quantiles": 4}}


def done(tool: str) -> int:
    """Return how many of the checks a tool does."""
    return suite.CHECKS - sum(NOT_DONE[tool].values())


def our_checks() -> list[Any]:
    """Return our declarations."""
    from airflow_dre import checks

    found = [checks.row_count(at_least=1), checks.fresh(suite.MOMENT, max_age="3d")]
    found += [checks.not_null(name) for name in suite.FILLED]
    found += [checks.between(name, low, high) for name, (low, high) in suite.RANGES.items()]
    found += [checks.in_set(name, values) for name, values in suite.SETS.items()]
    found += [checks.matches(name, pattern) for name, pattern in suite.PATTERNS.items()]
    found += [checks.unique(*key) for key in suite.KEYS]
    found += [checks.foreign_key(suite.CHILD, to=f"{suite.PARENT}.{suite.PARENT_KEY}")]
    for name, shares in suite.QUANTILES.items():
        found += [
            checks.quantile(name, float(at), interpolate=False, at_least=low, at_most=high, name=f"{at} of {name}")
            for at, (low, high) in shares.items()
        ]
    for name in suite.EXTREMES:
        low, high = suite.RANGES[name]
        found += [checks.column_min(name, at_least=low), checks.column_max(name, at_most=high)]
    found += [checks.mean(name, at_least=suite.RANGES[name][0], at_most=suite.RANGES[name][1]) for name in suite.MEANS]
    return found


def gx_expectations() -> list[Any]:
    """Return the expectations of Great Expectations. Freshness is a bound for the newest timestamp."""
    import great_expectations.expectations as gxe

    since = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=3)
    found: list[Any] = [gxe.ExpectTableRowCountToBeBetween(min_value=1)]
    found += [gxe.ExpectColumnMaxToBeBetween(column=suite.MOMENT, min_value=since)]
    found += [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in suite.FILLED]
    found += [gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high) for name, (low, high) in suite.RANGES.items()]
    found += [gxe.ExpectColumnValuesToBeInSet(column=name, value_set=values) for name, values in suite.SETS.items()]
    found += [gxe.ExpectColumnValuesToMatchRegex(column=name, regex=pattern) for name, pattern in suite.PATTERNS.items()]
    for key in suite.KEYS:
        alone = len(key) == 1
        found.append(
            gxe.ExpectColumnValuesToBeUnique(column=key[0]) if alone else gxe.ExpectCompoundColumnsToBeUnique(column_list=list(key))
        )
    for name, shares in suite.QUANTILES.items():
        ranges = {"quantiles": [float(at) for at in shares], "value_ranges": [list(bounds) for bounds in shares.values()]}
        found.append(gxe.ExpectColumnQuantileValuesToBeBetween(column=name, quantile_ranges=ranges))
    for name in suite.EXTREMES:
        low, high = suite.RANGES[name]
        found += [gxe.ExpectColumnMinToBeBetween(column=name, min_value=low), gxe.ExpectColumnMaxToBeBetween(column=name, max_value=high)]
    for name in suite.MEANS:
        low, high = suite.RANGES[name]
        found.append(gxe.ExpectColumnMeanToBeBetween(column=name, min_value=low, max_value=high))
    return found


def soda_contract() -> str:
    """Return Soda's contract, as JSON, which is YAML too."""
    columns: dict[str, list[dict[str, Any]]] = {}

    def add(name: str, kind: str, **options: Any) -> None:
        columns.setdefault(name, []).append({kind: options})

    def within(low: float, high: float) -> dict[str, Any]:
        return {"must_be_between": {"greater_than_or_equal": low, "less_than_or_equal": high}}

    for name in suite.FILLED:
        add(name, "missing")
    for name, (low, high) in suite.RANGES.items():
        add(name, "invalid", valid_min=low, valid_max=high)
    for name, values in suite.SETS.items():
        add(name, "invalid", valid_values=values)
    for name, pattern in suite.PATTERNS.items():
        add(name, "invalid", valid_format={"regex": pattern, "name": "pattern"})
    add(suite.CHILD, "invalid", valid_reference_data={"dataset": f"bench/postgres/public/{suite.PARENT}", "column": suite.PARENT_KEY})
    for name in suite.EXTREMES:
        for function in ("min", "max"):
            add(name, "aggregate", qualifier=function, function=function, threshold=within(*suite.RANGES[name]))
    for name in suite.MEANS:
        add(name, "aggregate", qualifier="avg", function="avg", threshold=within(*suite.RANGES[name]))
    single, pair = suite.KEYS
    add(single[0], "duplicate")
    table: list[dict[str, Any]] = [
        {"row_count": {"threshold": {"must_be_greater_than_or_equal": 1}}},
        {"duplicate": {"columns": list(pair)}},
        {"freshness": {"column": suite.MOMENT, "threshold": {"unit": "day", "must_be_less_than": 3}}},
    ]
    listed = [{"name": name, "checks": checks} for name, checks in columns.items()]
    return json.dumps({"dataset": "bench/postgres/public/wide_mixed", "columns": listed, "checks": table})


def soda_source(connection: dict[str, Any]) -> str:
    """Return Soda's data source, as JSON."""
    reached = {"host": connection["host"], "port": connection.get("port", 5432), "database": connection["schema"]}
    return json.dumps({"type": "postgres", "name": "bench", "connection": {**reached, "user": connection["login"], "password": "none"}})


def by_hand() -> list[str]:
    """Return the cheapest statements that we know for the same numbers: RESULTS.md lists what else was tried.

    What sorts (COUNT(DISTINCT), PERCENTILE_DISC) would keep the scan from running on several workers, so it is in branches of its own,
    which do run side by side. Keys whose hashes all differ all differ; if some were equal, a second query would be needed: here all differ.
    """
    scan = ["COUNT(*)", f"MAX({suite.MOMENT})", *(f"COUNT(*) FILTER (WHERE {name} IS NULL)" for name in suite.FILLED)]
    scan += [f"COUNT(*) FILTER (WHERE {name} < {low} OR {name} > {high})" for name, (low, high) in suite.RANGES.items()]
    scan += [f"COUNT(*) FILTER (WHERE NOT {name} IN ({', '.join(map(repr, values))}))" for name, values in suite.SETS.items()]
    scan += [f"COUNT(*) FILTER (WHERE {name} !~ '{pattern}')" for name, pattern in suite.PATTERNS.items()]
    scan += [f"MIN({name}), MAX({name})" for name in suite.EXTREMES]
    scan += [f"AVG({name})" if name[0] == "f" else f"SUM({name}), COUNT(*) FILTER (WHERE {name} IS NULL)" for name in suite.MEANS]
    scan.append(f"COUNT(*) FILTER (WHERE {suite.CHILD} NOT IN (SELECT {suite.PARENT_KEY} FROM {suite.PARENT}))")
    quantiles = ", ".join(
        f"(PERCENTILE_DISC(ARRAY[{', '.join(shares)}]) WITHIN GROUP (ORDER BY {name}))::float8[]"
        for name, shares in suite.QUANTILES.items()
    )
    single, pair = suite.KEYS
    complete = " AND ".join(f"{name} IS NOT NULL" for name in pair)
    keys = single[0], f"HASH_RECORD_EXTENDED(({', '.join(pair)}), 0)) FILTER (WHERE {complete}"
    sorts = [quantiles, *(f"ARRAY[(COUNT(DISTINCT {key}))::float8], NULL" for key in keys)]
    return [
        f"SELECT {', '.join(scan)} FROM wide_mixed",
        " UNION ALL ".join(f"SELECT {columns} FROM wide_mixed" for columns in sorts),
    ]
