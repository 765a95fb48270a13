"""The operator that lets a person decide about quarantined rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier, BaseOperator

from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.operators import DeclaredOperator
from airflow_dre.declaring.slips import find_kind_problems, is_no_text, is_same_table

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.exceptions import TaskAwaitingInput
    from airflow.sdk.execution_time.hitl import HITLUser

    from airflow_dre.errors import Problem
    from airflow_dre.services.quarantine.review import ReviewRequest

OPTIONS = ("Release", "Discard", "Keep")


@contextlib.contextmanager
def _fail_without_retry() -> Iterator[None]:
    """Fail the task without retry for errors that a retry cannot help."""
    from airflow.sdk.exceptions import AirflowFailException

    from airflow_dre.errors import DefinitionError, QuarantineError

    try:
        yield
    except (DefinitionError, QuarantineError) as error:
        raise AirflowFailException(str(error)) from error


class QuarantineReleaseOperator(DeclaredOperator, BaseOperator):
    """Ask a person about the rows of a quarantine table, then release, discard or keep them.

    The task waits (``awaiting_input``, without a worker) until a person answers on the page "Required Actions": ``Release`` puts the rows
    back into ``table`` in one transaction, ``Discard`` deletes them, ``Keep`` changes nothing. The answer is about exactly the rows that
    were counted for the question. Copies of rows that are still in ``table`` are only dropped. The return value has the number of rows
    that were given back and dropped, and the person who decided. If there is no row, the task ends without a question.

    It works like Airflow's ``HITLOperator`` but does not inherit from it, because its import costs a Dag file as much as this package.

    :param conn_id: connection of the warehouse: PostgreSQL, SQLite or DuckDB. (templated)
    :param table: the table that the rows came from, ``[[catalog.]schema.]table``. (templated)
    :param quarantine_table: the table that they are in, ``quarantine_to`` of a ``QualityCheckOperator``. (templated)
    :param from_run: only rows of this run id. The default is any. (templated)
    :param from_dag: only rows of this Dag id. The default is the Dag of this task if ``from_run`` is set, and else any. (templated)
    :param from_batch: only rows of this batch, which the summary of the checking task contains. The default is any. (templated)
    :param subject: headline of the question. The default names rows and table. (templated)
    :param statement_timeout: longest time that one statement may take, as a duration such as ``"90s"`` or ``"10m"``, or a timedelta. The
        default is the limit of the database.
    :param assigned_users: users who may answer, each ``{"id": ..., "name": ...}``. The default is every user who may answer questions of
        the Dag.
    :param notifiers: notifiers of Airflow, called when the question is asked. Default: none.
    :param response_timeout: longest time to wait for an answer, as a timedelta. Then ``defaults`` is carried out, or the task fails without
        it. The default is to wait without a limit.
    :param defaults: the answer that is carried out after ``response_timeout``, for example ``"Keep"``. Default: none.
    :raises airflow_dre.errors.DefinitionError: an argument is invalid. The error lists all of them when the Dag is parsed.
    """

    template_fields: Sequence[str] = ("conn_id", "table", "quarantine_table", "from_run", "from_dag", "from_batch", "subject", "body")
    ui_color = "#d5f0e3"

    def __init__(
        self,
        *,
        conn_id: str = REQUIRED,
        table: str = REQUIRED,
        quarantine_table: str = REQUIRED,
        from_run: str | None = None,
        from_dag: str | None = None,
        from_batch: str | None = None,
        subject: str = "",
        statement_timeout: str | timedelta | None = None,
        assigned_users: HITLUser | list[HITLUser] | None = None,
        notifiers: Sequence[BaseNotifier] | BaseNotifier = (),
        response_timeout: timedelta | None = None,
        defaults: str | Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.subject, self.body = subject, ""
        self.conn_id = conn_id
        self.table = table
        self.quarantine_table = quarantine_table
        self.from_run = from_run
        self.from_dag = from_dag
        self.from_batch = from_batch
        self.statement_timeout = statement_timeout
        self.assigned_users = [assigned_users] if isinstance(assigned_users, dict) else assigned_users
        self.notifiers = [notifiers] if isinstance(notifiers, BaseNotifier) else list(notifiers or ())
        self.response_timeout = response_timeout
        self.defaults = [defaults] if isinstance(defaults, str) else defaults
        self._refuse_mistakes()

    def execute(self, context: Context) -> Any:
        """Claim and count the rows, and ask a person about them."""
        from airflow_dre.services.incidents.outcomes import origin_of
        from airflow_dre.services.quarantine.review import ask_about_rows
        from airflow_dre.services.rehearsal import NOTHING_KEPT, is_rehearsal
        from airflow_dre.services.wiring import read_wiring

        if is_rehearsal(read_wiring().settings):
            self.log.warning("%s: %s. No question is asked about the rows in %s.", self.task_label, NOTHING_KEPT, self.quarantine_table)
            return {"decision": None, "by": None, "rows": 0, "given_back": 0, "dropped": 0}
        with _fail_without_retry():
            question = ask_about_rows(self._request, origin_of(context["ti"]))
        if not question.rows:
            self.log.info("No quarantined rows in %s: no question is asked", self.quarantine_table)
            return {"decision": None, "by": None, "rows": 0, "given_back": 0, "dropped": 0}
        self.subject = self.subject or f"What becomes of the rows of {self.table} in quarantine: {question.rows}"
        self.body = question.body
        self.log.info("%s\n%s", self.subject, self.body)
        raise self._ask(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Apply the decision of a person."""
        from airflow_dre.services.incidents.outcomes import origin_of
        from airflow_dre.services.quarantine.review import decide_about_rows

        if "error" in event:
            from airflow.providers.standard.exceptions import HITLTimeoutError, HITLTriggerEventError

            raise (HITLTimeoutError if event["error_type"] == "timeout" else HITLTriggerEventError)(event)
        decision, who = str(event["chosen_options"][0]), event["responded_by_user"]
        by = "default, without an answer in time" if who is None else f"{who['name']} ({who['id']})"
        with _fail_without_retry():
            done = decide_about_rows(self._request, origin_of(context["ti"]), decision)
        text = "%s by %s at %s: rows that went back into %s: %d; dropped from %s: %d; kept there: %d"
        counts = (self.table, done.given_back, self.quarantine_table, done.dropped, done.kept)
        self.log.info(text, decision, by, event["responded_at"], *counts)
        return {
            "decision": decision,
            "by": None if who is None else dict(who),
            "at": event["responded_at"].isoformat(),
            "rows": done.given_back + done.dropped + done.kept,
            "given_back": done.given_back,
            "dropped": done.dropped,
        }

    def _ask(self, context: Context) -> TaskAwaitingInput:
        """Put the question on the page "Required Actions", and return what lets the task wait without a worker."""
        from airflow.sdk.exceptions import TaskAwaitingInput
        from airflow.sdk.execution_time.hitl import upsert_hitl_detail

        upsert_hitl_detail(
            ti_id=context["task_instance"].id,
            options=list(OPTIONS),
            subject=self.subject,
            body=self.body,
            defaults=None if self.defaults is None else list(self.defaults),
            multiple=False,
            params={},
            assigned_users=self.assigned_users,
        )
        for notifier in self.notifiers:
            notifier(context)
        return TaskAwaitingInput(method_name="execute_complete", timeout=self.response_timeout)

    @property
    def _request(self) -> ReviewRequest:
        from airflow_dre.services.quarantine.review import ReviewRequest
        from airflow_dre.values.instants import read_duration

        return ReviewRequest(
            subject=self.task_label,
            conn_id=self.conn_id,
            table=self.table,
            quarantine_table=self.quarantine_table,
            dag_id=self.from_dag or (self.dag_id if self.from_run else None),
            run_id=self.from_run or None,
            batch=self.from_batch or None,
            timeout=read_duration(self.statement_timeout),
        )

    def _refuse_mistakes(self) -> None:
        from airflow_dre.declaring.names import LONGEST_DATASET, find_name_problems
        from airflow_dre.errors import Problem
        from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

        problems = self.find_missing(conn_id=self.conn_id, table=self.table, quarantine_table=self.quarantine_table)
        for name in ("conn_id", "table", "quarantine_table"):
            value = getattr(self, name)
            if value is not REQUIRED and (value is None or is_no_text(value)):
                problems.append(Problem(self.task_label, name, value, "text that is not empty"))
        texts = {name: getattr(self, name) for name in ("from_run", "from_dag", "from_batch", "subject")}
        problems += find_kind_problems(self.task_label, texts, {})
        problems += find_name_problems(self.task_label, {"conn_id": self.conn_id, **texts})
        problems += find_name_problems(self.task_label, {"table": self.table, "quarantine_table": self.quarantine_table}, LONGEST_DATASET)
        tables = (self.table, self.quarantine_table)
        if all(isinstance(name, str) for name in tables) and is_same_table(*tables):
            problems.append(Problem(self.task_label, "quarantine_table", self.quarantine_table, f"another table than table={self.table!r}"))
        problems += self._find_mistakes_of_the_question()
        if self.statement_timeout is not None and read_duration(self.statement_timeout) is None:
            problems.append(Problem(self.task_label, "statement_timeout", self.statement_timeout, DURATION_ALLOWED))
        self.refuse(problems)

    def _find_mistakes_of_the_question(self) -> list[Problem]:
        from airflow_dre.errors import Problem

        problems = []
        if self.defaults is not None and (len(self.defaults) != 1 or self.defaults[0] not in OPTIONS):
            problems.append(Problem(self.task_label, "defaults", self.defaults, f"one of {', '.join(OPTIONS)}"))
        waits: object = self.response_timeout
        if waits is not None and not isinstance(waits, timedelta):
            problems.append(Problem(self.task_label, "response_timeout", waits, "a timedelta"))
        called: list[object] = list(self.notifiers)
        problems += [
            Problem(self.task_label, "notifiers", each, "notifiers of Airflow") for each in called if not isinstance(each, BaseNotifier)
        ]
        return problems
