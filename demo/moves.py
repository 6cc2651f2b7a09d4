"""Steps of a history that are one call of a service each."""

from __future__ import annotations

from typing import Any

from core.actors import Actor
from demo import words
from disputes import services as disputes
from disputes.models import Settlement
from orders import services as orders
from orders import tracking

CARRIER = Actor.system("carrier")


class Moves:
    """What the parties and the platform do to one order and its dispute."""

    world: Any
    person: Any
    order_id: int
    dispute_id: int
    serial: int
    buyer: Any
    seller: Any

    def settlement(self) -> int:
        return int(Settlement.objects.filter(dispute_id=self.dispute_id).latest("pk").pk)

    def confirm(self) -> None:
        orders.confirm_receipt(order_id=self.order_id, actor=self.buyer)

    def cancel(self) -> None:
        orders.cancel_order(
            order_id=self.order_id,
            actor=self.seller,
            reason="Sold out: the last piece broke in stock.",
        )

    def hold(self) -> None:
        reason = "The card was issued in another country than the delivery address."
        orders.place_on_hold(
            order_id=self.order_id, actor=Actor.system("risk check"), reason=reason
        )

    def verify(self) -> None:
        serial = f"4731{self.serial % 10_000:04}"
        number = f"RR{serial}{tracking.s10_check_digit(serial)}{self.person.country}"
        orders.prove_order(order_id=self.order_id, actor=self.seller, tracking_number=number)

    def invoice(self) -> None:
        proof = f"Invoice {self.serial:05} of the maker, with the serial number of this very piece."
        orders.prove_order(order_id=self.order_id, actor=self.seller, text=proof)

    def extend_wish(self, days: int) -> None:
        orders.request_extension(order_id=self.order_id, actor=self.buyer, days=days)

    def extend(self, days: int) -> None:
        orders.extend_delivery(order_id=self.order_id, actor=self.seller, days=days)

    def accept_request(self) -> None:
        disputes.accept_request(dispute_id=self.dispute_id, actor=self.seller)

    def withdraw(self) -> None:
        disputes.withdraw_dispute(dispute_id=self.dispute_id, actor=self.buyer)

    def send_back(self) -> None:
        number = f"RT{self.world.chance.randrange(10**8, 10**9)}{self.person.country}"
        disputes.ship_return(
            dispute_id=self.dispute_id, actor=self.buyer, carrier="DHL", tracking_number=number
        )

    def came_back(self) -> None:
        disputes.record_return_delivery(dispute_id=self.dispute_id, actor=CARRIER)

    def confirm_return(self) -> None:
        disputes.confirm_return(dispute_id=self.dispute_id, actor=self.seller)

    def send_new(self) -> None:
        number = f"RN{self.world.chance.randrange(10**8, 10**9)}{self.person.country}"
        disputes.ship_replacement(
            dispute_id=self.dispute_id, actor=self.seller, carrier="DHL", tracking_number=number
        )

    def new_came(self) -> None:
        disputes.record_replacement_delivery(dispute_id=self.dispute_id, actor=CARRIER)

    def confirm_new(self) -> None:
        disputes.confirm_replacement(dispute_id=self.dispute_id, actor=self.buyer)

    def contest_new(self) -> None:
        disputes.contest_replacement(
            dispute_id=self.dispute_id, actor=self.buyer, contest=words.CONTEST_NEW
        )

    def agree(self) -> None:
        disputes.agree_settlement(
            dispute_id=self.dispute_id, actor=self.seller, settlement_id=self.settlement()
        )

    def decline_settlement(self) -> None:
        disputes.decline_settlement(
            dispute_id=self.dispute_id, actor=self.seller, settlement_id=self.settlement()
        )

    def take_back_settlement(self) -> None:
        disputes.take_back_settlement(dispute_id=self.dispute_id, actor=self.buyer)

    def take_back_question(self, party: str = "seller", mediator: str = "carol") -> None:
        disputes.take_back_request(
            dispute_id=self.dispute_id, actor=self.world.staff(mediator), party=party
        )

    def note(self, mediator: str = "carol") -> None:
        disputes.add_staff_note(
            dispute_id=self.dispute_id, actor=self.world.staff(mediator), body=words.STAFF_NOTE
        )
