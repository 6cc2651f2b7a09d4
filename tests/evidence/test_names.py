"""Names of files are shown, never trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import names


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\bob\\cat.png", "cat.png"),
        ("evil\x00.jpg", "evil.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\r\nSet-Cookie: x=1.jpg", "a Set-Cookie: x=1.jpg"),
        ("  two   words .pdf ", "two words .pdf"),
        ("صورة.jpg", "صورة.jpg"),
        ("📦 box.jpg", "📦 box.jpg"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_shown_name(given_name: str | None, shown: str) -> None:
    assert names.shown(given_name) == shown


def test_long_name_keeps_its_ending() -> None:
    shown = names.shown("x" * 5000 + ".jpeg")

    assert len(shown) == names.LONGEST
    assert shown.endswith("…​.jpeg".replace("\u200b", ""))


@given(st.text(max_size=400))
def test_any_text_gives_a_short_visible_name(text: str) -> None:
    shown = names.shown(text)

    assert 0 < len(shown) <= names.LONGEST
    assert not {"/", "\\", "\x00", "\n", "\r"} & set(shown)
    assert names.shown(shown) == shown
