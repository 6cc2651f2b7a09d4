"""Whom a dispute awaits: row, lists and page say the same in every story, and lists cost what they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import cases, clock, combined, counts
from core.batch import Batch
from disputes import services
from disputes.effects import loading, returns
from disputes.models import Dispute
from disputes.reading import turn
from disputes.selectors import turns
from disputes.states import OPEN, Party
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.disputes.test_settlement import agree, propose
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SIDES = {Party.BUYER: "Alice", Party.SELLER: "Bob"}


def offers(*parties: Party) -> Dispute:
    """The request was rejected, then these offered one after the other."""
    dispute = make.rejected()
    for number, party in enumerate(parties):
        actor = make.buyer(dispute) if party == Party.BUYER else make.seller(dispute)
        services.make_offer(dispute_id=dispute.pk, actor=actor, amount=Decimal(30 + number))
    return dispute


def offered_at_once() -> Dispute:
    dispute = make.opened()
    return services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(30)
    )


def asked(*parties: str) -> Dispute:
    dispute = make.in_mediation()
    for party in parties:
        services.request_evidence(
            dispute_id=dispute.pk, actor=make.carol(), party=party, question="Where is it?"
        )
    return dispute


def handed_back() -> Dispute:
    return services.hand_back_dispute(dispute_id=asked("buyer").pk, actor=make.carol())


def arrived() -> Dispute:
    dispute = make.in_transit()
    with Batch() as batch:
        locked = loading.take(batch, dispute.pk)
        returns.record_delivery(batch, locked, make.seller(dispute), clock.now())
    return dispute


def proposed(made: Callable[[], Dispute]) -> Dispute:
    return propose(made(), clock.now() + 5 * DAY)


def declined() -> Dispute:
    dispute = proposed(make.escalated)
    return services.decline_settlement(
        dispute_id=dispute.pk,
        actor=make.seller(dispute),
        settlement_id=dispute.settlements.get().pk,
    )


B, S = Party.BUYER, Party.SELLER
STORIES: list[tuple[str, Callable[[], Dispute], Sequence[Party]]] = [
    ("opened", make.opened, [S]), ("rejected", make.rejected, [B]),
    ("seller offers at once", offered_at_once, [B]), ("buyer offers", lambda: offers(B), [S]),
    ("seller offers back", lambda: offers(B, S), [B]), ("buyer offers twice", lambda: offers(B, B), [S]),
    ("returning", make.returning, [B]), ("in transit", make.in_transit, [S]), ("arrived", arrived, [S]),
    ("replacing", make.replacing, [S]), ("replacement sent", make.replaced_in_transit, [B]),
    ("swapping", make.swapping, [S]), ("escalated", make.escalated, []), ("in mediation", make.in_mediation, []),
    ("buyer asked", lambda: asked("buyer"), [B]), ("seller asked", lambda: asked("seller"), [S]),
    ("both asked", lambda: asked("buyer", "seller"), [B, S]), ("handed back", handed_back, []),
    ("proposed early", lambda: proposed(make.opened), [S]), ("proposed", lambda: proposed(make.rejected), [B, S]),
    ("proposed late", lambda: proposed(make.escalated), [S]), ("declined", declined, []),
    ("proposed beside a question", lambda: proposed(lambda: asked("buyer")), [B, S]),
    ("settling early", lambda: agree(proposed(make.opened)), []),
    ("settling", lambda: agree(proposed(make.rejected)), []),
    ("settling beside a question", lambda: agree(proposed(lambda: asked("buyer", "seller"))), []),
    ("decided", make.decided, []), ("under complaint", make.under_complaint, []), ("resolved", make.resolved, []),
]  # fmt: skip


def told(dispute: Dispute, now: datetime, side: Party) -> turn.Turn:
    """What the page of one side says at this moment."""
    found = Dispute.objects.select_related("order", "order__store").get(pk=dispute.pk)
    (row,) = turns.at_hand([cases.at(found, now)])
    return turn.turn_of(row, side)


def page_says(dispute: Dispute, now: datetime) -> set[Party]:
    """Whose turn it is on the page of each, at this moment."""
    return {side for side in SIDES if told(dispute, now, side).turn == turn.YOU}


def lists_say(dispute: Dispute, now: datetime) -> set[Party]:
    """In whose list of what needs them it stands; in exactly one tab of each party's."""
    needed = set()
    for side, name in SIDES.items():
        user = orders.user(name)
        found = {tab: turns.inbox(user.pk, now, side, tab)[:9] for tab in turns.TABS}
        (tab,) = [tab for tab, rows in found.items() if dispute in rows]
        assert turns.tab_counts(user, now, side) == {tab: len(rows) for tab, rows in found.items()}
        assert turns.waits_for(make.fresh(dispute), user.pk, now) == (tab == "mine")
        assert (tab == "ended") == (make.fresh(dispute).state not in OPEN)
        needed |= {side} if tab == "mine" else set()
    return needed


@pytest.mark.parametrize(("made", "awaited"), [s[1:] for s in STORIES], ids=[s[0] for s in STORIES])
def test_row_lists_and_page_agree_on_whose_turn_it_is(
    frozen: datetime, made: Callable[[], Dispute], awaited: Sequence[Party]
) -> None:
    dispute = make.fresh(made())

    assert (dispute.awaits_buyer, dispute.awaits_seller) == (B in awaited, S in awaited)
    assert page_says(dispute, frozen) == lists_say(dispute, frozen) == set(awaited)


@pytest.mark.parametrize("made", [make.opened, make.rejected, make.returning, make.replacing])
def test_whose_time_is_up_is_not_awaited_any_more(
    frozen: datetime, made: Callable[[], Dispute]
) -> None:
    dispute = make.fresh(made())
    over = dispute.next_due_at
    assert over is not None
    before = over - timedelta(microseconds=1)

    assert page_says(dispute, before) == lists_say(dispute, before) != set()
    assert page_says(dispute, over) == lists_say(dispute, over) == set()


@pytest.mark.parametrize(
    ("made", "name", "days"),
    [
        (lambda: asked("buyer"), "Alice", 3), (lambda: asked("seller"), "Bob", 3),
        (lambda: proposed(make.escalated), "Bob", 5), (lambda: proposed(make.rejected), "Bob", 5),
    ],
)  # fmt: skip
def test_whose_time_for_a_question_or_a_proposal_is_up_reads_so_and_finds_no_dead_button(
    frozen: datetime, made: Callable[[], Dispute], name: str, days: int
) -> None:
    dispute, over = made(), frozen + days * DAY
    side = B if name == "Alice" else S
    before = over - timedelta(microseconds=1)
    assert (side in page_says(dispute, before), side in page_says(dispute, over)) == (True, False)

    with clock.freeze(over):
        page = client(name).get(address(dispute))

    assert "Time is up The time for this step is over" in text(page)
    assert 'href=""' not in page.content.decode()


def test_the_other_side_of_a_passed_question_reads_that_it_is_our_turn(frozen: datetime) -> None:
    dispute = asked("seller")

    assert (
        told(dispute, frozen + 3 * DAY - timedelta(microseconds=1), B).label
        == "It is the seller’s turn"
    )
    assert told(dispute, frozen + 3 * DAY, B).label == "It is our turn"


def test_a_passed_question_or_proposal_leaves_the_seller_what_can_still_be_answered(
    frozen: datetime,
) -> None:
    beside = told(proposed(lambda: asked("seller")), frozen + 3 * DAY, S)
    own = told(propose(make.opened(), frozen + DAY), frozen + DAY, S)

    assert (beside.turn, beside.step, beside.clock and beside.clock.kind) == (
        "you", "#settlement", "settlement_proposal",
    )  # fmt: skip
    assert (own.turn, own.step, own.clock and own.clock.kind) == ("you", "#offers", "seller_answer")
    assert "proposes" not in own.text


def test_lapsed_settlement_gives_both_their_turns_back(frozen: datetime) -> None:
    dispute = agree(proposed(lambda: asked("buyer", "seller")))

    make.at(frozen + 5 * DAY)

    assert page_says(dispute, frozen + 5 * DAY) == lists_say(dispute, frozen + 5 * DAY) == {B, S}


def test_migration_finds_out_what_the_batches_write(frozen: datetime) -> None:
    for number, (_name, made, _awaited) in enumerate(STORIES):
        with clock.freeze(frozen + timedelta(seconds=number)):
            made()
    rows = Dispute.objects.filter(ended_at=None).order_by("pk")
    awaited = rows.values_list("awaits_buyer", "awaits_seller")
    spoke = rows.values_list("spoke_last", flat=True)
    before = list(awaited), list(spoke)
    Dispute.objects.update(awaits_buyer=False, awaits_seller=False, spoke_last="buyer")

    import_module("disputes.migrations.0007_lists_of_parties").fill(apps, None)

    assert (list(awaited), list(spoke)) == before
    assert {*awaited} == {(True, False), (False, True), (True, True), (False, False)}
    assert {*spoke} == {"buyer", "seller"}


def test_what_is_stored_otherwise_is_put_right_once(
    frozen: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    for _name, made, _awaited in STORIES:
        made()
    fields = (
        "pk",
        "awaits_buyer",
        "awaits_seller",
        "spoke_last",
        "next_due_at",
        "version",
        "audit_head",
    )
    before = list(Dispute.objects.values_list(*fields))
    rows = Dispute.objects.filter(ended_at=None)
    wrong = rows.exclude(awaits_buyer=False, awaits_seller=True, spoke_last="buyer").count()
    rows.update(awaits_buyer=False, awaits_seller=True, spoke_last="buyer")

    call_command("mirror_disputes")
    call_command("mirror_disputes")

    assert list(Dispute.objects.values_list(*fields)) == before
    assert capsys.readouterr().out == f"{wrong} disputes put right.\n0 disputes put right.\n"


def test_several_queries_are_read_in_one_order_and_counted_at_once(frozen: datetime) -> None:
    made = []
    for number in range(6):
        with clock.freeze(frozen + timedelta(hours=number)):
            made.append(make.opened() if number % 2 else make.in_transit())
    rows = Dispute.objects.order_by("opened_at", "pk").values_list("opened_at", "pk")
    parts = rows.filter(state="awaiting_seller"), rows.filter(state="return_in_transit")

    with CaptureQueriesContext(connection) as asked_for:
        assert combined.in_order(*parts, wanted=slice(1, 5)) == [d.pk for d in made[1:5]]
        assert counts.each(*parts, rows, rows.none(), most=4) == [3, 3, 5, 0]
    assert len(asked_for) == 2
    assert combined.in_order(rows.none(), wanted=slice(0, 5)) == []
    assert counts.together(3, 997) == counts.together(999, 999) == 1000


def test_pages_go_on_where_nobody_has_counted() -> None:
    rows: Any = range(1030)

    def shown(number: Any) -> tuple[int, list[int], str, bool]:
        page = counts.Pages(rows, 20, 1000).get_page(number)
        return page.number, list(page.object_list)[:1], page.paginator.at_least, page.has_next()  # type: ignore[attr-defined]

    assert shown("1") == shown("x") == shown(None) == (1, [0], "999+", True)
    assert shown("49") == (49, [960], "999+", True)
    assert shown("50") == (50, [980], "1000+", True)
    assert shown("52") == (52, [1020], "", False)
    assert shown("53") == (50, [980], "999+", False)
    assert shown("9" * 30) == shown("53")
    short = counts.Pages(range(30), 20, 30).get_page("9")
    assert (short.number, list(short.object_list)[:1]) == (2, [20])
