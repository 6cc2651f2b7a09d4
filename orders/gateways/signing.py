"""Signatures between the portal and the shop: HMAC-SHA256 over the time and the body.

    Recourse-Timestamp: 1767225600
    Recourse-Signature: v1=<hex of HMAC-SHA256(key, timestamp + "." + body)>

Whoever reads one compares in constant time, and takes none that is older or newer than `WINDOW`. Several keys may
be valid at once, so that a key can be changed without a gap: the first one signs.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Protocol

WINDOW = 300
"""Seconds by which the two clocks may differ, and for which a message can be sent again."""
TIMESTAMP, SIGNATURE = "Recourse-Timestamp", "Recourse-Signature"


class Headers(Protocol):
    """Headers of any library: looked up by name, whatever the case."""

    def get(self, name: str, /) -> str | None: ...


class BadSignature(Exception):
    """The message is not from whom it should be, or not from now; the words say which, never what would fit."""


def signature(key: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def headers(keys: Sequence[str], body: bytes) -> dict[str, str]:
    """What goes with a body that is sent now."""
    now = str(int(time.time()))
    return {TIMESTAMP: now, SIGNATURE: signature(keys[0], now, body)}


def verify(keys: Sequence[str], given: Headers, body: bytes) -> None:
    """Raise `BadSignature` unless one of the keys signed this body within the window."""
    stamp, signed = given.get(TIMESTAMP) or "", given.get(SIGNATURE) or ""
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or not signed:
        raise BadSignature("the message is not signed")
    if not any(
        hmac.compare_digest(signature(key, stamp, body).encode(), signed.encode("utf-8", "replace"))
        for key in keys
    ):
        raise BadSignature("the signature is wrong")
    if abs(time.time() - int(stamp)) > WINDOW:
        raise BadSignature("the message is too old, or the clocks differ")
