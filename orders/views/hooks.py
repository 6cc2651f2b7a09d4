"""Where the shop reports later what became of a refund: signed, once for each answer, no session and no cookie."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from core import clock, web
from orders import services
from orders.gateways import signing
from orders.models import Refund

logger = logging.getLogger(__name__)

LONGEST = 16 * 1024
MOST, SECONDS = 300, 60
"""Calls without the shop's signature from one address in so many seconds. Signed ones may come as fast as they like."""
STATUS = {"completed": True, "failed": False}


class Unusable(Exception):
    """What came cannot be used; the words go back to who sent it."""


@csrf_exempt
@never_cache
def refund_result(request: HttpRequest) -> HttpResponse:
    """One answer about one refund. 200 where it counts or has counted before; every refusal says why in JSON."""
    if not settings.REFUND_WEBHOOK_KEYS:
        return _refuse(404, "no shop is connected here")
    if request.method != "POST":
        return _refuse(405, "send a POST", Allow="POST")
    try:
        if int(request.headers.get("Content-Length") or 0) > LONGEST:
            raise Unusable("the body is too long")
        signing.verify(settings.REFUND_WEBHOOK_KEYS, request.headers, request.body)
        said = _read(request.body)
        refund = Refund.objects.filter(idempotency_key=said["key"]).first()
        if refund is None:
            return _refuse(404, "no refund has this key")
        (word,) = services.apply_answers(answers=[_answer(refund, said)])
    except signing.BadSignature as error:
        logger.warning("refund_result_not_signed", extra={"why": str(error)[:200]})
        if _too_many(web.client_address(request)):
            return _refuse(429, "too many calls; wait a minute", **{"Retry-After": str(SECONDS)})
        return _refuse(400, str(error)[:200])
    except (Unusable, ValueError) as error:
        logger.warning("refund_result_refused", extra={"why": str(error)[:200]})
        return _refuse(400, str(error)[:200])
    if word not in ("applied", "unchanged"):
        return _refuse(400, word)
    return JsonResponse({"result": word})


def _refuse(status: int, why: str, **headers: str) -> JsonResponse:
    return JsonResponse({"error": why}, status=status, headers=headers)


def _too_many(address: str) -> bool:
    key = f"refund-results:{address}"
    cache.add(key, 0, SECONDS)
    try:
        return int(cache.incr(key)) > MOST
    except ValueError:  # it ran out between the two
        return False


def _read(body: bytes) -> dict[str, str]:
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise Unusable("the body is no JSON") from None
    if not isinstance(said, dict) or not all(
        isinstance(value, str) and "\0" not in value for value in said.values()
    ):
        raise Unusable("the body is no object of texts")
    if not said.get("key") or len(said["key"]) > 64:
        raise Unusable("key is missing or too long")
    if said.get("status") not in STATUS:
        raise Unusable("status is neither completed nor failed")
    return said


def _answer(refund: Refund, said: dict[str, str]) -> services.Answer:
    amount, at = None, None
    try:
        if said.get("amount"):
            amount = Decimal(said["amount"])
            if not amount.is_finite():
                raise InvalidOperation
        if said.get("date"):
            at = datetime.fromisoformat(said["date"])
    except InvalidOperation:
        raise Unusable("amount is not an amount") from None
    except ValueError:
        raise Unusable("date is not a date") from None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if at is not None and at > clock.now():
        raise Unusable("the date lies in the future")
    return services.Answer(
        refund.reference, STATUS[said["status"]], said.get("provider_reference", "")[:120], at,
        said.get("message", "")[:300], amount, said.get("currency", "")[:3],
    )  # fmt: skip
