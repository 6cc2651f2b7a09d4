"""An administrator takes a coupon back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import words
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from coupons import effects
from coupons.models import Coupon

REASON_MAX = 500


def revoke_coupon(*, coupon_id: int, reason: str, actor: Actor) -> Coupon:
    """Take back a coupon that is promised or unspent. Its owner reads the reason.

    Raises `NotAllowed`, `CaseChanged` where it was spent or replaced meanwhile, `TimeIsUp` where it expired,
    `Refused` without a reason.
    """
    plain = words.clean_text(reason, REASON_MAX)
    if not plain:
        raise Refused(_("Say why, in a sentence: the owner reads it."), "reason")
    with Batch() as batch:
        found = batch.lock(Coupon, [coupon_id])
        if not found:
            raise CaseChanged
        effects.revoke(batch, found[0], actor, reason=plain)
    return found[0]
