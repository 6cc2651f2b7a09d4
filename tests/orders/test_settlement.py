"""A provider's settlement beside our refunds: what does not agree is found, once, and put right in the open."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock
from core.actors import Actor
from core.errors import Refused
from core.models import Event, Storefront
from notifications.models import Notice
from orders import correcting, services
from orders.models import Correction, Refund, SettlementFile, SettlementLine
from orders.services import settlements
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_ledger import refund as request
from tests.orders.test_refunds import Bank, fresh

pytestmark = pytest.mark.django_db
HEADER = "transaction,type,reference,amount,currency,date"
Says = Callable[..., tuple[dict[str, Any], list[str], object]]


@pytest.fixture
def root(frozen: Any) -> Any:
    user = make.user("Root")
    RoleGrant.objects.create(user=user, storefront=Storefront.default(), role="admin")
    return user


@pytest.fixture
def says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Says:
    """Imports a settlement of these rows: its summary, what was said of its rows, the exit code."""

    def read(*lines: str, body: bytes | None = None, name: str = "march.csv") -> Any:
        path = tmp_path / name
        path.write_bytes(("\n".join((HEADER, *lines)) + "\n").encode() if body is None else body)
        code: object = 0
        try:
            call_command("import_settlement", str(path))
        except SystemExit as end:
            code = end.code
        except CommandError as error:
            code = (str(error), error.returncode)
        out = capsys.readouterr()
        return json.loads(out.out.splitlines()[-1]), out.err.splitlines(), code

    return read


def sent(amount: str = "40") -> Refund:
    """A refund of a card that the bank has taken."""
    (made,) = request(make.shipped(), amount)
    services.submit_refunds(gateway=Bank())
    return fresh(made)


def summary(**told: Any) -> dict[str, Any]:
    zero = {"new": 0, "known": 0, "other": 0, "rejected": 0}
    counts = zero | {name: told.pop(name) for name in list(told) if name in zero}
    return {
        "file": "march.csv", "repeated": False, "complete": True, "read": sum(counts.values()), **counts,
        "opened": {}, "settled": 0, "not_opened": 0,
    } | told  # fmt: skip


def found() -> list[tuple[Any, ...]]:
    rows = Correction.objects.order_by("pk")
    return list(rows.values_list("finding", "state", "found_amount", "found_currency"))


def test_a_settlement_that_agrees_opens_nothing(frozen: Any, says: Says) -> None:
    whole, parts, by_key = sent(), sent("30"), sent("10")
    said = says(
        f"T1,refund,{whole.reference},40.00,EUR,2026-03-03",
        f"T2,Refund,{parts.reference.lower()},12.5,eur,2026-03-03T10:00:00+01:00",
        f"T3,refund,{parts.reference},17.50,EUR,2026-03-04",
        f"T4,refund,{by_key.idempotency_key},10,EUR,2026-03-04",
        "T5,charge,SHOP-77,99.90,EUR,2026-03-04",
    )
    assert said == (summary(new=4, other=1), [], 0)
    assert found() == []
    assert SettlementLine.objects.filter(refund=None).count() == 0


WRONG: dict[str, tuple[tuple[str, ...], tuple[str, Decimal, str]]] = {
    "charged": (("charge,{r},40,EUR",), ("charged", Decimal(40), "EUR")),
    "twice": (("refund,{r},40,EUR", "refund,{r},40,EUR"), ("twice", Decimal(80), "EUR")),
    "once and a part": (("refund,{r},40,EUR", "refund,{r},1,EUR"), ("twice", Decimal(41), "EUR")),
    "less": (("refund,{r},39.99,EUR",), ("other_amount", Decimal("39.99"), "EUR")),
    "more": (("refund,{r},400,EUR",), ("other_amount", Decimal(400), "EUR")),
    "parts that are too little": (("refund,{r},10,EUR", "refund,{r},20,EUR"), ("other_amount", Decimal(30), "EUR")),
    "another currency": (("refund,{r},40,USD",), ("other_currency", Decimal(40), "USD")),
}  # fmt: skip


@pytest.mark.parametrize("case", list(WRONG))
def test_what_is_wrong_is_found_shown_and_told_once(root: Any, says: Says, case: str) -> None:
    refund = sent()
    bookings, (finding, amount, currency) = WRONG[case]
    lines = [
        f"T{n},{text.format(r=refund.reference)},2026-03-03" for n, text in enumerate(bookings)
    ]
    assert says(*lines)[0] == summary(new=len(lines), opened={finding: 1})
    assert found() == [(finding, "open", amount, currency)]
    assert says(*lines)[0]["repeated"] is True
    assert says(*lines, name="again.csv", body=None)[0]["opened"] == {}
    assert says(*lines, "T99,charge,SALE,1,EUR,2026-03-05")[0]["opened"] == {}
    assert len(found()) == 1
    told = Notice.objects.filter(kind__startswith="correction").values_list(
        "kind", "recipient__name"
    )
    assert sorted(told) == [("correction_opened", "Alice"), ("corrections_found", "Root")]

    made = Correction.objects.get()
    assert made.deadlines.get().due_at == NOON + timedelta(days=7)
    page = payments(refund.order.buyer, refund)
    assert correcting.found(made) in page
    assert "You need not do anything." in page
    assert made.reference not in payments(refund.order.seller, refund)


def payments(person: Any, refund: Refund) -> str:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("orders:payments", args=[refund.order.reference]))
    return " ".join(answer.content.decode().split())


def test_the_second_booking_may_come_in_another_file(frozen: Any, says: Says) -> None:
    refund = sent()
    assert says(f"T1,refund,{refund.reference},40,EUR,2026-03-03")[0]["opened"] == {}
    second = says(
        f"T1,refund,{refund.reference},40,EUR,2026-03-03",
        f"T2,refund,{refund.reference},40,EUR,2026-04-03",
        name="april.csv",
    )
    assert second[0] == summary(file="april.csv", new=1, known=1, opened={"twice": 1})


def test_a_failed_refund_that_a_settlement_has_is_not_paid_into_the_wallet_too(
    root: Any, says: Says
) -> None:
    made = sent()
    no = services.Answer(made.reference, False, why="The card was closed.")
    assert services.apply_answers(answers=[no]) == ["applied"]
    says(f"T1,refund,{made.reference},40.00,EUR,2026-03-03")
    admin = Actor.person(root.pk, frozenset({"admin"}), "administrator")

    with pytest.raises(Refused, match=r"says that it was paid \(transaction T1\)"):
        services.correct_refund(refund_id=made.pk, actor=admin, reason="The card is closed.")
    assert (fresh(made).state, fresh(made).gateway) == ("failed", made.gateway)

    says(f"T2,charge,{made.reference},40.00,EUR,2026-03-05", name="april.csv")
    services.correct_refund(refund_id=made.pk, actor=admin, reason="It came back to the bank.")
    assert fresh(made).gateway == "wallet"


def test_a_refund_that_went_to_the_wallet_and_is_booked_by_the_bank_was_made_twice(
    frozen: Any, says: Says
) -> None:
    (made,) = request(make.shipped(card="0", wallet="100"), "40")
    assert says(f"T1,refund,{made.reference},40,EUR,2026-03-03")[0]["opened"] == {"twice": 1}


def test_a_booking_of_nobody_is_on_the_desk_and_no_buyer_hears_of_it(root: Any, says: Says) -> None:
    other = Storefront.objects.create(slug="other", name="Other")
    refund = sent()
    Refund.objects.filter(pk=refund.pk).update(storefront=other)
    said = says(
        f"T1,refund,{refund.reference},40,EUR,2026-03-03", "T2,refund,RFD-XXXXXX,5,EUR,2026-03-03",
        "T3,refund,,5,EUR,2026-03-03",
    )  # fmt: skip
    assert said[0]["opened"] == {"unknown": 3}
    assert set(Notice.objects.filter(kind__startswith="correction").values_list("recipient__name", flat=True)) == {
        "Root"
    }  # fmt: skip
    assert [c.order_id for c in Correction.objects.all()] == [None] * 3


def test_a_file_of_somebody_else_does_not_flood_the_desk(
    frozen: Any, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlements, "MOST_UNKNOWN", 3)
    said = says(*[f"T{n},refund,X{n},5,EUR,2026-03-03" for n in range(10)])
    assert (said[0]["opened"], said[0]["not_opened"]) == ({"unknown": 3}, 7)


LATER = "T9,charge,SALE,1,EUR,2026-03-02\nT8,refund,{other},10,EUR,2026-03-24"


def month(says: Says, other: Refund, **more: Any) -> Any:
    """A settlement that reaches past the promised day of everything that was sent on the 2nd."""
    with clock.freeze(datetime(2026, 3, 30, tzinfo=UTC)):
        return says(
            f"T7,refund,{other.reference},5,EUR,2026-03-02",
            f"T8,refund,{other.reference},5,EUR,2026-03-24",
            **more,
        )


def test_a_refund_that_no_file_has_by_its_day_was_never_made(frozen: Any, says: Says) -> None:
    missing, other = sent(), sent("10")
    with clock.freeze(NOON + timedelta(days=1)):
        later = sent("20")
    assert month(says, other)[0]["opened"] == {"never_made": 1}
    made = Correction.objects.get()
    assert (made.refund_id, later.pk == made.refund_id) == (missing.pk, False)
    assert "never paid €40.00 back" in correcting.found(made)
    came = says(f"T10,refund,{missing.reference},40,EUR,2026-03-26", name="late.csv")
    assert (came[0]["settled"], found()[0][1]) == (1, "settled")
    assert [e.name for e in Event.objects.filter(subject=made.reference)] == [
        "found", "correction_settled",
    ]  # fmt: skip


def test_nothing_is_said_to_be_missing_from_a_file_that_cannot_be_read_whole(
    frozen: Any, says: Says
) -> None:
    _missing, other = sent(), sent("10")
    whole = "\n".join(
        [
            HEADER, f"T7,refund,{other.reference},5,EUR,2026-03-02",
            f"T8,refund,{other.reference},5,EUR,2026-03-24", "T9,charge,SALE,1,EUR,2026-03-2",
        ]
    )  # fmt: skip
    with clock.freeze(datetime(2026, 3, 30, tzinfo=UTC)):
        said = says(body=whole.encode())
    assert said == (
        summary(new=2, rejected=1, complete=False), ["march.csv:4: the file ends within this line"], 1,
    )  # fmt: skip
    assert found() == []


def test_a_refund_from_before_the_first_settlement_is_not_missing(frozen: Any, says: Says) -> None:
    _missing, other = sent(), sent("10")
    with clock.freeze(datetime(2026, 3, 30, tzinfo=UTC)):
        said = says(f"T8,refund,{other.reference},10,EUR,2026-03-24")
    assert said[0]["opened"] == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("T1,refunded,R,1,EUR,2026-03-03", "type is neither refund nor charge: 'refunded'"),
        (",refund,R,1,EUR,2026-03-03", "transaction is empty"),
        ("T1,refund,R,-1,EUR,2026-03-03", "amount is negative: -1"),
        ("T1,refund,R,0,EUR,2026-03-03", "amount is not an amount of EUR: 0"),
        ("T1,refund,R,1.005,EUR,2026-03-03", "amount is not an amount of EUR: 1.005"),
        ("T1,refund,R,1.5,JPY,2026-03-03", "amount is not an amount of JPY: 1.5"),
        ("T1,refund,R,1,EURO,2026-03-03", "currency is not a three-letter code: 'EURO'"),
        ("T1,refund,R,1,EUR,", "date is empty"),
        ("T1,refund,R,1,EUR,3 March", "date is not a date: '3 March'"),
        ("T1,refund,R,1,EUR", "the row has 5 of 6 columns"),
    ],
)
def test_a_bad_row_costs_itself_and_says_why(frozen: Any, says: Says, row: str, why: str) -> None:
    refund = sent()
    said = says(row, f"T2,charge,{refund.reference},40,EUR,2026-03-03")
    assert said == (
        summary(new=1, rejected=1, complete=False, opened={"charged": 1}), [f"march.csv:2: {why}"], 1,
    )  # fmt: skip


def test_a_transaction_with_other_facts_is_no_repetition(frozen: Any, says: Says) -> None:
    refund = sent()
    line = f"T1,refund,{refund.reference},40,EUR,2026-03-03"
    twice = says(line, line, f"T1,refund,{refund.reference},41,EUR,2026-03-03")
    assert twice == (
        summary(new=1, known=1, rejected=1, complete=False),
        ["march.csv:4: the transaction stands on line 2 with other facts"], 1,
    )  # fmt: skip
    later = says(f"T1,charge,{refund.reference},40,EUR,2026-03-03", name="april.csv")
    assert later[1] == ["april.csv:2: the transaction came on 2026-03-03 with other facts"]
    assert found() == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (HEADER.encode("utf-16"), "march.csv is UTF-16; save it as UTF-8."),
        (b"", "march.csv is empty; not even the header is there."),
        (HEADER.replace(",", ";").encode(), "march.csv separates its columns with semicolons; save it with commas."),
        (b"transaction,type,reference,amount,date\n", "march.csv has no column 'currency'."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_sentence_and_leaves_nothing(
    frozen: Any, says: Says, body: bytes, why: str
) -> None:
    assert says(body=body) == ({"file": "march.csv", "stopped": why}, [], (why, 2))
    assert SettlementFile.objects.count() == 0


def test_latin_1_costs_the_rows_that_have_it(frozen: Any, says: Says) -> None:
    refund = sent()
    rows = f"{HEADER}\nT1,refund,Zürich,5,EUR,2026-03-03\nT2,charge,{refund.reference},40,EUR,2026-03-03\n"
    said = says(body=rows.encode("latin-1"))
    assert (said[0]["opened"], said[1]) == ({"charged": 1}, ["march.csv:2: the row is not UTF-8"])


def test_an_import_that_was_cut_off_is_taken_up_by_starting_it_again(
    frozen: Any, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    refunds = [sent() for _ in range(3)]
    lines = [f"T{n},charge,{r.reference},40,EUR,2026-03-03" for n, r in enumerate(refunds)]
    monkeypatch.setattr(settlements, "CHUNK", 2)
    keep, calls = settlements._keep, []

    def dies(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        keep(*arguments)

    monkeypatch.setattr(settlements, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        says(*lines)
    assert (SettlementLine.objects.count(), found()) == (2, [])
    again = says(*lines)
    assert again[0] == summary(new=1, known=2, opened={"charged": 3})


@pytest.mark.parametrize("column", ["amount = 1", "refund_id = NULL"])
def test_bookings_are_never_changed(frozen: Any, says: Says, column: str) -> None:
    refund = sent()
    says(f"T1,refund,{refund.reference},40,EUR,2026-03-03")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE orders_settlementline SET {column}")


@pytest.mark.slow
def test_a_hundred_thousand_lines_are_streamed(frozen: Any, tmp_path: Path) -> None:
    """Memory stays that of some chunks: a tenth of what the file alone has."""
    refund, path = sent(), tmp_path / "large.csv"
    with path.open("w") as out:
        out.write(f"{HEADER}\n")
        for n in range(99_999):
            out.write(f"T{n},charge,SHOP-{n},12.50,EUR,2026-03-03T10:00:00{' ' * 160}\n")
        out.write(f"T99999,charge,{refund.reference},40,EUR,2026-03-03\n")
    tracemalloc.start()
    done = services.import_settlement(path=path, storefront=Storefront.default())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.summary() == summary(file="large.csv", new=1, other=99_999, opened={"charged": 1})
    assert (path.stat().st_size > 20_000_000, peak < 10_000_000) == (True, True), peak
    assert found() == [("charged", "open", Decimal(40), "EUR")]
