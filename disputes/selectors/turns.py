"""What waits for one person, over many disputes: the same rule as the page of each, read out of an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core import cases, clock, combined, counts
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
from disputes.states import SETTLEABLE, SETTLEMENT_OPEN, OfferState, Party, RequestState
from disputes.states import DisputeState as S

TABS: tuple[str, ...] = ("mine", "others", "ended")
SIDES = (Party.BUYER, Party.SELLER)
_TURNS = (
    S.AWAITING_RETURN, S.REPLACEMENT_IN_TRANSIT, S.AWAITING_SELLER, S.RETURN_IN_TRANSIT, S.AWAITING_REPLACEMENT,
    S.NEGOTIATING,
)  # fmt: skip
"""States in which a clock ends a party's turn: once it has passed, the case waits for the clock alone."""


def waiting_for(user_id: int, now: datetime, side: Party) -> QuerySet[Dispute]:
    """Disputes in which this person is the one to act on this side, and whose time is not up; due first.

    Whom a dispute awaits stands on it (`Dispute.mirror`).
    """
    return _open(user_id, side, awaited=True).exclude(_time_is_up(now))


def waits_for(dispute: Dispute, user_id: int, now: datetime) -> bool:
    """The same of one dispute that has been read."""
    over = dispute.next_due_at is not None and dispute.next_due_at <= now
    if over and dispute.state in _TURNS:
        return False
    return (dispute.awaits_buyer and dispute.buyer_id == user_id) or (
        dispute.awaits_seller and dispute.seller_id == user_id
    )


def _open(user_id: int, side: Party, *, awaited: bool) -> QuerySet[Dispute]:
    own = {f"{side}_id": user_id, f"awaits_{side}": awaited}
    return Dispute.objects.filter(**own, ended_at__isnull=True).order_by("next_due_at", "pk")


def _time_is_up(now: datetime) -> Q:
    return Q(next_due_at__lte=now, state__in=_TURNS)


def waiting_for_others(user_id: int, now: datetime, *sides: Party) -> tuple[QuerySet[Dispute], ...]:
    """The other open disputes of these sides: those that do not await the person, and those whose time is up.

    Each part is read out of an index; all of them together are in none.
    """
    parts: list[QuerySet[Dispute]] = []
    for side in sides:
        late = _open(user_id, side, awaited=True).filter(_time_is_up(now))
        parts += [_open(user_id, side, awaited=False), late]
    return tuple(parts)


class DueFirst:
    """Disputes of several queries, what runs out first on top. A slice reads of each as far as it shows."""

    def __init__(self, *parts: QuerySet[Dispute]) -> None:
        self.parts = [part.values_list("next_due_at", "pk") for part in parts]

    def __getitem__(self, wanted: slice) -> list[Dispute]:
        keys = combined.in_order(*self.parts, wanted=wanted)
        found = Dispute.objects.select_related(*WITH).in_bulk(keys)
        return [found[pk] for pk in keys]


def _ended(user_id: int, side: Party) -> QuerySet[Dispute]:
    rows = Dispute.objects.filter(**{f"{side}_id": user_id}, ended_at__isnull=False)
    return rows.order_by("-ended_at", "-pk")


def inbox(user_id: int, now: datetime, side: Party, tab: str) -> QuerySet[Dispute] | DueFirst:
    """One tab of a person's disputes on one side, what runs out first on top, ended ones newest first."""
    if tab == "others":
        return DueFirst(*waiting_for_others(user_id, now, side))
    if tab == "ended":
        return _ended(user_id, side).select_related(*WITH)
    return waiting_for(user_id, now, side).select_related(*WITH)


def needs(user: Any) -> dict[Party, int]:
    """How many disputes wait for a person on each side; counted once a request, and kept on the user."""
    if "_needs" not in user.__dict__:
        now = clock.now()
        found = counts.each(*(waiting_for(user.pk, now, side) for side in SIDES))
        user.__dict__["_needs"] = dict(zip(SIDES, found, strict=True))
    known: dict[Party, int] = user.__dict__["_needs"]
    return known


def tab_counts(user: Any, now: datetime, side: Party) -> dict[str, int]:
    """How many disputes each tab holds, counted as far as anybody reads, together with `needs`."""
    buying, selling, *others, ended = counts.each(
        *(waiting_for(user.pk, now, each) for each in SIDES),
        *waiting_for_others(user.pk, now, side),
        _ended(user.pk, side),
    )
    user.__dict__["_needs"] = needed = {Party.BUYER: buying, Party.SELLER: selling}
    return {"mine": needed[side], "others": counts.together(*others), "ended": ended}


def at_hand(disputes: Iterable[Dispute]) -> list[Dispute]:
    """Give disputes of a list their clocks and what their turn depends on, in a fixed number of queries.

    What none of them can have in its state is not asked for.
    """
    rows = list(disputes)
    cases.present(row for row in rows if row.now is None)
    by_pk = {row.pk: row for row in rows}
    for row in rows:
        row.at_hand = AtHand()
    talking = [row.pk for row in rows if row.state in (S.AWAITING_SELLER, S.NEGOTIATING)]
    for offer in _of(Offer, talking, state=OfferState.STANDING):
        by_pk[offer.dispute_id].hand.offers.append(offer)
    settleable = [row.pk for row in rows if row.state in SETTLEABLE]
    for settlement in _of(Settlement, settleable, state__in=sorted(SETTLEMENT_OPEN)):
        by_pk[settlement.dispute_id].hand.settlement = settlement
    mediated = [row.pk for row in rows if row.state == S.IN_MEDIATION]
    for request in _of(EvidenceRequest, mediated, state=RequestState.OPEN):
        by_pk[request.dispute_id].hand.requests.append(request)
    agreed = [row.pk for row in rows if row.agreed_at or row.decided_at]
    for parcel in _of(ReturnParcel, agreed):
        by_pk[parcel.dispute_id].hand.parcel = parcel
    for parcel in _of(ReplacementParcel, [pk for pk in agreed if by_pk[pk].agreed_at]):
        by_pk[parcel.dispute_id].hand.replacement = parcel
    return rows


def _of(model: Any, pks: list[int], **test: Any) -> Sequence[Any]:
    return list(model._default_manager.filter(dispute_id__in=pks, **test)) if pks else ()
