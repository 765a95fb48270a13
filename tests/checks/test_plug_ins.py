"""Kinds of checks of other packages, which come in by entry points."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.packages import install_package, run_with_packages

PACKAGE = """
from dataclasses import dataclass
from typing import ClassVar

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.kind import CheckKind
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.kinds.rows import LimitedCheck
from airflow_dre.checks.metrics import ValueCount, Violations
from airflow_dre.checks.rules import Rule, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentage(LimitedCheck):
    kind: ClassVar[str] = "percentage"
    default_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    column: str
    most: float

    def identity_arguments(self):
        return {"column": self.column, "most": self.most}

    def looked_at(self):
        return ValueCount(column=self.column, where=self.options.where)

    def violations(self):
        return Violations(rule=Within(column=self.column, low=0, high=self.most), where=self.options.where)


def percentage(column, *, most=100, **options):
    return Declaration("percentage", {"column": column, "most": most, **options})


PERCENTAGE = CheckKind(
    lambda a: Percentage(column=a.column(), most=a.number("most", 0, 1000, "a number from 0 to 1000"), **a.limit_arguments()),
    frozenset({"most"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed(Within):
    pass


class Strict(Percentage):
    kind = "strict"

    def violations(self):
        return Violations(rule=Unnamed(column=self.column, low=0, high=self.most), where=self.options.where)


class Nameless(Percentage):
    def identity_arguments(self):
        raise SystemError("no identity")


def fail(arguments):
    arguments.refuse("most", "nothing at all")
    raise ZeroDivisionError("of {braces}")


STRICT = CheckKind(lambda a: Strict(column=a.column(), most=1, **a.limit_arguments()))
NAMELESS = CheckKind(lambda a: Nameless(column=a.column(), most=1, **a.limit_arguments()))
FAILING = CheckKind(fail)
NOTHING = CheckKind(lambda a: None)
"""
ENTRY_POINTS = """
[airflow_dre.checks]
percentage = acme_checks:PERCENTAGE
strict = acme_checks:STRICT
nameless = acme_checks:NAMELESS
failing = acme_checks:FAILING
nothing = acme_checks:NOTHING
gone = acme_checks.missing:KIND
plain = acme_checks:percentage
not_null = acme_checks.replacement:KIND
twice = acme_checks:PERCENTAGE
"""
SCRIPT = """
import json, sqlite3, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" and "entry_points.txt" in str(args[0]) else None)

from datetime import UTC, datetime

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations, parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName

opened.clear()
parse_checks([c.not_null("rate")])
read_for_ours = list(opened)

from acme_checks import percentage

class Hook:
    conn_type = "sqlite"
    def get_conn(self):
        connection = sqlite3.connect(":memory:")
        connection.executescript("CREATE TABLE t (rate REAL); INSERT INTO t VALUES (50), (120), (NULL)")
        return connection

def problem(declaration):
    return [problem.allowed for problem in check_declarations([declaration])[1]]

from airflow_dre.partitions.arguments import find_partition_problems
from airflow_dre.services.checkup import check_plug_ins

broken = [Declaration(name, {"column": "rate"}) for name in ("failing", "nameless", "nothing")]
partitioned = parse_checks([Declaration("strict", {"column": "rate"}), percentage("rate")])

rendered = percentage("rate", most="{{ params.most }}").rendered(lambda text: "110" if "params" in text else text)
suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=Scope(("t",), None, find_dialect("sqlite")),
    checks=parse_checks([percentage("rate", name="own"), rendered, c.not_null("rate"), percentage("rate", most=50, by="rate")]))
results = run_suite(suite, Warehouse(Hook()), datetime.now(UTC)).record.results
print(json.dumps({
    "read_for_ours": read_for_ours, "read": bool(opened), "replaced": "acme_checks.replacement" in sys.modules,
    "results": [(each.definition.name, each.outcome.value, each.reason) for each in results],
    "findings": [str(finding) for finding in check_plug_ins()],
    "broken": [str(problem) for problem in check_declarations([*broken, c.not_null(""), c.row_count(at_least=1)])[1]],
    "partitioned": [str(problem) for problem in find_partition_problems("s", partitioned, "day", "all", None)],
    "most": rendered.arguments["most"], "mistake": problem(percentage("rate", most=2000)), "unknown": problem(percentage("rate", mots=1)),
    **{name: problem(Declaration(name, {"column": "rate"})) for name in ("gone", "plain", "twice", "nobody_has_it")},
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the output of a fresh process in which two foreign packages are installed."""
    folder = tmp_path_factory.mktemp("site")
    replacement = "raise SystemExit('a kind of ours was replaced')"
    install_package(folder, "acme-checks", ENTRY_POINTS, {"__init__": PACKAGE, "replacement": replacement})
    install_package(folder, "other-checks", "[airflow_dre.checks]\ntwice = acme_checks:PERCENTAGE\n")
    return dict(json.loads(run_with_packages(folder, SCRIPT).stdout))


def test_a_check_of_another_package_runs_in_a_suite(found: dict[str, Any]) -> None:
    assert found["results"][:3] == [
        ["own", "failed", "1 of 2 rows (50%) break it, more than 0"],
        ["percentage(rate)", "failed", "1 of 2 rows (50%) break it, more than 0"],
        ["not_null(rate)", "failed", "1 of 3 rows (33.33%) break it, more than 0"],
    ]
    assert found["results"][3][1:] == ["failed", "1 of 3 values of rate do not pass: 120.0: 1 of 1 row (100%) break it, more than 0"]


def test_its_arguments_are_read_as_those_of_ours(found: dict[str, Any]) -> None:
    assert found["most"] == 110, "a template in a number becomes one"
    assert found["mistake"] == ["a number from 0 to 1000"]
    assert found["unknown"][0].startswith("did you mean most? This check takes by, column, ")


def test_entry_points_are_read_only_for_an_unknown_kind(found: dict[str, Any]) -> None:
    assert found["read_for_ours"] == []
    assert found["read"], "or the test would not notice that they are read"


def test_a_kind_of_ours_is_not_replaced(found: dict[str, Any]) -> None:
    assert not found["replaced"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone", "the entry point gone = acme_checks.missing:KIND of acme-checks 1.0 does not load: ModuleNotFoundError: No module named"),
        ("plain", "the entry point plain = acme_checks:percentage of acme-checks 1.0 is no CheckKind, but of type function"),
        ("twice", "several packages offer twice as airflow_dre.checks: acme-checks 1.0, other-checks 1.0; uninstall all but one"),
    ],
)
def test_a_kind_that_does_not_load_is_named(found: dict[str, Any], name: str, message: str) -> None:
    (allowed,) = found[name]
    assert allowed.startswith("a kind of check that loads; ")
    assert message in allowed


@pytest.mark.parametrize(
    "line",
    [
        "ok     plug-in          percentage of airflow_dre.checks loads.",
        "note   plug-in          not_null of airflow_dre.checks is not used, since airflow-dre has its own. Rename or uninstall it.",
        "wrong  plug-in          the entry point gone = acme_checks.missing:KIND of acme-checks 1.0 does not load: ModuleNotFoundError",
        "wrong  plug-in          the entry point plain = acme_checks:percentage of acme-checks 1.0 is no CheckKind",
        "wrong  plug-in          several packages offer twice as airflow_dre.checks: acme-checks 1.0, other-checks 1.0",
    ],
)
def test_check_config_has_a_line_for_each_of_them(found: dict[str, Any], line: str) -> None:
    assert len([each for each in found["findings"] if each.startswith(line)]) == 1
    assert len(found["findings"]) == 9


def test_a_kind_that_raises_is_named_and_the_other_problems_are_reported(found: dict[str, Any]) -> None:
    refused, failing, nameless, nothing, ours = found["broken"]
    assert refused == "checks[0] failing: invalid most=None. Allowed: nothing at all"
    offered = "a kind of check that works; the entry point {0} = acme_checks:{1} of acme-checks 1.0 raised "
    assert failing.endswith(offered.format("failing", "FAILING") + "ZeroDivisionError: of {braces}")
    assert nameless.endswith(offered.format("nameless", "NAMELESS") + "SystemError: no identity")
    assert offered.format("nothing", "NOTHING") + "AttributeError: " in nothing
    assert ours.startswith("checks[3] not_null: invalid column=''")


def test_a_rule_without_a_name_for_its_states_is_refused_with_partition_by(found: dict[str, Any]) -> None:
    (problem,) = found["partitioned"]
    assert problem.startswith("check strict(rate): invalid partition_by='day'. Allowed: None with this check")
    assert problem.endswith("; it has no state_name, by which its states are kept: Unnamed has no state_name")


def test_an_unknown_kind_is_refused_with_the_known_ones(found: dict[str, Any]) -> None:
    (allowed,) = found["nobody_has_it"]
    assert allowed.startswith("checks made by airflow_dre.checks: all_differ, between, ")
