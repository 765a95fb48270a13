"""Records of runs of Great Expectations, the same as of our own checks."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_dre.checks.check import CheckSeverity
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.services.quality.record import Measurement, record_run
from airflow_dre.services.quality.redact import Redaction, redacted_result
from airflow_dre.services.run_context import RunContext
from airflow_dre.store.records import Definition, ResultRecord, SuiteRunRecord
from airflow_dre.tools.gx.running.results import Validation
from airflow_dre.tools.gx.running.run import Validated
from airflow_dre.tools.gx.running.verdicts import judge, short_text
from airflow_dre.tools.translation import text_in
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.digest import digest

_THRESHOLDS = {"mostly", "strict_max", "strict_min", "min_value", "max_value", "p_value", "threshold", "value"}
"""Arguments for the strictness of an expectation about a whole column or table. A rule for each row has only ``mostly``."""
_DIMENSIONS = (
    ("null", Dimension.COMPLETENESS),
    ("unique", Dimension.UNIQUENESS),
    ("row_count", Dimension.COVERAGE),
    ("column_pair", Dimension.CONSISTENCY),
    ("multicolumn", Dimension.CONSISTENCY),
    ("unexpected_rows", Dimension.CONSISTENCY),
    ("query_results", Dimension.CONSISTENCY),
    *((word, Dimension.ACCURACY) for word in ("_max_", "_min_", "_mean_", "_median_", "_stdev_", "_sum_", "quantile", "most_common")),
    *((word, Dimension.ACCURACY) for word in ("z_score", "outlier", "divergence", "p_value")),
)
"""Parts of the names of expectations and their quality dimension. The first match counts, and the default is conformity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """Expectations of one dataset under one name."""

    name: str
    dataset: DatasetName
    context: RunContext = field(default_factory=RunContext)


def record_expectations(subject: Expectations, run: Callable[[], Validated], now: datetime, statement: str | None = None) -> SuiteRunRecord:
    """Run Great Expectations and record its results.

    :param run: runs the expectations or the checkpoint.
    :param statement: the query whose rows are validated.
    """
    started = time.perf_counter()
    found = run()
    records = records_of(found.validations, statement, subject.dataset.name)
    seconds = time.perf_counter() - started
    return record_run(subject, records, Measurement(engine=found.engine, queries=found.queries, measured_at=now, seconds=seconds))


def records_of(validations: Iterable[Validation], statement: str | None = None, dataset: str = "") -> tuple[ResultRecord, ...]:
    """Return one record for each validation, in their order.

    :param statement: the query whose rows were validated.
    :param dataset: name of the dataset, which messages may quote.
    """
    seen: Counter[str] = Counter()
    records = []
    for validation in validations:
        identity = identify(validation)
        seen[identity] += 1
        if seen[identity] > 1:  # the same expectation again, with another threshold
            identity = digest(identity, seen[identity])[:16]
        redaction = Redaction(definition=_definition(validation), dataset=dataset)
        records.append(redacted_result(identity, judge(validation), statement, redaction))
    return tuple(records)


def identify(validation: Validation) -> str:
    """Return a stable identity: 16 hex digits of the SHA-256 of the arguments without thresholds and of the given name."""
    thresholds = {"mostly"} if validation.by_row else _THRESHOLDS
    asked = {name: value for name, value in validation.declared.items() if name not in thresholds}
    if "quantile_ranges" in asked:
        asked["quantile_ranges"] = asked["quantile_ranges"]["quantiles"]
    name = text_in(validation.meta, "previous_name") or text_in(validation.meta, "name")
    parts = {"kind": validation.kind, "name": None if name == _default_name(validation) else name, "asked": asked}
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _definition(validation: Validation) -> Definition:
    meta, kind = validation.meta, validation.kind
    dimension = next((dimension for word, dimension in _DIMENSIONS if word in kind), Dimension.CONFORMITY)
    condition = validation.declared.get("row_condition")
    tags = meta.get("tags")
    return Definition(
        name=text_in(meta, "name") or _default_name(validation),
        kind=kind,
        columns=_columns(validation.declared),
        dimension=meta["dimension"] if meta.get("dimension") in list(Dimension) else dimension.value,
        severity=(CheckSeverity.ERROR if validation.severity == "critical" else CheckSeverity.WARN).value,
        where=condition if condition is None or isinstance(condition, str) else str(condition),
        description=validation.description,
        owner=text_in(meta, "owner"),
        runbook=text_in(meta, "runbook"),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, (list, tuple)) else (),
    )


def _columns(asked: Mapping[str, Any]) -> tuple[str, ...]:
    if isinstance(several := asked.get("column_list") or asked.get("column_set"), (list, tuple, set)):
        return tuple(str(column) for column in several)
    return tuple(str(asked[name]) for name in ("column", "column_A", "column_B") if name in asked)


def _default_name(validation: Validation) -> str:
    shown = ", ".join(_columns(validation.declared)) or str(validation.declared.get("unexpected_rows_query", ""))
    return f"{validation.kind}({short_text(shown)})"
