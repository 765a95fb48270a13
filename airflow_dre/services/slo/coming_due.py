"""The moments by which something new must come, of SLAs as they are declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from airflow_dre.errors import DefinitionError
from airflow_dre.services.slo.declarations import read_declaration
from airflow_dre.slo.calendars import CalendarUnknown
from airflow_dre.slo.promise import Evidence, due_moments, find_breach
from airflow_dre.store.database import Transaction
from airflow_dre.store.declarations import find_declarations
from airflow_dre.store.records import StoredDeclaration, StoredSla

SHOWN = 10
"""Due moments to come that the page of an SLA shows."""


def find_due_moments(connection: Transaction, slas: Sequence[StoredSla], moment: datetime, most: int = 1) -> dict[str, list[datetime]]:
    """Return the next due moments of SLAs by fingerprint. One whose declaration is not known has none.

    A promise of an age alone has one: the end of the age of its newest value, which may have passed.
    """
    declared = find_declarations(connection, [(sla.dag_id, sla.sla) for sla in slas])
    found = {}
    for sla in slas:
        stored = declared.get((sla.dag_id or "", sla.sla))
        found[sla.fingerprint] = [] if stored is None else list(islice(_due(sla, stored, moment), most))
    return found


def _due(sla: StoredSla, stored: StoredDeclaration, moment: datetime) -> Iterator[datetime]:
    try:
        promise = read_declaration(stored).promise
        if promise.due is not None:
            yield from due_moments(promise, moment)
            return
        since = sla.declared_at or stored.declared_at
        breach = find_breach(promise, Evidence(newest=sla.newest, declared=since, settled=since))
        if breach is not None:
            yield breach.due
    except (DefinitionError, CalendarUnknown, KeyError):  # another version declared it, or its calendar ends
        return
