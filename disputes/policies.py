"""Who may do what on a dispute, and when. Pure questions about loaded rows: nothing is read or written.

Permissions take `(dispute, actor)`, conditions `(dispute)`; both are asked under the row lock by the
batch and again by every page, so the list of actions on a page is the list that would succeed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core import money
from core.actors import Actor, ActorKind, StaffRole
from core.errors import Refused, TimeIsUp
from core.transitions import Condition, needs
from disputes import states
from disputes.states import Kind, Party, Wanted

if TYPE_CHECKING:
    from disputes.models import Dispute


# Who


def party_of(dispute: Dispute, actor: Actor) -> Party | None:
    """The side on which this person stands: buyer or seller of the order, or the platform's staff."""
    if actor.kind != ActorKind.PERSON or actor.user_id is None:
        return None
    if actor.user_id == dispute.buyer_id:
        return Party.BUYER
    if actor.user_id == dispute.seller_id:
        return Party.SELLER
    return Party.PLATFORM if actor.is_staff(StaffRole.MEDIATOR, StaffRole.ADMIN) else None


def is_clock(dispute: Dispute, actor: Actor) -> bool:
    return actor.is_system


def is_buyer(dispute: Dispute, actor: Actor) -> bool:
    return party_of(dispute, actor) == Party.BUYER


def is_seller(dispute: Dispute, actor: Actor) -> bool:
    return party_of(dispute, actor) == Party.SELLER


def is_party(dispute: Dispute, actor: Actor) -> bool:
    return party_of(dispute, actor) in {Party.BUYER, Party.SELLER}


def whose_turn(dispute: Dispute, actor: Actor) -> bool:
    """A party who may put an offer: the seller answers first, then both may."""
    return party_of(dispute, actor) in states.OWNERS.get(dispute.state, ())


def is_seller_or_clock(dispute: Dispute, actor: Actor) -> bool:
    """The seller who has the parcel in hand, or the carrier's tracking through the system."""
    return actor.is_system or is_seller(dispute, actor)


def is_party_or_clock(dispute: Dispute, actor: Actor) -> bool:
    """The buyer who has the parcel in hand, the seller who reads the tracking, or the carrier itself.

    A seller who says so wrongly is contested by the buyer, who is told and has the full time for it.
    """
    return actor.is_system or is_party(dispute, actor)


def is_mediator(dispute: Dispute, actor: Actor) -> bool:
    """A mediator of this storefront who is not a party of the case."""
    return party_of(dispute, actor) == Party.PLATFORM and actor.is_staff(StaffRole.MEDIATOR)


def is_own_mediator(dispute: Dispute, actor: Actor) -> bool:
    """The mediator who took this case."""
    return is_mediator(dispute, actor) and actor.user_id == dispute.mediator_id


def may_hand_over(dispute: Dispute, actor: Actor) -> bool:
    """The mediator of the case, or an admin who assigns work; never a party."""
    if party_of(dispute, actor) != Party.PLATFORM:
        return False
    return is_own_mediator(dispute, actor) or actor.is_staff(StaffRole.ADMIN)


def may_assign(dispute: Dispute, actor: Actor) -> bool:
    """An admin who assigns work; never a party."""
    return party_of(dispute, actor) == Party.PLATFORM and actor.is_staff(StaffRole.ADMIN)


def may_hand_back(dispute: Dispute, actor: Actor) -> bool:
    """Who may hand the case over, and the clock where its mediator may mediate no more."""
    return actor.is_system or may_hand_over(dispute, actor)


def may_answer(dispute: Dispute, actor: Actor) -> bool:
    """The party whose answer the mediator is waiting for."""
    kind = states.EVIDENCE_CLOCK.get(party_of(dispute, actor) or "")
    return kind is not None and dispute.deadline(kind) is not None and dispute.in_time(kind)


def may_speak(dispute: Dispute, actor: Actor) -> bool:
    """Both parties at any time while the case is open; of the staff, the mediator who has the case."""
    return is_party(dispute, actor) or is_own_mediator(dispute, actor)


# When


def _clock_runs(dispute: Dispute) -> bool:
    return all(
        dispute.in_time(kind) for kind in states.CLOCKS[dispute.state] if kind in states.TURN_CLOCKS
    )


_clock_runs.refusal = TimeIsUp  # type: ignore[attr-defined]
clock_runs: Condition = _clock_runs
"""People act only before the moment that ends their turn; at that very moment it has ended."""


def _answer_in_time(dispute: Dispute) -> bool:
    """Somebody still has time to answer the mediator."""
    kinds = (Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER)
    return any(dispute.deadline(kind) is not None and dispute.in_time(kind) for kind in kinds)


_answer_in_time.refusal = TimeIsUp  # type: ignore[attr-defined]
answer_in_time: Condition = _answer_in_time


def _evidence_time_is_up(dispute: Dispute) -> bool:
    return dispute.time_is_up(Kind.EVIDENCE_BUYER) or dispute.time_is_up(Kind.EVIDENCE_SELLER)


evidence_time_is_up: Condition = _evidence_time_is_up


def is_settling(dispute: Dispute) -> bool:
    """A settlement was agreed and its refund is under way; every other clock stands still."""
    return dispute.deadline(Kind.SETTLEMENT) is not None


def _not_settling(dispute: Dispute) -> bool:
    return not is_settling(dispute)


not_settling = needs(
    _not_settling,
    _(
        "You agreed on a settlement and its refund is under way. Until its date the dispute stands still."
    ),
)


def _nothing_proposed(dispute: Dispute) -> bool:
    return (
        dispute.deadline(Kind.SETTLEMENT) is None
        and dispute.deadline(Kind.SETTLEMENT_PROPOSAL) is None
    )


nothing_proposed = needs(
    _nothing_proposed, _("A settlement is already proposed. Take it back first.")
)


def _proposed(dispute: Dispute) -> bool:
    return dispute.deadline(Kind.SETTLEMENT_PROPOSAL) is not None


settlement_proposed = needs(_proposed, _("No settlement is proposed any more."))


def _proposal_in_time(dispute: Dispute) -> bool:
    return dispute.in_time(Kind.SETTLEMENT_PROPOSAL)


_proposal_in_time.refusal = TimeIsUp  # type: ignore[attr-defined]
proposal_in_time: Condition = _proposal_in_time


def _agreed_to_settle(dispute: Dispute) -> bool:
    """Also while the sweep is ending the settlement's own clock."""
    return is_settling(dispute) or dispute.time_is_up(Kind.SETTLEMENT)


settling = needs(_agreed_to_settle, _("No settlement is under way."))


def _settlement_is_over(dispute: Dispute) -> bool:
    return dispute.time_is_up(Kind.SETTLEMENT) or dispute.time_is_up(Kind.SETTLEMENT_PROPOSAL)


settlement_is_over: Condition = _settlement_is_over


def _return_wanted(dispute: Dispute) -> bool:
    return dispute.wanted == Wanted.RETURN_REFUND


def _replacement_wanted(dispute: Dispute) -> bool:
    return dispute.wanted == Wanted.REPLACEMENT


def _refund_wanted(dispute: Dispute) -> bool:
    return dispute.wanted == Wanted.REFUND


return_wanted = needs(_return_wanted, _("The buyer did not ask to send the order back."))
replacement_wanted = needs(_replacement_wanted, _("The buyer did not ask for a replacement."))
refund_wanted = needs(_refund_wanted, _("The buyer asked for more than money."))


def _return_decided(dispute: Dispute) -> bool:
    return dispute.return_required


def _no_return_decided(dispute: Dispute) -> bool:
    return not dispute.return_required


return_decided = needs(_return_decided, _("The decision asks for no return."))
no_return_decided = needs(_no_return_decided, _("The decision asks for a return first."))


def _no_question_open(dispute: Dispute) -> bool:
    """No party still has time to answer the mediator."""
    kinds = (Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER)
    return not any(dispute.deadline(kind) is not None and dispute.in_time(kind) for kind in kinds)


no_question_open = needs(
    _no_question_open,
    _("A party still has time to answer your question. Wait for it, or take the question back."),
)


def has_goods(dispute: Dispute) -> bool:
    """Whether the buyer has goods that could go back: the order's, or a replacement that came and is contested."""
    return dispute.received or bool(dispute.replacement_contest)


def _return_not_recorded(dispute: Dispute) -> bool:
    return dispute.deadline(Kind.RETURN_DELIVERY) is not None


return_not_recorded = needs(
    _return_not_recorded, _("The delivery of the return is already recorded.")
)


def _return_time_is_up(dispute: Dispute) -> bool:
    return dispute.time_is_up(Kind.RETURN_DELIVERY) or dispute.time_is_up(Kind.RETURN_CONFIRM)


return_time_is_up: Condition = _return_time_is_up


def return_check_ends(dispute: Dispute, at: datetime) -> datetime:
    """Until when the seller could answer about a return whose arrival they record at this moment.

    Their own word never moves the end beyond that of the return's way: it would be worth keeping it back.
    """
    ends = at.astimezone(UTC) + timedelta(days=dispute.policy.days("return_confirm_days"))
    transit = dispute.deadline(Kind.RETURN_DELIVERY)
    return ends if transit is None else min(ends, transit.due_at)


def _replacement_agreed(dispute: Dispute) -> bool:
    return dispute.replacement


def _no_replacement_agreed(dispute: Dispute) -> bool:
    return not dispute.replacement


replacement_agreed = needs(_replacement_agreed, _("No replacement was agreed."))
no_replacement_agreed = needs(
    _no_replacement_agreed, _("The seller sends a replacement after the return.")
)


def _replacement_not_recorded(dispute: Dispute) -> bool:
    return dispute.deadline(Kind.REPLACEMENT_DELIVERY) is not None


replacement_not_recorded = needs(
    _replacement_not_recorded, _("The delivery of the replacement is already recorded.")
)


# How much


def still_due(dispute: Dispute, granted: Decimal, least: Decimal | None = None) -> Decimal:
    """What is still to be refunded of an amount that was granted: less what this dispute has requested before.

    Never more than is left on the order; below 0 (or `least`, where it is given) where more was refunded.
    """
    due = min(granted - dispute.refund_requested, dispute.order.refundable)
    return due if least is None else max(due, least)


def at_most(dispute: Dispute, granted: Decimal) -> Decimal:
    """What the buyer can get of an amount in all: no more than this dispute has refunded and is left on the order."""
    return min(granted, dispute.refund_requested + dispute.order.refundable)


def check_amount(
    amount: Decimal, *, refundable: Decimal, currency: str, least: Decimal | None = None
) -> Decimal:
    """An amount of money that a party or a mediator may name on this order.

    Finite, with no more places than the currency has, from 0 (or one smallest coin, where `least` is
    given) to what is refundable. Raises `Refused` with the bound in words.
    """
    if not amount.is_finite():
        raise Refused(_("Write an amount in figures."), "amount")
    smallest = money.quantum(currency)
    lowest = Decimal(0) if least is None else max(least, smallest)
    if amount < lowest:
        raise Refused(
            _("The amount must be at least %(least)s.")
            % {"least": money.format_amount(lowest, currency)},
            "amount",
        )
    if amount > refundable:
        raise Refused(
            _("At most %(most)s can come back on this order.")
            % {"most": money.format_amount(refundable, currency)},
            "amount",
        )
    if amount != money.quantize(amount, currency):
        raise Refused(_("This currency has no such small coins."), "amount")
    return amount
