"""Faults in files of the public layout: each costs its row or says one sentence; none is a traceback."""

from __future__ import annotations

import csv
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from orders.importers.reading import Rejects, rows
from orders.models import Order
from tests.orders.olist_files import Folder

pytestmark = pytest.mark.django_db


def rejected(summary: dict[str, Any]) -> list[tuple[int, str, str]]:
    with open(summary["rejected_file"], encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["file"], row["reason"]) for row in csv.DictReader(file)]


FAULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "negative price": ({"items": (("s1", "-1.00", "0.00"),)}, ["price is negative: -1.00"]),
    "exponent": ({"items": (("s1", "1e400", "0.00"),)}, ["price is not an amount: '1e400'"]),
    "not a number": ({"items": (("s1", "NaN", "0.00"),)}, ["price is not an amount: 'NaN'"]),
    "finer than a cent": ({"items": (("s1", "1.005", "0.00"),)}, ["price is finer than a cent: 1.005"]),
    "unknown seller": ({"items": (("s9", "1.00", "0.00"),)}, ["seller_id is in no row of olist_sellers_dataset.csv: s9"]),  # noqa: E501
    "unknown means": ({"payments": (("barter", "1.00"),)}, ["payment_type is unknown: 'barter'"]),
    "broken date": ({"placed": "2018-02-30 10:00:00"}, ["order_purchase_timestamp is not a date: '2018-02-30 10:00:00'"]),  # noqa: E501
    "far date": ({"promised": "9999-12-31 00:00:00"}, ["order_estimated_delivery_date lies outside 1990 to 2100: 9999-12-31 00:00:00"]),  # noqa: E501
    "no date": ({"promised": ""}, ["order_estimated_delivery_date is empty"]),
    "unknown status": ({"status": "teleported"}, ["order_status is unknown: 'teleported'"]),
    "paid with nothing": ({"payments": ()}, ["the order was paid, but has no row of payments"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_bad_row_costs_its_order_only(run: Any, folder: Folder, fault: str) -> None:
    change, reasons = FAULTS[fault]
    folder.order("good").order("bad", **change)
    summary = run(folder.write())
    found = [reason for _line, _file, reason in rejected(summary)]
    assert [r for r in found if "was rejected" not in r] == reasons
    assert list(Order.objects.values_list("number", flat=True)) == ["good"]
    assert (summary["rejected"], summary["rejected_rows"]) == (1, len(found))


def test_unknown_customer_and_duplicates_and_strays(run: Any, folder: Folder) -> None:
    folder.order("1").order("2").order("3").order("1")
    folder.rows["customers"] = [row for row in folder.rows["customers"] if row[0] != "c-2"]
    folder.rows["orders"] = [row for row in folder.rows["orders"] if row[0] != "3"]
    summary = run(folder.write())
    assert Counter(rejected(summary)) == Counter(
        {
            (5, "olist_customers_dataset.csv", "customer_id stands on line 2 already"): 0,
            (4, "olist_customers_dataset.csv", "customer_id stands on line 2 already"): 1,
            (
                5,
                "olist_order_items_dataset.csv",
                "order_id and order_item_id stand on line 2 already",
            ): 1,
            (
                5,
                "olist_order_payments_dataset.csv",
                "order_id and payment_sequential stand on line 2 already",
            ): 1,
            (2, "olist_orders_dataset.csv", "olist_order_items_dataset.csv line 5 was rejected"): 1,
            (
                3,
                "olist_orders_dataset.csv",
                "customer_id is in no row of olist_customers_dataset.csv: c-2",
            ): 1,
            (4, "olist_orders_dataset.csv", "order_id stands on line 2 already"): 1,
            (
                4,
                "olist_order_items_dataset.csv",
                "order_id is in no row of olist_orders_dataset.csv: 3",
            ): 1,
            (
                4,
                "olist_order_payments_dataset.csv",
                "order_id is in no row of olist_orders_dataset.csv: 3",
            ): 1,
        }
    )
    assert Order.objects.count() == 0


def test_odd_files_are_read_or_rejected_row_by_row(run: Any, folder: Folder) -> None:
    for number in ("1", "2", "3", "4"):
        folder.order(number)
    path = folder.write()
    orders = folder.file("orders").read_bytes().decode()
    lines = orders.splitlines()
    lines[2] = lines[2].replace("delivered", "deliver\xe9d")
    lines[3] = lines[3].replace("delivered", "deli\0vered")
    body = b"\xef\xbb\xbf" + "\r\n".join(lines).encode("latin-1")[:-30]
    folder.file("orders").write_bytes(body)
    summary = run(path)
    found = [
        (line, reason)
        for line, file, reason in rejected(summary)
        if file == "olist_orders_dataset.csv"
    ]
    assert found[:3] == [
        (3, "the row is not UTF-8"),
        (4, "the row contains a NUL character"),
        (5, "the row has 7 of 8 columns"),
    ]
    assert list(Order.objects.values_list("number", flat=True)) == ["1"]


def test_a_quotation_mark_that_is_never_closed_costs_one_line(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2").order("3").write()
    text = folder.file("orders").read_text(encoding="utf-8").replace("c-2", '"c-2')
    folder.file("orders").write_text(text, encoding="utf-8")
    summary = run(path)
    assert rejected(summary)[0] == (3, "olist_orders_dataset.csv", "a quotation mark is not closed")
    assert set(Order.objects.values_list("number", flat=True)) == {"1", "3"}


def test_a_huge_field_is_refused(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2").write()
    text = folder.file("customers").read_text(encoding="utf-8").replace("person1", "x" * 500_000)
    folder.file("customers").write_text(text, encoding="utf-8")
    summary = run(path)
    assert rejected(summary)[0][2] == "the row has more than 200000 characters"
    assert list(Order.objects.values_list("number", flat=True)) == ["2"]


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n1,2\n" + b"x" * 30_000_000 + b"\n" + b"3,4\n" + b"y" * 30_000_000)
    rejects = Rejects()
    tracemalloc.start()
    found = [(row.line, row["a"]) for row in rows(path, ("a", "b"), rejects)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(2, "1"), (4, "3")]
    assert [(r.line, r.reason) for r in rejects.rows] == [
        (line, "the row has more than 200000 characters") for line in (3, 5)
    ]
    assert peak < 5_000_000


def test_a_hundred_thousand_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("a,b\n" + '"1",2\n' * 100_000, encoding="utf-8")
    tracemalloc.start()
    assert sum(int(row["a"]) for row in rows(path, ("a", "b"), Rejects())) == 100_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_marks_windows_lines_and_more_columns_are_read(run: Any, folder: Folder) -> None:
    path = folder.order("1").order("2").write()
    for file in path.iterdir():
        lines = file.read_text(encoding="utf-8").splitlines()
        body = "".join(f"{line},{n or 'more'}\r\n" for n, line in enumerate(lines))
        file.write_bytes(body.encode("utf-8-sig"))
    assert run(path)["imported"] == 2


def _utf16(folder: Folder) -> None:
    folder.file("orders").write_text("order_id\n", encoding="utf-16")


def _utf16_without_mark(folder: Folder) -> None:
    folder.file("customers").write_text("customer_id\n", encoding="utf-16-le")


def _semicolons(folder: Folder) -> None:
    text = folder.file("order_payments").read_text(encoding="utf-8").replace(",", ";")
    folder.file("order_payments").write_text(text, encoding="utf-8")


def _no_column(folder: Folder) -> None:
    text = folder.file("orders").read_text(encoding="utf-8").replace("customer_id", "customer")
    folder.file("orders").write_text(text, encoding="utf-8")


WHOLE_FILE = {
    "missing": (lambda f: f.file("orders").unlink(), "olist_orders_dataset.csv is missing in"),
    "empty": (lambda f: f.file("order_items").write_bytes(b""), "olist_order_items_dataset.csv is empty"),
    "utf-16": (_utf16, "olist_orders_dataset.csv is UTF-16; save it as UTF-8."),
    "utf-16 without a mark": (
        _utf16_without_mark, "olist_customers_dataset.csv is UTF-16; save it as UTF-8.",
    ),
    "semicolons": (
        _semicolons,
        "olist_order_payments_dataset.csv separates its columns with semicolons; save it with commas.",
    ),
    "only blank lines": (
        lambda f: f.file("products").write_text("\n\n"), "olist_products_dataset.csv is empty",
    ),
    "no column": (_no_column, "olist_orders_dataset.csv has no column 'customer_id'."),
    "folder": (lambda f: (f.file("sellers").unlink(), f.file("sellers").mkdir()), "olist_sellers_dataset.csv is a folder"),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("fault", list(WHOLE_FILE))
def test_a_whole_file_fault_is_one_sentence_and_exit_2(
    run: Any, folder: Folder, fault: str
) -> None:
    path = folder.order("1").write()
    damage, sentence = WHOLE_FILE[fault]
    damage(folder)  # type: ignore[no-untyped-call]
    with pytest.raises(CommandError) as error:
        run(path)
    assert str(error.value).startswith(sentence)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)
    assert Order.objects.count() == 0


def test_wrong_options_are_one_sentence_and_exit_2(
    run: Any, folder: Folder, tmp_path: Path, settings: Any
) -> None:
    path = folder.order("1").write()
    for options, sentence in (
        (("--as-of", "yesterday"), "--as-of is not a date: 'yesterday'. Write it as 2018-08-30."),
        (("--storefront", "moon"), "There is no storefront 'moon'."),
    ):
        with pytest.raises(CommandError) as error:
            run(path, *options)
        assert (str(error.value), error.value.returncode) == (sentence, 2)
    with pytest.raises(CommandError, match="is not a folder") as error:
        run(tmp_path / "nowhere")
    assert error.value.returncode == 2
    settings.DEMO = False
    with pytest.raises(CommandError, match="only where DEMO is on"):
        run(path, "--as-of", "2018-08-30")
