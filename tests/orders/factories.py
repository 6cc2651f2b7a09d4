"""Orders for tests, made by the very effects that the product uses. Alice buys, Bob sells, Eve is a stranger."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from core import clock
from core.actors import Actor
from core.batch import Batch
from core.models import Storefront
from orders import effects, services
from orders.models import Correction, Order, SettlementFile, Store
from orders.states import Finding, Means

SHOP = Actor.system("the shop")
_numbers = count(1)


def user(name: str, **fields: Any) -> Any:
    """A person called so: `user("Alice")` is alice@example.com; the same one at each call."""
    email = f"{name.lower()}@example.com"
    found = get_user_model()._default_manager.filter(email=email).first()
    return found or get_user_model()._default_manager.create_user(email, None, name=name, **fields)


def store(owner: Any = None, name: str = "Bob's bikes") -> Store:
    """Bob's store on the default storefront."""
    who = owner or user("Bob")
    slug = f"store-{who.pk}"
    made, _new = Store.objects.get_or_create(
        storefront=Storefront.default(),
        slug=slug,
        defaults={"name": name, "owner": who, "country": "DE"},
    )
    return made


def placed(
    *, buyer: Any = None, shop: Store | None = None, card: str = "100", wallet: str = "0",
    coupon: str = "0", currency: str = "EUR", promised_in: int = 10, number: str = "", **more: Any,
) -> Order:  # fmt: skip
    """An order that waits for its payment, promised in so many days."""
    total = Decimal(card) + Decimal(wallet) + Decimal(coupon)
    new = services.NewOrder(
        number=number or f"SHOP-{next(_numbers):06}", buyer_id=(buyer or user("Alice")).pk, store=shop or store(),
        currency=currency, promised_at=clock.now() + timedelta(days=promised_in),
        lines=(services.Line("Bicycle bell", total, 1),),
        payments={Means.CARD: Decimal(card), Means.WALLET: Decimal(wallet), Means.COUPON: Decimal(coupon)},
        destination_country="DE", destination_city="Berlin", card_last4="4242", card_country="DE", **more,
    )  # fmt: skip
    return services.place_order(new=new, actor=SHOP)


def paid(**more: Any) -> Order:
    return services.record_payment(order_id=placed(**more).pk, actor=SHOP)


def on_hold(**more: Any) -> Order:
    return services.place_on_hold(order_id=paid(**more).pk, actor=SHOP, reason="The card is new.")


def under_check(**more: Any) -> Order:
    order = on_hold(**more)
    return services.prove_order(order_id=order.pk, actor=seller(order), text="Invoice 2026-17")


def shipped(**more: Any) -> Order:
    order = paid(**more)
    return services.ship_order(
        order_id=order.pk, actor=seller(order), carrier="DHL", tracking_number="RR123456785DE"
    )


def delivered(**more: Any) -> Order:
    """An order that arrived on the day for which it was promised, and was reported at once."""
    order = shipped(**{"promised_in": 0} | more)
    return services.record_delivery(order_id=order.pk, actor=SHOP)


def completed(**more: Any) -> Order:
    order = delivered(**more)
    return services.confirm_receipt(order_id=order.pk, actor=buyer(order))


def cancelled(**more: Any) -> Order:
    order = placed(**more)
    return services.cancel_order(order_id=order.pk, actor=buyer(order))


def closed(**more: Any) -> Order:
    return services.close_order(order_id=paid(**more).pk, actor=SHOP, reason="The store has gone.")


def disputed(order: Order) -> Order:
    """The order held by a dispute, as the app above holds it."""
    with Batch() as batch:
        (row,) = batch.lock(Order, [order.pk])
        effects.hold_for_dispute(batch, row, SHOP)
    return row


def charged_by_the_bank(order: Order) -> Correction:
    """A settlement has shown that the refund of the order was booked as a charge."""
    refund = order.refunds.select_related("order").get(means=Means.CARD)
    file = SettlementFile.objects.create(
        storefront=order.storefront, name="march.csv", digest=refund.reference, begun_at=clock.now()
    )
    with Batch() as batch:
        effects.corrections.open_correction(
            batch,
            file,
            Finding.CHARGED,
            refund=refund,
            amount=refund.amount,
            currency=refund.currency,
        )
    return Correction.objects.get(refund=refund)


IN_STATE = {
    "awaiting_payment": placed, "paid": paid, "on_hold": on_hold, "under_check": under_check, "shipped": shipped,
    "delivered": delivered, "completed": completed, "cancelled": cancelled, "closed": closed,
}  # fmt: skip


def buyer(order: Order) -> Actor:
    return Actor.person(order.buyer_id, why="buyer")


def seller(order: Order) -> Actor:
    return Actor.person(order.seller_id, why="seller")
