"""Writing imported orders: a thousand in one transaction, set-wise, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db.models.functions import Lower

from core.batch import Batch
from core.errors import Refused
from core.models import Event, PolicyVersion, Storefront
from orders.effects import ledger, money
from orders.importers import history, updating
from orders.importers.history import Standing
from orders.importers.reading import BadRow
from orders.importers.records import Person, Record
from orders.importers.updating import IMPORT, Update, slug_of
from orders.models import Checkpoint, Order, OrderLine, OrderPayment, Refund, Shipment, Store
from orders.models.order import ZERO
from orders.states import LedgerKind, Means, RefundState

BEFORE = "import"
SETTINGS = {
    "payment": "payment_days",
    "protection": "protection_days",
    "release": "protection_days",
}


@dataclass(slots=True)
class Written:
    """What became of the records of one transaction: rows of the orders file by line, and why some were left out."""

    orders: dict[str, Order] = field(default_factory=dict)
    imported: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    unchanged: set[int] = field(default_factory=set)
    made: int = 0
    refused: list[tuple[Record, str]] = field(default_factory=list)


@dataclass(slots=True)
class Writer:
    """Writes records of one source to one storefront, as things stand at the batch's time."""

    storefront: Storefront
    source: str
    language: str = "en"
    zone: str = "UTC"

    def write(self, batch: Batch, records: Iterable[Record]) -> Written:
        """Write records with an open batch: new orders whole, known ones moved on where the file says more."""
        done = Written()
        known = self._known_at(records, batch.now, done)
        numbers = [record.number for record in known]
        held = {
            order.number: order
            for order in Order.objects.filter(storefront=self.storefront, number__in=numbers).only(
                "pk", "number", "source_digest"
            )
        }
        digests = {record.number: record.digest() for record in known}
        moved = [
            r
            for r in known
            if r.number in held and held[r.number].source_digest != digests[r.number]
        ]
        self._update(batch, moved, {r.number: held[r.number].pk for r in moved}, digests, done)
        still = [
            r
            for r in known
            if r.number in held and held[r.number].source_digest == digests[r.number]
        ]
        done.orders |= {r.number: held[r.number] for r in still}
        done.unchanged |= {r.line for r in still}
        self._insert(batch, [r for r in known if r.number not in held], digests, done)
        return done

    def _known_at(self, records: Iterable[Record], now: datetime, done: Written) -> list[Record]:
        known = []
        for record in records:
            try:
                known.append(history.known_at(record, now))
            except BadRow as error:
                done.refused.append((record, str(error)))
        return known

    # ---- new orders

    def _insert(
        self, batch: Batch, records: list[Record], digests: dict[str, str], done: Written
    ) -> None:
        if not records:
            return
        people = self._people(records)
        stores = self._stores(records, people)
        policy = self.storefront.current_policy()
        for record in records:
            stands = history.standing(record, policy, batch.now)
            order = self._order(record, stands, people, stores[slug_of(record.shop.key)])
            order.policy_version, order.source_digest = policy, digests[record.number]
            event = batch.open_case(
                order, IMPORT, "imported",
                data={
                    "source": self.source, "file": record.file, "line": record.line, "status": record.status,
                    "note": record.note, "why": stands.why, "history": history.story(record, stands),
                },
            )  # fmt: skip
            self._contents(batch, order, record)
            self._money(batch, order, record, stands, event, policy)
            if stands.clock is not None:
                batch.schedule_days(
                    order, stands.clock, SETTINGS[stands.clock], started=stands.clock_from
                )
            done.orders[record.number] = order
            done.imported.add(record.line)
            done.made += 1

    def _order(
        self, record: Record, stands: Standing, people: dict[str, Any], store: Store
    ) -> Order:
        buyer = people[record.buyer.address.lower()]
        return Order(
            storefront=self.storefront, state=stands.state, number=record.number,
            purchase_number=record.purchase_number, buyer=buyer, seller_id=store.owner_id, store=store,
            currency=record.currency, placed_at=record.placed_at, promised_at=record.promised_at,
            destination_country=record.country, destination_city=record.city, card_last4=record.card_last4,
            card_country=record.card_country, paid_at=record.paid_at, shipped_at=record.shipped_at,
            delivered_at=record.delivered_at, confirmed_at=record.confirmed_at, completed_at=stands.completed_at,
            ended_at=stands.ended_at, protection_until=stands.protection_until,
        )  # fmt: skip

    def _contents(self, batch: Batch, order: Order, record: Record) -> None:
        for item in record.items:
            batch.add(
                OrderLine(
                    order=order,
                    title=item.title[:300],
                    quantity=item.quantity,
                    unit_price=item.unit_price,
                )
            )
        for means, amount in record.payments.items():
            batch.add(OrderPayment(order=order, means=means, amount=amount))
        for parcel in record.parcels:
            shipment = batch.add(
                Shipment(
                    order=order, carrier=parcel.carrier, tracking_number=parcel.tracking_number,
                    shipped_at=parcel.shipped_at, delivered_at=parcel.delivered_at,
                )
            )  # fmt: skip
            for at, city, text in parcel.reports:
                batch.add(Checkpoint(shipment=shipment, at=at, city=city[:120], text=text[:300]))

    def _money(
        self,
        batch: Batch,
        order: Order,
        record: Record,
        stands: Standing,
        event: Event,
        policy: PolicyVersion,
    ) -> None:
        if record.paid_at is None:
            return
        order.by_card = record.payments.get(Means.CARD, ZERO)
        order.coupon_amount = record.payments.get(Means.COUPON, ZERO)
        amount = order.by_card + record.payments.get(Means.WALLET, ZERO)
        if not amount:
            return
        ledger.post(batch, order, LedgerKind.CAPTURED, amount, event, at=record.paid_at)
        if stands.completed_at is not None:
            ledger.post(batch, order, LedgerKind.RELEASED, amount, event, at=stands.completed_at)
        if stands.ended_at is not None:
            back_by = stands.ended_at + timedelta(days=policy.days("closed_refund_days"))
            cause = f"order {stands.state}"
            if back_by <= batch.now:
                self._settled_refunds(batch, order, amount, cause, event, stands.ended_at)
            else:
                money.refund(
                    batch,
                    order,
                    amount,
                    IMPORT,
                    cause,
                    promise="closed_refund_days",
                    since=stands.ended_at,
                )

    def _settled_refunds(
        self, batch: Batch, order: Order, amount: Any, cause: str, event: Event, at: datetime
    ) -> None:
        """Money that went back long before the import: recorded as received, sent to nobody."""
        to_card = order.by_card
        order.refunded_to_card = to_card
        for means, part in ((Means.CARD, to_card), (Means.WALLET, amount - to_card)):
            if not part:
                continue
            entry = ledger.post(batch, order, LedgerKind.REFUNDED, part, event, at=at)
            made = Refund(
                storefront=self.storefront, policy_version_id=order.policy_version_id, order=order, entry=entry,
                state=RefundState.COMPLETED, amount=part, currency=order.currency, means=means, gateway=BEFORE,
                cause=cause, idempotency_key=money.key_of(order, cause, means), expected_at=at, submitted_at=at,
                completed_at=at,
            )  # fmt: skip
            data = {
                "order": order.reference,
                "amount": part,
                "means": means,
                "cause": cause,
                "at": at,
            }
            batch.open_case(made, IMPORT, "imported", data=data)

    # ---- people and stores

    def _people(self, records: list[Record]) -> dict[str, Any]:
        """Users by lower-case address; those who are missing are made, without a usable password."""
        model = get_user_model()
        wanted: dict[str, Person] = {}
        for record in records:
            for person in (record.buyer, record.shop.owner):
                wanted.setdefault(person.address.lower(), person)
        found = self._users(wanted)
        missing = [
            model(
                email=address, name=person.name[:120], language=self.language, zone=self.zone,
                password=make_password(None),
            )
            for address, person in wanted.items()
            if address not in found
        ]  # fmt: skip
        if missing:
            model._default_manager.bulk_create(missing)
            found = self._users(wanted)
        return found

    def _users(self, addresses: Iterable[str]) -> dict[str, Any]:
        rows = get_user_model()._default_manager.annotate(lower=Lower("email"))
        return {user.email.lower(): user for user in rows.filter(lower__in=list(addresses))}

    def _stores(self, records: list[Record], people: dict[str, Any]) -> dict[str, Store]:
        wanted = {slug_of(record.shop.key): record.shop for record in records}
        found = self._stores_by_slug(wanted)
        missing = [
            Store(
                storefront=self.storefront, name=shop.name[:160], slug=slug, country=shop.country,
                owner=people[shop.owner.address.lower()],
            )
            for slug, shop in wanted.items()
            if slug not in found
        ]  # fmt: skip
        if missing:
            Store.objects.bulk_create(missing)
            found = self._stores_by_slug(wanted)
        return found

    def _stores_by_slug(self, slugs: Iterable[str]) -> dict[str, Store]:
        return {
            s.slug: s
            for s in Store.objects.filter(storefront=self.storefront, slug__in=list(slugs))
        }

    # ---- known orders

    def _update(
        self,
        batch: Batch,
        records: list[Record],
        pks: dict[str, Any],
        digests: dict[str, str],
        done: Written,
    ) -> None:
        """Let known orders follow; the fingerprint is kept only where nothing of the record was left."""
        orders = {order.number: order for order in batch.lock(Order, pks.values())}
        known = updating.known_of(orders.values())
        for record in records:
            order = orders[record.number]
            done.orders[record.number] = order
            update = Update(batch, order, record, known[order.pk])
            try:
                with batch.part():
                    update.run()
                    self._note(batch, update, digests[record.number])
            except Refused as error:
                done.refused.append((record, f"the order cannot follow the file: {error}"))
                continue
            if update.left:
                done.refused.append((record, update.reason()))
            if update.applied:
                done.updated.add(record.line)
            elif not update.left:
                done.unchanged.add(record.line)

    def _note(self, batch: Batch, update: Update, digest: str) -> None:
        if update.applied:
            data = {
                "file": update.record.file, "line": update.record.line, "applied": sorted(update.applied),
                "changed": update.changed, "left": update.left,
            }  # fmt: skip
            batch.record(update.order, "import_updated", IMPORT, data=data)
        if not update.left:
            batch.change(update.order, source_digest=digest)
