"""The base of operators that use a connection of Airflow, with the arguments of common-sql's ``BaseSQLOperator``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

if TYPE_CHECKING:
    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from airflow.providers.common.sql.operators.sql import SQLCheckResult
    from airflow.sdk import BaseHook

_COMMON_SQL = "airflow.providers.common.sql.operators.sql"


class ConnectedOperator(BaseOperator):
    """An operator with a connection, in the way of common-sql's ``BaseSQLOperator``.

    It does not inherit from that class, because its import costs a Dag file more than this package. In a process that has loaded
    common-sql, each of these operators is an instance of ``BaseSQLOperator``, for example to a cluster policy.

    :param conn_id: connection of the database. (templated)
    :param database: name of a database that replaces the one of the connection. (templated)
    :param hook_params: arguments of the hook. They precede the extra fields of the connection. (templated)
    :param retry_on_failure: an argument of ``BaseSQLOperator`` without an effect here.
    """

    conn_id_field = "conn_id"
    template_fields: Sequence[str] = ("conn_id", "database", "hook_params")

    def __init__(
        self,
        *,
        conn_id: str | None = None,
        database: str | None = None,
        hook_params: dict[str, Any] | None = None,
        retry_on_failure: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.database = database
        self.hook_params = hook_params or {}
        self.retry_on_failure = retry_on_failure
        self.check_results: list[SQLCheckResult] = []
        _join_sql_operators()

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> BaseHook:
        """Return the hook of a connection, with the extra fields of the connection as further arguments."""
        from airflow.sdk import BaseHook

        connection = BaseHook.get_connection(conn_id)
        hook: BaseHook = connection.get_hook(hook_params={**connection.extra_dejson, **(hook_params or {})})
        return hook

    def get_db_hook(self) -> DbApiHook:
        """Return the hook of the operator's connection.

        :raises AirflowException: the hook runs no SQL.
        """
        return self._hook

    @cached_property
    def _hook(self) -> DbApiHook:
        from airflow.providers.common.sql.hooks.sql import DbApiHook
        from airflow.sdk.exceptions import AirflowException

        conn_id = getattr(self, self.conn_id_field)
        hook = self.get_hook(conn_id, self.hook_params)
        if not isinstance(hook, DbApiHook):
            allowed = "a connection of a database whose hook is a DbApiHook of common-sql"
            raise AirflowException(f"{self.task_id}: invalid {self.conn_id_field}={conn_id!r}: {type(hook).__name__}. Allowed: {allowed}")
        if self.database:
            setattr(hook, "database" if hook.conn_type == "postgres" else "schema", self.database)
        return hook


def _join_sql_operators() -> None:
    """Make the operators instances of ``BaseSQLOperator`` where that is loaded."""
    base = getattr(sys.modules.get(_COMMON_SQL), "BaseSQLOperator", None)
    if base is not None:
        base.register(ConnectedOperator)


_join_sql_operators()
