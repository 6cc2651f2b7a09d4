"""`manage.py draw_states`: write docs/state-machines.md from the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from core import diagrams


class Command(BaseCommand):
    help = "Draw every state machine into docs/state-machines.md."

    def add_arguments(self, parser: CommandParser) -> None:
        default = Path(settings.BASE_DIR) / "docs" / "state-machines.md"
        parser.add_argument("--to", type=Path, default=default, help="The page to write.")

    def handle(self, *args: Any, **options: Any) -> None:
        options["to"].write_text(diagrams.page(), encoding="utf-8")
        self.stdout.write(f"{len(diagrams.machines())} machines drawn.")
