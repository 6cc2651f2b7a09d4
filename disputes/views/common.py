"""What every page of a dispute does first: find it, know the reader, and turn a refusal into a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse

from accounts.actors import actor_for
from core.actors import Actor
from disputes import policies
from disputes.models import Dispute
from disputes.selectors import cases, turns
from disputes.states import Party


@dataclass(frozen=True, slots=True)
class Reader:
    """A party of a dispute at its page."""

    dispute: Dispute
    actor: Actor
    side: Party

    @property
    def url(self) -> str:
        return address(self.dispute)


def wants_json(request: HttpRequest) -> bool:
    """A script asks, and reads sentences, not pages."""
    return "application/json" in request.headers.get("Accept", "")


def wants_part(request: HttpRequest) -> bool:
    """A script of ours asks for a part of a page; a person who opens its address gets a page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def not_done(why: Any, *, status: int, again: bool = False) -> JsonResponse:
    """What a script is told where nothing was done. `again`: the same may be sent once more."""
    return JsonResponse({"ok": False, "error": str(why), "again": again}, status=status)


def address(dispute: Dispute) -> str:
    return reverse("disputes:dispute", args=[dispute.reference])


def order_address(order: Any) -> str:
    return reverse("orders:order", args=[order.reference])


def find(request: HttpRequest, reference: str) -> Reader:
    """The dispute for its buyer or seller; 404 for everybody else, staff included."""
    dispute = cases.get_dispute(request.user, reference)
    actor = actor_for(request.user, dispute.storefront_id)
    side = policies.party_of(dispute, actor)
    if side not in (Party.BUYER, Party.SELLER):
        raise Http404
    return Reader(dispute, actor, side)


def party(request: HttpRequest, reference: str) -> Reader:
    """The same, ready for `reading`: with what the words and the moves depend on."""
    reader = find(request, reference)
    turns.at_hand([reader.dispute])
    return reader
