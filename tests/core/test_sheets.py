"""No cell of ours is a formula."""

from decimal import Decimal

import pytest

from core import sheets


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("A-1", "A-1"), ("", ""), (Decimal("2.50"), "2.50"), (3, "3"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_stands_behind_an_apostrophe(value: object, cell: str) -> None:
    assert sheets.cell(value) == cell
