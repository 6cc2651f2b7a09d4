"""Roles are given and taken by administrators, and each change is an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor, services
from accounts.models import RoleGrant, User
from core import audit
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Event, Storefront
from tests.accounts import factories as people
from tests.disputes import factories as make

pytestmark = pytest.mark.django_db


def events(subject: str = "roles:main") -> list[tuple[str, int | None, Any]]:
    return [
        (e.name, e.actor_id, e.data) for e in Event.objects.filter(subject=subject).order_by("seq")
    ]


def grant(person: User, role: str = "mediator", **more: Any) -> RoleGrant:
    values: dict[str, Any] = {"storefront_id": Storefront.default().pk, "actor": make.root()} | more
    return services.grant_role(user_id=person.pk, role=role, **values)


def test_a_grant_and_its_end_are_events_with_time_person_and_role(frozen: datetime) -> None:
    root, finn = make.root(), people.person("Finn")
    made = grant(finn, reason="Holidays.")
    assert (made.granted_at, RoleGrant.of(finn.pk, made.storefront_id)) == (
        frozen, frozenset({"mediator"}),
    )  # fmt: skip
    services.revoke_role(grant_id=made.pk, actor=root)
    facts = {"user": finn.pk, "role": "mediator"}
    assert events() == [
        ("role_granted", root.user_id, facts), ("role_revoked", root.user_id, facts),
    ]  # fmt: skip
    assert Event.objects.get(subject="roles:main", seq=1).reason == "Holidays."
    assert set(Event.objects.filter(subject="roles:main").values_list("at", flat=True)) == {frozen}
    assert not RoleGrant.objects.filter(user=finn).exists()
    assert list(audit.broken_links()) == []


def test_only_administrators_give_roles_and_never_twice_or_to_closed_accounts(frozen: Any) -> None:
    finn, gone = people.person("Finn"), people.person("Gus", is_active=False)
    with pytest.raises(NotAllowed):
        grant(finn, actor=make.carol())
    grant(finn)
    for person, role in ((finn, "mediator"), (gone, "mediator"), (finn, "emperor")):
        with pytest.raises(Refused):
            grant(person, role)
    assert len(events()) == 1


def test_the_last_administrator_stays(frozen: Any) -> None:
    root = make.root()
    held = RoleGrant.objects.get(user_id=root.person_id)
    with pytest.raises(Refused, match="This is the last administrator"):
        services.revoke_role(grant_id=held.pk, actor=root)
    grant(people.person("Finn"), "admin")
    services.revoke_role(grant_id=held.pk, actor=root)
    with pytest.raises(CaseChanged):
        services.revoke_role(grant_id=held.pk, actor=root)


def test_a_closed_account_holds_no_role(frozen: Any) -> None:
    finn = people.person("Finn")
    made = grant(finn)
    User.objects.filter(pk=finn.pk).update(is_active=False)
    assert RoleGrant.of(finn.pk, made.storefront_id) == frozenset()


def test_the_administration_of_plain_data_goes_through_the_same_door(
    frozen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    boss, finn = (
        User.objects.create_superuser("boss@example.com", name="Boss"),
        people.person("Finn"),
    )
    client = Client()
    client.force_login(boss, "django.contrib.auth.backends.ModelBackend")
    values = {"user": finn.pk, "storefront": Storefront.default().pk, "role": "agent"}
    assert client.post(reverse("admin:accounts_rolegrant_add"), values).status_code == 302
    assert events() == [("role_granted", boss.pk, {"user": finn.pk, "role": "agent"})]
    form = {
        "email": finn.email, "name": "Finn", "language": "en", "zone": "UTC", "is_active": "",
        "staff_roles-TOTAL_FORMS": 0, "staff_roles-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = client.post(reverse("admin:accounts_user_change", args=[finn.pk]), form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert events(f"user:{finn.pk}") == [
        ("rights_changed", boss.pk, {"user": finn.pk, "changed": {"is_active": [True, False]}}),
    ]
