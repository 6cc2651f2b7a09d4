"""`manage.py export_refunds PATH`: requested card refunds as a CSV for the bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import services
from orders.gateways import GatewayDown
from orders.gateways.file import FileGateway


class Command(BaseCommand):
    help = (
        "Write the refunds that wait for the bank to PATH (a .csv file that must not exist yet, or a folder)"
        " and mark them as sent. What the worker sent by itself lies in the refunds folder of var/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--again",
            action="store_true",
            help="also what was sent before and never answered, under the same keys",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if path.suffix == ".csv" and path.exists():
            raise CommandError(
                f"{path} exists already; a file for the bank is never overwritten.", returncode=2
            )
        if path.suffix != ".csv" and path.exists() and not path.is_dir():
            raise CommandError(f"{path} is neither a folder nor a .csv file.", returncode=2)
        gateway = FileGateway(path)
        limit = 1_000_000 if path.suffix == ".csv" else services.refunds.BATCH
        try:
            taken = services.submit_refunds(gateway=gateway, limit=limit, again=options["again"])
        except GatewayDown as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(
            json.dumps({"exported": taken, "files": [str(p) for p in gateway.written]})
        )
