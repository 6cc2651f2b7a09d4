"""Files that go to the bank and come back from it: whatever is in them, nothing is paid or counted twice."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from orders import services
from orders.models import Order, Refund
from tests.orders.test_refunds import due, fresh

__all__ = ["due"]
pytestmark = pytest.mark.django_db
HEADER = "reference,status,provider_reference,date,amount,currency"


@pytest.fixture
def bank(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> Any:
    """Reads an answer of the bank: the summary, what was said of its rows, and the exit code."""
    settings.REFUND_EXPORT_DIR = tmp_path / "bank"
    path = tmp_path / "in.csv"

    def says(body: bytes | str) -> tuple[dict[str, Any], list[str], object]:
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        code: object = 0
        try:
            call_command("import_refund_results", str(path))
        except SystemExit as end:
            code = end.code
        except CommandError as error:
            code = (str(error), error.returncode)
        out = capsys.readouterr()
        return json.loads(out.out.splitlines()[-1]), out.err.splitlines(), code

    return says


def counted(read: int, applied: int = 0, unchanged: int = 0, rejected: int = 0) -> dict[str, int]:
    return {"read": read, "applied": applied, "unchanged": unchanged, "rejected": rejected}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("completed,B1,2026-03-02,39.99,EUR", "the amount is 39.99, the refund's is 40.00"),
        ("completed,B1,2026-03-02,400,EUR", "the amount is 400, the refund's is 40.00"),
        ("completed,B1,2026-03-02,40.00,USD", "the currency is USD, the refund's is EUR"),
        ('completed,B1,2026-03-02,"40,00",EUR', "amount is not an amount: '40,00'"),
        ("completed,B1,2026-03-02,-40.00,EUR", "amount is negative: -40.00"),
        ("failed,B1,2026-03-02,39.99,EUR", "the amount is 39.99, the refund's is 40.00"),
        ("completed,B1,2026-03-03,40.00,EUR", "the date lies in the future"),
        ("completed,B1,2026-02-27,40.00,EUR", "the date lies before the refund was requested"),
        ("completed,B1,02.03.2026,40.00,EUR", "date is not a date: '02.03.2026'"),
        ("complet", "the row has 2 of 6 columns"),
    ],
)
def test_a_row_that_does_not_fit_the_refund_is_named_and_applies_nothing(
    bank: Any, due: Refund, fields: str, why: str
) -> None:
    services.submit_refunds()
    for _ in range(2):
        said = bank(f"{HEADER}\n{due.reference},{fields}\n")
        assert said == (counted(1, rejected=1), [f"in.csv:2: {why}"], 1)
    assert fresh(due).state == "submitted"
    assert Order.objects.get().refunded == due.amount


@pytest.mark.parametrize("form", ["plain", "mark", "crlf", "cut", "mark, crlf, cut"])
def test_a_file_may_have_a_mark_windows_lines_and_no_last_line_end(
    bank: Any, due: Refund, form: str
) -> None:
    services.submit_refunds()
    body = f"{HEADER}\n{due.reference.lower()},Completed,B1,2026-03-02,40,eur\n"
    if "cut" in form:
        body = body.rstrip("\n")
    if "crlf" in form:
        body = body.replace("\n", "\r\n")
    encoded = body.encode("utf-8-sig" if "mark" in form else "utf-8")
    assert bank(encoded) == (counted(1, applied=1), [], 0)
    assert bank(encoded) == (counted(1, unchanged=1), [], 0)
    assert (fresh(due).state, fresh(due).provider_reference) == ("completed", "B1")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (HEADER.replace(",", ";").encode(), "in.csv separates its columns with semicolons; save it with commas."),
        (HEADER.replace(",", "\t").encode(), "in.csv separates its columns with tabs; save it with commas."),
        (HEADER.encode("utf-16"), "in.csv is UTF-16; save it as UTF-8."),
        (HEADER.encode("utf-16-le"), "in.csv is UTF-16; save it as UTF-8."),
        (b"", "in.csv is empty; not even the header is there."),
        (b"\r\n", "in.csv is empty; not even the header is there."),
        (b"reference,status,date\n", "in.csv has no column 'provider_reference'."),
        (b"reference,status,status,provider_reference,date\n", "in.csv has the column 'status' twice."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_sentence_and_json(
    bank: Any, body: bytes, why: str
) -> None:
    assert bank(body) == (counted(0) | {"stopped": why}, [], (why, 2))


def test_bytes_that_are_not_utf8_cost_their_row(bank: Any, due: Refund) -> None:
    services.submit_refunds()
    rows = f"RFD-XXXXXX,failed,Zürich,,,\n{due.reference},completed,B1,,40.00,\n"
    said = bank(f"{HEADER}\n{rows}".encode("latin-1"))
    assert said == (counted(2, applied=1, rejected=1), ["in.csv:2: the row is not UTF-8"], 1)


def test_a_database_that_goes_away_is_one_sentence(
    bank: Any, due: Refund, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_answers: Any) -> list[str]:
        raise OperationalError("server closed\nthe connection")

    monkeypatch.setattr(services, "apply_answers", away)
    why = "The database cannot be used (server closed the connection). Start it again: nothing counts twice."
    said = bank(f"{HEADER}\n{due.reference},completed,B1,,,\n")
    assert said == (counted(0) | {"stopped": why}, [], (why, 2))


def test_no_cell_of_the_file_for_the_bank_is_a_formula(due: Refund, tmp_path: Path) -> None:
    Order.objects.update(number='=cmd|"/c calc"!A1')
    call_command("export_refunds", str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    assert header == [
        "key",
        "reference",
        "order",
        "amount",
        "currency",
        "card_last4",
        "requested_at",
    ]
    assert row[1:4] == [due.reference, '\'=cmd|"/c calc"!A1', "40.00"]


def test_an_export_that_is_run_twice_exports_once(
    due: Refund, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    for taken in (1, 0, 0):
        call_command("export_refunds", str(tmp_path / "out"))
        said = json.loads(capsys.readouterr().out)
        assert (said["exported"], len(said["files"])) == (taken, taken)
    assert len(list((tmp_path / "out").iterdir())) == 1
