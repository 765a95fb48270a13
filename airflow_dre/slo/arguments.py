"""The arguments by which an author makes a promise about freshness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.calendars import Days, Except
from airflow_dre.slo.promise import UTC_ZONE, FreshnessPromise
from airflow_dre.slo.schedule import AfterPeriod, Due
from airflow_dre.slo.spellings import LONGEST_DELAY, Misspelled, except_days, read_days, read_due, spell_days, spell_due, spell_duration
from airflow_dre.values.calendar import Unit
from airflow_dre.values.instants import DURATION_ALLOWED, read_duration, read_zone, zone_allowed

PROMISE_ARGUMENTS = ("max_age", "due", "days", "except_days", "time_zone", "due_time_zone", "warn_before", "grace", "repeat_every")


def read_promise(subject: str, given: Mapping[str, object]) -> FreshnessPromise:
    """Read a promise from its arguments. Others are ignored, and None counts as not given.

    :param subject: object that messages name, for example ``FreshnessSLA orders``.
    :raises DefinitionError: lists every argument that is not what it must be.
    """
    reader = _Reader(subject, given)
    max_age, due, days = reader.duration("max_age"), reader.due(), reader.days()
    if given.get("max_age") is None and given.get("due") is None:
        reader.refuse("max_age", f"{DURATION_ALLOWED}; or set due")
    grace = timedelta(0) if reader.is_zero("grace") else reader.bounded("grace")
    warn_before, repeat_every = reader.bounded("warn_before"), reader.bounded("repeat_every")
    zone = reader.zone()
    if warn_before is not None and due is None and max_age is not None and warn_before >= max_age:
        reader.refuse("warn_before", "a duration that is shorter than max_age")
    if isinstance(due, AfterPeriod) and due.unit not in (Unit.HOUR, Unit.DAY):
        for name in ("days", "except_days"):
            if given.get(name) is not None:
                reader.refuse(name, f"no {name} with due={given['due']!r}: a {due.unit} has days of every kind")
    if given.get("due_time_zone") is not None and all(given.get(name) is None for name in ("due", "days", "except_days")):
        reader.refuse("due_time_zone", "no due_time_zone without due, days or except_days")
    if reader.problems:
        raise DefinitionError(reader.problems)
    return FreshnessPromise(
        max_age=max_age,
        due=due,
        days=days,
        zone=zone,
        warn_before=warn_before,
        grace=grace or timedelta(0),
        repeat_every=repeat_every,
    )


def promise_arguments(promise: FreshnessPromise) -> dict[str, object]:
    """Return the arguments from which :func:`read_promise` makes an equal promise, as values that JSON can hold."""
    days, without = (promise.days.days, promise.days.without) if isinstance(promise.days, Except) else (promise.days, None)
    durations = {name: getattr(promise, name) for name in ("max_age", "warn_before", "grace", "repeat_every")}
    found: dict[str, object] = {name: spell_duration(duration) for name, duration in durations.items() if duration}
    if promise.due is not None:
        found["due"] = spell_due(promise.due)
    if days is not None:
        found["days"] = spell_days(days)
    if without is not None:
        found["except_days"] = spell_days(without)
    if promise.zone.key != UTC_ZONE.key:
        found["time_zone"] = promise.zone.key
    return found


def as_plain(value: object) -> object:
    """Return an argument as JSON and YAML can hold it, which reads as the same."""
    if isinstance(value, timedelta):
        return spell_duration(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(as_plain(item)) for item in value)
    return value


@dataclass
class _Reader:
    """The arguments, and the problems found among them."""

    subject: str
    given: Mapping[str, object]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, allowed: str) -> None:
        self.problems.append(Problem(self.subject, name, self.given.get(name), allowed))

    def is_zero(self, name: str) -> bool:
        """Return whether an argument is the duration of nothing, which a grace may be."""
        value = self.given.get(name)
        return value is None or value == timedelta(0) or (isinstance(value, str) and value.strip() in ("0s", "0m", "0h", "0d"))

    def duration(self, name: str) -> timedelta | None:
        value = self.given.get(name)
        duration = read_duration(value)
        if value is not None and duration is None:
            self.refuse(name, DURATION_ALLOWED)
        return duration

    def bounded(self, name: str) -> timedelta | None:
        """Return a duration of at most a year."""
        duration = self.duration(name)
        if duration is not None and duration > LONGEST_DELAY:
            self.refuse(name, "a duration of at most 366 days")
        return duration

    def due(self) -> Due | None:
        value = self.given.get("due")
        try:
            return None if value is None else read_due(value)
        except Misspelled as misspelled:
            self.refuse("due", str(misspelled))
            return None

    def days(self) -> Days | None:
        days, without = self._days("days"), self._days("except_days")
        return days if without is None else except_days(days, without)

    def _days(self, name: str) -> Days | None:
        value = self.given.get(name)
        try:
            return None if value is None else read_days(value)
        except Misspelled as misspelled:
            self.refuse(name, str(misspelled))
            return None

    def zone(self) -> ZoneInfo:
        """Return the zone of due times and days: their own, or that of the values."""
        names = {name: self.given[name] for name in ("time_zone", "due_time_zone") if self.given.get(name) is not None}
        zones = {name: read_zone(value) for name, value in names.items()}
        for name, zone in zones.items():
            if zone is None:
                self.refuse(name, zone_allowed(names[name]))
        return zones.get("due_time_zone") or zones.get("time_zone") or UTC_ZONE
