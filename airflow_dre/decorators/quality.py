"""The decorator ``@task.quality_check``: what the function returns is the data."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, cast

from airflow.sdk.bases.decorator import DecoratedOperator, TaskDecorator, task_decorator_factory

from airflow_dre.declaring.operators import hold_mapped
from airflow_dre.declaring.slips import one_of
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.operators.quality import QualityCheckOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

RETURNS = ("data", "summary")
SUBJECT = "@task.quality_check"
SUMMARY = "summary"
"""Key of the XCom with the summary, where the task returns the data."""


class QualityCheckDecoratedOperator(DecoratedOperator, QualityCheckOperator):
    """Run a function and check what it returns, in one process.

    :param python_callable: the function; it returns whatever ``data`` of
        :class:`~airflow_dre.operators.quality.QualityCheckOperator` may be.
    :param op_args: its arguments. (templated; shown in the UI only where each is a text, a number, a date or paths)
    :param op_kwargs: its arguments by name; as ``op_args``.
    :param returns: what the task returns: ``"data"``, what the function returned; or ``"summary"``, that of the checks. The default is
        the data where it is paths, and the summary where it is rows, which are then kept nowhere.
    """

    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, *QualityCheckOperator.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DecoratedOperator.template_fields_renderers,
        **QualityCheckOperator.template_fields_renderers,
    }
    shallow_copy_attrs: Sequence[str] = (*DecoratedOperator.shallow_copy_attrs, *QualityCheckOperator.shallow_copy_attrs)
    custom_operator_name = "@task.quality_check"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        returns: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.returns = returns
        given = {"data": python_callable, **kwargs}
        super().__init__(python_callable=python_callable, op_args=op_args, op_kwargs=op_kwargs, **given)

    def _hook_apply_defaults(self, *args: Any, **kwargs: Any) -> Any:
        """Check the names of the arguments, then take those of the function from the defaults of the Dag."""
        args, kwargs = QualityCheckOperator._hook_apply_defaults(self, *args, **kwargs)
        return DecoratedOperator._hook_apply_defaults(self, *args, **kwargs)

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render the arguments, and show them only where they can be no rows, which another task may have given: what is shown is kept."""
        super()._do_render_template_fields(parent, template_fields, context, jinja_env, seen_oids)
        if parent is self and not all(map(_can_be_shown, [*self.op_args, *self.op_kwargs.values()])):
            self.template_fields = [name for name in self.template_fields if name not in DecoratedOperator.template_fields]

    def given_data(self, context: Context) -> Any:
        """Call the function and return its data."""
        known = {**context, **self.op_kwargs}
        self.data = self.python_callable(*self.op_args, **self.determine_kwargs(known))
        return self.data

    def execute(self, context: Context) -> Any:
        """Run the function, then the checks."""
        try:
            return QualityCheckOperator.execute(self, context)
        finally:
            if self.suite_run is not None and self._hands_on():
                context["ti"].xcom_push(key=SUMMARY, value=self.summary())

    def return_value(self) -> Any:
        """Return the data or the summary."""
        return _plain(self.data) if self._hands_on() else super().return_value()

    def find_data_problems(self) -> list[Problem]:
        """Return what is wrong with the arguments."""
        problems = super().find_data_problems()
        if self.data is not self.python_callable:
            problems.append(Problem(self.subject, "data", type(self.data).__name__, "nothing: what the function returns is the data"))
        if self.returns is not None and self.returns not in RETURNS:
            problems.append(Problem(self.subject, "returns", self.returns, one_of(self.returns, RETURNS)))
        return problems

    def _hands_on(self) -> bool:
        from airflow_dre.services.checking.data_arguments import are_paths

        return self.returns == "data" or (self.returns is None and are_paths(self.data))


def _can_be_shown(argument: Any) -> bool:
    from airflow_dre.services.checking.data_arguments import are_paths

    return argument is None or isinstance(argument, (bool, date, float, int)) or are_paths(argument)


def _plain(data: Any) -> Any:
    """Return paths as texts, which Airflow can keep."""
    if isinstance(data, (list, tuple)):
        return [_plain(each) for each in data]
    return os.fspath(data) if isinstance(data, os.PathLike) else data


def quality_check_task(python_callable: Any = None, **kwargs: Any) -> TaskDecorator:
    """Make a task of a function that returns data, and check the data.

    :param python_callable: the function.
    :raises airflow_dre.errors.DefinitionError: an argument is not known, or not what it must be.
    """
    if python_callable is not None and not callable(python_callable):
        problem = Problem(SUBJECT, "arguments", python_callable, "arguments by name, for example checks=[not_null('id')]")
        raise DefinitionError([problem])
    QualityCheckDecoratedOperator.refuse_partial(SUBJECT, kwargs)
    made = task_decorator_factory(
        python_callable=python_callable,
        multiple_outputs=False,
        decorated_operator_class=QualityCheckDecoratedOperator,
        **kwargs,
    )
    if python_callable is not None:
        return _held(made)
    return cast("TaskDecorator", lambda function: _held(made(function)))


def _held(made: Any) -> TaskDecorator:
    """Return a decorated function whose tasks are held to their ``sla`` where they are mapped, too."""
    kind: Any = type(made)
    made.__class__ = _held_class(kind)
    return cast("TaskDecorator", made)


@cache
def _held_class(kind: Any) -> type:
    def _expand(self: Any, expand_input: Any, *, strict: bool) -> Any:
        made = kind._expand(self, expand_input, strict=strict)
        hold_mapped(made.operator)
        return made

    return type("HeldDecorator", (kind,), {"_expand": _expand})
