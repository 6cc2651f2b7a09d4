"""How often somebody may try codes that do not exist. Counted in the cache: without it codes are still not guessed."""

from __future__ import annotations

import hashlib
import logging

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

logger = logging.getLogger(__name__)

MOST = 10
WINDOW = 600


class TooManyTries(Refused):
    """This caller tried too many codes that do not exist."""

    default = _("Too many wrong codes. Try again in ten minutes.")

    def __init__(self, message: object = None, code: str = "too_many_tries") -> None:
        super().__init__(message, code)


def check(caller: str) -> None:
    """Raises `TooManyTries` for a caller with ten wrong codes in the last ten minutes."""
    if int(cache.get(_key(caller)) or 0) >= MOST:
        logger.warning("coupon_codes_tried", extra={"caller": caller})
        raise TooManyTries


def failed(caller: str) -> None:
    """Count a wrong code."""
    if not cache.add(_key(caller), 1, WINDOW):
        try:
            cache.incr(_key(caller))
        except ValueError:  # it ran out between the two
            cache.set(_key(caller), 1, WINDOW)


def _key(caller: str) -> str:
    return f"coupons.wrong.{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
