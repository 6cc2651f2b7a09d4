"""`manage.py import_settlement PATH`: what a payment provider booked, beside our refunds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from core.models import Storefront
from orders import services
from orders.importers.reading import BadFile


class Command(BaseCommand):
    help = (
        "Compare a provider's settlement with our refunds: a CSV with the columns transaction, type (refund or"
        " charge), reference, amount, currency and date. Each refund that was charged, made twice, made with another"
        " amount or currency, or never made gets a correction, once. Prints the first rejected rows to standard error"
        " and a JSON summary as the last line; exit 1 where a row was rejected, 2 where the file cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--storefront", default="", help="its slug; the first one without it")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["storefront"]
        front = Storefront.objects.filter(slug=wanted).first() if wanted else Storefront.default()
        if front is None:
            raise CommandError(f"There is no storefront {wanted!r}.", returncode=2)
        path: Path = options["path"]
        try:
            done = services.import_settlement(path=path, storefront=front)
        except BadFile as error:
            self.stdout.write(json.dumps({"file": path.name, "stopped": str(error)}))
            raise CommandError(str(error), returncode=2) from None
        except (OperationalError, InterfaceError) as error:
            said = " ".join(str(error).split())[:200]
            why = f"The database cannot be used ({said}). Start it again: nothing counts twice."
            self.stdout.write(json.dumps({"file": path.name, "stopped": why}))
            raise CommandError(why, returncode=2) from None
        for reject in done.rejects.rows:
            self.stderr.write(f"{reject.file}:{reject.line}: {reject.reason}")
        self.stdout.write(json.dumps(done.summary()))
        if len(done.rejects):
            raise SystemExit(1)
