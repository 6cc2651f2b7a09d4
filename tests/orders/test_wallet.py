"""A wallet is an account with a ledger of its own, which adds up whoever writes and however many at once."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from core import append_only
from core.batch import Batch
from orders import effects, guards, selectors
from orders.models import Order, Refund, WalletAccount, WalletEntry
from tests.orders import factories as make
from tests.together import at_once

pytestmark = pytest.mark.django_db


def credit(amount: str, buyer: Any = None, currency: str = "EUR") -> Refund:
    """A refund that went into the wallet of the buyer of a new order."""
    order = make.shipped(card="0", wallet="100", buyer=buyer, currency=currency)
    return back(order, amount)


def back(order: Order, amount: str) -> Refund:
    with Batch() as batch:
        (locked,) = batch.lock(Order, [order.pk])
        (made,) = effects.refund(batch, locked, Decimal(amount), make.SHOP, "dispute DSP-1")
    return made


def history(name: str = "Alice") -> list[tuple[Any, ...]]:
    rows = WalletEntry.objects.filter(account__user__name=name).order_by("account__currency", "seq")
    return list(rows.values_list("account__currency", "seq", "amount", "balance"))


def test_each_currency_is_a_wallet_of_its_own_and_each_entry_follows_the_last(frozen: Any) -> None:
    for amount, currency in (("10", "EUR"), ("2.50", "EUR"), ("300", "JPY")):
        order = make.shipped(card="0", wallet="500", currency=currency)
        back(order, amount)
    assert history() == [
        ("EUR", 1, 10, 10), ("EUR", 2, Decimal("2.5"), Decimal("12.5")), ("JPY", 1, 300, 300),
    ]  # fmt: skip
    wallets = selectors.wallets_of(make.user("Alice"))
    assert [(w.currency, w.balance, w.length) for w in wallets] == [
        ("EUR", Decimal("12.5"), 2), ("JPY", 300, 1),
    ]  # fmt: skip


def test_a_batch_credits_many_people_and_one_twice(frozen: Any) -> None:
    people = [make.user(name) for name in ("Alice", "Bea", "Alice")]
    orders = [make.shipped(card="0", wallet="100", buyer=person) for person in people]
    with Batch() as batch:
        for row in batch.lock(Order, [order.pk for order in orders]):
            effects.refund(batch, row, Decimal(7), make.SHOP, "dispute DSP-1")
    assert history("Alice") == [("EUR", 1, 7, 7), ("EUR", 2, 7, 14)]
    assert history("Bea") == [("EUR", 1, 7, 7)]
    assert list(selectors.unbalanced_wallets()) == []


ENTRY = (
    "INSERT INTO orders_walletentry (account_id, seq, amount, balance, refund_id, at)"
    " SELECT account_id, {seq}, {amount}, {balance}, {refund}, at FROM orders_walletentry WHERE seq = 1"
)
REFUSED = {
    "change of an entry": "UPDATE orders_walletentry SET amount = 1",
    "deletion of an entry": "DELETE FROM orders_walletentry",
    "another balance": "UPDATE orders_walletaccount SET balance = balance + 1",
    "a balance without entries": (
        "INSERT INTO orders_walletaccount (user_id, currency, balance, length)"
        " SELECT user_id, 'USD', 5, 0 FROM orders_walletaccount"
    ),
    "a shorter history": "UPDATE orders_walletaccount SET length = 0, balance = 0",
    "the wallet of somebody else": "UPDATE orders_walletaccount SET user_id = (SELECT MAX(id) FROM accounts_user)",
    "another currency": "UPDATE orders_walletaccount SET currency = 'USD'",
    "a wallet that is gone": "DELETE FROM orders_walletaccount",
    "a gap": ENTRY.format(seq=3, amount=4, balance=14, refund="{other}"),
    "a wrong sum": ENTRY.format(seq=2, amount=4, balance=15, refund="{other}"),
    "another amount than the refund": ENTRY.format(seq=2, amount=5, balance=15, refund="{other}"),
    "the same refund again": ENTRY.format(seq=2, amount=10, balance=20, refund="{mine}"),
    "the refund of somebody else": ENTRY.format(seq=2, amount=4, balance=14, refund="{foreign}"),
}


@pytest.mark.parametrize("attempt", list(REFUSED))
def test_the_database_refuses(frozen: Any, attempt: str) -> None:
    mine = credit("10")
    other = back(make.shipped(), "4")
    foreign = back(make.shipped(buyer=make.user("Eve")), "4")
    statement = REFUSED[attempt].format(mine=mine.pk, other=other.pk, foreign=foreign.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        else:
            connection.check_constraints()
    assert history() == [("EUR", 1, 10, 10)]


def test_check_ledger_names_a_wallet_that_does_not_add_up(
    frozen: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    credit("10")
    call_command("check_ledger")
    assert json.loads(capsys.readouterr().out) == {"orders": 1, "wallets": 1, "unbalanced": 0}
    account = WalletAccount.objects.get()
    with connection.cursor() as cursor:
        guards.remove(cursor, connection.vendor, "wallet")
        append_only.remove(cursor, connection.vendor, "orders_walletentry")
        cursor.execute("UPDATE orders_walletaccount SET balance = 9")
        assert list(selectors.unbalanced_wallets()) == [
            (f"wallet {account.pk} EUR", "the balance is not what the entries sum to")
        ]
        cursor.execute("UPDATE orders_walletentry SET amount = 9")
        append_only.install(cursor, connection.vendor, "orders_walletentry")
        guards.install(cursor, connection.vendor, "wallet")
    with pytest.raises(SystemExit) as end:
        call_command("check_ledger")
    assert end.value.code == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        f"wallet {account.pk} EUR: the balance is not what the refunds to the wallet sum to"
    )


def browser(name: str) -> Client:
    client = Client()
    client.force_login(make.user(name), "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_shows_balance_and_history_of_its_owner_alone(frozen: Any) -> None:
    refunds = [credit("10"), credit("2.50")]
    credit("77", buyer=make.user("Eve"))
    alice = browser("Alice")
    answer = alice.get(reverse("orders:wallet"))
    text = answer.content.decode()
    assert [entry.refund_id for entry in answer.context["page"]] == [
        r.pk for r in reversed(refunds)
    ]
    assert ("€12.50" in text, "€10.00" in text, "77.00" in text) == (True, True, False)
    assert reverse("orders:payments", args=[refunds[0].order.reference]) in text
    assert "Your wallet is empty" in browser("Bob").get(reverse("orders:wallet")).content.decode()


def test_my_orders_lead_to_the_wallet_once_there_is_one(frozen: Any) -> None:
    alice, link = browser("Alice"), reverse("orders:wallet")
    assert link not in alice.get(reverse("orders:list")).content.decode()
    credit("10")
    assert link in alice.get(reverse("orders:list")).content.decode()
    assert link not in browser("Bob").get(reverse("orders:sold")).content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_credits_at_once_in_opposite_order_are_all_there() -> None:
    """Each job credits two people: half of them begin with Alice, half with Bea."""
    alice, bea = make.user("Alice"), make.user("Bea")
    pairs = [
        [make.shipped(card="0", wallet="100", buyer=person).pk for person in couple]
        for couple in [(alice, bea), (bea, alice)] * 4
    ]

    def job(pks: list[int]) -> Any:
        def act() -> None:
            with Batch() as batch:
                for row in batch.lock(Order, pks):
                    effects.refund(batch, row, Decimal(5), make.SHOP, "dispute DSP-1")

        return act

    assert at_once(*[job(pks) for pks in pairs]) == [None] * 8
    for name in ("Alice", "Bea"):
        assert history(name) == [("EUR", n, 5, 5 * n) for n in range(1, 9)]
    assert list(selectors.unbalanced_wallets()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_credits_meet_and_the_database_refuses_one() -> None:
    credit("10")
    refunds = [back(make.shipped(), "4"), back(make.shipped(), "6")]
    meet = threading.Barrier(2)

    def naive(refund: Refund) -> Any:
        def act() -> None:
            with transaction.atomic():
                read = WalletAccount.objects.get()
                meet.wait(10)
                WalletEntry.objects.create(
                    account=read, seq=read.length + 1, amount=refund.amount,
                    balance=read.balance + refund.amount, refund=refund, at=refund.created_at,
                )  # fmt: skip

        return act

    results = at_once(*[naive(refund) for refund in refunds])
    assert sorted(isinstance(result, DatabaseError) for result in results) == [False, True]
    assert len(history()) == 2
