"""Tracebacks of other people's programs: where it was raised is shown, secrets are not, and no log has one unmasked."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from airflow_dre.privacy.tracebacks import masked_traceback

PACKAGE = Path(__file__).parents[2] / "airflow_dre"


def connect() -> None:
    """Raise as a driver does that quotes its address."""
    raise ConnectionError("cannot reach postgres://u:hunter2s3cret@db/x")


def call_deep(depth: int) -> None:
    """Call a driver at the end of many calls."""
    if depth:
        call_deep(depth - 1)
    else:
        connect()


def page() -> None:
    """Raise because of another error."""
    try:
        call_deep(200)
    except ConnectionError as error:
        raise RuntimeError("the pager is silent") from error


class Unspeakable(Exception):
    """An error whose text cannot be made."""

    def __str__(self) -> str:
        raise ValueError("no text")


def test_a_traceback_shows_where_it_was_raised_and_no_secret() -> None:
    with pytest.raises(RuntimeError) as caught:
        page()
    shown = masked_traceback(caught.value)
    assert "hunter2s3cret" not in shown
    assert "in connect" in shown and "ConnectionError: cannot reach postgres://" in shown
    assert shown.endswith("RuntimeError: the pager is silent")
    assert shown.count("in call_deep") < 60


def test_an_error_without_a_text_has_a_traceback() -> None:
    with pytest.raises(Unspeakable) as caught:
        raise Unspeakable
    assert "Unspeakable" in masked_traceback(caught.value)


def test_no_traceback_is_logged_as_it_is() -> None:
    """A log of ``exc_info`` may show a password of a connection that an error quotes."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                logs = "log" in ast.unparse(node.func.value).rpartition(".")[2]
                if (logs and node.func.attr == "exception") or any(keyword.arg == "exc_info" for keyword in node.keywords):
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert found == []
