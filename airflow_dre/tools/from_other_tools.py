"""Checks that were written for other tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.declaring.functions import strict


@strict
def from_gx(
    suite: object,
    *,
    parameters: Mapping[str, object] | None = None,
    now: datetime | None = None,
    order_by: str | Sequence[str] | None = None,
    table: str | None = None,
    types_of: str | None = None,
) -> list[Declaration]:
    """Return the checks of a Great Expectations suite, with the same verdicts as its SQL engine.

    Each check carries the tag ``gx:<place>:<type>`` of its expectation. An expectation that becomes several checks succeeds when all of
    them do. ``mostly`` becomes ``fail_above``, ``warning`` and ``info`` become severity ``warn``. Texts are not templates.

    :param suite: an ``ExpectationSuite``, its JSON as a dict, as text or as the path of a file, or a list of expectations.
    :param parameters: values of the suite parameters, ``{"$PARAMETER": "name"}``.
    :param now: the value of ``now()`` in a suite parameter.
    :param order_by: the column or columns by which the rows are ordered, for increasing and decreasing values.
    :param table: the table to replace ``{batch}`` in an unexpected rows query, as SQL spells it.
    :param types_of: ``"pandas"`` for a suite that was written for DataFrames: ``int``, ``float``, ``str``, ``object`` and the like are then
        the types of their columns in DuckDB. ``"spark"`` for a suite that was written for Spark, whose types are ``IntegerType`` and so on.
    :raises airflow_dre.errors.DefinitionError: lists every expectation that has no native form, and why.
    """
    from airflow_dre.tools.gx.reading.suites import read_gx

    return read_gx(suite, parameters=parameters, now=now, order_by=order_by, table=table, types_of=types_of)


@strict
def from_dbt(
    properties: object,
    *,
    model: str | None = None,
    source: str | None = None,
    schema: str | None = None,
    tables: Mapping[str, str] | None = None,
    unsupported: str = "error",
) -> list[Declaration]:
    """Return the checks of the generic tests of one table of a dbt project, with the verdicts of dbt.

    :param properties: a ``schema.yml``: its path, its text, or its content as a dict.
    :param model: the model, seed or snapshot; a version is written ``orders.v2``.
    :param source: the table of a source instead, as ``source.table``.
    :param schema: the schema of the models that relationships refer to; the default is that of the connection.
    :param tables: names of such tables as SQL spells them, by ``model``, ``model.v2`` or ``source.table``.
    :param unsupported: ``"skip"``: skip a test without a native form, with a warning; the default is to refuse it.
    :raises airflow_dre.errors.DefinitionError: lists every test that has no native form, and why.
    """
    from airflow_dre.tools.dbt.reading.project import read_dbt

    return read_dbt(properties, model=model, source=source, in_schema=schema, tables=tables, unsupported=unsupported)


@strict
def from_column_mapping(
    column_mapping: Mapping[str, Mapping[str, Mapping[str, object]]] | None = None,
    *,
    checks: Mapping[str, Mapping[str, object]] | None = None,
    partition_clause: str | None = None,
    accept_none: bool = True,
    table: str | None = None,
) -> list[Declaration]:
    """Return the checks of ``SQLColumnCheckOperator`` and ``SQLTableCheckOperator``, with the verdicts of these operators.

    :param column_mapping: that of ``SQLColumnCheckOperator``; its checks are named ``<column>.<check>``.
    :param checks: those of ``SQLTableCheckOperator``, under their names.
    :param partition_clause: as in both. (templated)
    :param accept_none: as in ``SQLColumnCheckOperator``: no value counts as 0; False: it fails.
    :param table: the table as SQL spells it; needed by a ``check_statement`` with a SELECT in it.
    :raises airflow_dre.errors.DefinitionError: lists everything that the operators would refuse.
    """
    from airflow_dre.tools.common_sql.column_mapping import read_column_mapping
    from airflow_dre.tools.common_sql.table_statements import read_table_checks

    columns = read_column_mapping(column_mapping or {}, partition_clause=partition_clause, accept_none=accept_none)
    return columns + read_table_checks(checks or {}, partition_clause=partition_clause, table=table)
