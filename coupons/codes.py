"""Codes of coupons: 19 symbols that nobody can guess and one that finds slips of the pen, `7F3K9-…`.

The code is kept nowhere. A coupon stores a random salt and a digest for the lookup; both are worth nothing without
the portal's secret key, from which the code is made anew whenever its owner looks. So neither the database, a backup
of it, the audit log, a mail nor a log line ever holds one. Symbols and check are those of `core.references`.

A key that is changed must stay in `SECRET_KEY_FALLBACKS` for as long as its coupons are valid.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

from core import references

SYMBOLS = 20
GROUP = 5
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Made:
    """What a coupon keeps of its code."""

    salt: str
    digest: str


def new() -> Made:
    """A fresh code, under the present key."""
    salt = secrets.token_hex(SALT_BYTES)
    return Made(salt, _digest(_body(salt, settings.SECRET_KEY), settings.SECRET_KEY))


def code_of(salt: str, digest: str) -> str:
    """The code as its owner reads it, in groups of five; empty where its key is gone."""
    for key in _keys():
        body = _body(salt, key)
        if secrets.compare_digest(_digest(body, key), digest):
            return "-".join(body[i : i + GROUP] for i in range(0, SYMBOLS, GROUP))
    return ""


def digests(typed: str) -> list[str]:
    """What to look a typed code up by; nothing where it can be none (a symbol is wrong or missing)."""
    body = references.repaired(typed)
    if len(body) != SYMBOLS or not references.is_checked(body):
        return []
    return [_digest(body, key) for key in _keys()]


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def _body(salt: str, key: str) -> str:
    drawn = salted_hmac("recourse.coupons.code", salt, secret=key, algorithm="sha256").digest()
    return references.with_check(references.symbols(int.from_bytes(drawn), SYMBOLS - 1))


def _digest(body: str, key: str) -> str:
    return salted_hmac("recourse.coupons.lookup", body, secret=key, algorithm="sha256").hexdigest()
