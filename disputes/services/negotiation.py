"""Answer, offer, accept, call a mediator, give up."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import Refused
from disputes import policies
from disputes.effects import agreement, ending, escalation, telling
from disputes.models import Dispute
from disputes.services import input
from disputes.services.input import moving
from disputes.states import PostagePayer


def accept_request(*, dispute_id: int, actor: Actor) -> Dispute:
    """The seller grants what the buyer asked for. Raises `TimeIsUp` from the due moment on."""
    with moving(dispute_id) as (batch, dispute):
        agreement.accept_request(batch, dispute, actor)
    return dispute


def reject_request(*, dispute_id: int, actor: Actor, answer: str) -> Dispute:
    """The seller refuses and says why; both negotiate for the rest of the 15 days."""
    with moving(dispute_id) as (batch, dispute):
        why = input.text(
            answer, input.message_limit(dispute), empty=_("Say why you reject the request.")
        )
        agreement.reject_request(batch, dispute, actor, why)
    return dispute


def make_offer(
    *,
    dispute_id: int,
    actor: Actor,
    amount: Decimal,
    return_required: bool = False,
    postage_payer: str = "",
    replacement: bool = False,
    note: str = "",
    note_language: str = "",
) -> Dispute:
    """Put an offer on the table; it replaces the same party's earlier one.

    The amount is in the dispute's currency, from 0 to what is refundable. A return needs to say who pays
    its postage; an offer of nothing at all (no money, no replacement) is the seller's to make.
    """
    with moving(dispute_id) as (batch, dispute):
        policies.check_amount(amount, refundable=dispute.at_most, currency=dispute.currency)
        check_return(return_required, postage_payer, amount, replacement=replacement)
        if return_required and not dispute.received:
            raise Refused(_("Nothing arrived, so nothing can be sent back."), "return")
        terms = agreement.Terms(
            amount=amount, return_required=return_required, postage_payer=postage_payer,
            replacement=replacement, note_language=input.language(note_language),
            note=input.text(note, input.message_limit(dispute), optional=True),
        )  # fmt: skip
        agreement.make_offer(batch, dispute, actor, terms)
    return dispute


def check_return(
    return_required: bool, postage_payer: str, amount: Decimal, *, replacement: bool = False
) -> None:
    """A return is for money or for a replacement, and somebody pays its postage."""
    if return_required and postage_payer not in PostagePayer.values:
        raise Refused(_("Say who pays the postage of the return."), "postage")
    if return_required and not amount and not replacement:
        raise Refused(_("A return makes sense only with a refund. Write an amount."), "return")


def accept_offer(*, dispute_id: int, actor: Actor, offer_id: int) -> Dispute:
    """Accept exactly this offer of the other party. Raises `CaseChanged` where it no longer stands."""
    with moving(dispute_id) as (batch, dispute):
        agreement.accept_offer(batch, dispute, actor, offer_id)
    return dispute


def escalate_dispute(*, dispute_id: int, actor: Actor) -> Dispute:
    """Call a mediator, as soon as the seller has answered. Final."""
    with moving(dispute_id) as (batch, dispute):
        escalation.escalate(batch, dispute, actor)
    return dispute


def withdraw_dispute(*, dispute_id: int, actor: Actor) -> Dispute:
    """The buyer gives up, for good. The page has warned: not before the money is back."""
    with moving(dispute_id) as (batch, dispute):
        event = batch.transition(dispute, "withdraw", actor)
        ending.clear_table(batch, dispute)
        ending.let_go(batch, dispute)
        telling.both(batch, dispute, event, "dispute_withdrawn")
        ending.tell_mediator(batch, dispute, event)
    return dispute
