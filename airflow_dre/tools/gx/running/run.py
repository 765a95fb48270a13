"""Running expectations in Great Expectations itself. The package is imported when a task runs, never while a Dag is parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.tools.gx.running.calls import run_apart
from airflow_dre.tools.gx.running.data import Count, Data, engine_name, make_sure_it_answers, open_batch
from airflow_dre.tools.gx.running.quiet import quiet
from airflow_dre.tools.gx.running.results import Validation, errored, is_by_row, raised, read_result

_NO_SAMPLES = {
    "result_format": "BASIC",
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}
"""Counts and observed values; no row that broke a rule leaves the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What Great Expectations found."""

    engine: str
    queries: int
    validations: tuple[Validation, ...]


def run_expectations(expectations: Sequence[Any], data: Data, parameters: Mapping[str, Any] | None = None) -> Validated:
    """Validate ``data``; the validations come in the order of the expectations.

    :param expectations: Great Expectations' own objects, each with an id of its own.
    :param parameters: values for ``$PARAMETER``.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    count = Count()

    def validate() -> list[Validation]:
        try:
            with open_batch(new_context(), data, count) as batch:
                return [one for several in _rounds(expectations) for one in _validate(batch, several, data, dict(parameters or {}))]
        except QueryFailed as refused:
            return [errored(expectation.configuration, str(refused)) for expectation in expectations]

    with quiet():
        found = run_apart(validate)
    if any(validation.error is not None for validation in found):
        make_sure_it_answers(data)
    by_id = {validation.id: validation for validation in found}
    ordered = tuple(by_id[expectation.id] for expectation in expectations)
    return Validated(engine=engine_name(data), queries=count.statements, validations=ordered)


def new_context() -> Any:
    """Return a context that lives in memory, writes no file and reports to nobody."""
    import great_expectations
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    return great_expectations.get_context(mode="ephemeral", project_config=config)


def _rounds(expectations: Sequence[Any]) -> list[list[Any]]:
    """Return expectations that may be validated together.

    Two of one type about one column may not: Great Expectations takes the quantiles of the first for those of the second. Rules for each
    row are known to share well.
    """
    times: Counter[tuple[str, str]] = Counter()
    rounds: dict[int, list[Any]] = {}
    for expectation in expectations:
        configuration = expectation.configuration
        place = 0
        if not is_by_row(configuration.type):
            question = (configuration.type, str(configuration.kwargs.get("column")))
            place = times[question]
            times[question] += 1
        rounds.setdefault(place, []).append(expectation)
    return list(rounds.values())


def _validate(batch: Any, expectations: Sequence[Any], data: Data, parameters: dict[str, Any]) -> list[Validation]:
    """Return all at once, so that metrics are shared; then those without an answer one by one, so that the culprit stands alone."""
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name="suite")
    suite.expectations = list(expectations)  # not through the constructor, which refuses those that have an id
    try:
        results = batch.validate(suite, result_format=dict(_NO_SAMPLES), expectation_parameters=parameters).results
        found = [read_result(result) for result in results]
    except Exception as error:  # an expectation raises what it likes before its first metric
        found = [raised(expectation.configuration, error) for expectation in expectations]
    answered = {validation.id for validation in found if validation.error is None}
    unanswered = [expectation for expectation in expectations if expectation.id not in answered]
    if not unanswered or len(expectations) == 1:
        return found
    make_sure_it_answers(data)
    alone = [validation for expectation in unanswered for validation in _validate(batch, [expectation], data, parameters)]
    return [*(validation for validation in found if validation.error is None), *alone]


def asset_of(checkpoint: Any) -> str:
    """What a checkpoint calls the data that it looks at.

    :raises DefinitionError: it is no checkpoint, or it looks at more than one asset.
    """
    validations = getattr(checkpoint, "validation_definitions", None)
    if not validations or not hasattr(checkpoint, "run"):
        allowed = "a Checkpoint of Great Expectations with validation definitions, or a function that returns one"
        raise DefinitionError([Problem("GXCheckOperator", "checkpoint", checkpoint, allowed)])
    names = sorted({f"{validation.data_source.name}.{validation.asset.name}" for validation in validations})
    if len(names) > 1:
        allowed = "a checkpoint that looks at one asset; give each asset a task of its own"
        raise DefinitionError([Problem("GXCheckOperator", "checkpoint", ", ".join(names), allowed)])
    return names[0]


def run_checkpoint(checkpoint: Any, frame: Any = None, parameters: Mapping[str, Any] | None = None) -> Validated:
    """Run a checkpoint with its actions; it brings its own context, data and result format.

    :param frame: a DataFrame for checkpoints that look at one.
    :raises DefinitionError: it, or something that it consists of, was not added to its context.
    """
    from great_expectations.exceptions.resource_freshness import ResourceFreshnessAggregateError

    try:
        with quiet():
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
