"""Truthful disputes in great numbers: the very effects that people's actions run, a few hundred in one batch.

    python -m bench.make_cases 10000 --stage silent

Every order was placed, paid, shipped and delivered, every dispute opened (and answered, and escalated) at its
own moment of the past, with all events, ledger entries, clocks and notices; `verify_audit` and `check_ledger`
hold. Written by COPY, a batch at a time.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

DAY = timedelta(days=1)
BATCH = 500


def make(count: int, stage: str = "silent", *, late: timedelta = timedelta(hours=1)) -> int:
    """Make so many disputes; the number made. `late` is since when the silent sellers' time is up.

    Stages: `silent` (two days without an answer are over), `running` (the seller still has time),
    `escalated` (a mediator is wanted), `resolved` (the seller agreed).
    """
    from accounts.models import User
    from core import clock
    from orders.models import Order

    start, now = Order.objects.count(), clock.now()
    buyers = _people("buyer", min(5000, max(2, count // 10)))
    shops = _stores(_people("seller", min(1000, max(2, count // 50))))
    assert User.objects.exists()
    numbers = iter(range(start, start + count))
    while block := list(islice(numbers, BATCH)):
        _write(block, stage, buyers, shops, now, late)
    return count


def _people(kind: str, count: int) -> list[int]:
    from accounts.models import User

    wanted = [f"{kind}{n}@cases.example" for n in range(count)]
    User.objects.bulk_create(
        [User(email=email, name=email.split("@")[0].title(), password="!") for email in wanted],
        ignore_conflicts=True,
    )
    known = User.objects.filter(email__startswith=kind, email__endswith="@cases.example")
    return list(known.order_by("pk").values_list("pk", flat=True))


def _stores(owners: list[int]) -> list[Any]:
    from core.models import Storefront
    from orders.models import Store

    main = Storefront.default()
    Store.objects.bulk_create(
        [
            Store(storefront=main, name=f"Store {pk}", slug=f"case-{pk}", owner_id=pk, country="DE")
            for pk in owners
        ],
        ignore_conflicts=True,
    )
    return list(Store.objects.filter(owner__in=owners).select_related("storefront").order_by("pk"))


def _write(
    block: list[int],
    stage: str,
    buyers: list[int],
    shops: list[Any],
    now: datetime,
    late: timedelta,
) -> None:
    from core.batch import Batch

    with Batch() as batch:
        for number in block:
            story = _story(
                batch,
                number,
                stage,
                buyers[number % len(buyers)],
                shops[number % len(shops)],
                now,
                late,
            )
            case: list[Any] = []
            for at in story:
                batch._now = at
                case[:] = [row for row in batch._added[-40:] if hasattr(row, "clocks")]
                for row in case:
                    row.now = at


def _story(
    batch: Any, number: int, stage: str, buyer_id: int, shop: Any, now: datetime, late: timedelta
) -> Iterator[datetime]:
    """One case's history; what follows a `yield` happens at the moment that it yields."""
    from core.actors import Actor
    from disputes.effects import agreement, escalation, opening
    from orders import effects
    from orders.models import Order, OrderLine, OrderPayment
    from orders.states import Means

    opened_at = _opened(number, stage, now, late)
    shop_itself, amount = Actor.system("the shop"), Decimal(20 + number % 180)
    placed_at = opened_at - 12 * DAY
    yield placed_at
    order = Order(
        storefront=shop.storefront, number=f"CASE-{number:08}", purchase_number=f"CASE-{number:08}",
        buyer_id=buyer_id, seller_id=shop.owner_id, store=shop, currency="EUR", placed_at=placed_at,
        promised_at=opened_at + DAY, destination_country="DE", destination_city="Berlin",
        card_last4="4242", card_country="DE",
    )  # fmt: skip
    lines = [OrderLine(order=order, title="Bicycle bell", quantity=1, unit_price=amount)]
    effects.place(
        batch, order, shop_itself, lines=lines,
        payments=[OrderPayment(order=order, means=Means.CARD, amount=amount)],
    )  # fmt: skip
    order.now = placed_at
    yield placed_at + timedelta(minutes=1)
    effects.capture(batch, order, shop_itself, card=amount)
    yield placed_at + DAY
    seller = Actor.person(shop.owner_id, why="seller")
    parcel = effects.ship(batch, order, seller, carrier="DHL", tracking_number=f"RR{number:09}DE")
    yield placed_at + 9 * DAY
    effects.deliver(batch, order, shop_itself, shipments=[parcel])
    yield opened_at
    buyer = Actor.person(buyer_id, why="buyer")
    claim = opening.Claim(
        received=True, reason="damaged", story="The bell is cracked right through.", wanted="refund",
        amount=amount - number % 7, language="en",
    )  # fmt: skip
    dispute = opening.open_dispute(batch, order, claim, buyer)
    dispute.now = opened_at
    acts: dict[str, list[Callable[[], Any]]] = {
        "resolved": [lambda: agreement.accept_request(batch, dispute, seller)],
        "escalated": [
            lambda: agreement.reject_request(batch, dispute, seller, "It left here whole."),
            lambda: escalation.escalate(batch, dispute, buyer),
        ],
    }
    for step, act in enumerate(acts.get(stage, []), start=1):
        yield opened_at + step * timedelta(hours=20)
        act()


def _opened(number: int, stage: str, now: datetime, late: timedelta) -> datetime:
    """Spread by a few milliseconds each, so that no two moments are the same."""
    spread = timedelta(milliseconds=7 * (number % 100_000))
    if stage == "running":
        return now - timedelta(hours=1 + number % 46, minutes=number % 60)
    if stage == "silent":
        return now - 2 * DAY - late - spread
    return now - 3 * DAY - (number % 60) * DAY * (stage == "resolved") - spread


def main() -> None:
    import django

    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument(
        "--stage", default="silent", choices=["silent", "running", "escalated", "resolved"]
    )
    chosen = parser.parse_args()
    print(make(chosen.count, chosen.stage))


if __name__ == "__main__":
    main()
