"""Promises in days, checked against properties and an independent, naive count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendars import OpeningHours, WorkingCalendar, add_days, holiday_name

TICK = timedelta(microseconds=1)
ZONES = ["UTC", "Europe/Warsaw", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo",
         "America/Santiago", "Africa/Cairo", "America/Havana", "Pacific/Apia"]  # fmt: skip
COUNTRIES = ["CN", "PL", "US", "BR", "DE"]
starts = st.datetimes(datetime(2018, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
sets = st.lists(st.sampled_from(COUNTRIES), max_size=3, unique=True)
closings = st.frozensets(st.dates(date(2018, 1, 1), date(2028, 12, 31)), max_size=20)


def oracle(countries: list[str], zone: str, start: datetime, n: int) -> datetime:
    """Day by day, asking the library itself, one country after the other."""
    books = [holidays.country_holidays(c, years=range(2017, 2031)) for c in countries]
    day = start.astimezone(ZoneInfo(zone)).date()
    while n:
        day += timedelta(days=1)
        works = all(b.is_working_day(day) for b in books) if books else day.weekday() < 5
        n -= works
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)


@settings(max_examples=150, deadline=None)
@given(sets, st.sampled_from(["UTC", "Europe/Warsaw", "Asia/Shanghai"]), starts, st.integers(1, 25))
@pytest.mark.fault("R28", tries=1)
def test_working_days_equal_a_naive_count(
    countries: list[str], zone: str, start: datetime, n: int
) -> None:
    span = WorkingCalendar(countries, zone=zone).add_working_days(start, n)

    assert span.due == oracle(countries, zone, start, n)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
@pytest.mark.fault("R28", tries=1)
def test_working_days_over_new_year_equal_a_naive_count(country: str, year: int) -> None:
    calendar = WorkingCalendar([country], zone="UTC")
    for offset in range(45):
        start = datetime(year, 12, 1, 9, tzinfo=UTC) + timedelta(days=offset)
        assert calendar.add_working_days(start, 15).due == oracle([country], "UTC", start, 15)


@settings(max_examples=150, deadline=None)
@given(sets, closings, st.dates(date(2018, 1, 1), date(2028, 1, 1)), starts, st.integers(1, 30))
@pytest.mark.fault("R28", tries=1)
def test_adding_a_holiday_never_shortens(
    countries: list[str], closed: frozenset[date], extra: date, start: datetime, n: int
) -> None:
    before = WorkingCalendar(countries, closed, "Europe/Berlin").add_working_days(start, n)
    after = WorkingCalendar(countries, closed | {extra}, "Europe/Berlin").add_working_days(start, n)

    assert after.due >= before.due


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=3), starts, st.integers(1, 20))
def test_a_further_country_never_shortens(countries: list[str], start: datetime, n: int) -> None:
    fewer = WorkingCalendar(countries).add_working_days(start, n)
    more = WorkingCalendar([*countries, "JP"]).add_working_days(start, n)

    assert more.due >= fewer.due


@settings(max_examples=150, deadline=None)
@given(sets, closings, st.sampled_from(ZONES), starts, starts, st.integers(1, 20))
def test_working_days_are_monotone_in_the_start(
    countries: list[str], closed: frozenset[date], zone: str, a: datetime, b: datetime, n: int
) -> None:
    calendar = WorkingCalendar(countries, closed, zone)
    early, late = sorted((a, b))

    assert calendar.add_working_days(early, n).due <= calendar.add_working_days(late, n).due


@settings(max_examples=150, deadline=None)
@given(sets, closings, st.sampled_from(ZONES), starts, st.integers(1, 12), st.integers(1, 12))
def test_working_days_add_up_from_the_last_instant_of_the_first_period(
    countries: list[str], closed: frozenset[date], zone: str, start: datetime, n: int, m: int
) -> None:
    calendar = WorkingCalendar(countries, closed, zone)
    first = calendar.add_working_days(start, n)

    second = calendar.add_working_days(first.due - TICK, m)

    assert second.due == calendar.add_working_days(start, n + m).due


@settings(max_examples=200, deadline=None)
@given(sets, closings, st.sampled_from(ZONES), starts, st.integers(1, 15))
def test_the_result_is_the_end_of_a_working_day(
    countries: list[str], closed: frozenset[date], zone: str, start: datetime, n: int
) -> None:
    calendar = WorkingCalendar(countries, closed, zone)

    due = calendar.add_working_days(start, n).due

    last, after = ((due - d).astimezone(ZoneInfo(zone)) for d in (TICK, timedelta()))
    assert due.tzinfo is UTC
    assert calendar.is_working_day(last.date())
    assert after.date() > last.date()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COUNTRIES), starts)
def test_fifteen_working_days_are_at_most_35_days(country: str, start: datetime) -> None:
    due = WorkingCalendar([country]).add_working_days(start, 15).due

    assert due - start <= timedelta(days=35)


@settings(max_examples=200)
@given(starts, st.sampled_from(ZONES), st.integers(0, 400))
@pytest.mark.fault("R14", tries=1)
def test_days_are_24_hours_in_every_zone(start: datetime, zone: str, n: int) -> None:
    local = start.astimezone(ZoneInfo(zone))

    span = add_days(local, n)

    assert span.due - start == n * timedelta(hours=24)
    assert span.steps == [{"kind": "add_days", "days": n}]


@settings(max_examples=150, deadline=None)
@given(starts, st.sampled_from(ZONES), st.timedeltas(timedelta(), timedelta(days=90)))
def test_an_always_open_calendar_equals_the_wall_clock(
    start: datetime, zone: str, length: timedelta
) -> None:
    assert WorkingCalendar.always_open(zone).add_open_time(start, length).due == start + length


@settings(max_examples=100, deadline=None)
@given(
    starts, starts, st.sampled_from(ZONES), st.timedeltas(timedelta(), timedelta(hours=60)), sets
)
def test_open_time_is_monotone_and_ends_within_opening_hours(
    a: datetime, b: datetime, zone: str, length: timedelta, countries: list[str]
) -> None:
    calendar = WorkingCalendar(countries, zone=zone)
    hours = OpeningHours(time(9), time(17, 30))
    early, late = (calendar.add_open_time(at, length, hours).due for at in sorted((a, b)))

    assert early <= late
    if length:
        local = (late - TICK).astimezone(ZoneInfo(zone))
        assert time(9) <= local.time() < time(17, 30)
        assert calendar.is_working_day(local.date())


def test_open_time_counts_only_opening_hours() -> None:
    calendar = WorkingCalendar(["PL"], zone="Europe/Warsaw")
    friday = datetime(2026, 11, 20, 16, tzinfo=ZoneInfo("Europe/Warsaw"))

    span = calendar.add_open_time(friday, timedelta(hours=3), OpeningHours(time(9), time(17)))

    assert span.due == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert span.steps[0]["closed_seconds"] == 64 * 3600


def test_steps_tell_which_days_were_skipped_and_why() -> None:
    calendar = WorkingCalendar(["PL"], {date(2026, 12, 31): "Stocktaking"}, "Europe/Warsaw")

    span = calendar.add_working_days(datetime(2026, 12, 23, 10, tzinfo=UTC), 3)

    assert span.due == datetime(2026, 12, 30, 23, tzinfo=UTC)
    assert span.steps == [{
        "kind": "add_working_days", "days": 3, "from": "2026-12-23", "last": "2026-12-30",
        "zone": "Europe/Warsaw",
        "skipped": [
            {"date": "2026-12-24", "kind": "holiday", "why": "Christmas Eve", "country": "PL"},
            {"date": "2026-12-25", "kind": "holiday", "why": "Christmas Day", "country": "PL"},
            {"date": "2026-12-26", "until": "2026-12-27", "kind": "weekend", "why": "weekend"},
        ],
    }]  # fmt: skip
    assert calendar.why_off(date(2026, 12, 31)) == {
        "date": "2026-12-31", "kind": "closing", "why": "Stocktaking",
    }  # fmt: skip


@pytest.mark.fault("R28", tries=1)
def test_chinese_make_up_days_are_worked_and_told() -> None:
    calendar = WorkingCalendar(["CN"], zone="Asia/Shanghai")

    span = calendar.add_working_days(datetime(2026, 2, 13, 3, tzinfo=UTC), 1)

    assert span.due == datetime(2026, 2, 14, 16, tzinfo=UTC)
    assert span.steps[0]["make_up_days"] == [{"date": "2026-02-14", "country": "CN"}]
    assert not calendar.is_working_day(date(2026, 2, 15))
    assert not WorkingCalendar(["CN", "PL"]).is_working_day(date(2026, 2, 14))


def test_a_year_not_yet_decreed_is_marked_provisional() -> None:
    calendar = WorkingCalendar(["CN"], zone="Asia/Shanghai")

    decreed = calendar.add_working_days(datetime(2026, 6, 1, tzinfo=UTC), 5)
    guessed = calendar.add_working_days(datetime(2035, 6, 1, tzinfo=UTC), 5)

    assert "provisional" not in decreed.steps[0]
    assert "provisional" not in guessed.steps[0]  # nothing is known of 2032 to 2034 either
    assert calendar.add_working_days(datetime(2027, 6, 1, tzinfo=UTC), 5).steps[0][
        "provisional"
    ] == [["CN", 2027]]


def test_countries_bring_their_own_weekend() -> None:
    israel = WorkingCalendar(["IL"], zone="Asia/Jerusalem")

    assert israel.is_working_day(date(2026, 11, 22))
    assert not israel.is_working_day(date(2026, 11, 20))
    assert not WorkingCalendar(["IL", "US"]).is_working_day(date(2026, 11, 22))
    assert WorkingCalendar(["IL"], weekend=frozenset({5, 6})).is_working_day(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Santiago", date(2024, 9, 7), datetime(2024, 9, 8, 4, tzinfo=UTC)),
        ("Africa/Cairo", date(2024, 4, 25), datetime(2024, 4, 25, 22, tzinfo=UTC)),
        ("America/Havana", date(2024, 11, 2), datetime(2024, 11, 3, 4, tzinfo=UTC)),
        ("America/Santiago", date(2024, 4, 6), datetime(2024, 4, 7, 4, tzinfo=UTC)),
        ("America/St_Johns", date(2010, 11, 6), datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),
        ("Europe/Warsaw", date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
    ],
)
def test_a_day_ends_once_where_the_clock_changes_at_midnight(
    zone: str, day: date, end: datetime
) -> None:
    assert WorkingCalendar(zone=zone).day_ends(day) == end


def test_the_starting_day_does_not_count_even_at_its_first_minute() -> None:
    calendar = WorkingCalendar(["DE"], zone="Europe/Berlin")
    first = datetime(2026, 11, 23, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))

    dues = {calendar.add_working_days(first + timedelta(hours=h), 1).due for h in (0, 12, 23)}

    assert dues == {datetime(2026, 11, 24, 23, tzinfo=UTC)}


@pytest.mark.fault("R14", tries=1)
def test_the_leap_day_is_a_day() -> None:
    start = datetime(2028, 2, 28, 12, tzinfo=UTC)

    assert add_days(start, 2).due == datetime(2028, 3, 1, 12, tzinfo=UTC)
    assert WorkingCalendar().add_working_days(start, 1).due == datetime(2028, 3, 1, tzinfo=UTC)


def test_spring_forward_does_not_shorten_two_days() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Warsaw"))

    assert add_days(start, 2).due - start.astimezone(UTC) == timedelta(hours=48)


def test_impossible_questions_are_errors() -> None:
    calendar = WorkingCalendar(weekend=frozenset(range(7)))
    start = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(ValueError, match="no 1 working days"):
        calendar.add_working_days(start, 1)
    with pytest.raises(ValueError, match="does not open"):
        calendar.add_open_time(start, timedelta(seconds=1))
    with pytest.raises(ValueError, match="at least one day"):
        calendar.add_working_days(start, 0)
    with pytest.raises(ValueError, match="zone"):
        add_days(datetime(2026, 1, 1), 1)


def test_the_memo_hands_out_copies() -> None:
    calendar = WorkingCalendar(["PL"])
    start = datetime(2026, 1, 5, tzinfo=UTC)

    calendar.add_working_days(start, 5).steps[0]["days"] = 99

    assert calendar.add_working_days(start, 5).steps[0]["days"] == 5


def test_holidays_are_named_in_the_reader_s_language() -> None:
    assert holiday_name("CN", date(2026, 1, 1), "zh-hans") == "元旦"
