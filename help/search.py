"""Finding a section by its words, or by the words that others have for our things."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.models import PolicyVersion
from help import reading
from help.pages import ALL, BY_SLUG, OTHER_WORDS, OtherWord, Page
from help.reading import Section

MOST = 20
LONGEST = 80
AROUND = 180
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that answers. `said` and `ours` where the reader's word is not ours."""

    page: Page
    section: Section
    excerpt: str
    said: str = ""
    ours: str = ""


def search(typed: str, policy: PolicyVersion) -> list[Hit]:
    """Sections for what was typed: first where another word leads, then those with all of the words, in titles first.

    Where no section has all of them, those with any; a word counts from its beginning ("return" finds "returns").
    """
    query = " ".join(words(typed[:LONGEST]))
    asked = [word for word in query.split() if word not in _small()]
    if not asked:
        return []
    whole = {page.slug: reading.sections(page, policy) for page in ALL}
    led = [_led(other, said, whole) for other, said in _others(query)]
    known = {(hit.page.slug, hit.section.id) for hit in led}
    scored: list[tuple[int, int, Hit]] = []
    for page in ALL:
        for part in whole[page.slug]:
            found, score = _score(asked, page, part)
            if found and (page.slug, part.id) not in known:
                scored.append((found, score, Hit(page, part, _excerpt(part.text, asked))))
    best = max((found for found, _s, _h in scored), default=0)
    least = len(asked) if best == len(asked) else 1
    rows = sorted((row for row in scored if row[0] >= least), key=lambda row: (-row[0], -row[1]))
    return [*led, *(hit for _f, _s, hit in rows)][:MOST]


def words(text: str) -> list[str]:
    """The words of a text, without case and accents, so that nobody has to type them right."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def _small() -> set[str]:
    """Words that are in every sentence."""
    return set(
        words(
            _(
                "a an and are at be can do for from have how i in is it me my of on or the to was what when who you"
            )
        )
    )


def _others(query: str) -> list[tuple[OtherWord, str]]:
    """Entries of which a word was typed, with that word."""
    found = []
    for other in OTHER_WORDS:
        for name in str(other.theirs).split(","):
            plain = " ".join(words(name))
            if plain and re.search(rf"\b{re.escape(plain)}(s|es|ed|d|ing)?\b", query):
                found.append((other, name.strip()))
                break
    return found


def _led(other: OtherWord, said: str, whole: dict[str, list[Section]]) -> Hit:
    part = next(part for part in whole[other.slug] if part.id == other.section)
    return Hit(BY_SLUG[other.slug], part, _excerpt(part.text, []), said, str(other.ours))


def _score(asked: list[str], page: Page, part: Section) -> tuple[int, int]:
    """How many of the words the section has, and how much they weigh there."""
    title, heading, text = words(str(page.title)), words(part.title), words(part.text)
    found = score = 0
    for word in asked:
        stem = word[:-1] if len(word) > 3 and word.endswith("s") else word
        weight = sum(
            n * any(w.startswith(stem) for w in place)
            for n, place in ((4, heading), (2, title), (1, text))
        )
        found, score = found + bool(weight), score + weight
    return found, score


def _excerpt(text: str, asked: list[str]) -> str:
    """The place where the first of the words stands, cut at words."""
    at = min((i for w in asked if (i := text.casefold().find(w.removesuffix("s"))) >= 0), default=0)
    start = text.rfind(" ", 0, max(at - AROUND // 3, 0)) + 1
    cut = text[start : start + AROUND]
    end = cut.rfind(" ") if start + AROUND < len(text) else len(cut)
    return ("… " if start else "") + cut[:end] + (" …" if start + AROUND < len(text) else "")
