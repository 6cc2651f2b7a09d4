"""`manage.py mirror_disputes`: whom open disputes await, looked up again in their clocks and events."""

from typing import Any

from django.core.management.base import BaseCommand

from disputes import services


class Command(BaseCommand):
    help = (
        "Look up again whom each open dispute awaits and who spoke last in it, and write what is stored otherwise."
        " Once after a release that stores it for the first time, when the processes of the release before are gone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.mirror_again()} disputes put right.")
