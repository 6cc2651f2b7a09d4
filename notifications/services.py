"""Delivering the outbox, and what people do with their notices."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime

from core import clock, deadlines
from core.models import DeadlineState
from notifications import kinds, rendering
from notifications.models import Notice, Preference
from notifications.post import Away, Later, Never, Post
from notifications.states import OPEN, Group, MailState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LEASE_MARGIN = timedelta(minutes=2)
"""No mail is begun in a lease's last two minutes: longer than one slow conversation can take."""
CLAIM = 50
BUDGET_SECONDS = 10.0
"""One run is short, so that mail never stands before a deadline where one worker does both; the next run goes on."""
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=30)
SERVER_RETRY = timedelta(seconds=20)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321, section 4.5.4.1
NIGHT_FROM, NIGHT_TO = time(22), time(8)


@dataclass
class Delivery:
    """What one run did with the mails that it took."""

    sent: int = 0
    later: int = 0
    set_aside: int = 0
    suppressed: int = 0
    quiet: int = 0
    away: bool = False

    @property
    def total(self) -> int:
        return self.sent + self.later + self.set_aside + self.suppressed + self.quiet


def deliver(limit: int = 5_000) -> Delivery:
    """Sends what is due, until nothing is left, `limit` is reached or the time of a run is over.

    Any number may run at once: each takes rows under a lease (`FOR UPDATE SKIP LOCKED`), talks to
    the server outside any transaction, and marks each mail as soon as the server has answered. A
    repeat is possible only where an answer was lost or a deliverer died between the server's answer
    and its mark; it carries the same Message-ID.
    """
    done, post, until = Delivery(), Post(), monotonic() + BUDGET_SECONDS
    try:
        while not done.away and done.total < limit and monotonic() < until:
            taken = _claim(min(CLAIM, limit - done.total))
            if not taken:
                break
            _send(taken, post, done, until)
    finally:
        post.close()
    return done


def _claim(limit: int) -> list[Notice]:
    with transaction.atomic():
        now = clock.now()
        due = Notice.objects.filter(mail_state__in=sorted(OPEN), send_after__lte=now)
        rows = list(
            due.order_by("send_after", "pk").select_for_update(skip_locked=True, of=("self",))[
                :limit
            ]
        )
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            mail_state=MailState.SENDING, attempts=F("attempts") + 1, send_after=now + LEASE
        )
    for row in rows:
        row.attempts += 1
    return rows


def _send(taken: list[Notice], post: Post, done: Delivery, until: float) -> None:
    ours = monotonic() + (LEASE - LEASE_MARGIN).total_seconds()
    people = _recipients(taken)
    refusals = set(
        Preference.objects.filter(user__in=people).values_list("user_id", "group").order_by()
    )
    stale = _overtaken(taken)
    for index, notice in enumerate(taken):
        if monotonic() > min(ours, until):
            _give_back(taken[index:], clock.now(), "")
            return
        user = people.get(notice.recipient_id)
        why = _nowhere(user) or _unwanted(notice, refusals, stale)
        try:
            if why:
                done.suppressed += _mark(notice, mail_state=MailState.SUPPRESSED, error=why)
            else:
                _send_one(notice, user, post, done)
        except Away as away:
            done.away = True
            logger.warning("mail_server_away", extra={"waiting": len(taken) - index})
            _give_back(taken[index:], clock.now() + SERVER_RETRY, str(away))
            return
        except BaseException:
            _give_back(
                taken[index + 1 :], clock.now(), ""
            )  # this one may have gone out: its lease ends
            raise


def _recipients(taken: list[Notice]) -> dict[int, Any]:
    model: Any = Notice._meta.get_field("recipient").related_model
    found: dict[int, Any] = model._default_manager.in_bulk({row.recipient_id for row in taken})
    return found


def _overtaken(taken: list[Notice]) -> set[int]:
    """Reminders whose clock no longer runs to the moment that they name, or has run out.

    Asked of the clock itself: a message or a file in the case takes nobody's reminder away.
    """
    now = clock.now()
    named = {
        row.pk: (row.subject, due)
        for row in taken
        if kinds.find(row.kind).group == Group.REMINDERS and (due := _due(row))
    }
    running: set[tuple[str, datetime]] = set()
    for model in deadlines.clocked() if named else ():
        clocks: Any = model._default_manager
        rows = clocks.filter(
            state=DeadlineState.PENDING,
            case__reference__in={subject for subject, _due_at in named.values()},
            due_at__gt=now,
        )
        running.update(rows.values_list("case__reference", "due_at"))
    return {pk for pk, what in named.items() if what not in running}


def _nowhere(user: Any) -> str:
    """Why no mail can reach this person; empty where one may.

    `.invalid` is reserved for addresses that are surely none (RFC 2606, section 2): people of imported orders
    have one. Nothing of theirs is stuck, so it is not set aside; the notice stands in the portal.
    """
    if user is None or not user.email:
        return "The person has no address."
    domain = user.email.rpartition("@")[2].rstrip(".").lower()
    return "The address ends in .invalid: it is none." if f".{domain}".endswith(".invalid") else ""


def _unwanted(notice: Notice, refusals: set[tuple[int, str]], stale: set[int]) -> str:
    """Why this mail is not sent; empty where it is."""
    kind = kinds.find(notice.kind)
    if notice.pk in stale:
        return "The case had moved on, or the time was over."
    off = (notice.recipient_id, kind.group.value) in refusals and not kind.legal_weight
    return "Switched off by the recipient." if off else ""


def _due(notice: Notice) -> datetime | None:
    due = parse_datetime(str(notice.params.get("due_at", "")))
    return due if due and due.tzinfo else None


def _send_one(notice: Notice, user: Any, post: Post, done: Delivery) -> None:
    now = clock.now()
    morning = after_quiet_hours(now, user) if notice.quiet else now
    if morning > now and not ((due := _due(notice)) and due <= morning):
        attempts = notice.attempts - 1
        done.quiet += _mark(
            notice, mail_state=MailState.PENDING, send_after=morning, attempts=attempts
        )
        return
    try:
        post.send(notice, user)
    except Never as never:
        _set_aside(notice, str(never), done)
    except Later as later:
        if now - notice.created_at > GIVE_UP_AFTER and notice.attempts > 1:
            _set_aside(notice, str(later), done)
            return
        wait = min(FIRST_RETRY * 2 ** min(notice.attempts - 1, 10), LONGEST_RETRY)
        done.later += _mark(
            notice, mail_state=MailState.PENDING, send_after=now + wait, error=str(later)
        )
    else:
        done.sent += _mark(notice, mail_state=MailState.SENT, sent_at=clock.now(), error="")


def _set_aside(notice: Notice, why: str, done: Delivery) -> None:
    done.set_aside += _mark(notice, mail_state=MailState.FAILED, error=why)
    logger.error("mail_set_aside", extra={"notice": notice.pk, "kind": notice.kind, "why": why})


def _mark(notice: Notice, **values: Any) -> int:
    """Writes the outcome, unless the lease ran out and another deliverer took the mail over."""
    ours = Notice.objects.filter(
        pk=notice.pk, mail_state=MailState.SENDING, attempts=notice.attempts
    )
    return ours.update(**values)


def _give_back(rows: Iterable[Notice], send_after: datetime, why: str) -> None:
    """Mails that were taken and not tried wait again, as if they had not been taken."""
    for row in rows:
        values: dict[str, Any] = {"error": why} if why else {}
        _mark(
            row,
            mail_state=MailState.PENDING,
            send_after=send_after,
            attempts=row.attempts - 1,
            **values,
        )


def after_quiet_hours(now: datetime, user: Any) -> datetime:
    """`now`, or eight in the morning where it is night (22:00 to 08:00) at the recipient's."""
    local = now.astimezone(rendering.zone_of(user))
    if NIGHT_TO <= local.time() < NIGHT_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= NIGHT_FROM)
    return datetime.combine(day, NIGHT_TO, local.tzinfo).astimezone(now.tzinfo)


def send_again(pks: Iterable[int]) -> int:
    """Puts mails that were set aside back into the outbox, for the administrator. How many."""
    parked = Notice.objects.filter(pk__in=list(pks), mail_state=MailState.FAILED)
    return parked.update(mail_state=MailState.PENDING, send_after=clock.now(), attempts=0, error="")


def mark_read(*, user_id: int, notice_id: int) -> None:
    """The person has seen this notice. A second time, or another's notice, changes nothing."""
    Notice.objects.filter(pk=notice_id, recipient_id=user_id, read_at=None).update(
        read_at=clock.now()
    )


def mark_all_read(*, user_id: int, up_to: int) -> int:
    """The person has seen everything up to this notice; what came since stays unread."""
    seen = Notice.objects.filter(recipient_id=user_id, read_at=None, pk__lte=up_to)
    return seen.update(read_at=clock.now())


def choose_mails(*, user_id: int, wanted: Iterable[str]) -> None:
    """Sets by which groups of notices the person wants mail. Legal weight is beyond this choice."""
    without = set(Group.values) - set(wanted)
    with transaction.atomic():
        Preference.objects.filter(user_id=user_id).exclude(group__in=without).delete()
        Preference.objects.bulk_create(
            [Preference(user_id=user_id, group=group) for group in sorted(without)],
            ignore_conflicts=True,
        )
