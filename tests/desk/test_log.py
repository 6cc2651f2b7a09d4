"""The audit log is read by administrators: filtered, page by page, and never about one's own cases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import second_factor
from accounts.models import RoleGrant, User
from core import audit, clock
from core.models import Event, Storefront
from desk import selectors
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


def shown(client: Client, **wanted: str) -> list[tuple[str, int]]:
    rows = client.get(reverse("desk:log"), wanted).context["rows"]
    return [(row["event"].subject, row["event"].seq) for row in rows]


def test_every_kind_of_case_has_its_place_in_the_log() -> None:
    ours = {m for m in audit.case_models() if not m.__module__.startswith("tests.")}
    assert ours == {model for model, *_rest in selectors.CASES}


def test_a_case_is_found_by_its_reference_as_typed(root: Client) -> None:
    dispute = make.in_mediation()
    make.opened()
    typed = dispute.reference.lower().replace("-", " ")
    events = Event.objects.filter(subject=dispute.reference).order_by("-at", "-pk")
    assert shown(root, case=typed) == [(e.subject, e.seq) for e in events]
    page = root.get(reverse("desk:log"), {"case": typed})
    assert reverse("mediation:case", args=[dispute.reference]) in page.content.decode()
    assert "in_mediation" in text(page)


def test_events_are_found_by_person_name_and_day(root: Client, frozen: Any) -> None:
    dispute = make.in_mediation()
    last = Event.objects.filter(subject=dispute.reference).count()
    assert shown(root, actor="carol") == [(dispute.reference, last)]
    assert shown(root, actor="nobody") == []
    assert shown(root, event="claimed") == [(dispute.reference, last)]
    assert shown(root, event="claimed", day="2026-03-01") == []
    with clock.freeze(frozen + timedelta(days=1)):
        assert shown(root) == []
        assert shown(root, event="claimed", day="2026-03-02") == [(dispute.reference, last)]
    assert shown(root, day="not a day", case=dispute.reference)


def test_nobody_reads_there_about_another_storefront_or_their_own_case(root: Client) -> None:
    dispute = make.opened()
    RoleGrant.objects.create(user=orders.user("Bob"), storefront=Storefront.default(), role="admin")
    bob = Client()
    bob.force_login(orders.user("Bob"), "django.contrib.auth.backends.ModelBackend")
    assert shown(root, case=dispute.reference)
    assert shown(bob, case=dispute.reference) == []
    other = Storefront.objects.create(slug="other", name="Other")
    RoleGrant.objects.filter(user__name="Root").update(storefront=other)
    assert shown(root, case=dispute.reference) == []
    assert shown(root) == []


def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(3):
        make.in_mediation()
    monkeypatch.setattr(selectors, "PAGE", 4)
    monkeypatch.setattr(selectors, "CHUNK", 7)
    found, address = [], f"{reverse('desk:log')}?day=2026-03-02"
    while address:
        page = root.get(address)
        found += [row["event"].pk for row in page.context["rows"]]
        older = re.search(r'href="(\?[^"]*before=[^"]+)"', page.content.decode())
        address = reverse("desk:log") + older[1].replace("&amp;", "&") if older else ""
    every = Event.objects.order_by("-at", "-pk").values_list("pk", flat=True)
    assert found == list(every)


def test_a_page_costs_the_same_for_one_case_and_for_thirty(root: Client) -> None:
    make.opened()
    root.get(reverse("desk:log"))
    with CaptureQueriesContext(connection) as one:
        root.get(reverse("desk:log"))
    for _n in range(10):
        make.opened()
    with CaptureQueriesContext(connection) as many:
        root.get(reverse("desk:log"))
    assert len(one) == len(many)
