"""A newer file about a known order: each fact is applied by the effects that pages and shop use, or said to be left.

Nothing is lost in silence: what could not be applied stands in the rejects with its reason, and the order keeps
its old fingerprint, so that the next import tries again what is left. What was applied is not applied twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.text import slugify

from core.actors import Actor
from core.batch import Batch
from core.errors import Refused
from orders import effects
from orders.importers.records import Parcel, Record
from orders.models import Checkpoint, Order, OrderLine, OrderPayment, Shipment, Store
from orders.models.order import ZERO
from orders.states import EndReason, Means, OrderState

IMPORT = Actor.system("import")
S = OrderState
DETAILS = {
    "purchase_number": "purchase_number", "destination_country": "country", "destination_city": "city",
    "card_last4": "card_last4", "card_country": "card_country",
}  # fmt: skip
"""Facts that move nothing: the order's field, and the record's. An empty one takes nothing away."""
ENDED = {S.CANCELLED: EndReason.SHOP_CANCELLED, S.CLOSED: EndReason.SHOP_CLOSED}


@dataclass(slots=True)
class Known:
    """What is known of an order beside its own row."""

    buyer: str = ""
    store: str = ""
    lines: list[OrderLine] = field(default_factory=list)
    payments: list[OrderPayment] = field(default_factory=list)
    parcels: list[Shipment] = field(default_factory=list)
    reports: dict[Any, set[tuple[datetime, str, str]]] = field(default_factory=dict)


def known_of(orders: Iterable[Order]) -> dict[Any, Known]:
    """What is known of these orders, by their key, in a fixed number of queries."""
    rows = list(orders)
    found = {order.pk: Known() for order in rows}
    people = get_user_model()._default_manager.in_bulk({order.buyer_id for order in rows})
    stores = Store.objects.in_bulk({order.store_id for order in rows})
    for order in rows:
        known = found[order.pk]
        known.buyer, known.store = people[order.buyer_id].email, stores[order.store_id].slug
    for line in OrderLine.objects.filter(order_id__in=found).order_by("pk"):
        found[line.order_id].lines.append(line)
    for payment in OrderPayment.objects.filter(order_id__in=found).order_by("pk"):
        found[payment.order_id].payments.append(payment)
    by_parcel: dict[Any, Known] = {}
    for parcel in Shipment.objects.filter(order_id__in=found).order_by("shipped_at", "pk"):
        found[parcel.order_id].parcels.append(parcel)
        by_parcel[parcel.pk] = found[parcel.order_id]
    for report in Checkpoint.objects.filter(shipment__order_id__in=found):
        reports = by_parcel[report.shipment_id].reports.setdefault(report.shipment_id, set())
        reports.add((report.at, report.city, report.text))
    return found


@dataclass(slots=True)
class Update:
    """One order following its record. `applied` are facts taken over, `changed` their values before and
    after where these are plain, `left` what could not be applied, each with why."""

    batch: Batch
    order: Order
    record: Record
    known: Known
    applied: set[str] = field(default_factory=set)
    changed: dict[str, list[Any]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Apply what can be. Raises `Refused` for a record that is about another deal: nothing was applied."""
        self._same_deal()
        self._details()
        self._lines()
        self._payments()
        self._promise()
        self._paid()
        self._parcels()
        self._delivered()
        self._confirmed()
        self._ended()

    def reason(self) -> str:
        """Why something was left, for the person who imports."""
        first = (
            "only a part could be applied; left"
            if self.applied
            else "the order cannot follow the file"
        )
        return f"{first}: {'; '.join(self.left)}"

    # ---- how a fact is taken over

    def _try(self, name: str, move: Callable[[], object]) -> bool:
        """Make a move of the order; where the rules refuse it, nothing of it was done and it is left."""
        try:
            move()
        except Refused as refusal:
            self._leave(name, str(refusal))
            return False
        self.applied.add(name)
        return True

    def _set(self, row: Any, **values: Any) -> None:
        """Change plain fields of the order or of a parcel, and keep what they were for the event."""
        of = "" if row is self.order else f" of {row}"
        for name, value in values.items():
            self.changed[name + of] = [_plain(getattr(row, name)), _plain(value)]
        self.applied |= set(values)
        self.batch.change(row, **values)

    def _leave(self, name: str, why: str) -> None:
        self.left.append(f"{name} ({why})")

    def _leave_where(self, name: str) -> None:
        state = self.order.get_state_display().lower()
        self._leave(name, f"the order is {state} here")

    def _same_time(self, name: str, said: datetime, row: Any = None) -> None:
        """A moment that is known already: another one is left, for people built on the first."""
        known: datetime = getattr(row or self.order, name)
        if known != said:
            self._leave(name, f"known as {known.astimezone(UTC):%Y-%m-%d %H:%M} UTC")

    # ---- the facts, in the order in which they happen

    def _same_deal(self) -> None:
        record = self.record
        for other, what in (
            (record.buyer.address.lower() != self.known.buyer.lower(), "buyer"),
            (slug_of(record.shop.key) != self.known.store, "store"),
            (record.currency != self.order.currency, "currency"),
        ):
            if other:
                raise Refused(f"the file names another {what}", what)
        self._same_time("placed_at", record.placed_at)

    def _details(self) -> None:
        said = {name: getattr(self.record, of) for name, of in DETAILS.items()}
        news = {n: v for n, v in said.items() if v and v != getattr(self.order, n)}
        if news:
            self._set(self.order, **news)

    def _lines(self) -> None:
        said = [(item.title[:300], item.quantity, item.unit_price) for item in self.record.items]
        if said and not self.known.lines:
            for title, quantity, price in said:
                self.batch.add(
                    OrderLine(order=self.order, title=title, quantity=quantity, unit_price=price)
                )
            self.applied.add("lines")
        elif sorted(said) != sorted((x.title, x.quantity, x.unit_price) for x in self.known.lines):
            self._leave("lines", "other than those that were ordered")

    def _payments(self) -> None:
        """The means: what the buyer chose may change until it is paid."""
        said = self.record.payments
        known: dict[str, Decimal] = {}
        for row in self.known.payments:
            known[row.means] = known.get(row.means, ZERO) + row.amount
        if said == known:
            return
        if self.order.paid_at is not None:
            self._leave("payments", "other than what was paid")
            return
        if set(known) - set(said) or len(known) != len(self.known.payments):
            self._leave("payments", "a means that was chosen is missing")
            return
        for row in self.known.payments:
            if row.amount != said[row.means]:
                self.batch.change(row, amount=said[row.means])
        for means, amount in said.items():
            if means not in known:
                self.batch.add(OrderPayment(order=self.order, means=means, amount=amount))
        self.applied.add("payments")

    def _promise(self) -> None:
        """A later date is promised to the buyer; one that lies between the first and a later one stands."""
        order, to = self.order, self.record.promised_at
        if effects.first_promise(order) <= to <= order.promised_at:
            return
        if to < order.promised_at:
            self._leave("promised_at", "a promised date is not brought forward")
        elif order.state not in {S.AWAITING_PAYMENT, S.PAID, S.SHIPPED}:
            self._leave_where("promised_at")
        else:
            move = effects.move_promise
            self._try("promised_at", lambda: move(self.batch, order, IMPORT, to=to))

    def _paid(self) -> None:
        order, at = self.order, self.record.paid_at
        if at is None:
            return
        if order.paid_at is not None:
            self._same_time("paid_at", at)
        elif order.state != S.AWAITING_PAYMENT:
            self._leave_where("paid_at")
        else:
            paid = {str(means): self.record.payments.get(means, ZERO) for means in Means}
            self._try("paid_at", lambda: effects.capture(self.batch, order, IMPORT, at=at, **paid))

    def _parcels(self) -> None:
        waiting = list(self.known.parcels)
        pairs = _matched(self.record.parcels, waiting)
        for parcel, shipment in pairs:
            found = shipment or self._send(parcel)
            if found is None:
                continue
            if shipment is not None:
                self._correct(parcel, shipment)
            elif parcel.delivered_at is not None:
                self.batch.change(found, delivered_at=parcel.delivered_at)
            self._reports(parcel, found)

    def _send(self, parcel: Parcel) -> Shipment | None:
        """A parcel that is not known: the first one sends the order, more of them are added to it."""
        order, made = self.order, list[Shipment]()
        facts: dict[str, Any] = {
            "at": parcel.shipped_at, "carrier": parcel.carrier, "tracking_number": parcel.tracking_number,
        }  # fmt: skip
        act: Callable[..., Shipment] = effects.ship if order.state == S.PAID else effects.add_parcel
        if order.state != S.PAID and order.shipped_at is None:
            self._leave_where("shipped_at")
            return None
        self._try("parcels", lambda: made.append(act(self.batch, order, IMPORT, **facts)))
        self.known.parcels += made
        return made[0] if made else None

    def _correct(self, parcel: Parcel, shipment: Shipment) -> None:
        """Details of a parcel that is known. When it came is no detail: people built on it."""
        said = {
            "carrier": parcel.carrier, "shipped_at": parcel.shipped_at, "tracking_number": parcel.tracking_number,
        }  # fmt: skip
        news = {n: v for n, v in said.items() if v and v != getattr(shipment, n)}
        if _key(parcel.tracking_number) == _key(shipment.tracking_number):
            news.pop("tracking_number", None)
        if parcel.delivered_at is not None:
            if shipment.delivered_at is None:
                news["delivered_at"] = parcel.delivered_at
            else:
                self._same_time("delivered_at", parcel.delivered_at, shipment)
        if news:
            self._set(shipment, **news)

    def _reports(self, parcel: Parcel, shipment: Shipment) -> None:
        known = self.known.reports.setdefault(shipment.pk, set())
        for at, city, text in parcel.reports:
            report = (at, city[:120], text[:300])
            if report not in known:
                known.add(report)
                effects.report_checkpoint(
                    self.batch, self.order, shipment, at=at, city=city, text=text
                )
                self.applied.add("checkpoints")

    def _delivered(self) -> None:
        order, at = self.order, self.record.delivered_at
        if at is None:
            return
        if order.delivered_at is not None:
            if any(why.startswith("delivered_at") for why in self.left):
                return
            if order.state == S.DELIVERED and at > order.delivered_at:
                more = effects.deliver_more
                self._try("delivered_at", lambda: more(self.batch, order, IMPORT, at=at))
            else:
                self._same_time("delivered_at", at)
        elif order.state == S.SHIPPED:
            parcels = self.known.parcels
            deliver = effects.deliver
            self._try(
                "delivered_at",
                lambda: deliver(self.batch, order, IMPORT, shipments=parcels, at=at),
            )
        elif order.state == S.COMPLETED:
            self._set(order, delivered_at=at)
        elif order.shipped_at is not None:
            self._leave_where("delivered_at")

    def _confirmed(self) -> None:
        order, at = self.order, self.record.confirmed_at
        if at is None:
            return
        if order.confirmed_at is not None:
            self._same_time("confirmed_at", at)
        elif order.state in {S.SHIPPED, S.DELIVERED}:
            confirm = effects.confirm_receipt
            self._try("confirmed_at", lambda: confirm(self.batch, order, IMPORT, at=at))
        else:
            self._leave_where("confirmed_at")

    def _ended(self) -> None:
        """Cancelled or closed by the shop: the money that is held goes back."""
        order, ended = self.order, self.record.ended
        if not ended or order.state in ENDED:
            return
        if not order.is_open:
            self._leave_where(ended)
            return
        unsent = order.shipped_at is None
        unpaid = order.state == S.AWAITING_PAYMENT
        move = effects.cancel if unpaid or (ended == S.CANCELLED and unsent) else effects.close
        self._try(ended, lambda: move(self.batch, order, IMPORT, why=ENDED[S(ended)]))


def _matched(
    parcels: list[Parcel], shipments: list[Shipment]
) -> list[tuple[Parcel, Shipment | None]]:
    """Each parcel of the file with the shipment that it is: by its number, else by the time it was sent,
    else the only one that has no number on one of the two sides."""
    free, found = list(shipments), dict[int, Shipment]()

    def take(test: Callable[[Parcel, Shipment], bool]) -> None:
        for index, parcel in enumerate(parcels):
            fits = [s for s in free if index not in found and test(parcel, s)]
            if fits:
                found[index] = fits[0]
                free.remove(fits[0])

    take(
        lambda p, s: bool(p.tracking_number) and _key(p.tracking_number) == _key(s.tracking_number)
    )
    take(lambda p, s: _bare(p, s) and p.shipped_at == s.shipped_at)
    if len(parcels) == len(shipments) == 1:
        take(_bare)
    return [(parcel, found.get(index)) for index, parcel in enumerate(parcels)]


def _bare(parcel: Parcel, shipment: Shipment) -> bool:
    return not (parcel.tracking_number and shipment.tracking_number)


def _key(number: str) -> str:
    return "".join(number.split()).upper()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def slug_of(key: str) -> str:
    """The slug under which a store of the files is known."""
    return slugify(key)[:80] or "store"
