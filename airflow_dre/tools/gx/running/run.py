"""Runs of expectations in Great Expectations itself. The package is imported when a task runs, and not while a Dag is parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.tools.gx.running.calls import run_apart
from airflow_dre.tools.gx.running.data import Data, StatementCount, engine_name, open_batch, require_answer
from airflow_dre.tools.gx.running.quiet import suppress_gx_output
from airflow_dre.tools.gx.running.results import Validation, errored, is_by_row, raised, read_result

_NO_SAMPLES = {
    "result_format": "BASIC",
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}
"""Counts and observed values. No row that broke a rule leaves the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The results of a run of Great Expectations."""

    engine: str
    queries: int
    validations: tuple[Validation, ...]


def run_expectations(expectations: Sequence[Any], data: Data, parameters: Mapping[str, Any] | None = None) -> Validated:
    """Validate ``data``, and return the validations in the order of the expectations.

    :param expectations: Great Expectations' own objects, each with an id of its own.
    :param parameters: values for ``$PARAMETER``.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    count = StatementCount()

    def validate() -> list[Validation]:
        try:
            with open_batch(new_context(), data, count) as batch:
                return [one for several in _rounds(expectations) for one in _validate(batch, several, data, dict(parameters or {}))]
        except QueryFailed as refused:
            return [errored(expectation.configuration, str(refused)) for expectation in expectations]

    with suppress_gx_output():
        found = run_apart(validate)
    if any(validation.error is not None for validation in found):
        require_answer(data)
    by_id = {validation.id: validation for validation in found}
    ordered = tuple(by_id[expectation.id] for expectation in expectations)
    return Validated(engine=engine_name(data), queries=count.statements, validations=ordered)


def new_context() -> Any:
    """Return a context in memory that writes no file and sends no telemetry."""
    import great_expectations
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    return great_expectations.get_context(mode="ephemeral", project_config=config)


def _rounds(expectations: Sequence[Any]) -> list[list[Any]]:
    """Return groups of expectations that may be validated together.

    Two of one type about one column may not, since Great Expectations would use the quantiles of the first for the second. Rules for each
    row may.
    """
    times: Counter[tuple[str, str]] = Counter()
    rounds: dict[int, list[Any]] = {}
    for expectation in expectations:
        configuration = expectation.configuration
        place = 0
        if not is_by_row(configuration.type):
            subject = (configuration.type, str(configuration.kwargs.get("column")))
            place = times[subject]
            times[subject] += 1
        rounds.setdefault(place, []).append(expectation)
    return list(rounds.values())


def _validate(batch: Any, expectations: Sequence[Any], data: Data, parameters: dict[str, Any]) -> list[Validation]:
    """Validate all expectations at once to share metrics, and then those without a result one by one to isolate an error."""
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name="suite")
    suite.expectations = list(expectations)  # not through the constructor, which refuses those that have an id
    try:
        results = batch.validate(suite, result_format=dict(_NO_SAMPLES), expectation_parameters=parameters).results
        found = [read_result(result) for result in results]
    except Exception as error:  # an expectation may raise anything before its first metric
        found = [raised(expectation.configuration, error) for expectation in expectations]
    answered = {validation.id for validation in found if validation.error is None}
    missing = [expectation for expectation in expectations if expectation.id not in answered]
    if not missing or len(expectations) == 1:
        return found
    require_answer(data)
    alone = [validation for expectation in missing for validation in _validate(batch, [expectation], data, parameters)]
    return [*(validation for validation in found if validation.error is None), *alone]


def asset_of(checkpoint: Any) -> str:
    """Return the name of a checkpoint's data.

    :raises DefinitionError: it is not a checkpoint, or it has more than one asset.
    """
    validations = getattr(checkpoint, "validation_definitions", None)
    if not validations or not hasattr(checkpoint, "run"):
        allowed = "a Checkpoint of Great Expectations with validation definitions, or a function that returns one"
        raise DefinitionError([Problem("GXCheckOperator", "checkpoint", checkpoint, allowed)])
    names = sorted({f"{validation.data_source.name}.{validation.asset.name}" for validation in validations})
    if len(names) > 1:
        allowed = "a checkpoint of one asset; create a task for each asset"
        raise DefinitionError([Problem("GXCheckOperator", "checkpoint", ", ".join(names), allowed)])
    return names[0]


def run_checkpoint(checkpoint: Any, frame: Any = None, parameters: Mapping[str, Any] | None = None) -> Validated:
    """Run a checkpoint with its actions, its own context, data and result format.

    :param frame: a DataFrame for checkpoints that need one.
    :raises DefinitionError: the checkpoint or a part of it was not added to its context.
    """
    from great_expectations.exceptions.resource_freshness import ResourceFreshnessAggregateError

    try:
        with suppress_gx_output():
            result = run_apart(
                lambda: checkpoint.run(
                    batch_parameters=None if frame is None else {"dataframe": frame},
                    expectation_parameters=dict(parameters) if parameters else None,
                )
            )
            runs = list(result.run_results.values())
            found = [read_result(one) for run in runs for one in run.results]
    except ResourceFreshnessAggregateError as error:
        allowed = f"a checkpoint whose parts were added to its context ({error})"
        raise DefinitionError([Problem("GXCheckOperator", "checkpoint", checkpoint.name, allowed)]) from error
    order = [expectation.id for validation in checkpoint.validation_definitions for expectation in validation.suite.expectations]
    found.sort(key=lambda validation: order.index(validation.id) if validation.id in order else len(order))
    source = checkpoint.validation_definitions[0].data_source.type
    return Validated(engine=f"gx-{source}", queries=0, validations=tuple(found))
