"""Time that an outage took from people, given back: their running clocks end later by as long as they lay in it.

An app registers which of its clocks are somebody's turn, and who is told. The work runs in batches and may stop
anywhere: each clock keeps the outage among its steps, so that none is given the same hour twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock, deadlines, shares, words
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.errors import NotAllowed, Refused
from core.models import OPEN_DEADLINES, Case, Deadline, DeadlineState, Event, Outage, Storefront
from core.models.case import case_of
from core.models.event import append

logger = logging.getLogger(__name__)

CHUNK = 200
LONGEST = timedelta(days=31)
NOTE_MAX = 500

Teller = Callable[[Batch, Any, Deadline, Event, Outage], None]
Span = tuple[datetime, datetime]
_tellers: dict[type[Deadline], dict[str, Teller]] = {}


def gives_back(model: type[Deadline], *kinds: str) -> Callable[[Teller], Teller]:
    """Register clocks that an outage stops, and who is told of the new date: `teller(batch, case, clock, event, outage)`."""  # noqa: E501

    def register(teller: Teller) -> Teller:
        _tellers.setdefault(model, {}).update(dict.fromkeys(map(str, kinds), teller))
        return teller

    return register


def check(began_at: datetime, ended_at: datetime) -> None:
    """Refuse what is no past outage."""
    if ended_at <= began_at:
        raise Refused(_("The end is not after the beginning."), "order")
    if ended_at > clock.now():
        raise Refused(_("Declare an outage once it is over: its end is still to come."), "future")
    if ended_at - began_at > LONGEST:
        raise Refused(_("This is longer than a month. Declare it in parts."), "long")


def declare_outage(
    *, storefront_id: int, began_at: datetime, ended_at: datetime, note: str, actor: Actor
) -> Outage:
    """Put an outage on record; `give_back` does the rest. `note` is read by everybody whose date moves.

    Raises `NotAllowed`, and `Refused` for a span that is none, a missing note, and one that was declared before.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    check(began_at, ended_at)
    plain = words.clean_text(note, NOTE_MAX)
    if not plain:
        raise Refused(_("Write what happened: everybody whose date moves reads it."), "note")
    try:
        with transaction.atomic():
            storefront = Storefront.objects.select_for_update(no_key=True).get(pk=storefront_id)
            outage = Outage.objects.create(
                storefront=storefront, began_at=began_at, ended_at=ended_at, note=plain,
                author_id=actor.user_id, declared_at=clock.now(),
            )  # fmt: skip
            append(
                subject=f"outage:{storefront.slug}", name="outage_declared", actor=actor,
                at=outage.declared_at, reason=plain, data={"from": began_at, "to": ended_at, "outage": outage.pk},
            )  # fmt: skip
    except IntegrityError:
        raise Refused(_("This outage was declared already."), "declared") from None
    return outage


def give_back_all() -> int:
    """Go on with every outage that is not done yet; how many clocks were extended."""
    pending = Outage.objects.filter(done_at__isnull=True).order_by("pk")
    return sum(give_back(outage) for outage in list(pending))


def give_back(outage: Outage) -> int:
    """Extend every clock that still runs and lay in the outage. Safe to run again, and by several workers."""
    given, failed = 0, 0
    for model in sorted(_tellers, key=lambda m: m._meta.label):
        after = 0
        while rows := list(_touched(model, outage).filter(pk__gt=after)[:CHUNK]):
            after = rows[-1][0]
            done, bad = _chunk(model, outage, sorted({case for _pk, case in rows}))
            given, failed = given + done, failed + bad
            Outage.objects.filter(pk=outage.pk).update(extended=F("extended") + done)
    if not failed:
        Outage.objects.filter(pk=outage.pk, done_at__isnull=True).update(done_at=clock.now())
    return given


def _touched(model: type[Deadline], outage: Outage) -> Any:
    """Keys of clocks, with their cases, that may have run in the outage; the sum is made under the lock."""
    lay_in_it = Q(due_at__gt=outage.began_at) | Q(state=DeadlineState.PAUSED)
    clocks: Any = model._default_manager
    rows = clocks.filter(
        lay_in_it, case__storefront_id=outage.storefront_id, state__in=sorted(OPEN_DEADLINES),
        kind__in=sorted(_tellers[model]), started_at__lt=outage.ended_at,
    )  # fmt: skip
    return rows.order_by("pk").values_list("pk", "case_id")


def _chunk(model: type[Deadline], outage: Outage, pks: list[int]) -> tuple[int, int]:
    """Clocks extended, and cases that raised."""
    given, failed = 0, 0

    def act(batch: Batch, case: Case, count: Counter[str]) -> None:
        count["given"] += _extend(batch, model, case, outage)

    for share in shares.deal(shares.all_of(case_of(model)), act, Counter[str], pks):
        for case, trace in share.poison:
            logger.error("outage_set_aside", extra={"case": case.reference, "trace": trace})
        given, failed = given + share.count["given"], failed + len(share.poison)
    return given, failed


def _extend(batch: Batch, model: type[Deadline], case: Any, outage: Outage) -> int:
    given = 0
    for deadline in case.open_deadlines:
        teller = _tellers[model].get(deadline.kind)
        owed = lost(deadline, outage, batch.now) if teller else timedelta()
        if teller is None or not owed:
            continue
        before = deadline.due_at
        step = {
            "kind": "outage", "outage": outage.pk, "from": outage.began_at.isoformat(),
            "to": outage.ended_at.isoformat(), "seconds": owed.total_seconds(), "why": outage.note,
        }  # fmt: skip
        if deadline.state == DeadlineState.FAILED:
            batch.change(deadline, state=DeadlineState.PENDING, retry_at=None)
        batch.move_due(case, deadline, before + owed, step)
        if (
            model,
            deadline.kind,
        ) in deadlines.reminders and deadline.state == DeadlineState.PENDING:
            batch.change(deadline, remind_at=deadline.next_reminder(batch.now))
        event = batch.record(
            case, "clock_extended", Actor.system("outage"), reason=outage.note,
            data={
                "clock": deadline.kind, "outage": outage.pk, "from": outage.began_at, "to": outage.ended_at,
                "due": [before, deadline.due_at], "stopped": deadline.state == DeadlineState.PAUSED,
            },
        )  # fmt: skip
        teller(batch, case, deadline, event, outage)
        given += 1
    return given


def lost(deadline: Deadline, outage: Outage, now: datetime) -> timedelta:
    """How long the clock ran in the outage: not while it was stopped, nor what an outage gave back before.

    From the beginning of the outage on the clock counts as standing still, so one that would have run out in it
    ends as long after the outage as it had left when it began.
    """
    steps = deadline.explanation.get("steps", [])
    if any(s.get("kind") == "outage" and s.get("outage") == outage.pk for s in steps):
        return timedelta()
    if deadline.state != DeadlineState.PAUSED and deadline.due_at <= outage.began_at:
        return timedelta()
    begin, end = max(outage.began_at, deadline.started_at), min(outage.ended_at, now)
    spans = [_span(step, now) for step in steps if step.get("kind") in ("paused", "outage")]
    return _uncovered(begin, end, spans)


def _span(step: Mapping[str, Any], now: datetime) -> Span:
    ended = step.get("to")
    return datetime.fromisoformat(step["from"]), datetime.fromisoformat(ended) if ended else now


def _uncovered(begin: datetime, end: datetime, spans: Iterable[Span]) -> timedelta:
    """The length of [begin, end] outside of all spans, which may overlap each other."""
    left, at = timedelta(), begin
    for first, last in sorted(spans):
        if at < min(first, end):
            left += min(first, end) - at
        at = max(at, last)
    return left + max(end - at, timedelta())
