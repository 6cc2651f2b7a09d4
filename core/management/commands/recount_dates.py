"""`manage.py recount_dates`: dates in working days counted again with the calendar as it is known now."""

from typing import Any

from django.core.management.base import BaseCommand

from core import recount


class Command(BaseCommand):
    help = (
        "Count every open date in working days again, after closing days or holidays were added (a new version of"
        " the holiday library, say). Dates get later where they must, never earlier; each is an event and a notice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = recount.recount()
        self.stdout.write(f"{done.counted} dates counted again, {done.moved} of them got later.")
        if done.failed:
            self.stdout.write(f"{done.failed} cases could not be counted again: the log says why.")
