"""Refunds on their way: gateways, the bank's answers, lateness."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock, deadlines
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed
from core.models import Event
from notifications import rendering
from notifications.models import Notice
from orders import gateways, selectors, services
from orders.gateways import GatewayDown, Outcome, Result, Snapshot
from orders.models import Refund
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_ledger import refund as request

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(frozen: Any, settings: Any, tmp_path: Path) -> Refund:
    """A refund of 40.00 to Alice's card that waits for the bank."""
    settings.REFUND_EXPORT_DIR = tmp_path / "bank"
    return request(make.shipped(), "40")[0]


def fresh(refund: Refund) -> Refund:
    return Refund.objects.get(pk=refund.pk)


def names(refund: Refund) -> list[str]:
    return list(
        Event.objects.filter(subject=refund.reference)
        .order_by("seq")
        .values_list("name", flat=True)
    )


class Bank:
    """A gateway that does as it is told and remembers the keys that it was given."""

    name, instant = "file", False

    def __init__(self, *plan: str) -> None:
        self.plan, self.keys = list(plan), []  # type: ignore[var-annotated]

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        self.keys += [r.key for r in refunds]
        step = self.plan.pop(0) if self.plan else "take"
        if step == "down":
            raise GatewayDown("no line")
        if step == "die":
            raise KeyboardInterrupt
        if step == "refuse":
            return [Result(r.pk, Outcome.FAILED, message="The card was closed.") for r in refunds]
        return [Result(r.pk, Outcome.TAKEN, f"BANK-{r.reference}") for r in refunds]


def test_the_promise_is_fifteen_working_days(due: Refund) -> None:
    assert due.expected_at == datetime(2026, 3, 24, tzinfo=UTC), (
        "Monday the 2nd and 15 working days"
    )
    clock_ = due.deadlines.get()
    assert (clock_.kind, clock_.state, clock_.due_at) == ("expected", "pending", due.expected_at)


def test_the_promised_day_is_the_last_working_day_itself(due: Refund) -> None:
    told = Notice.objects.get(kind="refund_requested", recipient=due.order.buyer)
    browser = Client()
    browser.force_login(due.order.buyer, "django.contrib.auth.backends.ModelBackend")
    page = browser.get(reverse("orders:payments", args=[due.order.reference])).content.decode()

    assert due.expected_last_moment == datetime(2026, 3, 23, 23, 59, 59, 999999, tzinfo=UTC)
    assert re.search(r"Expected by\s+(<[^>]+>)?Mon 23 March", page)
    assert "Expected by Monday 23 March 2026, 23:59" in " ".join(rendering.render(told).lines)


def test_the_worker_writes_a_file_for_the_bank(due: Refund, tmp_path: Path) -> None:
    assert services.submit_refunds() == 1
    (path,) = (tmp_path / "bank").iterdir()
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {
                "key": due.idempotency_key, "reference": due.reference, "order": due.order.number, "amount": "40.00",
                "currency": "EUR", "card_last4": "4242", "requested_at": "2026-03-02T12:00:00+00:00",
            }
        ]  # fmt: skip
    sent = fresh(due)
    assert (sent.state, sent.submitted_at, sent.provider_reference, sent.claimed_until) == (
        "submitted", NOON, f"{path.stem}:2", None,
    )  # fmt: skip
    assert names(due) == ["requested", "submitted"]
    assert services.submit_refunds() == 0
    assert len(list((tmp_path / "bank").iterdir())) == 1


@pytest.mark.fault("R23", tries=1)
def test_a_gateway_that_is_down_loses_nothing(due: Refund) -> None:
    bank = Bank("down")
    with pytest.raises(GatewayDown):
        services.submit_refunds(gateway=bank)
    assert (fresh(due).state, fresh(due).claimed_until) == ("requested", None)
    assert services.submit_refunds(gateway=bank) == 1
    assert bank.keys == [due.idempotency_key] * 2


@pytest.mark.fault("R23", tries=1)
def test_a_worker_that_dies_leaves_the_refund_to_the_next_under_the_same_key(due: Refund) -> None:
    bank = Bank("die")
    with pytest.raises(KeyboardInterrupt):
        services.submit_refunds(gateway=bank)
    assert services.submit_refunds(gateway=bank) == 0, "the lease of the dead worker still runs"
    with clock.freeze(NOON + timedelta(minutes=5)):
        assert services.submit_refunds(gateway=bank) == 1
    assert bank.keys == [due.idempotency_key] * 2
    assert names(due) == ["requested", "submitted"]


def test_a_refused_refund_is_shown_to_the_admin_who_sends_it_again(due: Refund) -> None:
    root = make.user("Root")
    RoleGrant.objects.create(user=root, storefront_id=due.storefront_id, role="admin")
    services.submit_refunds(gateway=Bank("refuse"))
    failed = fresh(due)
    assert (failed.state, failed.failure) == ("failed", "The card was closed.")
    assert list(
        Notice.objects.filter(kind="refund_failed").values_list("recipient__name", flat=True)
    ) == ["Root"]
    assert failed.deadlines.get().state == "pending", "the promise to the buyer stands"
    with pytest.raises(NotAllowed):
        services.retry_refund(refund_id=due.pk, actor=make.buyer(due.order), reason="please")
    services.retry_refund(
        refund_id=due.pk, actor=Actor.person(root.pk, frozenset({"admin"})), reason="New card."
    )
    bank = Bank()
    services.submit_refunds(gateway=bank)
    assert (fresh(due).state, bank.keys) == ("submitted", [due.idempotency_key])
    assert names(due) == ["requested", "failed", "requested_again", "submitted"]


def test_a_full_disk_is_a_gateway_that_is_down(due: Refund, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("no folder")
    settings.REFUND_EXPORT_DIR = tmp_path / "file" / "below"
    assert services.submit_refunds() == 0
    assert fresh(due).state == "requested"


def results(path: Path, *lines: str) -> Path:
    path.write_text(
        "\n".join(("reference,status,provider_reference,date", *lines)) + "\n", encoding="utf-8"
    )
    return path


@pytest.mark.fault("R23", tries=1)
def test_the_banks_answer_completes_a_refund_once(due: Refund, tmp_path: Path, capsys: Any) -> None:
    services.submit_refunds()
    path = results(tmp_path / "in.csv", f"{due.reference},completed,BANK-9,2026-03-02T11:00:00")
    for applied, unchanged in ((1, 0), (0, 1)):
        call_command("import_refund_results", str(path))
        summary = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert summary == {"read": 1, "applied": applied, "unchanged": unchanged, "rejected": 0}
    done = fresh(due)
    assert (done.state, done.provider_reference, done.completed_at) == (
        "completed", "BANK-9", datetime(2026, 3, 2, 11, tzinfo=UTC),
    )  # fmt: skip
    assert names(due) == ["requested", "submitted", "completed"]
    assert done.deadlines.get().state == "met"


def test_answers_that_make_no_sense_are_rejected_by_line(
    due: Refund, tmp_path: Path, capsys: Any
) -> None:
    path = results(
        tmp_path / "in.csv", "RFD-000000,completed,,", f"{due.reference},maybe,,", "x", f"{due.reference},completed,,soon",  # noqa: E501
        f"{due.reference},completed,,2026-03-03", f"{due.reference},failed,,",
    )  # fmt: skip
    with pytest.raises(SystemExit) as end:
        call_command("import_refund_results", str(path))
    assert end.value.code == 1
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "in.csv:2: no refund has this reference",
        f"in.csv:3: the status is neither completed nor failed: {'maybe'!r}",
        "in.csv:4: the row has 1 of 4 columns",
        "in.csv:5: date is not a date: 'soon'",
        "in.csv:6: the date lies in the future",
        "in.csv:7: the reference stands on line 6 already",
    ]
    assert fresh(due).state == "requested"
    with pytest.raises(CommandError, match="is missing in") as error:
        call_command("import_refund_results", str(tmp_path / "none.csv"))
    assert error.value.returncode == 2


@pytest.mark.fault("R23", tries=1)
def test_a_bank_may_say_failed_and_then_pay_after_all(due: Refund, tmp_path: Path) -> None:
    services.submit_refunds()
    call_command(
        "import_refund_results",
        str(results(tmp_path / "1.csv", f"{due.reference},failed,no account,")),
    )
    assert (fresh(due).state, fresh(due).failure) == ("failed", "no account")
    call_command(
        "import_refund_results", str(results(tmp_path / "2.csv", f"{due.reference},completed,B1,"))
    )
    assert fresh(due).state == "completed"
    with pytest.raises(SystemExit):
        call_command(
            "import_refund_results",
            str(results(tmp_path / "3.csv", f"{due.reference},failed,late,")),
        )
    with pytest.raises(CaseChanged):
        services.retry_refund(refund_id=due.pk, actor=make.SHOP)


def refused(path: Path, refund: Refund, bank: str = "", date: str = "") -> Path:
    return results(path, f"{refund.reference},failed,{bank},{date}")


def sent_again(refund: Refund) -> None:
    """An administrator sends it again, and the worker gives it to the bank."""
    services.retry_refund(refund_id=refund.pk, actor=make.SHOP, reason="The card is open again.")
    services.submit_refunds()


def test_a_file_that_was_read_before_does_not_fail_the_next_try(
    due: Refund, tmp_path: Path, capsys: Any
) -> None:
    services.submit_refunds()
    path = refused(tmp_path / "1.csv", due, "no account")
    call_command("import_refund_results", str(path))
    sent_again(due)
    before = Event.objects.count()
    for _ in range(2):
        capsys.readouterr()
        call_command("import_refund_results", str(path))
        summary = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert summary == {"read": 1, "applied": 0, "unchanged": 1, "rejected": 0}
    assert (fresh(due).state, Event.objects.count()) == ("submitted", before)
    call_command("import_refund_results", str(results(path, f"{due.reference},completed,B1,")))
    assert fresh(due).state == "completed"


@pytest.mark.parametrize(
    "news", [{"date": "2026-03-02T11:00:00"}, {"bank": "account closed"}, {"bank": "B-77"}]
)
def test_a_new_refusal_of_the_next_try_counts(
    due: Refund, tmp_path: Path, news: dict[str, str]
) -> None:
    services.submit_refunds()
    first = refused(tmp_path / "1.csv", due, "no account")
    call_command("import_refund_results", str(first))
    sent_again(due)
    second = refused(tmp_path / "2.csv", due, **({"bank": "no account"} | news))
    call_command("import_refund_results", str(second))
    assert fresh(due).state == "failed"
    sent_again(due)
    for path in (first, second):
        call_command("import_refund_results", str(path))
    assert fresh(due).state == "submitted"
    assert names(due).count("failed") == 2


def test_a_refusal_that_the_gateway_told_first_is_no_news_after_the_retry(
    due: Refund, tmp_path: Path
) -> None:
    services.submit_refunds(gateway=Bank("refuse"))
    path = refused(tmp_path / "1.csv", due, "no account")
    call_command("import_refund_results", str(path))
    sent_again(due)
    call_command("import_refund_results", str(path))
    assert (fresh(due).state, names(due).count("failed")) == ("submitted", 1)


def test_a_bank_that_gives_no_reason_is_told_of_in_the_readers_language(
    due: Refund, tmp_path: Path
) -> None:
    root = make.user("Root")
    RoleGrant.objects.create(user=root, storefront_id=due.storefront_id, role="admin")
    services.submit_refunds()
    call_command("import_refund_results", str(refused(tmp_path / "1.csv", due)))
    assert (fresh(due).state, fresh(due).failure) == ("failed", "")
    told = Notice.objects.get(kind="refund_failed")
    assert "The bank gave no reason." in rendering.render(told).lines
    assert "bank" not in json.dumps(told.params), "a code is stored, no words"
    browser = Client()
    browser.force_login(root, "django.contrib.auth.backends.ModelBackend")
    page = browser.get(reverse("orders:payments", args=[due.order.reference])).content.decode()
    assert "The bank gave no reason." in page


def test_an_answer_is_kept_once_for_each_refund(due: Refund) -> None:
    answer = services.Answer(due.reference, completed=False, why="no account")
    assert services.apply_answers(answers=[answer, answer]) == ["applied", "unchanged"]
    kept = due.answers.get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        kept.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        due.answers.create(digest=kept.digest, at=NOON)


def test_export_never_overwrites_and_repeats_under_the_same_key(
    due: Refund, tmp_path: Path, capsys: Any
) -> None:
    path = tmp_path / "out.csv"
    call_command("export_refunds", str(path))
    assert json.loads(capsys.readouterr().out)["exported"] == 1
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_refunds", str(path))
    call_command("export_refunds", str(tmp_path / "again.csv"), "--again")
    first, second = ((tmp_path / name).read_text() for name in ("out.csv", "again.csv"))
    assert first == second
    assert names(due) == ["requested", "submitted", "submitted_again"]


def test_a_late_refund_is_told_without_asking_and_chased_every_week(due: Refund) -> None:
    root = make.user("Root")
    RoleGrant.objects.create(user=root, storefront_id=due.storefront_id, role="admin")
    for days in (21, 22, 29, 36):
        with clock.freeze(datetime(2026, 3, 24, tzinfo=UTC) + timedelta(days=days - 22)):
            assert deadlines.sweep(seconds=20).failed == 0
    late = fresh(due)
    assert (late.state, late.overdue_at) == ("requested", datetime(2026, 3, 24, tzinfo=UTC))
    assert names(due) == ["requested", "overdue", "chased", "chased"]
    rows = Notice.objects.filter(kind__startswith="refund_overdue").values_list(
        "kind", "recipient__name"
    )
    assert sorted(rows) == [("refund_overdue", "Alice"), *[("refund_overdue_staff", "Root")] * 3]
    assert [r.pk for r in selectors.overdue_refunds()] == [due.pk]
    assert late.deadlines.filter(state="pending").count() == 1


def test_the_wallet_takes_everything_at_once() -> None:
    wallet = gateways.get("wallet")
    snapshot = Snapshot(1, "RFD-1", "A", Decimal(1), "EUR", "wallet", "", "k", NOON)
    assert (wallet.instant, wallet.submit([snapshot])) == (
        True,
        [Result(1, Outcome.TAKEN, "RFD-1")],
    )
