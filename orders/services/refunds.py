"""Refunds on their way: given to gateways outside any transaction, and moved on by their answers."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock, words
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from core.models import Event
from core.money import quantize
from orders import effects, gateways
from orders.effects import clocks, money
from orders.gateways import Gateway, GatewayDown, Outcome, Result, Snapshot
from orders.models import Refund, RefundAnswer
from orders.states import LineKind, RefundState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
DAY = timedelta(days=1)
"""A bank's date without a time may begin so long before the moment that it means."""
BATCH = 500
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
"""Before a refund is sent again whose gateway said nothing; each time twice as long."""
GATEWAY = Actor.system("gateway")


def submit_refunds(
    *, gateway: Gateway | None = None, limit: int = BATCH, again: bool = False
) -> int:
    """Give requested refunds to their gateways (or to this one) and note what these say.

    A refund is claimed for five minutes first, so that several workers never send the same one at the
    same time. A worker that dies in between leaves it to the next, who sends it under the same key:
    the bank pays a key once. `again` also sends what was sent but never answered. Returns how many
    refunds a gateway took. Raises `GatewayDown` only where one gateway was asked for.
    """
    chosen = [gateway] if gateway else [gateways.get(name) for name in gateways.names()]
    taken = 0
    for one in chosen:
        try:
            taken += _submit(one, limit, again)
        except GatewayDown as error:
            if gateway is not None:
                raise
            logger.warning("gateway_down", extra={"gateway": one.name, "why": str(error)})
    return taken


def _submit(gateway: Gateway, limit: int, again: bool) -> int:
    taken = 0
    while snapshots := _claim(gateway.name, limit, again):
        try:
            results = gateway.submit(snapshots)
        except GatewayDown:
            Refund.objects.filter(pk__in=[s.pk for s in snapshots]).update(claimed_until=None)
            raise
        taken += _note(gateway, results)
        told = {result.pk for result in results}
        Refund.objects.filter(pk__in={s.pk for s in snapshots} - told).update(claimed_until=None)
        if again or all(result.outcome == Outcome.UNKNOWN for result in results):
            break
    return taken


def _claim(name: str, limit: int, again: bool) -> list[Snapshot]:
    """Lease refunds to this worker. Only the lease is written: the refund's state stays as it is."""
    now = clock.now()
    states = [RefundState.REQUESTED, *([RefundState.SUBMITTED] if again else [])]
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    with transaction.atomic():
        waiting = Refund.objects.filter(free, state__in=states, gateway=name).order_by(
            "created_at", "pk"
        )
        pks = list(
            waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).values_list(
                "pk", flat=True
            )[: None if again else limit]
        )
        Refund.objects.filter(pk__in=pks).update(claimed_until=now + LEASE)
    found = Refund.objects.filter(pk__in=pks).select_related("order").order_by("created_at", "pk")
    return [
        Snapshot(
            pk=r.pk, reference=r.reference, order_number=r.order.number, amount=r.amount, currency=r.currency,
            means=str(r.means), card_last4=r.order.card_last4, key=r.idempotency_key, requested_at=r.created_at,
        )
        for r in found
    ]  # fmt: skip


def _note(gateway: Gateway, results: Sequence[Result]) -> int:
    by_pk = {r.pk: r for r in results if r.outcome != Outcome.UNKNOWN}
    taken = 0
    with Batch() as batch:
        refunds = batch.lock(Refund, by_pk)
        clocks.load_refunds(batch, refunds)
        for refund in refunds:
            result = by_pk[refund.pk]
            if refund.state not in {RefundState.REQUESTED, RefundState.SUBMITTED}:
                continue
            taken += result.outcome != Outcome.FAILED
            if refund.state == RefundState.SUBMITTED and result.outcome == Outcome.TAKEN:
                data = {"provider_reference": result.provider_reference}
                batch.record(refund, "submitted_again", GATEWAY, data=data)
            elif result.outcome == Outcome.FAILED:
                effects.fail_refund(batch, refund, GATEWAY, why=result.message)
            elif result.outcome == Outcome.COMPLETED:
                reference = result.provider_reference
                effects.complete_refund(batch, refund, GATEWAY, reference=reference)
            elif gateway.instant:
                money.credit_wallet(batch, refund)
            else:
                effects.submit_refund(batch, refund, GATEWAY, reference=result.provider_reference)
    Refund.objects.filter(pk__in=by_pk, state=RefundState.SUBMITTED).update(claimed_until=None)
    for result in results:
        if result.outcome == Outcome.UNKNOWN:
            _wait(result)
    return taken


def _wait(result: Result) -> None:
    """Nothing is known: the lease becomes the pause before the next try. No state moves, so no event is written.

    Where a result came by itself meanwhile, it stands as it is.
    """
    under_way = (RefundState.REQUESTED, RefundState.SUBMITTED)
    waiting = Refund.objects.filter(pk=result.pk, state__in=under_way)
    for tries in waiting.values_list("tries", flat=True):
        pause = min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
        logger.warning(
            "refund_unanswered", extra={"refund": result.pk, "tries": tries, "why": result.message}
        )
        waiting.update(
            tries=F("tries") + 1, claimed_until=clock.now() + pause, failure=result.message[:300]
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bank says about a refund: by our reference, received or not, under its own reference, when.

    A bank that refuses the next try of a refund for the same reason tells it by another date or reference:
    an answer that is the same in everything is the same answer.
    """

    reference: str
    completed: bool
    provider_reference: str = ""
    at: datetime | None = None
    why: str = ""
    amount: Decimal | None = None
    currency: str = ""

    @property
    def digest(self) -> str:
        """What tells this answer from every other one about the same refund."""
        at = self.at.astimezone(UTC).isoformat() if self.at else ""
        said = (self.completed, self.provider_reference.strip(), at, self.why.strip())
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()


def apply_answers(*, answers: Sequence[Answer], actor: Actor = SYSTEM) -> list[str]:
    """Move refunds on by the bank's answers, in one transaction. The same answer changes nothing, ever again:
    not even after an administrator has sent the refund once more.

    Returns for each answer `applied`, `unchanged`, or the reason why it was refused.
    """
    said = {a.reference: a for a in answers}
    with Batch() as batch:
        pks = Refund.objects.filter(reference__in=said).values_list("pk", flat=True)
        refunds = {r.reference: r for r in batch.lock(Refund, pks)}
        clocks.load_refunds(batch, list(refunds.values()))
        heard = set(
            RefundAnswer.objects.filter(
                refund__in=[r.pk for r in refunds.values()], digest__in={a.digest for a in answers}
            ).values_list("refund_id", "digest")
        )
        return [_hear(batch, refunds.get(a.reference), a, actor, heard) for a in answers]


def _hear(
    batch: Batch, refund: Refund | None, answer: Answer, actor: Actor, heard: set[tuple[int, str]]
) -> str:
    """Apply one answer unless it was heard before, and remember it where it was understood."""
    if refund is None:
        return "no refund has this reference"
    if (refund.pk, answer.digest) in heard:
        return "unchanged"
    word = _apply(batch, refund, answer, actor)
    if word in ("applied", "unchanged"):
        heard.add((refund.pk, answer.digest))
        batch.add(RefundAnswer(refund=refund, digest=answer.digest, at=batch.now))
    return word


def _apply(batch: Batch, refund: Refund, answer: Answer, actor: Actor) -> str:
    if answer.amount is not None and answer.amount != refund.amount:
        known = quantize(refund.amount, refund.currency)
        return f"the amount is {answer.amount}, the refund's is {known}"
    if answer.currency and answer.currency != refund.currency:
        return f"the currency is {answer.currency}, the refund's is {refund.currency}"
    if refund.gateway == money.WALLET:
        return "the refund went into the wallet; ask the bank to take back what it paid"
    if answer.completed:
        if refund.state == RefundState.COMPLETED:
            return "unchanged"
        if answer.at is not None and answer.at > batch.now:
            return "the date lies in the future"
        if answer.at is not None and answer.at < refund.created_at - DAY:
            return "the date lies before the refund was requested"
        effects.complete_refund(
            batch, refund, actor, reference=answer.provider_reference, at=answer.at
        )
        return "applied"
    if refund.state == RefundState.FAILED:
        return "unchanged"
    if refund.state == RefundState.COMPLETED:
        return "the refund was received already"
    effects.fail_refund(batch, refund, actor, why=answer.why or answer.provider_reference)
    return "applied"


def retry_refund(*, refund_id: int, actor: Actor, reason: str = "") -> Refund:
    """An administrator sends a failed refund again, under the same key."""
    return _again(refund_id, actor, reason, effects.retry_refund)


def correct_refund(*, refund_id: int, actor: Actor, reason: str = "") -> Refund:
    """An administrator pays a failed refund into the buyer's wallet, because the bank cannot pay it.

    Refused while a settlement says that the bank has paid it after all.
    """
    return _again(refund_id, actor, reason, _into_wallet)


def _into_wallet(batch: Batch, refund: Refund, actor: Actor, *, reason: str) -> Event:
    lines = list(refund.settlement_lines.order_by("at", "pk"))
    paid = [line for line in lines if line.kind == LineKind.REFUND]
    if 2 * len(paid) > len(lines):
        said = _(
            "A bank file says that it was paid (transaction %(transaction)s). Ask the bank before it is paid twice."
        )
        raise Refused(said % {"transaction": paid[-1].transaction}, "paid")
    return effects.correct_refund(batch, refund, actor, reason=reason)


def _again(refund_id: int, actor: Actor, reason: str, act: Callable[..., Event]) -> Refund:
    if not actor.is_system and not reason.strip():
        raise Refused(_("Say why, in a sentence."), "reason")
    with Batch() as batch:
        found = batch.lock(Refund, [refund_id])
        if not found:
            raise CaseChanged
        clocks.load_refunds(batch, found)
        act(batch, found[0], actor, reason=words.clean_text(reason, 1000))
    return found[0]
