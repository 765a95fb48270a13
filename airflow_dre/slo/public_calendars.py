"""Public holidays and trading days, from the packages ``holidays`` and ``exchange_calendars``, which load on first use."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from holidays import HolidayBase

EXTRA = "pip install 'airflow-dre[calendars]'"
_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
"""The years of which a market is asked for its days."""


class PackageMissing(ImportError):
    """A package of the extra ``calendars`` that is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"package {package} is not installed: {EXTRA}")


class BeyondRecord(LookupError):
    """A year after the last one that a calendar has on record."""


def working_days(country: str, part: str | None, year: int) -> frozenset[date]:
    """Return the working days of a year, days that are worked in place of others among them."""
    calendar = _country(country, part)
    first = date(year, 1, 1)
    days = (first + index * _DAY for index in range((date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if calendar.is_working_day(day))


def holidays_of(country: str, part: str | None, year: int) -> frozenset[date]:
    """Return the public holidays of a year."""
    calendar = _country(country, part)
    first = date(year, 1, 1)
    days = (first + index * _DAY for index in range((date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if day in calendar)


def countries() -> dict[str, list[str]]:
    """Return the parts of each country that is known, by its code.

    :raises PackageMissing: the package is not installed.
    """
    package = _load("holidays")
    known: dict[str, list[str]] = package.list_supported_countries()
    return known


def country_code(name: str) -> str | None:
    """Return the code of a country by its name in English, or None where no country has that name.

    :raises PackageMissing: the package is not installed.
    """
    named: dict[str, tuple[str, ...]] = _load("holidays.registry").COUNTRIES
    codes = {_letters(country): names[1] for country, names in named.items()}
    return codes.get(_letters(name))


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())


def markets() -> list[str]:
    """Return the codes of the markets that are known.

    :raises PackageMissing: the package is not installed.
    """
    package = _load("exchange_calendars")
    names: list[str] = package.get_calendar_names()
    return names


def sessions(market: str, year: int) -> frozenset[date]:
    """Return the trading days of a year. A year before the first on record has none.

    :raises BeyondRecord: the year is later than the last one on record.
    """
    if year < _FIRST_YEAR:
        return frozenset()
    if year > _LAST_YEAR:
        raise BeyondRecord(f"ends with the year {_LAST_YEAR}")
    by_year, last = _decade(market, year // 10)
    if last is not None and year > last:
        raise BeyondRecord(f"ends with the year {last}: upgrade the package exchange_calendars")
    return by_year.get(year, frozenset())


@cache
def _decade(market: str, decade: int) -> tuple[dict[int, frozenset[date]], int | None]:
    """Return the trading days of ten years, and the last year on record if that is known: a calendar takes a second to make."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the package
        return _read_decade(market, decade)


def _read_decade(market: str, decade: int) -> tuple[dict[int, frozenset[date]], int | None]:
    package = _load("exchange_calendars")
    start, end, last = date(decade * 10, 1, 1), date(decade * 10 + 9, 12, 31), None
    try:
        calendar = package.get_calendar(market, start=start.isoformat(), end=end.isoformat())
    except ValueError:  # its record begins later or ends earlier
        kind = type(package.get_calendar(market))
        earliest, latest = kind.bound_min(), kind.bound_max()
        start = start if earliest is None else max(start, earliest.date())
        end, last = (end, None) if latest is None else (min(end, latest.date()), latest.year)
        if start >= end:
            return {}, last
        calendar = kind(start=start.isoformat(), end=end.isoformat())
    by_year: dict[int, set[date]] = {}
    for session in calendar.sessions:
        by_year.setdefault(session.year, set()).add(session.date())
    return {year: frozenset(days) for year, days in by_year.items()}, last


@cache
def _country(country: str, part: str | None) -> HolidayBase:
    package = _load("holidays")
    calendar: HolidayBase = package.country_holidays(country, subdiv=part)
    return calendar


def _load(name: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        raise PackageMissing(name) from None
