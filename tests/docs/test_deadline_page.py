"""The forms of the page about deadlines are read from it, and run as a reader's files."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

from airflow_dre.deadline import dag_deadline, task_deadline
from airflow_dre.services.slo.deadlines import read_alert
from airflow_dre.slo.deadline import CONTEXT, SLA_MISS

pytestmark = pytest.mark.airflow
PAGE = (Path(__file__).parents[2] / "docs" / "deadlines.md").read_text()
FORMS = re.findall(r"^```py\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ALERTS = [form for form in FORMS if form.startswith("def ")]
DAGS = [form for form in FORMS if not form.startswith("def ")]


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the functions of the page into a module that Airflow can import."""
    (tmp_path / "alerts.py").write_text("\n\n".join(ALERTS))
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("alerts", None)


@pytest.mark.filterwarnings("error:The SLA feature is removed")
@pytest.mark.parametrize("index", range(len(DAGS)))
def test_each_form_of_today_is_a_dag_with_one_deadline(plugins: Path, index: int) -> None:
    file = plugins / f"form_{index}.py"
    file.write_text(DAGS[index])
    bag = DagBag(file, collect_dags=True)
    assert bag.import_errors == {}
    (dag,) = bag.dags.values()
    (kept,) = DagSerialization.to_dict(dag)["dag"]["deadline"]
    assert kept["interval"]["__data__"] == 7200.0
    alert = read_alert(kept["callback"]["__data__"]["kwargs"]["alert"])
    assert alert.deadline.task in dag.task_ids
    called: list[tuple[str, str]] = [(call.path, call.form) for call in alert.callables]
    named = re.search(r"import (\w+)  # plugins", DAGS[index])
    form = SLA_MISS if "from_sla_miss_callback" in DAGS[index] else CONTEXT
    assert called == ([] if named is None else [(f"alerts.{named[1]}", form)])


def test_the_page_shows_each_form_of_airflow_2() -> None:
    assert len(DAGS) == 5
    assert len(ALERTS) == 2
    old = "".join(re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
    for form in ("sla=timedelta", "sla_miss_callback=", "@task(sla="):
        assert form in old


@pytest.mark.parametrize("function", [dag_deadline, task_deadline])
def test_every_argument_is_described(function: Any) -> None:
    import inspect

    described = re.findall(r":param (\w+):", function.__doc__)
    assert described == list(inspect.signature(function).parameters)
