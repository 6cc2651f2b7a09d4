"""What must hold at every moment, whatever broke: one look at one snapshot of the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value

from accounts.models import RoleGrant
from appeals import states as complaint_states
from appeals.models import Compensation, Complaint, Look
from core import audit, cases, clock
from core.models import OPEN_DEADLINES, Case, DeadlineState, Event
from core.models.case import deadlines_of
from coupons import selectors as coupons
from coupons.models import Coupon
from disputes.models import Dispute
from disputes.reading import turn
from disputes.selectors import turns
from disputes.states import DisputeState, Kind, Outcome, Party
from notifications.models import Notice
from orders import selectors
from orders.models import Correction, Order, Refund
from orders.states import RefundState

MACHINES: tuple[type[Case], ...] = (Complaint, Dispute, Order, Refund, Correction, Coupon)
TOLD = {"opened", "seller_stayed_silent", "request_accepted", "request_rejected", "offer_made", "offer_accepted",
        "escalated", "withdrawn"}  # fmt: skip
"""Events of a dispute of which both parties are told."""
SPEAKS = {"opened": "buyer", "request_rejected": "seller", "offer_made": ""}
"""Moves of a negotiation, and whose they are; an offer says it itself."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""No time is up yet: a page then tells whose turn it is by the case alone."""


def invariants(
    *, swept: bool = True, at: datetime | None = None, written: Collection[str] | None = None
) -> Counter[str]:
    """Assert all of them; the states of the disputes. `swept`: nothing that is due may be left.

    `at` is the present moment where the test has a clock of its own. `written` names the tables that changed since
    all held at that moment: what reads none of them holds still.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            now = at or clock.now()
        apps = None if written is None else {table.split("_")[0] for table in written}
        faults: list[str] = []
        for reads, check in _checks(_events(), _cases(), now, swept):
            if apps is None or reads is None or not apps.isdisjoint(reads):
                faults += check
        states = Counter(Dispute.objects.values_list("state", flat=True))
    assert not faults, f"{len(faults)} faults: " + "; ".join(faults[:8])
    return states


def _events() -> list[Any]:
    names = ("pk", "subject", "seq", "name", "transition", "from_state", "to_state", "data")
    return list(Event.objects.order_by("subject", "seq").values_list(*names, named=True))


def _cases() -> list[Any]:
    """Every case of every machine: machine, key, reference, state, next_due_at."""
    names = ("pk", "reference", "state", "next_due_at")
    return _of_each(MACHINES, lambda machine: machine._default_manager.all(), names)


def _clocks() -> list[Any]:
    """Every open clock: machine, key of its case, kind, state, due_at."""
    names = ("case_id", "kind", "state", "due_at")
    return _of_each(
        MACHINES, lambda m: deadlines_of(m)._default_manager.filter(state__in=OPEN_DEADLINES), names
    )


def _of_each(machines: Any, rows: Any, names: tuple[str, ...]) -> list[Any]:
    """The rows of each machine, under its number, in one query."""
    parts = [
        rows(machine).order_by().annotate(m=Value(n)).values_list("m", *names)
        for n, machine in enumerate(machines)
    ]
    return list(parts[0].union(*parts[1:], all=True))


def _checks(
    events: list[Any], cases: list[Any], now: datetime, swept: bool
) -> Iterator[tuple[set[str] | None, Iterator[str]]]:
    """Each with the apps whose rows it reads beside the events; None: of all apps."""
    yield None, audit.broken_links()
    yield None, _chains(events, cases)
    yield None, _kept(cases, now, swept)
    yield None, _told(events)
    yield {"orders"}, _named(selectors.unbalanced_orders())
    yield {"orders"}, _named(selectors.unbalanced_wallets())
    yield {"orders"}, _paid_in_the_future(now)
    yield {"coupons", "appeals"}, _named(coupons.faults())
    yield {"orders", "disputes"}, _money()
    yield {"appeals", "disputes", "coupons"}, _complaints()
    yield {"disputes"}, _silent_sellers(events, now)
    yield {"disputes"}, _turns(events)


def _named(faults: Iterable[tuple[str, str]]) -> Iterator[str]:
    for what, why in faults:
        yield f"{what}: {why}"


def _paid_in_the_future(now: datetime) -> Iterator[str]:
    stuck = Refund.objects.filter(state=RefundState.COMPLETED, completed_at__gt=now).count()
    if stuck:
        yield f"{stuck} refunds completed in the future"


def _chains(events: list[Any], cases: list[Any]) -> Iterator[str]:
    """(b) Each state follows from the events, and no event moves a case from where it was not."""
    last: dict[str, Any] = {}
    for event in events:
        before = last.get(event.subject)
        if before is not None and event.from_state != before.to_state:
            yield f"{event.subject}: event {event.seq} starts in {event.from_state}, not in {before.to_state}"
        if before is not None and not event.transition and event.from_state != event.to_state:
            yield f"{event.subject}: event {event.seq} moves without a transition"
        last[event.subject] = event
    for _machine, _pk, reference, state, _next_due_at in cases:
        known = last.get(reference)
        if known is None or known.to_state != state:
            yield f"{reference} is {state}, its last event says {known}"


def _kept(cases: list[Any], now: datetime, swept: bool) -> Iterator[str]:
    """(a, e) Nothing that is due is left, ended cases have no clock, open ones have, and the mirror is true."""
    running: dict[Any, list[Any]] = {}
    for machine, case_id, kind, state, due_at in _clocks():
        running.setdefault((machine, case_id), []).append((state, due_at))
        if swept and state != DeadlineState.PAUSED and due_at <= now:
            name = MACHINES[machine].__name__
            yield f"{name} {case_id}: {kind} is {state} and overdue"
    for machine, pk, reference, state, next_due_at in cases:
        clocks = running.get((machine, pk), [])
        if (state in MACHINES[machine].TERMINAL) == bool(clocks):
            yield f"{reference} is {state} with {len(clocks)} open clocks"
        first = min((due for kept, due in clocks if kept != DeadlineState.PAUSED), default=None)
        if next_due_at != first:
            yield f"{reference} says {next_due_at}, its first clock {first}"


def _turns(events: list[Any]) -> Iterator[str]:
    """(a) Whom a dispute awaits is who reads on its page that it is their turn, and who spoke last is in its events."""
    spoke: dict[str, str] = {}
    for event in events:
        if event.name in SPEAKS:
            spoke[event.subject] = event.data.get("party") or SPEAKS[event.name]
    rows = list(Dispute.objects.select_related("order", "order__store"))
    for dispute in turns.at_hand(cases.present(rows, LONG_AGO)):
        for side in (Party.BUYER, Party.SELLER):
            told = turn.turn_of(dispute, side).turn
            awaits = dispute.awaits_buyer if side == Party.BUYER else dispute.awaits_seller
            if awaits != (told == turn.YOU):
                yield f"{dispute.reference} ({dispute.state}) awaits its {side}: {awaits}, the page: {told}"
        if dispute.spoke_last != spoke[dispute.reference]:
            yield f"{dispute.reference}: {dispute.spoke_last} spoke last, not {spoke[dispute.reference]}"


def _silent_sellers(events: list[Any], now: datetime) -> Iterator[str]:
    """(a) Whose time is over and enforced has lost; whose time is over and not yet enforced still waits."""
    rows = Dispute.objects.filter(deadlines__kind=Kind.SELLER_ANSWER, deadlines__due_at__lte=now)
    silent = Counter(event.subject for event in events if event.name == "seller_stayed_silent")
    for reference, state, outcome, kept in rows.values_list(
        "reference", "state", "outcome", "deadlines__state"
    ):
        lost = (state, outcome) == (DisputeState.RESOLVED, Outcome.SELLER_SILENT)
        if lost != (kept == DeadlineState.ENFORCED) or silent[reference] != int(lost):
            yield f"{reference}: clock {kept}, {state} {outcome}, {silent[reference]} events"
        if kept == DeadlineState.PENDING and state != DisputeState.AWAITING_SELLER:
            yield f"{reference}: still pending in {state}"


def _money() -> Iterator[str]:
    """(c) One refund for each cause and means, of exactly what the dispute requested."""
    causes: Counter[Any] = Counter()
    sums: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for order_id, cause, means, amount in Refund.objects.values_list(
        "order_id", "cause", "means", "amount"
    ):
        causes[order_id, cause, means] += 1
        sums[order_id] += amount
    yield from (f"order {key} refunded {n} times" for key, n in causes.items() if n > 1)
    for dispute in Dispute.objects.only("reference", "order_id", "refund_requested", "outcome"):
        if sums[dispute.order_id] != dispute.refund_requested:
            yield f"{dispute.reference} requested {dispute.refund_requested}, refunds {sums[dispute.order_id]}"
        if dispute.outcome == Outcome.SELLER_SILENT and not dispute.refund_requested:
            yield f"{dispute.reference} was lost and nothing is refunded"


def _told(events: list[Any]) -> Iterator[str]:
    """(d) One notice for each party of each event; no notice without its event is the foreign key's."""
    twice = Counter(Notice.objects.order_by().values_list("event_id", "recipient_id"))
    yield from (f"{key} told {n} times" for key, n in twice.items() if n > 1)
    people: dict[int, set[int]] = {}
    for event_id, recipient_id in twice:
        people.setdefault(event_id, set()).add(recipient_id)
    disputes = Dispute.objects.values_list("reference", "buyer_id", "seller_id")
    parties = {reference: {buyer, seller} for reference, buyer, seller in disputes}
    staff = set(RoleGrant.objects.values_list("user_id", flat=True))
    for event in events:
        told = event.name in TOLD and event.subject in parties
        if told and people.get(event.pk, set()) - staff != parties[event.subject]:
            yield f"{event}: told {people.get(event.pk)}"
    late = Notice.objects.filter(created_at__lt=F("event__at")).count()
    if late:
        yield f"{late} notices are older than their events"


def _complaints() -> Iterator[str]:
    """(f) A dispute waits exactly while its decision is first reviewed, by somebody apart, and pays once."""
    under = set(
        Dispute.objects.filter(state=DisputeState.UNDER_COMPLAINT).values_list("pk", flat=True)
    )
    first = Complaint.objects.filter(
        look=complaint_states.FIRST, state__in=complaint_states.UNDER_REVIEW
    )
    waiting = set(first.values_list("dispute_id", flat=True))
    if under != waiting:
        yield f"disputes {under} are under complaint, complaints wait for {waiting}"
    for look in Look.objects.select_related("complaint"):
        case = look.complaint
        if look.reviewer_id in (case.buyer_id, case.seller_id, case.decided_by_id):
            yield f"{case.reference} was reviewed by {look.reviewer_id}, who is no stranger to it"
    for paid in Compensation.objects.select_related("review", "promise"):
        if (paid.amount, paid.owner_id) != (paid.promise.value, paid.promise.owner_id):
            yield f"{paid} was promised as {paid.promise}"
        if paid.review.result != complaint_states.Result.WRONG:
            yield f"{paid} compensates a decision that was correct"
