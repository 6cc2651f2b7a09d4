"""What got stuck is seen by the admin, and can be tried again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core import clock, deadlines
from core.models import Event
from disputes.models import Dispute, DisputeDeadline
from notifications.models import Notice
from tests.disputes import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def page(client: Client) -> str:
    return client.get(reverse("desk:stuck")).content.decode()


def test_nothing_stuck_is_said(root: Client) -> None:
    text = page(root)
    assert "All clocks are kept." in text
    assert "No clock is stuck" in text
    assert "workers should have done" not in text


def test_a_clock_that_could_not_be_enforced_is_shown_and_tried_again(
    root: Client, frozen: Any
) -> None:
    dispute = make.opened()
    # An event in the place of the next one: the database refuses the move.
    Event.objects.create(
        subject=dispute.reference, seq=Dispute.objects.get().version + 1, name="x", actor_kind="system",
        at=frozen, previous="", hash="",
    )  # fmt: skip
    with clock.freeze(frozen + timedelta(days=2)):
        assert deadlines.sweep().failed == 1
        text = page(root)
        assert dispute.reference in text
        assert "Tries" in text
        row = DisputeDeadline.objects.get(state="failed")
        address = reverse("desk:retry-clock", args=["disputes.disputedeadline", row.pk])
        again = root.post(address, follow=True).content.decode()
    assert "It failed again." in again
    assert DisputeDeadline.objects.get(pk=row.pk).attempts == 2


def test_mails_that_no_worker_sends_are_noticed(root: Client, frozen: Any) -> None:
    make.opened()
    with clock.freeze(frozen + timedelta(minutes=20)):
        assert "the oldest for 20 minutes" in page(root)


def test_a_dead_mail_goes_out_again(root: Client, frozen: Any) -> None:
    make.opened()
    notice = Notice.objects.order_by("pk")[0]
    Notice.objects.filter(pk=notice.pk).update(mail_state="failed", error="550 no such user")
    assert "550 no such user" in page(root)
    root.post(reverse("desk:send-again"), {"mail": [str(notice.pk)]})
    assert Notice.objects.get(pk=notice.pk).mail_state == "pending"


def test_the_policy_is_previewed_then_put_in_force(root: Client) -> None:
    address = reverse("desk:policy")
    shown = root.get(address)
    form = shown.context["form"]
    typed = {name: form[name].value() for name in form.fields} | {
        "seller_answer_days": "3",
        "note": "Asked for.",
    }
    preview = root.post(address, typed)
    assert preview.status_code == 200
    assert "This will change for new cases" in preview.content.decode()
    root.post(address, typed | {"confirm": "1"})
    assert root.get(address).context["version"].number == 2
    stale = root.post(address, typed | {"confirm": "1", "seller_answer_days": "4"})
    assert stale.status_code == 422
    assert "A colleague changed the policy" in stale.content.decode()
