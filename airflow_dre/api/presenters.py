"""Records as the parts of answers that several capabilities share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_dre.api import schemas
from airflow_dre.values.dataset import DatasetName, short_name

if TYPE_CHECKING:
    from airflow_dre.services.incidents.reading import StoredEvent, StoredIncident
    from airflow_dre.services.quality.reading import StoredResult, StoredRun


def present_origin(row: StoredRun | StoredResult | StoredIncident | StoredEvent) -> schemas.Origin:
    """Return the try of a task instance that a record comes from."""
    return schemas.Origin(dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id, map_index=row.map_index, try_number=row.try_number)


def present_dataset(dataset: DatasetName) -> schemas.Dataset:
    """Return a table by its OpenLineage name."""
    return schemas.Dataset(namespace=dataset.namespace, name=dataset.name, short_name=short_name(dataset.name))
