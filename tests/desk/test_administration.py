"""The administration of plain data changes nothing that only a service may change; over every registered model."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core.models import Case, Deadline, Event
from tests.disputes import factories as make

pytestmark = pytest.mark.django_db

EDITABLE = {
    "accounts.User": {"add", "change"},
    "accounts.RoleGrant": {"add"},
    "orders.Store": {"add", "change", "delete"},
    "account.EmailAddress": {"add", "change", "delete"},
    "mfa.Authenticator": {"add", "change", "delete"},
}
"""What a superuser may do by hand. Every other model is there to be looked at."""
ACTIONS = {"notifications.Notice": {"send_again"}, "account.EmailAddress": {"make_verified"}}
"""Bulk actions; ours call a service. `delete_selected` stands where deleting is allowed."""


@pytest.fixture
def request_of_boss() -> Any:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create_superuser("boss@example.com", name="Boss")
    return request


def test_every_model_is_looked_at_only_unless_it_is_named_here(request_of_boss: Any) -> None:
    for model, page in admin.site._registry.items():
        label = model._meta.label
        may = {
            verb
            for verb in ("add", "change", "delete")
            if getattr(page, f"has_{verb}_permission")(request_of_boss)
        }
        assert may == EDITABLE.get(label, set()), label
        bulk = {"delete_selected"} if "delete" in may else set()
        actions = set(page.get_actions(request_of_boss))
        assert actions == ACTIONS.get(label, set()) | bulk, label
        for inline in page.get_inline_instances(request_of_boss):
            verbs = ("add", "change", "delete")
            allowed = [v for v in verbs if getattr(inline, f"has_{v}_permission")(request_of_boss)]
            assert allowed == [], (label, inline.model._meta.label)


def test_no_case_event_clock_or_entry_is_editable() -> None:
    named = set(EDITABLE)
    for model in admin.site._registry:
        if issubclass(model, (Case, Deadline, Event)):
            assert model._meta.label not in named


def test_posts_that_would_change_a_case_are_refused(
    frozen: Any, request_of_boss: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    dispute = make.opened()
    client = Client()
    client.force_login(request_of_boss.user, "django.contrib.auth.backends.ModelBackend")
    order = dispute.order
    change = reverse("admin:orders_order_change", args=[order.pk])
    delete = reverse("admin:orders_order_delete", args=[order.pk])
    bulk = {"action": "delete_selected", "_selected_action": [order.pk]}
    assert client.post(change, {"state": "completed"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(reverse("admin:orders_order_changelist"), bulk)
    order.refresh_from_db()
    assert order.state == "delivered"
