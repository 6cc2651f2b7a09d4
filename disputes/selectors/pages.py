"""Everything that a page about one dispute shows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from core import transitions
from core.actors import Actor
from disputes import policies
from disputes.models import (
    AtHand,
    Decision,
    Dispute,
    EvidenceItem,
    EvidenceRequest,
    Message,
    Offer,
    ReadMark,
    ReplacementParcel,
    ReturnParcel,
    Settlement,
)
from disputes.selectors import timeline
from disputes.states import SETTLEMENT_OPEN, OfferState, Party, RequestState
from evidence.states import FileState


@dataclass(slots=True)
class CasePage:
    """What both faces show. `allowed` are names of moves; show exactly these. `side` is the reader's.

    `yours` and `theirs` are the standing offers of the reader's and of the other side (for staff: the
    buyer's and the seller's). `gap` is the difference between them in money. `evidence` is what the reader
    sees of the `files`. `others_read_at` is asked for a party only.
    """

    dispute: Dispute
    side: str
    allowed: list[str]
    offers: list[Offer]
    yours: Offer | None
    theirs: Offer | None
    gap: Decimal | None
    settlement: Settlement | None
    requests: list[EvidenceRequest]
    evidence: list[EvidenceItem]
    files: list[EvidenceItem]
    messages: list[Message]
    others_read_at: datetime | None
    parcel: ReturnParcel | None
    replacement: ReplacementParcel | None
    decision: Decision | None
    history: list[timeline.Line]

    @property
    def question(self) -> EvidenceRequest | None:
        """The mediator's open question to the reader."""
        return next(
            (r for r in self.requests if r.state == RequestState.OPEN and r.party == self.side),
            None,
        )


def case_page(dispute: Dispute, actor: Actor) -> CasePage:
    """The page of a dispute that `cases.get_dispute` found for this person, each row read once.

    What the words and the moves depend on is put at the dispute's hand.
    """
    side = policies.party_of(dispute, actor) or Party.PLATFORM
    offers = list(dispute.offers.select_related("author"))
    standing = {offer.party: offer for offer in offers if offer.state == OfferState.STANDING}
    own, other = (
        (Party.SELLER, Party.BUYER) if side == Party.SELLER else (Party.BUYER, Party.SELLER)
    )
    yours, theirs = standing.get(own), standing.get(other)
    settlement = Settlement.objects.filter(
        dispute=dispute, state__in=sorted(SETTLEMENT_OPEN)
    ).first()
    requests = list(dispute.evidence_requests.all())
    # Nothing is sent back before the two agreed or somebody decided, and nothing is decided without a date.
    parcels = dispute.return_parcels.order_by("-shipped_at", "-pk")
    parcel = parcels.first() if dispute.agreed_at or dispute.decided_at else None
    sent = ReplacementParcel.objects.filter(dispute=dispute)
    replacement = sent.first() if dispute.agreed_at else None
    decisions = dispute.decisions.order_by("-number").prefetch_related("findings")
    decision = decisions.first() if dispute.decided_at else None
    dispute.at_hand = AtHand(
        offers=[offer for offer in (yours, theirs) if offer],
        settlement=settlement,
        requests=[r for r in requests if r.state == RequestState.OPEN],
        parcel=parcel,
        replacement=replacement,
        decision=decision,
    )
    evidence = list(dispute.evidence.select_related("file", "author"))
    read_at = None
    if side != Party.PLATFORM:
        others = ReadMark.objects.filter(dispute=dispute).exclude(reader_id=actor.user_id)
        read_at = others.aggregate(at=Max("read_at"))["at"]
    return CasePage(
        dispute=dispute, side=side, allowed=transitions.allowed(dispute, actor),
        offers=offers, yours=yours, theirs=theirs,
        gap=abs(yours.amount - theirs.amount) if yours and theirs else None,
        settlement=settlement, requests=requests, evidence=seen_by(evidence, actor), files=evidence,
        messages=list(dispute.messages.select_related("author")),
        others_read_at=read_at,
        parcel=parcel, replacement=replacement, decision=decision,
        history=timeline.timeline(dispute, actor, evidence),
    )  # fmt: skip


def evidence_of(dispute: Dispute, actor: Actor) -> list[EvidenceItem]:
    """The evidence in order, as far as this person sees it."""
    return seen_by(dispute.evidence.select_related("file", "author"), actor)


def seen_by(items: Iterable[EvidenceItem], actor: Actor) -> list[EvidenceItem]:
    """A file that is still being checked, or was not taken, only its owner sees."""
    return [
        item
        for item in items
        if item.file.state == FileState.CLEAN or item.author_id == actor.user_id
    ]
