"""`manage.py make_cases N`: so many truthful disputes, for load and measurement."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import copies, stories
from orders.models import Order


class Command(BaseCommand):
    help = (
        "Make N disputes with their orders, people, events, ledger, clocks and notices, as the pages would have"
        " written them. On PostgreSQL a few hundred are told and copied set-wise; elsewhere all are told."
        " Refused in a database that holds orders of anybody else. The last line is JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument(
            "--stage", choices=stories.STAGES, help="how far all of them went (a mix of all)"
        )
        parser.add_argument("--stories", type=int, default=500, help="how many are told (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["count"]
        if count < 1:
            raise CommandError("N is how many: 1 or more.", returncode=2)
        if Order.objects.exclude(number__startswith="CASE-").exists():
            raise CommandError(
                "This database holds real orders; cases are made only where there are none.",
                returncode=2,
            )
        began = perf_counter()
        told = copies.make(count, options["stage"] or "", options["stories"])
        seconds = round(perf_counter() - began, 1)
        self.stdout.write(json.dumps({"made": count, "told": told, "seconds": seconds}))
