"""Errors that a trigger met, as events that a task can raise again."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSensorTimeout, AirflowSkipException, AirflowTaskTimeout

from airflow_dre.errors import DefinitionError, DreError, Problem, text_of

FINAL = (AirflowFailException, AirflowSensorTimeout, AirflowSkipException, AirflowTaskTimeout)
"""Exceptions that end a wait in every mode, also one with ``silent_fail``."""


def spell_error(error: Exception) -> dict[str, Any]:
    """Return an error as the payload of an event: its class, its text without secrets, and the problems of a definition."""
    from airflow_dre.privacy.masking import masked

    kind = type(error)
    text = text_of(error) if isinstance(error, DreError) else masked(text_of(error))
    payload: dict[str, Any] = {"error": f"{kind.__module__}:{kind.__qualname__}", "message": text}
    if isinstance(error, DefinitionError):
        payload["problems"] = [[problem.where, problem.argument, str(problem.value), problem.allowed] for problem in error.problems]
    return payload


def read_error(payload: dict[str, Any]) -> Exception:
    """Return the error of a payload, or a :class:`DreError` if its class is missing or cannot be constructed from a text."""
    module, _, name = payload["error"].rpartition(":")
    message = payload["message"]
    try:
        kind = getattr(import_module(module or "airflow_dre.errors"), name)  # a trigger of an earlier version names its class alone
        if not isinstance(kind, type) or not issubclass(kind, Exception):
            return DreError(message)
        if issubclass(kind, DefinitionError):
            problems = [Problem(*problem) for problem in payload.get("problems", ())]
            return kind(problems) if problems else DreError(message)
        error: Exception = kind(message)
    except Exception:  # a class of a driver may be anything
        return DreError(f"{name}: {message}")
    return error
