"""Every exception of airflow-dre, and the reaction of a caller to each.

::

    DreError
    ├── DefinitionError          the Dag author wrote something that cannot be: fix the Dag
    ├── PlugInError              another package offers an object that does not load: fix or uninstall it
    ├── TypesChanged             a later value of a file is of another type than the first ones: ask anew
    ├── WarehouseError           the warehouse could not answer
    │   ├── WarehouseUnreachable   no answer at all: retrying can help
    │   │   └── FilesUnreachable     no file is there, or the store that keeps them does not answer
    │   └── QueryFailed            it answered with an error: retrying cannot help
    │       ├── StatementTimeout     the statement took longer than it may
    │       └── WriteConflict        others wrote the same rows at the same time: retrying can help
    ├── StoreError               the results store could not be read or written
    │   ├── StoreUnreachable       records wait in the spool
    │   │   └── StoreBusy            it answers, and could not take this record now: others may go first
    │   ├── StoreMisaddressed      its address cannot be used: put ``[dre] sql_alchemy_conn`` right
    │   ├── StoreNotMigrated       run ``airflow dre db migrate``
    │   ├── StoreTooNew            a newer version migrated it: upgrade airflow-dre here
    │   └── StoreRefused           it will never take this record, which is set aside
    ├── QuarantineError          rows were neither quarantined nor released, and nothing changed: retrying cannot help
    └── GateError                the data is bad and the gate is closed
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MOST_SHOWN = 500
"""Characters of a wrong value that a message quotes."""


class DreError(Exception):
    """Root of everything that airflow-dre raises on purpose."""


class Problem(NamedTuple):
    """A mistake in a definition."""

    where: str
    """The object, for example ``checks[2] not_null('dep_time')``."""
    argument: str
    value: object
    allowed: str
    """The accepted values."""

    def __str__(self) -> str:
        return f"{self.where}: invalid {self.argument}={_shown(self.value)}. Allowed: {self.allowed}"


def text_of(error: BaseException) -> str:
    """Return the text of an error, empty where the error cannot make one."""
    try:
        return str(error)
    except Exception:  # classes of errors are other people's programs
        return ""


def _shown(value: object) -> str:
    """Return a value as the author wrote it, if that is known: functions and classes by their names, long values cut."""
    name = getattr(value, "__name__", None)
    text = name if callable(value) and isinstance(name, str) else repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


class DefinitionError(DreError):
    """An invalid definition, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = "1 problem in the definition" if count == 1 else f"{count} problems in the definition"
        super().__init__("\n".join([f"{heading}:", *(f"- {problem}" for problem in self.problems)]))

    @classmethod
    def about(cls, where: str, argument: str, value: object, allowed: str) -> DefinitionError:
        """Return the error of a single problem."""
        return cls([Problem(where, argument, value, allowed)])

    def __reduce__(self) -> tuple[type[DefinitionError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class PlugInError(DreError):
    """An object of another package that does not load, or is not what its entry point promises."""


class TypesChanged(DreError):
    """Rows that were just read have shown that a guessed type is another: answers that rest on it are to be asked for anew."""


class WarehouseError(DreError):
    """The warehouse that holds the data could not answer."""


class WarehouseUnreachable(WarehouseError):
    """No connection, or the connection broke: the question may be asked again."""


class FilesUnreachable(WarehouseUnreachable):
    """No file is where the data should be, or the store that keeps it does not answer: the files may be there later."""


class QueryFailed(WarehouseError):
    """The warehouse refused the statement, for example because a column is missing."""


class StatementTimeout(QueryFailed):
    """The statement was ended because it took longer than it may."""


class WriteConflict(QueryFailed):
    """Others wrote the same rows at the same time, and nothing of the transaction stays."""


class StoreError(DreError):
    """The results store could not be read or written."""

    advice = "The results store does not answer. Run `airflow dre db check` on the API server."
    """Text for pages, without an address and a statement."""


class StoreUnreachable(StoreError):
    """A results store that does not answer, so that records wait in the spool."""


class StoreBusy(StoreUnreachable):
    """The results store answers and could not do this now, because of a lock, a deadlock or a limit of time."""

    advice = "The results store took too long, or something in it is locked. Try again in a moment."


class StoreMisaddressed(StoreError):
    """An unusable address of the results store, so that records wait in the spool."""

    advice = "[dre] sql_alchemy_conn is no address of a results store. Run `airflow dre db check` on the API server."


class StoreNotMigrated(StoreError):
    """The results store lacks tables that this version needs."""

    advice = "The results store lacks tables of this version. Run `airflow dre db migrate`."


class StoreTooNew(StoreError):
    """A results store that a newer version migrated, so that records wait in the spool."""

    advice = "A newer version of airflow-dre migrated the results store. Upgrade airflow-dre on the API server."


class StoreRefused(StoreError):
    """Values that the results store never takes, so that their record is set aside."""

    advice = "The results store cannot look for that."


class QuarantineError(DreError):
    """A quarantine or a release that needs a person, and that changed nothing."""


class GateError(DreError):
    """The data did not meet its checks and the task must not go on."""
