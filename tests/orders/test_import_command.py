"""What the command itself promises: its options, its exit code, and a last line that is always JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from core import clock
from core.models import DemoClock, Storefront
from orders.importers import run as running
from orders.models import Order
from tests.orders.olist_files import Folder
from tests.orders.test_import_olist import counts, shown

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def refused(run: Any, path: Path, *options: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as error:
        run(path, *options)
    return str(error.value), error.value.returncode


def test_an_import_that_rejects_rows_came_to_its_end_unless_it_is_strict(
    run: Any, folder: Folder
) -> None:
    path = folder.order("1").order("2", status="lost").write()
    assert shown(run(path)) == counts(2, imported=1, rejected=1)
    with pytest.raises(SystemExit) as error:
        run(path, "--strict")
    assert error.value.code == 1
    folder.rows["orders"].pop()
    folder.rows["order_items"].pop()
    folder.rows["order_payments"].pop()
    assert shown(run(folder.write(), "--strict")) == counts(1, unchanged=1)


def test_a_file_that_cannot_be_used_ends_with_json_too(
    run: Any, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder.order("1").write()
    folder.file("orders").write_text("order_id\n", encoding="utf-8")
    sentence, code = refused(run, path)
    assert (sentence, code) == ("olist_orders_dataset.csv has no column 'customer_id'.", 2)
    said = last_line(capsys)
    assert (shown(said), said["stopped"]) == (counts(0), sentence)


@pytest.mark.parametrize(
    ("fault", "sentence", "code"),
    [
        (OperationalError("server closed\nthe connection"),
         "The database cannot be used (server closed the connection). ", 2),
        (KeyboardInterrupt(), "Stopped. ", 130),
    ],
)  # fmt: skip
def test_an_import_that_stops_on_the_way_says_what_it_did(
    run: Any, folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    fault: BaseException, sentence: str, code: int,
) -> None:  # fmt: skip
    path = folder.order("1").order("2", status="lost").order("3").order("4").write()
    monkeypatch.setattr(running, "SIZE", 2)

    def tick(_done: Any, orders: int) -> None:
        raise fault

    monkeypatch.setattr("tqdm.std.tqdm.update", tick)
    assert refused(run, path) == (
        sentence + "Whole thousands that were imported stay; start it again to go on.",
        code,
    )
    said = last_line(capsys)
    assert (shown(said), said["rejected_rows"]) == (counts(3, imported=2, rejected=1), 1)
    assert set(Order.objects.values_list("number", flat=True)) == {"1", "3"}
    monkeypatch.undo()
    assert shown(run(path)) == counts(4, imported=1, unchanged=2, rejected=1)


def test_a_database_that_is_away_from_the_start_is_one_sentence_too(
    run: Any, folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("no route to host")

    monkeypatch.setattr(Storefront, "default", away)
    sentence, code = refused(run, folder.order("1").write())
    assert sentence.startswith("The database cannot be used (no route to host). ")
    assert (code, shown(last_line(capsys))) == (2, counts(0))


def test_a_rejects_file_that_cannot_be_written_loses_no_summary(
    run: Any, folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder.order("1").order("2", status="lost").write()
    (tmp_path / "file").touch()
    sentence, code = refused(run, path, "--rejects", str(tmp_path / "file" / "x.csv"))
    assert (sentence, code) == ("The rejected rows cannot be written: File exists.", 2)
    assert shown(last_line(capsys)) == counts(2, imported=1, rejected=1)


def test_disputes_are_not_filed_in_the_names_of_people_in_production(
    run: Any, folder: Folder, settings: Any
) -> None:
    settings.DEMO = settings.LOCAL = False
    path = folder.order("1", review=(1, "Quebrado", "2018-08-15 00:00:00")).write()
    assert refused(run, path, "--disputes") == (
        "--disputes files disputes in the names of buyers, so it works only where DEMO or DEBUG is on.",
        2,
    )
    assert Order.objects.count() == 0
    assert shown(run(path)) == counts(1, imported=1)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("1017-01-01", "--as-of lies outside 1990 to 2100: 1017-01-01."),
        ("2101-01-01", "--as-of lies outside 1990 to 2100: 2101-01-01."),
        ("9999-12-31", "--as-of lies outside 1990 to 2100: 9999-12-31."),
        ("2018-07-31", "--as-of lies before the first order of the files, which was placed 2018-08-01 13:00 UTC."),
    ],
)  # fmt: skip
def test_as_of_lies_within_bounds(run: Any, folder: Folder, day: str, sentence: str) -> None:
    path = folder.order("1").write()
    assert refused(run, path, "--as-of", day) == (sentence, 2)
    assert (Order.objects.count(), DemoClock.objects.count()) == (0, 0)


def test_as_of_never_turns_the_demo_clock_back(run: Any, folder: Folder) -> None:
    path = folder.order("1").write()
    run(path, "--as-of", "2018-08-12")
    clock.jump(timedelta(hours=5))
    stands = clock.now()
    assert shown(run(path, "--as-of", "2018-08-12")) == counts(1, unchanged=1)
    assert timedelta() <= clock.now() - stands < timedelta(minutes=5)
    clock.jump(2 * DAY)
    sentence, code = refused(run, path, "--as-of", "2018-08-12")
    assert sentence.startswith("The demo clock never goes back: it stands at 2018-08-15 05:0")
    assert code == 2
    run(path, "--as-of", "2018-08-20")
    assert clock.now() >= datetime(2018, 8, 21, tzinfo=UTC)


def test_as_of_before_the_life_of_other_cases_is_refused(run: Any, folder: Folder) -> None:
    folder.order("1").write()
    run(folder.path)
    assert refused(run, folder.path, "--as-of", "2018-08-12")[1] == 2


def test_a_dry_run_as_of_a_day_leaves_the_clock_alone(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2", placed="2018-08-15 10:00:00", approved="").write()
    summary = run(path, "--dry-run", "--as-of", "2018-08-12")
    assert (shown(summary), DemoClock.objects.count()) == (counts(2, imported=1, rejected=1), 0)


def test_disputes_are_opened_as_of_the_day_and_wait_for_the_next_sweep(
    run: Any, folder: Folder
) -> None:
    """The clock first, then each thousand orders, then their reviews at their own times."""
    from disputes.models import Dispute

    folder.order("1", review=(1, "Quebrado", "2018-08-15 00:00:00"))
    folder.order("2", review=(1, "Quebrado", "2018-08-29 00:00:00"))
    path = folder.write()
    summary = run(path, "--disputes", "--as-of", "2018-08-20")
    assert (summary["disputes_opened"], summary["reviews_passed"]) == (1, {"not_yet": 1})
    found = Dispute.objects.get()
    assert (found.opened_at, found.created_at, found.state) == (
        datetime(2018, 8, 15, 3, tzinfo=UTC), datetime(2018, 8, 21, tzinfo=UTC), "awaiting_seller",
    )  # fmt: skip
    again = run(path, "--disputes", "--as-of", "2018-08-20")
    assert (again["disputes_opened"], again["reviews_passed"]) == (0, {"already": 1, "not_yet": 1})


def test_a_header_alone_is_a_file_without_orders(run: Any, folder: Folder) -> None:
    assert shown(run(folder.write())) == counts(0)


def test_callers_get_no_other_output_on_standard_out(
    folder: Folder, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    call_command("import_orders", str(folder.order("1").write()), "--format", "olist")
    assert capsys.readouterr().out.count("\n") == 1
