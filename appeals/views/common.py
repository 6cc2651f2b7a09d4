"""What every page of a complaint does first: find it, and know the reader."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.actors import actor_for
from appeals import policies, selectors
from appeals.models import Complaint
from core.actors import Actor
from disputes.states import Party


@dataclass(frozen=True, slots=True)
class Reader:
    """A party at the page of a complaint."""

    complaint: Complaint
    actor: Actor
    side: Party

    @property
    def url(self) -> str:
        return reverse("appeals:complaint", args=[self.complaint.reference])


def party(request: HttpRequest, reference: str) -> Reader:
    """The complaint for a buyer or seller; 404 for everybody else, staff included."""
    complaint = selectors.get_complaint(request.user, reference)
    actor = actor_for(request.user, complaint.storefront_id)
    side = policies.party_of(complaint, actor)
    if side not in (Party.BUYER, Party.SELLER):
        raise Http404
    return Reader(complaint, actor, side)
