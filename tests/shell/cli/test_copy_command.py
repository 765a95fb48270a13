"""``airflow dre db copy``: progress, the result, and refusals in one line that shows no password."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from airflow_dre.cli.copying import copy_database
from airflow_dre.clock import now
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident

pytestmark = pytest.mark.airflow


def copy(source: str, target: str) -> str:
    """Copy, and return the text with which the command stops, or nothing."""
    try:
        copy_database(SimpleNamespace(source=source, target=target))
    except SystemExit as ended:
        return str(ended)
    return ""


def test_the_configured_store_is_copied_to_an_address_in_the_environment(
    world: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = Origin(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=1)
    failed = Signal(
        cause=PipelineCause(dag_id="d", task_id="t"), event=Event.TASK_FAILED, at=now(), title="t", origin=origin, routes=("a",)
    )
    Store(Database(f"sqlite:///{world}/dre.db"), Spool(world / "spool")).deliver(Delivery(signals=(failed,)))
    monkeypatch.setenv("NEW_STORE", f"sqlite:///{world}/new.db")
    assert copy("configured", "env:NEW_STORE") == ""
    lines = capsys.readouterr().out.splitlines()
    assert "dre_incident: 1 of 1 row" in lines
    assert f"5 rows were copied from sqlite:///{world}/dre.db to sqlite:///{world}/new.db." in lines
    assert "Messages that wait: 1. The copy sends them; the source no longer does." in lines
    assert lines[-1] == "Let [dre] sql_alchemy_conn name the copy on every machine before you start Airflow again."
    with Database(f"sqlite:///{world}/new.db").read() as connection:
        assert [row.status for row in connection.execute(sa.select(incident))] == ["open"]


@pytest.mark.usefixtures("fresh_home")
@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("sqlite:///{world}/gone.db", "sqlite:///{world}/new.db", "there is no results store at sqlite:///{world}/gone.db"),
        ("env:NOT_SET", "sqlite:///{world}/new.db", "the variable NOT_SET is not set in the environment"),
        ("warehouse", "sqlite:///{world}/new.db", "address"),
        ("mysql://u:s3cret@h/x", "sqlite:///{world}/new.db", "address"),
        ("configured", "postgresql+psycopg://u:s3cret@127.0.0.1:1/x", "there is no results store"),
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/x", "configured", "does not answer"),
    ],
)
def test_what_cannot_be_copied_is_said_in_one_line(world: Path, source: str, target: str, message: str) -> None:
    told = copy(source.format(world=world), target.format(world=world))
    assert message.format(world=world) in told
    assert "\n" not in told
    assert "s3cret" not in told
    assert not (world / "new.db").exists()


def test_a_target_that_does_not_answer_is_said_in_one_line(world: Path) -> None:
    Store(Database(f"sqlite:///{world}/dre.db"), Spool(world / "spool")).deliver(Delivery())
    told = copy("configured", "postgresql+psycopg://u:s3cret@127.0.0.1:1/x")
    assert "does not answer" in told
    assert "s3cret" not in told
