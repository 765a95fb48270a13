"""Suite parameters: ``{"$PARAMETER": "upstream_rows * 0.9"}``, a name or a formula in place of a value.

The formulas are those of Great Expectations: numbers, names, ``+ - * / ^``, a few functions, ``datetime``, ``timedelta`` and ``now``.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

ALLOWED = (
    "a name among parameters=, or a formula of numbers and such names with + - * / ^ and abs, round, trunc, sgn, exp, sin, cos, tan, "
    "now(), datetime(...), timedelta(...)"
)
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., object]] = {
    "abs": abs,
    "cos": math.cos,
    "datetime": datetime,
    "exp": math.exp,
    "round": round,
    "sgn": lambda value: (value > 0) - (value < 0),
    "sin": math.sin,
    "tan": math.tan,
    "timedelta": timedelta,
    "trunc": math.trunc,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}


class UnknownParameter(ValueError):
    """A parameter without a value, with the reason."""


def parameter_value(value: object, parameters: Mapping[str, object], now: datetime | None) -> object:
    """Return the value of a parameter, or any other value unchanged.

    :param now: the value of ``now()``.
    :raises UnknownParameter: the parameter has no value.
    """
    if not isinstance(value, Mapping) or "$PARAMETER" not in value:
        return value
    formula = str(value["$PARAMETER"])
    if f"$PARAMETER.{formula}" in value:
        return value[f"$PARAMETER.{formula}"]
    if formula in parameters:
        return parameters[formula]
    try:
        tree = ast.parse(formula.replace("^", "**"), mode="eval")
        return _evaluate(tree.body, parameters, now)
    except UnknownParameter:
        raise
    except (ArithmeticError, SyntaxError, TypeError, ValueError) as error:
        raise UnknownParameter(f"{formula!r} has no value: {error}") from error


def _evaluate(node: ast.expr, parameters: Mapping[str, object], now: datetime | None) -> Any:
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float, str)):
            return value
        case ast.Name(id=name) if name in parameters:
            return parameters[name]
        case ast.Name(id=name) if name.lower() in _CONSTANTS:
            return _CONSTANTS[name.lower()]
        case ast.Name(id=name):
            raise UnknownParameter(f"there is no {name!r} in parameters=")
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_evaluate(inner, parameters, now)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _evaluate(inner, parameters, now)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left, parameters, now), _evaluate(right, parameters, now))
        case ast.Call(func=ast.Name(id="now"), args=[], keywords=[]):
            if now is None:
                raise UnknownParameter("now() needs now=, the time of the run")
            return now
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _FUNCTIONS:
            named = {str(word.arg): _evaluate(word.value, parameters, now) for word in keywords}
            return _FUNCTIONS[name](*[_evaluate(item, parameters, now) for item in args], **named)
    raise UnknownParameter(f"{ast.unparse(node)!r} is not a formula of Great Expectations")
