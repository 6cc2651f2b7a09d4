"""A case never stands still with a mediator who may mediate no more, or with one who stays silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts import services as accounts
from accounts.models import RoleGrant, User
from core import clock
from core.errors import NotAllowed
from disputes import services
from disputes.models import Dispute
from notifications.models import Notice
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def revoke(name: str) -> None:
    held = RoleGrant.objects.get(user=orders.user(name), role="mediator")
    accounts.revoke_role(grant_id=held.pk, actor=make.root())


def test_the_cases_of_a_revoked_mediator_go_back_and_the_claim_target_runs_anew(
    frozen: datetime,
) -> None:
    make.root()
    mine, other = make.in_mediation(), make.in_mediation()
    services.hand_over_dispute(
        dispute_id=other.pk, actor=make.carol(), mediator_id=make.dan().user_id or 0
    )
    assert services.release_unheld() == 0
    with clock.freeze(frozen + DAY):
        revoke("Carol")
        assert services.release_unheld() == 1
        assert services.release_unheld() == 0
    dispute = make.fresh(mine)
    assert (dispute.state, dispute.mediator_id) == ("escalated", None)
    assert make.fresh(other).state == "in_mediation"
    event = facts.last(dispute)
    assert (event.name, event.actor_kind, event.actor_why) == (
        "handed_back",
        "system",
        "mediator_gone",
    )
    assert event.data == {"from": orders.user("Carol").pk}
    assert facts.running(dispute) == [("mediator_claim", frozen + 3 * DAY)]
    assert facts.told(dispute) == [
        ("Alice", "dispute_handed_back_buyer"), ("Bob", "dispute_handed_back_seller"),
        ("Root", "dispute_mediator_gone"),
    ]  # fmt: skip


def test_the_cases_of_a_closed_account_go_back(frozen: datetime) -> None:
    dispute = make.in_mediation()
    User.objects.filter(pk=dispute.mediator_id or 0).update(is_active=False)
    assert services.release_unheld() == 1
    assert make.fresh(dispute).state == "escalated"


def test_a_case_under_settlement_goes_back_once_it_goes_on(frozen: datetime) -> None:
    dispute = make.in_mediation()
    by = frozen + 2 * DAY
    services.propose_settlement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(10), by=by
    )
    pk = dispute.settlements.get().pk
    services.agree_settlement(dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk)
    User.objects.filter(pk=dispute.mediator_id or 0).update(is_active=False)
    assert services.release_unheld() == 0
    make.at(by)
    with clock.freeze(by):
        assert services.release_unheld() == 1
    assert make.fresh(dispute).state == "escalated"


def test_nobody_hands_a_case_to_a_closed_account(frozen: datetime) -> None:
    dispute, dan = make.in_mediation(), make.dan()
    User.objects.filter(pk=dan.user_id or 0).update(is_active=False)
    with pytest.raises(NotAllowed):
        services.hand_over_dispute(
            dispute_id=dispute.pk, actor=make.carol(), mediator_id=dan.user_id or 0
        )


def overdue(frozen: datetime) -> Dispute:
    dispute = make.in_mediation()
    make.root()
    make.at(frozen + 7 * DAY)
    assert make.fresh(dispute).overdue_at == frozen + 7 * DAY
    return dispute


def test_an_admin_releases_a_case_whose_decision_is_late_and_the_next_one_has_seven_days(
    frozen: datetime,
) -> None:
    dispute = overdue(frozen)
    with clock.freeze(frozen + 8 * DAY - timedelta(hours=1)):
        services.hand_back_dispute(dispute_id=dispute.pk, actor=make.root(), note="Silent.")
        assert facts.running(dispute) == [
            ("mediator_claim", frozen + 10 * DAY - timedelta(hours=1)),
        ]
        assert facts.told(dispute)[2:] == [("Carol", "dispute_taken_from_you")]
        services.claim_dispute(dispute_id=dispute.pk, actor=make.dan())
    assert facts.running(dispute) == [("decision", frozen + 15 * DAY - timedelta(hours=1))]


def test_an_admin_assigns_a_case_that_nobody_takes(frozen: datetime) -> None:
    dispute, dan = make.escalated(), make.dan()
    make.root()
    make.at(frozen + 2 * DAY)
    with clock.freeze(frozen + 3 * DAY):
        services.assign_dispute(
            dispute_id=dispute.pk, actor=make.root(), mediator_id=dan.user_id or 0, note="Please."
        )
        for nobody in (make.eve(), make.buyer(dispute)):
            with pytest.raises(NotAllowed):
                services.assign_dispute(
                    dispute_id=make.escalated().pk, actor=make.root(), mediator_id=nobody.person_id
                )
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.mediator_id, dispute.overdue_at) == (
        "in_mediation",
        dan.user_id,
        None,
    )
    assert facts.events(dispute)[-1] == ("assigned", "escalated", "in_mediation")
    assert facts.running(dispute) == [("decision", frozen + 10 * DAY)]
    assert facts.told(dispute) == [
        ("Alice", "dispute_claimed_buyer"), ("Bob", "dispute_claimed_seller"), ("Dan", "dispute_handed_over"),
    ]  # fmt: skip


def test_an_admin_gives_a_late_case_to_somebody_else_and_both_mediators_are_told(
    frozen: datetime,
) -> None:
    dispute, dan = overdue(frozen), make.dan()
    with clock.freeze(frozen + 7 * DAY):
        services.hand_over_dispute(
            dispute_id=dispute.pk, actor=make.root(), mediator_id=dan.user_id or 0
        )
    assert make.fresh(dispute).mediator_id == dan.user_id
    assert facts.told(dispute) == [
        ("Dan", "dispute_handed_over"), ("Carol", "dispute_taken_from_you"),
    ]  # fmt: skip


def test_who_mediates_no_more_is_told_nothing_more_of_the_case(frozen: datetime) -> None:
    make.root()
    decided, asked = make.decided(), make.in_mediation()
    services.request_evidence(
        dispute_id=asked.pk, actor=make.carol(), party="seller", question="Was it whole?"
    )
    revoke("Carol")
    before = Notice.objects.filter(recipient=orders.user("Carol")).count()

    services.send_message(dispute_id=decided.pk, actor=make.buyer(decided), body="Why so little?")
    make.evidence(decided)
    services.send_message(dispute_id=asked.pk, actor=make.buyer(asked), body="It came cracked.")
    make.at(frozen + 3 * DAY)
    assert make.fresh(asked).evidence_requests.get().state == "expired"
    make.at(frozen + 7 * DAY)

    assert "decision_target_missed" in [name for name, _, _ in facts.events(asked)]
    assert Notice.objects.filter(recipient=orders.user("Carol")).count() == before
