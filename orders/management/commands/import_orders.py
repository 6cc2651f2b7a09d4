"""`manage.py import_orders DIR --format olist|recourse`: orders from files. See docs/orders-import.md."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from core import clock
from core.models import Storefront
from orders.importers import olist, recourse, run
from orders.importers.reading import BadFile, Rejects

STOPPED = "Stopped. Whole thousands that were imported stay; start it again to go on."
FORMATS = {"olist": olist.open_source, "recourse": recourse.open_source}


class Command(BaseCommand):
    help = (
        "Import orders from the CSV files in a folder. The same files twice double nothing; rows that"
        " cannot be used are written to a CSV with line, file and reason. The last line is a JSON summary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument("--dry-run", action="store_true", help="do everything, keep nothing")
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="set the demo clock to the end of this day (or to this ISO time)",
        )
        parser.add_argument(
            "--disputes",
            action="store_true",
            help="open the disputes that reviews of 1 or 2 stars stand for",
        )
        parser.add_argument(
            "--storefront", metavar="SLUG", help="into this storefront (default: the default one)"
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FILE",
            help="where rejected rows go (default: in var/imports)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rejects = Rejects()
        present = self._present(options["as_of"])
        storefront = self._storefront(options["storefront"])
        try:
            source = FORMATS[options["format"]](options["folder"], rejects, options["disputes"])
            if present is not None and not options["dry_run"]:
                clock.set_offset(present - (clock.now() - clock.demo_offset()))
            still: AbstractContextManager[Any] = clock.freeze(present) if present else nullcontext()
            with (
                still,
                tqdm(unit=" orders", disable=not sys.stderr.isatty(), file=sys.stderr) as bar,
            ):
                summary = run.run(
                    source,
                    storefront,
                    dry_run=options["dry_run"],
                    disputes=options["disputes"],
                    tick=bar.update,
                )
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        except KeyboardInterrupt:
            raise CommandError(STOPPED, returncode=130) from None
        self._tell(summary, rejects, options)

    def _present(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        if not settings.DEMO:
            raise CommandError(
                "--as-of moves the demo clock, so it works only where DEMO is on.", returncode=2
            )
        try:
            day = date.fromisoformat(text)
            return datetime.combine(day + timedelta(days=1), time(0), UTC)
        except (ValueError, OverflowError):
            pass
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise CommandError(
                f"--as-of is not a date: {text!r}. Write it as 2018-08-30.", returncode=2
            ) from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def _storefront(self, slug: str | None) -> Storefront:
        if slug is None:
            return Storefront.default()
        found = Storefront.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no storefront {slug!r}.", returncode=2)
        return found

    def _tell(self, summary: run.Summary, rejects: Rejects, options: dict[str, Any]) -> None:
        facts: dict[str, Any] = {
            "read": summary.read, "imported": summary.imported, "updated": summary.updated,
            "unchanged": summary.unchanged, "rejected": len(rejects), "orders": summary.orders,
        }  # fmt: skip
        if rejects.rows:
            path = (
                options["rejects"]
                or settings.VAR / "imports" / f"rejected-{datetime.now(UTC):%Y%m%dT%H%M%S}.csv"
            )
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                rejects.write(path)
            except OSError as error:
                raise CommandError(
                    f"{path} cannot be written: {error.strerror}.", returncode=2
                ) from error
            facts["rejected_file"] = str(path)
            for reject in rejects.rows[:10]:
                self.stderr.write(f"{reject.file}:{reject.line}: {reject.reason}")
            if len(rejects) > 10:
                self.stderr.write(f"and {len(rejects) - 10} more in {path}")
        if options["disputes"]:
            facts["disputes_opened"] = summary.disputes.opened
            facts["disputes_refused"] = dict(sorted(summary.disputes.refused.items()))
        if options["dry_run"]:
            facts["dry_run"] = True
        self.stdout.write(json.dumps(facts, ensure_ascii=False))
