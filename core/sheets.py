"""CSV that is opened in a spreadsheet: a cell that others wrote must not become a formula there."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """The value as text, behind an apostrophe where a spreadsheet would run it (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
