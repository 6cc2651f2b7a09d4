"""The audit log: what happened, when, by whom, and why they were allowed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from core import clock
from core.actors import StaffRole
from desk import selectors
from desk.views import scope

LONGEST = 300


@access.team_required(StaffRole.ADMIN)
@never_cache
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Newest first. Without a case or a person named it shows one day, so that no page reads the whole log."""
    typed = {
        name: request.GET.get(name, "").replace("\0", "").strip()[:80]
        for name in ("case", "actor", "event", "day")
    }
    day = _day(typed["day"])
    if day is None and not (typed["case"] or typed["actor"]):
        day = timezone.localtime(clock.now()).date()
    wanted = selectors.Wanted(
        subject=typed["case"], actor=typed["actor"], name=typed["event"].lower().replace(" ", "_"),
        since=_begins(day), until=_begins(day + timedelta(days=1)) if day else None,
    )  # fmt: skip
    page = selectors.audit_page(
        request.user, scope.storefronts(request), wanted, request.GET.get("before", "")
    )
    context = {
        "typed": typed | {"day": day.isoformat() if day else ""},
        "rows": [{"event": e, "url": url, "facts": _facts(e.data)} for e, url in page.rows],
        "older": page.older,
        "names": selectors.event_names(),
    }
    return render(request, "desk/log.html", context)


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and date.min < found < date.max else None


def _begins(day: date | None) -> datetime | None:
    """The first moment of a day in the reader's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day else None


def _facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What the event carries, as it was written."""
    return [(name, str(value)[:LONGEST]) for name, value in sorted(data.items()) if value != ""]
