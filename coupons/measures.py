"""Figures of coupons for the monitoring."""

from __future__ import annotations

from django.db.models import Count

from core.watch import measured
from coupons.models import Coupon
from coupons.states import OPEN


@measured("coupons", "Coupons that are promised, or issued and not spent yet.", "state")
def coupons() -> dict[str, float]:
    rows = Coupon.objects.filter(state__in=sorted(OPEN)).order_by().values_list("state")
    return {str(state): 0.0 for state in OPEN} | dict(rows.annotate(count=Count("pk")))
