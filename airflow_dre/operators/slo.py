"""The gate that keeps risky work from a service whose error budget is spent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator

from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.operators import DeclaredOperator
from airflow_dre.declaring.slips import one_of

if TYPE_CHECKING:
    from airflow.sdk import Context

ON_SPENT = ("skip", "fail")
IF_UNKNOWN = ("open", "closed")


class SloGateOperator(DeclaredOperator, BaseOperator):
    """Skip or block what follows while the budget of an SLO is spent.

    Put it before risky work, for example a migration or a backfill. ``airflow dre slo override`` opens it for a time, with a reason.

    :param slo: name of the SLO. (templated)
    :param on_spent: ``"skip"`` (default): this task and those after it are skipped. ``"fail"``: the task fails, without retry.
    :param below: the gate closes when no more than this share of the budget is left, by default ``"0%"``.
    :param if_unknown: ``"open"`` (default) or ``"closed"`` while the budget cannot be measured.
    """

    template_fields = ("slo",)
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {"on_spent": ON_SPENT, "if_unknown": IF_UNKNOWN}
    ui_color = "#d5f0e3"

    def __init__(
        self, *, slo: str = REQUIRED, on_spent: str = "skip", below: str | float = "0%", if_unknown: str = "open", **kwargs: Any
    ) -> None:
        from airflow_dre.errors import Problem
        from airflow_dre.slo.alerts import SHARE_ALLOWED, read_share

        super().__init__(**kwargs)
        self.slo = slo
        self.on_spent = on_spent
        self.below = below
        self.if_unknown = if_unknown
        problems = self.find_missing(slo=slo)
        for name, value, allowed in (("on_spent", on_spent, ON_SPENT), ("if_unknown", if_unknown, IF_UNKNOWN)):
            if value not in allowed:
                problems.append(Problem(self.task_label, name, value, one_of(value, allowed)))
        share = read_share(below)
        if share is None or not 0 <= share < 1:
            problems.append(Problem(self.task_label, "below", below, f"{SHARE_ALLOWED}, less than 1"))
        if slo is not REQUIRED and (not isinstance(slo, str) or not slo.strip()):
            problems.append(Problem(self.task_label, "slo", slo, "the name of an SLO"))
        self.refuse(problems)

    def execute(self, context: Context) -> dict[str, Any]:
        """Measure the budget, and return what is left of it and the reason of the decision.

        :raises AirflowSkipException: the budget is spent, and ``on_spent`` is ``"skip"``.
        :raises AirflowFailException: the budget is spent, or no SLO has this name.
        """
        from fractions import Fraction

        from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

        from airflow_dre.clock import now
        from airflow_dre.errors import DefinitionError
        from airflow_dre.services.slo.gate import judge_gate
        from airflow_dre.services.wiring import read_wiring
        from airflow_dre.slo.alerts import read_share

        below = read_share(self.below) or Fraction(0)
        try:
            found = judge_gate(read_wiring(), self.slo, now(), below=below, if_unknown=self.if_unknown)
        except DefinitionError as error:
            raise AirflowFailException(str(error)) from error
        self.log.info("%s", found.reason)
        if not found.is_open:
            raise (AirflowSkipException if self.on_spent == "skip" else AirflowFailException)(found.reason)
        return {"slo": self.slo, "left": found.left, "overridden": found.override is not None, "reason": found.reason}
