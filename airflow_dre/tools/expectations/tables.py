"""Expectations about a table as a whole: its columns, its number of rows, and queries of its own."""

from __future__ import annotations

import re

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.tools.expectations.arguments import ExpectationArguments
from airflow_dre.tools.expectations.rows import TranslateExpectation, always
from airflow_dre.tools.translation import Refused, check
from airflow_dre.values.numbers import is_ordered

FRAME_TYPES: dict[str, dict[str, tuple[str, ...]]] = {
    "pandas": {
        **{name: (name,) for name in ("int64", "int32", "int16", "uint64", "uint32", "uint16", "uint8", "float64", "date")},
        "int8": ("tinyint",),
        "int": ("bigint",),
        "float": ("double",),
        "float32": ("float",),
        "str": ("varchar",),
        "bool": ("boolean",),
        "bool_": ("boolean",),
        "object": ("varchar", "date"),
        "O": ("varchar", "date"),
        **dict.fromkeys(("datetime64", "datetime64[ns]", "datetime64[us]"), ("timestamp", "timestamp_ns", "timestamp_s", "timestamp_ms")),
        "datetime64[ns, UTC]": ("timestamp with time zone",),
        "Timestamp": ("timestamp with time zone",),
    },
    "spark": {
        "ByteType": ("tinyint",),
        "ShortType": ("smallint",),
        "IntegerType": ("int",),
        "LongType": ("bigint",),
        "FloatType": ("float",),
        "DoubleType": ("double",),
        "DecimalType": ("decimal",),
        "StringType": ("string",),
        "BinaryType": ("binary",),
        "BooleanType": ("boolean",),
        "DateType": ("date",),
        "TimestampType": ("timestamp",),
        "TimestampNTZType": ("timestamp_ntz",),
    },
}
"""SQL types by the type names of other packages. In pandas 3, text has a type of its own and is not an object."""
_IN_LISTS = {
    "pandas": {
        "datetime64[us]": ("timestamp",),
        "datetime64[ns]": ("timestamp_ns",),
        **dict.fromkeys(("object", "O", "datetime64", "datetime64[ns, UTC]", "Timestamp"), ()),
    }
}
"""The same for lists of types, where Great Expectations compares the types of columns instead of those of values."""
_NONE = "type that no column has"


def _column_count(bounds: dict[str, object], a: ExpectationArguments) -> list[Declaration]:
    return [check("column_count", a.options(filtered=False), bounds or {"at_least": 0})]


def _row_count(bounds: dict[str, object], a: ExpectationArguments) -> list[Declaration]:
    return [check("row_count", a.options(), bounds or {"at_least": 0})]


def _count_bounds(a: ExpectationArguments) -> dict[str, object]:
    """Return the bounds of a count of a table. Great Expectations raises an error for reversed ones, unlike for those of a column."""
    low, high = a.ends()[:2]
    if low is not None and high is not None and not is_ordered(low, high):
        raise Refused("min_value", low, "at most max_value: min_value cannot be greater than max_value")
    return a.bounds(whole=True)


def _exactly(a: ExpectationArguments) -> dict[str, object]:
    value = a.whole("value")
    if value is None:
        raise Refused("value", value, "a whole number")
    return {"equals": value}


def _other_row_count(a: ExpectationArguments) -> list[Declaration]:
    return [check("row_count", a.options(), same_as=a.text("other_table_name"))]


def _exists(a: ExpectationArguments) -> list[Declaration]:
    column, place = a.text("column"), a.whole("column_index")
    places = {column: place} if place else None  # Great Expectations ignores place 0
    return [check("schema_is", a.plain_options(filtered=False), columns=[column], extra=True, places=places)]


def _ordered_columns(a: ExpectationArguments) -> list[Declaration]:
    options = a.options(filtered=False)
    if a.take("column_list") is None:
        return [check("column_count", options, at_least=0)]
    names = a.texts("column_list")
    if len(set(names)) < len(names):
        raise Refused("column_list", names, "names that differ")
    return [check("schema_is", options, columns=names, ordered=True)]


def _set_of_columns(a: ExpectationArguments) -> list[Declaration]:
    """Return a check of a set of names, which ignores their case. Great Expectations does so unless they are in double quotes."""
    exact, options = a.flag("exact_match") or "exact_match" not in a.expectation.kwargs, a.options(filtered=False)
    if not a.take("column_set"):
        return [check("column_count", options, {"equals": 0} if exact else {"at_least": 0})]
    names = [name[1:-1] if re.fullmatch(r'".+"', name) else name for name in a.texts("column_set")]
    return [check("schema_is", options, columns=list(dict.fromkeys(names)), extra=None if exact else True, any_case=True)]


def _types(argument: str) -> TranslateExpectation:
    def translate(a: ExpectationArguments) -> list[Declaration]:
        column, given = a.text("column"), a.take(argument)
        if given is None and argument == "type_":
            raise Refused(argument, given, "the name of a type")
        if given is None:
            return always(column, a.plain_options())
        names = a.texts(argument) if argument.endswith("_list") else [a.text(argument)]
        package, in_list = a.setting.types_of or "", argument.endswith("_list")
        known = {**FRAME_TYPES.get(package, {}), **(_IN_LISTS.get(package, {}) if in_list else {})}
        others = {name: () if package == "pandas" else tuple(dict.fromkeys((name, name.replace("_", " ")))) for name in names}
        types = [kind for name in names for kind in known.get(name, others[name])] or [_NONE]
        return [check("schema_is", a.plain_options(filtered=False), columns={column: types}, extra=True)]

    return translate


def _unexpected_rows(a: ExpectationArguments) -> list[Declaration]:
    sql, table = a.text("unexpected_rows_query"), a.setting.table
    if "{batch}" in sql and table is None:
        raise Refused("unexpected_rows_query", sql, "from_gx(..., table=...): the table to replace {batch}, as SQL spells it")
    return [check("failed_rows_sql", a.options(filtered=False), sql=sql.replace("{batch}", table or ""))]


TABLES: dict[str, TranslateExpectation] = {
    "expect_column_to_exist": _exists,
    "expect_column_type_to_be": _types("type_"),
    "expect_column_values_to_be_in_type_list": _types("type_list"),
    "expect_column_values_to_be_of_type": _types("type_"),
    "expect_table_column_count_to_be_between": lambda a: _column_count(_count_bounds(a), a),
    "expect_table_column_count_to_equal": lambda a: _column_count(_exactly(a), a),
    "expect_table_columns_to_match_ordered_list": _ordered_columns,
    "expect_table_columns_to_match_set": _set_of_columns,
    "expect_table_row_count_to_be_between": lambda a: _row_count(_count_bounds(a), a),
    "expect_table_row_count_to_equal": lambda a: _row_count(_exactly(a), a),
    "expect_table_row_count_to_equal_other_table": _other_row_count,
    "unexpected_rows_expectation": _unexpected_rows,
}
"""The translation of each expectation about a table."""
