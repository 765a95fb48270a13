"""OpenSLO v1: objectives are written and read back whole, files of others are read, and mistakes name file, line and key."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.services.slo.exchange import read_slo_files
from airflow_dre.slo import (
    SLO,
    budget_alert,
    burn_alert,
    checks_passed,
    dag_runs_succeeded,
    fresh_slices,
    rows_passed,
    runs_passed,
    weighted,
    worst_of,
)
from airflow_dre.slo.burn_rate import workbook_alerts
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.tools.openslo.reading import read_openslo
from airflow_dre.tools.openslo.writing import write_openslo

EVERY = [
    SLO("rows", sli=rows_passed("flights"), target="99.9%", routes=["oncall", "chat"], description="a # of: rows"),
    SLO(
        "fresh", sli=fresh_slices("flights hourly"), target=0.95, window="month", time_zone="Europe/Berlin", slice="5m", slice_target="90%"
    ),
    SLO("ratio", sli=checks_passed("flights", check="unique(a)"), target="2/3", window="week", budgeting="ratio_time_slices", slice="1h"),
    SLO("daily", sli=runs_passed(dag_id="load"), target="95%", every="1d", missing="bad", min_events=3, owner="ann", runbook="http://r"),
    SLO("dag", sli=dag_runs_succeeded("load_flights"), target="97%", window="quarter", alerts="budget"),
    SLO(
        "own",
        sli=rows_passed("b", dimension="accuracy", namespace="postgres://db:5432"),
        target="99%",
        alerts=[
            burn_alert("night_burn", long="8h", short="1h", budget="5%", severity="low"),
            budget_alert("10%", severity="high"),
        ],
    ),
    SLO("silent", sli=rows_passed("b"), target="99%", alerts="none", window="90d"),
    SLO("mean", sli=weighted({"rows": 3, "own": 1}), target="99%", alerts=["workbook", "budget"]),
]


@pytest.mark.parametrize("slo", EVERY, ids=repr)
def test_what_is_written_is_read_back_whole(slo: SLO) -> None:
    found = read_openslo(write_openslo([slo.definition]).text, "slo.yaml")
    assert (found.problems, found.definitions) == ([], [slo.definition])


def test_several_objectives_are_one_file() -> None:
    written = write_openslo(slo.definition for slo in EVERY)
    assert [slo["kind"] for slo in yaml.safe_load_all(written.text)] == ["SLO"] * len(EVERY)
    assert read_openslo(written.text, "slo.yaml").definitions == [slo.definition for slo in EVERY]


MINUTE = timedelta(minutes=1)
MINUTES = st.integers(1, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
SHARES = st.builds(Fraction, st.integers(1, 998), st.just(999))


@st.composite
def definitions(draw: st.DrawFn) -> SloDefinition:
    """Return any objective about rows."""
    longs = draw(st.lists(MINUTES.filter(lambda length: length > timedelta(minutes=1)), max_size=2))
    alerts = [
        burn_alert(f"alert {place}", long=long, short=draw(st.integers(1, long // MINUTE - 1)) * MINUTE, budget=str(draw(SHARES)))
        for place, long in enumerate(longs)
    ]
    missing = draw(st.sampled_from(["bad", "good", "ignore"]))
    window: dict[str, Any] = draw(
        st.one_of(
            st.builds(lambda length: {"window": length}, MINUTES),
            st.sampled_from(
                [{"window": unit, "time_zone": zone} for unit in ("day", "week", "month", "year") for zone in ("UTC", "Asia/Tokyo")]
            ),
        )
    )
    return SLO(
        "any",
        sli=rows_passed(draw(st.text("abc.: '\"#é", min_size=1).filter(str.strip))),
        target=str(draw(SHARES)),
        budgeting=draw(st.sampled_from(["occurrences", "time_slices", "ratio_time_slices"])),
        slice=draw(MINUTES),
        missing=missing,
        every=draw(st.none() | MINUTES),
        min_events=draw(st.integers(1, 20)),
        alerts=[*alerts, *(["budget"] if draw(st.booleans()) else [])] or "none",
        **window,
    ).definition


@given(definitions())
def test_no_objective_is_changed_by_a_file(definition: SloDefinition) -> None:
    found = read_openslo(write_openslo([definition]).text, "slo.yaml")
    assert (found.problems, found.definitions) == ([], [definition])


def test_what_openslo_cannot_express_is_named() -> None:
    written = write_openslo([EVERY[0].definition, SLO("shop", sli=worst_of("rows", "own")).definition])
    assert written.notes == (
        "rows: missing is an annotation, which other tools ignore",
        "rows: slice is an annotation, which other tools ignore",
        "rows: routes is an annotation, which other tools ignore",
        "rows: fallback-alerts is an annotation, which other tools ignore",
        "shop: the worst of other SLOs has no form in OpenSLO, so it is left out",
    )
    assert len(list(yaml.safe_load_all(written.text))) == 1


FILE = """\
apiVersion: openslo/v1
kind: SLI
metadata: {name: good-rows}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: airflow-dre, spec: {count: rows_passed, table: flights}}}
    total: {metricSource: {type: airflow-dre, spec: {count: rows, table: flights}}}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec:
  severity: page
  condition: {kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 0m}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page}
spec:
  conditions: [{conditionRef: fast}]
  notificationTargets: [{targetRef: oncall}]
---
apiVersion: openslo/v1
kind: Service
metadata: {name: flights}
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: flights-rows}
spec:
  service: flights
  indicatorRef: good-rows
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{displayName: good, targetPercent: 99.9}]
  alertPolicies: [page]
"""


def test_a_file_that_others_wrote_is_read() -> None:
    found = read_openslo(FILE, "slo.yaml")
    assert found.problems == []
    assert found.notes == ["slo.yaml:24: kind Service means nothing here, and is ignored"]
    (slo,) = found.definitions
    assert (slo.name, slo.sli, slo.routes, slo.objective.target) == (
        "flights-rows",
        rows_passed("flights"),
        ("oncall",),
        Fraction(999, 1000),
    )
    (alert,) = slo.alerts.burn
    fast = workbook_alerts()[0]
    assert (alert.long, alert.short, alert.budget, alert.severity) == (fast.long, fast.short, fast.budget, fast.severity)


@pytest.mark.parametrize(
    ("old", "new", "where", "argument", "allowed"),
    [
        (
            "indicatorRef: good-rows",
            "indicatorRef: bad-rows",
            "slo.yaml:34",
            "spec.indicatorRef",
            "the name of an SLI of this file: good-rows",
        ),
        (
            "budgetingMethod: Occurrences",
            "budgetingMethod: Often",
            "slo.yaml:36",
            "spec.budgetingMethod",
            "Occurrences, Timeslices, RatioTimeslices",
        ),
        ("  service: flights", "  servicee: flights", "slo.yaml:33", "spec.servicee", "did you mean service?"),
        ("targetPercent: 99.9", "targetPercent: 100", "slo.yaml:33", "target", "less than 100 %"),
        ("targetPercent: 99.9", "op: lte, value: 1, target: 0.9", "slo.yaml:37", "spec.objectives[0].op", "only ratios"),
        ("targetPercent: 99.9", "displayName2: x", "slo.yaml:37", "spec.objectives[0].displayName2", "did you mean displayName?"),
        (
            "duration: 30d, isRolling: true",
            "duration: 1M, isRolling: true",
            "slo.yaml:35",
            "spec.timeWindow[0].duration",
            "need a calendar",
        ),
        ("alertPolicies: [page]", "alertPolicies: [pages]", "slo.yaml:38", "spec.alertPolicies[0]", "a name of this file: page"),
        ("op: gt", "op: lt", "slo.yaml:15", "spec.condition.op", "gt"),
        ("alertAfter: 0m", "alertAfter: 5m", "slo.yaml:15", "spec.condition.alertAfter", "the short window takes the place"),
        ("kind: burnrate", "kind: latency", "slo.yaml:15", "spec.condition.kind", "burnrate"),
        (
            "type: airflow-dre, spec: {count: rows_passed",
            "type: Prometheus, spec: {query: x",
            "slo.yaml:7",
            "spec.ratioMetric.good.metricSource.type",
            "queries of other systems",
        ),
        (
            "count: rows_passed",
            "count: rows_pased",
            "slo.yaml:7",
            "spec.ratioMetric.good.metricSource.spec.count",
            "rows_passed, checks_passed",
        ),
        (
            "table: flights}}}\n    total",
            "tablex: flights}}}\n    total",
            "slo.yaml:7",
            "spec.ratioMetric.good.metricSource.spec.tablex",
            "did you mean table?",
        ),
        ("count: rows,", "count: checks,", "slo.yaml:8", "spec.ratioMetric.total.metricSource.spec.count", "rows"),
        ("metadata: {name: flights-rows}", "metadata: {name: Flights}", "slo.yaml:33", "name", "small letters"),
        (
            "metadata: {name: flights-rows}",
            "metadata: {name: a, annotations: {airflow-dre/missingg: bad}}",
            "slo.yaml:31",
            "metadata.annotations.airflow-dre/missingg",
            "airflow-dre/missing",
        ),
        ("kind: SLO", "kind: SLOO", "slo.yaml:30", "kind", "SLO, SLI, AlertPolicy"),
        (
            "objectives: [{displayName: good, targetPercent: 99.9}]",
            "objectives: [{target: 0.9}, {target: 0.8}]",
            "slo.yaml:37",
            "spec.objectives",
            "write an SLO for each",
        ),
    ],
)
def test_a_mistake_names_file_line_and_key(old: str, new: str, where: str, argument: str, allowed: str) -> None:
    assert old in FILE
    found = read_openslo(FILE.replace(old, new), "slo.yaml")
    assert found.definitions == []
    (problem,) = [problem for problem in found.problems if problem.argument == argument]
    assert problem.where == where
    assert allowed in problem.allowed


def test_a_mistake_costs_no_other_objective_and_no_other_file(tmp_path: Path) -> None:
    wrong = FILE.replace("targetPercent: 99.9", "targetPercent: 100").split("---\n")[-1].replace("flights-rows", "other")
    (tmp_path / "a.yaml").write_text(FILE + "---\n" + wrong)
    (tmp_path / "b.yaml").write_text("apiVersion: openslo/v1\nkind: [")
    (tmp_path / "c.yml").write_text(FILE)
    (tmp_path / "d.yaml").write_text("slas: []\n")
    (tmp_path / "e.yaml").write_text(write_openslo([EVERY[3].definition]).text)
    found = read_slo_files(tmp_path)
    assert [slo.name for slo in found.slos] == ["flights-rows", "daily"]
    assert [problem.where for problem in found.problems] == ["a.yaml:44", "b.yaml:2", "c.yml"]
    assert found.problems[2].allowed == "another name: a.yaml has it"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("a: &x 1\nb: *x", "without aliases"), ("a: 1\na: 2", "each key once"), ("a: [", "YAML"), ("x" * 2_000_001, "at most 2,000,000")],
)
def test_a_file_that_could_do_harm_is_refused(text: str, allowed: str) -> None:
    from airflow_dre.errors import DefinitionError

    with pytest.raises(DefinitionError) as error:
        read_openslo(text, "slo.yaml")
    assert allowed in str(error.value)
