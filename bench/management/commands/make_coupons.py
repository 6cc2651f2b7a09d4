"""`manage.py make_coupons N`: so many coupons of as many people whose clock is due, for measurement."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from core import clock, deadlines
from core.actors import SYSTEM
from core.batch import Batch
from core.models import Storefront
from coupons import effects
from coupons.models import Coupon, CouponDeadline

PROMISED_AGO = {"promised": timedelta(days=20), "issued": timedelta(days=100)}
CHUNK = 500


class Command(BaseCommand):
    help = (
        "Make N coupons through the product's own effects: promised and due to be issued, or issued and due to expire."
        " Refused in a database that holds coupons. The last line is JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--stage", choices=sorted(PROMISED_AGO), default="promised")

    def handle(self, *args: Any, **options: Any) -> None:
        count, stage = options["count"], options["stage"]
        if count < 1:
            raise CommandError("N is how many: 1 or more.", returncode=2)
        if Coupon.objects.exists():
            raise CommandError("This database holds coupons already.", returncode=2)
        front, begun = Storefront.default(), clock.now() - PROMISED_AGO[stage]
        people = User.objects.bulk_create(
            User(email=f"coupon{n}@bench.example", name=f"Owner {n}", zone="Europe/Berlin")
            for n in range(count)
        )
        for first in range(0, count, CHUNK):
            with clock.freeze(begun), Batch() as batch:
                for number in range(first, min(first + CHUNK, count)):
                    effects.compensate(
                        batch, storefront=front, owner_id=people[number].pk, value=Decimal(20), currency="EUR",
                        cause=f"CPL-{number:07}", actor=SYSTEM,
                    )  # fmt: skip
        if stage == "issued":
            with clock.freeze(begun + timedelta(days=10)):
                deadlines.sweep(seconds=3600, tables=[CouponDeadline])
        self.stdout.write(json.dumps({"made": count, "stage": stage}))
