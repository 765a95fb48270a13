"""Declarations are read together, and every mistake is reported at once."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.errors import DefinitionError


def only(declaration: Declaration) -> str:
    """Return the id of a declared check."""
    (check,) = parse_checks([declaration])
    return check.id


def test_every_public_check_can_be_read() -> None:
    assert sorted(CHECK_KINDS) == sorted(set(c.__all__) - {"from_column_mapping", "from_dbt", "from_gx"})


def test_all_mistakes_are_reported_at_once() -> None:
    misspelled: dict[str, Any] = {"severty": "warn"}
    with pytest.raises(DefinitionError) as error:
        parse_checks(
            [
                c.not_null("a", fail_above="5 %%"),
                c.not_null("b", **misspelled),
                c.between("a", 3, 1),
                c.row_count(),
                c.mean("a", at_least=5, at_most=1, dimension="taste"),
                c.fresh("t", max_age="soon"),
                c.in_set("a", []),
                c.unique(),
                c.not_null("c"),
                c.not_null("c"),
                c.not_null("d", warn_above="2%"),
                c.not_null("e", warn_above=5, fail_above=1, runbook="javascript:alert(1)"),
                "not_null",
            ]
        )
    lines = str(error.value).splitlines()
    assert lines[0] == "14 problems in the definition:"
    for expected in (
        "checks[0] not_null: invalid fail_above='5 %%'. Allowed: a count of rows such as 0 or 100, or a percent such as '5%'",
        "checks[1] not_null: invalid severty='warn'. Allowed: did you mean severity? This check takes by, column, description, ",
        "checks[2] between: invalid low=3. Allowed: at most high",
        (
            "checks[3] row_count: invalid at_least=None. Allowed: at least one of at_least, at_most, more_than, less_than, equals, "
            "warn_at_least, warn_at_most"
        ),
        "checks[4] mean: invalid at_least=5. Allowed: at most at_most",
        "checks[4] mean: invalid dimension='taste'. Allowed: accuracy, completeness, conformity, consistency, coverage, timeliness, ",
        "checks[5] fresh: invalid max_age='soon'. Allowed: a positive duration such as '90m', '6h', '1d', '2w' or a timedelta",
        "checks[6] in_set: invalid values=[]. Allowed: a list of at least one finite number, date, boolean or text, without None",
        "checks[7] unique: invalid columns=[]. Allowed: one or more different names of columns",
        "checks[9] not_null: invalid name='not_null(c)'. Allowed: a unique name: this check is identical to checks[8] not_null",
        "checks[10] not_null: invalid fail_above=None. Allowed: ",
        "checks[11] not_null: invalid warn_above=5. Allowed: at most fail_above (1): a warning comes before a failure",
        "checks[11] not_null: invalid runbook='javascript:alert(1)'. Allowed: an address that starts with https:// or http://",
        "checks: invalid [12]='not_null'. Allowed: checks made by airflow_dre.checks: ",
    ):
        assert any(line.startswith(f"- {expected}") for line in lines), expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(c.not_null("a"), c.not_null("a", fail_above="5%", severity="warn", description="x"), True, id="not how strict it is"),
        pytest.param(c.mean("a", at_least=1), c.mean("a", at_most=9), True, id="not its bounds"),
        pytest.param(c.not_null("a"), c.not_null("b"), False, id="its column"),
        pytest.param(c.not_null("a"), c.not_null("a", where="b = 1"), False, id="its row filter"),
        pytest.param(c.not_null("a"), c.not_null("a", name="key"), False, id="a name of its own"),
        pytest.param(c.not_null("a"), c.not_null("a", name="not_null(a)"), True, id="its default name spelled out"),
        pytest.param(c.not_null("a", name="old"), c.not_null("a", name="new", previous_name="old"), True, id="a rename carried over"),
        pytest.param(c.not_null("a"), c.not_null("a", name="new", previous_name="not_null(a)"), True, id="a first name carried over"),
        pytest.param(c.column_min("a", at_least=1), c.column_max("a", at_least=1), False, id="its kind"),
    ],
)
def test_an_id_comes_from_what_is_asked(one: Declaration, other: Declaration, same: bool) -> None:
    assert (only(one) == only(other)) is same


def test_templates_wait_until_they_are_rendered() -> None:
    declared = c.between("a", "{{ low }}", 10, where="m = {{ m }}")
    assert declared.templated
    assert parse_checks([declared]) == ()
    rendered = declared.rendered(lambda text: text.replace("{{ low }}", "3").replace("{{ m }}", "7"))
    assert rendered.arguments == {"column": "a", "low": 3, "high": 10, "where": "m = 7"}
    assert declared.arguments["low"] == "{{ low }}", "the declared check is shared by all map indexes and stays as it was"


def test_a_mistake_survives_pickling() -> None:
    import pickle

    with pytest.raises(DefinitionError) as error:
        parse_checks([c.row_count()])
    copy = pickle.loads(pickle.dumps(error.value))
    assert str(copy) == str(error.value)
    assert copy.problems == error.value.problems
