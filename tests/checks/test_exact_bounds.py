"""A decimal is compared with a bound digit by digit, as the database itself compares them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from airflow_dre.checks.thresholds import Bounds

D = Decimal


@pytest.mark.parametrize(
    ("value", "bound", "above"),
    [
        pytest.param(D("7.50000000000000001"), 7.5, True, id="one digit after those of a double"),
        pytest.param("7.50000000000000001", 7.5, True, id="the same as a text"),
        pytest.param(7.5, D("7.49999999999999999"), True, id="a float above a decimal bound"),
        pytest.param(D("0.1"), 0.1, False, id="a tenth"),
        pytest.param(0.1, D("0.1"), False, id="a tenth as a float"),
        pytest.param(D("0.1000000000000000055"), 0.1, True, id="the digits of the float next to a tenth"),
        pytest.param(D("3.3333333333333333"), 10 / 3, False, id="a bound that was computed"),
        pytest.param(D("1e400"), 1e300, True, id="beyond floats"),
        pytest.param(D("7"), float("inf"), False, id="infinity"),
        pytest.param(float("inf"), D("7"), True, id="an infinite value"),
    ],
)
def test_a_decimal_and_a_float_are_compared_as_they_are_written(value: Decimal | float | str, bound: Decimal | float, above: bool) -> None:
    assert Bounds(at_most=bound).admits(value) is not above
    assert Bounds(more_than=bound).admits(value) is above


@pytest.mark.parametrize("nan", [D("NaN"), float("nan")], ids=["decimal", "float"])
@pytest.mark.parametrize("bound", [D("3.5"), 3.5, 3], ids=str)
def test_not_a_number_lies_nowhere(nan: Decimal | float, bound: Decimal | float) -> None:
    assert not Bounds(at_least=bound).admits(nan)
    assert not Bounds(at_most=bound).admits(nan)
