"""Parts of the API's answers that several capabilities share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

OutcomeName = Literal["passed", "warned", "failed", "errored", "skipped"]


class Origin(BaseModel):
    """The task instance that something comes from. A field is null where it does not apply."""

    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None


class Dataset(BaseModel):
    """A table by its OpenLineage name."""

    namespace: str
    name: str
    short_name: str
