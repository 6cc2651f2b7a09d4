"""`manage.py sweep_evidence`: remove stored objects that belong to no row, and end stale checks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from evidence import services


class Command(BaseCommand):
    help = "Deletes stored objects that no evidence points to, and ends checks that are stuck."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.sweep_orphans()} objects deleted")
