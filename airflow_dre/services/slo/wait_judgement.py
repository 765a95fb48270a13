"""The judgement of an answer that a wait got."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from airflow_dre.checks.kinds.freshness import AgeLimits, judge_age
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import QueryFailed
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.slo.answers import NewestAnswer
from airflow_dre.services.slo.freshness import Freshness
from airflow_dre.services.slo.targets import (
    AssetTarget,
    DagTarget,
    FileTarget,
    MetadataTarget,
    PartitionTarget,
    TableTarget,
    Target,
)
from airflow_dre.services.slo.wait import FreshnessWait
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.instants import to_instant
from airflow_dre.values.scalars import Incomparable
from airflow_dre.values.text_limits import REASON

_WORDS: Mapping[type[Target], tuple[str, str]] = {
    TableTarget: ("the newest row", "the table holds no timestamp at all"),
    PartitionTarget: ("the newest partition", "the table holds no partition"),
    MetadataTarget: ("the last change", "no change is recorded"),
    FileTarget: ("the newest file", "there is no file"),
    AssetTarget: ("the last event", "no event of the asset is recorded"),
    DagTarget: ("the last successful run", "no successful run of the Dag is recorded"),
}


def judge_answer(wait: FreshnessWait, answer: NewestAnswer, now: datetime) -> Freshness:
    """Return the freshness of an answer.

    :raises Exception: the error of the answer.
    :raises QueryFailed: the value is no moment, or lies in the future.
    """
    if answer.error is not None:
        raise answer.error.with_traceback(None)
    target = wait.target
    newest, nothing = _WORDS[type(target)]
    zone = getattr(target, "zone", None)
    limits = AgeLimits(max_age=wait.max_age, tolerance=wait.future_tolerance, zone=zone, newest=newest, nothing=nothing)
    try:
        value = answer.judged
        judgement = judge_age(value, now, limits)
    except Incomparable as unlike:
        raise QueryFailed(masked_line(f"{_described(target)} of {target.shown}: {unlike}", REASON)) from None  # it quotes the value
    if judgement.outcome is Outcome.ERRORED:
        raise QueryFailed(f"{target.shown}: {judgement.reason}")
    dataset = answer.dataset or DatasetName(target.place, target.shown)
    return Freshness(dataset=dataset, newest=to_instant(value, zone), judgement=judgement)


def _described(target: Target) -> str:
    """Return which value of a target was read, for a message."""
    match target:
        case TableTarget(expression=expression, column=column):
            return f"column {column}" if expression is None else f"expression {expression}"
        case PartitionTarget(partition=column):
            return f"partition column {column}"
        case _:
            return "the last change"
