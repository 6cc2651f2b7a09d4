"""Administrators give and take roles at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import RoleGrant, User
from core.models import Event, Storefront
from tests.disputes import factories as make
from tests.disputes.pages import text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def test_a_role_is_given_by_address_and_taken_back(root: Client) -> None:
    finn = orders.user("Finn")
    typed = {"email": finn.email.upper(), "role": "mediator", "reason": "Summer."}
    page = text(root.post(reverse("desk:grant-role"), typed, follow=True))
    assert "Finn holds the role now: Mediator." in page
    assert "Mediator given to Finn" in page
    held = RoleGrant.objects.get(user=finn)
    page = text(root.post(reverse("desk:revoke-role", args=[held.pk]), follow=True))
    assert "Mediator taken from Finn" in page
    assert not RoleGrant.objects.filter(user=finn).exists()
    again = text(root.post(reverse("desk:revoke-role", args=[held.pk]), follow=True))
    assert "A colleague has taken this role back already." in again


def test_an_unknown_address_keeps_what_was_typed(root: Client) -> None:
    answer = root.post(
        reverse("desk:grant-role"), {"email": "nobody@example.com", "role": "agent", "reason": "x"}
    )
    assert answer.status_code == 422
    assert "Nobody with this address can sign in." in text(answer)
    assert 'value="nobody@example.com"' in answer.content.decode()


def test_taking_the_role_from_a_mediator_puts_the_cases_back_at_once(root: Client) -> None:
    dispute = make.in_mediation()
    held = RoleGrant.objects.get(user=orders.user("Carol"))
    page = text(root.post(reverse("desk:revoke-role", args=[held.pk]), follow=True))
    assert "1 case went back to the queue" in page
    assert make.fresh(dispute).state == "escalated"


def test_another_storefront_is_not_the_admins_business(root: Client) -> None:
    finn = orders.user("Finn")
    other = Storefront.objects.create(slug="other", name="Other")
    held = RoleGrant.objects.create(user=finn, storefront=other, role="agent")
    assert root.get(reverse("desk:roles"), {"storefront": "other"}).status_code == 404
    assert root.post(reverse("desk:revoke-role", args=[held.pk])).status_code == 404
    typed = {"email": finn.email, "role": "admin", "storefront": "other"}
    assert root.post(reverse("desk:grant-role"), typed).status_code == 404
    assert not Event.objects.filter(subject__startswith="roles:").exists()
