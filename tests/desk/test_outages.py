"""Administrators declare an outage in two steps, in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core.models import Event, Outage
from tests.disputes import factories as make
from tests.disputes.pages import text

pytestmark = pytest.mark.django_db
TYPED = {"began": "2026-03-02T09:00", "ended": "2026-03-02T10:30", "note": "The line was cut."}


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    user = User.objects.get(pk=make.root().person_id)
    User.objects.filter(pk=user.pk).update(zone="Europe/Berlin")
    client = Client()
    client.force_login(user)
    return client


def test_an_outage_is_shown_then_declared_once(root: Client) -> None:
    address = reverse("desk:outages")
    shown = text(root.post(address, TYPED))
    assert "from Monday 2 March 2026, 09:00 until Monday 2 March 2026, 10:30" in shown
    assert not Outage.objects.exists()
    page = text(root.post(address, TYPED | {"confirm": "1"}, follow=True))
    assert "The clocks are being extended" in page
    outage = Outage.objects.get()
    assert outage.began_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert outage.ended_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    again = root.post(address, TYPED | {"confirm": "1"})
    assert (again.status_code, "declared already" in text(again)) == (422, True)
    assert Event.objects.filter(subject="outage:main").count() == 1


def test_an_outage_that_is_not_over_is_refused_and_nothing_typed_is_lost(root: Client) -> None:
    answer = root.post(reverse("desk:outages"), TYPED | {"ended": "2026-03-02T14:00"})
    assert answer.status_code == 422
    assert "its end is still to come" in text(answer)
    assert "The line was cut." in answer.content.decode()
