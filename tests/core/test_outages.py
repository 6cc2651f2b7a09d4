"""Time that an outage took is given back, once, to whoever's clock ran in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import User
from core import audit, clock, flush, outages
from core.errors import NotAllowed, Refused
from core.models import Event, Outage, Storefront
from core.templatetags import timewords
from disputes import services
from disputes.models import Dispute, DisputeDeadline
from notifications.models import Notice
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def declare(frm: datetime, to: datetime, **more: Any) -> Outage:
    values: dict[str, Any] = {"note": "The database was full.", "actor": make.root()} | more
    return outages.declare_outage(
        storefront_id=Storefront.default().pk, began_at=frm, ended_at=to, **values
    )


def test_a_running_turn_ends_later_by_the_outage_with_event_step_and_notices(
    frozen: datetime,
) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + DAY):
        outage = declare(frozen + 2 * HOUR, frozen + 5 * HOUR)
        assert outages.give_back(outage) == 1
    assert facts.running(dispute) == [("seller_answer", frozen + 2 * DAY + 3 * HOUR)]
    dispute = make.fresh(dispute)
    assert dispute.next_due_at == frozen + 2 * DAY + 3 * HOUR
    event = facts.last(dispute)
    assert (event.name, event.actor_kind, event.actor_why, event.reason) == (
        "clock_extended", "system", "outage", "The database was full.",
    )  # fmt: skip
    assert facts.told(dispute) == [
        ("Alice", "dispute_clock_extended_buyer"), ("Bob", "dispute_clock_extended_seller"),
    ]  # fmt: skip
    lines = timewords.explain(DisputeDeadline.objects.get(state="pending").explanation)
    assert lines[-1].words == (
        "Our portal did not work from Mon 2 March, 14:00 to Mon 2 March, 17:00; that time is given back"
    )
    assert lines[-1].amount == "+\N{NO-BREAK SPACE}3 hours"
    outage.refresh_from_db()
    assert (outage.extended, outage.done_at) == (1, frozen + DAY)
    assert list(audit.broken_links()) == []


def test_running_it_again_changes_nothing(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + DAY):
        outage = declare(frozen + HOUR, frozen + 2 * HOUR)
        outages.give_back(outage)
        before = (facts.running(dispute), Event.objects.count(), Notice.objects.count())
        assert outages.give_back(outage) == outages.give_back_all() == 0
        with pytest.raises(Refused, match="declared already"):
            declare(frozen + HOUR, frozen + 2 * HOUR)
    assert (facts.running(dispute), Event.objects.count(), Notice.objects.count()) == before


def test_only_the_part_in_which_the_clock_ran_counts_and_no_hour_twice(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + DAY):
        outages.give_back(declare(frozen - 5 * HOUR, frozen + HOUR))
        assert facts.running(dispute) == [("seller_answer", frozen + 2 * DAY + HOUR)]
        outages.give_back(declare(frozen, frozen + 3 * HOUR))
        assert facts.running(dispute) == [("seller_answer", frozen + 2 * DAY + 3 * HOUR)]
        assert outages.give_back(declare(frozen - 9 * HOUR, frozen)) == 0


def test_a_clock_that_would_have_run_out_in_the_outage_has_after_it_what_it_had_left(
    frozen: datetime,
) -> None:
    dispute = make.opened()
    due = frozen + 2 * DAY
    with clock.freeze(due + 5 * HOUR):
        outages.give_back(declare(due - HOUR, due + 4 * HOUR))
        assert facts.running(dispute) == [("seller_answer", due + 5 * HOUR)]
    with clock.freeze(due + 4 * HOUR + 59 * timedelta(minutes=1)):
        services.reject_request(dispute_id=dispute.pk, actor=make.seller(dispute), answer="No.")


def test_our_own_targets_do_not_move_and_the_partys_answer_does(frozen: datetime) -> None:
    dispute = make.in_mediation()
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Box?"
    )
    with clock.freeze(frozen + DAY):
        outages.give_back(declare(frozen, frozen + HOUR))
    assert facts.running(dispute) == [
        ("decision", frozen + 7 * DAY), ("evidence_buyer", frozen + 3 * DAY + HOUR),
    ]  # fmt: skip


def test_a_stopped_clock_gets_back_what_it_lost_before_it_stopped(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + 2 * HOUR):
        services.propose_settlement(
            dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(10), by=frozen + DAY
        )
        pk = dispute.settlements.get().pk
        services.agree_settlement(
            dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk
        )
    with clock.freeze(frozen + 5 * HOUR):
        outages.give_back(declare(frozen + HOUR, frozen + 4 * HOUR))
    row = DisputeDeadline.objects.get(kind="seller_answer")
    assert (row.state, row.left_us) == ("paused", (2 * DAY - HOUR) // timedelta(microseconds=1))
    make.at(frozen + DAY)
    assert facts.running(dispute) == [("seller_answer", frozen + 3 * DAY - HOUR)]
    row.refresh_from_db()
    spans = [(step["kind"], step["to"]) for step in row.explanation["steps"] if "to" in step]
    assert spans == [
        ("paused", (frozen + DAY).isoformat()), ("outage", (frozen + 4 * HOUR).isoformat()),
    ]  # fmt: skip

    with clock.freeze(frozen + DAY + 3 * HOUR):
        outages.give_back(declare(frozen + DAY + HOUR, frozen + DAY + 2 * HOUR))
    assert facts.running(dispute) == [("seller_answer", frozen + 3 * DAY)], (
        "the pause is over: a later outage counts in full"
    )


def test_the_protection_of_an_order_lasts_as_long(frozen: datetime) -> None:
    order = orders.delivered()
    until = order.protection_until
    assert until is not None
    with clock.freeze(frozen + DAY):
        outages.give_back(declare(frozen, frozen + 2 * HOUR))
    order = Order.objects.get(pk=order.pk)
    assert order.protection_until == order.next_due_at == until + 2 * HOUR
    told = Notice.objects.filter(kind="order_clock_extended")
    assert sorted(told.values_list("recipient__name", flat=True)) == ["Alice", "Bob"]


def test_what_is_no_past_outage_is_refused(frozen: datetime) -> None:
    for frm, to in ((frozen, frozen), (frozen - HOUR, frozen + HOUR), (frozen - 32 * DAY, frozen)):
        with pytest.raises(Refused):
            declare(frm, to)
    with pytest.raises(Refused, match="what happened"):
        declare(frozen - HOUR, frozen, note=" ")
    with pytest.raises(NotAllowed):
        declare(frozen - HOUR, frozen, actor=make.carol())
    assert not Event.objects.filter(subject="outage:main").exists()


def test_chunks_reach_every_clock_and_another_storefront_keeps_its_dates(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "CHUNK", 2)
    made = [make.opened() for _n in range(5)]
    other = Storefront.objects.create(slug="other", name="Other")
    with clock.freeze(frozen + DAY):
        elsewhere = outages.declare_outage(
            storefront_id=other.pk, began_at=frozen, ended_at=frozen + HOUR, note="x", actor=make.root(),
        )  # fmt: skip
        assert outages.give_back(elsewhere) == 0
        declare(frozen, frozen + HOUR)
        assert outages.give_back_all() == 5
    assert {facts.running(d)[0][1] for d in made} == {frozen + 2 * DAY + HOUR}


def test_one_case_that_the_database_refuses_keeps_the_outage_open_and_holds_up_nobody(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make.opened() for _n in range(5)]
    write = flush.update

    def behind(changes: Any) -> None:
        Dispute.objects.filter(pk=made[2].pk).update(version=F("version") + 1)
        write(changes)

    with clock.freeze(frozen + DAY):
        outage = declare(frozen, frozen + HOUR)
        with monkeypatch.context() as patched:
            patched.setattr(flush, "update", behind)
            assert outages.give_back(outage) == 4
        outage.refresh_from_db()
        assert (outage.extended, outage.done_at) == (4, None)
        assert outages.give_back_all() == 1
    assert {facts.running(d)[0][1] for d in made} == {frozen + 2 * DAY + HOUR}


def test_the_command_declares_and_goes_on_where_it_was(frozen: datetime) -> None:
    dispute = make.opened()
    words = ["2026-03-02T14:00+01:00", "2026-03-02T15:00+01:00", "Power failure."]
    with clock.freeze(frozen + DAY):
        for said in ("1 clocks extended, 1 in all.", "0 clocks extended, 1 in all."):
            out = StringIO()
            call_command("declare_outage", *words, stdout=out)
            assert out.getvalue().strip() == said
        with pytest.raises(CommandError):
            call_command("declare_outage", *words, "--storefront", "nowhere")
    assert facts.running(dispute) == [("seller_answer", frozen + 2 * DAY + HOUR)]
    event = Event.objects.get(subject="outage:main")
    assert (event.name, event.actor_id, event.actor_why) == (
        "outage_declared",
        None,
        "operator's command",
    )
    assert User.objects.count() == 2
