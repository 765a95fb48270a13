"""Parts of a translation into checks that all tools share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Context, Decimal

from airflow_dre.checks.declared.declaration import Declaration


class Refused(ValueError):
    """An expectation or a test that has no native form."""

    def __init__(self, argument: str, value: object, allowed: str) -> None:
        super().__init__(allowed)
        self.argument = argument
        self.value = value
        self.allowed = allowed


_EXACT = Context(prec=1200)  # enough for every float


_DIGITS = 10  # a float with more is the quotient of two numbers of rows, and not written by hand


_UNIT = Decimal("1e-12")


def limit_of(mostly: object) -> dict[str, object]:
    """Return ``mostly`` as a limit of wrong rows: exactly 1 - mostly in percent.

    Great Expectations compares ``mostly`` with a quotient that is rounded to a float. Where it is one itself, such as 5 / 6, the limit is
    rounded up, by less than the share of one row.
    """
    if mostly is None:
        return {}
    if isinstance(mostly, bool) or not isinstance(mostly, (int, float, Decimal)) or not 0 <= mostly <= 1:
        raise Refused("mostly", mostly, "a number, greater than or equal to 0 and less than or equal to 1")
    share = Decimal(str(mostly))
    percent = _EXACT.multiply(_EXACT.subtract(Decimal(1), share), Decimal(100))
    if isinstance(mostly, float) and len(share.as_tuple().digits) > _DIGITS:
        percent = min(_EXACT.add(percent, _UNIT).quantize(_UNIT, ROUND_CEILING, _EXACT), Decimal(100))
    return {} if not percent else {"fail_above": f"{_EXACT.normalize(percent):f}%"}


def check(kind: str, *options: Mapping[str, object], **arguments: object) -> Declaration:
    """Return a declared check whose texts are not templates, since other tools have no templates."""
    return Declaration(kind, {**arguments, **{name: value for item in options for name, value in item.items()}}, final=True)


def text_in(meta: Mapping[str, object], key: str) -> str | None:
    """Return a text of the metadata that an author attached to a test, or None where it is empty or no text."""
    value = meta.get(key)
    return value if isinstance(value, str) and value.strip() else None
