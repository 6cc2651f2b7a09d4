"""The seller's answer, offers, and acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed
from core.models import DeadlineState, Event
from disputes import policies
from disputes.effects import ending, replacements, telling
from disputes.models import Dispute, Offer
from disputes.states import DisputeState, Goods, Kind, OfferState, Party, Wanted


@dataclass(frozen=True, slots=True)
class Terms:
    """What a party offers. The amount is in the dispute's currency, from 0 to what is refundable."""

    amount: Decimal
    return_required: bool = False
    postage_payer: str = ""
    replacement: bool = False
    note: str = ""
    note_language: str = ""


ACCEPTS_REQUEST = {
    Wanted.REFUND: "accept_request", Wanted.RETURN_REFUND: "accept_request_with_return",
    Wanted.REPLACEMENT: "accept_request_with_replacement",
}  # fmt: skip


def in_words(offer: Any) -> dict[str, Any]:
    """The terms of an offer as an event keeps them."""
    return {
        "party": str(offer.party), "amount": offer.amount, "return": offer.return_required,
        "postage_payer": str(offer.postage_payer), "replacement": offer.replacement,
    }  # fmt: skip


def goods(dispute: Dispute, offer: Offer) -> Goods:
    """What becomes of the goods under an offer; those that never came are nobody's to keep."""
    if offer.return_required:
        return Goods.SWAPPED if offer.replacement else Goods.BACK
    if offer.replacement:
        return Goods.AGAIN
    return Goods.KEPT if dispute.received else Goods.NONE


def standing(dispute: Dispute, party: str) -> Offer | None:
    """The standing offer of one party."""
    return next((o for o in dispute.hand.offers if o.party == party), None)


def accept_request(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """The seller grants what the buyer asked for: the refund at once or after the return, or a replacement."""
    offer = standing(dispute, Party.BUYER)
    name = ACCEPTS_REQUEST[Wanted(dispute.wanted)]
    event = batch.transition(
        dispute, name, actor, offer=offer, data=in_words(offer) if offer else {}
    )
    return _agreed(batch, dispute, event, actor, offer, Kind.SELLER_ANSWER)


def reject_request(batch: Batch, dispute: Dispute, actor: Actor, answer: str) -> Event:
    """The seller refuses, in words; both have the rest of the time to agree."""
    event = batch.transition(dispute, "reject_request", actor, answer=answer)
    _answered(batch, dispute)
    telling.both(batch, dispute, event, "dispute_rejected")
    return event


def make_offer(batch: Batch, dispute: Dispute, actor: Actor, terms: Terms) -> Event:
    """Put terms on the table; they replace the same party's earlier ones. The amount was checked before."""
    first_answer = dispute.state == DisputeState.AWAITING_SELLER
    party = policies.party_of(dispute, actor)
    offer = Offer(
        dispute=dispute, party=party or "", author_id=actor.person_id, amount=terms.amount,
        return_required=terms.return_required, postage_payer=terms.postage_payer if terms.return_required else "",
        replacement=terms.replacement, note=terms.note, note_language=terms.note_language, made_at=batch.now,
    )  # fmt: skip
    event = batch.transition(dispute, "make_offer", actor, party=offer.party, data=in_words(offer))
    old = standing(dispute, offer.party)
    if old is not None:
        batch.change(old, state=OfferState.REPLACED, ended_at=batch.now)
        dispute.hand.offers.remove(old)
    if first_answer:
        _answered(batch, dispute)
    batch.flush()  # the old offer is written before the new one: one standing offer of each party
    dispute.hand.offers.append(batch.add(offer))
    kind = "dispute_offer" if terms.amount else "dispute_offer_without_money"
    facts = {"amount": terms.amount, "party": offer.party, "goods": goods(dispute, offer)}
    telling.both(batch, dispute, event, kind, **facts)
    return event


def accept_offer(batch: Batch, dispute: Dispute, actor: Actor, offer_id: int) -> Event:
    """Accept the other party's offer with this key. Raises `CaseChanged` where it no longer stands."""
    party = policies.party_of(dispute, actor)
    if party not in {Party.BUYER, Party.SELLER}:
        raise NotAllowed
    offer = next((o for o in dispute.hand.offers if o.pk == offer_id and o.party != party), None)
    if offer is None:
        raise CaseChanged(
            _("The offer changed since you opened this page. Look at it again before you accept.")
        )
    name = (
        "accept_offer_with_return" if offer.return_required
        else "accept_offer_with_replacement" if offer.replacement
        else "accept_offer"
    )  # fmt: skip
    event = batch.transition(dispute, name, actor, offer=offer, data=in_words(offer))
    return _agreed(batch, dispute, event, actor, offer, Kind.NEGOTIATION)


def seller_stayed_silent(batch: Batch, dispute: Dispute) -> Event:
    """The seller's time is up: the buyer gets the amount asked, as far as it is left."""
    actor = Actor.system("seller_answer_days")
    event = batch.transition(
        dispute, "default_to_buyer", actor, data={"amount": dispute.amount_asked}
    )
    amount = policies.at_most(dispute, dispute.amount_asked)
    kind = "dispute_seller_silent" if amount else "dispute_seller_silent_without_money"
    ending.finish(batch, dispute, event, kind, amount=amount)
    return event


def _agreed(
    batch: Batch, dispute: Dispute, event: Event, actor: Actor, offer: Offer | None, met: str
) -> Event:
    accepted = offer.pk if offer else None
    if dispute.state == DisputeState.RESOLVED:
        kind = "dispute_agreed" if dispute.final_amount else "dispute_agreed_without_money"
        ending.finish(batch, dispute, event, kind, met, accepted=accepted)
        return event
    ending.clear_table(batch, dispute, met, accepted=accepted)
    if dispute.state == DisputeState.AWAITING_REPLACEMENT:
        replacements.begin(batch, dispute, event, "dispute_replacement_agreed")
        return event
    batch.schedule_days(dispute, Kind.RETURN_SHIP, "return_ship_days")
    kind = "dispute_swap_agreed" if dispute.replacement else "dispute_return_agreed"
    telling.both(
        batch, dispute, event, kind,
        amount=dispute.final_amount or "", postage_payer=dispute.postage_payer,
    )  # fmt: skip
    return event


def _answered(batch: Batch, dispute: Dispute) -> None:
    """The seller has answered in time: now the 15 days run, counted from the opening.

    Time in which the seller's clock stood still (a settlement that lapsed, an outage) is not counted.
    """
    clock = dispute.deadline(Kind.SELLER_ANSWER)
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.SELLER_ANSWER)
    batch.schedule_days(
        dispute, Kind.NEGOTIATION, "negotiation_days", started=dispute.opened_at, after=clock
    )
