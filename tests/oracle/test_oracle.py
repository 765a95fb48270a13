"""Never wrong for speed: a suite with its shared scans finds what one naive query at a time finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, note, settings

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.registry import CHECK_KINDS
from tests.oracle.compare import differences
from tests.oracle.conftest import ORACLE
from tests.oracle.declared import KINDS, Example, examples
from tests.oracle.running import Recorded, run
from tests.oracle.world import World


def test_results_are_what_a_naive_look_finds(world: World) -> None:
    seen: Counter[str] = Counter()

    def agree(example: Example) -> None:
        record, warehouse = run(example, world)
        seen.update(declaration.kind for declaration in example.declared)
        problems = [
            f"{declaration!r}: {problem}"
            for declaration, result in zip(example.declared, record.results, strict=True)
            for problem in differences(declaration, world, result, example.remembered)
        ]
        for result in record.results:
            note(f"{result.definition.name}: {result.outcome} {result.observed} {result.reason}\n  {result.statement}")
        assert not problems, "\n".join(problems)
        if not warehouse.refused:
            assert len(set(warehouse.asked)) == len(warehouse.asked), "a statement was asked twice"
            assert record.queries <= most_queries(example.declared, warehouse), warehouse.asked

    wanted = round(5 * world.share) or 1
    settings(ORACLE, max_examples=round(ORACLE.max_examples * world.share))(given(examples())(agree))()
    few = settings(ORACLE, max_examples=wanted)
    for kind in [kind for kind in KINDS if seen[kind.split()[0]] < wanted]:  # chance left it out, or nearly so
        few(given(examples(kind))(agree))()
    assert seen.keys() == CHECK_KINDS.keys(), f"never generated: {CHECK_KINDS.keys() - seen.keys()}"


SCANNED_APART = {"failed_rows_sql", "foreign_key", "increasing", "decreasing", "most_common", "no_gaps"}
"""Kinds with a statement of their own."""


def most_queries(declared: Sequence[Declaration], warehouse: Recorded) -> int:
    """Return the most queries that ADR 2 allows.

    It promises one scan for each column that splits the rows, one statement for each key and list, and one for follow-ups.
    """
    splits, apart, dependent_metrics = set(), {"the catalogue"}, set()
    for declaration in declared:
        given = declaration.arguments
        by, where, kind = given.get("by"), given.get("where"), declaration.kind
        asked = repr(
            {name: given.get(name) for name in ("column", "columns", "to", "order_by", "every", "sql", "at", "interpolate", "strictly")}
        )
        if kind in ("schema_is", "schema_unchanged", "column_count"):
            continue
        splits.add(by)
        if kind in SCANNED_APART:
            apart.add(f"{kind} {asked} {by} {where}")
        elif kind in ("unique", "distinct_count", "unique_ratio"):
            apart.add(f"key {given.get('columns')} {by} {where}")
        elif kind == "metric_sql" and (where is not None or str(given["sql"]).startswith("SELECT")):
            apart.add(f"{kind} {asked} {by} {where}")
        elif kind in ("quantile", "median") and not warehouse.dialect.aggregates.quantile_is_aggregate:
            apart.add(f"quantile {given.get('column')} {given.get('at', 0.5)} {given.get('interpolate')} {by} {where}")
        elif kind in ("quantile", "median") and warehouse.dialect.aggregates.sorts_apart:
            apart.add(f"sorted columns {by}")
        if kind == "z_scores":
            dependent_metrics.add(by)
        if kind in ("z_scores", "stddev") and by is not None and warehouse.dialect.aggregates.variance is None:
            apart.add(f"variance {given['column']} {by} {where}")
    return len(splits) + len(apart) + len(dependent_metrics)
