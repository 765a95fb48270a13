"""Failing rows of results, which are kept and shown until they expire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from airflow_dre.store.records import Sample, SampledResult
from airflow_dre.store.rows import as_record
from airflow_dre.store.shared_texts import definition_of_result, with_texts
from airflow_dre.store.tables import failing_row, result, suite_run


def save_samples(connection: Connection, samples: Sequence[tuple[str, Sample]], now: datetime) -> None:
    """Keep the rows of samples, by the keys of their results, and drop what has expired: those of a late delivery are not written."""
    drop_expired(connection, now)
    rows = [
        {
            "result_key": key,
            "position": position,
            "row": json.dumps(values, ensure_ascii=False),
            "reason": sample.reason,
            "created_at": now,
            "expires_at": sample.expires_at,
        }
        for key, sample in samples
        if sample.expires_at > now
        for position, values in enumerate(sample.rows)
    ]
    if rows:
        connection.execute(failing_row.insert(), rows)


def sample_columns(sample: Sample) -> dict[str, Any]:
    """Return the facts about a sample that its result keeps: everything except the rows."""
    return {
        "columns": list(sample.columns),
        "rows": len(sample.rows),
        "missing": sample.missing,
        "expires_at": sample.expires_at.isoformat(),
    }


def sampled_result(connection: Connection, key: str) -> SampledResult | None:
    """Return the result of a key with the facts about its sample and its Dag. None if it does not exist."""
    about: list[Any] = [result.c.key, result.c.check_id, definition_of_result(), result.c.sample, suite_run.c.dag_id]
    query = select(*about).select_from(with_texts()).join(suite_run, suite_run.c.key == result.c.run_key).where(result.c.key == key)
    row = connection.execute(query).first()
    return None if row is None else as_record(row, SampledResult)


def rows_of(connection: Connection, key: str, now: datetime) -> list[tuple[list[str | None], str]]:
    """Return the rows of a result with the reason of each, excluding expired rows."""
    found = connection.execute(
        select(failing_row).where(failing_row.c.result_key == key, failing_row.c.expires_at > now).order_by(failing_row.c.position)
    )
    return [(json.loads(row.row), row.reason) for row in found]


def drop_expired(connection: Connection, now: datetime) -> int:
    """Delete the rows that have expired and return their number."""
    return connection.execute(delete(failing_row).where(failing_row.c.expires_at <= now)).rowcount
