"""Whoever holds a role comes from "Desk" to a page that is theirs, and every place shown there is open to them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts import second_factor
from accounts.models import User
from core.actors import StaffRole
from tests.disputes import factories as make

pytestmark = pytest.mark.django_db

HOMES = {
    StaffRole.MEDIATOR: "mediation:queue",
    StaffRole.REVIEWER: "reviews:queue",
    StaffRole.LEAD: "reviews:queue",
    StaffRole.ADMIN: "desk:stuck",
    StaffRole.AGENT: "portal:home",
    StaffRole.MODERATOR: "portal:home",
}


@pytest.mark.parametrize("role", StaffRole)
def test_the_desk_begins_with_a_page_of_the_role_and_shows_no_place_that_is_closed(
    frozen: Any, monkeypatch: pytest.MonkeyPatch, role: StaffRole
) -> None:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    make.escalated()
    client = Client()
    client.force_login(User.objects.get(pk=make.staff("Ada", role).person_id))

    page = client.get(reverse("desk:home"), follow=True)

    assert page.request["PATH_INFO"] == reverse(HOMES[role])
    places = html.fromstring(page.content).xpath("//nav//a/@href")
    ours = {place for place in places if place.startswith("/") and not place.startswith("/admin/")}
    assert {client.get(place, follow=True).status_code for place in ours} == {200}
    told = "Your role has no page at the desk yet." in page.content.decode()
    assert told == (HOMES[role] == "portal:home")
