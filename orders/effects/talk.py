"""What follows from a message between buyer and seller: it moves nothing, and the other one is told."""

from __future__ import annotations

from core import words
from core.actors import Actor
from core.batch import Batch
from orders import policies
from orders.effects import notices
from orders.models import Order, OrderMessage
from orders.states import Side


def say(batch: Batch, order: Order, actor: Actor, *, body: str, language: str = "") -> OrderMessage:
    """Keep a message as written, with a caution where it hints at a deal outside; tell the other side.

    The event says that there is a message and what was cautioned of, not what it says.
    """
    hints = words.outside_deal_hints(body)
    event = batch.transition(order, "add_message", actor, data={"caution": hints} if hints else {})
    buying = policies.is_buyer(order, actor)
    side, other = (Side.BUYER, order.seller_id) if buying else (Side.SELLER, order.buyer_id)
    notices.tell(batch, event, "order_message", order, other, party=str(side))
    return batch.add(
        OrderMessage(
            order=order, author_id=actor.person_id, side=side, body=body, language=language, caution=hints,
            sent_at=batch.now,
        )
    )  # fmt: skip
