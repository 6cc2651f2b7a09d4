"""The webhook gateway: a signed call to the shop, which pays a key once and answers signed.

Only a signed answer counts. Whatever else comes (nothing, a redirect, 500, a page of a proxy, a wrong signature)
says nothing about the money, so the same refund is sent again under the same key, later and later. The address
comes from the configuration alone, redirects are not followed, and no more than `MOST` of an answer is read.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from core import money
from orders.gateways import GatewayDown, Outcome, Result, Snapshot, register, signing

SECONDS = 10.0
"""For a whole call, from the connection to the last byte."""
ROUND = 60.0
"""Seconds after which a round of calls ends; what it did not reach is taken up by the next."""
GIVE_UP = 3
"""Calls in a row without an answer after which the shop counts as away."""
MOST = 64 * 1024
SAYS = {"taken": Outcome.TAKEN, "completed": Outcome.COMPLETED, "failed": Outcome.FAILED}


class Unanswered(Exception):
    """Nothing is known about the money; the words are for the operator."""


class WebhookGateway:
    """Calls the shop once for each refund."""

    name = "webhook"
    instant = False

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        if not settings.REFUND_WEBHOOK_URL or not settings.REFUND_WEBHOOK_KEYS:
            raise GatewayDown("REFUND_WEBHOOK_URL and REFUND_WEBHOOK_KEY are not set")
        results: list[Result] = []
        silent, end = 0, monotonic() + ROUND
        for refund in refunds:
            try:
                results.append(_ask(refund))
                silent = 0
            except (Unanswered, OSError, HTTPException) as error:
                results.append(Result(refund.pk, Outcome.UNKNOWN, message=_words(error)))
                silent += 1
            if silent == GIVE_UP or monotonic() > end:
                break
        return results


def _words(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__


def body_of(refund: Snapshot) -> bytes:
    """What the shop is sent."""
    return json.dumps(
        {
            "type": "refund", "key": refund.key, "reference": refund.reference, "order": refund.order_number,
            "amount": str(money.quantize(refund.amount, refund.currency)), "currency": refund.currency,
            "means": refund.means, "card_last4": refund.card_last4,
            "requested_at": refund.requested_at.astimezone(UTC).isoformat(timespec="seconds"),
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip


def _ask(refund: Snapshot) -> Result:
    sent = body_of(refund)
    status, headers, body = _post(sent, {"Idempotency-Key": refund.key})
    if status != 200:
        raise Unanswered(f"the shop answered {status}")
    try:
        signing.verify(settings.REFUND_WEBHOOK_KEYS, headers, body)
        said: Any = json.loads(body)
    except signing.BadSignature as error:
        raise Unanswered(f"the shop's answer: {error}") from None
    except ValueError:
        raise Unanswered("the shop's answer is no JSON") from None
    if not isinstance(said, dict) or said.get("key") != refund.key:
        raise Unanswered("the shop answered about something else")
    if said.get("status") not in SAYS:
        raise Unanswered("the shop's answer has no status that we know")
    reference, message = (str(said.get(name) or "") for name in ("provider_reference", "message"))
    if _storable(reference) != reference:
        raise Unanswered("the shop's answer has a reference that is no text")
    return Result(refund.pk, SAYS[said["status"]], reference[:120], _storable(message)[:300])


def _storable(text: str) -> str:
    """Without what no database takes: NUL, and half of a pair that a cut between two bytes has left."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _post(body: bytes, more: Mapping[str, str]) -> tuple[int, signing.Headers, bytes]:
    """One call, ended after `SECONDS` however slowly its bytes drip; a redirect is an answer like any other."""
    address = urlsplit(settings.REFUND_WEBHOOK_URL)
    line: HTTPConnection
    if address.scheme == "https":
        secure = ssl.create_default_context()
        line = HTTPSConnection(
            address.hostname or "", address.port, timeout=SECONDS, context=secure
        )
    else:
        line = HTTPConnection(address.hostname or "", address.port, timeout=SECONDS)
    late = threading.Event()

    def cut() -> None:
        late.set()
        if line.sock is not None:
            with suppress(OSError):  # it was closed meanwhile
                line.sock.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(SECONDS, cut)
    watch.daemon = True
    watch.start()
    try:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        headers = {"Content-Type": "application/json", "User-Agent": "Recourse"}
        signed = signing.headers(settings.REFUND_WEBHOOK_KEYS, body)
        line.request("POST", target, body, {**headers, **signed, **more})
        answer: HTTPResponse = line.getresponse()
        read = answer.read(MOST + 1)
    except (OSError, HTTPException):
        if late.is_set():
            raise Unanswered(f"the shop did not answer within {SECONDS:g} seconds") from None
        raise
    finally:
        watch.cancel()
        line.close()
    if late.is_set():
        raise Unanswered(f"the shop did not answer within {SECONDS:g} seconds")
    if len(read) > MOST:
        raise Unanswered("the shop's answer is too long")
    return answer.status, answer.headers, read


register(WebhookGateway())
