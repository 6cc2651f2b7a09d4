"""A reader says whether a page helped: once for each session and page, so many an hour for each address."""

from __future__ import annotations

import re
from datetime import UTC

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core import clock, idempotency, words
from core.errors import Refused
from core.models import Storefront
from help.models import NOTE_MAX, Answer

AN_HOUR = 3600
MOST_AN_HOUR = 30
"""Answers from one address: a school or an office may sit behind it."""
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d ()/.-]{4,}\d|\b[A-Z]{2,4}-[0-9A-Z]{4,}\b")


class TooMany(Refused):
    """So many answers came from one address that they say nothing any more."""

    def __init__(self) -> None:
        super().__init__(
            _("Too many answers came from your address. Try again in an hour."), "too_many"
        )


def say(*, page: str, helpful: bool, note: str, session_key: str, address: str) -> bool:
    """Keep an answer; False where this session has answered about this page before.

    Neither the session nor the address is kept with it, and of the line neither addresses nor long numbers: a
    hash of session and page stands elsewhere for a few days, so that two clicks count once. Raises `TooMany`.
    """
    _count(address)
    kept = impersonal(words.clean_text(note[: 4 * NOTE_MAX], 4 * NOTE_MAX))[:NOTE_MAX]
    new: list[Answer] = []

    def keep() -> str:
        made = Answer.objects.create(
            storefront=Storefront.default(), page=page, helpful=helpful, note=kept,
            given_on=clock.now().astimezone(UTC).date(),
        )  # fmt: skip
        new.append(made)
        return page

    idempotency.once(f"help:{_hash(session_key, page)}", "answer", keep)
    return bool(new)


def impersonal(text: str) -> str:
    """A line without e-mail addresses, long numbers and references: nothing by which a person could be found."""
    return " ".join(_PERSONAL.sub("…", text).split())


def _count(address: str) -> None:
    """Count one more answer from this address; only a hash of it is remembered, for an hour."""
    key = f"help-answers:{_hash(address)}"
    cache.add(key, 0, AN_HOUR)
    try:
        if cache.incr(key) > MOST_AN_HOUR:
            raise TooMany
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, AN_HOUR)


def _hash(*parts: str) -> str:
    """What nobody without our key can turn back, not by trying every address either."""
    return salted_hmac("help.answers", "|".join(parts), algorithm="sha256").hexdigest()[:40]
