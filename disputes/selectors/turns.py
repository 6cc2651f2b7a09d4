"""What waits for one person, over many disputes: the same rule as the page of each, as one query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from core import cases
from core.counts import capped
from disputes.models import (
    AtHand,
    Dispute,
    EvidenceRequest,
    Offer,
    ReplacementParcel,
    ReturnParcel,
    Settlement,
)
from disputes.selectors.cases import WITH
from disputes.states import SETTLEMENT_OPEN, OfferState, Party, RequestState, SettlementState
from disputes.states import DisputeState as S

TABS: tuple[str, ...] = ("mine", "others", "ended")


def waiting_for(user_id: int, now: Any, *sides: Party) -> QuerySet[Dispute]:
    """Open disputes in which this person is the one to act, as buyer, as seller or as either.

    The seller answers a request, whoever did not speak last answers an offer, the buyer sends the return and
    the seller checks it, the seller sends the replacement and the buyer checks it, whoever the mediator asked
    answers, and the seller answers a settlement. A case whose time is up waits for the clock, and one under
    settlement for the money.
    """
    rows = (
        _with_turns()
        .exclude(next_due_at__lte=now, state__in=_TURNS)
        .exclude(Exists(_settlements(SettlementState.AGREED)))
    )
    test = Q()
    for side in sides or (Party.BUYER, Party.SELLER):
        test |= Q(**{f"{side}_id": user_id}) & (_moves(side) | Q(Exists(_questions(side))))
    return rows.filter(test, ended_at__isnull=True)


_BUYERS = (S.AWAITING_RETURN, S.REPLACEMENT_IN_TRANSIT)
_SELLERS = (S.AWAITING_SELLER, S.RETURN_IN_TRANSIT, S.AWAITING_REPLACEMENT)
_TURNS = (*_BUYERS, *_SELLERS, S.NEGOTIATING)


def _moves(side: Party) -> Q:
    if side == Party.BUYER:
        return Q(state__in=_BUYERS) | Q(state=S.NEGOTIATING, seller_said__gte=F("buyer_said"))
    proposed = Q(Exists(_settlements(SettlementState.PROPOSED)))
    negotiating = Q(state=S.NEGOTIATING, buyer_said__gt=F("seller_said"))
    return Q(state__in=_SELLERS) | negotiating | proposed


def _with_turns() -> QuerySet[Dispute]:
    def offered(side: str) -> Subquery:
        rows = Offer.objects.filter(dispute=OuterRef("pk"), party=side, state=OfferState.STANDING)
        return Subquery(rows.values("made_at")[:1], output_field=DateTimeField())

    answered = Coalesce("answered_at", "opened_at")
    return Dispute.objects.annotate(
        buyer_said=Coalesce(offered(Party.BUYER), "opened_at"),
        seller_said=Greatest(answered, Coalesce(offered(Party.SELLER), answered)),
    )


def _questions(side: str) -> QuerySet[EvidenceRequest]:
    return EvidenceRequest.objects.filter(
        dispute=OuterRef("pk"), party=side, state=RequestState.OPEN
    )


def _settlements(state: str) -> QuerySet[Settlement]:
    return Settlement.objects.filter(dispute=OuterRef("pk"), state=state)


def inbox(user_id: int, now: Any, side: Party, tab: str) -> QuerySet[Dispute]:
    """One tab of a person's disputes on one side, what runs out first on top, ended ones newest first."""
    mine = waiting_for(user_id, now, side)
    if tab == "mine":
        rows = mine
    else:
        rows = Dispute.objects.filter(**{f"{side}_id": user_id})
        rows = rows.filter(ended_at__isnull=tab != "ended")
        if tab == "others":
            rows = rows.exclude(pk__in=mine.values("pk"))
    order = (
        ("-ended_at", "-pk") if tab == "ended" else (F("next_due_at").asc(nulls_last=True), "pk")
    )
    return rows.select_related(*WITH).order_by(*order)


def counts(user_id: int, now: Any, side: Party) -> dict[str, int]:
    """How many disputes each tab holds, counted as far as anybody reads."""
    return {tab: capped(inbox(user_id, now, side, tab)) for tab in TABS}


def at_hand(disputes: Iterable[Dispute]) -> list[Dispute]:
    """Give disputes of a list their clocks and what their turn depends on, in a fixed number of queries."""
    rows = list(disputes)
    cases.present(row for row in rows if row.now is None)
    by_pk = {row.pk: row for row in rows}
    for row in rows:
        row.at_hand = AtHand()
    for offer in _of(Offer, by_pk, state=OfferState.STANDING):
        by_pk[offer.dispute_id].hand.offers.append(offer)
    for settlement in _of(Settlement, by_pk, state__in=sorted(SETTLEMENT_OPEN)):
        by_pk[settlement.dispute_id].hand.settlement = settlement
    for request in _of(EvidenceRequest, by_pk, state=RequestState.OPEN):
        by_pk[request.dispute_id].hand.requests.append(request)
    for parcel in _of(ReturnParcel, by_pk):
        by_pk[parcel.dispute_id].hand.parcel = parcel
    for parcel in _of(ReplacementParcel, by_pk):
        by_pk[parcel.dispute_id].hand.replacement = parcel
    return rows


def _of(model: Any, by_pk: dict[Any, Dispute], **test: Any) -> Sequence[Any]:
    return list(model._default_manager.filter(dispute_id__in=list(by_pk), **test)) if by_pk else ()
