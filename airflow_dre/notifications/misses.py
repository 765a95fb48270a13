"""Callbacks of ``on_miss`` of a deadline: what the triggerer opens, and what it imports and calls."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow_dre.declaring.functions import strict
from airflow_dre.declaring.slips import find_callback_problems
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.notifications.incidents import OpenIncident

if TYPE_CHECKING:
    from airflow_dre.slo.deadline import ImportedCallable, Opening

_DAG_FILE = "unusual_prefix_"
"""Prefix of the names of the modules that Airflow makes of Dag files."""
_MOVE = "move it to the top level of a module that Airflow can import, for example in the plugins folder"


class SlaMissCallback:
    """An ``sla_miss_callback`` of Airflow 2 as a callback of today. See :func:`from_sla_miss_callback`."""

    def __init__(self, function: Callable[..., Any], path: str) -> None:
        self.function = function
        self.path = path

    def __call__(self, context: Mapping[str, Any]) -> Any:
        """Call the function with five arguments made of ``context["sla"]``."""
        from airflow_dre.services.slo.sla_miss_callbacks import call_sla_miss_callback

        return call_sla_miss_callback(self.function, context["sla"])

    def __repr__(self) -> str:
        return f"from_sla_miss_callback({self.path!r})"


@strict
def from_sla_miss_callback(function: Callable[..., Any] | str) -> SlaMissCallback:
    """Return a callback for ``on_miss`` that calls an ``sla_miss_callback`` of Airflow 2 with its five arguments.

    The arguments are made of the miss: ``dag`` has a ``dag_id``; ``task_list`` and ``blocking_task_list`` are texts with a line for each
    task; ``slas`` is a list of one miss with ``dag_id``, ``task_id``, ``execution_date`` (the due moment), ``timestamp`` and
    ``description``; ``blocking_tis`` lists the task instances of the run that have not succeeded, each with ``dag_id``, ``task_id``,
    ``run_id``, ``state`` and ``execution_date``.

    :param function: the function or its dotted path. It is at the top level of a module that the triggerer can import.
    :raises airflow_dre.errors.DefinitionError: it cannot be imported, or does not take five arguments.
    """
    subject = "from_sla_miss_callback"
    found, path, problem = _importable(subject, "function", function)
    if problem is None and not _takes_five(found):
        problem = Problem(subject, "function", function, "a function of dag, task_list, blocking_task_list, slas and blocking_tis")
    if problem is not None:
        raise DefinitionError([problem])
    return SlaMissCallback(found, path)


def read_on_miss(subject: str, on_miss: Any) -> tuple[tuple[Opening, ...], tuple[ImportedCallable, ...], list[Problem]]:
    """Return the incidents and the callables of ``on_miss``, and what is wrong with it."""
    from airflow_dre.slo.deadline import CONTEXT, SLA_MISS, ImportedCallable, Opening

    several = on_miss is not None and not callable(on_miss) and not isinstance(on_miss, str) and isinstance(on_miss, Iterable)
    openings, calls, problems = [], [], []
    for call in on_miss if several else [] if on_miss is None else [on_miss]:
        if isinstance(call, OpenIncident):
            openings.append(Opening(severity=call.severity, routes=tuple(call.routes)))
        elif isinstance(call, SlaMissCallback):
            calls.append(ImportedCallable(path=call.path, form=SLA_MISS))
        elif not isinstance(call, str) and (wrong := find_callback_problems(subject, "on_miss", call)):
            problems += wrong
        else:
            _, path, problem = _importable(subject, "on_miss", call)
            if problem is None:
                calls.append(ImportedCallable(path=path, form=CONTEXT))
            else:
                problems.append(problem)
    return tuple(openings), tuple(dict.fromkeys(calls)), problems


def _shown(error: Exception) -> str:
    """Return the text of an error of another person's module, masked: it may quote a password."""
    from airflow_dre.errors import text_of
    from airflow_dre.privacy.masking import masked_line
    from airflow_dre.values.text_limits import REASON

    return masked_line(text_of(error), REASON)


def _importable(subject: str, argument: str, call: Any) -> tuple[Any, str, Problem | None]:
    """Return a callable, the path by which the triggerer imports it, and why it cannot be imported."""
    if isinstance(call, str):
        from airflow_dre.services.slo.deadline_calls import import_callable

        try:
            found = import_callable(call.strip())
        except Exception as error:  # importing runs another person's module
            return None, "", Problem(subject, argument, call, f"the dotted path of a callable, such as 'alerts.page'; {_shown(error)}")
        if not callable(found):
            return found, "", Problem(subject, argument, call, f"the dotted path of a callable; it names {type(found).__name__}")
        return found, call.strip(), None
    module, name = getattr(call, "__module__", None), getattr(call, "__qualname__", None)
    if not callable(call) or not isinstance(module, str) or not isinstance(name, str):
        allowed = f"open_incident(...), or a function that the triggerer can import by its name; {_MOVE}"
        return None, "", Problem(subject, argument, call, allowed)
    if module.startswith(_DAG_FILE) or module == "__main__":
        allowed = f"a function that the triggerer can import, which cannot import those of a Dag file; {_MOVE}"
        return None, "", Problem(subject, argument, call, allowed)
    if _found_as(module, name) is not call:
        allowed = f"a function that the triggerer can import by its name, which a lambda, a nested function or a method is not; {_MOVE}"
        return None, "", Problem(subject, argument, call, allowed)
    return call, f"{module}.{name}", None


def _found_as(module: str, name: str) -> object:
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _takes_five(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None, "", "", [], [])
    except TypeError:
        return False
    except ValueError:  # a function of C without a signature
        return True
    return True
