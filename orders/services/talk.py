"""What buyer and seller write to each other."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import words
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from orders import effects
from orders.models import Order, OrderMessage

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


def send_message(*, order_id: int, actor: Actor, body: str, language: str = "") -> OrderMessage:
    """Write to the other side of an order. Kept as written, with its cautions.

    Raises `Refused` for an empty or too long text and while a dispute is open, `NotAllowed` for others.
    """
    with Batch() as batch:
        found = batch.lock(Order, [order_id])
        if not found:
            raise CaseChanged
        text = clean_message(body, found[0])
        tag = language if _TAG.fullmatch(language) else ""
        return effects.say(batch, found[0], actor, body=text, language=tag)


def clean_message(body: str, order: Order) -> str:
    """A message as it is kept. Raises `Refused` for one that is empty or longer than the order's policy allows."""
    text = words.clean_text(body, message_limit(order))
    if not text:
        raise Refused(_("Write a message first."), "empty")
    return text


def message_limit(order: Any) -> int:
    """Characters of the longest message, as people count them."""
    return int(order.policy.get("message_max_chars"))
