"""`manage.py declare_outage`: give people back the time in which the portal did not work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import outages
from core.actors import Actor, ActorKind, StaffRole
from core.errors import Refused
from core.models import Storefront


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset, such as 2026-03-01T10:00+01:00")
    return at


class Command(BaseCommand):
    help = (
        "Declare a past outage: every running clock of a party that lay in it ends later by as long, the parties are"
        " told, and an event says so. Safe to stop and to start again: the same outage goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("began", type=moment, help="2026-03-01T10:00+01:00")
        parser.add_argument("ended", type=moment, help="2026-03-01T13:30+01:00")
        parser.add_argument("note", help="what happened; everybody whose date moves reads it")
        parser.add_argument("--storefront", default="main", help="its short name (main)")

    def handle(self, *args: Any, **options: Any) -> None:
        front = Storefront.objects.filter(slug=options["storefront"]).first()
        if front is None:
            raise CommandError(f"There is no storefront {options['storefront']}.", returncode=2)
        operator = Actor(
            ActorKind.SYSTEM, None, frozenset({StaffRole.ADMIN.value}), "operator's command"
        )
        span = {"began_at": options["began"], "ended_at": options["ended"]}
        outage = front.outages.filter(**span).first()
        try:
            outage = outage or outages.declare_outage(
                storefront_id=front.pk, note=options["note"], actor=operator, **span
            )
        except Refused as refused:
            raise CommandError(str(refused), returncode=2) from None
        given = outages.give_back(outage)
        outage.refresh_from_db()
        self.stdout.write(f"{given} clocks extended, {outage.extended} in all.")
        if outage.done_at is None:
            raise CommandError(
                "Some cases could not be extended; the log names them. Run it again."
            )
