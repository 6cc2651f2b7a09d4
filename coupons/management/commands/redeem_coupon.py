"""`manage.py redeem_coupon`: spend a coupon on an order, as the shop would."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.actors import Actor
from core.errors import Refused
from core.models import Storefront
from core.money import quantize
from coupons import services


class Command(BaseCommand):
    help = (
        "Spend a coupon on an order of the shop. The code is read from standard input, so that it stands neither in"
        " the list of processes nor in the shell's history. Safe to run again with the same key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--order", required=True, help="the number of the order in the shop")
        parser.add_argument(
            "--key", required=True, help="the same for each repeat of the same call"
        )
        parser.add_argument("--amount", help="the coupon's value, to be sure of it")
        parser.add_argument("--storefront", help="the slug of the storefront where it is spent")
        parser.add_argument(
            "--caller",
            help="who typed the code, such as the buyer's account: wrong codes are counted for each; the order if none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        front, caller = options["storefront"], options["caller"] or f"order {options['order']}"
        storefront = Storefront.objects.filter(slug=front).first() if front else None
        if front and storefront is None:
            raise CommandError(f"There is no storefront {front!r}.")
        try:
            amount = Decimal(options["amount"]) if options["amount"] else None
        except InvalidOperation:
            raise CommandError("--amount is not a number.") from None
        try:
            coupon = services.redeem(
                code=sys.stdin.readline(), order_number=options["order"], idempotency_key=options["key"],
                amount=amount, storefront_id=storefront.pk if storefront else None,
                actor=Actor.system("redeem_coupon"), caller=f"redeem_coupon {caller}",
            )  # fmt: skip
        except Refused as refused:
            raise CommandError(f"{refused.code}: {refused}") from None
        value = str(quantize(coupon.value, coupon.currency))
        told = {"coupon": coupon.reference, "value": value, "currency": coupon.currency}
        self.stdout.write(json.dumps(told | {"order": coupon.order_number}))
