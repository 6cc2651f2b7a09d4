"""Time in words: what is left, which moment, and the sum that leads to a date.

All of it is for people: `gettext` everywhere, plural forms from the catalogue, the reader's zone
(Django's current one) unless another is given. Time left is rounded down, so that nobody is ever
promised a minute too many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def time_left(delta: timedelta) -> str:
    """ "5 days 3 hours"; under a day "5 hours 12 minutes"; under an hour "12 minutes".

    A negative length is told as if it were positive: the words around it say what it means.
    """
    days, hours, minutes = _parts(delta)
    if days:
        large, small = count_days(days), _hours(hours) if hours else ""
    elif hours:
        large, small = _hours(hours), _minutes(minutes) if minutes else ""
    elif minutes:
        large, small = _minutes(minutes), ""
    else:
        return gettext("less than a minute")
    if not small:
        return large
    return pgettext("5 days + 3 hours", "%(large)s %(small)s") % {"large": large, "small": small}


def time_left_short(delta: timedelta) -> str:
    """For staff queues, where width is dear: "3 d 21 h", "5 h 10 min", "12 min"."""
    days, hours, minutes = _parts(delta)
    if days:
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours and not minutes:
        return gettext("%(hours)d h") % {"hours": hours}
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)d min") % {"minutes": minutes}


def _parts(delta: timedelta) -> tuple[int, int, int]:
    minutes = abs(delta) // MINUTE
    return minutes // 1440, minutes // 60 % 24, minutes % 60


def count_days(n: int) -> str:
    """ "1 day", "60 days"."""
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}


def _hours(n: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}


def _minutes(n: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}


def iso_duration(delta: timedelta) -> str:
    """The same length for machines: `P5DT3H12M`."""
    days, hours, minutes = _parts(delta)
    return f"P{days}DT{hours}H{minutes}M"


def iso(at: datetime | date, zone: tzinfo | None = None) -> str:
    return (
        timezone.localtime(at, zone).isoformat(timespec="minutes")
        if isinstance(at, datetime)
        else at.isoformat()
    )


def moment(at: datetime | date, style: str = "long", zone: tzinfo | None = None) -> str:
    """A moment in the reader's zone. Styles: `long`, `short`, `date`, `day`, `time`.

    Each language may order its words anew: the patterns are in the catalogue, in the letters of
    Django's `date` filter.
    """
    patterns = {
        "long": pgettext("Wednesday 18 March 2026, 15:14", "l j F Y, H:i"),
        "short": pgettext("Wed 18 March, 15:14", "D j F, H:i"),
        "date": pgettext("18 March 2026", "j F Y"),
        "day": pgettext("Wed 18 March", "D j F"),
        "time": pgettext("15:14", "H:i"),
    }
    local = timezone.localtime(at, zone) if isinstance(at, datetime) else at
    return date_format(local, patterns[style])


def zone_name(zone: tzinfo | None = None) -> str:
    """ "Amsterdam time", "Universal time": the zone as a reader would say it."""
    key = str(getattr(zone or timezone.get_current_timezone(), "key", None) or "UTC")
    city = key.rpartition("/")[2].replace("_", " ")
    if city.upper() in {"UTC", "GMT", "UCT", "ZULU"} or key.startswith("Etc/"):
        return gettext("Universal time")
    return gettext("%(city)s time") % {"city": city}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum behind a date: what counted, how much, and what it passed over."""

    words: str
    amount: str
    notes: tuple[str, ...] = ()
    at: str = ""


def explain(explanation: Mapping[str, Any], zone: tzinfo | None = None) -> list[Line]:
    """The stored sum of a deadline as lines to read; its result is not among them."""
    lines = []
    if started := _instant(explanation.get("started")):
        words = gettext("The clock started")
        lines.append(Line(words, moment(started, "short", zone), at=iso(started, zone)))
    for step in explanation.get("steps") or ():
        teller = TELLERS.get(step.get("kind", ""))
        if teller is not None:
            lines.append(teller(step, zone))
    return lines


def _add_days(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    words = gettext("Days of 24 hours each; weekends and holidays count")
    return Line(words, _plus(count_days(step["days"])))


def _days_to_the_end(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    words = gettext("Days of the calendar; the last one ends at midnight, %(place)s")
    place = zone_name(ZoneInfo(step["zone"]))
    return Line(words % {"place": place}, _plus(count_days(step["days"])))


def _day_ends(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    return Line(gettext("A day that has begun is given whole"), _until(step, zone))


def _add_working_days(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    count = ngettext("%(n)d working day", "%(n)d working days", step["days"])
    skipped = [_skipped(entry) for entry in step.get("skipped") or ()]
    notes = [gettext("Not counted: %(days)s") % {"days": "; ".join(skipped)}] if skipped else []
    if worked := [
        moment(date.fromisoformat(w["date"]), "day") for w in step.get("make_up_days") or ()
    ]:
        notes.append(gettext("Worked although a weekend: %(days)s") % {"days": "; ".join(worked)})
    if step.get("provisional"):
        notes.append(
            gettext("Some holidays are not yet announced; the date may get later, never earlier.")
        )
    words = gettext("Working days, the first day not counted; the last one ends at midnight")
    return Line(words, _plus(count % {"n": step["days"]}), tuple(notes))


def _skipped(entry: Mapping[str, Any]) -> str:
    first, last = entry["date"], entry.get("until", entry["date"])
    when = moment(date.fromisoformat(first), "day")
    if last != first:
        when = gettext("%(first)s to %(last)s") % {
            "first": when,
            "last": moment(date.fromisoformat(last), "day"),
        }
    kind, why = entry.get("kind", ""), str(entry.get("why", ""))
    if kind == "weekend":
        why = gettext("weekend")
    elif kind == "holiday" and entry.get("country"):
        from core.calendars import holiday_name

        day = date.fromisoformat(first)
        why = holiday_name(entry["country"], day, get_language() or "en") or why
    elif kind == "closing" and why == "closing day":
        why = gettext("closing day")
    return f"{when} ({why})" if why else when


def _add_open_time(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    hours = {"opens": str(step["opens"])[:5], "closes": str(step["closes"])[:5]}
    words = gettext("Counted while we are open, %(opens)s to %(closes)s") % hours
    return Line(words, _plus(time_left(timedelta(seconds=step["seconds"]))))


def _pause_reason(code: str) -> str:
    """Why a clock stood still, in words; a reason that a person wrote is said as it is."""
    words = {
        "settlement": gettext("a settlement waited for its refund"),
        "dispute": gettext("a dispute held the order"),
        "verification": gettext("the order waited for its verification"),
        "handed_back": gettext("the case waited for another mediator"),
    }
    return words.get(code, code)


def _paused(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    begun, ended = _instant(step.get("from")), _instant(step.get("to"))
    why = _pause_reason(str(step.get("why") or ""))
    reason = (gettext("Reason: %(why)s") % {"why": why},) if why else ()
    if begun is None:
        return Line(gettext("The clock stood still"), "", reason)
    if ended is None:
        words = gettext("The clock stands still since %(when)s") % {
            "when": moment(begun, "short", zone)
        }
        return Line(words, gettext("until it goes on"), reason)
    when = {"from": moment(begun, "short", zone), "to": moment(ended, "short", zone)}
    words = gettext("The clock stood still from %(from)s to %(to)s; that time is given back") % when
    return Line(words, _plus(time_left(ended - begun)), reason)


def _outage(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    begun, ended = _instant(step.get("from")), _instant(step.get("to"))
    why = str(step.get("why") or "")
    notes = (gettext("What happened: %(why)s") % {"why": why},) if why else ()
    words = gettext("Our portal did not work; that time is given back")
    if begun and ended:
        when = {"from": moment(begun, "short", zone), "to": moment(ended, "short", zone)}
        words = (
            gettext("Our portal did not work from %(from)s to %(to)s; that time is given back")
            % when
        )
    return Line(words, _plus(time_left(timedelta(seconds=step.get("seconds", 0)))), notes)


def _extended(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    return Line(str(step.get("why") or gettext("Extended")), _plus(count_days(step["days"])))


def _moved(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    target, origin = _instant(step.get("to")), _instant(step.get("from"))
    note = (
        (gettext("Before: %(when)s") % {"when": moment(origin, "short", zone)},) if origin else ()
    )
    amount = gettext("to %(when)s") % {"when": moment(target, "short", zone)} if target else ""
    return Line(str(step.get("why") or gettext("Moved")), amount, note)


def _recounted(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    skipped = [_skipped(entry) for entry in step.get("skipped") or ()]
    notes = [gettext("Not counted now: %(days)s") % {"days": "; ".join(skipped)}] if skipped else []
    if (origin := _instant(step.get("from"))) is not None:
        notes.append(gettext("Before: %(when)s") % {"when": moment(origin, "short", zone)})
    target = _instant(step.get("to"))
    amount = gettext("to %(when)s") % {"when": moment(target, "short", zone)} if target else ""
    return Line(gettext("A day off was added to the calendar"), amount, tuple(notes))


def _at_most(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    limit = _instant(step.get("at"))
    amount = gettext("to %(when)s") % {"when": moment(limit, "short", zone)} if limit else ""
    return Line(gettext("But not later than the end of the return's own time"), amount)


def _late(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    return Line(gettext("We did not do it in time"), _plus(count_days(step["days"])))


def _at_least(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    words = gettext("Less was left than is fair, so this much is given")
    return Line(words, count_days(step["days"]))


def _reported(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    happened, told = _instant(step.get("from")), _instant(step.get("to"))
    words = gettext("The carrier reported it only then; your time counts from the report")
    return Line(words, _plus(time_left(told - happened)) if happened and told else "")


def _another_parcel(step: Mapping[str, Any], zone: tzinfo | None) -> Line:
    came = _instant(step.get("at"))
    notes = (gettext("It came: %(when)s") % {"when": moment(came, "short", zone)},) if came else ()
    words = gettext("Another parcel came, so there is time to look at that one too")
    return Line(words, _until(step, zone), notes)


def _until(step: Mapping[str, Any], zone: tzinfo | None) -> str:
    until = _instant(step.get("until"))
    return gettext("to %(when)s") % {"when": moment(until, "short", zone)} if until else ""


TELLERS = {
    "add_days": _add_days,
    "add_working_days": _add_working_days,
    "add_open_time": _add_open_time,
    "paused": _paused,
    "extended": _extended,
    "outage": _outage,
    "moved": _moved,
    "recounted": _recounted,
    "at_most": _at_most,
    "late": _late,
    "at_least": _at_least,
    "reported": _reported,
    "another_parcel": _another_parcel,
    "days_to_the_end": _days_to_the_end,
    "day_ends": _day_ends,
}


def _plus(amount: str) -> str:
    return f"+\N{NO-BREAK SPACE}{amount}"


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
