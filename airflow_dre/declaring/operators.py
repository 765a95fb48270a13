"""Operators that refuse wrong arguments with a definition error, also where they are mapped."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from airflow_dre.declaring.calls import unknown_problems
from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.slips import find_callback_problems, nearest, one_of
from airflow_dre.errors import DefinitionError, Problem

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.sdk.definitions.mappedoperator import MappedOperator, OperatorPartial

    class _Mappable:
        """The part of Airflow's operators that the mixin precedes."""

        task_id: str

        def _convert__dag(self, dag: Any) -> Any: ...

        @classmethod
        def partial(cls, **kwargs: Any) -> OperatorPartial: ...
else:
    _Mappable = object

SLA = "sla"
SLA_ALLOWED = "task_deadline(...) without a task, or a FreshnessSLA"
CALLBACKS = ("on_execute_callback", "on_failure_callback", "on_success_callback", "on_retry_callback", "on_skipped_callback")
_OF_THE_DAG = ("on_failure_callback", "on_success_callback")
_VARIADIC = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
_MORE = ", and the arguments of Airflow's BaseOperator"


@runtime_checkable
class TaskPromise(Protocol):
    """A promise about a task, as the argument ``sla`` of an operator: a deadline, or the freshness of what it writes."""

    def hold_task(self, dag: DAG, task_id: str) -> None:
        """Hold a task of a Dag to the promise. It is safe to repeat."""


class DeclaredOperator(_Mappable):
    """A mixin of operators whose mistakes are collected: Airflow itself raises ``TypeError`` at the first one.

    It precedes Airflow's class among the bases. ``__init__`` ends with ``self.refuse(problems)``.
    """

    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Words that an argument may have, by argument. They are checked where the operator is mapped."""
    _slips: tuple[Problem, ...] = ()
    _given_names: frozenset[str] = frozenset()
    sla: TaskPromise | None = None
    """The promise about the task. It is kept from Airflow, whose own SLAs are removed."""

    def __new__(cls, *args: object, **_: object) -> Any:
        """Refuse arguments by position."""
        if args:
            raise DefinitionError([Problem(cls.__name__, "arguments", args[0], "arguments by name, for example task_id='check'")])
        return super().__new__(cls)

    def _hook_apply_defaults(self, *args: Any, **kwargs: Any) -> Any:
        """Note what is wrong with the names of the arguments, and take a misspelled one for the one that was meant.

        Airflow calls this with all arguments, defaults of the Dag included, before each ``__init__`` of the class.
        """
        sla, kwargs = _without_sla(kwargs)
        if "_slips" not in self.__dict__:
            kind = type(self)
            subject = f"{kind.__name__} {kwargs.get('task_id', '')}".rstrip()
            problems, kwargs = _without_unknown(kind, subject, kwargs)
            problems += _find_all_callback_problems(subject, kwargs, kwargs.get("default_args") or {})
            problems += _find_dag_callback_problems(kwargs.get("dag"))
            problems += find_sla_problems(subject, sla)
            if "task_id" not in kwargs:
                raise DefinitionError([*problems, Problem(subject, "task_id", None, "a value: this argument is required")])
            object.__setattr__(self, "_slips", tuple(problems))
            object.__setattr__(self, "_given_names", frozenset(kwargs))
            object.__setattr__(self, "sla", sla if isinstance(sla, TaskPromise) else None)
        return args, kwargs

    def _convert__dag(self, dag: Any) -> Any:
        """Take a Dag, which learns of the promise about the task. Airflow calls this at whatever moment the task gets one."""
        taken = super()._convert__dag(dag)
        if taken is not None and self.sla is not None:
            self.sla.hold_task(taken, self.task_id)
        return taken

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Refuse the operator where its arguments have problems, those of their names included.

        :raises airflow_dre.errors.DefinitionError: lists all problems.
        """
        found = [*self._slips, *problems]
        self._slips = ()
        if found:
            raise DefinitionError(found)

    @property
    def failure_callbacks(self) -> tuple[object, ...]:
        """The callbacks of a task and its Dag on failure: each a callback, a list of them, or None."""
        dag = self.get_dag() if hasattr(self, "get_dag") else None
        return getattr(self, "on_failure_callback", None), getattr(dag, "on_failure_callback", None)

    def was_named(self, argument: str) -> bool:
        """Return whether an argument was passed to this task itself and not by ``default_args``."""
        return argument in self._given_names

    @property
    def task_label(self) -> str:
        """Name of the task in messages."""
        return f"{type(self).__name__} {getattr(self, 'task_id', '')}"

    def find_missing(self, **given: object) -> list[Problem]:
        """Return the required arguments that were not given."""
        subject = self.task_label
        return [Problem(subject, name, None, "a value: this argument is required") for name, value in given.items() if value is REQUIRED]

    @classmethod
    def find_partial_problems(cls, subject: str, given: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong with arguments of which some are still to come."""
        return [
            Problem(subject, name, given[name], one_of(given[name], allowed))
            for name, allowed in cls.choices.items()
            if isinstance(given.get(name), str) and "{{" not in given[name] and given[name] not in allowed
        ]

    @classmethod
    def refuse_partial(cls, subject: str, given: Mapping[str, Any]) -> None:
        """Refuse arguments of which some are still to come.

        :raises airflow_dre.errors.DefinitionError: lists all problems.
        """
        problems, known = _without_unknown(cls, subject, given)
        problems += _find_all_callback_problems(subject, known, known.get("default_args") or {})
        problems += find_sla_problems(subject, known.get(SLA))
        problems += cls.find_partial_problems(subject, known)
        if problems:
            raise DefinitionError(problems)

    @classmethod
    def partial(cls, **kwargs: Any) -> OperatorPartial:
        """Map the operator: the arguments that all of its task instances share.

        :raises airflow_dre.errors.DefinitionError: an argument is unknown or invalid.
        """
        cls.refuse_partial(f"{cls.__name__} {kwargs.get('task_id', '')}".rstrip(), kwargs)
        return _strict_partial(super().partial(**kwargs))


def find_sla_problems(subject: str, sla: object) -> list[Problem]:
    """Return what is wrong with the argument ``sla``."""
    if sla is None or (isinstance(sla, TaskPromise) and not isinstance(sla, type)):
        return []
    allowed = f"{SLA_ALLOWED}; sla={sla!r} of Airflow 2 is task_deadline(after={sla!r})" if isinstance(sla, timedelta) else SLA_ALLOWED
    return [Problem(subject, SLA, sla, allowed)]


def _without_sla(given: Mapping[str, Any]) -> tuple[object, dict[str, Any]]:
    """Return the argument ``sla`` of a task, perhaps from the defaults of its Dag, and the arguments that Airflow gets."""
    defaults = dict(given.get("default_args") or {})
    default = defaults.pop(SLA, None)
    others = {name: value for name, value in given.items() if name != SLA}
    return given.get(SLA, default), {**others, **({"default_args": defaults} if "default_args" in given else {})}


def hold_mapped(mapped: MappedOperator) -> MappedOperator:
    """Hold a mapped task to its promise as soon as it has a Dag, and keep the promise from Airflow.

    :raises airflow_dre.errors.DefinitionError: the argument ``sla`` is no promise.
    """
    sla = mapped.partial_kwargs.pop(SLA, None)
    if problems := find_sla_problems(f"{mapped.operator_class.__name__} {mapped.task_id}", sla):
        raise DefinitionError(problems)
    if sla is None:
        return mapped
    if mapped.dag is not None:
        sla.hold_task(mapped.dag, mapped.task_id)
        return mapped
    mapped.__class__ = _held_class()
    object.__setattr__(mapped, "_promise", sla)
    return mapped


@cache
def _held_class() -> type[MappedOperator]:
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    class HeldMappedOperator(MappedOperator):
        """A mapped task that gets its Dag later, and is then held to its promise."""

        __slots__ = ()

        @property
        def dag(self) -> DAG | None:
            """The Dag of the task."""
            found: DAG | None = MappedOperator.__dict__["dag"].__get__(self, type(self))
            return found

        @dag.setter
        def dag(self, dag: DAG | None) -> None:
            """Take a Dag, which learns of the promise about the task."""
            MappedOperator.__dict__["dag"].__set__(self, dag)
            promise: TaskPromise | None = self.__dict__.get("_promise")
            if dag is not None and promise is not None:
                promise.hold_task(dag, self.task_id)

    return HeldMappedOperator


@cache
def argument_names(kind: type) -> tuple[str, ...]:
    """Return the arguments of an operator, its own before those of its bases."""
    found: dict[str, None] = {}
    for each in kind.mro():
        init = each.__dict__.get("__init__")
        if init is not None and init is not object.__init__:
            for parameter in list(inspect.signature(init).parameters.values())[1:]:
                if parameter.kind not in _VARIADIC:
                    found[parameter.name] = None
    return tuple(found)


@cache
def _own_names(kind: type) -> tuple[str, ...]:
    """Return the arguments that are not those of every operator."""
    from airflow.sdk import BaseOperator

    common = set(argument_names(BaseOperator)) | {"database", "hook_params", "retry_on_failure", "python_callable"}
    return ("task_id", *(name for name in argument_names(kind) if name not in common))


def _without_unknown(kind: type, subject: str, given: Mapping[str, Any]) -> tuple[list[Problem], dict[str, Any]]:
    """Return a problem for each unknown argument, and the arguments with misspelled ones under the names that were meant."""
    names = argument_names(kind)
    unknown = {name: value for name, value in given.items() if name not in names and not name.startswith("_")}
    kept = {name: value for name, value in given.items() if name not in unknown}
    problems = []
    for name, value in unknown.items():
        near = nearest(name, names)
        shown = (*_own_names(kind), *([near] if near and near not in _own_names(kind) else []))
        problems += unknown_problems(subject, {name: value}, shown, _MORE)
        if near is not None:
            kept.setdefault(near, value)
    return problems, kept


def _find_all_callback_problems(subject: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[Problem]:
    return [problem for name in CALLBACKS for problem in find_callback_problems(subject, name, given.get(name, defaults.get(name)))]


def _find_dag_callback_problems(dag: Any) -> list[Problem]:
    """Return what is wrong with the callbacks of the Dag itself, which Airflow does not check."""
    if dag is None:
        return []
    return [problem for name in _OF_THE_DAG for problem in find_callback_problems(f"DAG {dag.dag_id}", name, getattr(dag, name, None))]


@cache
def _strict_class() -> type[OperatorPartial]:
    from airflow.sdk.definitions.mappedoperator import OperatorPartial

    class StrictPartial(OperatorPartial):
        """A partial operator that refuses wrong arguments to map over with a definition error."""

        def expand(self, **mapped_kwargs: Any) -> MappedOperator:
            """Map over lists of values by argument."""
            subject = f"{self.operator_class.__name__} {self.kwargs['task_id']}"
            names = argument_names(self.operator_class)
            problems, _ = _without_unknown(self.operator_class, subject, mapped_kwargs)
            given = {name for name, value in self.kwargs.items() if name in mapped_kwargs and name not in _defaults(self.operator_class)}
            problems += [Problem(subject, name, mapped_kwargs[name], "one value: partial() has it already") for name in sorted(given)]
            problems += [
                Problem(subject, name, value, "a list or a dict of values, or the output of a task")
                for name, value in mapped_kwargs.items()
                if name in names and not _is_mappable(value)
            ]
            if not mapped_kwargs:
                problems = [Problem(subject, "expand", None, "at least one argument with a list of values")]
            self._refuse(problems)
            return hold_mapped(super().expand(**mapped_kwargs))

        def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> MappedOperator:
            """Map over dicts of arguments."""
            subject = f"{self.operator_class.__name__} {self.kwargs['task_id']}"
            problems: list[Problem] = []
            for item in kwargs if isinstance(kwargs, (list, tuple)) else ():
                if isinstance(item, Mapping):
                    problems += _without_unknown(self.operator_class, subject, item)[0]
            self._refuse(problems)
            return hold_mapped(super().expand_kwargs(kwargs, strict=strict))

        def _refuse(self, problems: list[Problem]) -> None:
            if problems:
                self._expand_called = True  # the error is enough: no warning that it was never mapped
                raise DefinitionError(problems)

    return StrictPartial


def _defaults(kind: type) -> set[str]:
    """Return the arguments that ``partial()`` fills in itself."""
    from airflow.sdk.bases.operator import OPERATOR_DEFAULTS

    return set(OPERATOR_DEFAULTS)


def _is_mappable(value: object) -> bool:
    from airflow.sdk.definitions._internal.expandinput import is_mappable

    return bool(is_mappable(value))


def _strict_partial(made: OperatorPartial) -> OperatorPartial:
    strict = _strict_class()(operator_class=made.operator_class, kwargs=made.kwargs, params=made.params)
    made._expand_called = True
    return strict
