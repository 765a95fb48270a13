"""The texts, lists and dates that authors write for days and due moments, in Dag files and in YAML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

from airflow_dre.slo import public_calendars
from airflow_dre.slo.calendars import (
    AllOf,
    AnyOf,
    Days,
    EveryDay,
    Except,
    Holidays,
    ListedDays,
    MarketDays,
    MonthEdges,
    Weekdays,
    WorkingDays,
)
from airflow_dre.slo.schedule import AfterPeriod, Cron, Due, TimesOfDay, has_moments
from airflow_dre.values.calendar import Unit
from airflow_dre.values.instants import read_duration

DAYS_ALLOWED = (
    "'every_day', 'weekdays', 'weekends', a day such as 'monday', 'month_starts', 'month_ends', 'working_days:DE', 'holidays:DE-BY', "
    "'market_days:XNYS', a date such as '2026-12-24', 'month_ends of' or 'month_starts of' one of them, several with ' & ' between them, "
    "or a list"
)
DUE_ALLOWED = (
    "a time of day such as '08:00' or a list of them, a cron expression with five fields such as '0 8 * * 1-5', or a time after each "
    "hour, day, week, month, quarter or year such as '3h after day'"
)
LONGEST_DELAY = timedelta(days=366)
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLAIN: dict[str, Days] = {
    "every_day": EveryDay(),
    "weekdays": Weekdays(frozenset(range(5))),
    "weekends": Weekdays(frozenset({5, 6})),
    "month_starts": MonthEdges(last=False, of=EveryDay()),
    "month_ends": MonthEdges(last=True, of=EveryDay()),
    **{name: Weekdays(frozenset({number})) for number, name in enumerate(_NAMES)},
}
_CALENDARS = ("working_days", "holidays", "market_days")
_EDGE = re.compile(r"month_(starts|ends) of (.+)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_AFTER = re.compile(r"(?P<delay>.+?) after (?P<unit>hour|day|week|month|quarter|year)")
_NO_DELAY = re.compile(r"0 ?[smhd]")


class Misspelled(ValueError):
    """A value that spells neither days nor due moments, with what is allowed instead."""


def read_days(value: object) -> Days:
    """Return the days that a value spells. Of a list each day counts that one of its items has.

    :raises Misspelled: states what is allowed.
    """
    if isinstance(value, str):
        terms = [_read_term(term.strip()) for term in value.split("&")]
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))
    if isinstance(value, date) and not isinstance(value, datetime):
        return ListedDays(frozenset({value}))
    if isinstance(value, (list, tuple, set, frozenset)) and value:
        items = [read_days(item) for item in value]
        dates = [day for item in items if isinstance(item, ListedDays) for day in item.listed]
        sets = [*(item for item in items if not isinstance(item, ListedDays)), *([ListedDays(frozenset(dates))] if dates else [])]
        return sets[0] if len(sets) == 1 else AnyOf(tuple(sets))
    raise Misspelled(f"dates without a time, or {DAYS_ALLOWED}" if isinstance(value, datetime) else DAYS_ALLOWED)


def except_days(days: Days | None, without: Days) -> Days:
    """Return days without others."""
    return Except(days or EveryDay(), without)


def _read_term(text: str) -> Days:
    """Return the days of a term without ``&``."""
    if edge := _EDGE.fullmatch(text):
        return MonthEdges(last=edge[1] == "ends", of=_read_term(edge[2].strip()))
    if text in _PLAIN:
        return _PLAIN[text]
    kind, colon, code = text.partition(":")
    if colon and kind in _CALENDARS:
        try:
            return _read_market(code) if kind == "market_days" else _read_country(kind, code)
        except public_calendars.PackageMissing as missing:
            raise Misspelled(f"a calendar whose package is installed; {missing}") from None
    try:
        return ListedDays(frozenset({date.fromisoformat(text)}))
    except ValueError:
        raise Misspelled(_meant(text, [*_PLAIN, *_CALENDARS]) + DAYS_ALLOWED) from None


def _read_country(kind: str, code: str) -> Days:
    country, _, part = code.partition("-")
    known = public_calendars.countries()
    if country not in known:
        shown = ", ".join(name for name in sorted(known) if len(name) == 2)
        meant = _meant_country(code) or _meant(country, known)
        raise Misspelled(f"{meant}{kind} with the code of a country: {shown}")
    if part and part not in known[country]:
        parts = ", ".join(known[country])
        meant = _meant(part, known[country])
        raise Misspelled(f"{meant}{kind}:{country} with one of its parts: {parts}" if parts else f"{kind}:{country}, which has no parts")
    return WorkingDays(country, part or None) if kind == "working_days" else Holidays(country, part or None)


def _meant_country(name: str) -> str:
    """Return a question for the code of a country that was written in full, such as ``Germany``, or nothing."""
    code = public_calendars.country_code(name)
    return "" if code is None else f"did you mean {code!r}? "


def _read_market(code: str) -> Days:
    known = public_calendars.markets()
    if code not in known:
        raise Misspelled(f"{_meant(code, known)}market_days with the code of a market: {', '.join(known)}")
    return MarketDays(code)


def read_due(value: object) -> Due:
    """Return the due moments that a value spells.

    :raises Misspelled: states what is allowed.
    """
    if isinstance(value, str):
        text = value.strip()
        if after := _AFTER.fullmatch(text):
            return _read_after(after["delay"].strip(), Unit(after["unit"]))
        if _TIME.fullmatch(text):
            return TimesOfDay((_read_time(text),))
        return _read_cron(text)
    if isinstance(value, time):
        return TimesOfDay((_read_time(value),))
    if isinstance(value, (list, tuple)) and value:
        return TimesOfDay(tuple(sorted({_read_time(item) for item in value})))
    raise Misspelled(f"no datetime: {DUE_ALLOWED}" if isinstance(value, date) else DUE_ALLOWED)


def _read_after(text: str, unit: Unit) -> Due:
    delay = timedelta(0) if _NO_DELAY.fullmatch(text) else read_duration(text)
    if delay is None or delay > LONGEST_DELAY:
        raise Misspelled(f"a duration of at most 366 days and a period, such as '3h after {unit}'")
    return AfterPeriod(delay, unit)


def _read_time(value: object) -> time:
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise Misspelled("times of day without a time zone: name it by due_time_zone or time_zone")
        return value.replace(fold=0)
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Misspelled(f"only times of day such as '08:00' in a list, not {value!r}")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Misspelled("times of day from '00:00' to '23:59:59'; the end of a day is '0m after day'")
    return time(hour, minute, second)


def _read_cron(text: str) -> Due:
    try:
        found = has_moments(text)
    except (ValueError, KeyError) as error:
        raise Misspelled(f"{DUE_ALLOWED} ({error})" if " " in text or text.startswith("@") else DUE_ALLOWED) from None
    if not found:
        raise Misspelled("a cron expression that names a day of the calendar")
    return Cron(text)


def _meant(text: str, known: Sequence[str] | dict[str, list[str]]) -> str:
    """Return a question for the spelling that was probably meant, or nothing."""
    near = get_close_matches(text.lower(), [name.lower() for name in known], 1, 0.75)
    match = next((name for name in known if near and name.lower() == near[0]), None)
    return "" if match is None else f"did you mean {match!r}? "


def spell_days(days: Days) -> str | list[str]:
    """Return days as :func:`read_days` reads them."""
    if isinstance(days, AnyOf):
        return [text for each in days.sets for text in _several(spell_days(each))]
    if isinstance(days, ListedDays):
        return sorted(day.isoformat() for day in days.listed)
    return _spell_term(days)


def _several(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


def _spell_term(days: Days) -> str:
    plain = next((name for name, known in _PLAIN.items() if known == days), None)
    if plain is not None:
        return plain
    match days:
        case AllOf(sets):
            return " & ".join(_spell_term(each) for each in sets)
        case MonthEdges(last, of):
            return f"month_{'ends' if last else 'starts'} of {_spell_term(of)}"
        case WorkingDays(country, part) | Holidays(country, part):
            kind = "working_days" if isinstance(days, WorkingDays) else "holidays"
            return f"{kind}:{country}{f'-{part}' if part else ''}"
        case MarketDays(market):
            return f"market_days:{market}"
        case ListedDays(listed) if len(listed) == 1:
            return min(listed).isoformat()
    raise TypeError(f"days that no author can spell: {days!r}")


def spell_due(due: Due) -> str | list[str]:
    """Return due moments as :func:`read_due` reads them."""
    match due:
        case TimesOfDay(times):
            return [each.isoformat("seconds") for each in times]
        case Cron(expression):
            return expression
        case AfterPeriod(delay, unit):
            return f"{spell_duration(delay)} after {unit}"


def spell_duration(duration: timedelta) -> str:
    """Return a duration in seconds."""
    return f"{duration.total_seconds():f}".rstrip("0").rstrip(".") + "s"
