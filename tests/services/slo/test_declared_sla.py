"""SLAs as they are declared in Dag files and in YAML files, and as the store keeps them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import FreshnessSLA, open_incident
from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Severity
from airflow_dre.services.slo.declared_sla import SLA_ARGUMENTS, read_declared_sla
from airflow_dre.services.slo.files import SlaFiles, read_sla_files, stamp_of
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, FileTarget, TableTarget
from tests.slo.promises import BERLIN, WEEKDAYS, times_of

ORDERS: dict[str, Any] = {"conn_id": "warehouse", "table": "orders", "column": "created_at"}


def do_nothing(context: Any) -> None:
    """Take a context."""


def refused(**given: Any) -> list[str]:
    """Return the arguments that an SLA is refused for."""
    with pytest.raises(DefinitionError) as error:
        FreshnessSLA("orders", **given)
    return [problem.argument for problem in error.value.problems]


def test_an_sla_holds_its_target_and_promise() -> None:
    sla = FreshnessSLA("orders", **ORDERS, due="08:00", days="weekdays", time_zone="Europe/Berlin", warn_before="30m", on_warn=do_nothing)
    assert sla.target == TableTarget(**ORDERS, time_zone="Europe/Berlin")
    assert (sla.promise.due, sla.promise.days, sla.promise.zone) == (times_of("08:00"), WEEKDAYS, BERLIN)
    assert (sla.on_warn, sla.on_miss, sla.on_recover, sla.unknown_after) == ((do_nothing,), (), (), 1)
    assert sla.question is None
    assert repr(sla) == "FreshnessSLA('orders', table='orders', due='08:00', days='weekdays')"


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({"file": Path("/data/orders.csv")}, FileTarget(file="/data/orders.csv")),
        ({"asset": "s3://bucket/orders"}, AssetTarget(asset="s3://bucket/orders")),
        ({"dag": "load_orders"}, DagTarget(dag="load_orders")),
    ],
)
def test_the_zone_of_what_is_no_table_is_that_of_its_due_moments(given: dict[str, Any], target: object) -> None:
    sla = FreshnessSLA("orders", **given, due="08:00", time_zone="Europe/Berlin")
    assert (sla.target, sla.promise.zone) == (target, BERLIN)


def test_values_and_due_moments_may_be_in_different_zones() -> None:
    sla = FreshnessSLA("orders", **ORDERS, due="08:00", due_time_zone="Europe/Berlin")
    assert (sla.target, sla.promise.zone) == (TableTarget(**ORDERS), BERLIN)


def test_every_mistake_of_an_sla_is_reported_once() -> None:
    assert refused(conn_id="w", table="t", max_age="-1h", time_zone="Mars", due="25:00", days="mondays", on_warn=do_nothing) == [
        "on_warn",
        "column",
        "time_zone",
        "max_age",
        "due",
        "days",
    ]
    assert refused(**ORDERS) == ["max_age"]
    assert refused(max_age="1h") == ["conn_id", "table", "column"]
    assert refused(**ORDERS, max_age="1h", on_warn=open_incident()) == ["on_warn"]
    assert refused(**ORDERS, max_age="1h", on_recover=open_incident()) == ["on_recover"]


def test_an_sla_is_kept_as_data_that_makes_the_same_sla() -> None:
    sla = FreshnessSLA(
        "orders",
        **ORDERS,
        max_age=timedelta(hours=9),
        due=["08:00", "20:00"],
        days=["weekdays", date(2026, 12, 24)],
        warn_before="1h",
        unknown_after=3,
        on_warn=[open_incident(severity="low"), do_nothing],
        on_miss=open_incident(severity="high", routes=["oncall"]),
    )
    kept = json.loads(json.dumps(sla.declared.arguments))
    assert kept["on_warn"] == [{"routes": [], "severity": "low"}]
    assert kept["days"] == ["weekdays", "2026-12-24"]
    assert read_declared_sla(kept) == sla.declared
    assert sla.declared.on_miss == (NotifyOptions(routes=("oncall",), severity=Severity.HIGH),)
    assert sla.declared.on_unknown == sla.declared.on_miss
    assert FreshnessSLA("orders", **ORDERS, max_age="1h", on_miss=open_incident(), on_unknown=()).declared.on_unknown == ()


def folder_of(folder: Path, **files: str) -> SlaFiles:
    """Write files and read the SLAs of their folder."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return read_sla_files(folder)


GOOD = """\
slas:
  - name: orders by half past ten
    conn_id: warehouse
    table: orders
    column: created_at
    due: 10:30
    time_zone: Europe/Berlin
    days: [weekdays, 2026-12-24]
    except_days: holidays:DE-BY
    warn_before: 30m
    on_miss: {routes: [oncall], severity: high}
  - {name: flights, dag: load_flights, max_age: 6h, warn_before: 1h, on_warn: [{routes: oncall}]}
"""


def test_slas_are_read_from_yaml_with_the_arguments_of_python(tmp_path: Path) -> None:
    found = folder_of(tmp_path, good=GOOD)
    assert found.problems == []
    assert [(sla.declared.name, sla.source) for sla in found.slas] == [
        ("orders by half past ten", "good.yaml:2"),
        ("flights", "good.yaml:12"),
    ]
    orders, flights = (sla.declared for sla in found.slas)
    same = FreshnessSLA(
        "orders by half past ten",
        **ORDERS,
        due="10:30",
        time_zone="Europe/Berlin",
        days=["weekdays", date(2026, 12, 24)],
        except_days="holidays:DE-BY",
        warn_before="30m",
        on_miss=open_incident(routes=["oncall"], severity="high"),
    )
    assert (orders.target, orders.promise, orders.on_miss) == (same.target, same.promise, same.declared.on_miss)
    assert flights.on_warn == (NotifyOptions(routes=("oncall",), severity=Severity.MEDIUM),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "slas:\n  - name: a\n    dag: d\n    max_age: 1h\n    duee: 08:00\n",
            "bad.yaml:5: FreshnessSLA a: invalid duee='08:00'. Allowed: did",
        ),
        (
            "slas:\n  - name: a\n    dag: d\n\n    max_age: soon\n",
            "bad.yaml:5: FreshnessSLA a: invalid max_age='soon'. Allowed: a positive",
        ),
        ("slas:\n  - dag: d\n    max_age: 1h\n", "bad.yaml:2: FreshnessSLA: invalid name=''. Allowed: text that is not empty"),
        ("sla:\n  - name: a\n", "bad.yaml:1: bad.yaml: invalid sla='(a list)'. Allowed: did you mean slas? It takes slas"),
        ("slas: orders\n", "bad.yaml:1: bad.yaml: invalid slas='orders'. Allowed: a list of SLAs"),
        ("slas:\n  - orders\n", "bad.yaml:2: bad.yaml: invalid slas='orders'. Allowed: SLAs as mappings, each with a name"),
        ("- name: a\n", "bad.yaml:1: bad.yaml: invalid file='(a list)'. Allowed: a mapping with the key slas"),
        ("slas:\n  - {name: a\n", "bad.yaml:3: bad.yaml: invalid yaml="),
        (
            "slas:\n  - name: a\n    dag: d\n    dag: e\n    max_age: 1h\n",
            "bad.yaml:4: bad.yaml: invalid dag='twice'. Allowed: each key once",
        ),
        ("slas:\n  - &one {name: a, dag: d, max_age: 1h}\n  - *one\n", "bad.yaml:3: bad.yaml: invalid alias='*one'. Allowed: YAML without"),
        ("slas:\n  - {name: z, dag: d, max_age: 1h, days: 2026-12-24 08:00:00}\n", "Allowed: dates without a time"),
        ("slas:\n  - {name: z, dag: !!python/object:os.system d, max_age: 1h}\n", "bad.yaml:2: bad.yaml: invalid slas="),
        ("slas:\n  - {name: good, dag: d, max_age: 1h}\n", "Allowed: a name that no other SLA has; also.yaml:1 has it"),
        (
            "slas:\n  - {name: z, dag: d, max_age: 1h, on_miss: oncall}\n",
            "invalid on_miss='oncall'. Allowed: the arguments of open_incident",
        ),
        ("slas:\n  - {name: z, dag: d, max_age: 1h, on_miss: {route: a}}\n", "Allowed: did you mean routes?"),
        ("slas:\n  - {name: z, dag: d, max_age: 1h, on_miss: {severity: hi}}\n", "invalid severity='hi'"),
    ],
    ids=[
        "a misspelled key",
        "a wrong value",
        "no name",
        "a misspelled list",
        "a text for a list",
        "a text for an SLA",
        "a list without a key",
        "a bracket that is not closed",
        "a key that comes twice",
        "an alias",
        "a naive datetime",
        "an object of Python",
        "a name of another file",
        "a text for an incident",
        "a misspelled route",
        "a wrong severity",
    ],
)
def test_a_mistake_names_file_line_and_key_and_the_other_files_count(tmp_path: Path, text: str, problem: str) -> None:
    found = folder_of(tmp_path, also="slas: [{name: good, dag: d, max_age: 1h}]\n", bad=text)
    assert [sla.declared.name for sla in found.slas] == ["good"]
    assert any(problem in str(each) for each in found.problems), [str(each) for each in found.problems]


def test_a_misspelled_key_names_the_allowed_ones(tmp_path: Path) -> None:
    (problem,) = folder_of(tmp_path, bad="slas: [{name: a, dag: d, max_age: 1h, graces: 1m}]\n").problems
    assert problem.problem.allowed == f"did you mean grace? It takes {', '.join(SLA_ARGUMENTS)}"


def test_a_misspelled_key_is_not_missed_too(tmp_path: Path) -> None:
    (problem,) = folder_of(tmp_path, bad="slas: [{name: a, conn_id: w, table: t, colunmn: c, max_age: 1h}]\n").problems
    assert str(problem).startswith("bad.yaml:1: FreshnessSLA a: invalid colunmn='c'. Allowed: did you mean column? It takes")


def test_other_slas_of_a_file_with_a_mistake_count(tmp_path: Path) -> None:
    found = folder_of(tmp_path, both="slas:\n  - {name: a, dag: d}\n  - {name: b, dag: d, max_age: 1h}\n")
    assert [sla.declared.name for sla in found.slas] == ["b"]
    assert [str(each.problem.argument) for each in found.problems] == ["max_age"]


def test_files_that_cannot_be_read_and_a_folder_that_is_missing_are_problems(tmp_path: Path) -> None:
    (tmp_path / "latin.yml").write_bytes(b"slas: [{name: \xe9, dag: d, max_age: 1h}]")
    (tmp_path / "large.yaml").write_text("#" * 1_000_001)
    (tmp_path / "notes.txt").write_text("slas: 5")
    found = read_sla_files(tmp_path)
    assert [(each.file, each.problem.argument) for each in found.problems] == [("large.yaml", "file"), ("latin.yml", "file")]
    assert [each.problem.argument for each in read_sla_files(tmp_path / "missing").problems] == ["folder"]


def test_a_changed_file_changes_the_stamp_of_its_folder(tmp_path: Path) -> None:
    folder_of(tmp_path, one=GOOD)
    before = stamp_of(tmp_path)
    assert stamp_of(tmp_path) == before
    folder_of(tmp_path, two=GOOD)
    assert stamp_of(tmp_path) != before
