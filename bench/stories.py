"""Truthful disputes, told by the very effects that people's actions run, some hundred in one batch.

Every order was placed, paid, shipped and delivered, every dispute opened (and answered, and escalated) at its
own moment of the past, with all events, ledger entries, clocks and notices; `verify_audit` and `check_ledger`
hold. `bench.copies` makes a million of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from accounts.models import RoleGrant, User
from core import clock
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.models import Storefront
from disputes.effects import agreement, escalation, mediation, opening, talk
from disputes.effects.agreement import Terms
from disputes.effects.mediation import Found, Ruling
from orders import effects
from orders.models import Order, OrderLine, OrderPayment, Store
from orders.states import Means

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BATCH = 500
MOST_SELLERS = 400

MIX = {
    "resolved": 0.62, "closed": 0.1, "running": 0.12, "negotiating": 0.06, "escalated": 0.05,
    "in_mediation": 0.03, "decided": 0.02,
}  # fmt: skip
"""A marketplace on an ordinary day: most disputes have ended, a quarter waits for somebody."""
STAGES = (*MIX, "silent", "delivered")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in the stories."""

    buyers: list[int]
    stores: list[Store]
    mediator: Actor
    now: datetime
    late: timedelta


def tell(count: int, stage: str = "silent", *, late: timedelta = HOUR) -> int:
    """Tell so many stories up to a stage; how many. `late`: since when the silent sellers' time is up.

    Stages: `delivered` (an order, and no dispute yet), `silent` (two days without an answer are over),
    `running` (the seller still has time), `negotiating`, `escalated` (a mediator is wanted), `in_mediation`,
    `decided` (seven days run), `resolved` (the seller agreed), `closed` (decided, and final since).
    """
    if stage not in STAGES:
        raise ValueError(f"{stage} is none of {', '.join(STAGES)}")
    start = Order.objects.count()
    cast = Cast(_buyers(start, count), _stores(count), _mediator(), clock.now(), late)
    numbers = iter(range(start, start + count))
    while block := list(islice(numbers, BATCH)):
        with Batch() as batch:
            for number in block:
                _play(batch, _story(batch, number, stage, cast, number - start))
    return count


def mixed(count: int) -> int:
    """So many stories in the mix of an ordinary day."""
    shares = {stage: int(count * share) for stage, share in MIX.items()}
    shares["resolved"] += count - sum(shares.values())
    return sum(tell(share, stage) for stage, share in shares.items() if share)


def _buyers(start: int, count: int) -> list[int]:
    emails = [f"buyer{start + n}@cases.example" for n in range(count)]
    people = [User(email=email, name=f"Buyer {n}", password="!") for n, email in enumerate(emails)]
    User.objects.bulk_create(people)
    return list(User.objects.filter(email__in=emails).order_by("pk").values_list("pk", flat=True))


def _stores(count: int) -> list[Store]:
    wanted = [f"seller{n}@cases.example" for n in range(min(MOST_SELLERS, max(2, count // 5)))]
    sellers = [
        User(email=email, name=email.split("@")[0].title(), password="!") for email in wanted
    ]
    User.objects.bulk_create(sellers, ignore_conflicts=True)
    owners = User.objects.filter(email__in=wanted).values_list("pk", flat=True)
    main = Storefront.default()
    stores = [
        Store(storefront=main, name=f"Store {pk}", slug=f"case-{pk}", owner_id=pk, country="DE")
        for pk in owners
    ]
    Store.objects.bulk_create(stores, ignore_conflicts=True)
    return list(Store.objects.filter(owner__in=owners).select_related("storefront").order_by("pk"))


def _mediator() -> Actor:
    person, _made = User.objects.get_or_create(
        email="mediator@cases.example", defaults={"name": "Mediator", "password": "!"}
    )
    RoleGrant.objects.get_or_create(
        user=person, storefront=Storefront.default(), role=StaffRole.MEDIATOR
    )
    return Actor.person(person.pk, frozenset({StaffRole.MEDIATOR.value}), "mediator")


def _play(batch: Batch, story: Iterator[datetime]) -> None:
    """Each step of a story happens at the moment that it yields before it."""
    begun = len(batch._added)
    for at in story:
        batch._now = at
        for row in batch._added[begun:]:
            if hasattr(row, "clocks"):
                row.now = at  # type: ignore[attr-defined]


def _story(batch: Batch, number: int, stage: str, cast: Cast, index: int) -> Iterator[datetime]:
    opened_at = _opened(number, stage, cast.now, cast.late)
    shop, amount = cast.stores[number % len(cast.stores)], Decimal(20 + number % 180)
    shop_itself, placed_at = Actor.system("the shop"), opened_at - 12 * DAY
    yield placed_at
    order = Order(
        storefront=shop.storefront, number=f"CASE-{number:08}", purchase_number=f"CASE-{number:08}",
        buyer_id=cast.buyers[index], seller_id=shop.owner_id, store=shop, currency="EUR", placed_at=placed_at,
        promised_at=opened_at + DAY, destination_country="DE", destination_city="Berlin",
        card_last4="4242", card_country="DE",
    )  # fmt: skip
    effects.place(
        batch, order, shop_itself,
        lines=[OrderLine(order=order, title="Bicycle bell", quantity=1, unit_price=amount)],
        payments=[OrderPayment(order=order, means=Means.CARD, amount=amount)],
    )  # fmt: skip
    yield placed_at + timedelta(minutes=1)
    effects.capture(batch, order, shop_itself, card=amount)
    yield placed_at + DAY
    seller = Actor.person(shop.owner_id, why="seller")
    parcel = effects.ship(batch, order, seller, carrier="DHL", tracking_number=f"RR{number:09}DE")
    yield placed_at + 9 * DAY
    effects.deliver(batch, order, shop_itself, shipments=[parcel])
    if stage == "delivered":
        return
    yield opened_at
    buyer = Actor.person(cast.buyers[index], why="buyer")
    claim = opening.Claim(
        received=True, reason="damaged", story="The bell is cracked right through.", wanted="refund",
        amount=amount - number % 7, language="en",
    )  # fmt: skip
    dispute = opening.open_dispute(batch, order, claim, buyer)
    carol = cast.mediator
    found = (Found("The product was damaged on arrival", "buyer", "not_needed", code="damaged"),)
    ruling = Ruling("part", claim.amount / 2, "not_shown", "Both carry half of it.", findings=found)
    answered: list[Callable[[], Any]] = [
        lambda: agreement.reject_request(batch, dispute, seller, "It left here whole."),
        lambda: talk.say(batch, dispute, buyer, "The box was whole, the bell was not."),
    ]
    offered = [*answered, lambda: agreement.make_offer(batch, dispute, seller, Terms(amount / 4))]
    called = [*answered, lambda: escalation.escalate(batch, dispute, buyer)]
    taken = [*called, lambda: mediation.claim(batch, dispute, carol)]
    ruled = [*taken, lambda: mediation.decide(batch, dispute, carol, ruling)]
    acts: dict[str, list[Callable[[], Any]]] = {
        "resolved": [lambda: agreement.accept_request(batch, dispute, seller)],
        "negotiating": offered, "escalated": called, "in_mediation": taken, "decided": ruled, "closed": ruled,
    }  # fmt: skip
    for step, act in enumerate(acts.get(stage, []), start=1):
        yield opened_at + step * 10 * HOUR
        act()
    if stage == "closed":
        yield opened_at + len(ruled) * 10 * HOUR + 7 * DAY
        window = dispute.deadline("complaint_window")
        assert window is not None
        batch.change(window, state="enforced", ended_at=batch.now, remind_at=None)
        mediation.became_final(batch, dispute)


def _opened(number: int, stage: str, now: datetime, late: timedelta) -> datetime:
    """Spread by a few milliseconds each, so that no two moments are the same."""
    spread = timedelta(milliseconds=7 * (number % 100_000))
    if stage == "running":
        return now - timedelta(hours=1 + number % 46, minutes=number % 60)
    if stage == "silent":
        return now - 2 * DAY - late - spread
    if stage in {"resolved", "closed"}:
        return now - 12 * DAY - (number % 300) * DAY - spread
    return now - 3 * DAY - spread
