"""The base of rules for one column."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_dre.checks.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule(Rule):
    """A rule for the values of one column."""

    column: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)
