"""The demo's data: whole, in every state, and told so that audit and ledgers hold."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant, User
from appeals import states as complaints
from appeals.models import Complaint
from core import clock, deadlines
from core.models import Event
from coupons.models import Coupon
from coupons.states import CouponState
from demo.accounts import BY_KEY
from demo.models import SentMail
from disputes import states as disputes
from disputes.models import Dispute, EvidenceRequest, Offer, Settlement
from disputes.selectors import cases, turns
from evidence.models import EvidenceFile
from evidence.states import FileState
from notifications.models import Notice
from orders import states as orders
from orders.models import Order, OrderPayment, Refund

pytestmark = pytest.mark.django_db


def said(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue().strip().splitlines()[-1]


def found(model: Any, field: str = "state") -> set[Any]:
    return set(model._default_manager.values_list(field, flat=True))


@pytest.mark.slow
def test_demo_data_is_whole(settings: Any, tmp_path: Path, client: Client) -> None:
    settings.EMAIL_BACKEND = "demo.mailbox.Backend"
    settings.REFUND_EXPORT_DIR = tmp_path

    call_command("load_demo", verbosity=0)

    # The audit chain and the ledgers hold, nothing failed, and no clock was missed.
    assert said("verify_audit").endswith("every link holds.")
    assert json.loads(said("check_ledger"))["unbalanced"] == 0
    assert json.loads(said("check_coupons"))["wrong"] == 0
    assert "failed" not in {state for model in deadlines.clocked() for state in found(model)}
    assert deadlines.oldest_overdue() < 600
    assert not Event.objects.filter(at__gt=clock.now()).exists()

    # Every state of every machine.
    assert found(Order) == set(orders.OrderState.values)
    assert found(Coupon) == set(CouponState.values)
    assert found(Refund) == set(orders.RefundState.values)
    assert found(OrderPayment, "means") == set(orders.Means.values)
    assert found(Dispute) == set(disputes.OPEN | disputes.TERMINAL)
    assert found(Complaint) == set(complaints.OPEN | complaints.TERMINAL)
    assert set(Complaint.objects.values_list("look", flat=True)) == {
        complaints.FIRST, complaints.SECOND,
    }  # fmt: skip
    assert found(Dispute, "outcome") == {"", *disputes.Outcome.values}
    assert found(Dispute, "reason") == set(disputes.Reason.values)
    assert found(Dispute, "wanted") == set(disputes.Wanted.values)
    assert found(Offer) == set(disputes.OfferState.values)
    assert found(Settlement) == set(disputes.SettlementState.values)
    assert found(EvidenceRequest) == set(disputes.RequestState.values)
    assert found(EvidenceFile) == set(FileState.values)
    assert len(found(Order, "currency")) >= 5
    assert len(found(Order, "destination_country")) >= 12
    assert len(found(Dispute, "story_language")) >= 6

    # Alice has something in each interesting state.
    people = {user.email: user for user in User.objects.all()}
    alice, bob, carol = (people[BY_KEY[key].email] for key in ("alice", "bob", "carol"))
    assert set(Dispute.objects.filter(buyer=alice).values_list("state", flat=True)) >= {
        "awaiting_seller", "negotiating", "awaiting_return", "escalated", "in_mediation", "decided", "resolved",
    }  # fmt: skip
    assert Order.objects.filter(
        buyer=alice, state="delivered", dispute=None, disputed_at=None
    ).exists()
    assert alice.dispute_drafts.count() == 1
    assert (
        Dispute.objects.get(buyer=alice, seller=bob, state="negotiating")
        .offers.filter(party="seller", state="standing")
        .exists()
    )

    # Alice has coupons that are on their way, one that expires within the week, and some that ended.
    mine = Coupon.objects.filter(owner=alice)
    assert set(mine.values_list("state", flat=True)) == set(CouponState.values)
    soon = mine.filter(state="issued").earliest("expires_at").expires_at
    assert soon is not None
    assert (soon - clock.now()).days < 8

    # Bob must answer somebody within hours; Carol's queue has what is overdue on top.
    waits = turns.waiting_for(bob.pk, clock.now(), disputes.Party.SELLER)
    soonest = waits.order_by("next_due_at").first()
    assert soonest is not None
    assert soonest.next_due_at is not None
    assert waits.count() >= 4
    assert (soonest.next_due_at - clock.now()).total_seconds() < 6 * 3600
    fronts = list(RoleGrant.objects.filter(user=carol).values_list("storefront_id", flat=True))
    waiting = list(cases.queue(fronts, "to_take", carol))
    assert len(waiting) >= 5
    assert [case.overdue_at is None for case in waiting] == sorted(
        case.overdue_at is None for case in waiting
    )
    assert waiting[0].overdue_at is not None
    assert cases.queue(fronts, "mine", carol).count() >= 4

    # The last days' mails lie in the mailbox; nothing older waits to be sent.
    assert 10 < SentMail.objects.count() < 200
    assert Notice.objects.filter(mail_state="pending").count() < 40

    # Everybody's first page opens, and a second load is refused or left out.
    for key in BY_KEY:
        page = client.post(reverse("demo:role"), {"who": key}, follow=True)
        assert (key, page.status_code) == (key, 200)
    call_command("load_demo", if_empty=True)
    with pytest.raises(CommandError):
        call_command("load_demo")


def test_demo_data_is_refused_outside_a_demo(settings: Any) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError):
        call_command("load_demo")
