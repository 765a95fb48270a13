"""Definitions of checks and statements: each is kept once, by digest, and results refer to it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Table, bindparam, case, func, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.database import Database
from airflow_dre.store.limits import TimeLimits
from airflow_dre.store.names import plain_text
from airflow_dre.store.tables import check_definition, result, statement_text
from airflow_dre.store.tables.columns import plain_json

_Key = TypeVar("_Key")
BATCH = 1000
"""Results of an older version that are moved in one transaction."""
CHUNK = 1000
"""Keys that one condition names. A driver takes some 30,000 parameters in a statement."""
_DIGEST_BYTES = 16
_LOCK = 7_262_310_190_372
"""Number of the PostgreSQL advisory lock that keeps writers of references and the deletion of unused texts apart."""


@dataclass(frozen=True, slots=True)
class References:
    """Digests of the definition and the statement of one result."""

    definition: bytes
    statement: bytes | None


def keep_texts(connection: Connection, texts: Sequence[tuple[Mapping[str, Any], str | None]]) -> list[References]:
    """Keep definitions and statements that are not there yet, and return the references to them in the same order.

    No text that is referred to here is deleted before the end of the transaction.
    """
    lock_texts(connection, shared=True)
    definitions, statements, found = {}, {}, []
    for definition, statement in texts:
        plain = plain_json(definition)
        digest = _digest(json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
        definitions[digest] = {"digest": digest, "definition": plain}
        of_statement = None
        if statement is not None:
            of_statement = _digest(text := plain_text(statement))
            statements[of_statement] = {"digest": of_statement, "text": text}
        found.append(References(digest, of_statement))
    known = _known(connection, [*definitions, *statements])
    _insert_missing(connection, check_definition, definitions, known)
    _insert_missing(connection, statement_text, statements, known)
    return found


def with_texts() -> FromClause:
    """Return the results joined with their definitions and statements."""
    definitions = result.outerjoin(check_definition, check_definition.c.digest == result.c.definition_digest)
    return definitions.outerjoin(statement_text, statement_text.c.digest == result.c.statement_digest)


def definition_of_result() -> ColumnElement[Any]:
    """Return the definition of a result of :func:`with_texts`."""
    own = result.c.definition_digest.is_(None)
    return case((own, result.c.definition), else_=check_definition.c.definition).label("definition")


def statement_of_result() -> ColumnElement[Any]:
    """Return the statement of a result of :func:`with_texts`."""
    return func.coalesce(result.c.statement, statement_text.c.text).label("statement")


def lock_texts(connection: Connection, *, shared: bool) -> None:
    """Lock the texts until the end of the transaction: shared to refer to them, alone to delete some. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        connection.execute(select(lock(_LOCK)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_DIGEST_BYTES]


def _known(connection: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Return those of some digests that are there, of definitions as of statements."""
    known: set[bytes] = set()
    for some in in_chunks(digests):
        of_tables = [select(table.c.digest).where(table.c.digest.in_(some)) for table in (check_definition, statement_text)]
        known.update(connection.scalars(union_all(*of_tables)))
    return known


def in_chunks(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    """Yield keys in parts that one condition can name."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _insert_missing(connection: Connection, table: Table, rows: Mapping[bytes, Mapping[str, Any]], known: Set[bytes]) -> None:
    """Insert the rows whose digest is not known. Two transactions insert in one order, so that they cannot deadlock."""
    missing = [rows[digest] for digest in sorted(rows) if digest not in known]
    if missing:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), missing)


def share_texts(database: Database, *, limits: TimeLimits | None = None, seconds: float | None = None, batch: int = BATCH) -> int:
    """Move definitions and statements of results that an older version wrote, in batches, and return the number of results.

    Each batch is one transaction, and results are readable before and after it, so that this can be interrupted and run again.

    :param seconds: time after which no further batch begins; None: no limit.
    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    until = None if seconds is None else time.monotonic() + seconds
    moved = 0
    while until is None or time.monotonic() < until:
        with database.write(limits) as connection:
            count = _share_batch(connection, batch)
        moved += count
        if count < batch:
            break
    return moved


def _share_batch(connection: Connection, batch: int) -> int:
    columns = (result.c.key, result.c.definition, result.c.statement)
    old = select(*columns).where(result.c.definition_digest.is_(None)).limit(batch)
    rows = connection.execute(old).all()
    if not rows:
        return 0
    references = keep_texts(connection, [(row.definition, row.statement) for row in rows])
    changes = [
        {"result_key": row.key, "definition_digest": found.definition, "statement_digest": found.statement}
        for row, found in sorted(zip(rows, references, strict=True), key=lambda pair: str(pair[0].key))
    ]
    moved = update(result).where(result.c.key == bindparam("result_key")).values(definition={}, statement=None)
    moved = moved.values(definition_digest=bindparam("definition_digest"), statement_digest=bindparam("statement_digest"))
    connection.execute(moved, changes)
    return len(rows)
