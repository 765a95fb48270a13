"""A table of calendar cases: when a promise is due on a day of a zone, and which days a calendar has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest

from airflow_dre.slo.calendars import days_from
from airflow_dre.slo.schedule import moments_after
from airflow_dre.slo.spellings import read_days, read_due
from airflow_dre.values.wall_clock import start_of_day

DUE = [
    # zone, due, day, due moments of that day by its own clocks
    # Berlin skips 02:00 to 03:00 on 29 March 2026, and repeats 02:00 to 03:00 on 25 October.
    ("Europe/Berlin", "08:00", "2026-03-28", "08:00+01:00"),
    ("Europe/Berlin", "08:00", "2026-03-29", "08:00+02:00"),
    ("Europe/Berlin", "01:59:59", "2026-03-29", "01:59:59+01:00"),
    ("Europe/Berlin", "02:00", "2026-03-29", "03:00+02:00"),
    ("Europe/Berlin", "02:30", "2026-03-29", "03:00+02:00"),
    ("Europe/Berlin", "03:00", "2026-03-29", "03:00+02:00"),
    ("Europe/Berlin", "02:30", "2026-03-30", "02:30+02:00"),
    ("Europe/Berlin", "02:30", "2026-10-25", "02:30+02:00"),
    ("Europe/Berlin", "02:00", "2026-10-25", "02:00+02:00"),
    ("Europe/Berlin", "03:00", "2026-10-25", "03:00+01:00"),
    ("Europe/Berlin", "08:00", "2026-10-25", "08:00+01:00"),
    ("Europe/Berlin", ["02:15", "02:45"], "2026-03-29", "03:00+02:00"),
    ("Europe/Berlin", ["02:15", "02:45"], "2026-10-25", "02:15+02:00 02:45+02:00"),
    ("Europe/Berlin", ["20:00", "08:00"], "2026-10-25", "08:00+01:00 20:00+01:00"),
    ("Europe/Berlin", "30 2 * * *", "2026-03-29", "03:00+02:00"),
    ("Europe/Berlin", "30 2 * * *", "2026-10-25", "02:30+02:00"),
    ("Europe/Berlin", "0,30 1-3 * * *", "2026-03-29", "01:00+01:00 01:30+01:00 03:00+02:00 03:30+02:00"),
    ("Europe/Berlin", "0 1-3 * * *", "2026-10-25", "01:00+02:00 02:00+02:00 03:00+01:00"),
    ("Europe/Berlin", "3h after day", "2026-03-29", "04:00+02:00"),
    ("Europe/Berlin", "3h after day", "2026-03-30", "03:00+02:00"),
    ("Europe/Berlin", "3h after day", "2026-10-25", "02:00+01:00"),
    ("Europe/Berlin", "3h after day", "2026-10-26", "03:00+01:00"),
    # New York skips 02:00 to 03:00 on 8 March 2026, and repeats 01:00 to 02:00 on 1 November.
    ("America/New_York", "02:30", "2026-03-08", "03:00-04:00"),
    ("America/New_York", "07:00", "2026-03-08", "07:00-04:00"),
    ("America/New_York", "07:00", "2026-03-07", "07:00-05:00"),
    ("America/New_York", "01:30", "2026-11-01", "01:30-04:00"),
    ("America/New_York", "02:00", "2026-11-01", "02:00-05:00"),
    ("America/New_York", "15 2 * * 0", "2026-03-08", "03:00-04:00"),
    ("America/New_York", "15 1 1 * *", "2026-11-01", "01:15-04:00"),
    ("America/New_York", "0m after day", "2026-11-02", "00:00-05:00"),
    # Sydney repeats 02:00 to 03:00 on 5 April 2026, and skips 02:00 to 03:00 on 4 October.
    ("Australia/Sydney", "02:30", "2026-04-05", "02:30+11:00"),
    ("Australia/Sydney", "03:00", "2026-04-05", "03:00+10:00"),
    ("Australia/Sydney", "02:30", "2026-10-04", "03:00+11:00"),
    ("Australia/Sydney", "06:30", "2026-10-04", "06:30+11:00"),
    # Lord Howe changes by half an hour, Chatham at a quarter to three.
    ("Australia/Lord_Howe", "02:10", "2026-10-04", "02:30+11:00"),
    ("Australia/Lord_Howe", "01:45", "2026-04-05", "01:45+11:00"),
    ("Pacific/Chatham", "03:00", "2026-09-27", "03:45+13:45"),
    ("Pacific/Chatham", "03:00", "2026-04-05", "03:00+13:45"),
    # Midnight itself is skipped or comes twice.
    ("Africa/Cairo", "00:00", "2026-04-24", "01:00+03:00"),
    ("Africa/Cairo", "00:30", "2026-04-24", "01:00+03:00"),
    ("Africa/Cairo", "0m after day", "2026-04-24", "01:00+03:00"),
    ("America/Havana", "00:30", "2026-11-01", "00:30-04:00"),
    ("America/Santiago", "00:00", "2026-09-06", "01:00-03:00"),
    ("America/Santiago", "23:30", "2026-04-04", "23:30-03:00"),
    # Samoa had no 30 December 2011.
    ("Pacific/Apia", "08:00", "2011-12-29", "08:00-10:00"),
    ("Pacific/Apia", "08:00", "2011-12-30", ""),
    ("Pacific/Apia", "08:00", "2011-12-31", "08:00+14:00"),
    ("Pacific/Apia", "1h after day", "2011-12-31", "01:00+14:00"),
    # Zones without changes, and with odd offsets.
    ("UTC", "08:00", "2026-03-29", "08:00+00:00"),
    ("Asia/Tokyo", "00:00", "2026-03-29", "00:00+09:00"),
    ("Asia/Kathmandu", "08:00", "2026-03-29", "08:00+05:45"),
    ("Asia/Kolkata", "30m after hour", "2026-03-29", " ".join(f"{hour:02}:30+05:30" for hour in range(24))),
    # Leap days and ends of months.
    ("Europe/Berlin", "08:00", "2028-02-29", "08:00+01:00"),
    ("Europe/Berlin", "0 8 29 2 *", "2028-02-29", "08:00+01:00"),
    ("Europe/Berlin", "0 8 29 2 *", "2028-02-28", ""),
    ("Europe/Berlin", "0 8 l * *", "2028-02-29", "08:00+01:00"),
    ("Europe/Berlin", "0 8 l * *", "2027-02-28", "08:00+01:00"),
    ("Europe/Berlin", "0 8 31 * *", "2026-04-30", ""),
    ("Europe/Berlin", "6h after month", "2028-03-01", "06:00+01:00"),
    ("Europe/Berlin", "1d after month", "2026-10-01", ""),
    ("Europe/Berlin", "1d after month", "2026-10-02", "00:00+02:00"),
    ("Europe/Berlin", "2h after month", "2026-11-01", "02:00+01:00"),
    ("Europe/Berlin", "12h after week", "2026-11-02", "12:00+01:00"),
    ("Europe/Berlin", "12h after quarter", "2026-10-01", "12:00+02:00"),
    ("Europe/Berlin", "12h after year", "2027-01-01", "12:00+01:00"),
    # Cron: weekdays are restricted beside days of the month, the second Friday, the last Monday, names, steps.
    ("UTC", "0 8 13 * 5", "2026-11-13", "08:00+00:00"),
    ("UTC", "0 8 13 * 5", "2026-11-20", "08:00+00:00"),
    ("UTC", "0 8 13 * 5", "2026-11-19", ""),
    ("UTC", "0 8 * * 5#2", "2026-11-13", "08:00+00:00"),
    ("UTC", "0 8 * * 5#2", "2026-11-20", ""),
    ("UTC", "0 8 * * L1", "2026-11-30", "08:00+00:00"),
    ("UTC", "0 8 * * L1", "2026-11-23", ""),
    ("UTC", "0 8 * * mon-fri", "2026-11-28", ""),
    ("UTC", "0 8 * * 7", "2026-11-29", "08:00+00:00"),
    ("UTC", "0 */8 * * *", "2026-11-29", "00:00+00:00 08:00+00:00 16:00+00:00"),
    ("UTC", "@monthly", "2026-12-01", "00:00+00:00"),
]

DAYS = [
    # days, the first day, the next days that count
    ("every_day", "2028-02-28", "2028-02-28 2028-02-29 2028-03-01"),
    ("weekdays", "2026-11-27", "2026-11-27 2026-11-30 2026-12-01"),
    ("weekends", "2026-11-27", "2026-11-28 2026-11-29 2026-12-05"),
    ("monday", "2026-12-29", "2027-01-04 2027-01-11"),
    (["monday", "thursday"], "2026-11-24", "2026-11-26 2026-11-30 2026-12-03"),
    ("month_ends", "2028-01-31", "2028-01-31 2028-02-29 2028-03-31 2028-04-30"),
    ("month_ends", "2027-02-01", "2027-02-28 2027-03-31"),
    ("month_starts", "2026-12-01", "2026-12-01 2027-01-01"),
    ("month_ends of weekdays", "2026-10-01", "2026-10-30 2026-11-30 2026-12-31 2027-01-29"),
    ("month_starts of weekdays", "2026-11-01", "2026-11-02 2026-12-01 2027-01-01"),
    ("month_ends & weekdays", "2026-10-01", "2026-11-30 2026-12-31 2027-03-31"),
    ("2026-12-24", "2026-01-01", "2026-12-24"),
    (["2026-12-31", "2026-12-24", date(2026, 6, 30)], "2026-06-30", "2026-06-30 2026-12-24 2026-12-31"),
    (["sunday", "2026-11-30"], "2026-11-29", "2026-11-29 2026-11-30 2026-12-06"),
    # Germany, and Bavaria with Epiphany and All Saints' Day
    ("working_days:DE", "2026-12-24", "2026-12-24 2026-12-28"),
    ("working_days:DE", "2027-01-05", "2027-01-05 2027-01-06 2027-01-07"),
    ("working_days:DE-BY", "2027-01-05", "2027-01-05 2027-01-07"),
    ("holidays:DE", "2026-04-01", "2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25"),
    ("month_ends of working_days:DE", "2027-05-01", "2027-05-31 2027-06-30"),
    # the United States: Thanksgiving, and Independence Day on a Saturday, observed the day before
    ("working_days:US", "2026-11-25", "2026-11-25 2026-11-27"),
    ("working_days:US", "2026-07-02", "2026-07-02 2026-07-06"),
    # Japan's Golden Week
    ("working_days:JP", "2026-04-28", "2026-04-28 2026-04-30 2026-05-01 2026-05-07"),
    # Saudi Arabia rests on Fridays and Saturdays
    ("working_days:SA", "2026-11-26", "2026-11-26 2026-11-29"),
    # France: Bastille Day and Assumption, a Saturday
    ("holidays:FR", "2026-07-01", "2026-07-14 2026-08-15 2026-11-01 2026-11-11"),
    ("working_days:FR", "2026-07-13", "2026-07-13 2026-07-15"),
    # the United Kingdom: England and Scotland begin a year differently, and Boxing Day 2026 moves to Monday
    ("working_days:GB-ENG", "2026-12-24", "2026-12-24 2026-12-29"),
    ("working_days:GB-ENG", "2026-01-01", "2026-01-02 2026-01-05"),
    ("working_days:GB-SCT", "2026-01-01", "2026-01-05 2026-01-06"),
    # Brazil's Independence Day, a Monday
    ("working_days:BR", "2026-09-04", "2026-09-04 2026-09-08"),
    # markets: Thanksgiving is closed and the day after is a half day, Good Friday, a Christmas Eve of half a day
    ("market_days:XNYS", "2026-11-25", "2026-11-25 2026-11-27 2026-11-30"),
    ("market_days:XNYS", "2026-04-02", "2026-04-02 2026-04-06"),
    ("market_days:XNYS", "2026-12-24", "2026-12-24 2026-12-28"),
    ("market_days:XNYS", "2001-09-10", "2001-09-10 2001-09-17"),
    ("market_days:XNYS", "2012-10-26", "2012-10-26 2012-10-31"),
    ("market_days:XLON", "2026-12-24", "2026-12-24 2026-12-29"),
    ("market_days:XTKS", "2026-12-30", "2026-12-30 2027-01-04"),
    ("market_days:XHKG", "2026-02-16", "2026-02-16 2026-02-20"),
    ("market_days:XNYS & weekdays", "2026-11-25", "2026-11-25 2026-11-27"),
    ("month_ends of market_days:XNYS", "2026-05-01", "2026-05-29 2026-06-30"),
]


@pytest.mark.parametrize(("zone_name", "due", "day", "expected"), DUE, ids=lambda value: str(value) or "nothing")
def test_due_moments_of_a_day(zone_name: str, due: object, day: str, expected: str) -> None:
    zone, of = ZoneInfo(zone_name), date.fromisoformat(day)
    start, end = start_of_day(of, zone), start_of_day(of + timedelta(days=1), zone)
    found = takewhile(lambda moment: moment.at < end, moments_after(read_due(due), None, zone, start - timedelta(microseconds=1)))
    assert [moment.at for moment in found] == [datetime.fromisoformat(f"{day}T{each}").astimezone(UTC) for each in expected.split()]


@pytest.mark.parametrize(("days", "first", "expected"), DAYS, ids=str)
def test_days_that_count(days: object, first: str, expected: str) -> None:
    wanted = [date.fromisoformat(day) for day in expected.split()]
    assert list(islice(days_from(read_days(days), date.fromisoformat(first), 9), len(wanted))) == wanted


def test_table_is_long_enough() -> None:
    assert len(DUE) + len(DAYS) >= 80
    assert len({str(case) for case in [*DUE, *DAYS]}) == len(DUE) + len(DAYS)
