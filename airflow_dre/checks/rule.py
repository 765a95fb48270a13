"""The base of every rule for one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar, Self

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.families import Families
from airflow_dre.checks.senses import Columns


class Nulls(StrEnum):
    """The rows that a rule about several columns leaves out because of NULL."""

    SKIP = "skip"
    """Those with a NULL in any of the columns."""
    SKIP_ALL = "skip_all"
    """Those with a NULL in all of the columns."""
    KEEP = "keep"
    """None."""


_UNASKED = {"by_kind", "unlike", "text_of", "unknown_breaks", "flags", "counted"}
"""Fields that say how a question is put, and not which question it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A requirement that must hold for one row."""

    kind: ClassVar[str]
    """The name of the check that declares it."""
    state_name: ClassVar[str]
    """Name in the keys of stored partition states. It never changes, whatever the class is called."""
    default_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    """The quality dimension that the rule speaks for."""
    unmergeable: ClassVar[str] = ""
    """Reason why the rows that break it do not add up from partition to partition. Empty: they do."""
    kinds_matter: ClassVar[bool] = False
    """True if the kinds of values can make a difference to it, as in pandas."""
    by_kind: bool = False
    """True if values of different kinds never equal and every value has a text, as in pandas, where a database would read one as the
    other or refuse to. A suite of another tool sets it, for databases whose values pandas may have held."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must have a value for the rule to apply. Without any it applies to every row."""
        return ()

    @property
    def leaves_out(self) -> Nulls:
        """The rows that it does not apply to, by the NULLs in the columns that it needs."""
        return Nulls.SKIP

    def column_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of, without columns of any family."""
        return {}

    def frame_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of where the rows are judged as pandas judges them.

        pandas subtracts a value from the next, and compares no text with a date.
        """
        return {}

    @property
    def orders_values(self) -> bool:
        """True where it orders values that may be neither numbers nor texts."""
        return False

    @property
    def sql_conditions(self) -> Mapping[str, str]:
        """The SQL conditions of the author that it consists of, by argument."""
        return {}

    def as_read(self, columns: Columns) -> Self:
        """Return the rule about the columns to read, which is the same where no type was guessed."""
        return self

    def row_reason(self) -> str:
        """Return why a row breaks it, in words that quote no row."""
        return f"it breaks {self.kind}"

    def enforced_by(self, enforced: Enforced) -> str | None:
        """Return the constraint by which the database lets no row break it, or None where there is no such constraint."""
        return None

    def identity_arguments(self) -> Mapping[str, object]:
        """Return its arguments as JSON values, without those at their default, so that a new option changes no id."""
        given = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in _UNASKED}
        usual = {item.name: item.default for item in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value != usual[name]}
