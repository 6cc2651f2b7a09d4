"""What the parties, the shop and the platform do to an order: check, lock, effects."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from core import words
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from core.models import Storefront
from orders import effects, tracking
from orders.models import Order, OrderLine, OrderPayment, OrderProof, Shipment, Store
from orders.models.contents import PLAIN_NUMBER
from orders.models.order import ZERO
from orders.states import Means

REASON_CHARS = 1000
PROOF_CHARS = 3
"""Letters and digits that the shortest invoice number has."""
_TRACKING = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{2,78}[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Line:
    """One position as the shop sends it; the unit price is in the order's currency."""

    title: str
    unit_price: Decimal
    quantity: int = 1
    image: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as the shop sends it. `payments` are amounts by means, coupon included."""

    number: str
    buyer_id: int
    store: Store
    currency: str
    promised_at: datetime
    lines: tuple[Line, ...]
    payments: dict[Means, Decimal]
    placed_at: datetime | None = None
    purchase_number: str = ""
    destination_country: str = ""
    destination_city: str = ""
    card_last4: str = ""
    card_country: str = ""


def place_order(*, new: NewOrder, actor: Actor) -> Order:
    """Take in an order from the shop; it waits for its payment. Raises `Refused` for a number that exists."""
    try:
        with Batch() as batch:
            order = Order(
                storefront=new.store.storefront, number=new.number, purchase_number=new.purchase_number or new.number,
                buyer_id=new.buyer_id, seller_id=new.store.owner_id, store=new.store, currency=new.currency,
                placed_at=new.placed_at or batch.now, promised_at=new.promised_at,
                destination_country=new.destination_country, destination_city=new.destination_city,
                card_last4=new.card_last4, card_country=new.card_country,
            )  # fmt: skip
            lines = [
                OrderLine(
                    order=order,
                    title=x.title,
                    quantity=x.quantity,
                    unit_price=x.unit_price,
                    image=x.image,
                )
                for x in new.lines
            ]
            payments = [
                OrderPayment(order=order, means=means, amount=amount)
                for means, amount in new.payments.items()
                if amount
            ]
            effects.place(batch, order, actor, lines=lines, payments=payments)
    except IntegrityError as error:
        if Order.objects.filter(storefront=new.store.storefront, number=new.number).exists():
            raise Refused(_("An order with this number exists already."), "number_taken") from error
        raise
    return order


def record_payment(*, order_id: int, actor: Actor, at: datetime | None = None) -> Order:
    """The shop reports that the order was paid by the means that the buyer chose."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        paid = dict.fromkeys(Means, ZERO)
        for payment in OrderPayment.objects.filter(order_id=order_id):
            paid[Means(payment.means)] += payment.amount
        effects.capture(
            batch,
            order,
            actor,
            card=paid[Means.CARD],
            wallet=paid[Means.WALLET],
            coupon=paid[Means.COUPON],
            at=at,
        )
    return order


def place_on_hold(*, order_id: int, actor: Actor, reason: str) -> Order:
    """Stop a paid order until it is verified; both parties read the reason."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.place_on_hold(batch, order, actor, reason=_sentence(reason))
    return order


def prove_order(*, order_id: int, actor: Actor, tracking_number: str = "", text: str = "") -> Order:
    """The seller proves an order on hold: by the number of its parcel at once, by anything else after our check.

    A number that another order has already proves nothing: it is checked too. Raises `Refused` for a number
    that no carrier gives, where nothing else is said, and for words that say nothing.
    """
    number, told = check_proof(tracking_number, text)
    with Batch() as batch:
        order = _lock(batch, order_id)
        if tracking.form_of(number) and not _used_elsewhere(order, number):
            effects.prove(batch, order, actor, tracking_number=number)
        else:
            effects.submit_proof(batch, order, actor, text=told, tracking_number=number)
    return order


def check_proof(tracking_number: str, text: str) -> tuple[str, str]:
    """The number and the words of a proof as they are kept. Raises `Refused` where they can prove nothing."""
    number = tracking.normal(words.clean_text(tracking_number, 80))
    told = words.clean_text(text, REASON_CHARS)
    if told and sum(c.isalnum() for c in told) < PROOF_CHARS:
        raise Refused(
            _("Write the invoice number, or in a sentence what proves the order."), "proof"
        )
    if not told and not number:
        raise Refused(_("Give a tracking number, or write what proves the order."), "nothing")
    if not told and not tracking.form_of(number):
        raise effects.not_a_number()
    return number, told


def _used_elsewhere(order: Order, number: str) -> bool:
    """Whether a parcel or a proof of another order has this number, however it is written there.

    One proof of a storefront at a time: of two orders with one number the second one is found.
    """
    Storefront.objects.select_for_update(no_key=True).get(pk=order.storefront_id)
    others = Shipment.objects.alias(plain=PLAIN_NUMBER).exclude(order=order).filter(plain=number)
    proofs = OrderProof.objects.exclude(order=order).filter(tracking_number=number)
    return others.exists() or proofs.exists()


def confirm_verification(*, order_id: int, actor: Actor, proof: str) -> Order:
    """The platform is satisfied, by the seller's proof or otherwise; `proof` says by what."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.lift_hold(batch, order, actor, proof=_sentence(proof))
    return order


def refuse_proof(*, order_id: int, actor: Actor, reason: str) -> Order:
    """The seller's proof shows nothing; the seller reads the reason and may answer again."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.refuse_proof(batch, order, actor, reason=_sentence(reason))
    return order


def ship_order(
    *, order_id: int, actor: Actor, carrier: str, tracking_number: str, at: datetime | None = None
) -> Order:
    """The seller sends the parcel and gives its tracking number. Raises `Refused` for no number at all."""
    number = clean_tracking_number(tracking_number)
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.ship(
            batch,
            order,
            actor,
            carrier=words.clean_text(carrier, 80),
            tracking_number=number,
            at=at,
        )
    return order


def record_checkpoint(*, shipment_id: int, at: datetime, city: str, text: str) -> None:
    """The carrier reports where a parcel is; the same report twice is kept once."""
    with Batch() as batch:
        shipment = Shipment.objects.get(pk=shipment_id)
        order = _lock(batch, shipment.order_id)
        if not shipment.checkpoints.filter(at=at, city=city[:120], text=text[:300]).exists():
            effects.report_checkpoint(batch, order, shipment, at=at, city=city, text=text)


def record_delivery(*, order_id: int, actor: Actor, at: datetime | None = None) -> Order:
    """The carrier reports the parcel delivered."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.deliver(batch, order, actor, shipments=list(order.shipments.all()), at=at)
    return order


def confirm_receipt(*, order_id: int, actor: Actor) -> Order:
    """The buyer says that the goods came; the money goes to the seller now."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.confirm_receipt(batch, order, actor)
    return order


def request_extension(*, order_id: int, actor: Actor, days: int) -> Order:
    """The buyer asks the seller for a later delivery date."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.request_extension(batch, order, actor, days=days)
    return order


def extend_delivery(*, order_id: int, actor: Actor, days: int) -> Order:
    """The seller moves the promised delivery date; the buyer's protection grows with it."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.extend_delivery(batch, order, actor, days=days)
    return order


def cancel_order(*, order_id: int, actor: Actor, reason: str = "") -> Order:
    """Before payment by the buyer, before shipping by the seller: the order ends, money goes back."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.cancel(batch, order, actor, reason=words.clean_text(reason, REASON_CHARS))
    return order


def close_order(*, order_id: int, actor: Actor, reason: str) -> Order:
    """The platform ends an open order; what is held goes back to the buyer."""
    with Batch() as batch:
        order = _lock(batch, order_id)
        effects.close(batch, order, actor, reason=_sentence(reason))
    return order


def clean_tracking_number(text: str) -> str:
    """A tracking number as carriers write it: capitals, digits, and the signs between them."""
    number = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text[:200])).strip().upper()
    if not _TRACKING.fullmatch(number):
        raise Refused(
            _("Write the tracking number as the carrier gave it: letters and digits."),
            "tracking_number",
        )
    return number


def _lock(batch: Batch, order_id: int) -> Order:
    found = batch.lock(Order, [order_id])
    if not found:
        raise CaseChanged
    return found[0]


def _sentence(text: str) -> str:
    cleaned = words.clean_text(text, REASON_CHARS)
    if not cleaned:
        raise Refused(_("Say why, in a sentence."), "reason")
    return cleaned
