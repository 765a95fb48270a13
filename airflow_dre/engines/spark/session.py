"""Spark sessions of Airflow connections, classic ones to a master and Connect ones to a server."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from airflow_dre.engines.spark.errors import explained, suppress_spark_output
from airflow_dre.errors import DefinitionError, Problem, WarehouseUnreachable

CONNECT_TYPE = "spark_connect"
CONNECTION_TYPES = ("spark", CONNECT_TYPE)
"""Airflow's connection types, as the provider for Spark names them."""
_CONNECT_PORT = 15002
_REACHABLE_IN = 10.0
"""Seconds in which a server must take a connection. The package pyspark itself would try for minutes."""
_MASTER = re.compile(r"spark://(.+)")
_EXTRA_CONF = {
    "queue": "spark.yarn.queue",
    "namespace": "spark.kubernetes.namespace",
    "principal": "spark.kerberos.principal",
    "keytab": "spark.kerberos.keytab",
}
"""Fields of the provider's connection that are settings of Spark."""
_QUIET_CONF = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "FATAL",  # a failed cast would be logged with the value that it failed on
}


class Connection(Protocol):
    """The part of an Airflow connection that is needed."""

    conn_id: str | None
    conn_type: str | None
    host: str | None
    port: int | None
    login: str | None
    password: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]: ...


def speaks_connect(session: Any) -> bool:
    """Return whether a session talks to a Spark Connect server."""
    return type(session).__module__.startswith("pyspark.sql.connect")


@contextlib.contextmanager
def impatient(session: Any) -> Iterator[None]:
    """Make a Connect session fail within seconds if its server is gone. A classic one does so anyway."""
    if not speaks_connect(session):
        yield
        return
    from pyspark.sql.connect.client.retries import DefaultPolicy

    before = session.client.get_retry_policies()
    # Three attempts, since the default is to retry for 10 minutes.
    session.client.set_retry_policies([DefaultPolicy(max_retries=2, initial_backoff=1000, backoff_multiplier=4.0, max_backoff=10_000)])
    try:
        yield
    finally:
        session.client.set_retry_policies(before)


def require_pyspark(subject: str) -> None:
    """Make sure that pyspark can be imported.

    :raises DefinitionError: it is not installed.
    """
    try:
        import pyspark.sql
    except ImportError as error:
        allowed = "an environment with Spark: pip install 'airflow-dre[spark]'"
        raise DefinitionError([Problem(subject, "connection or data", "Spark", f"{allowed} ({error})")]) from error
    del pyspark


def connect_url(connection: Connection) -> str:
    """Return the address of a Spark Connect server, with user, token and further parameters."""
    host, port = connect_address(connection)
    given: dict[str, object] = {"user_id": connection.login, "token": connection.password, **connection.extra_dejson}
    known = {name: value for name, value in given.items() if value not in (None, "") and not name.startswith("spark.")}
    parameters = [f"{name}={quote(_spelled(value), safe='')}" for name, value in known.items()]
    return f"sc://{host}:{port}/" + (";" + ";".join(parameters) if parameters else "")


def connect_address(connection: Connection) -> tuple[str, int]:
    """Return host and port of a Spark Connect server."""
    host = (connection.host or "localhost").removeprefix("sc://").rstrip("/")
    name, _, port = host.partition(":")
    return name, int(connection.port or port or _CONNECT_PORT)


def master_of(connection: Connection) -> str:
    """Return the master of a classic session, by default ``yarn``, as in the provider."""
    host = connection.host or "yarn"
    if not connection.port:
        return host
    return f"{host}:{connection.port}" if "://" in host else f"spark://{host}:{connection.port}"


def place_of(connection: Connection) -> str:
    """Return host and port of a connection's Spark Connect server, or its master."""
    if connection.conn_type != CONNECT_TYPE:
        return master_of(connection)
    host, port = connect_address(connection)
    return f"{host}:{port}"


def conf_of(connection: Connection) -> Mapping[str, str]:
    """Return the settings of Spark in the extra of a connection, by their own names or by the provider's."""
    extra = connection.extra_dejson
    own = {name: _spelled(value) for name, value in extra.items() if name.startswith("spark.")}
    return {**{_EXTRA_CONF[name]: _spelled(value) for name, value in extra.items() if name in _EXTRA_CONF and value}, **own}


@contextlib.contextmanager
def opened_session(connection: Connection) -> Iterator[Any]:
    """Yield a new session that is stopped at the end. A classic context that existed before continues.

    :raises DefinitionError: pyspark is not installed.
    :raises WarehouseUnreachable: there is no such master or server, or it does not accept a connection.
    """
    subject = f"connection {connection.conn_id}"
    require_pyspark(subject)
    with contextlib.ExitStack() as stack, suppress_spark_output():
        try:
            session = (_connect if connection.conn_type == CONNECT_TYPE else _classic)(connection, stack)
        except WarehouseUnreachable:
            raise
        except Exception as error:  # pyspark, py4j and grpc have exceptions of their own
            raise WarehouseUnreachable(f"cannot start a Spark session of {subject}: {explained(error)}") from error
        yield session


def _connect(connection: Connection, stack: contextlib.ExitStack) -> Any:
    from pyspark.sql.connect.session import SparkSession

    url = connect_url(connection)
    _reach([connect_address(connection)])
    _require_answer(url, place_of(connection))
    session = SparkSession.builder.remote(url).create()
    stack.callback(session.stop)
    stack.enter_context(impatient(session))
    for name, value in conf_of(connection).items():
        session.conf.set(name, value)
    return session


def _classic(connection: Connection, stack: contextlib.ExitStack) -> Any:
    from pyspark.sql import SparkSession

    master, before = master_of(connection), SparkSession.getActiveSession()
    if before is not None:
        running = before.sparkContext.master
        if running != master:
            raise WarehouseUnreachable(f"connection {connection.conn_id} is for {master}, but this process already runs Spark on {running}")
        return before.newSession()
    if standalone := _MASTER.fullmatch(master):
        _reach([(host, int(port or 7077)) for host, _, port in (part.partition(":") for part in standalone[1].split(","))])
    builder = SparkSession.builder.master(master).appName("airflow-dre")
    for name, value in {**_QUIET_CONF, **conf_of(connection)}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    stack.callback(session.stop)
    return session


def _reach(addresses: list[tuple[str, int]]) -> None:
    """Refuse to continue unless one of the addresses accepts a connection.

    :raises WarehouseUnreachable: no address does.
    """
    reasons = []
    for host, port in addresses:
        try:
            with socket.create_connection((host, port), timeout=_REACHABLE_IN):
                return
        except OSError as error:
            reasons.append(f"{host}:{port} ({error.strerror or error})")
    raise WarehouseUnreachable(f"cannot connect to Spark: no answer from {', '.join(reasons)}")


def _require_answer(url: str, place: str) -> None:
    """Open a channel and close it again, since a session would wait for minutes for one that never gets ready.

    :raises WarehouseUnreachable: the channel does not get ready.
    """
    import grpc
    from pyspark.sql.connect.client import DefaultChannelBuilder

    channel = DefaultChannelBuilder(url).toChannel()
    try:
        grpc.channel_ready_future(channel).result(timeout=_REACHABLE_IN)
    except grpc.FutureTimeoutError as error:
        reason = f"{place} accepts a connection, but does not answer as a Spark Connect server. Does use_ssl match the server?"
        raise WarehouseUnreachable(reason) from error
    finally:
        channel.close()


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
