"""Who sees which dispute, in what order, at what cost, and that every event and notice has its words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

import disputes
from core import cases as core_cases
from core import clock
from core.models import Storefront
from disputes import services, statements
from disputes.models import Dispute
from disputes.reading.checklist import CHECKLISTS
from disputes.selectors import cases, pages, timeline
from disputes.states import CLOCKS, OPEN, OWNERS, DisputeState, Party, Reason
from notifications import kinds
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_strangers_get_404_and_any_spelling_of_the_reference_works(frozen: datetime) -> None:
    dispute = make.opened()
    make.carol()
    make.staff("Agnes", "agent")
    make.staff("Mo", "moderator")
    for name in ("Alice", "Bob", "Carol", "Agnes"):
        assert (
            cases.get_dispute(orders.user(name), dispute.reference.lower().replace("-", " ")).pk
            == dispute.pk
        )
    for stranger in (orders.user("Eve"), orders.user("Mo"), AnonymousUser()):
        with pytest.raises(Http404):
            cases.get_dispute(stranger, dispute.reference)
    for nonsense in ("", "DSP-", "x" * 200, "\x00", dispute.reference + "X", "ORD-000000"):
        with pytest.raises(Http404):
            cases.get_dispute(orders.user("Alice"), nonsense)


@pytest.mark.django_db
def test_staff_of_another_storefront_see_nothing(frozen: datetime) -> None:
    from accounts.models import RoleGrant

    dispute = make.opened()
    other = Storefront.objects.create(slug="other", name="Other")
    RoleGrant.objects.create(user=orders.user("Mia"), storefront=other, role="mediator")
    assert list(cases.disputes_visible_to(orders.user("Mia"))) == []
    assert list(cases.disputes_visible_to(orders.user("Alice"))) == [dispute]


@pytest.mark.django_db
def test_the_queue_is_due_first_with_overdue_on_top(frozen: datetime) -> None:
    first = make.escalated()
    with clock.freeze(frozen + DAY):
        second = make.escalated()
    make.at(frozen + 2 * DAY)
    with clock.freeze(frozen + 2 * DAY):
        third = make.escalated()
    carol = orders.user("Carol")
    ids = [Storefront.default().pk]
    assert [d.pk for d in cases.queue(ids, "to_take", carol)] == [first.pk, second.pk, third.pk]
    assert make.fresh(first).next_due_at == frozen + 3 * DAY, (
        "it is due again tomorrow, and still on top"
    )
    assert cases.next_case(ids, carol, make.fresh(first)) == second
    assert cases.tab_counts(ids, carol) == {"mine": 0, "to_take": 3, "waiting": 0, "all": 3}


@pytest.mark.django_db
def test_the_tabs_and_the_search_of_the_queue(frozen: datetime) -> None:
    dispute = make.in_mediation(orders.delivered(number="SHOP-X1"))
    carol, dan = orders.user("Carol"), orders.user("Dan")
    ids = [Storefront.default().pk]
    assert list(cases.queue(ids, "mine", carol)) == [dispute]
    assert list(cases.queue(ids, "mine", dan)) == []
    assert list(cases.queue(ids, "waiting", carol)) == []
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where?"
    )
    assert list(cases.queue(ids, "waiting", carol)) == [dispute]
    for text in (
        dispute.reference,
        dispute.reference.lower()[4:7],
        "shop-x1",
        "alice",
        "bob",
        "rr123456785de",
    ):
        assert list(cases.queue(ids, "all", carol, text=text)) == [dispute], text
    for text in ("nobody", "%", "'; --"):
        assert list(cases.queue(ids, "all", carol, text=text)) == [], text
    assert list(cases.queue(ids, "all", carol, reason="size")) == []
    assert list(cases.queue(ids, "all", orders.user("Bob"))) == [], "never one's own case"
    assert list(cases.queue([], "all", carol)) == []


def full(dispute: Dispute, rows: int) -> None:
    for number in range(rows):
        make.evidence(dispute)
        services.send_message(
            dispute_id=dispute.pk, actor=make.buyer(dispute), body=f"Message {number}"
        )


@pytest.mark.django_db
def test_a_page_costs_the_same_with_one_row_and_with_many(frozen: datetime) -> None:
    small, large = make.in_mediation(), make.in_mediation()
    full(small, 1)
    full(large, 12)
    counts = []
    for dispute in (small, large):
        shown = cases.get_dispute(orders.user("Carol"), dispute.reference)
        with CaptureQueriesContext(connection) as queries:
            page = pages.case_page(shown, make.carol())
            assert len(page.messages) in {1, 12}
            assert [i.file.handle for i in page.evidence]
            assert page.history
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 20


@pytest.mark.django_db
@pytest.mark.parametrize("state", sorted(make.IN_STATE))
def test_every_state_has_a_page_for_every_side(frozen: datetime, state: str) -> None:
    dispute = make.fresh(make.IN_STATE[DisputeState(state)]())
    for actor in (make.buyer(dispute), make.seller(dispute), make.carol(), make.dan()):
        page = pages.case_page(core_cases.at(make.fresh(dispute)), actor)
        assert [line.what for line in page.history][-1] == "Dispute opened: Damaged"
        assert page.allowed == sorted(page.allowed)
        if page.side != Party.PLATFORM:
            assert bool(page.allowed) == (state in OPEN)


@pytest.mark.django_db
def test_parties_read_no_staff_notes_and_no_names(frozen: datetime) -> None:
    dispute = make.decided()
    services.add_staff_note(dispute_id=dispute.pk, actor=make.carol(), body="Third time this month")
    mine = timeline.timeline(dispute, make.buyer(dispute))
    staff = timeline.timeline(dispute, make.carol())
    assert "staff_note_added" in {line.name for line in staff}
    assert "staff_note_added" not in {line.name for line in mine}
    assert {str(line.who) for line in mine} == {"You", "The seller", "A mediator"}
    assert str(mine[-1].what) == "Dispute opened: Damaged"


def test_every_event_and_reason_has_its_words() -> None:
    events = {
        t.custom["event"] for t in Dispute._meta.get_field("state").get_all_transitions(Dispute)
    } | {"opened", "staff_note_added", "reminded", "clock_extended"}
    assert set(timeline.PHRASES) == events
    assert set(OPEN) == set(CLOCKS) == set(OWNERS)
    assert set(statements.BUYER_SAYS) == set(CHECKLISTS) == set(Reason)


def test_every_notice_that_is_written_has_words() -> None:
    """The kinds named in the code are the kinds that are registered, both ways."""
    source = "".join(
        p.read_text()
        for folder in ("effects", "services")
        for p in (Path(disputes.__path__[0]) / folder).glob("*.py")
    )
    named = set(re.findall(r'"(dispute_[a-z_]+)"', source)) - {
        "dispute_draft",
        "dispute_id",
        "dispute_item",
    }
    named |= {
        f"dispute_decided_{verdict}"
        for verdict in ("all", "part", "none", "all_return", "part_return")
    }
    registered = {name for name in kinds.names() if name.startswith("dispute_")}
    sides = {f"{name}_{side}" for name in named for side in ("buyer", "seller")}
    assert registered == (named | sides) & registered
    for name in named:
        assert name in registered or {f"{name}_buyer", f"{name}_seller"} <= registered, name


@pytest.mark.django_db
def test_the_database_refuses_what_cannot_be(frozen: datetime) -> None:
    from django.db import IntegrityError, transaction

    dispute = make.opened()
    for change in (
        {"state": "under_complaint"}, {"state": "nonsense"}, {"state": "resolved"}, {"amount_asked": Decimal(0)},
        {"ended_at": frozen}, {"mediator_id": dispute.buyer_id}, {"seller_id": dispute.buyer_id},
        {"state": "in_mediation"}, {"outcome": "luck"}, {"final_amount": Decimal(-1)},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispute.objects.filter(pk=dispute.pk).update(**change)
    assert facts.events(make.fresh(dispute)) == [("opened", "", "awaiting_seller")]
