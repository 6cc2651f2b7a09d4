"""One trade of a history: the order, its parcel and its dispute, moved by the real services."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from core import clock, money
from core.actors import Actor, ActorKind
from core.batch import Batch
from demo import goods, pictures, words
from demo.goods import Thing
from demo.moves import CARRIER, Moves
from demo.people import Person, Shop
from demo.second_looks import SecondLooks
from demo.world import PEOPLE, STORES, World
from disputes import services as disputes
from disputes import statements
from disputes.effects.mediation import Found
from disputes.models import Dispute, EvidenceItem
from disputes.states import Step
from evidence import services as files
from orders import effects
from orders import services as orders
from orders.models import Order, OrderLine, OrderPayment, Store
from orders.states import Means

SHOP = Actor(ActorKind.API_KEY, None, frozenset(), "the shop's key")
DAY = timedelta(days=1)
VIEWS = {
    "damaged": ("crack", "dented"), "defective": ("fine",), "colour": ("other", "fine"), "size": ("fine",),
    "style": ("scratch",), "specification": ("fine",), "quantity": ("parcel",), "counterfeit": ("scratch", "fine"),
    "parts_missing": ("parcel", "fine"), "no_tracking": ("tracking",), "late": ("tracking",),
    "wrong_address": ("tracking",), "customs": ("letter", "tracking"), "sent_back": ("tracking",),
}  # fmt: skip
NOT_RECEIVED = {"no_tracking", "late", "wrong_address", "customs", "sent_back"}
CAPTIONS = {
    "crack": "As it came out of the box", "dented": "The box, before I opened it", "other": "In daylight",
    "fine": "The whole piece", "scratch": "Look at the surface", "parcel": "Everything that was in it",
    "tracking": "The carrier's page today", "video": "Unpacking, from the closed parcel", "letter": "From customs",
}  # fmt: skip
FILES = {"video": ("unpacking.mp4", "video/mp4"), "letter": ("customs.pdf", "application/pdf")}


@dataclass
class Trade(SecondLooks, Moves):
    """One order of one buyer from one store, and what became of it."""

    world: World
    buyer_key: str
    shop_key: str
    thing: Thing
    quantity: int = 1
    means: Means = Means.CARD
    coupon: bool = False
    last4: str = ""
    carrier: str = ""
    tracking: str = ""
    placed: datetime | None = None
    promise: timedelta = timedelta(days=12)
    order_id: int = 0
    dispute_id: int = 0
    serial: int = 0
    film: deque[Future[bytes]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.world.made += 1
        chance, self.serial = self.world.chance, self.world.made
        self.carrier = self.carrier or self.shop.carrier
        country = self.shop.country
        self.tracking = f"{chance.choice('RCLE')}{chance.choice('RXB')}{chance.randrange(10**8, 10**9)}{country}"
        self.last4 = self.last4 or f"{chance.randrange(10_000):04}"

    @property
    def person(self) -> Person:
        return PEOPLE[self.buyer_key]

    @property
    def shop(self) -> Shop:
        return STORES[self.shop_key]

    @property
    def store(self) -> Store:
        return self.world.stores[self.shop.store]

    @property
    def buyer(self) -> Actor:
        return Actor.person(self.world.users[self.person.email].pk, why="buyer")

    @property
    def seller(self) -> Actor:
        return Actor.person(self.world.users[self.shop.email].pk, why="seller")

    @property
    def order(self) -> Order:
        return Order.objects.get(pk=self.order_id)

    @property
    def dispute(self) -> Dispute:
        return Dispute.objects.select_related("order").get(pk=self.dispute_id)

    # The order

    def buy(self) -> None:
        self.place(pay=True)

    def place(self, pay: bool = False) -> None:
        """The order arrives from the shop, paid or not."""
        currency = self.shop.currency
        unit, freight = goods.price(self.thing, currency), Decimal(goods.SHIPPING[currency])
        total = unit * self.quantity + freight
        coupon = money.quantize(total / 10, currency) if self.coupon else Decimal(0)
        now = clock.now()
        number = f"{now:%y}-{100_000 + self.serial * 3_701 % 900_000}"
        with Batch() as batch:
            order = Order(
                storefront=self.store.storefront, number=number, purchase_number=number,
                buyer_id=self.world.users[self.person.email].pk,
                seller_id=self.store.owner_id, store=self.store, currency=currency, placed_at=now,
                promised_at=now + self.promise, destination_country=self.person.country,
                destination_city=self.person.city, card_last4=self.last4 if self.means == Means.CARD else "",
                card_country=self.person.country if self.means == Means.CARD else "",
            )  # fmt: skip
            image = goods.picture(self.thing)
            lines = [
                OrderLine(
                    order=order,
                    title=self.thing.title,
                    quantity=self.quantity,
                    unit_price=unit,
                    image=image,
                ),
                OrderLine(order=order, title="Shipping", unit_price=freight),
            ]
            paid = {self.means: total - coupon} | ({Means.COUPON: coupon} if coupon else {})
            payments = [
                OrderPayment(order=order, means=means, amount=amount)
                for means, amount in paid.items()
            ]
            effects.place(batch, order, SHOP, lines=lines, payments=payments)
            if pay:
                zero = Decimal(0)
                effects.capture(
                    batch, order, SHOP, card=paid.get(Means.CARD, zero), wallet=paid.get(Means.WALLET, zero),
                    coupon=coupon,
                )  # fmt: skip
        self.order_id = order.pk

    def ship(self) -> None:
        orders.ship_order(
            order_id=self.order_id,
            actor=self.seller,
            carrier=self.carrier,
            tracking_number=self.tracking,
        )
        self.report(self.shop.city, "Handed in")

    def report(self, city: str, text: str) -> None:
        """The carrier reports; kept until all is told, because no event hangs on it."""
        self.world.reports.append((self.order_id, clock.now(), city, text))

    def deliver(self, city: str = "") -> None:
        self.report(city or self.person.city, "Delivered")
        orders.record_delivery(order_id=self.order_id, actor=CARRIER)

    # The dispute

    def begin(
        self,
        reason: str,
        wanted: str = "refund",
        share: str | int = 1,
        photos: int = 1,
    ) -> int:
        """Fill in the questionnaire up to its last page; the key of the draft."""
        order = self.order
        told, language = words.story(reason, self.person.writes, self.thing.kind, self.thing.title)
        amount = money.quantize(order.refundable * Decimal(share), order.currency)
        draft = disputes.start_draft(order=order, user_id=order.buyer_id)
        draft.answers = {
            "received": reason not in NOT_RECEIVED, "reason": reason, "story": told, "language": language,
            "wanted": wanted, "amount": str(amount), "postage_payer": "seller",
        }  # fmt: skip
        draft.step = Step.CHECK
        draft.save(update_fields=["answers", "step"])
        for view in VIEWS[reason][:photos]:
            made, _troubles = disputes.upload_draft_files(
                draft_id=draft.pk,
                user_id=order.buyer_id,
                uploads=self._photo(view),
                caption=CAPTIONS[view],
            )
            self._inspect([row.file_id for row in made])
        return draft.pk

    def open(
        self,
        reason: str,
        wanted: str = "refund",
        share: str | int = 1,
        photos: int = 1,
    ) -> None:
        self.begin(reason, wanted, share, photos)
        self.dispute_id = disputes.open_dispute(order_id=self.order_id, actor=self.buyer).pk

    def show(self, who: str, view: str, caption: str = "") -> None:
        """A party adds a photo to the case."""
        if uploads := self._photo(view):
            actor = self.buyer if who == "buyer" else self.seller
            items, _troubles = disputes.upload_evidence(
                dispute=self.present(),
                actor=actor,
                uploads=uploads,
                caption=caption or CAPTIONS[view],
            )
            self._inspect([item.file_id for item in items])

    def present(self) -> Dispute:
        """The dispute as a page has it, with the time and its clocks."""
        from core import cases

        return cases.at(self.dispute)

    def take(self, views: Sequence[str]) -> None:
        """Have the pictures of the whole story drawn beside, in the order in which they will be shown."""
        kind, hue, draw = self.thing.kind, self.thing.hue, self.world.drawing.submit
        for n, view in enumerate(views if self.world.pictures else (), start=self.serial * 101):
            if view == "video":
                self.film.append(draw(pictures.video, kind, hue, n))
            elif view == "letter":
                self.film.append(draw(pictures.letter, (*words.CUSTOMS, self.tracking)))
            else:
                lines = (
                    ("No new report", f"{self.shop.city}: number created")
                    if view == "tracking"
                    else ()
                )
                self.film.append(draw(pictures.photo, view, kind, hue, n, self.tracking, lines))

    def _photo(self, view: str) -> list[SimpleUploadedFile]:
        """What a party uploads: one file, or none where the demo is loaded without pictures."""
        if not self.film:
            return []
        content = self.film.popleft().result()
        name, kind = FILES.get(view, (f"IMG_{4000 + len(content) % 5000}.jpg", "image/jpeg"))
        return [SimpleUploadedFile(name, content, kind)]

    def _inspect(self, ids: Sequence[int]) -> None:
        for pk in ids:
            files.inspect(pk)

    def say(self, who: str, text: str = "") -> None:
        actor = self.buyer if who == "buyer" else self.seller
        table = words.BUYER_SAYS if who == "buyer" else words.SELLER_SAYS
        language = self.person.writes if who == "buyer" else self.shop.writes
        body = text or words.said(table, language)
        language = "en" if text or language not in table else language
        disputes.send_message(dispute_id=self.dispute_id, actor=actor, body=body, language=language)

    def reject(self) -> None:
        why = words.said(words.REFUSALS, self.shop.writes)
        disputes.reject_request(dispute_id=self.dispute_id, actor=self.seller, answer=why)

    def offer(self, who: str, share: str, note: bool = True, **terms: Any) -> None:
        """An offer of a part of what was asked."""
        actor = self.buyer if who == "buyer" else self.seller
        language = self.person.writes if who == "buyer" else self.shop.writes
        table = words.COUNTERS if who == "buyer" else words.OFFERS
        dispute = self.dispute
        amount = money.quantize(dispute.amount_asked * Decimal(share), dispute.currency)
        disputes.make_offer(
            dispute_id=dispute.pk, actor=actor, amount=amount, note=words.said(table, language) if note else "",
            note_language=language if language in table else "en", **terms,
        )  # fmt: skip

    def accept(self, who: str) -> None:
        """Accept the other side's standing offer."""
        actor, other = (self.buyer, "seller") if who == "buyer" else (self.seller, "buyer")
        offer = self.dispute.offers.get(party=other, state="standing")
        disputes.accept_offer(dispute_id=self.dispute_id, actor=actor, offer_id=offer.pk)

    def escalate(self, who: str = "buyer") -> None:
        actor = self.buyer if who == "buyer" else self.seller
        disputes.escalate_dispute(dispute_id=self.dispute_id, actor=actor)

    def settle(self, days: int, share: str = "0.5") -> None:
        """The buyer proposes to close once a part is recorded by a date."""
        dispute = self.dispute
        disputes.propose_settlement(
            dispute_id=dispute.pk, actor=self.buyer, by=clock.now() + days * DAY,
            amount=money.quantize(dispute.amount_asked * Decimal(share), dispute.currency),
        )  # fmt: skip

    def claim(self, mediator: str = "carol") -> None:
        disputes.claim_dispute(dispute_id=self.dispute_id, actor=self.world.staff(mediator))

    def ask(self, party: str, mediator: str = "carol") -> None:
        question = words.QUESTION_BUYER if party == "buyer" else words.QUESTION_SELLER
        disputes.request_evidence(
            dispute_id=self.dispute_id,
            actor=self.world.staff(mediator),
            party=party,
            question=question,
        )

    def answer(self, party: str) -> None:
        actor = self.buyer if party == "buyer" else self.seller
        disputes.answer_evidence_request(
            dispute_id=self.dispute_id, actor=actor, answer=words.ANSWER
        )

    def decide(self, verdict: str, share: str = "", mediator: str = "carol", **terms: Any) -> None:
        """The mediator decides on the evidence that there is, with the drafted statement."""
        dispute = self.dispute
        numbers = list(
            EvidenceItem.objects.filter(dispute=dispute).values_list("number", flat=True)
        )
        with translation.override("en"):
            found = [
                self._found(claim, verdict, numbers) for claim in statements.allegations(dispute)
            ]
            part = (
                money.quantize(dispute.at_most * Decimal(share), dispute.currency)
                if share
                else None
            )
            amount = disputes.mediation.granted(dispute, verdict, part)
            reason = statements.suggested_reason(dispute, verdict)
            statement = statements.draft(
                dispute, found, verdict=verdict, amount=amount, reason=reason, **terms
            )
        disputes.decide_dispute(
            dispute_id=dispute.pk, actor=self.world.staff(mediator), verdict=verdict, reason=reason,
            statement=statement, findings=found, amount=part, **terms,
        )  # fmt: skip

    @staticmethod
    def _found(claim: Any, verdict: str, numbers: list[int]) -> Found:
        right = (claim.party == "buyer") == (verdict != "none") and bool(numbers)
        cited = tuple(numbers[:2]) if right else ()
        return Found(
            str(claim.text), claim.party, "proved" if right else "not_proved", cited, claim.code
        )

    def contest(self) -> None:
        self.show("seller", "scratch", "What came back")
        disputes.contest_return(
            dispute_id=self.dispute_id, actor=self.seller, contest=words.CONTEST
        )
