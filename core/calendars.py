"""Calendars: how a promise in days becomes one instant, and how that instant is explained.

Three ways of counting, and no other:

* **Days** are 24 hours of elapsed time, counted in UTC (`add_days`). Daylight saving moves the
  hands of a clock, never the end of a promise: two days are 48 hours in every zone.
* **Working days** are counted as regulation (EEC, Euratom) No 1182/71, article 3, counts them
  (`add_working_days`): the day of the event is not counted, and the period ends with the expiry
  of the last hour of its last day, in the calendar's own zone.
* **Opening hours** count only while somebody is there (`add_open_time`).

Holidays come from the `holidays` package, with the working Saturdays and Sundays that some
countries decree in exchange for a long holiday (China, Taiwan, Hungary, Russia). With several
countries a day counts only if **all** of them work, so a further country or a further holiday
can make a date later, never earlier.

Daylight saving inside a calendar. A *gap* may swallow midnight (Santiago, Beirut, Cairo): the day
then begins at the instant of the change. A *fold* may show midnight twice: the day before has
ended at the first one (Havana), unless the clock falls back into that day (St John's until 2011),
in which case it ends at the second. Both are decided by one rule, `WorkingCalendar.day_ends`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

Step = dict[str, Any]
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
SEARCH_DAYS = 3_660
MEMO_SIZE = 4_096
LANGUAGES = {
    "en": "en_US",
    "es": "es",
    "pt": "pt_BR",
    "pt-br": "pt_BR",
    "ru": "ru",
} | dict.fromkeys(("zh", "zh-hans", "zh-cn"), "zh_CN")


@dataclass(frozen=True, slots=True)
class Span:
    """The end of a period. `due` is the first instant at which the time is up, in UTC.

    `steps` is the sum as the page shows it: plain JSON, stored with the deadline, so that the
    reason for a date survives a change of the calendar.
    """

    due: datetime
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From when until when, on the calendar's own clock. `closes` at 00:00 is the day's end."""

    opens: time = time(0)
    closes: time = time(0)


@dataclass(frozen=True, slots=True)
class CountryYear:
    """What one country does in one year."""

    off: Mapping[date, str]
    weekend: frozenset[int]
    worked: frozenset[date] = field(default=frozenset())
    provisional: bool = False


def _library(code: str, years: Iterable[int], language: str) -> holidays.HolidayBase:
    country, _, subdivision = code.upper().partition("-")
    known = holidays.country_holidays(country, subdiv=subdivision or None, years=())
    spoken = language if language in known.supported_languages else None
    spoken = spoken or ("en_US" if "en_US" in known.supported_languages else None)
    return holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, language=spoken
    )


@lru_cache(maxsize=2_048)
def country_year(code: str, year: int) -> CountryYear:
    """One country (`PL`) or part of one (`DE-BY`) in one year.

    The neighbouring years are read too, because a holiday is sometimes observed across New Year.
    `provisional` is true where the country decrees make-up working days every year and has not
    yet done so for this one: the date is then the best that is known, and may only get longer.
    Raises NotImplementedError for a country that the library does not know.
    """
    book = _library(code, (year - 1, year, year + 1), "en_US")
    worked = _worked(code, year)
    return CountryYear(
        off={day: name for day, name in book.items() if day.year == year},
        weekend=frozenset(book.weekend),
        worked=worked,
        provisional=not worked and all(_worked(code, year - past) for past in (1, 2, 3)),
    )


@lru_cache(maxsize=2_048)
def _worked(code: str, year: int) -> frozenset[date]:
    return frozenset(d for d in _library(code, (year,), "en_US").weekend_workdays if d.year == year)


@lru_cache(maxsize=4_096)
def holiday_name(code: str, day: date, language: str) -> str:
    """The holiday's name in the reader's language where the library speaks it, else in English."""
    spoken = LANGUAGES.get(language.lower(), language)
    return str(_library(code, (day.year - 1, day.year, day.year + 1), spoken).get(day, ""))


def known(codes: Iterable[str]) -> list[str]:
    """Country codes as the calendar keeps them, each once. Refuses one whose holidays are not known."""
    found: list[str] = []
    for code in codes:
        plain = code.strip().upper()
        try:
            country_year(plain, 2026)
        except (NotImplementedError, AttributeError, ValueError):
            words = _(
                "The public holidays of “%(code)s” are not known. Write codes such as DE or US-CA."
            )
            raise Refused(words % {"code": code[:12]}, "country") from None
        if plain not in found:
            found.append(plain)
    return found


class WorkingCalendar:
    """An operator's working days: weekends, public holidays and extra closing days in one zone.

    `weekend` are weekdays, Monday 0; without it the countries' own weekends count together
    (Friday and Saturday in Israel), and Saturday and Sunday where no country is named.
    `closing_days` may carry names: a mapping of date to name. Dates are remembered for as long as
    the calendar lives: make one for each batch and storefront.
    """

    def __init__(
        self,
        countries: Iterable[str] = (),
        closing_days: Iterable[date] | Mapping[date, str] = (),
        zone: str = "UTC",
        weekend: frozenset[int] | None = None,
    ) -> None:
        self.countries = tuple(dict.fromkeys(code.upper() for code in countries))
        named = closing_days if isinstance(closing_days, Mapping) else {}
        self.closing_days = {day: str(named.get(day, "")) for day in closing_days}
        self.zone = ZoneInfo(zone)
        self.weekend = weekend
        self._memo: dict[tuple[date, int], Span] = {}

    @classmethod
    def always_open(cls, zone: str = "UTC") -> "WorkingCalendar":
        """A calendar that never closes: equal to the wall clock, to the microsecond."""
        return cls(zone=zone, weekend=frozenset())

    def is_weekend(self, day: date) -> bool:
        """Whether the day is a weekend somewhere and no decree turned it into a working day."""
        ordinary = self.weekend if self.weekend is not None else frozenset({5, 6})
        for code in self.countries:
            year = country_year(code, day.year)
            rest = year.weekend if self.weekend is None else self.weekend
            if day.weekday() in rest and day not in year.worked:
                return True
        return not self.countries and day.weekday() in ordinary

    def why_off(self, day: date) -> Step | None:
        """Why nobody works on this day, as JSON for the page; None on a working day."""
        if self.is_weekend(day):
            return {"date": day.isoformat(), "kind": "weekend", "why": "weekend"}
        for code in self.countries:
            year = country_year(code, day.year)
            if day in year.off and day not in year.worked:
                name = year.off[day]
                return {"date": day.isoformat(), "kind": "holiday", "why": name, "country": code}
        if day in self.closing_days:
            name = self.closing_days[day] or "closing day"
            return {"date": day.isoformat(), "kind": "closing", "why": name}
        return None

    def is_working_day(self, day: date) -> bool:
        return self.why_off(day) is None

    def day_ends(self, day: date) -> datetime:
        """The instant at which a day is over in this zone, in UTC: the next day's first moment."""
        midnight = datetime.combine(day + DAY, time(0), self.zone)
        for fold in (1, 0):
            at = midnight.replace(fold=fold).astimezone(UTC)
            before, after = (at - TICK).astimezone(self.zone), at.astimezone(self.zone)
            if before.date() <= day < after.date():
                return at
        return midnight.astimezone(UTC)

    def add_working_days(self, start: datetime, days: int) -> Span:
        """The end of the `days`-th working day after the day of `start`.

        The starting day does not count, even at its first minute; the period ends with the last
        hour of its last day (regulation 1182/71, article 3), so `due` is the local midnight that
        follows. To go on counting from such a period, start from any instant of its last day,
        for example `due - 1 µs`: `due` itself already belongs to the next day.
        Raises ValueError for less than one day or a calendar that is always closed.
        """
        if days < 1:
            raise ValueError("A period of working days has at least one day.")
        first = _aware(start).astimezone(self.zone).date()
        known = self._memo.get((first, days))
        if known is None:
            if len(self._memo) >= MEMO_SIZE:
                self._memo.clear()
            known = self._memo[first, days] = self._count(first, days)
        return Span(known.due, [dict(step) for step in known.steps])

    def _count(self, first: date, days: int) -> Span:
        skipped: list[Step] = []
        worked: list[Step] = []
        day, left = first, days
        while left:
            day += DAY
            if (day - first).days > SEARCH_DAYS + 3 * days:
                raise ValueError(f"The calendar has no {days} working days after {first}.")
            off = self.why_off(day)
            if off is not None:
                _append(skipped, off, day)
                continue
            left -= 1
            if makers := [c for c in self.countries if day in country_year(c, day.year).worked]:
                worked.append({"date": day.isoformat(), "country": makers[0]})
        step: Step = {"kind": "add_working_days", "days": days, "from": first.isoformat()}
        step |= {"last": day.isoformat(), "zone": self.zone.key, "skipped": skipped}
        if worked:
            step["make_up_days"] = worked
        years = range(first.year, day.year + 1)
        guesses = [[c, y] for c in self.countries for y in years if country_year(c, y).provisional]
        if guesses:
            step["provisional"] = guesses
        return Span(self.day_ends(day), [step])

    def add_open_time(
        self, start: datetime, length: timedelta, hours: OpeningHours = OpeningHours()
    ) -> Span:
        """The instant at which `length` of open time has passed; closed time does not count.

        Open are the opening hours of working days. An hour that daylight saving repeats is open
        twice, one that it leaves out is not open at all.
        Raises ValueError for a negative length or a calendar that never opens.
        """
        if length < timedelta():
            raise ValueError("A length of time is not negative.")
        begin = at = _aware(start).astimezone(UTC)
        left, due = length, at
        for opens, closes in self._windows(at, hours):
            if not left:
                break
            at = max(at, opens)
            used = min(left, max(closes - at, timedelta()))
            left -= used
            at = due = at + used if used else at
        if left:
            raise ValueError(f"The calendar does not open for {length} after {start}.")
        step: Step = {"kind": "add_open_time", "seconds": length.total_seconds()}
        step |= {"zone": self.zone.key, "closed_seconds": (due - begin - length).total_seconds()}
        step |= {"opens": hours.opens.isoformat(), "closes": hours.closes.isoformat()}
        return Span(due, [step])

    def _windows(self, at: datetime, hours: OpeningHours) -> Iterator[tuple[datetime, datetime]]:
        first = at.astimezone(self.zone).date() - DAY
        for offset in range(SEARCH_DAYS):
            day = first + offset * DAY
            if not self.is_working_day(day):
                continue
            opens, closes = self.day_ends(day - DAY), self.day_ends(day)
            if hours.opens != time(0):
                opens = datetime.combine(day, hours.opens, self.zone).astimezone(UTC)
            if hours.closes != time(0):
                shut = datetime.combine(day, hours.closes, self.zone)
                closes = max(shut.astimezone(UTC), shut.replace(fold=1).astimezone(UTC))
            yield opens, closes


def add_days(start: datetime, days: int) -> Span:
    """`days` times 24 hours after `start`, elapsed: the same in every zone and season."""
    due = _aware(start).astimezone(UTC) + timedelta(days=days)
    return Span(due, [{"kind": "add_days", "days": days}])


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("An instant has a zone; this one has none.")
    return at


def _append(skipped: list[Step], off: Step, day: date) -> None:
    """Adds a day off; days of one weekend, or of one holiday, become one entry with an end."""
    last = skipped[-1] if skipped else None
    if last is not None and all(last.get(k) == off.get(k) for k in ("kind", "why", "country")):
        ended = date.fromisoformat(str(last.get("until") or last["date"]))
        if ended + DAY == day:
            last["until"] = off["date"]
            return
    skipped.append(off)
