"""Who sees which order, and the sums over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import Http404

from core import cases, references
from core.actors import StaffRole
from core.models import Event
from orders.models import (
    Correction,
    Order,
    OrderMessage,
    Refund,
    SettlementFile,
    WalletAccount,
    WalletEntry,
)
from orders.states import CORRECTION_OPEN, HELD, OrderState, RefundState

S = OrderState
NEEDS_BUYER = (S.AWAITING_PAYMENT, S.DELIVERED)
NEEDS_SELLER = (S.PAID, S.ON_HOLD)

MANY_TRIES = 5
ENDED = (S.COMPLETED, S.CANCELLED, S.CLOSED)
FREE = Q(disputed_at__isnull=True)


def tabs(selling: bool, now: datetime) -> dict[str, Q]:
    """The tabs of a list of orders, each with what it holds. A late parcel needs its buyer."""
    late = Q(state=S.SHIPPED, promised_at__lte=now)
    return {
        "all": Q(),
        "mine": (Q(state__in=NEEDS_SELLER) if selling else Q(state__in=NEEDS_BUYER) | late) & FREE,
        "way": Q(state__in=(S.PAID, S.SHIPPED)) & FREE,
        "held": Q(state__in=HELD) | Q(disputed_at__isnull=False),
        "ended": Q(state__in=ENDED) & FREE,
    }


def orders_visible_to(user: Any) -> QuerySet[Order]:
    """Orders that the person bought or sold, and those of storefronts where the person is administrator."""
    if not user.is_authenticated:
        return Order.objects.none()
    administered = user.staff_roles.filter(role=StaffRole.ADMIN).values("storefront_id")
    return Order.objects.filter(Q(buyer=user) | Q(seller=user) | Q(storefront__in=administered))


def bought_by(user: Any) -> QuerySet[Order]:
    """The person's own purchases."""
    return Order.objects.filter(buyer=user) if user.is_authenticated else Order.objects.none()


def sold_by(user: Any) -> QuerySet[Order]:
    """Orders of the person's own stores."""
    return Order.objects.filter(seller=user) if user.is_authenticated else Order.objects.none()


def get_order(user: Any, reference: str) -> Order:
    """An order by its reference as typed, with the time and its clocks. Raises Http404 for strangers too."""
    wanted = _reference(reference, Order)
    order = (
        orders_visible_to(user)
        .filter(reference=wanted)
        .select_related("store", "buyer", "storefront")
        .first()
    )
    if order is None:
        raise Http404
    return cases.at(order)


def _reference(typed: str, model: type[Order | Refund | Correction]) -> str:
    """A reference as typed, repaired. Raises Http404 for what can be none (a NUL, say)."""
    wanted = references.normalise(typed[:40])
    if not references.is_valid(wanted, model.REFERENCE_PREFIX):
        raise Http404
    return wanted


def get_refund(user: Any, reference: str) -> Refund:
    """A refund of an order that the person may see. Raises Http404."""
    wanted = _reference(reference, Refund)
    refund = (
        Refund.objects.filter(reference=wanted, order__in=orders_visible_to(user))
        .select_related("order")
        .first()
    )
    if refund is None:
        raise Http404
    return cases.at(refund)


def messages_of(order: Order, most: int) -> list[OrderMessage]:
    """The newest messages of the thread of an order, the oldest of them first."""
    return list(order.messages.order_by("-sent_at", "-pk")[:most])[::-1]


def proof_history(order: Order) -> list[tuple[datetime, str, str]]:
    """What the seller handed in to prove an order, and what became of it: when, `given`, `refused` or `accepted`,
    and the words or the reason. Empty for an order that nobody ever proved."""
    told = [
        (proof.given_at, "given", " · ".join(filter(None, (proof.tracking_number, proof.text))))
        for proof in order.proofs.all()
    ]
    if not told:
        return []
    answers = Event.objects.filter(
        subject=order.reference,
        transition__in=("refuse_proof", "lift_hold"),
        from_state=S.UNDER_CHECK,
    )
    became = {"refuse_proof": "refused", "lift_hold": "accepted"}
    return told + [(event.at, became[event.transition], event.reason) for event in answers]


def proofs_to_check(storefronts: Iterable[int]) -> QuerySet[Order]:
    """Orders of these storefronts whose proof waits for an administrator, the longest promised first."""
    waiting = Order.objects.filter(state=S.UNDER_CHECK, storefront__in=storefronts)
    return waiting.select_related("store").order_by("next_due_at", "pk")


def listed(
    orders: QuerySet[Order], now: datetime, *, tab: str, query: str, selling: bool
) -> QuerySet[Order]:
    """A tab of a list: what waits for this person first, then what is held, then the newest."""
    holds = tabs(selling, now)
    rows = orders.filter(holds.get(tab, Q()))
    for word in query.replace("\0", "").split()[:5]:
        rows = rows.filter(_matches(word[:80]))
    waits = Case(
        When(holds["mine"], then=Value(0)), When(holds["held"], then=Value(1)),
        default=Value(2), output_field=IntegerField(),
    )  # fmt: skip
    soonest = Case(When(holds["mine"], then=F("next_due_at")))
    first = rows.annotate(waits=waits).order_by(
        "waits", soonest.asc(nulls_last=True), "-placed_at", "-pk"
    )
    return first.select_related("store", "buyer", "storefront").prefetch_related("lines")


def _matches(word: str) -> Q:
    return (
        Q(number__icontains=word)
        | Q(purchase_number__iexact=word)
        | Q(reference=references.normalise(word))
        | Q(store__name__icontains=word)
        | Q(Exists(Order.objects.filter(pk=OuterRef("pk"), lines__title__icontains=word)))
        | Q(
            Exists(Order.objects.filter(pk=OuterRef("pk"), shipments__tracking_number__iexact=word))
        )
    )


def tab_counts(orders: QuerySet[Order], now: datetime, selling: bool) -> dict[str, int]:
    """How many orders each tab holds, in one query."""
    counted = {
        name: Count("pk", filter=test) if test else Count("pk")
        for name, test in tabs(selling, now).items()
    }
    counts = orders.aggregate(**counted)
    return {name: counts[name] for name in counted}


def wallets_of(user: Any) -> QuerySet[WalletAccount]:
    """The person's wallets, one for each currency in which something ever came."""
    return WalletAccount.objects.filter(user=user).order_by("currency")


def wallet_history(user: Any) -> QuerySet[WalletEntry]:
    """What came into the person's wallets, the newest first, with the orders that it came from."""
    rows = WalletEntry.objects.filter(account__user=user).select_related("account", "refund__order")
    return rows.order_by("-at", "-pk")


def overdue_refunds() -> QuerySet[Refund]:
    """Refunds that were promised for a day that has passed; oldest promise first."""
    late = Refund.objects.filter(overdue_at__isnull=False).exclude(state=RefundState.COMPLETED)
    return late.select_related("order").order_by("expected_at")


def stuck_refunds(storefronts: Iterable[int]) -> QuerySet[Refund]:
    """Refunds of these storefronts that an administrator must look after: late, failed, or sent `MANY_TRIES` times
    without an answer; oldest promise first.
    """
    bad = (
        Q(overdue_at__isnull=False) & ~Q(state=RefundState.COMPLETED)
        | Q(state=RefundState.FAILED)
        | Q(state=RefundState.REQUESTED, tries__gte=MANY_TRIES)
    )
    found = Refund.objects.filter(bad, storefront__in=storefronts)
    return found.select_related("order").order_by("expected_at", "pk")


def corrections_of(order: Order) -> QuerySet[Correction]:
    """What settlements showed to be wrong with the refunds of an order, the newest first."""
    return order.corrections.select_related("refund").order_by("-created_at", "-pk")


def corrections(storefronts: Iterable[int], *, ended: bool = False) -> QuerySet[Correction]:
    """Corrections of these storefronts: those that wait, the first due on top, or those that ended, the newest."""
    found = Correction.objects.filter(storefront__in=storefronts)
    found = found.select_related("refund", "order", "line", "file")
    if ended:
        return found.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")
    return found.filter(state__in=CORRECTION_OPEN).order_by("next_due_at", "pk")


def get_correction(storefronts: Iterable[int], reference: str) -> Correction:
    """A correction of these storefronts. Raises Http404."""
    wanted = _reference(reference, Correction)
    row = Correction.objects.filter(reference=wanted, storefront__in=storefronts).first()
    if row is None:
        raise Http404
    return row


def settlements(storefront_id: int) -> QuerySet[SettlementFile]:
    """Settlement files that were read, the newest first."""
    return SettlementFile.objects.filter(storefront=storefront_id).select_related("author")


_SUMS = """
SELECT o.number, o.captured, o.held, o.released, o.refunded, o.ledger_length, o.refunded_to_card,
       COALESCE(e.captured, 0) AS e_captured, COALESCE(e.held, 0) AS e_held,
       COALESCE(e.released, 0) AS e_released, COALESCE(e.refunded, 0) AS e_refunded,
       COALESCE(e.length, 0) AS e_length, COALESCE(e.last, 0) AS e_last,
       COALESCE(r.amount, 0) AS r_amount, COALESCE(r.card, 0) AS r_card
FROM orders_order o
LEFT JOIN (
  SELECT order_id, COUNT(*) AS length, MAX(seq) AS last,
         SUM(CASE WHEN kind = 'captured' THEN amount ELSE 0 END) AS captured,
         SUM(CASE WHEN kind IN ('captured', 'recovered') THEN amount ELSE -amount END) AS held,
         SUM(CASE WHEN kind IN ('released', 'fee') THEN amount WHEN kind = 'recovered' THEN -amount ELSE 0 END)
           AS released,
         SUM(CASE WHEN kind = 'refunded' THEN amount ELSE 0 END) AS refunded
  FROM orders_ledgerentry GROUP BY order_id
) e ON e.order_id = o.id
LEFT JOIN (
  SELECT order_id, SUM(amount) AS amount, SUM(CASE WHEN means = 'card' THEN amount ELSE 0 END) AS card
  FROM orders_refund GROUP BY order_id
) r ON r.order_id = o.id
"""
_APART = "ABS({} - {}) >= 0.00005"
_FAULTS = (
    (
        "captured is not held + released + refunded",
        _APART.format("captured", "(held + released + refunded)"),
    ),
    ("captured is not what the entries sum to", _APART.format("captured", "e_captured")),
    ("held is not what the entries sum to", _APART.format("held", "e_held")),
    ("released is not what the entries sum to", _APART.format("released", "e_released")),
    ("refunded is not what the entries sum to", _APART.format("refunded", "e_refunded")),
    ("entries are missing", "(ledger_length <> e_length OR e_last <> e_length)"),
    ("refunded is not what the refunds sum to", _APART.format("refunded", "r_amount")),
    (
        "refunds to the card are not what the order counted",
        _APART.format("refunded_to_card", "r_card"),
    ),
)


def unbalanced_orders() -> Iterator[tuple[str, str]]:
    """Order numbers whose money does not add up, each with the first reason; one pass over the tables.

    Sums the entries anew: neither the order's totals nor the entries' running ones are trusted.
    """
    whens = " ".join(f"WHEN {test} THEN '{why}'" for why, test in _FAULTS)
    sql = (
        f"SELECT number, why FROM (SELECT number, CASE {whens} END AS why FROM ({_SUMS}) sums) judged"  # noqa: S608
        " WHERE why IS NOT NULL ORDER BY number"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(1000):
            yield from rows


_WALLETS = """
SELECT a.id, a.currency, a.balance, a.length, COALESCE(e.balance, 0) AS e_balance, COALESCE(e.length, 0) AS e_length,
       COALESCE(e.last, 0) AS e_last, COALESCE(r.amount, 0) AS r_amount
FROM orders_walletaccount a
LEFT JOIN (
  SELECT account_id, SUM(amount) AS balance, COUNT(*) AS length, MAX(seq) AS last
  FROM orders_walletentry GROUP BY account_id
) e ON e.account_id = a.id
LEFT JOIN (
  SELECT o.buyer_id, f.currency, SUM(f.amount) AS amount FROM orders_refund f JOIN orders_order o ON o.id = f.order_id
  WHERE f.gateway = 'wallet' AND f.state = 'completed' GROUP BY o.buyer_id, f.currency
) r ON r.buyer_id = a.user_id AND r.currency = a.currency
"""
_WALLET_FAULTS = (
    ("the balance is not what the entries sum to", _APART.format("balance", "e_balance")),
    ("entries are missing", "(length <> e_length OR e_last <> e_length)"),
    (
        "the balance is not what the refunds to the wallet sum to",
        _APART.format("balance", "r_amount"),
    ),
)


def unbalanced_wallets() -> Iterator[tuple[str, str]]:
    """Wallets that do not add up, each with the first reason; sums entries and refunds anew."""
    whens = " ".join(f"WHEN {test} THEN '{why}'" for why, test in _WALLET_FAULTS)
    sql = (
        f"SELECT id, currency, why FROM (SELECT id, currency, CASE {whens} END AS why FROM ({_WALLETS}) sums) judged"  # noqa: S608
        " WHERE why IS NOT NULL ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(1000):
            yield from ((f"wallet {pk} {currency}", why) for pk, currency, why in rows)
