"""`manage.py make_cases N`: so many truthful disputes, for load and measurement."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

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
        count, stage = options["count"], options["stage"]
        if count < 1:
            raise CommandError("N is how many: 1 or more.", returncode=2)
        if Order.objects.exclude(number__startswith="CASE-").exists():
            raise CommandError(
                "This database holds real orders; cases are made only where there are none.",
                returncode=2,
            )
        began, marks = perf_counter(), copies.Marks()
        editions = max(1, count // options["stories"]) if connection.vendor == "postgresql" else 1
        told = self._tell(count // editions, stage)
        copied = copies.multiply(marks, editions - 1)
        told += self._tell(count - told - copied, stage)
        seconds = round(perf_counter() - began, 1)
        self.stdout.write(json.dumps({"made": told + copied, "told": told, "seconds": seconds}))

    @staticmethod
    def _tell(count: int, stage: str | None) -> int:
        if count < 1:
            return 0
        return stories.tell(count, stage) if stage else stories.mixed(count)
