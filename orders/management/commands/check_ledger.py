"""`manage.py check_ledger`: does the money of every order and every wallet add up?"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand

from orders import selectors
from orders.models import Order, WalletAccount


class Command(BaseCommand):
    help = (
        "Compare every order's totals with its ledger entries and its refunds, and every wallet with its entries"
        " and the refunds that went into it. Names each one that does not balance and why, and exits with 1;"
        " exits with 0 where all do."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for number, why in chain(selectors.unbalanced_orders(), selectors.unbalanced_wallets()):
            wrong += 1
            self.stdout.write(f"{number}: {why}")
        counted = {"orders": Order.objects.count(), "wallets": WalletAccount.objects.count()}
        self.stdout.write(json.dumps(counted | {"unbalanced": wrong}))
        if wrong:
            raise SystemExit(1)
