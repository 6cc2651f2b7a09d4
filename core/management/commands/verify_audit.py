"""`manage.py verify_audit`: every event is there, unchanged and in its place, or exit 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import audit
from core.models import Event


class Command(BaseCommand):
    help = (
        "Verify the hash chain of every case. Names the first broken link of each and exits with 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--most", type=int, default=20, help="Stop after so many broken chains (20)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for sentence in audit.broken_links():
            found += 1
            self.stderr.write(sentence)
            if found >= options["most"]:
                break
        if found:
            raise SystemExit(1)
        self.stdout.write(f"{Event.objects.count()} events, every link holds.")
