"""`manage.py check_coupons`: do all coupons add up?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from coupons import selectors
from coupons.models import Coupon


class Command(BaseCommand):
    help = (
        "Compare every coupon with its ledger, every compensation with its coupons, and every storefront's accounts"
        " with what was promised. Names each that does not fit and why, and exits with 1; exits with 0 where all do."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for what, why in selectors.faults():
            wrong += 1
            self.stdout.write(f"{what}: {why}")
        self.stdout.write(json.dumps({"coupons": Coupon.objects.count(), "wrong": wrong}))
        if wrong:
            raise SystemExit(1)
