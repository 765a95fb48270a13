"""Row conditions of Great Expectations as SQL conditions.

Three forms are read: the condition objects of 1.x as JSON, the ``col("a") > 5`` of the parser ``great_expectations``, and those
expressions for pandas that compare columns with values. Conditions for Spark are SQL and stay unchanged. Names are always in double
quotes, so that a column may have the name of a keyword.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from airflow_dre.checks.standard_sql import StandardSql, quoted_name

PARSERS = ("great_expectations", "great_expectations__experimental__", "spark", "pandas")
_GX = re.compile(
    r"""\s*col\("(?P<column>[^"]+)"\)\s*
    (?: (?P<known>\.notnull\(\)) | (?P<operator><=|>=|==|!=|<|>)\s*
        (?: (?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
          | date\(\s*(?:"(?P<date2>[^"]*)"|'(?P<date1>[^']*)')\s*\)
          | "(?P<text2>[^"]*)" | '(?P<text1>[^']*)' ) )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_PANDAS_WORDS = re.compile(r"""("(?:[^"\\]|\\.)*+(?:"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z))|`([^`]+)`|(&|\||~)""")
_PANDAS_OPERATORS = {"&": " and ", "|": " or ", "~": " not "}
_SQL = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_COMPARED: dict[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class UnreadableCondition(ValueError):
    """A condition without a SQL form, with the reason."""


def where_of(condition: object, parser: object) -> str | None:
    """Return the SQL of a row condition, or None without one.

    :raises UnreadableCondition: SQL cannot express it.
    """
    if condition is None:
        return None
    if isinstance(condition, Mapping):
        return StandardSql(_structured(condition))
    if not isinstance(condition, str):
        raise UnreadableCondition(f"a {type(condition).__name__} is not a condition")
    match parser:
        case None | "great_expectations" | "great_expectations__experimental__":
            return StandardSql(_compared(condition))
        case "spark":
            return condition
        case "pandas":
            return StandardSql(_pandas(condition))
    raise UnreadableCondition(f"condition_parser {parser!r} is not one of {', '.join(PARSERS)}")


def _structured(condition: Mapping[str, object]) -> str:
    match condition:
        case {"type": "comparison", "column": {"name": str(name)}, "operator": str(operator), "parameter": parameter}:
            if operator in ("IN", "NOT_IN"):
                return _membership(name, parameter, negated=operator == "NOT_IN")
            if operator in _SQL:
                return f"{quoted_name(name)} {_SQL[operator]} {_literal(parameter)}"
        case {"type": "nullity", "column": {"name": str(name)}, "is_null": bool(missing)}:
            return f"{quoted_name(name)} IS {'' if missing else 'NOT '}NULL"
        case {"type": "and" | "or" as word, "conditions": [_, *_] as listed}:
            parts = [_structured(part) for part in listed if isinstance(part, Mapping)]
            if len(parts) == len(listed):
                return "(" + f" {word.upper()} ".join(parts) + ")"
        case {"type": "pass_through", "pass_through_filter": str(text)}:
            return _pandas(text)
    raise UnreadableCondition(f"{dict(condition)!r} is not a condition of Great Expectations")


def _compared(text: str) -> str:
    found = _GX.fullmatch(text)
    if found is None:
        raise UnreadableCondition(f'{text!r} is not of the form col("name") > 5, == "text", <= date("2020-01-01") or col("name").notNull()')
    if found["known"]:
        return f"{quoted_name(found['column'])} IS NOT NULL"
    value = found["number"]
    if value is None:
        value = _literal(next(found[group] for group in ("date1", "date2", "text1", "text2") if found[group] is not None))
    return f"{quoted_name(found['column'])} {_SQL[found['operator']]} {value}"


def _pandas(text: str) -> str:
    names: dict[str, str] = {}

    def plain(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        if found[3]:
            return _PANDAS_OPERATORS[found[3]]
        return names.setdefault(found[2], f"backticked_{len(names)}")

    try:
        tree = ast.parse(_PANDAS_WORDS.sub(plain, text).strip(), mode="eval")
    except SyntaxError as error:
        raise UnreadableCondition(f"{text!r} is not a condition for pandas: {error.msg}") from error
    return _python(tree.body, {word: name for name, word in names.items()})


def _python(node: ast.expr, names: Mapping[str, str]) -> str:
    match node:
        case ast.BoolOp(op=op, values=values):
            word = " AND " if isinstance(op, ast.And) else " OR "
            return "(" + word.join(_python(value, names) for value in values) + ")"
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return f"NOT ({_python(inner, names)})"
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [left, *others]
            parts = [_comparison(sides[n], op, sides[n + 1], names) for n, op in enumerate(ops)]
            return parts[0] if len(parts) == 1 else "(" + " AND ".join(parts) + ")"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=args, keywords=[]):
            if method in ("isnull", "isna", "notnull", "notna") and not args:
                return f"{quoted_name(names.get(name, name))} IS {'NOT ' if method.startswith('not') else ''}NULL"
            if method == "isin" and len(args) == 1:
                return _membership(names.get(name, name), _value(args[0]), negated=False)
    raise UnreadableCondition(f"{ast.unparse(node)!r} does not compare a column with a value")


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, names: Mapping[str, str]) -> str:
    """Return one comparison.

    A missing value differs from every value in pandas, so that ``!=`` and ``not in`` accept it.
    """
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, ast.Name):
        return _membership(names.get(left.id, left.id), _value(right), negated=isinstance(op, ast.NotIn), missing_too=True)
    operator = _COMPARED.get(type(op))
    if operator is None:
        raise UnreadableCondition(
            f"{ast.unparse(left)!r} and {ast.unparse(right)!r} are not compared by one of {', '.join(_SQL)}, in, not in"
        )
    if isinstance(right, ast.Name) and not isinstance(left, ast.Name):
        left, right, operator = right, left, _TURNED[operator]
    if not isinstance(left, ast.Name):
        raise UnreadableCondition(f"{ast.unparse(left)!r} is not a column")
    column = quoted_name(names.get(left.id, left.id))
    other = quoted_name(names.get(right.id, right.id)) if isinstance(right, ast.Name) else _literal(_value(right))
    condition = f"{column} {_SQL[operator]} {other}"
    return condition if operator != "!=" else f"({condition} OR {column} IS NULL)"


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise UnreadableCondition(f"{ast.unparse(node)!r} is not a value") from error


def _membership(name: str, values: object, *, negated: bool, missing_too: bool = False) -> str:
    if not isinstance(values, (list, tuple, set)) or not values:
        raise UnreadableCondition(f"{values!r} is not a list of values")
    listed = ", ".join(_literal(value) for value in values)
    condition = f"{quoted_name(name)} {'NOT ' if negated else ''}IN ({listed})"
    return f"({condition} OR {quoted_name(name)} IS NULL)" if negated and missing_too else condition


def _literal(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float() | Decimal() if math.isfinite(value):
            return str(value)
        case datetime():
            return _literal(value.isoformat(sep=" "))
        case date():
            return _literal(value.isoformat())
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise UnreadableCondition(f"{value!r} is not a number, text or date")
