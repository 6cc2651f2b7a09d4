"""File names as people may see them: only ever shown, never used as a path or an address."""

from __future__ import annotations

import unicodedata

LONGEST = 120
NAMELESS = "file"


def shown(name: str | None) -> str:
    """The last part of a path, without control, direction and other invisible characters.

    Letters of every script stay. A long name keeps its ending, because that is what people look at.
    """
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last)
    plain = "".join(" " if c.isspace() else c for c in plain if c.isspace() or _visible(c))
    plain = " ".join(plain.split()).strip(". ")
    if len(plain) > LONGEST:
        stem, dot, ending = plain.rpartition(".")
        ending = dot + ending if stem and len(ending) <= 8 else ""
        plain = plain[: LONGEST - len(ending) - 1] + "…" + ending
    return plain or NAMELESS


def _visible(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")
