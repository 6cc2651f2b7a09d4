"""Reading cases for pages: with the time and the open clocks, in one query for any number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from core import clock
from core.models import OPEN_DEADLINES, Case
from core.models.case import deadlines_of

C = TypeVar("C", bound=Case)


def present(cases: Iterable[C], now: datetime | None = None) -> list[C]:
    """Give each case the present time and its open clocks, so that pages compute truth from the clock."""
    rows = list(cases)
    if not rows:
        return rows
    at = now or clock.now()
    by_pk: dict[Any, list[Any]] = {case.pk: [] for case in rows}
    related = deadlines_of(type(rows[0]))
    for deadline in related._default_manager.filter(
        case_id__among=list(by_pk), state__in=OPEN_DEADLINES
    ).order_by("due_at"):
        by_pk[deadline.case_id].append(deadline)
    for case in rows:
        case.now, case.clocks = at, by_pk[case.pk]
    return rows


def at(case: C, now: datetime | None = None) -> C:
    """One case with the present time and its clocks."""
    return present([case], now)[0]
