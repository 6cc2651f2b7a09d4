"""The public layout of Olist: mapped truthfully, imported once, faults reported and never raised."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core import clock
from core.models import DemoClock, Event
from notifications.models import Notice
from orders import importers
from orders.importers import Disputes
from orders.models import LedgerEntry, Order, OrderDeadline, Refund, Store
from orders.states import OrderState
from tests.orders.olist_files import Folder

pytestmark = pytest.mark.django_db
D = Decimal


def counts(
    read: int, imported: int = 0, updated: int = 0, unchanged: int = 0, rejected: int = 0
) -> dict[str, int]:
    return {
        "read": read, "imported": imported, "updated": updated, "unchanged": unchanged, "rejected": rejected,
    }  # fmt: skip


def shown(summary: dict[str, Any]) -> dict[str, int]:
    return {name: summary[name] for name in counts(0)}


def money(order: Order) -> tuple[Decimal, ...]:
    return order.captured, order.held, order.released, order.refunded, order.coupon_amount


def test_statuses_map_truthfully(run: Any, folder: Folder) -> None:
    folder.order("delivered")
    folder.order("older", arrived="2018-08-03 10:00:00", promised="2018-08-04 00:00:00")
    folder.order("shipped", "shipped", arrived="")
    folder.order("invoiced", "invoiced", carrier="", arrived="")
    folder.order("processing", "processing", carrier="", arrived="")
    folder.order("approved", "approved", carrier="", arrived="")
    folder.order(
        "created", "created", placed="2018-08-19 10:00:00", approved="", carrier="", arrived=""
    )
    folder.order(
        "canceled",
        "canceled",
        placed="2018-08-16 10:00:00",
        approved="2018-08-16 11:00:00",
        carrier="",
        arrived="",
    )
    folder.order("unpaid", "canceled", approved="", carrier="", arrived="")
    folder.order("unavailable", "unavailable", carrier="", arrived="", items=())
    summary = run(folder.write(), "--as-of", "2018-08-20")
    assert shown(summary) == counts(10, imported=10)
    found = {order.number: order for order in Order.objects.all()}
    assert {number: str(order.state) for number, order in found.items()} == {
        "delivered": "delivered", "older": "completed", "shipped": "shipped", "invoiced": "paid",
        "processing": "paid", "approved": "paid", "created": "awaiting_payment", "canceled": "cancelled",
        "unpaid": "cancelled", "unavailable": "closed",
    }  # fmt: skip
    sixty, zero = D(60), D(0)
    held = (sixty, sixty, zero, zero, zero)
    assert {number: money(order) for number, order in found.items()} == {
        **dict.fromkeys(("delivered", "shipped", "invoiced", "processing", "approved"), held),
        "older": (sixty, zero, sixty, zero, zero),
        **dict.fromkeys(("created", "unpaid"), (zero,) * 5),
        **dict.fromkeys(("canceled", "unavailable"), (sixty, zero, zero, sixty, zero)),
    }
    assert found["delivered"].delivered_at == datetime(2018, 8, 10, 13, tzinfo=UTC), (
        "São Paulo is three hours behind"
    )


def test_running_clocks_count_from_their_true_start(run: Any, folder: Folder) -> None:
    folder.order("arrived")
    folder.order("on-the-way", "shipped", arrived="")
    folder.order(
        "unpaid", "created", placed="2018-08-19 10:00:00", approved="", carrier="", arrived=""
    )
    run(folder.write(), "--as-of", "2018-08-20")
    clocks = OrderDeadline.objects.values_list("case__number", "kind", "state", "due_at")
    assert set(clocks) == {
        ("arrived", "release", "pending", datetime(2018, 8, 25, 13, tzinfo=UTC)),
        ("on-the-way", "protection", "pending", datetime(2018, 9, 4, 3, tzinfo=UTC)),
        ("unpaid", "payment", "pending", datetime(2018, 8, 22, 13, tzinfo=UTC)),
    }
    order = Order.objects.get(number="arrived")
    assert order.protection_until == order.next_due_at == datetime(2018, 8, 25, 13, tzinfo=UTC)


def test_clocks_that_ran_out_before_are_not_started_again(run: Any, folder: Folder) -> None:
    folder.order("never-sent", "processing", carrier="", arrived="", promised="2018-08-03 00:00:00")
    folder.order("lost", "shipped", arrived="", promised="2018-08-03 00:00:00")
    folder.order("never-paid", "created", approved="", carrier="", arrived="")
    run(folder.write(), "--as-of", "2018-12-31")
    assert dict(Order.objects.values_list("number", "state")) == {
        "never-sent": "closed", "lost": "completed", "never-paid": "cancelled",
    }  # fmt: skip
    assert OrderDeadline.objects.count() == 0
    assert list(Refund.objects.values_list("order__number", "state", "gateway", "amount")) == [
        ("never-sent", "completed", "import", D(60))
    ]
    assert Notice.objects.count() == 0


def test_refund_of_an_order_that_just_ended_is_still_to_be_sent(run: Any, folder: Folder) -> None:
    folder.order(
        "fresh",
        "canceled",
        placed="2018-08-16 10:00:00",
        approved="2018-08-16 11:00:00",
        carrier="",
        arrived="",
    )
    run(folder.write(), "--as-of", "2018-08-20")
    refund = Refund.objects.get()
    assert (refund.state, refund.gateway, refund.expected_at) == (
        "requested", "file", datetime(2018, 8, 30, 14, tzinfo=UTC),
    )  # fmt: skip
    assert list(refund.deadlines.values_list("kind", "state", "due_at")) == [
        ("expected", "pending", refund.expected_at)
    ]


def test_several_sellers_become_several_orders_of_one_purchase(run: Any, folder: Folder) -> None:
    items = (("s1", "33.33", "0.00"), ("s2", "33.33", "0.00"), ("s2", "33.34", "0.01"))
    folder.order("many", items=items, payments=(("credit_card", "70.00"), ("voucher", "30.01")))
    summary = run(folder.write())
    assert (summary["imported"], summary["orders"]) == (1, 2)
    orders = list(Order.objects.order_by("number"))
    assert [(o.number, o.purchase_number, o.store.slug) for o in orders] == [
        ("many-1", "many", "s1"), ("many-2", "many", "s2"),
    ]  # fmt: skip
    assert sum(o.captured for o in orders) == D("70.00")
    assert sum(o.coupon_amount for o in orders) == D("30.01")
    assert [(line.title, line.quantity, line.unit_price) for line in orders[1].lines.all()] == [
        ("Beleza saude p1", 1, D("33.33")), ("Beleza saude p1", 1, D("33.34")), ("Freight", 1, D("0.01")),
    ]  # fmt: skip


def test_means_are_card_wallet_and_coupon(run: Any, folder: Folder) -> None:
    payments = (
        ("credit_card", "10.00"),
        ("debit_card", "5.00"),
        ("boleto", "25.00"),
        ("voucher", "20.00"),
    )
    folder.order("mixed", payments=(*payments, ("not_defined", "0.00")))
    run(folder.write())
    order = Order.objects.get()
    assert (order.captured, order.by_card, order.coupon_amount) == (D(40), D(15), D(20))
    assert dict(order.payments.values_list("means", "amount")) == {
        "card": D(15),
        "wallet": D(25),
        "coupon": D(20),
    }


def test_people_and_stores_carry_no_made_up_facts(run: Any, folder: Folder) -> None:
    folder.order("1").order("2")
    run(folder.write())
    order = Order.objects.get(number="1")
    assert (order.buyer.email, order.buyer.name) == ("person1@import.invalid", "Buyer person")
    assert not order.buyer.has_usable_password()
    assert list(Store.objects.values_list("slug", "name", "owner__email", "country")) == [
        ("s1", "Store Sao Paulo s1", "s1@import.invalid", "BR")
    ]
    assert (order.shipments.get().tracking_number, order.card_last4) == ("", "")


def test_history_stands_in_the_import_event(run: Any, folder: Folder) -> None:
    folder.order("1", arrived="2018-08-03 10:00:00")
    run(folder.write())
    order = Order.objects.get()
    event = Event.objects.get(subject=order.reference)
    assert (event.name, event.actor_kind, event.from_state, event.to_state) == (
        "imported",
        "system",
        "",
        "completed",
    )
    assert [step["name"] for step in event.data["history"]] == [
        "placed",
        "paid",
        "shipped",
        "delivered",
        "completed",
    ]
    assert event.data["history"][0]["at"] == "2018-08-01T10:00:00-03:00"
    assert list(LedgerEntry.objects.values_list("seq", "kind", "amount", "at")) == [
        (1, "captured", D(60), datetime(2018, 8, 1, 14, tzinfo=UTC)),
        (2, "released", D(60), datetime(2018, 8, 18, 13, tzinfo=UTC)),
    ]


def test_twice_doubles_nothing(run: Any, folder: Folder) -> None:
    for number in range(5):
        folder.order(str(number))
    path = folder.write()
    assert shown(run(path)) == counts(5, imported=5)
    before = (Order.objects.count(), Event.objects.count(), LedgerEntry.objects.count())
    assert shown(run(path)) == counts(5, unchanged=5)
    assert (Order.objects.count(), Event.objects.count(), LedgerEntry.objects.count()) == before


def test_a_newer_file_moves_known_orders_on(run: Any, folder: Folder, tmp_path: Path) -> None:
    folder.order("1", "processing", carrier="", arrived="")
    run(folder.write(), "--as-of", "2018-08-05")
    later = Folder(tmp_path / "later").order("1")
    assert shown(run(later.write(), "--as-of", "2018-08-12")) == counts(1, updated=1)
    order = Order.objects.get()
    assert (order.state, order.shipments.get().delivered_at) == (
        "delivered",
        datetime(2018, 8, 10, 13, tzinfo=UTC),
    )
    assert list(Event.objects.filter(subject=order.reference).values_list("name", flat=True)) == [
        "imported", "shipped", "delivered", "import_updated",
    ]  # fmt: skip
    assert shown(run(later.write(), "--as-of", "2018-08-12")) == counts(1, unchanged=1)


def test_a_later_present_lets_the_same_files_say_more(run: Any, folder: Folder) -> None:
    path = folder.order("1").write()
    run(path, "--as-of", "2018-08-05")
    assert Order.objects.get().state == OrderState.SHIPPED
    assert shown(run(path, "--as-of", "2018-08-12")) == counts(1, updated=1)
    assert Order.objects.get().state == OrderState.DELIVERED


def test_dry_run_keeps_nothing_and_counts_the_same(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2", items=(("s9", "1.00", "0.00"),)).write()
    summary = run(path, "--dry-run")
    assert (shown(summary), summary["rejected_rows"]) == (counts(2, imported=1, rejected=1), 2)
    assert (Order.objects.count(), Store.objects.count(), DemoClock.objects.count()) == (0, 0, 0)
    assert shown(run(path)) == shown(summary)


def test_as_of_sets_the_demo_clock(run: Any, folder: Folder) -> None:
    path = folder.order("1").write()
    run(path, "--as-of", "2018-08-12")
    ahead = clock.now() - datetime(2018, 8, 13, tzinfo=UTC)
    assert 0 <= ahead.total_seconds() < 600


def test_orders_placed_after_the_present_are_left_out(run: Any, folder: Folder) -> None:
    folder.order("1").order("2", placed="2018-07-20 10:00:00", approved="2018-07-20 11:00:00")
    summary = run(folder.write(), "--as-of", "2018-07-31")
    assert shown(summary) == counts(2, imported=1, rejected=1)
    assert Order.objects.get().number == "2"


def test_reviews_go_to_the_apps_above(
    run: Any, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, str]] = []

    def plug(orders: Any, reviews: Any) -> Disputes:
        seen.extend((o.number, reviews[o.pk].score, reviews[o.pk].text) for o in orders)
        return Disputes(opened=1, refused=Counter({"protection_over": 1}))

    monkeypatch.setattr(importers, "_plugs", [plug])
    items = (("s1", "10.00", "0.00"), ("s2", "10.00", "0.00"))
    folder.order("1", review=(1, "Não chegou", "2018-08-15 00:00:00"))
    parts = (("credit_card", "20.00"),)
    folder.order("2", items=items, payments=parts, review=(2, "Quebrado", "2018-08-15 00:00:00"))
    folder.order("3")
    path = folder.write()
    summary = run(path, "--disputes")
    assert seen == [("1", 1, "Não chegou"), ("2-1", 2, "Quebrado")]
    assert (summary["disputes_opened"], summary["disputes_refused"]) == (1, {"protection_over": 1})
    assert "disputes_opened" not in run(path)


def test_a_review_was_written_when_it_was_answered(
    run: Any, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []

    def plug(orders: Any, reviews: Any) -> Disputes:
        seen.extend(reviews[order.pk].at for order in orders)
        return Disputes(opened=len(orders))

    monkeypatch.setattr(importers, "_plugs", [plug])
    asked = "2018-08-09 00:00:00"
    for number, answered in (("1", "2018-08-12 09:30:00"), ("2", ""), ("3", "2018-08-08 00:00:00")):
        folder.order(number)
        folder.rows["order_reviews"].append((number, number, 1, "", "Quebrado", asked, answered))
    summary = run(folder.write(), "--disputes")
    assert seen == [
        datetime(2018, 8, 12, 12, 30, tzinfo=UTC), datetime(2018, 8, 9, 3, tzinfo=UTC),
    ]  # fmt: skip
    assert (summary["reviews"], summary["rejected_rows"]) == (2, 1)


def test_of_several_reviews_the_newest_with_words_counts_and_every_one_is_accounted_for(
    run: Any, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def plug(orders: Any, reviews: Any) -> Disputes:
        seen.extend((order.number, reviews[order.pk].text) for order in orders)
        return Disputes(opened=len(orders))

    monkeypatch.setattr(importers, "_plugs", [plug])
    folder.order("1", review=(1, "Quebrado", "2018-08-15 00:00:00"))
    folder.order("2", review=(1, "Quebrado", "2018-08-15 00:00:00"))
    folder.order("3", review=(1, "Quebrado", "2018-09-15 00:00:00"))
    for number, text, at in (
        ("1", "Trocaram, obrigado", "2018-08-17 00:00:00"),
        ("2", "", "2018-08-17 00:00:00"),
        ("2", "Nada", "2018-09-17 00:00:00"),
        ("9", "De outro pedido", "2018-08-17 00:00:00"),
    ):
        folder.rows["order_reviews"].append((f"r{number}", number, 1, "", text, at, at))
    summary = run(folder.write(), "--disputes", "--as-of", "2018-08-30")
    assert seen == [("1", "Trocaram, obrigado"), ("2", "Quebrado")]
    assert (summary["reviews"], summary["disputes_opened"], summary["reviews_passed"]) == (
        7, 2, {"another_counts": 2, "no_order": 1, "not_yet": 2},
    )  # fmt: skip


def test_statements_do_not_grow_with_the_orders(
    run: Any, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    few, many = Folder(tmp_path / "few").order("0"), Folder(tmp_path / "many")
    run(few.write())
    for number in range(1, 31):
        many.order(f"m{number}")
    with django_assert_max_num_queries(45):
        run(many.write())


def test_the_ledger_of_imported_orders_balances(
    run: Any, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = ("delivered", "shipped", "canceled", "unavailable", "processing", "created")
    for number in range(60):
        folder.order(
            str(number),
            statuses[number % 6],
            payments=(("credit_card", "40.05"), ("boleto", "19.95")),
        )
    run(folder.write())
    call_command("check_ledger")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "orders": 60,
        "wallets": 0,
        "unbalanced": 0,
    }
