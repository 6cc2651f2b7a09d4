"""A coupon is spent in the shop: once, whole, whoever asks at the same moment."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from core import idempotency, money, words
from core.actors import Actor
from core.batch import Batch
from core.errors import Refused
from core.models import DoneOnce
from coupons import codes, effects, limits
from coupons.models import EXPIRED, Coupon
from coupons.states import CouponDeadlineKind, CouponState

KEY_MAX = 64
NUMBER_MAX = 64


def redeem(
    *,
    code: str,
    order_number: str,
    idempotency_key: str,
    actor: Actor,
    amount: Decimal | None = None,
    storefront_id: int | None = None,
    owner_id: int | None = None,
    caller: str = "shop",
) -> Coupon:
    """Spend a coupon on an order of the shop. The whole coupon: `amount`, where it is given, must be its value.

    The same `idempotency_key` with the same code and order gives the same result, however often and by however many
    at once; any other second call reads that it was spent. `storefront_id` and `owner_id` are where and by whom
    it is spent, as far as the caller knows. `caller` is whoever typed the code (an account, a session): wrong codes are
    counted for each, so one buyer's slips never close the shop to the others.
    Raises `Refused` with a code: `code`, `foreign`, `spent`, `revoked`, `expired`, `amount`, `key`,
    `order`, `too_many_tries`.
    """
    number = words.clean_text(order_number, NUMBER_MAX)
    if not number:
        raise Refused(_("Name the order on which the coupon is spent."), "order")
    if not 0 < len(idempotency_key) <= KEY_MAX:
        raise Refused(_("Send an idempotency key of 1 to 64 characters."), "key")
    scope, wanted = f"coupon:{actor.kind}:{storefront_id or 'any'}", codes.digests(code)
    if (known := _spent_before(scope, idempotency_key, wanted, number)) is not None:
        return known
    limits.check(caller)
    pk = Coupon.objects.filter(code_digest__in=wanted).values_list("pk", flat=True).first()
    if pk is None:
        limits.failed(caller)
        raise Refused(_("There is no coupon with this code. Look for a slip of the pen."), "code")

    def act() -> str:
        with Batch() as batch:
            (coupon,) = batch.lock(Coupon, [pk])
            refusal = _why_not(coupon, amount, storefront_id, owner_id)
            if refusal is not None:
                raise refusal
            effects.redeem(batch, coupon, actor, order_number=number)
        return coupon.reference

    spent = idempotency.once(scope, idempotency_key, act)
    coupon = Coupon.objects.get(reference=spent)
    if (coupon.pk, coupon.order_number) != (pk, number):
        raise Refused(_("This idempotency key was used for something else."), "key")
    return coupon


def _spent_before(scope: str, key: str, wanted: list[str], number: str) -> Coupon | None:
    """What this very call did when it came before: a repeat is no try, whatever its caller typed meanwhile."""
    done = DoneOnce.objects.filter(scope=scope, key=key).values_list("result", flat=True)
    coupons = Coupon.objects.filter(code_digest__in=wanted, order_number=number)
    return coupons.filter(reference__in=done).first()


def _why_not(
    coupon: Coupon, amount: Decimal | None, storefront_id: int | None, owner_id: int | None
) -> Refused | None:
    """Why a locked coupon cannot be spent here and now, in a sentence for the one who spends it."""
    if storefront_id is not None and storefront_id != coupon.storefront_id:
        return Refused(_("This coupon belongs to another shop."), "foreign")
    if owner_id is not None and owner_id != coupon.owner_id:
        return Refused(_("This coupon belongs to another person."), "foreign")
    if coupon.state == CouponState.REDEEMED:
        return Refused(_("This coupon was spent before."), "spent")
    if coupon.state == CouponState.REVOKED:
        return Refused(_("This coupon was taken back by the marketplace."), "revoked")
    if coupon.state == CouponState.EXPIRED or not coupon.in_time(CouponDeadlineKind.EXPIRY):
        return Refused(EXPIRED, "expired")
    if amount is not None and amount != coupon.value:
        shown = money.format_amount(coupon.value, coupon.currency)
        words_ = _("A coupon is spent whole, and this one is worth %(value)s.")
        return Refused(words_ % {"value": shown}, "amount")
    return None
