"""The address of the store: one that cannot be used raises an error at the first use, and no secret of it is ever shown."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.errors import StoreError, StoreMisaddressed, StoreUnreachable
from airflow_dre.store.address import read_address
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store

SECRET = "hunt&r 2/ö"
WORD = "hunter2"


def everything_said(database: Database) -> str:
    """Return the message of an error with those of all its causes."""
    with pytest.raises(StoreError) as error, database.read():
        pass
    return "".join(traceback.format_exception(error.value)) + database.shown


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"postgresql+psycopg://u:{quote_plus(SECRET)}@127.0.0.1:1/db", id="where a password belongs"),
        pytest.param(f"postgresql+psycopg://u@127.0.0.1:1/db?password={quote_plus(SECRET)}", id="in the query"),
        pytest.param(f"postgresql+psycopg:///db?host=127.0.0.1&port=1&user=u&PASSWORD={quote(SECRET)}", id="in the query, in capitals"),
        pytest.param(f"postgresql+psycopg://u@127.0.0.1:1/db?options=-cdre.token%3D{quote_plus(SECRET)}", id="in the options"),
        pytest.param(f"postgresql+psycopg://u@127.0.0.1:1/db?sslpassword={quote_plus(SECRET)}", id="of the key of a certificate"),
        pytest.param(f"postgresql+psycopg://u@127.0.0.1:1/db?token={quote_plus(SECRET)}", id="in a parameter that libpq does not know"),
        pytest.param(f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/db", id="not percent-encoded"),
        pytest.param(f"postgresql+psycopg://u:a@{WORD}@127.0.0.1:1/db", id="behind an @ that is not percent-encoded"),
        pytest.param(f"postgresql+psycopg://u:a@b/{WORD}@127.0.0.1:1/db", id="behind an @ and a slash"),
        pytest.param(f"postgresql+psycopg://127.0.0.1:{WORD}/db", id="where the port is"),
        pytest.param("postgresql+psycopg://127.0.0.1:987654321/db", id="where the port is, in digits"),
        pytest.param(f"postgresql+psycopg://127.0.0.1:1/db password={WORD}", id="behind the database"),
        pytest.param(f"host=127.0.0.1 user=u password={WORD}", id="as libpq's words"),
        pytest.param(f"mysql://u:{WORD}@127.0.0.1/db", id="of another database"),
        pytest.param(f"nosuch+driver://u:{WORD}@127.0.0.1/db?key={WORD}", id="of a driver that there is not"),
        pytest.param(
            f"sqlite:////dev/null/dre.db?key={WORD}",
            marks=pytest.mark.filterwarnings("ignore:Query string argument.* 'key' are not accepted:sqlalchemy.exc.SAWarning"),
            id="of a SQLite that is encrypted",
        ),
        pytest.param(f"sqlite:///file:/dev/null/dre.db?uri=true&key={WORD}", id="of a SQLite address"),
    ],
)
def test_a_secret_is_never_shown(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(url)
    with caplog.at_level(logging.DEBUG):
        said = everything_said(database)
        Store(database, Spool(tmp_path)).deliver_or_spool(Delivery())
        said += caplog.text + repr(database)
    for secret in (SECRET, quote(SECRET), quote_plus(SECRET), quote(SECRET, safe=""), repr(SECRET)[1:-1], WORD, "987654321"):
        assert secret not in said
    assert len(Spool(tmp_path).waiting()) == 1, "what was to be written waits"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("sqlite:////data/dre.db", "sqlite:////data/dre.db", id="a file"),
        pytest.param("postgresql+psycopg://dre:pw@db:5432/dre", "postgresql+psycopg://dre:***@db:5432/dre", id="a server"),
        pytest.param("postgresql://dre:pw@[::1]:5432/dre", "postgresql://dre:***@[::1]:5432/dre", id="a server by its number"),
        pytest.param(
            "postgres://dre:p%2Fw@db/dre?sslmode=require&options=-csearch_path%3Ddre",
            "postgres://dre:***@db/dre?options=***&sslmode=require",
            id="with parameters",
        ),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    found = read_address(url)
    assert (found.shown, found.wrong) == (shown, "")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("", "it could not be read", id="none"),
        pytest.param("dre.db", "it is no URL", id="a file name"),
        pytest.param("mysql://u:pw@h/db", "mysql is no database that it can be kept in", id="another database"),
        pytest.param("postgresql+asyncpg://u:pw@h/db", "postgresql+asyncpg is no database", id="a driver of another kind"),
        pytest.param("postgresql+psycopg://u:p@ss@h/db", "is not percent-encoded", id="a special character"),
        pytest.param("postgresql+psycopg://u@h:70000/db", "its port is not from 1 to 65535", id="no port"),
        pytest.param("sqlite:////tmp/dre.db?timeout=soon", "ValueError", id="a parameter that cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_loses_nothing_and_says_why(url: str, message: str, tmp_path: Path) -> None:
    store = Store(Database(url), Spool(tmp_path))
    with pytest.raises(StoreMisaddressed, match="the address of the results store") as error:
        store.deliver(Delivery())
    assert message in str(error.value)
    store.deliver_or_spool(Delivery())
    assert store.spool.count() == 1


def test_psycopg2_in_an_address_is_served_by_psycopg(postgres_url: str) -> None:
    for scheme in ("postgresql", "postgres", "postgresql+psycopg2"):
        with Database(postgres_url.replace("postgresql+psycopg", scheme)).read() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1


secrets = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=6, max_size=12)


@given(secrets, st.sampled_from(["u:{0}@h/db", "u@h/db?password={0}", "u@h/db?options={0}", "u@h/db?x=1&sslpassword={0}"]))
def test_whatever_the_secret_it_is_hidden_as_it_is_and_as_it_is_written(secret: str, where: str) -> None:
    for written in (quote(secret, safe=""), quote_plus(secret)):
        found = read_address("postgresql+psycopg://" + where.format(written))
        assert found.url is not None
        for form in (secret, written, repr(secret)[1:-1]):
            assert form not in found.shown.replace("***", "")
            assert form not in found.hide(f"refused: <{form}>").replace("***", "").replace("refused: <>", "")


@given(st.text())
def test_any_text_at_all_is_an_address_or_none(text: str) -> None:
    found = read_address(text)
    assert (found.url is None) == bool(found.wrong)


def test_a_store_that_is_down_is_no_address_that_cannot_be_used() -> None:
    with pytest.raises(StoreUnreachable), Database("postgresql+psycopg://u@127.0.0.1:1/db").read():
        pass
