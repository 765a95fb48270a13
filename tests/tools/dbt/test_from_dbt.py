"""``from_dbt``: what becomes of each generic test, of ``schema.yml`` in all its forms, and what is refused in which words."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks import from_dbt
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.errors import DefinitionError
from airflow_dre.tools.dbt.reading.project import TRANSLATIONS
from airflow_dre.tools.dbt.reading.tests import NOT_NATIVE
from airflow_dre.tools.dbt.reading.thresholds import most_accepted

U, X = "dbt_utils.", "dbt_expectations."


def document(*tests: Any, at: str | None = "a", **more: Any) -> dict[str, Any]:
    """Return a model ``t`` with these tests at a column, or at the model."""
    table = {"data_tests": list(tests)} if at is None else {"columns": [{"name": at, "data_tests": list(tests)}]}
    return {"models": [{"name": "t", **table, **more}]}


def plain(found: list[Declaration]) -> list[Declaration]:
    """Return the checks without their tags."""
    parse_checks(found)
    return [Declaration(one.kind, {name: value for name, value in one.arguments.items() if name != "tags"}) for one in found]


def read(kind: str, at: str | None = "a", **arguments: Any) -> list[Declaration]:
    """Return the checks of one test."""
    return plain(from_dbt(document({kind: arguments} if arguments else kind, at=at)))


def refusal(test: Any, at: str | None = "a", **more: Any) -> str:
    """Return the reason why one test is refused."""
    with pytest.raises(DefinitionError) as error:
        from_dbt(document(test, at=at), **more)
    (problem,) = error.value.problems
    return f"{problem.where} {problem.argument}: {problem.allowed}"


AT_A_COLUMN: list[tuple[str, dict[str, Any], list[Declaration]]] = [
    ("not_null", {}, [c.not_null("a")]),
    ("dbt.not_null", {}, [c.not_null("a")]),
    ("unique", {}, [c.unique("a")]),
    ("accepted_values", {"values": ["x", "O'Neil"]}, [c.in_set("a", ["x", "O'Neil"])]),
    ("accepted_values", {"values": [date(2026, 1, 2)]}, [c.in_set("a", ["2026-01-02"])]),
    ("accepted_values", {"values": [1, 2.5], "quote": False}, [c.in_set("a", [1, 2.5])]),
    ("accepted_values", {"values": ["7", "'x'"], "quote": False}, [c.in_set("a", [7, "x"])]),
    ("accepted_values", {"values": [1, True]}, [c.rows("a IN ('1', 'True')", name="accepted_values(a)")]),
    ("relationships", {"to": "ref('people')", "field": "id"}, [c.foreign_key("a", to="people.id")]),
    ("relationships", {"to": "{{ ref('people') }}", "field": "id"}, [c.foreign_key("a", to="people.id")]),
    ("relationships", {"to": "ref('package', 'people')", "field": "id"}, [c.foreign_key("a", to="people.id")]),
    ("relationships", {"to": "ref('people', v=2)", "field": "id"}, [c.foreign_key("a", to="people_v2.id")]),
    ("relationships", {"to": "source('raw', 'odd name')", "field": '"odd id"'}, [c.foreign_key("a", to='raw."odd name"."odd id"')]),
    (
        f"{U}relationships_where",
        {"to": "ref('p')", "field": "id", "from_condition": "a > 1"},
        [c.foreign_key("a", to="p.id", where="a > 1")],
    ),
    (f"{U}not_accepted_values", {"values": ["x"]}, [c.not_in_set("a", ["x"])]),
    (f"{U}accepted_range", {"min_value": 0, "max_value": 9}, [c.between("a", 0, 9)]),
    (f"{U}accepted_range", {"min_value": 0, "inclusive": False}, [c.between("a", 0, inclusive="neither")]),
    (f"{U}accepted_range", {"max_value": "'2026-01-01'"}, [c.between("a", high="2026-01-01")]),
    (f"{U}accepted_range", {"min_value": 0, "max_value": "b + 1"}, [c.rows("a >= (0) AND a <= (b + 1)", name="accepted_range(a)")]),
    (f"{U}expression_is_true", {"expression": ">= 0"}, [c.rows("a >= 0")]),
    (f"{U}not_null_proportion", {"at_least": 0.95}, [c.not_null("a", fail_above="5%")]),
    (f"{U}not_null_proportion", {"at_least": 0, "at_most": 0.3}, [c.not_null("a", fail_above="100%"), c.null("a", fail_above="30%")]),
    (f"{U}at_least_one", {}, [c.distinct_count("a", at_least=1)]),
    (f"{U}not_constant", {}, [c.metric_sql("CASE WHEN COUNT(DISTINCT a) = 1 THEN 1 ELSE 0 END", equals=0, name="not_constant(a)")]),
    (f"{U}not_empty_string", {}, [c.rows("TRIM(a) <> ''", name="not_empty_string(a)")]),
    (f"{X}expect_column_values_to_not_be_null", {}, [c.not_null("a")]),
    (f"{X}expect_column_values_to_be_between", {"min_value": 1, "strictly": True}, [c.between("a", 1, inclusive="neither")]),
    (f"{X}expect_column_values_to_be_in_set", {"value_set": ["x"]}, [c.in_set("a", ["x"]), c.not_null("a")]),
    (f"{X}expect_column_values_to_match_regex", {"regex": "^x", "row_condition": "b = 1"}, [c.matches("a", "^x", where="b = 1")]),
    (f"{X}expect_column_mean_to_be_between", {"min_value": 1}, [c.mean("a", at_least=1)]),
    (f"{X}expect_column_distinct_count_to_be_less_than", {"value": 5}, [c.distinct_count("a", less_than=5)]),
    (f"{X}expect_column_to_exist", {}, [c.schema_is(["a"], extra=True, any_case=True)]),
]
AT_A_MODEL: list[tuple[str, dict[str, Any], list[Declaration]]] = [
    (f"{U}unique_combination_of_columns", {"combination_of_columns": ["a", '"B c"']}, [c.unique("a", "B c")]),
    (f"{U}expression_is_true", {"expression": "a < b"}, [c.rows("a < b")]),
    (f"{U}recency", {"field": "at", "datepart": "day", "interval": 2}, [c.fresh("at", max_age="2d")]),
    (f"{U}equal_rowcount", {"compare_model": "ref('u')"}, [c.row_count(same_as="u")]),
    ("not_null", {"column_name": "a"}, [c.not_null("a")]),
    (f"{X}expect_table_row_count_to_be_between", {"min_value": 1}, [c.row_count(at_least=1)]),
    (f"{X}expect_table_columns_to_match_set", {"column_list": ["a", "b"]}, [c.schema_is(["a", "b"], any_case=True)]),
    (f"{X}expect_table_row_count_to_equal_other_table", {"compare_model": "ref('u')"}, [c.row_count(same_as="u")]),
    (f"{X}expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}, [c.compare("a", "==", "b")]),
]


@pytest.mark.parametrize(("kind", "arguments", "expected"), AT_A_COLUMN, ids=str)
def test_a_test_of_a_column_becomes(kind: str, arguments: dict[str, Any], expected: list[Declaration]) -> None:
    assert read(kind, **arguments) == expected


@pytest.mark.parametrize(("kind", "arguments", "expected"), AT_A_MODEL, ids=str)
def test_a_test_of_a_model_becomes(kind: str, arguments: dict[str, Any], expected: list[Declaration]) -> None:
    assert read(kind, at=None, **arguments) == expected


ARGUMENTS = sorted(
    {name for _, arguments, _ in [*AT_A_COLUMN, *AT_A_MODEL] for name in arguments} | {"name", "config", "where", "severity", "error_if"}
)
VALUES = "COUNT(DISTINCT CASE WHEN NOT (a IN ('x')) THEN a END)"


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("not_null", {"severity": "WARN"}, {"severity": "warn"}),
        ("not_null", {"severity": "error", "error_if": "!= 0"}, {}),
        ("not_null", {"error_if": "> 10"}, {"warn_above": 0, "fail_above": 10}),
        ("not_null", {"error_if": ">=11", "warn_if": ">5"}, {"warn_above": 5, "fail_above": 10}),
        ("not_null", {"error_if": ">10", "warn_if": ">20"}, {"fail_above": 10}),
        ("not_null", {"warn_if": ">10"}, {}),
        ("not_null", {"severity": "warn", "warn_if": ">10", "error_if": ">99"}, {"severity": "warn", "fail_above": 10}),
        ("accepted_values", {"error_if": ">3"}, {"sql": VALUES, "at_most": 3, "warn_at_most": 0, "name": "accepted_values(a)"}),
        (
            "accepted_values",
            {"severity": "warn", "warn_if": ">1"},
            {"sql": VALUES, "at_most": 1, "severity": "warn", "name": "accepted_values(a)"},
        ),
        (f"{U}at_least_one", {"error_if": ">1"}, {"at_least": 1, "columns": ["a"], "severity": "warn"}),
    ],
    ids=str,
)
def test_severity_and_conditions_become(kind: str, config: dict[str, Any], expected: dict[str, Any]) -> None:
    arguments = {"values": ["x"]} if kind == "accepted_values" else {}
    (found,) = plain(from_dbt(document({kind: {**arguments, "config": config}})))
    assert {name: value for name, value in found.arguments.items() if name != "column"} == expected


@given(st.integers(0, 10**6), st.sampled_from([">", ">=", "!=", "> ", ">= "]), st.integers(0, 10**6))
def test_a_condition_is_silent_about_exactly_what_is_accepted(number: int, operator: str, failures: int) -> None:
    most = most_accepted(f"{operator}{number}")
    asked = {">": failures > number, ">=": failures >= number, "!=": failures != number}[operator.strip()]
    if most is not None:
        assert asked == (failures > most)
    else:
        assert (operator.strip() == "!=" and number) or (operator.strip() == ">=" and not number)


def test_a_test_brings_its_words_along() -> None:
    test = {
        "unique": {
            "name": "ids differ",
            "description": "One id, one thing",
            "config": {"where": "a > 0", "tags": "keys", "meta": {"owner": "shop"}, "store_failures": True, "limit": 9},
        }
    }
    content = document(test, "not_null", config={"meta": {"owner": "people"}})
    content["models"][0]["columns"][0]["tags"] = ["column"]
    unique, not_null = from_dbt(content)
    assert unique.arguments == {
        "columns": ["a"],
        "name": "ids differ",
        "description": "One id, one thing",
        "where": "a > 0",
        "owner": "shop",
        "tags": ["column", "keys", "dbt:unique"],
    }
    assert (not_null.arguments["owner"], not_null.arguments["tags"]) == ("people", ["column", "dbt:not_null"])
    assert unique.final and unique.rendered(str.upper) == unique, "texts are no templates"


@pytest.mark.parametrize(
    "written",
    [
        {"accepted_values": {"values": ["x"], "severity": "warn"}},
        {"accepted_values": {"arguments": {"values": ["x"]}, "config": {"severity": "warn"}}},
        {"test_name": "accepted_values", "values": ["x"], "config": {"severity": "warn"}},
        {"accepted_values": {"values": ["x"], "config": {"severity": "warn", "where": None}}},
    ],
)
@pytest.mark.parametrize("word", ["tests", "data_tests"])
def test_a_test_may_be_written_in_each_form_that_dbt_reads(written: dict[str, Any], word: str) -> None:
    content = {"version": 2, "seeds": [{"name": "t", "columns": [{"name": "a", word: [written]}]}]}
    assert plain(from_dbt(content)) == [c.in_set("a", ["x"], severity="warn")]


def test_the_same_question_twice_has_two_names_and_what_is_disabled_is_left_out() -> None:
    found = from_dbt(document("not_null", {"not_null": {"severity": "warn"}}, {"unique": {"config": {"enabled": False}}}))
    assert plain(found) == [c.not_null("a"), c.not_null("a", severity="warn", name="not_null(a) (2)")]
    several = {f"{X}expect_column_values_to_be_in_set": {"name": "words", "value_set": ["x"]}}
    assert [one.arguments["name"] for one in from_dbt(document(several))] == ["words: in_set(a)", "words: not_null(a)"]


SECOND = "foreign_key(person) (2)"
PROJECT = """
sources:
  - name: raw
    schema: landing
    tables: [{name: people, identifier: people_v7, columns: [{name: id, tests: [unique]}]}, {name: "odd name"}]
models:
  - name: people
    config: {alias: persons}
  - name: orders
    latest_version: 2
    data_tests: [{dbt_utils.expression_is_true: {expression: a < b}}]
    columns:
      - {name: id, data_tests: [unique]}
      - name: person
        data_tests: [{relationships: {to: ref('people'), field: id}}, {relationships: {to: "source('raw', 'people')", field: id}}]
    versions:
      - v: 1
      - v: 2
        data_tests: []
        columns: [{include: all, exclude: [person]}, {name: price, quote: true, data_tests: [not_null]}]
"""


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"source": "raw.people"}, [c.unique("id")]),
        ({"model": "people"}, []),
        ({"model": "orders.v2"}, [c.unique("id"), c.not_null("price")]),
        (
            {"model": "orders.v1"},
            [
                c.rows("a < b"),
                c.unique("id"),
                c.foreign_key("person", to="persons.id"),
                c.foreign_key("person", to="landing.people_v7.id", name=SECOND),
            ],
        ),
        (
            {"model": "orders.v1", "schema": "marts", "tables": {"raw.people": "lake.people"}},
            [
                c.rows("a < b"),
                c.unique("id"),
                c.foreign_key("person", to="marts.persons.id"),
                c.foreign_key("person", to="lake.people.id", name=SECOND),
            ],
        ),
    ],
    ids=str,
)
def test_tables_versions_and_names(chosen: dict[str, Any], expected: list[Declaration]) -> None:
    assert plain(from_dbt(PROJECT, **chosen)) == expected


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {},
            "invalid model=None. Allowed: exactly one of model= and source=, one of people, orders.v1, orders.v2, raw.people, raw.odd name",
        ),
        ({"model": "people", "source": "raw.people"}, "exactly one of model= and source="),
        ({"model": "poeple"}, "invalid model='poeple'. Allowed: did you mean people? One of people, orders.v1"),
        ({"model": "raw.people"}, "invalid model='raw.people'"),
        ({"source": "people"}, "invalid source='people'"),
        ({"model": "people", "unsupported": "hide"}, "invalid unsupported='hide'. Allowed: error or skip"),
    ],
    ids=str,
)
def test_a_table_that_is_not_there_is_refused(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(message)):
        from_dbt(PROJECT, **chosen)


NUMBER = "'> 10', '>= 11' or '!= 0': the number of failures that is too high"
COLUMN = "the name of a column: checks of an expression can be written with rows(...) and metric_sql(...)"
ELSEWHERE = "DbtResultsOperator records what dbt finds"


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (
            "not_nul",
            f"not_nul test: did you mean not_null? A test with a native form; for others, those of the project among them, {ELSEWHERE}",
        ),
        ("ours", f"ours test: A test with a native form; for others, those of the project among them, {ELSEWHERE}"),
        (f"{U}equality", f"{U}equality test: a test with a native form: it compares the rows of two tables. {ELSEWHERE}"),
        ({"not_null": {"config": {"severity": "info"}}}, "not_null severity: error or warn"),
        ({"not_null": {"config": {"error_if": "= 3"}}}, f"not_null error_if: {NUMBER}"),
        ({"not_null": {"config": {"warn_if": "between 1 and 3"}}}, f"not_null warn_if: {NUMBER}"),
        ({"not_null": {"config": {"fail_calc": "sum(n)"}}}, "not_null fail_calc: count(*)"),
        (
            {"not_null": {"config": {"error_if": ">3", "limit": 2}}},
            "not_null limit: no limit, which warn_if and error_if do not take: failures above it are not counted",
        ),
        (
            {"unique": {"config": {"error_if": ">3"}}},
            "unique error_if: '!= 0': dbt counts different values here, and our check counts rows",
        ),
        ({f"{U}at_least_one": {"warn_if": ">1", "error_if": ">1"}}, f"{U}at_least_one error_if: '!= 0': this test has one failure or none"),
        ({"not_null": {"config": {"where": "a > {{ var('x') }}"}}}, "not_null where: a value without Jinja, which only dbt renders"),
        ({"not_null": {"colum": "b"}}, "not_null colum: one of no arguments"),
        ({"accepted_values": {}}, "accepted_values values: a list of at least one value, without null"),
        ({"accepted_values": {"values": ["x", None]}}, "accepted_values values: a list of at least one value, without null"),
        (
            {"accepted_values": {"values": ["now()"], "quote": False}},
            "accepted_values values: a number or a text in single quotes: SQL can be written with rows(...)",
        ),
        ({"relationships": {"to": "people", "field": "id"}}, "relationships to: ref('model') or source('source', 'table')"),
        ({"relationships": {"to": "ref('p')", "field": "lower(id)"}}, f"relationships field: {COLUMN}"),
        (
            {f"{U}recency": {"field": "at", "datepart": "month", "interval": 1}},
            f"{U}recency datepart: minute, hour, day or week: a month has no fixed length",
        ),
        ({f"{U}recency": {"field": "cast(at as date)", "datepart": "day", "interval": 1}}, f"{U}recency field: {COLUMN}"),
        (
            {f"{U}not_constant": {"group_by_columns": ["b"]}},
            f"{U}not_constant group_by_columns: no groups: set by='column' in a check of your own",
        ),
        ({f"{U}accepted_range": {}}, f"{U}accepted_range min_value: at least one of min_value and max_value"),
        ({f"{U}accepted_range": {"min_value": 5, "max_value": 1}}, f"{U}accepted_range low: at most high"),
        (
            {f"{X}expect_column_mean_to_be_between": {"min_value": 1, "group_by": ["b"]}},
            f"{X}expect_column_mean_to_be_between group_by: no groups: set by='column' in a check of your own",
        ),
        (
            {f"{X}expect_column_values_to_match_regex": {"regex": "x", "flags": "i"}},
            f"{X}expect_column_values_to_match_regex flags: no flags: write them into the regular expression as the database does",
        ),
        (
            {f"{X}expect_column_values_to_not_match_regex_list": {"regex_list": ["x", "y"]}},
            f"{X}expect_column_values_to_not_match_regex_list match_on: all: not_matches and not_like let none of the patterns be found",
        ),
    ],
    ids=str,
)
def test_what_has_no_native_form_is_refused(test: Any, reason: str) -> None:
    assert refusal(test) == f"models.t.a {reason}"


def test_everything_that_is_wrong_is_told_at_once_or_left_out_with_a_warning() -> None:
    content = document("ours", "not_null", {"unique": {"config": {"error_if": ">3"}}})
    with pytest.raises(DefinitionError, match="^2 problems in the definition:\n- models.t.a ours: .*\n- models.t.a unique: "):
        from_dbt(content)
    with pytest.warns(UserWarning, match="from_dbt skips this test: models.t.a") as told:
        assert plain(from_dbt(content, unsupported="skip")) == [c.not_null("a")]
    assert len(told) == 2


def test_a_source_whose_schema_is_jinja_needs_a_name() -> None:
    content = document({"relationships": {"to": "source('raw', 'p')", "field": "id"}})
    content["sources"] = [{"name": "raw", "schema": "{{ target.schema }}", "tables": [{"name": "p"}]}]
    with pytest.raises(DefinitionError, match=r"the name of the table without Jinja, in tables={'raw.p': ...}"):
        from_dbt(content, model="t")
    assert plain(from_dbt(content, model="t", tables={"raw.p": "raw.p"})) == [c.foreign_key("a", to="raw.p.id")]


def test_every_known_test_is_translated_or_has_a_reason() -> None:
    assert not TRANSLATIONS.keys() & NOT_NATIVE.keys()
    assert {kind.partition(".")[0] for kind in TRANSLATIONS if "." in kind} == {"dbt_utils", "dbt_expectations"}


def test_a_file_a_text_and_a_dict_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "schema.yml"
    path.write_text(yaml.safe_dump(document("not_null")))
    assert from_dbt(path) == from_dbt(str(path)) == from_dbt(path.read_text()) == from_dbt(document("not_null"))
    with pytest.raises(
        DefinitionError, match=r"invalid properties='/nowhere/schema.yml'. Allowed: the properties of a dbt project .*No such file"
    ):
        from_dbt("/nowhere/schema.yml")


LAUGHS = "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(LAUGHS, "more than 200,000 nodes, with every use of an alias", id="a billion laughs"),
        pytest.param("a: &a [*a]\n", "an alias that holds itself", id="a circle"),
        pytest.param("a: " + "[" * 100 + "]" * 100 + "\n", "nested more than 60 levels deep", id="deep"),
        pytest.param("a: " + "[" * 20_000 + "\n", "nested more than 60 levels deep", id="deeper than Python goes"),
        pytest.param("x: " + "y" * 5_000_001, "more than 5,000,000 characters", id="large"),
        pytest.param("models: []\nmodels: []\n", "not YAML: duplicate key 'models'", id="a key twice"),
        pytest.param("models: !!python/object/apply:os.system [echo]\n", "not YAML: could not determine a constructor", id="an object"),
        pytest.param("models: [\n", "not YAML: while parsing a flow node", id="cut off"),
        pytest.param("? [a, b]\n: 1\n", "not YAML: while constructing a mapping", id="an odd key"),
        pytest.param("exposures:\n", "with models, sources, seeds or snapshots", id="nothing to test"),
        pytest.param("models: {name: t}\n", "invalid list={'name': 't'}. Allowed: a list", id="no list"),
        pytest.param("models:\n  - description: x\n", "Allowed: dicts with a name", id="no name"),
        pytest.param(
            "models:\n  - {name: t, data_tests: [{a: {}, b: {}}]}\n",
            "a name, a dict with one name and its arguments",
            id="two tests in one",
        ),
    ],
)
def test_a_text_that_is_no_schema_yml_is_refused(text: str, why: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(why)):
        from_dbt(text)


JUNK = st.sampled_from([None, True, 0, -1, 1.5, "", "x", "ref('x')", "'", [], {}, [None], {"a": 1}, {1: 2}, "{{ x }}", float("inf"), "> 3"])


@given(st.sampled_from(sorted(TRANSLATIONS)), st.dictionaries(st.sampled_from(ARGUMENTS), JUNK, max_size=4), st.booleans())
def test_whatever_is_written_is_read_or_refused(kind: str, arguments: dict[str, Any], at_column: bool) -> None:
    try:
        parse_checks(from_dbt(document({kind: arguments}, at="a" if at_column else None)))
    except DefinitionError as error:
        assert all(problem.where.startswith("models.t") for problem in error.problems)


def test_a_document_without_tables_is_said_to_be_one() -> None:
    with pytest.raises(
        DefinitionError, match=r"invalid model='orders'. Allowed: none, since the document has no model, seed, snapshot or source"
    ):
        from_dbt({"models": []}, model="orders")
