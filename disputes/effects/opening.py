"""Opening a dispute: the case, its first offer, its evidence, its clock, and the order's hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.actors import Actor
from core.batch import Batch
from core.models import PolicyVersion
from disputes.effects import telling
from disputes.models import AtHand, Dispute, EvidenceItem, Offer
from disputes.states import Kind, Party, PostagePayer, Wanted
from orders import effects as orders
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Claim:
    """The questionnaire's answers, cleaned. `files` are (evidence file, caption) in the buyer's order."""

    received: bool
    reason: str
    story: str
    wanted: str
    amount: Decimal
    language: str = ""
    postage_payer: str = PostagePayer.SELLER
    files: list[tuple[Any, str]] = field(default_factory=list)


def policy_of(batch: Batch, order: Order) -> PolicyVersion:
    """The rules that are in force on the order's storefront now; read once a batch."""
    known: dict[int, PolicyVersion] = batch.__dict__.setdefault("_rules", {})
    if order.storefront_id not in known:
        known[order.storefront_id] = order.storefront.current_policy()
    return known[order.storefront_id]


def open_dispute(
    batch: Batch, order: Order, claim: Claim, actor: Actor, *, at: datetime | None = None
) -> Dispute:
    """Write the dispute of a locked order. `at` is the true time of opening, where it is told later.

    Whether the order may be disputed is the caller's to check; that it is so only once is the database's.
    """
    opened_at = at or batch.now
    dispute = Dispute(
        storefront_id=order.storefront_id, policy_version=policy_of(batch, order),
        order=order, buyer_id=order.buyer_id, seller_id=order.seller_id,
        received=claim.received, reason=claim.reason, story=claim.story, story_language=claim.language,
        wanted=claim.wanted, amount_asked=claim.amount, currency=order.currency, opened_at=opened_at,
    )  # fmt: skip
    dispute.at_hand = AtHand()
    event = batch.open_case(
        dispute, actor,
        data={
            "order": order.reference, "reason": claim.reason, "received": claim.received, "wanted": claim.wanted,
            "amount": claim.amount, "currency": order.currency, "at": opened_at, "evidence": len(claim.files),
        },
    )  # fmt: skip
    returns, replaces = claim.wanted == Wanted.RETURN_REFUND, claim.wanted == Wanted.REPLACEMENT
    request = Offer(
        dispute=dispute, party=Party.BUYER, author_id=dispute.buyer_id,
        amount=Decimal(0) if replaces else claim.amount, return_required=returns, replacement=replaces,
        postage_payer=claim.postage_payer if returns else "", made_at=opened_at,
    )  # fmt: skip
    dispute.hand.offers.append(batch.add(request))
    for number, (file, caption) in enumerate(claim.files, start=1):
        batch.add(
            EvidenceItem(
                dispute=dispute, file=file, number=number, party=Party.BUYER, author_id=dispute.buyer_id,
                caption=caption, added_at=opened_at,
            )
        )  # fmt: skip
    dispute.evidence_count = len(claim.files)
    batch.schedule_days(dispute, Kind.SELLER_ANSWER, "seller_answer_days", started=opened_at)
    orders.hold_for_dispute(batch, order, actor)
    telling.both(
        batch, dispute, event, "dispute_opened", amount=claim.amount, held_amount=order.held
    )
    return dispute
