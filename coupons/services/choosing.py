"""An owner chooses one coupon or several."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed
from coupons import effects, planning
from coupons.models import Compensation, Coupon
from coupons.selectors import most_and_least


def choose_coupons(
    *, compensation_id: int, parts: Sequence[Decimal], based_on: int, actor: Actor
) -> Compensation:
    """Split a compensation into coupons of these values, until the day on which they are issued.

    A later choice takes the place of an earlier one. `based_on` is the number of the choice that the owner saw:
    of two at the same moment one counts, and the other reads that it changed. Raises `NotAllowed`, `CaseChanged`,
    `TimeIsUp`, and `Refused` for parts that do not sum to the value, are too many or too small.
    """
    with Batch() as batch:
        rows = Compensation.objects.select_for_update(of=("self",), no_key=True)
        made = rows.get(pk=compensation_id)
        if actor.user_id != made.owner_id:
            raise NotAllowed
        if made.choices != based_on:
            raise CaseChanged(_("You chose otherwise meanwhile. Here is what counts now."))
        present = made.coupons.filter(choice=made.choices).values_list("pk", flat=True)
        coupons = batch.lock(Coupon, present)
        most, least = most_and_least(coupons[0])
        planning.check(parts, made.value, made.currency, most=most, least=least)
        if sorted(parts) != sorted(coupon.value for coupon in coupons):
            effects.split(batch, made, coupons, parts, actor)
    return made
