"""When the platform misses its own target: both sides see how late it is, the admins are told every day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import cases, clock
from disputes import services
from disputes.models import Dispute
from disputes.reading import clocks
from disputes.selectors import timeline
from disputes.states import Kind, Party
from notifications.models import Notice
from tests.disputes import factories as make
from tests.disputes import facts
from tests.disputes.pages import address, text
from tests.disputes.pages import client as signed_in
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def late(frozen: datetime, days: int = 15) -> Dispute:
    """A case in mediation whose decision was due after seven days, so many days ago."""
    make.root()
    dispute = make.in_mediation()
    for n in range(days + 1):
        make.at(frozen + (7 + n) * DAY)
    return make.fresh(dispute)


def test_both_sides_and_the_desk_see_how_late_the_decision_is(frozen: datetime) -> None:
    dispute = late(frozen)
    with clock.freeze(frozen + 22 * DAY):
        for name in ("Alice", "Bob"):
            page = signed_in(name).get(address(dispute))
            assert "15 days overdue" in text(page)
            assert 'class="clock" data-state="overdue"' in page.content.decode()
            assert text(page).count("Days of 24 hours each") == 1
            assert "The mediator has decided, at the latest" not in text(page)
            assert "calendar.ics" not in page.content.decode()
            assert signed_in(name).get(address(dispute, "calendar")).status_code == 404
        assert "15 days overdue" in text(signed_in("Alice").get(reverse("portal:home")))
        desk = signed_in("Carol").get(reverse("mediation:case", args=[dispute.reference]))
        assert "15 days overdue" in text(desk)
        assert text(desk).count("Days of 24 hours each") == 1


def test_a_late_case_still_shows_the_clock_of_the_readers_own_question(frozen: datetime) -> None:
    dispute = late(frozen, days=2)
    with clock.freeze(frozen + 9 * DAY):
        services.request_evidence(
            dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Which box?"
        )
        case = cases.at(make.fresh(dispute))
        kinds = {side: clocks.running(case, side) for side in (Party.BUYER, Party.SELLER)}
        assert {side: found and found.kind for side, found in kinds.items()} == {
            Party.BUYER: Kind.EVIDENCE_BUYER, Party.SELLER: Kind.DECISION,
        }  # fmt: skip
        assert signed_in("Alice").get(address(dispute, "calendar")).status_code == 200
        assert signed_in("Bob").get(address(dispute, "calendar")).status_code == 404


def test_parties_read_the_first_alarm_of_each_run_and_staff_all(frozen: datetime) -> None:
    dispute = late(frozen, days=4)
    with clock.freeze(frozen + 11 * DAY):
        services.send_message(dispute_id=dispute.pk, actor=make.buyer(dispute), body="Hello?")
        services.hand_back_dispute(dispute_id=dispute.pk, actor=make.carol())
    for n in range(3):
        make.at(frozen + (13 + n) * DAY)

    def seen(actor: object) -> list[str]:
        lines = timeline.timeline(make.fresh(dispute), actor)  # type: ignore[arg-type]
        return [line.name for line in lines if line.name in timeline.DAILY]

    first = ["claim_target_missed", "decision_target_missed"]
    assert seen(make.buyer(dispute)) == seen(make.seller(dispute)) == first
    assert seen(make.dan()) == 3 * first[:1] + 5 * first[1:]


def test_the_admins_and_never_the_parties_are_told_every_day(frozen: datetime) -> None:
    dispute = late(frozen, days=4)
    told = Notice.objects.filter(kind="dispute_decision_overdue")
    assert told.filter(recipient=orders.user("Root")).count() == 5
    parties = Notice.objects.filter(recipient__in=(dispute.buyer_id, dispute.seller_id))
    assert not parties.filter(event__name__in=timeline.DAILY).exists()
    assert facts.last(dispute).name == "decision_target_missed"


def test_a_decision_says_when_it_is_final_and_that_one_can_complain_until_then(
    frozen: datetime,
) -> None:
    dispute = make.in_mediation()
    final = "This decision becomes final 7 days after it was sent."
    desk = text(signed_in("Carol").get(reverse("mediation:case", args=[dispute.reference])))
    assert final in desk
    make.decide(dispute)
    for name in ("Alice", "Bob"):
        assert "Complain about the decision" in text(signed_in(name).get(address(dispute)))
    make.at(frozen + 7 * DAY)
    page = text(signed_in("Alice").get(address(dispute)))
    assert "The decision is final and the dispute closed" in page
    assert "Complain about the decision" not in page


def test_the_portal_says_that_one_can_complain(client: Client) -> None:
    welcome, rules = (text(client.get(reverse(f"portal:{name}"))) for name in ("home", "rules"))
    assert "the decision becomes final 7 days after it was sent" in welcome
    assert "The decision becomes final from the decision 7 days" in rules
    assert "Until then either of you can complain, and somebody else looks again." in welcome
    assert "A complaint about the decision is answered" in rules
