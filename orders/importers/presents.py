"""`--as-of`: the demo clock is set before an import, within bounds, and never back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Max

from core import clock
from core.models import DemoClock, Event
from orders.importers.source import Source

DAY = timedelta(days=1)
FIRST, LAST = 1990, 2100
"""The years of which files may speak."""


def wanted(text: str | None) -> datetime | None:
    """The moment that `--as-of` names: the end of a day, or the moment itself; UTC without an offset."""
    if text is None:
        return None
    if not settings.DEMO:
        raise _refused("--as-of moves the demo clock, so it works only where DEMO is on.")
    try:
        at = datetime.combine(date.fromisoformat(text) + DAY, time(0), UTC)
    except OverflowError:
        at = datetime.max.replace(tzinfo=UTC)
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise _refused(f"--as-of is not a date: {text!r}. Write it as 2018-08-30.") from None
    if not FIRST <= at.year <= LAST:
        raise _refused(f"--as-of lies outside {FIRST} to {LAST}: {text}.")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def set_to(at: datetime | None, source: Source, *, keep: bool) -> datetime | None:
    """Set the demo clock (unless it is to `keep` its time) and return the present of this import.

    None where none was named, or where the clock stands within a day after it already: then the import
    goes on at the clock's own time, so that the same command can be given twice. Refused before the first
    order of the files, and where the clock would go back behind what has happened here.
    """
    if at is None:
        return None
    first = source.first_placed()
    if first is not None and at < first:
        raise _refused(
            f"--as-of lies before the first order of the files, which was placed {first:%Y-%m-%d %H:%M} UTC."
        )
    stands = clock.now()
    lived = Event.objects.aggregate(newest=Max("at"))["newest"]
    if DemoClock.objects.exists():
        lived = max(stands, lived or stands)
    if lived is not None and at < lived:
        if at <= stands < at + DAY:
            return None
        raise _refused(
            f"The demo clock never goes back: it stands at {stands:%Y-%m-%d %H:%M} UTC, and cases have lived"
            f" until {lived:%Y-%m-%d %H:%M}. Name a later day, or leave --as-of out."
        )
    if not keep:
        clock.set_offset(at - (stands - clock.demo_offset()))
    return at


def _refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)
