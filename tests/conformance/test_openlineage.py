"""Every event that leaves a Dag of quality checks meets the OpenLineage schemas, and holds what the checks found."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

pytestmark = pytest.mark.airflow
HERE = Path(__file__).resolve()
Event = dict[str, Any]

REFUSED_OF_OTHERS: dict[tuple[str, str], str] = {}
"""Where in an event, and the start of what the schemas say against it: things that others put there, each with its reason. None so far."""

JOBS = {
    "lineage_of_quality.passing": ("START", "COMPLETE"),
    "lineage_of_quality.warning": ("START", "COMPLETE"),
    "lineage_of_quality.failing": ("START", "FAIL"),
    "lineage_of_quality.odd_name": ("START", "COMPLETE"),
    "lineage_of_quality.empty": ("START", "COMPLETE"),
    "lineage_of_quality.expecting": ("START", "FAIL"),
    "lineage_of_quality": ("FAIL",),
}
CHECKED = {
    "passing": "main.orders",
    "warning": "main.orders",
    "failing": "main.orders",
    "odd_name": "main.odd; name",
    "empty": "main.no_rows",
    "expecting": "main.orders",
}


def schema_folder() -> Path:
    """Return the folder of the schemas of OpenLineage."""
    if given := os.environ.get("DRE_CONFORMANCE_OPENLINEAGE"):
        return Path(given)
    return Path(os.environ.get("DRE_CONFORMANCE") or HERE.parents[2].parent / "shared" / "conformance") / "openlineage"


@pytest.fixture(scope="session")
def schemas() -> dict[str, Any]:
    """Return every schema of the folder by its ``$id``."""
    folder = schema_folder()
    if not (folder / "OpenLineage.json").is_file():
        pytest.skip(f"no OpenLineage schemas in {folder}: set DRE_CONFORMANCE or DRE_CONFORMANCE_OPENLINEAGE")
    documents = [json.loads(path.read_text()) for path in [folder / "OpenLineage.json", *sorted((folder / "facets").glob("*.json"))]]
    return {document["$id"]: document for document in documents}


@pytest.fixture(scope="session")
def core(schemas: dict[str, Any]) -> str:
    """Return the ``$id`` of the core schema."""
    (found,) = [name for name in schemas if name.endswith("/OpenLineage.json")]
    return found


@pytest.fixture(scope="session")
def registry(schemas: dict[str, Any], core: str) -> Registry[Any]:
    """Return the schemas, and the one core schema under the older addresses that facets refer to. Nothing comes from the network."""
    older = set(re.findall(r'"\$ref": "([^"#]+/OpenLineage\.json)', json.dumps(schemas)))
    found: Registry[Any] = Registry()
    return found.with_resources(
        (name, Resource.from_contents(document)) for name, document in {**dict.fromkeys(older, schemas[core]), **schemas}.items()
    )


formats = FormatChecker(["uuid"])


@formats.checks("date-time", raises=ValueError)
def _is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@formats.checks("uri", raises=ValueError)
def _is_uri(text: object) -> bool:
    return not isinstance(text, str) or bool(urlsplit(text).scheme)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, schemas: dict[str, Any], airflow_template: Path) -> Path:
    """Return an Airflow home in which the Dag has run."""
    folder = tmp_path_factory.mktemp("lineage")
    shutil.copy(airflow_template, folder)
    (folder / "dags").mkdir()
    transport = {"type": "file", "log_file_path": str(folder / "events.jsonl"), "append": True}
    settings = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/dre.db",
        "AIRFLOW__OPENLINEAGE__DISABLED": "False",
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "conformance",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW_CONN_SHOP": json.dumps({"conn_type": "sqlite", "host": str(folder / "shop.db")}),
    }
    command = [sys.executable, str(HERE.with_name("emit_lineage.py")), str(folder)]
    with (folder / "output.txt").open("w+") as output:  # a file, not a pipe: the pool of OpenLineage would hold a pipe open
        ended = subprocess.run(command, env=os.environ | settings, stdout=output, stderr=output, timeout=120, check=False)
        assert ended.returncode == 0, (folder / "output.txt").read_text()[-3000:]
    return folder


@pytest.fixture(scope="session")
def events(home: Path) -> list[Event]:
    """Return what the file transport wrote."""
    return [json.loads(line) for line in (home / "events.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def checked(events: list[Event]) -> dict[str, Event]:
    """Return the last event of every task by its id."""
    return {job.rpartition(".")[2]: event for event in events if (job := event["job"]["name"]) != "lineage_of_quality"}


def test_openlineage_has_nothing_to_warn_of(home: Path) -> None:
    lines = (home / "output.txt").read_text().splitlines()
    assert [line for line in lines if "[warning" in line and "openlineage" in line.lower()] == []


def facets_of(event: Event) -> Iterator[tuple[str, str, str, Any]]:
    """Yield every facet of an event: its place, the kind of facet for that place, its key and itself."""
    for key, facet in event["run"].get("facets", {}).items():
        yield "run", "RunFacet", key, facet
    for key, facet in event["job"].get("facets", {}).items():
        yield "job", "JobFacet", key, facet
    for side, own, kind in (("inputs", "inputFacets", "InputDatasetFacet"), ("outputs", "outputFacets", "OutputDatasetFacet")):
        for dataset in event.get(side, []):
            for key, facet in dataset.get("facets", {}).items():
                yield f"{side}.facets", "DatasetFacet", key, facet
            for key, facet in dataset.get(own, {}).items():
                yield f"{side}.{own}", kind, key, facet


def facet_schemas(schemas: dict[str, Any], kind: str, key: str) -> list[str]:
    """Return the schemas of the facets of a ``kind`` that are called ``key``."""
    return [
        name
        for name, document in schemas.items()
        if key in document.get("properties", {}) and any(_is_a(kind, definition) for definition in document["$defs"].values())
    ]


def _is_a(kind: str, definition: dict[str, Any]) -> bool:
    return any(str(part.get("$ref", "")).endswith(f"/{kind}") for part in definition.get("allOf", []))


def refusals(event: Event, schemas: dict[str, Any], core: str, registry: Registry[Any]) -> Iterator[tuple[str, ValidationError]]:
    """Yield every error that the schemas find in an event, with its place."""

    def against(address: str, value: object) -> Iterator[ValidationError]:
        yield from Draft202012Validator({"$ref": address}, registry=registry, format_checker=formats).iter_errors(value)

    for error in against(f"{core}#/$defs/RunEvent", event):
        yield "event", error
    for place, kind, key, facet in facets_of(event):
        for address in facet_schemas(schemas, kind, key):
            for error in against(address, {key: facet}):
                yield f"{place}.{key}", error


def test_every_event_of_the_run_was_written(events: list[Event]) -> None:
    seen = {job: tuple(event["eventType"] for event in events if event["job"]["name"] == job) for job in JOBS}
    assert seen == JOBS
    assert {event["job"]["name"] for event in events} == set(JOBS)
    assert {event["job"]["namespace"] for event in events} == {"conformance"}


def test_every_event_meets_the_schemas(events: list[Event], schemas: dict[str, Any], core: str, registry: Registry[Any]) -> None:
    refused = [
        (event["job"]["name"], place, error.message) for event in events for place, error in refusals(event, schemas, core, registry)
    ]
    ours = [found for found in refused if not any(found[1] == place and found[2].startswith(said) for place, said in REFUSED_OF_OTHERS)]
    assert not ours
    met = {entry for entry in REFUSED_OF_OTHERS if any(place == entry[0] and said.startswith(entry[1]) for _, place, said in refused)}
    assert met == set(REFUSED_OF_OTHERS), "an entry of the table that refuses nothing any more must go"


@pytest.mark.parametrize(
    ("place", "kind", "key"),
    [
        ("inputs.inputFacets", "InputDatasetFacet", "dataQualityAssertions"),
        ("inputs.inputFacets", "InputDatasetFacet", "dataQualityMetrics"),
        ("run", "RunFacet", "test"),
    ],
)
def test_each_facet_of_ours_was_held_against_a_schema(
    events: list[Event], schemas: dict[str, Any], place: str, kind: str, key: str
) -> None:
    assert len(facet_schemas(schemas, kind, key)) == 1
    assert sum((place, kind, key) == found[:3] for event in events for found in facets_of(event)) == len(CHECKED)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("eventTime",), "today", id="an invalid time"),
        pytest.param(("eventType",), "DONE", id="an unknown event type"),
        pytest.param(("run", "runId"), "7", id="a run id that is no UUID"),
        pytest.param(("inputs", 0, "inputFacets", "dataQualityAssertions", "assertions", 0, "success"), "yes", id="success as text"),
        pytest.param(("inputs", 0, "inputFacets", "dataQualityAssertions", "assertions", 0, "expected"), 3, id="expected as a number"),
        pytest.param(("inputs", 0, "inputFacets", "dataQualityMetrics", "rowCount"), "three", id="a row count as text"),
        pytest.param(("inputs", 0, "inputFacets", "dataQualityMetrics", "columnMetrics"), None, id="no column metrics"),
        pytest.param(("run", "facets", "test", "tests", 0, "name"), 3, id="a test without a name that is text"),
        pytest.param(("run", "facets", "test", "_schemaURL"), "x", id="a facet without the address of its schema"),
    ],
)
def test_a_spoiled_event_is_refused(
    checked: dict[str, Event], schemas: dict[str, Any], core: str, registry: Registry[Any], path: tuple[str | int, ...], value: object
) -> None:
    spoiled = json.loads(json.dumps(checked["passing"]))
    place: Any = spoiled
    *steps, last = path
    for step in steps:
        place = place[step]
    assert last in (range(len(place)) if isinstance(place, list) else place)
    place[last] = value
    assert list(refusals(spoiled, schemas, core, registry))


@pytest.mark.parametrize(("task", "name"), CHECKED.items())
def test_the_checked_dataset_has_its_name_by_the_rules(home: Path, checked: dict[str, Event], task: str, name: str) -> None:
    (dataset,) = checked[task]["inputs"]
    assert (dataset["namespace"], dataset["name"]) == (f"sqlite://{home}/shop.db", name)
    assert dataset["namespace"].startswith("sqlite:///")
    assert set(dataset["inputFacets"]) == {"dataQualityAssertions", "dataQualityMetrics"}


def said(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is set. The client writes the rest as null or as an empty object."""
    return {key: value for key, value in values.items() if value is not None and value != {}}


def assertion(kind: str, success: bool, severity: str, expected: str, actual: str, **more: str) -> dict[str, Any]:
    """Return an assertion without the words for people."""
    return {"assertion": kind, "success": success, "severity": severity, "expected": expected, "actual": actual, **more}


@pytest.mark.parametrize(
    ("task", "event_type", "assertions"),
    [
        pytest.param(
            "passing",
            "COMPLETE",
            [
                assertion("row_count", True, "error", "at least 1", "3", name="row_count()"),
                assertion("not_null", True, "error", "at most 0 violating", "0", name="not_null(id)", column="id"),
                assertion("unique", True, "error", "at most 0 violating", "0", name="unique(id, day)"),
                assertion("column_min", True, "error", "at least 10", "10", name="column_min(amount)", column="amount"),
                assertion("column_max", True, "error", "at most 30", "30", name="column_max(amount)", column="amount"),
                assertion("mean", True, "error", "exactly 20", "20", name="mean(amount)", column="amount"),
                assertion("in_set", True, "error", "at most 0 violating", "0", name="the first", column="id"),
            ],
            id="a suite that passes",
        ),
        pytest.param(
            "warning",
            "COMPLETE",
            [
                assertion(
                    "not_null", False, "warn", "at most 50% violating (warn above 2%)", "33.3333", name="not_null(amount)", column="amount"
                ),
                assertion("not_null", False, "warn", "at most 0 violating", "1", name="mild", column="amount"),
            ],
            id="a suite that warns",
        ),
        pytest.param(
            "failing",
            "FAIL",
            [
                assertion("not_null", False, "error", "at most 0 violating", "1", name="not_null(amount)", column="amount"),
                assertion("row_count", True, "error", "at least 1", "3", name="row_count()"),
                assertion("fresh", False, "error", "at most 1 d old", "2505600", name="fresh(day)", column="day"),
            ],
            id="a suite that fails: what could not be checked is no assertion",
        ),
        pytest.param(
            "odd_name",
            "COMPLETE",
            [assertion("row_count", True, "error", "exactly 3", "3", name="row_count()")],
            id="a table with an odd name",
        ),
        pytest.param("empty", "COMPLETE", [], id="an empty table: what was skipped is no assertion"),
        pytest.param(
            "expecting",
            "FAIL",
            [
                assertion("expect_table_row_count_to_equal", True, "error", "exactly 3", "3", name="expect_table_row_count_to_equal()"),
                assertion(
                    "expect_column_values_to_not_be_null",
                    True,
                    "error",
                    "at most 50% violating",
                    "33.3333",
                    name="expect_column_values_to_not_be_null(amount)",
                    column="amount",
                ),
                assertion(
                    "expect_column_max_to_be_between",
                    False,
                    "warn",
                    "at most 9",
                    "30",
                    name="expect_column_max_to_be_between(amount)",
                    column="amount",
                ),
                assertion(
                    "expect_column_values_to_be_in_set",
                    False,
                    "error",
                    "at most 0 violating",
                    "2",
                    name="expect_column_values_to_be_in_set(day)",
                    column="day",
                ),
            ],
            id="a suite of Great Expectations",
        ),
    ],
)
def test_assertions(checked: dict[str, Event], task: str, event_type: str, assertions: list[dict[str, Any]]) -> None:
    assert checked[task]["eventType"] == event_type
    told = checked[task]["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert [{key: value for key, value in said(each).items() if key != "description"} for each in told] == assertions
    assert all(each["description"] for each in told)


@pytest.mark.parametrize(
    ("task", "rows", "columns"),
    [
        pytest.param("passing", 3, {"id": {"nullCount": 0}, "amount": {"min": 10, "max": 30}}, id="a suite that passes"),
        pytest.param("warning", 3, {"amount": {"nullCount": 1}}, id="a suite that warns"),
        pytest.param("failing", 3, {"amount": {"nullCount": 1}}, id="a suite that fails"),
        pytest.param("odd_name", 3, {}, id="no column was read"),
        pytest.param("empty", 0, {"id": {"nullCount": 0}}, id="an empty table"),
        pytest.param("expecting", 3, {"amount": {"nullCount": 1, "max": 30}}, id="a suite of Great Expectations"),
    ],
)
def test_metrics(checked: dict[str, Event], task: str, rows: int, columns: dict[str, Any]) -> None:
    told = checked[task]["inputs"][0]["inputFacets"]["dataQualityMetrics"]
    assert told["rowCount"] == rows
    assert {name: said(found) for name, found in told["columnMetrics"].items()} == columns


@pytest.mark.parametrize(
    ("task", "statuses"),
    [
        pytest.param("passing", ["pass"] * 7, id="a suite that passes"),
        pytest.param("warning", ["fail", "fail"], id="a suite that warns"),
        pytest.param(
            "failing", ["fail", "pass", "skip", "fail"], id="a suite that fails: what could not be checked is reported as skipped"
        ),
        pytest.param("empty", ["skip"], id="an empty table"),
        pytest.param("expecting", ["pass", "pass", "fail", "fail", "skip"], id="a suite of Great Expectations"),
    ],
)
def test_every_check_is_a_test_of_the_run(checked: dict[str, Event], task: str, statuses: list[str]) -> None:
    tests = checked[task]["run"]["facets"]["test"]["tests"]
    assert [each["status"] for each in tests] == statuses


def test_a_check_of_a_missing_column_says_why(checked: dict[str, Event]) -> None:
    missing = checked["failing"]["run"]["facets"]["test"]["tests"][2]
    assert missing["name"] == "in_set(missing)"
    assert missing["description"].startswith("errored: no such column")
