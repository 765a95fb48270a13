"""SQLite."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.checks.metrics import Unit
from airflow_dre.sql.dialect import Dialect

_FORMATS = {Unit.HOUR: "%Y-%m-%d %H:00:00", Unit.DAY: "%Y-%m-%d", Unit.MONTH: "%Y-%m-01", Unit.YEAR: "%Y-01-01"}


def _call(name: str, *arguments: exp.Expr | str) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[exp.Literal.string(item) if isinstance(item, str) else item for item in arguments])


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    match unit:
        case Unit.WEEK:
            return _call("date", value, "weekday 0", "-6 days")
        case Unit.QUARTER:
            month = exp.cast(_call("strftime", "%m", value), "INTEGER")
            back = exp.Mod(this=exp.paren(exp.Sub(this=month, expression=exp.Literal.number(1))), expression=exp.Literal.number(3))
            months = exp.DPipe(
                this=exp.DPipe(this=exp.Literal.string("-"), expression=exp.paren(back)), expression=exp.Literal.string(" months")
            )
            return _call("date", value, "start of month", months)
        case _:
            return _call("strftime", _FORMATS[unit], value)


def _columns(table: tuple[str, ...]) -> exp.Expr:
    arguments = [exp.Literal.string(part) for part in reversed(table)]
    return exp.select("name", "type").from_(exp.Anonymous(this="pragma_table_info", expressions=arguments)).order_by("cid")


SQLITE = Dialect(
    name="sqlite",
    max_columns=2000,  # SQLITE_MAX_COLUMN
    dates_are_text=True,
    is_text=lambda value: exp.EQ(this=_call("typeof", value), expression=exp.Literal.string("text")),
    unknown_quoted_is_text=True,
    guard="PRAGMA query_only = ON",
    regex=lambda value, pattern: exp.RegexpLike(
        this=value, expression=exp.Literal.string(pattern)
    ),  # the engine brings REGEXP: Python's re
    json=lambda value: exp.EQ(this=_call("json_valid", value), expression=exp.Literal.number(1)),
    reads=None,
    start_of=_start_of,
    variance=None,
    columns=_columns,
)
