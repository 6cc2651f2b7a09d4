"""Who may open a dispute, when, and what is written when one opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock
from core.actors import Actor
from core.errors import NotAllowed, Refused, TimeIsUp
from disputes import questionnaire, services
from disputes.models import Dispute, DisputeDraft
from disputes.selectors import eligibility
from disputes.services import input
from disputes.states import Kind, Reason
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db


def buyer(order: Order) -> Actor:
    return Actor.person(order.buyer_id, why="buyer")


def test_opening_writes_the_dispute_its_offer_evidence_clock_hold_and_notices(
    frozen: datetime,
) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    picture = make.file(order.buyer_id, order.reference, "dispute_draft")
    draft.files.create(file=picture, caption="The crack", added_at=frozen)

    dispute = services.open_dispute(order_id=order.pk, actor=buyer(order))

    dispute, order = make.fresh(dispute), Order.objects.get(pk=order.pk)
    assert dispute.state == "awaiting_seller"
    assert dispute.reference.startswith("DSP-")
    assert (dispute.received, dispute.reason, dispute.wanted, dispute.amount_asked, dispute.currency) == (
        True, "damaged", "refund", Decimal(60), "EUR",
    )  # fmt: skip
    assert (dispute.opened_at, dispute.version, dispute.evidence_count) == (frozen, 1, 1)
    assert facts.events(dispute) == [("opened", "", "awaiting_seller")]
    assert facts.clocks(dispute) == [("seller_answer", "pending", frozen + 2 * DAY)]
    assert facts.offers(dispute) == [("buyer", Decimal(60), "standing")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_opened_buyer"),
        ("Bob", "dispute_opened_seller"),
    ]
    item = dispute.evidence.get()
    assert (item.label, item.party, item.caption, item.file_id) == (
        "E1",
        "buyer",
        "The crack",
        picture.pk,
    )
    picture.refresh_from_db()
    assert (picture.purpose, picture.subject) == ("dispute", dispute.reference)
    assert order.disputed_at == frozen
    assert set(order.deadlines.values_list("state", flat=True)) <= {"paused", "met"}
    assert not DisputeDraft.objects.exists()
    assert facts.refunds(dispute) == []


def test_the_clock_explains_itself(frozen: datetime) -> None:
    deadline = make.opened().deadlines.get()
    assert deadline.explanation["rule"] == "seller_answer_days"
    assert deadline.explanation["steps"] == [{"kind": "add_days", "days": 2}]
    assert deadline.explanation["policy"] == 1


def test_opening_twice_gives_the_same_dispute(frozen: datetime) -> None:
    first = make.opened()
    again = services.open_dispute(order_id=first.order_id, actor=make.buyer(first))
    assert again.pk == first.pk
    assert Dispute.objects.count() == 1
    assert facts.events(first) == [("opened", "", "awaiting_seller")]


def test_a_withdrawn_dispute_cannot_be_opened_again(frozen: datetime) -> None:
    first = make.withdrawn()
    make.draft(first.order)
    assert services.open_dispute(order_id=first.order_id, actor=make.buyer(first)).pk == first.pk
    assert make.fresh(first).state == "withdrawn"


def test_a_return_asks_who_pays_postage_and_a_replacement_asks_no_money(frozen: datetime) -> None:
    returning = make.opened(wanted="return_refund", postage_payer="buyer").offers.get()
    replacing = make.opened(wanted="replacement").offers.get()
    assert (returning.amount, returning.return_required, returning.postage_payer) == (
        Decimal(60),
        True,
        "buyer",
    )
    assert (replacing.amount, replacing.replacement, replacing.postage_payer) == (
        Decimal(0),
        True,
        "",
    )


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (orders.placed, "not_paid"), (orders.paid, "too_early"), (orders.on_hold, "too_early"),
        (orders.cancelled, "not_paid"), (orders.closed, "ended"),
        (orders.shipped, None), (orders.delivered, None), (orders.completed, None),
    ],
)  # fmt: skip
def test_why_not_follows_the_order(frozen: datetime, made: Any, code: str | None) -> None:
    order = made()
    no = eligibility.why_not(order, order.buyer_id, frozen)
    assert (no.code if no else None) == code


def test_an_order_that_was_not_sent_can_be_disputed_from_its_promised_moment_on(
    frozen: datetime,
) -> None:
    order = orders.paid(promised_in=10)
    promised = frozen + 10 * DAY
    before = eligibility.why_not(order, order.buyer_id, promised - MS)
    assert before is not None
    assert (before.code, before.from_when) == ("too_early", promised)
    assert eligibility.why_not(order, order.buyer_id, promised) is None


def test_protection_ends_at_its_very_moment(frozen: datetime) -> None:
    order = orders.delivered()
    assert order.protection_until == frozen + 15 * DAY
    assert eligibility.why_not(order, order.buyer_id, frozen + 15 * DAY - MS) is None
    after = eligibility.why_not(order, order.buyer_id, frozen + 15 * DAY)
    assert after is not None
    assert after.code == "protection_over"
    make.draft(order)
    with clock.freeze(frozen + 15 * DAY), pytest.raises(Refused):
        services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert not Dispute.objects.exists()


def test_strangers_and_the_seller_cannot_open(frozen: datetime) -> None:
    order = orders.delivered()
    make.draft(order)
    for actor in (make.eve(), Actor.person(order.seller_id), make.carol()):
        with pytest.raises(Refused) as no:
            services.open_dispute(order_id=order.pk, actor=actor)
        assert no.value.code == "not_buyer"
    with pytest.raises(NotAllowed):
        services.open_dispute(order_id=order.pk, actor=Actor.system())
    assert not Dispute.objects.exists()


def test_a_stranger_is_not_told_of_an_existing_dispute(frozen: datetime) -> None:
    dispute = make.opened()
    no = eligibility.why_not(dispute.order, make.eve().user_id or 0, frozen)
    assert no is not None
    assert (no.code, no.reference) == ("not_buyer", "")


def test_after_confirmed_receipt_only_what_arrived_can_be_disputed(frozen: datetime) -> None:
    order = orders.completed()
    make.draft(order, received=False, reason="no_tracking")
    with pytest.raises(questionnaire.Unfinished) as no:
        services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert no.value.step == "received"
    make.draft(order)
    dispute = services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert dispute.reason == "damaged"


def test_late_is_a_reason_only_once_the_promise_is_over(frozen: datetime) -> None:
    order = orders.shipped(promised_in=10)
    assert Reason.LATE not in eligibility.reasons(order, False, frozen + 10 * DAY - MS)
    assert Reason.LATE in eligibility.reasons(order, False, frozen + 10 * DAY)
    assert not set(eligibility.reasons(order, True, frozen)) & set(
        eligibility.reasons(order, False, frozen)
    )


@pytest.mark.parametrize(
    ("answers", "step"),
    [
        ({"received": None}, "received"), ({"received": "yes"}, "received"),
        ({"reason": ""}, "reason"), ({"reason": "no_tracking"}, "reason"), ({"reason": "nonsense"}, "reason"),
        ({"story": ""}, "story"), ({"story": " \x00\n"}, "story"), ({"story": "x" * 2001}, "story"),
        ({"story": "x" * 10_000_000}, "story"),
        ({"wanted": ""}, "wanted"), ({"wanted": "a pony"}, "wanted"), ({"postage_payer": "nobody"}, "wanted"),
        ({"amount": ""}, "wanted"), ({"amount": "0"}, "wanted"), ({"amount": "-1"}, "wanted"),
        ({"amount": "100.01"}, "wanted"), ({"amount": "1e400"}, "wanted"), ({"amount": "NaN"}, "wanted"),
        ({"amount": "Infinity"}, "wanted"), ({"amount": "0.001"}, "wanted"), ({"amount": "sNaN"}, "wanted"),
        ({"amount": "1.500"}, "wanted"), ({"amount": "1e1"}, "wanted"), ({"amount": "1_0"}, "wanted"),
        ({"received": False, "reason": "no_tracking", "wanted": "return_refund"}, "wanted"),
    ],
)  # fmt: skip
def test_an_unfinished_questionnaire_names_the_page_and_writes_nothing(
    frozen: datetime, answers: dict[str, Any], step: str
) -> None:
    order = orders.delivered()
    make.draft(order, **answers)
    with pytest.raises(questionnaire.Unfinished) as no:
        services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert no.value.step == step
    assert not Dispute.objects.exists()
    assert DisputeDraft.objects.get().answers == input.storable(make.ANSWERS | answers)
    assert Order.objects.get().disputed_at is None


def test_the_largest_amount_is_all_that_is_refundable(frozen: datetime) -> None:
    order = orders.delivered(card="100", coupon="20")
    assert make.opened(order, amount="100").amount_asked == Decimal(100)


def test_a_story_is_kept_as_written(frozen: datetime) -> None:
    story = "Разбит 😭 مكسور ‏ 破碎 \U00020000"
    assert make.opened(story=f"\x00{story}\r\n").story == story


def test_answers_are_saved_page_by_page_and_survive(frozen: datetime) -> None:
    order = orders.delivered()
    draft = services.start_draft(order=order, user_id=order.buyer_id)
    assert draft.step == "received"
    draft = services.save_answers(
        draft_id=draft.pk,
        user_id=order.buyer_id,
        step="received",
        answers={"received": True, "story": "other page"},
    )
    assert (draft.step, draft.answers) == ("reason", {"received": True})
    services.save_answers(
        draft_id=draft.pk,
        user_id=order.buyer_id,
        step="reason",
        answers={"reason": "damaged"},
        go_on=False,
    )
    again = services.start_draft(order=order, user_id=order.buyer_id)
    assert (again.pk, again.step, again.answers) == (
        draft.pk,
        "reason",
        {"received": True, "reason": "damaged"},
    )
    changed = services.save_answers(
        draft_id=draft.pk, user_id=order.buyer_id, step="received", answers={"received": False}
    )
    assert changed.answers == {"received": False}


def test_nul_and_half_characters_do_not_stop_the_saving(frozen: datetime) -> None:
    order = orders.delivered()
    draft = services.start_draft(order=order, user_id=order.buyer_id)
    services.save_answers(
        draft_id=draft.pk,
        user_id=order.buyer_id,
        step="story",
        answers={"story": "a\x00b \ud800 😭", "language": "pt"},
    )
    assert DisputeDraft.objects.get().answers == {"story": "ab  😭", "language": "pt"}


def test_nobody_else_touches_a_questionnaire(frozen: datetime) -> None:
    order = orders.delivered()
    draft = services.start_draft(order=order, user_id=order.buyer_id)
    eve = make.eve().user_id or 0
    with pytest.raises(Refused):
        services.start_draft(order=order, user_id=eve)
    acts: list[Callable[[], object]] = [
        lambda: services.save_answers(draft_id=draft.pk, user_id=eve, step="reason", answers={}),
        lambda: services.drop_draft(draft_id=draft.pk, user_id=eve),
        lambda: services.remove_draft_file(draft_id=draft.pk, user_id=eve, file_id=1),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_a_dropped_questionnaire_erases_its_files(frozen: datetime) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    picture = make.file(order.buyer_id, order.reference, "dispute_draft")
    draft.files.create(file=picture, added_at=frozen)
    services.drop_draft(draft_id=draft.pk, user_id=order.buyer_id)
    picture.refresh_from_db()
    assert picture.state == "erased"
    assert not DisputeDraft.objects.exists()


def test_a_file_that_was_refused_does_not_become_evidence(frozen: datetime) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    bad = make.file(
        order.buyer_id,
        order.reference,
        "dispute_draft",
        state="refused",
        refusal_code="broken",
        clean_name="",
        sha256="",
    )
    draft.files.create(file=bad, added_at=frozen)
    dispute = services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert list(dispute.evidence.all()) == []


def test_an_order_whose_clock_has_passed_is_not_held(frozen: datetime) -> None:
    order = orders.shipped(promised_in=1)
    make.draft(order)
    with clock.freeze(frozen + 16 * DAY), pytest.raises((Refused, TimeIsUp)):
        services.open_dispute(order_id=order.pk, actor=buyer(order))
    assert not Dispute.objects.exists()


def test_the_dispute_keeps_the_policy_under_which_it_was_opened(frozen: datetime) -> None:
    from core.models import PolicyVersion

    first = make.opened()
    now = first.storefront.current_policy()
    PolicyVersion.objects.create(
        storefront=first.storefront,
        number=2,
        note="five days",
        values={**now.values, "seller_answer_days": 5},
    )
    second = make.opened()
    assert facts.clocks(first) == [(Kind.SELLER_ANSWER, "pending", frozen + 2 * DAY)]
    assert facts.clocks(second) == [(Kind.SELLER_ANSWER, "pending", frozen + 5 * DAY)]
