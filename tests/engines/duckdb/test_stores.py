"""Files of a store that Airflow leads to: an HTTP server on loopback that asks for the password of the connection, and one in memory."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import polars as pl
import pytest
from airflow.sdk import BaseHook, ObjectStoragePath
from airflow.sdk.io import attach
from fsspec.implementations.http_sync import HTTPFileSystem

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines import callers
from airflow_dre.errors import DefinitionError, FilesUnreachable, WarehouseUnreachable
from airflow_dre.services.quality.data import opened_data
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.source import DataSpec
from airflow_dre.store.records import SuiteRunRecord

PASSWORD = "hunter2"


def look(data: Any, *declared: Any, **wanted: Any) -> SuiteRunRecord:
    """Run checks on data."""
    with opened_data(data, DataSpec(subject="Operator t", task="d.t", **wanted)) as source:
        suite = Suite(name="s", dataset=source.dataset, scope=source.scope, checks=parse_checks(declared))
        return run_suite(suite, source.engine, datetime.now(UTC)).record


class Shop:
    """A server of the files of one folder, with a password, that can be made to stop in the middle of a file."""

    def __init__(self, folder: Path) -> None:
        self.parts: list[tuple[str, int]] = []
        """Name and size of what was given."""
        self.refuses = False
        self.answers = threading.Event()
        """True if it answers at all. Otherwise it hangs."""
        self.answers.set()
        self.hangs_after: int | None = None
        """Parts of files that are given before it hangs."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(head=True)

            def do_GET(self) -> None:
                self.answer(head=False)

            def answer(self, *, head: bool) -> None:
                path = folder / self.path.strip("/")
                if shop.hangs_after is not None and len(shop.parts) >= shop.hangs_after:
                    shop.answers.clear()
                shop.answers.wait(60)
                if self.headers["Authorization"] != f"Bearer {PASSWORD}":
                    return self.send(401, b"")
                if path.is_dir():
                    links = "".join(f'<a href="/{file.relative_to(folder)}">x</a>' for file in path.iterdir())
                    return self.send(200, links.encode(), head=head)
                if not path.is_file():
                    return self.send(404, b"")
                if shop.refuses and not head:
                    return self.send(503, b"")
                whole, part = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
                given = whole[int(part[1]) : int(part[2]) + 1] if part else whole
                shop.parts += [] if head else [(path.name, len(given))]
                return self.send(206 if part else 200, given, head=head)

            def send(self, status: int, body: bytes, *, head: bool = False) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Accept-Ranges", "bytes")
                self.end_headers()
                if not head:
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Yield a shop with three files of orders, which the connection of its name may read."""
    (tmp_path / "orders").mkdir()
    for n in range(3):
        rows = {"id": range(n * 1000, n * 1000 + 1000), "text": [uuid4().hex for _ in range(1000)]}
        pl.DataFrame(rows).write_parquet(tmp_path / "orders" / f"x{n}.parquet", row_group_size=100)
    (tmp_path / "orders" / "x.csv").write_text("id,text\n1,a\n2,b\n")
    (tmp_path / "orders" / "bad.csv").write_text("id,text\n" + "1,a\n" * 25_000 + "1,4111111111111111,x\n")
    found = Shop(tmp_path)
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps({"conn_type": "http", "password": PASSWORD}))
    headers = {"Authorization": f"Bearer {BaseHook.get_connection('shop').password}"}
    store = HTTPFileSystem(headers=headers, block_size=4096, skip_instance_cache=True)
    monkeypatch.setattr("airflow.sdk.io.store._STORE_CACHE", {})
    attach("http", "shop", fs=store)
    attach("http", "stranger", fs=HTTPFileSystem(skip_instance_cache=True))
    yield found
    found.hangs_after = None
    found.answers.set()
    found.server.shutdown()
    found.server.server_close()


def test_files_are_read_in_parts_with_the_credentials_of_the_connection(shop: Shop) -> None:
    run = look(f"http://shop@{shop.address}/orders/x*.parquet", c.row_count(equals=3000), c.unique("id"), c.not_null("lost"))
    assert [result.outcome.value for result in run.results] == ["passed", "passed", "errored"]
    assert (run.namespace, run.name) == (f"http://{shop.address}", "orders/x*.parquet")
    assert {name for name, _ in shop.parts} == {"x0.parquet", "x1.parquet", "x2.parquet"}
    assert PASSWORD not in str(run)


def test_paths_may_be_objects_and_of_any_format(shop: Shop) -> None:
    path = ObjectStoragePath(f"http://shop@{shop.address}/orders/x.csv")
    for given in (path, [path], [str(path).replace("http://shop@http://", "http://shop@")]):
        assert look(given, c.total("id", equals=3)).outcome == "passed"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        pytest.param(
            "http://shop@{}/orders/y*.parquet", "no file matches http://shop@{}/orders/y*.parquet", id="a pattern that matches nothing"
        ),
        pytest.param("http://shop@{}/orders/y.csv", "there is no file http://shop@{}/orders/y.csv", id="a file that is not there"),
        pytest.param(
            "http://stranger@{}/orders/x*.parquet", "the store of http://stranger@{}/orders/x*.parquet does not answer: ", id="no password"
        ),
    ],
)
def test_what_is_not_there_may_come_later(shop: Shop, url: str, allowed: str) -> None:
    with pytest.raises(FilesUnreachable) as gone:
        look(url.format(shop.address), c.row_count(at_least=1))
    assert allowed.format(shop.address) in str(gone.value)


def test_a_store_that_breaks_off_is_no_verdict_on_the_data(shop: Shop) -> None:
    shop.refuses = True
    with pytest.raises(FilesUnreachable, match=r"the store of http://127.0.0.1:\d+/orders/x0.parquet stopped answering: HTTPError"):
        look(f"http://shop@{shop.address}/orders/x*.parquet", c.row_count(at_least=1))


@pytest.mark.parametrize(
    ("file", "hangs_after"),
    [
        pytest.param("x*.parquet", 0, id="at once"),
        pytest.param("x*.parquet", 1, id="after the first part of a Parquet file"),
        pytest.param("x*.parquet", 12, id="while its statement reads"),
        pytest.param("bad.csv", 1, id="within a CSV file"),
        pytest.param("bad.csv", 3, id="later within a CSV file"),
    ],
)
def test_a_store_that_hangs_keeps_no_task_for_ever(shop: Shop, file: str, hangs_after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "LEAST_CONNECT_SECONDS", 1.0)
    shop.hangs_after = hangs_after
    began = time.monotonic()
    with pytest.raises(WarehouseUnreachable, match="answer"):
        look(f"http://shop@{shop.address}/orders/{file}", c.unique("text"), c.row_count(at_least=1), timeout=timedelta(seconds=0.5))
    assert time.monotonic() - began < 20


def test_a_broken_line_of_a_store_is_told_by_file_and_number(shop: Shop) -> None:
    run = look(f"http://shop@{shop.address}/orders/bad.csv", c.row_count(at_least=1), c.not_null("id"))
    assert {result.reason for result in run.results} == {f"http://{shop.address}/orders/bad.csv, line 25002: 3 columns, and not 2"}
    assert "4111111111111111" not in str(run)


def test_one_task_looks_into_one_store(shop: Shop) -> None:
    urls = [f"http://{name}@{shop.address}/orders/x0.parquet" for name in ("shop", "stranger")]
    with pytest.raises(DefinitionError, match="Allowed: paths of one store and one connection"):
        look(urls, c.row_count(at_least=1))


def test_a_bucket_in_memory_is_named_as_openlineage_names_it(tmp_path: Path) -> None:
    bucket = f"b{uuid4().hex}"
    store = fsspec.filesystem("memory")
    attach("memory", bucket, fs=store)
    pl.DataFrame({"id": [1, 2]}).write_parquet(tmp_path / "x.parquet")
    for name in ("2025/a.parquet", "2025/[b]*.parquet", "2026/c.parquet"):
        store.pipe(f"/{bucket}/{name}", (tmp_path / "x.parquet").read_bytes())
    root = f"memory://{bucket}@{bucket}"
    named = {
        f"{root}/2025/*.parquet": ("2025/*.parquet", 4),
        f"{root}/2025/[b]*.parquet": ("2025/[b]*.parquet", 2),
        f"{root}/**/*.parquet": ("**/*.parquet", 6),
    }
    for url, (name, rows) in named.items():
        run = look(url, c.row_count(equals=rows))
        assert (run.namespace, run.name, run.outcome.value) == (f"memory://{bucket}", name, "passed")
    run = look([f"{root}/2025/a.parquet", f"{root}/2026/c.parquet"], c.row_count(equals=4), dataset="years")
    assert (run.namespace, run.name, run.outcome.value) == (f"memory://{bucket}", "years", "passed")
