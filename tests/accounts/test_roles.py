"""Roles are given and taken by administrators, and each change is an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from accounts import second_factor, services
from accounts.models import RoleGrant, User
from core import audit
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Event, Storefront
from notifications import rendering
from notifications.models import Notice
from notifications.services import deliver
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


def test_who_is_given_a_role_or_loses_one_is_told_in_the_portal_and_by_mail(
    frozen: datetime,
) -> None:
    """What is said is the reader's own: not who did it, and not why, which may be about somebody else."""
    root, finn = make.root(), people.person("Finn")
    made = grant(finn, reason="In place of Carol, who is ill.")
    services.revoke_role(grant_id=made.pk, actor=root, reason="Carol is back.")
    deliver()

    assert [(row.recipient.name, row.kind) for row in Notice.objects.order_by("pk")] == [
        ("Finn", "role_granted"), ("Finn", "role_revoked"),
    ]  # fmt: skip
    given, taken = (rendering.render(row) for row in Notice.objects.order_by("pk"))
    assert (given.subject, given.path) == ("You have a role now: Mediator", reverse("desk:home"))
    assert given.lines == (
        "You were given the role of Mediator for Recourse. It holds from your next page on.",
        "What you do with it is at the desk. Whoever works there signs in with a second factor.",
        "If you know nothing of this, write to us at once.",
    )
    assert (taken.subject, taken.path) == (
        "You have a role no more: Mediator", reverse("portal:home"),
    )  # fmt: skip
    assert taken.lines == (
        "The role of Mediator for Recourse was taken back. It ended at once.",
        "Cases that you had in hand go to others. What you buy and sell here is not touched.",
    )
    assert [message.to for message in mail.outbox] == [[finn.email]] * 2
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        whole = f"{message.subject} {message.body} {message.alternatives} {message.extra_headers}"
        assert not [word for word in ("Carol", "Root", "roles:") if word in whole]
        assert "Please do not answer this mail.\n" in str(message.body)


def test_a_role_that_is_refused_tells_nobody(frozen: Any) -> None:
    with pytest.raises(Refused):
        grant(people.person("Finn"), "emperor")
    assert not Notice.objects.exists()


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
