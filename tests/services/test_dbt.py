"""Records made from dbt artefacts, with the outcome, dataset and message of each result, and the refusal of unreadable files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Connection

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.signals import Event, Origin
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.services.dbt import Artifacts, read_runs
from airflow_dre.services.quality.signal import signal_of
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.names import split_table
from airflow_dre.store.records import ResultRecord, SuiteRunRecord
from airflow_dre.tools.dbt.artifacts.names import ByConnection, ByNamespace, namer_of
from airflow_dre.tools.dbt.artifacts.verdicts import without_quoted_values

PLACE = "duckdb:///shop.duckdb"
Change = Callable[[dict[str, Any], dict[str, Any]], object]


def runs_of(folder: Path, *, since: datetime | None = None, allow_stale: bool = False, **names: str) -> dict[str, SuiteRunRecord]:
    """Return the runs by the name of their dataset."""
    files = {"results": str(folder / "run_results.json"), "manifest": str(folder / "manifest.json"), "namespace": PLACE, **names}
    found = read_runs(
        Artifacts(**files, allow_stale=allow_stale), "nightly", RunContext(origin=Origin(dag_id="d")), since=since, began="this Dag run"
    )
    assert all((run.suite, run.origin) == ("nightly", Origin(dag_id="d")) for run in found)
    return {run.name if run.namespace == PLACE else f"{run.namespace}/{run.name}": run for run in found}


@pytest.fixture
def changed(dbt_folder: Path, tmp_path: Path) -> Callable[[Change], Path]:
    """Return the folder of dbt after a change to its two documents."""

    def change(how: Change) -> Path:
        results, manifest = (json.loads((dbt_folder / "built" / name).read_text()) for name in ("run_results.json", "manifest.json"))
        how(results, manifest)
        (tmp_path / "run_results.json").write_text(json.dumps(results))
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        return tmp_path

    return change


def result_of(runs: dict[str, SuiteRunRecord], name: str) -> ResultRecord:
    """Return the one result of this name."""
    (found,) = [result for run in runs.values() for result in run.results if result.definition.name == name]
    return found


OUTCOMES = {
    "main_raw.raw_customers": {"seed raw_customers builds": "passed"},
    "main_raw.raw_orders": {
        "seed raw_orders builds": "passed",
        "source_not_null_raw_orders_id": "passed",
        "source_unique_raw_orders_id": "passed",
    },
    "main.customers": {
        "model customers builds": "passed",
        "not_null_customers_id": "passed",
        "customer_ids_differ": "failed",
        "accepted_values_customers_country__DE__US__FR": "passed",
        "not_null_customers_email": "warned",
        "shop_row_count_at_least_customers_1": "passed",
        "emails_are_numbers": "errored",
    },
    "main.orders": {
        "model orders builds": "passed",
        "early_orders_are_marked": "passed",
        "not_null_orders_id": "passed",
        "unique_orders_id": "passed",
        "few_ids": "warned",
        "relationships_orders_customer_id__id__ref_customers_": "failed",
        "customers_of_early_orders": "passed",
        "statuses_of_one_row": "warned",
        "usual_statuses": "failed",
        "not_null_orders_amount": "passed",
        "no_amount_missing_at_most_one": "passed",
        "not_null_orders_misspelled": "errored",
        "no_negative_amounts": "failed",
    },
    "main.broken": {"model broken builds": "errored", "not_null_broken_no_such_column": "skipped"},
    "dbt/shop": {"shop-on-run-start-0": "passed", "dashboard": "skipped"},
    "main.after_broken": {"model after_broken builds": "skipped", "unique_after_broken_no_such_column": "skipped"},
}
"""The findings of dbt in our project, by dataset and name."""


def test_every_result_appears_with_the_right_outcome_and_dataset(dbt_folder: Path) -> None:
    runs = runs_of(dbt_folder / "built")
    assert {name: {one.definition.name: one.outcome.value for one in run.results} for name, run in runs.items()} == OUTCOMES
    said = json.loads((dbt_folder / "built" / "run_results.json").read_text())
    assert sum(len(run.results) for run in runs.values()) == len(said["results"])
    assert {run.engine for run in runs.values()} == {"dbt-duckdb"}
    assert {run.measured_at for run in runs.values()} == {datetime.fromisoformat(said["metadata"]["generated_at"])}


def test_each_table_speaks_for_itself(dbt_folder: Path) -> None:
    signals = {name: signal_of(run) for name, run in runs_of(dbt_folder / "built").items()}
    events = {name: None if signal is None else signal.event for name, signal in signals.items()}
    assert events == {
        "main_raw.raw_customers": Event.CHECKS_PASSED,
        "main_raw.raw_orders": Event.CHECKS_PASSED,
        "main.customers": Event.CHECKS_FAILED,
        "main.orders": Event.CHECKS_FAILED,
        "main.broken": Event.CHECKS_ERRORED,
        "main.after_broken": None,
        "dbt/shop": Event.CHECKS_PASSED,
    }
    assert signals["main.broken"] is not None
    assert signals["main.broken"].title == "broken: 1 of 2 checks could not be answered: model broken builds"


def test_a_test_is_kept_with_its_words_and_numbers(dbt_folder: Path) -> None:
    runs = runs_of(dbt_folder / "built")
    told = result_of(runs, "customer_ids_differ")
    assert told.definition.kind == "unique" and told.definition.columns == ("id",) and told.definition.dimension == "uniqueness"
    assert (told.definition.owner, told.definition.tags) == ("id team", ("keys",))
    assert (told.definition.description, told.definition.severity) == ("An id belongs to one customer", "error")
    assert (told.reason, told.expected) == ("Got 1 result, configured to fail if != 0", "fails if != 0")
    assert (told.violations, told.observed, told.value, told.unit, told.fail) == (1, "1", 1.0, "rows", Range(high=0.0))
    assert told.statement is not None and 'from "shop"."main"."customers"' in told.statement
    few = result_of(runs, "few_ids")
    assert (few.expected, few.warn, few.fail) == ("fails if >1, warns if >0", Range(high=0.0), Range(high=1.0))
    missing = result_of(runs, "not_null_customers_email")
    assert (missing.definition.severity, missing.definition.owner, missing.expected) == ("warn", "shop team", "warns if != 0")
    unknown = result_of(runs, "no_amount_missing_at_most_one")
    assert (unknown.outcome, unknown.violations, unknown.observed) == (Outcome.PASSED, None, None), "dbt reports no number of accepted rows"
    assert result_of(runs, "not_null_orders_amount").definition.where == "status = 'paid'"
    kinds = {
        name: result_of(runs, name).definition.kind for name in ("no_negative_amounts", "early_orders_are_marked", "model orders builds")
    }
    assert list(kinds.values()) == ["singular_test", "unit_test", "model"]
    assert len({result.check_id for run in runs.values() for result in run.results}) == 30


def test_the_freshness_of_a_source(dbt_folder: Path) -> None:
    (run,) = runs_of(dbt_folder / "target", results=str(dbt_folder / "target" / "sources.json")).values()
    (told,) = run.results
    assert (run.name, told.definition.kind, told.definition.dimension) == ("main_raw.raw_orders", "source_freshness", "timeliness")
    assert (told.outcome, told.expected, told.unit) == (Outcome.FAILED, "warns above 1 h, fails above 1 d", "seconds")
    assert re.fullmatch(r"the newest row is \d+ d( \d+ (h|min|s))? old", told.reason) and told.warn == Range(high=3600.0) and told.value
    assert told.check_id not in {one.check_id for other in runs_of(dbt_folder / "built").values() for one in other.results}


def test_no_value_of_a_row_is_kept(dbt_folder: Path) -> None:
    runs = runs_of(dbt_folder / "built")
    said = (dbt_folder / "built" / "run_results.json").read_text()
    assert "ann@shop.example" in said, "dbt itself quotes the value"
    assert "@shop.example" not in str(runs)
    reason = "Conversion Error: Could not convert string '…' to INT32 when casting from source column email"
    assert result_of(runs, "emails_are_numbers").reason == reason


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            'Runtime Error in test t (models/s.yml)\n  Binder Error: Referenced column "amount" not found\n  Candidates: "x"',
            'Referenced column "amount" not found',
        ),
        (
            'Database Error in model m (m.sql)\n  invalid input syntax for type integer: "ann"\n  LINE 1: x',
            'invalid input syntax for type integer: "…"',
        ),
        ("Database Error in test t (t.sql)\n  Bad int64 value: 4711", "Bad int64 value: …"),
        ("Numeric value 'ann' is not recognized", "Numeric value '…' is not recognized"),
        ("Got 1 result, configured to fail if != 0", "Got 1 result, configured to fail if != 0"),
        ('shop.on-run-end.0 failed, error:\n Binder Error: no "amount"', 'Binder Error: no "amount"'),
        ("Compilation Error in model m (m.sql)\n  'x' is undefined", "'x' is undefined"),
        ("", ""),
    ],
)
def test_a_message_is_kept_without_what_the_statement_does_not_say(message: str, kept: str) -> None:
    assert without_quoted_values(message, "select amount from t").endswith(kept)


def drop_node(results: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Remove one node from the manifest and make another one unreadable."""
    nodes = manifest["nodes"]
    del nodes[next(name for name in nodes if "customer_ids_differ" in name)]
    nodes[next(name for name in nodes if "few_ids" in name)]["name"] = 7


def test_a_test_that_the_manifest_does_not_know_is_errored_and_hides_no_other(changed: Callable[[Change], Path]) -> None:
    runs = runs_of(changed(drop_node))
    lost = runs.pop("dbt/shop")
    assert {(one.outcome, one.reason) for one in lost.results if one.definition.kind == "unknown"} == {
        (Outcome.ERRORED, f"dbt reports {status}, but its manifest does not contain this node") for status in ("fail", "warn")
    }
    assert sum(len(run.results) for run in runs.values()) == 26 and len(lost.results) == 4


def status(name: str, said: str) -> Change:
    """Let dbt say something else of one node."""

    def change(results: dict[str, Any], manifest: dict[str, Any]) -> None:
        (found,) = [result for result in results["results"] if result["unique_id"].split(".")[2] == name]
        found |= {"status": said, "message": "Skipping due to fail_fast" if said == "skipped" else None}

    return change


@pytest.mark.parametrize(
    ("reported", "outcome", "reason"),
    [
        ("partial success", Outcome.ERRORED, "dbt reports partial success"),
        ("no-op", Outcome.SKIPPED, "dbt skipped it, since a node before it failed"),
        ("skipped", Outcome.SKIPPED, "Skipping due to fail_fast"),
        (
            "reused",
            Outcome.ERRORED,
            "dbt reports the unknown status 'reused', instead of error, fail, no-op, partial success, pass, skipped, success, warn",
        ),
    ],
)
def test_what_else_dbt_may_say(changed: Callable[[Change], Path], reported: str, outcome: Outcome, reason: str) -> None:
    found = result_of(runs_of(changed(status("customers", reported))), "model customers builds")
    assert (found.outcome, found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("reported", "outcome", "event"),
    [("pass", Outcome.PASSED, Event.CHECKS_PASSED), ("skipped", Outcome.SKIPPED, None), ("fail", Outcome.FAILED, Event.CHECKS_FAILED)],
)
def test_half_an_answer_ends_no_incident(changed: Callable[[Change], Path], reported: str, outcome: Outcome, event: Event | None) -> None:
    def change(results: dict[str, Any], manifest: dict[str, Any]) -> None:
        for result in results["results"]:
            result["status"] = "pass"
        status("unique_orders_id", reported)(results, manifest)

    run = runs_of(changed(change))["main.orders"]
    signal = signal_of(run)
    assert (run.outcome, signal and signal.event) == (outcome, event)


def test_an_invocation_that_ran_nothing_was_skipped(changed: Callable[[Change], Path]) -> None:
    runs = runs_of(changed(lambda results, manifest: results.update(results=[])))
    assert {name: (run.outcome, run.results) for name, run in runs.items()} == {"dbt/shop": (Outcome.SKIPPED, ())}


def version(kind: int, said: str | None) -> Change:
    """Return a change that sets the schema version of one of the two documents."""
    return lambda *documents: documents[kind]["metadata"].update(dbt_schema_version=said)


def test_artefacts_of_another_version_or_invocation_are_refused(changed: Callable[[Change], Path]) -> None:
    place = "https://schemas.getdbt.com/dbt/"
    known = "run-results v6 (run_results.json of dbt 1.8 to 1.11) or sources v3 (sources.json of dbt 1.8 to 1.11)"
    cases: list[tuple[Change, str]] = [
        (version(0, f"{place}run-results/v7.json"), f"Allowed: {known}: this file is run-results v7"),
        (version(1, f"{place}manifest/v20.json"), "Allowed: manifest v12 (manifest.json of dbt 1.8 to 1.11): this file is manifest v20"),
        (version(0, f"{place}manifest/v12.json"), f"Allowed: {known}: this file is manifest v12"),
        (version(0, None), f"Allowed: {known}: this file has no dbt_schema_version"),
        (lambda results, manifest: results["metadata"].update(invocation_id="other"), "keep both files of one invocation of dbt"),
        (
            lambda results, manifest: results["metadata"].update(generated_at="2026-01-01T00:00:00"),
            "a file as dbt writes it: Expected `datetime` with a timezone component - at `$.metadata.generated_at`",
        ),
        (
            lambda results, manifest: results["results"][0].pop("status"),
            "Allowed: a file as dbt writes it: Object missing required field `status`",
        ),
    ]
    for change, message in cases:
        with pytest.raises(DefinitionError, match=re.escape(message)) as error:
            runs_of(changed(change))
        assert re.search(r"^- dbt: invalid (run_results|manifest)='", str(error.value), re.MULTILINE)


def test_the_manifest_of_a_later_command_is_refused(dbt_folder: Path) -> None:
    with pytest.raises(
        DefinitionError, match=r"run_results.json of invocation .* Allowed: the results of the invocation that wrote .*manifest.json"
    ):
        runs_of(dbt_folder / "target")


def test_a_file_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        DefinitionError, match=r"invalid manifest='.*manifest.json'.*it does not exist: did dbt run with this target folder\?"
    ):
        runs_of(tmp_path)
    with pytest.raises(DefinitionError, match=r"invalid manifest='file://.*it does not exist"):
        runs_of(tmp_path, manifest=f"file://{tmp_path}/manifest.json")
    (tmp_path / "manifest.json").write_text('{"metadata": {')
    with pytest.raises(DefinitionError, match=r"Allowed: a whole JSON file: Input data was truncated"):
        runs_of(tmp_path)


def test_results_that_are_older_than_the_run_are_refused(dbt_folder: Path) -> None:
    later = datetime(2999, 1, 1, tzinfo=UTC)
    with pytest.raises(
        DefinitionError,
        match=r"results of this Dag run: dbt wrote these at .*, \d+ d .* before this Dag run began\. Did dbt run\? Set allow_stale=True",
    ):
        runs_of(dbt_folder / "built", since=later)
    assert runs_of(dbt_folder / "built", since=later, allow_stale=True)
    assert runs_of(dbt_folder / "built", since=datetime(2020, 1, 1, tzinfo=UTC))


class Named:
    """A hook and a connection of a database, without anything that answers."""

    def __init__(self, kind: str, **given: Any) -> None:
        self.connection = Connection(conn_id="w", conn_type=kind, **given)
        self.hook: Any = PostgresHook(postgres_conn_id="w") if kind == "postgres" else type("DuckHook", (), {"conn_type": kind})()


@pytest.mark.parametrize(
    ("database", "parts", "table", "namespace"),
    [
        (Named("duckdb", host="/w/shop.duckdb"), ("shop", "main", "orders"), "orders", "duckdb:///w/shop.duckdb"),
        (Named("duckdb", host="/w/shop.duckdb"), ("shop", "main_raw", "raw_orders"), "main_raw.raw_orders", "duckdb:///w/shop.duckdb"),
        (Named("postgres", host="db", schema="shop"), ("shop", "marts", "orders"), "marts.orders", "postgres://db:5432"),
        (Named("postgres", host="db", schema="shop"), ("shop", "marts", "odd.name"), 'marts."odd.name"', "postgres://db:5432"),
    ],
)
def test_a_table_of_dbt_has_the_name_that_every_other_operator_gives_it(
    database: Named, parts: tuple[str, str, str], table: str, namespace: str
) -> None:
    ours = name_dataset(database.hook, database.connection, split_table(table))
    assert ByConnection(database.hook, database.connection).name(parts) == ours == ByNamespace(namespace).name(parts)


def test_a_connection_must_be_there_and_of_dbts_own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "duckdb", "host": "/w/shop.duckdb"}))
    assert namer_of("lake", None, "duckdb", "dbt").name(("shop", "main", "orders")).namespace == "duckdb:///w/shop.duckdb"
    with pytest.raises(
        DefinitionError, match="invalid conn_id='lake'. Allowed: a connection of type postgres, to which dbt wrote, not duckdb"
    ):
        namer_of("lake", None, "postgres", "dbt")
    with pytest.raises(DefinitionError, match="invalid conn_id='nowhere'. Allowed: a connection with its provider: .*nowhere"):
        namer_of("nowhere", None, "postgres", "dbt")
    with pytest.raises(DefinitionError, match="Allowed: exactly one of conn_id .* and namespace"):
        namer_of("lake", PLACE, "duckdb", "dbt")
