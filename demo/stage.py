"""Telling histories: many stories at once, each step at its own moment of the past, in one order of time.

A story is a generator that does something through the real services and yields the moment of its next step.
Between steps the clocks of all cases are enforced at the moments at which they fell due, refunds go to their
gateways and the bank answers, so that what is loaded is what would have happened. Steps that lie in the future
are left out: a story simply is where it is now.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from itertools import count

from django.conf import settings
from django.db import connection, models, transaction

from core import clock, deadlines
from core.models import Deadline, DeadlineState
from disputes import services as disputes
from notifications import services as post
from notifications.models import Notice
from notifications.states import MailState
from orders import services as orders
from orders.models import Refund
from orders.states import RefundState

Story = Generator[datetime, None, None]
REMINDED = timedelta(days=4)
"""Reminders of the last days come at their time; older ones with the next clock that is enforced."""
BANK_HOURS = timedelta(hours=18)
LOOK, LONG_LOOK, TICK = timedelta(hours=18), timedelta(hours=40), timedelta(hours=3)
"""No clock of a new case runs out, or reminds, sooner than this; reminders are gathered for a tick."""
MAIL_DAYS = timedelta(hours=30)
"""Mails of the last hours lie in the mailbox; older ones count as sent and read."""
BANK = timedelta(days=4)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LATE_CARD, REFUSED_CARD = "3141", "2718"
"""Cards whose bank takes its time, and whose bank refuses at first."""


class Stage:
    """Plays stories until `now`, the demo's present."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._steps: list[tuple[datetime, int, Story]] = []
        self._turn = count()
        self._look = now
        self._coming: dict[type[Deadline], datetime] = {}
        self._swept_out = False
        self._settled = now - timedelta(days=400)
        self._mailbox = settings.EMAIL_BACKEND == "demo.mailbox.Backend"

    def add(self, story: Story) -> None:
        """Take in a story: it runs to its first moment without doing anything."""
        self._next(story)

    def _next(self, story: Story) -> None:
        at = next(story, None)
        if at is not None and at < self.now:
            heapq.heappush(self._steps, (at, next(self._turn), story))

    def play(self) -> None:
        """Everything in its order, in one transaction: a demo is loaded whole or not at all."""
        with transaction.atomic():
            if self._steps:
                self._look = self._steps[0][0]
            while self._steps:
                at, _turn, story = heapq.heappop(self._steps)
                self._keep_clocks(at)
                with clock.freeze(at):
                    self._next(story)
            self._keep_clocks(self.now - timedelta(minutes=5))
            if not self._swept_out:
                self._old_mails()
            _let_workers_sleep()

    def _keep_clocks(self, until: datetime) -> None:
        """Enforce and remind at each moment at which something falls due, as workers would have done."""
        while self._look <= until:
            at, recent = self._look, self._look > self.now - REMINDED
            with clock.freeze(at):
                if due := [table for table, moment in self._coming.items() if moment <= at]:
                    deadlines.sweep(tables=due)
                if at - self._settled >= BANK_HOURS:
                    self._settled = at
                    settle_refunds(at)
                if self._mailbox and at > self.now - MAIL_DAYS:
                    if not self._swept_out:
                        self._old_mails()
                    post.deliver()
            self._coming = moments(reminders=recent)
            least, most = at + timedelta(minutes=1), at + (LOOK if recent else LONG_LOOK)
            self._look = max(least, min([most, *self._coming.values()]))

    def _old_mails(self) -> None:
        """What is older than the mailbox shows was sent at its time, and read by most."""
        limit = self.now - MAIL_DAYS if self._mailbox else self.now
        old = Notice.objects.filter(created_at__lt=limit)
        self._swept_out = True
        old.filter(mail_state=MailState.PENDING).update(
            mail_state=MailState.SENT, sent_at=models.F("created_at")
        )
        old.update(read_at=models.F("created_at"))


def moments(reminders: bool = True) -> dict[type[Deadline], datetime]:
    """By table, the next due instant of its clocks, or the tick at which a reminder is sent."""
    found: dict[type[Deadline], datetime] = {}
    columns = ("due_at", "remind_at") if reminders else ("due_at",)
    for table in deadlines.clocked():
        running = table._default_manager.filter(state=DeadlineState.PENDING).order_by()
        first = running.aggregate(*(models.Min(column) for column in columns))
        due, remind = first["due_at__min"], first.get("remind_at__min")
        tick = remind + (TICK - (remind - EPOCH) % TICK) if remind else None
        if coming := [at for at in (due, tick) if at]:
            found[table] = min(coming)
    return found


def next_moment() -> datetime | None:
    """The next moment at which any clock has something to do."""
    return min(moments().values(), default=None)


def settle_refunds(at: datetime) -> None:
    """Give what is requested to the gateways, and let the bank confirm what it has had for some days."""
    if not Refund.objects.exclude(state=RefundState.COMPLETED).exists():
        return
    if Refund.objects.filter(state=RefundState.REQUESTED).exists():
        orders.submit_refunds()
    answers = [
        orders.Answer(
            reference=refund.reference,
            completed=refund.order.card_last4 != REFUSED_CARD,
            provider_reference=f"BNK{refund.pk:07d}",
            why="The card was closed.",
        )
        for refund in Refund.objects.filter(
            state=RefundState.SUBMITTED, submitted_at__lte=at - BANK
        ).select_related("order")
        if refund.order.card_last4 != LATE_CARD
    ]
    if answers:
        orders.apply_answers(answers=answers)
    disputes.watch_settlements()


def _let_workers_sleep() -> None:
    """Drop the calls that would wake a worker for each step told: there is nothing left to do."""
    kept = [
        call
        for call in connection.run_on_commit
        if not getattr(call[1], "__qualname__", "").startswith("nudge.")
    ]
    connection.run_on_commit = kept
