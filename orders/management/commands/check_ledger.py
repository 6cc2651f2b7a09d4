"""`manage.py check_ledger`: does the money of every order add up?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from orders import selectors


class Command(BaseCommand):
    help = (
        "Compare every order's totals with its ledger entries and its refunds. Names each order that does"
        " not balance and why, and exits with 1; exits with 0 where all do."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for number, why in selectors.unbalanced_orders():
            wrong += 1
            self.stdout.write(f"{number}: {why}")
        self.stdout.write(json.dumps({"orders": selectors.order_count(), "unbalanced": wrong}))
        if wrong:
            raise SystemExit(1)
