"""Who may move an order or a refund, and on what conditions. No database here: loaded rows only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import transitions
from core.actors import Actor, ActorKind, StaffRole


def is_buyer(order: Any, actor: Actor) -> bool:
    """The person who bought; a staff role does not make anybody a buyer."""
    return actor.kind == ActorKind.PERSON and actor.user_id == order.buyer_id


def is_seller(order: Any, actor: Actor) -> bool:
    """The owner of the store that sold."""
    return actor.kind == ActorKind.PERSON and actor.user_id == order.seller_id


def is_party(order: Any, actor: Actor) -> bool:
    """The two between whom the order is."""
    return is_buyer(order, actor) or is_seller(order, actor)


def is_admin(order: Any, actor: Actor) -> bool:
    """An administrator of the storefront who is no party of this order."""
    return actor.is_staff(StaffRole.ADMIN) and actor.user_id not in {
        order.buyer_id,
        order.seller_id,
    }


def is_platform(order: Any, actor: Actor) -> bool:
    """The clock, the shop through its API key, or an administrator."""
    return actor.kind in {ActorKind.SYSTEM, ActorKind.API_KEY} or is_admin(order, actor)


def is_clock(_case: Any, actor: Actor) -> bool:
    """Nobody but the clock."""
    return actor.is_system


def may_pay(order: Any, actor: Actor) -> bool:
    return is_platform(order, actor) or is_buyer(order, actor)


def may_ship(order: Any, actor: Actor) -> bool:
    return is_platform(order, actor) or is_seller(order, actor)


def may_confirm(order: Any, actor: Actor) -> bool:
    """The buyer alone says that it came; the shop only passes on that the buyer said so there."""
    return is_buyer(order, actor) or actor.kind in {ActorKind.SYSTEM, ActorKind.API_KEY}


def may_cancel_unpaid(order: Any, actor: Actor) -> bool:
    return is_platform(order, actor) or is_buyer(order, actor)


def may_cancel_paid(order: Any, actor: Actor) -> bool:
    """A seller who cannot deliver gives the money back; a buyer asks the seller, or waits for the clock."""
    return is_platform(order, actor) or is_seller(order, actor)


def may_move_refund(_refund: Any, actor: Actor) -> bool:
    """Gateways answer through the system or the shop; an administrator may send again what failed."""
    return actor.kind in {ActorKind.SYSTEM, ActorKind.API_KEY} or actor.is_staff(StaffRole.ADMIN)


def may_correct(correction: Any, actor: Actor) -> bool:
    """A later settlement through the system, or an administrator who is no party of the order."""
    order = correction.order
    return actor.is_system or (
        actor.is_staff(StaffRole.ADMIN)
        and (order is None or actor.user_id not in {order.buyer_id, order.seller_id})
    )


def _no_dispute(order: Any) -> bool:
    return order.disputed_at is None


def _not_asked(order: Any) -> bool:
    return order.extension_requested_days is None


no_open_dispute = transitions.needs(
    _no_dispute, _("An open dispute holds this order. Finish the dispute first.")
)
talk_is_here = transitions.needs(
    _no_dispute, _("A dispute is open. Write in its thread, where a mediator can read it too.")
)
extension_not_asked = transitions.needs(
    _not_asked, _("You have asked for more time already. The seller has not answered yet.")
)


def gives_coupon_back(order: Any) -> bool:
    """Whether a dispute that is won in full gives back the part that a coupon paid, as a new coupon."""
    return bool(order.coupon_amount) and order.policy.get("coupon_given_back") == "yes"


def days_left_to_extend(order: Any) -> int:
    """How many days the seller may still add to the delivery date, all extensions together."""
    most: int = order.policy.days("extension_max_days") - order.extended_days
    return max(0, most)


def had_its_dispute(order: Any) -> bool:
    """Whether a dispute holds the order or has held it: there is no second one, ever."""
    return order.disputed_at is not None or order.dispute_ended_at is not None
