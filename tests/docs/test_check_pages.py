"""Tests that the page of every check is true: its parameters, its SQL, and its outcome for an empty table and for NULLs."""

from __future__ import annotations

import ast
import inspect
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import duckdb
import pytest
import sqlalchemy as sa
import sqlglot
from sqlglot import exp

from airflow_dre import checks
from airflow_dre.checks.declared.declaration import Declaration, FreshOptions, Options
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import DefinitionError
from airflow_dre.services.quality.answers import NOTHING, CountingEngine
from airflow_dre.services.quality.run import Suite, answer_rows, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row
from tests.databases import DATABASES
from tests.hooks import Hook

FOLDER = Path(__file__).parents[2] / "docs" / "checks"
IMPORTERS = {"from_column_mapping", "from_dbt", "from_gx"}
"""Functions that translate definitions of other tools. They are not kinds of checks."""
KINDS = sorted(set(checks.__all__) - IMPORTERS)
SECTIONS = ["Parameters", "What it counts", "SQL", "Example", "Notes"]
NOW = datetime(2026, 1, 11, tzinfo=UTC)
COLUMNS = (
    "id INTEGER, customer_id INTEGER, seller_id INTEGER, country VARCHAR(2), currency VARCHAR(3), status VARCHAR(20), email VARCHAR(80), "
    "sku VARCHAR(20), amount DOUBLE PRECISION, stock INTEGER, paid_percent INTEGER, open_percent INTEGER, imported_on VARCHAR(10), "
    "payload VARCHAR(200), ordered_at TIMESTAMP, shipped_at TIMESTAMP, deleted_at TIMESTAMP"
)
NULLS = f"({', '.join(['NULL'] * len(COLUMNS.split(', ')))})"
GOOD = [
    f"({n}, {n}, 99, {country}, 'paid', 'user{n}@shop.test', 'SKU-{n}', {10.5 * n}, {100 - n}, 60, 40, '2026-01-{n:02}', '[{n}]', "
    f"'2026-01-{n:02} 10:00:00', '2026-01-{n:02} 12:00:00', NULL)"
    for n in range(1, 11)
    for country in ["'DE', 'EUR'" if n <= 6 else "'US', 'USD'"]
]
STATES = {"empty": [], "nulls": [NULLS, NULLS], "good": GOOD, "good and a row of NULLs": [*GOOD, NULLS]}
"""Rows of ``orders`` and ``orders_archive``."""


def text_of(kind: str) -> str:
    """Return the whole page of a check."""
    return (FOLDER / f"{kind}.md").read_text()


def section(kind: str, title: str) -> str:
    """Return the text below a heading."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text_of(kind), re.MULTILINE | re.DOTALL)
    assert found, f"docs/checks/{kind}.md has no section {title!r}"
    return found[1]


def stated(kind: str, label: str) -> str:
    """Return the text behind a label such as ``Empty table``."""
    found = re.search(rf"^- \*\*{label}:\*\* (.+)$", section(kind, "What it counts"), re.MULTILINE)
    assert found, f"docs/checks/{kind}.md does not state {label!r}"
    return found[1]


def block(kind: str, title: str) -> str:
    """Return the code below a heading."""
    found = re.search(r"^```\w+\n(.*?)^```$", section(kind, title), re.MULTILINE | re.DOTALL)
    assert found, f"docs/checks/{kind}.md has no code in {title!r}"
    return found[1]


def declarations(kind: str) -> list[Declaration]:
    """Return the checks of the example."""
    tree = ast.parse(block(kind, "Example"))
    (listed,) = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "checks"]
    found: list[Declaration] = eval(compile(ast.Expression(listed), kind, "eval"), {name: getattr(checks, name) for name in KINDS})
    return found


def options_of(kind: str) -> type[Options]:
    """Return the options that the function of a check takes in addition to its own arguments."""
    (options,) = get_args(get_type_hints(getattr(checks, kind))["options"])
    found: type[Options] = options
    return found


class Listener:
    """An engine that records each statement and answers 1 to every question."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return one row, wide enough for every question."""
        self.heard.append(sql)
        return [(1,) * len(sqlglot.parse_one(sql, read="postgres", into=exp.Select).selects)]


def compiled(kind: str) -> str:
    """Return the statements of the example for PostgreSQL, set in lines."""
    scope, listener = Scope(("orders",), None, find_dialect("postgres")), Listener()
    answer_rows(parse_checks(declarations(kind)), scope, CountingEngine(listener), NOTHING, None)
    return "\n".join(f"{in_lines(sql)};\n" for sql in listener.heard)


def in_lines(sql: str) -> str:
    """Return a statement set in lines, unless that changes more than white space."""
    (pretty,) = sqlglot.transpile(sql, read="postgres", write="postgres", pretty=True)
    return pretty if "".join(pretty.split()) == "".join(sql.split()) else sql


def test_every_check_has_its_page() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_the_front_page_leads_to_it(kind: str) -> None:
    assert f"](checks/{kind}.md)" in (FOLDER.parent / "checks.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_form_of_all_pages(kind: str) -> None:
    assert re.match(rf"# {kind}\n\n[A-Z].+\.\n", text_of(kind))
    assert re.findall(r"^## (.+)$", text_of(kind), re.MULTILINE) == SECTIONS
    for label in ("Scope", "NULL", "Only NULLs", "Empty table"):
        assert stated(kind, label)


@pytest.mark.parametrize("kind", KINDS)
def test_its_table_holds_the_parameters_of_its_function_and_no_other(kind: str) -> None:
    lines = [re.split(r"\s*\|\s*", line.strip("| ")) for line in section(kind, "Parameters").splitlines() if line.startswith("| `")]
    documented = {cells[0].strip("`*"): None if cells[-2] == "required" else ast.literal_eval(cells[-2].strip("`")) for cells in lines}
    required = {cells[0].strip("`*") for cells in lines if cells[-2] == "required"}
    own = {name: each.default for name, each in inspect.signature(getattr(checks, kind)).parameters.items() if name != "options"}
    empty = {inspect.Parameter.empty}
    further = {} if options_of(kind) is not FreshOptions else dict.fromkeys(FreshOptions.__annotations__.keys() - Options.__annotations__)
    assert documented == {**{name: None if default in empty else default for name, default in own.items()}, **further}
    assert required == {name for name, default in own.items() if default in empty}


@pytest.mark.parametrize("kind", KINDS)
def test_it_names_its_thresholds_and_no_others(kind: str) -> None:
    (paragraph,) = [line for line in section(kind, "Parameters").splitlines() if line.startswith("It")]
    own = set(inspect.signature(getattr(checks, kind)).parameters)
    of_any = {name for each in KINDS for name in options_of(each).__annotations__} - set(Options.__annotations__) - own
    in_table = FreshOptions.__annotations__.keys() if options_of(kind) is FreshOptions else set()
    documented = set(re.findall(r"`(\w+)`", paragraph)) & of_any
    assert documented | in_table == (set(options_of(kind).__annotations__) & of_any) | in_table


@pytest.mark.parametrize("kind", KINDS)
def test_it_states_when_filter_and_segments_are_refused(kind: str) -> None:
    first, refused = declarations(kind)[0], []
    for argument in ("where", "by"):
        try:
            parse_checks([Declaration(first.kind, {**first.arguments, argument: "country"})])
        except DefinitionError:
            refused.append(argument)
    assert refused == (["where", "by"] if "`where` and `by` are refused" in section(kind, "Parameters") else [])


@pytest.mark.parametrize("kind", KINDS)
def test_its_sql_is_what_the_engine_compiles(kind: str) -> None:
    sql, path = compiled(kind), FOLDER / f"{kind}.md"
    if os.environ.get("DRE_GOLDEN") == "rewrite":
        before, rest = text_of(kind).split("```sql\n", 1)
        path.write_text(f"{before}```sql\n{sql}```{rest.split('```', 1)[1]}")
    assert block(kind, "SQL") == sql


def script(rows: Sequence[str]) -> list[str]:
    """Return the tables of the examples."""
    tables = [
        f"CREATE TABLE orders ({COLUMNS})",
        f"CREATE TABLE orders_archive ({COLUMNS})",
        "CREATE TABLE customers (id INTEGER, country VARCHAR(2))",
    ]
    people = [f"INSERT INTO customers VALUES ({n}, '{'DE' if n <= 6 else 'US'}')" for n in range(1, 11)]
    return [*tables, *people, *[f"INSERT INTO {table} VALUES {row}" for table in ("orders", "orders_archive") for row in rows]]


@pytest.fixture(scope="module")
def hooks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Hook]:
    """Return a function that makes a database in a state at its first use."""
    made: dict[tuple[str, str], Callable[[], Any]] = {}
    folder = tmp_path_factory.mktemp("warehouses")

    def make(database: str, state: str) -> Callable[[], Any]:
        connect: Callable[[], Any]
        if database == "sqlite":
            connect = partial(sqlite3.connect, folder / f"{state}.db")
        elif database == "duckdb":
            connect = duckdb.connect(folder / f"{state}.duckdb").cursor
        else:
            schema = state.replace(" ", "_")
            engine = sa.create_engine(sa.make_url(request.getfixturevalue("postgres_address")).set(drivername="postgresql+psycopg"))
            with engine.begin() as admin:
                admin.exec_driver_sql(f"CREATE SCHEMA pages_{schema}")
            engine.dispose()
            with_path = sa.create_engine(engine.url, connect_args={"options": f"-c search_path=pages_{schema}"}, poolclass=sa.NullPool)
            connect = with_path.raw_connection
        connection = connect()
        cursor = connection.cursor()
        for statement in script(STATES[state]):
            cursor.execute(statement)
        connection.commit()
        connection.close()
        return connect

    def hook(database: str, state: str) -> Hook:
        if (database, state) not in made:
            made[database, state] = make(database, state)
        return Hook(database, made[database, state])

    return hook


@pytest.fixture
def run(hooks: Callable[[str, str], Hook]) -> Callable[[str, str, str], tuple[ResultRecord, ...]]:
    """Return a function that runs the checks of an example on a database in a state."""

    def of(kind: str, database: str, state: str) -> tuple[ResultRecord, ...]:
        scope = Scope(("orders",), None, find_dialect(database))
        suite = Suite(name="pages", dataset=DatasetName("test", "orders"), scope=scope, checks=parse_checks(declarations(kind)))
        warehouse = Warehouse(hooks(database, state), timeout=timedelta(seconds=60))
        try:
            return run_suite(suite, warehouse, NOW).record.results
        finally:
            warehouse.close()

    return of


Run = Callable[[str, str, str], tuple[ResultRecord, ...]]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("kind", KINDS)
class TestOnRealData:
    """The statements of the pages, compared with real databases."""

    @pytest.mark.parametrize(("state", "label"), [("empty", "Empty table"), ("nulls", "Only NULLs")])
    def test_no_value_is_judged_as_stated(self, run: Run, kind: str, database: str, state: str, label: str) -> None:
        result = run(kind, database, state)[0]
        found = re.match(r"(skipped|passed|failed|judged)(?:: (\d+))?\b", stated(kind, label))
        assert found, f"{label} must begin with skipped, passed, failed or judged"
        if found[1] != "judged":
            assert result.outcome == found[1], result.reason
        else:
            assert result.outcome in ("passed", "failed"), result.reason
            assert found[2] is None or result.observed == found[2]

    def test_the_example_passes_on_good_data(self, run: Run, kind: str, database: str) -> None:
        assert [(result.outcome.value, result.reason) for result in run(kind, database, "good") if result.outcome != "passed"] == []

    def test_a_row_of_nulls_is_in_scope_as_stated(self, run: Run, kind: str, database: str) -> None:
        scope = stated(kind, "Scope")
        before, after = run(kind, database, "good")[0], run(kind, database, "good and a row of NULLs")[0]
        if scope.startswith("every row"):
            assert (before.rows, after.rows) == (10, 11)
        else:
            assert (after.outcome, after.observed, after.rows) == (before.outcome, before.observed, before.rows)
