"""DuckDB in this process. It reads files and frames through views, holds next to nothing itself, and spills what is large to a disk."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlglot import exp

from airflow_dre.engines.duckdb.sandbox import refusal_of_statement, seal
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.names import quoted

_SETTINGS = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,  # a task downloads no code
    "python_enable_replacements": False,  # a table of SQL is never a variable of this process
    "pandas_analyze_sample": 2**62,  # all rows: the type of a column of objects is otherwise taken from some of them
}


class Interrupted(Exception):
    """A statement that was ended because its task no longer waits for it."""


class DuckDB:
    """A database in memory. It is a hook of the type ``duckdb``."""

    conn_type = "duckdb"

    def __init__(self, folder: str, memory_limit: str) -> None:
        """Open the database.

        :param folder: its folder for data that exceeds the memory limit.
        :raises DefinitionError: DuckDB is not installed, or the limit is invalid.
        """
        self._frames: dict[str, Any] = {}
        self._store: Any = None
        self._ordered: DuckDB | None = None
        self._ended = False
        self._memory_limit = memory_limit
        try:
            import duckdb
        except ModuleNotFoundError as missing:
            allowed = "an environment with DuckDB: pip install 'airflow-dre[duckdb]'"
            raise DefinitionError([Problem("data", "duckdb", missing.name, allowed)]) from missing
        self.folder = folder
        self._database = duckdb.connect(":memory:", config={"temp_directory": folder})
        try:
            self._database.execute("SET memory_limit = $1", [memory_limit])
        except duckdb.Error as refused:
            raise DefinitionError([Problem("[dre]", "duckdb_memory_limit", memory_limit, "a size such as 1GB")]) from refused
        for name, value in _SETTINGS.items():
            self._database.execute(f"SET {name} = $1", [value])

    def get_conn(self) -> Any:
        """Return a connection with the frames registered, since a frame is known to one connection only."""
        connection = self._database.cursor()
        for name, frame in self._frames.items():
            connection.register(name, frame)
        return connection

    def fetch_all(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        try:
            if self._ended:
                raise Interrupted
            rows: list[tuple[Any, ...]] = self._database.execute(query.sql(dialect="duckdb")).fetchall()
        except Exception as error:  # DuckDB has no exception of its own for an interrupted call
            if self._ended:
                raise Interrupted from error
            raise
        return rows

    def register_store(self, store: Any, names: Iterable[str]) -> None:
        """Open files, named with the scheme of their store, through its fsspec filesystem."""
        from airflow_dre.engines.duckdb.known_files import known_files

        self._store = known_files(store, names)
        self._database.register_filesystem(self._store)

    @contextlib.contextmanager
    def in_order(self) -> Iterator[DuckDB]:
        """Open a database that reads the same files in one thread, so that rows come in the order of the file."""
        ordered = DuckDB(self.folder, self._memory_limit)
        try:
            ordered._database.execute("SET threads = 1")
            ordered._database.execute("SET preserve_insertion_order = true")
            if self._store is not None:
                ordered._database.register_filesystem(self._store)
            self._ordered = ordered
            yield ordered
        finally:
            self._ordered = None
            ordered.close()

    def interrupt(self) -> None:
        """Interrupt the running statement and refuse further ones. Any thread may call this."""
        self._ended = True
        if self._ordered is not None:
            self._ordered.interrupt()
        self._database.interrupt()

    def seal(self, files: Sequence[str], *, local: bool) -> None:
        """Let this database and all its connections open no other file, and lock its configuration.

        :param files: names of the files that its views read.
        :param local: whether they are on a disk.
        """
        seal(self._database, files, local=local)

    def refusal_of(self, sql: str, tables: Collection[str]) -> str | None:
        """Return why a statement of an author may not run, or None where it may.

        :param tables: names of the tables that it may read.
        """
        return refusal_of_statement(self._database, sql, tables)

    def create_view(self, name: str, source: exp.Expr, columns: Sequence[exp.Expr] = ()) -> None:
        """Create a view of a table or a table function, or replace the view of that name.

        :param columns: its columns; empty: all.
        """
        query = exp.select(*(columns or [exp.Star()])).from_(source)
        view = exp.Create(this=exp.Table(this=quoted(name)), kind="VIEW", replace=True, expression=query)
        self._database.execute(view.sql(dialect="duckdb"))

    def register_frame(self, name: str, frame: Any) -> None:
        """Create a view of a frame without copying it."""
        register = f"{name} frame"
        self._database.register(register, frame)
        self._frames[register] = frame
        self.create_view(name, exp.Table(this=quoted(register)))

    def register_file(self, name: str, path: str) -> None:
        """Create a view of a Parquet file of ours."""
        self.create_view(name, exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(path)]))

    def create_table(self, name: str, query: str, parameters: list[Any] | None = None) -> None:
        """Create a table from a query."""
        self._database.execute(f"CREATE TABLE {quoted(name).sql(dialect='duckdb')} AS {query}", parameters)

    def store_stream(self, name: str, stream: Any) -> None:
        """Write a stream, which can be read only once, to a file piece by piece, and create a view of it."""
        self._database.execute(f"ATTACH {exp.Literal.string(f'{self.folder}/stream.duckdb').sql(dialect='duckdb')} AS stream")
        self._database.register("stream frame", stream)
        self._database.execute('CREATE TABLE stream.main.rows AS SELECT * FROM "stream frame"')
        self._database.unregister("stream frame")
        self.create_view(name, exp.table_("rows", db="main", catalog="stream"))

    def close(self) -> None:
        """Close the database, unless it is busy, for example with a store that hangs. Such a one is left to its thread."""
        import duckdb

        with contextlib.suppress(duckdb.Error):
            self._database.close()


@contextlib.contextmanager
def opened_duckdb(memory_limit: str) -> Iterator[DuckDB]:
    """Yield a database that is removed at the end, with its files.

    :raises DefinitionError: DuckDB is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="dre-duckdb-") as folder:
        database = DuckDB(folder, memory_limit)
        try:
            yield database
        finally:
            database.close()
