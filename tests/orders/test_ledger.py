"""Money: whatever is done in whatever order, each order's ledger balances, and the database sees to it."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import append_only, clock, deadlines
from core.batch import Batch
from core.errors import Refused
from core.models import Storefront
from orders import effects, guards, selectors, services
from orders.models import LedgerEntry, Order, Refund, WalletEntry
from orders.states import EFFECTS, FLOWS, LedgerKind
from tests.conftest import NOON
from tests.orders import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


def refund(order: Order, amount: str, cause: str = "dispute DSP-1") -> list[Refund]:
    with Batch() as batch:
        (locked,) = batch.lock(Order, [order.pk])
        return effects.refund(batch, locked, D(amount), make.SHOP, cause)


def entries(order: Order) -> list[tuple[Any, ...]]:
    return list(order.entries.values_list("seq", "kind", "debit", "credit", "amount"))


def totals(order: Order) -> tuple[Decimal, ...]:
    order.refresh_from_db()
    return order.captured, order.held, order.released, order.refunded


def test_every_kind_of_entry_keeps_the_balance() -> None:
    assert set(EFFECTS) == set(FLOWS) == set(LedgerKind)
    for captured, held, released, refunded in EFFECTS.values():
        assert captured == held + released + refunded


def test_payment_captures_money_but_no_coupon(frozen: Any) -> None:
    order = make.paid(card="70", wallet="20", coupon="10")
    assert totals(order) == (90, 90, 0, 0)
    assert (order.coupon_amount, order.by_card, order.refundable, order.total) == (10, 70, 90, 100)
    assert entries(order) == [(1, "captured", "buyer", "escrow", 90)]


def test_confirmed_receipt_releases_everything(frozen: Any) -> None:
    order = make.completed()
    assert totals(order) == (100, 0, 100, 0)
    assert entries(order)[1:] == [(2, "released", "escrow", "seller", 100)]


def test_refund_goes_to_the_card_first_and_to_the_wallet_at_once(frozen: Any) -> None:
    order = make.shipped(card="70", wallet="30")
    made = refund(order, "85")
    assert [(r.means, r.amount, str(r.state), r.gateway) for r in made] == [
        ("card", 70, "requested", "file"), ("wallet", 15, "completed", "wallet"),
    ]  # fmt: skip
    assert totals(order) == (100, 15, 0, 85)
    assert order.refunded_to_card == 70
    assert list(
        WalletEntry.objects.values_list(
            "account__user__name", "seq", "amount", "balance", "account__currency"
        )
    ) == [("Alice", 1, 15, 15, "EUR")]
    assert [(w.currency, w.balance) for w in selectors.wallets_of(order.buyer)] == [("EUR", 15)]
    rest = refund(order, "15", "dispute DSP-1, rest")
    assert [(r.means, r.amount) for r in rest] == [("wallet", 15)]


def test_refund_after_release_is_taken_back_from_the_seller(frozen: Any) -> None:
    order = make.completed()
    refund(order, "40")
    assert totals(order) == (100, 0, 60, 40)
    assert entries(order)[2:] == [
        (3, "recovered", "seller", "escrow", 40), (4, "refunded", "escrow", "buyer", 40),
    ]  # fmt: skip


def test_fee_leaves_escrow_for_the_marketplace(frozen: Any) -> None:
    order = make.shipped()
    with Batch() as batch:
        (locked,) = batch.lock(Order, [order.pk])
        effects.charge_fee(batch, locked, D(8), make.SHOP)
    assert totals(order) == (100, 92, 8, 0)
    with Batch() as batch, pytest.raises(Refused, match="more than is held"):
        (locked,) = batch.lock(Order, [order.pk])
        effects.charge_fee(batch, locked, D(93), make.SHOP)


@pytest.mark.parametrize("amount", ["100.01", "-1", "1.005", "NaN", "Infinity", "1E+400"])
def test_impossible_refunds_are_refused_in_words(frozen: Any, amount: str) -> None:
    order = make.shipped()
    with pytest.raises(Refused):
        refund(order, amount)
    assert (totals(order), Refund.objects.count()) == ((100, 100, 0, 0), 0)


def test_refund_of_nothing_is_nothing(frozen: Any) -> None:
    assert refund(make.shipped(), "0") == []


def test_the_same_cause_cannot_pay_twice(frozen: Any) -> None:
    order = make.shipped()
    refund(order, "10")
    with pytest.raises(IntegrityError):
        refund(order, "10")
    assert (totals(order), Refund.objects.count()) == ((100, 90, 0, 10), 1)


REFUSED = {
    "change of an entry": "UPDATE orders_ledgerentry SET amount = 1",
    "deletion of an entry": "DELETE FROM orders_ledgerentry",
    "change of a wallet": "UPDATE orders_walletentry SET amount = 1",
    "unbalanced totals": "UPDATE orders_order SET held = held + 1",
    "totals without an entry": "UPDATE orders_order SET held = held - 1, released = released + 1",
    "debts": "UPDATE orders_order SET held = -1, released = released + 1 + held",
    "more refunded than captured": "UPDATE orders_order SET refunded = captured + 1, held = -1",
    "another currency": "UPDATE orders_refund SET currency = 'USD'",
    "a larger refund": "UPDATE orders_refund SET amount = 99",
    "another currency of the order": "UPDATE orders_order SET currency = 'USD'",
    "a refund that is gone": "DELETE FROM orders_refund WHERE means = 'card'",
    "more to the card than its refunds": "UPDATE orders_order SET refunded_to_card = 70",
    "a second refund of the same entry": (
        "INSERT INTO orders_refund (reference, storefront_id, policy_version_id, version, audit_head, created_at,"
        " changed_at, state, order_id, entry_id, amount, currency, means, gateway, cause, idempotency_key,"
        " provider_reference, failure, expected_at) SELECT 'RFD-X', storefront_id, policy_version_id, version,"
        " audit_head, created_at, changed_at, state, order_id, entry_id, amount, currency, means, gateway, 'again',"
        " 'x', '', '', expected_at FROM orders_refund WHERE means = 'card'"
    ),
    "a refund without an entry": "UPDATE orders_refund SET entry_id = (SELECT MIN(id) FROM orders_ledgerentry)",
    "an unknown state": "UPDATE orders_order SET state = 'lost'",
    "money in an unpaid order": "UPDATE orders_order SET state = 'awaiting_payment'",
    "a gap": (
        "INSERT INTO orders_ledgerentry (order_id, seq, kind, debit, credit, amount, captured, held, released,"
        " refunded, at, event_id) SELECT order_id, seq + 5, kind, debit, credit, amount, captured, held, released, refunded, at,"  # noqa: E501
        " event_id FROM orders_ledgerentry WHERE seq = 1"
    ),
    "an entry that does not follow": (
        "INSERT INTO orders_ledgerentry (order_id, seq, kind, debit, credit, amount, captured, held, released,"
        " refunded, at, event_id) SELECT order_id, 3, 'released', 'escrow', 'seller', 1, 100, 100, 0, 0, at, event_id"
        " FROM orders_ledgerentry WHERE seq = 1"
    ),
}


@pytest.mark.parametrize("attempt", list(REFUSED))
def test_the_database_refuses(frozen: Any, attempt: str) -> None:
    order = make.shipped(card="80", wallet="20")
    refund(order, "90")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFUSED[attempt])
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert totals(order) == (100, 10, 0, 90)


NEXT = (
    "INSERT INTO orders_ledgerentry (order_id, seq, kind, debit, credit, amount, captured, held, released, refunded,"
    " at, event_id) SELECT order_id, seq + 1, 'refunded', 'escrow', 'buyer', %s, captured, held - %s, released,"
    " refunded + %s, at, event_id FROM orders_ledgerentry WHERE order_id = %s ORDER BY seq DESC LIMIT 1"
)


@pytest.mark.parametrize(
    ("stage", "amount"), [(make.shipped, "100.01"), (make.completed, "0.01"), (make.placed, "0.01")]
)
def test_the_database_refuses_to_send_back_more_than_is_held(
    frozen: Any, stage: Callable[..., Order], amount: str
) -> None:
    """Released money has to be recovered first: what is sent back comes out of what is held."""
    order = stage()
    before, length = totals(order), order.ledger_length
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEXT, [amount, amount, amount, order.pk])
        cursor.execute(
            "UPDATE orders_order SET held = held - %s, refunded = refunded + %s, ledger_length = ledger_length + 1"
            " WHERE id = %s",
            [amount, amount, order.pk],
        )
    assert (totals(order), order.ledger_length) == (before, length)


def test_the_database_refuses_an_entry_of_a_refund_that_nobody_recorded(frozen: Any) -> None:
    order = make.shipped()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEXT, ["10", "10", "10", order.pk])
        cursor.execute(
            "UPDATE orders_order SET held = 90, refunded = 10, ledger_length = 2 WHERE id = %s",
            [order.pk],
        )
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert totals(order) == (100, 100, 0, 0)


def test_an_order_without_money_may_still_get_another_currency(frozen: Any) -> None:
    order = make.placed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET currency = 'USD' WHERE id = %s", [order.pk])
    order.refresh_from_db()
    assert order.currency == "USD"


def test_the_guards_are_there_after_all_migrations() -> None:
    assert {"orders_ledgerentry", "orders_walletentry"} <= set(append_only.tables())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'orders\\_%'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        found = {row[0] for row in cursor.fetchall()}
    assert guards.names(connection.vendor) <= found


def test_check_ledger_names_the_order_and_exits_1(
    frozen: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    make.completed(number="GOOD-1")
    order = make.shipped(number="BAD-1")
    call_command("check_ledger")
    assert json.loads(capsys.readouterr().out) == {"orders": 2, "wallets": 0, "unbalanced": 0}
    with connection.cursor() as cursor:
        guards.remove(cursor, connection.vendor)
        cursor.execute("UPDATE orders_order SET held = 40, released = 60 WHERE id = %s", [order.pk])
        guards.install(cursor, connection.vendor)
    with pytest.raises(SystemExit) as end:
        call_command("check_ledger")
    assert end.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "BAD-1: held is not what the entries sum to", '{"orders": 2, "wallets": 0, "unbalanced": 1}',
    ]  # fmt: skip


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "hold", "verify", "ship", "deliver", "confirm", "cancel", "close", "dispute", "end_dispute",
             "complete", "refund", "fee", "wait"]
        ),
        st.decimals(min_value=0, max_value=60, places=2),
    ),
    max_size=14,
)  # fmt: skip


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moves=MOVES,
    card=st.decimals(0, 50, places=2),
    wallet=st.decimals(0, 50, places=2),
    coupon=st.decimals(0, 9, places=2),
)
def test_any_sequence_of_operations_balances(
    moves: Any, card: Decimal, wallet: Decimal, coupon: Decimal
) -> None:
    at = NOON
    with transaction.atomic():
        with clock.freeze(at):
            Storefront.default()
            order = make.placed(card=str(card), wallet=str(wallet), coupon=str(coupon))
        for number, (move, amount) in enumerate(moves):
            at += timedelta(days=4) if move == "wait" else timedelta(hours=1)
            with clock.freeze(at):
                try:
                    with transaction.atomic():
                        act(move, order.pk, amount, number)
                except Refused:
                    pass
            judge(order)
        assert list(selectors.unbalanced_orders()) == []
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def act(move: str, pk: int, amount: Decimal, number: int) -> None:
    if move == "pay":
        services.record_payment(order_id=pk, actor=make.SHOP)
    elif move == "wait":
        deadlines.sweep(seconds=5)
    else:
        with Batch() as batch:
            (order,) = batch.lock(Order, [pk])
            buyer, shop = make.buyer(order), make.SHOP
            parcels = list(order.shipments.all())
            moves: dict[str, Callable[[], object]] = {
                "hold": lambda: effects.place_on_hold(batch, order, shop, reason="doubt"),
                "verify": lambda: effects.lift_hold(batch, order, shop),
                "ship": lambda: effects.ship(
                    batch, order, shop, carrier="DHL", tracking_number="X1"
                ),
                "deliver": lambda: effects.deliver(batch, order, shop, shipments=parcels),
                "confirm": lambda: effects.confirm_receipt(batch, order, buyer),
                "cancel": lambda: effects.cancel(batch, order, shop),
                "close": lambda: effects.close(batch, order, shop),
                "dispute": lambda: effects.hold_for_dispute(batch, order, shop),
                "end_dispute": lambda: effects.release_dispute_hold(batch, order, shop),
                "complete": lambda: effects.complete(batch, order, shop),
                "refund": lambda: effects.refund(batch, order, amount, shop, f"cause {number}"),
                "fee": lambda: effects.charge_fee(batch, order, amount, shop),
            }
            moves[move]()


def judge(order: Order) -> None:
    order.refresh_from_db()
    assert order.captured == order.held + order.released + order.refunded
    assert min(order.captured, order.held, order.released, order.refunded) >= 0
    rows = list(order.entries.all())
    assert [row.seq for row in rows] == list(range(1, order.ledger_length + 1))
    if rows:
        last = rows[-1]
        assert (last.captured, last.held, last.released, last.refunded) == totals(order)
    assert sum((r.amount for r in order.refunds.all()), D(0)) == order.refunded
    open_clocks = order.deadlines.filter(state__in=("pending", "paused", "failed")).count()
    assert (open_clocks > 0) == order.is_open
    assert LedgerEntry.objects.filter(order=order, kind="captured").count() <= 1
