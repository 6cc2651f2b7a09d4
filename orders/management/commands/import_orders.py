"""`manage.py import_orders DIR --format olist|recourse`: orders from files. See docs/orders-import.md."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from core import clock
from core.models import Storefront
from orders.importers import olist, presents, recourse, run
from orders.importers.reading import BadFile, Rejects

AGAIN = "Whole thousands that were imported stay; start it again to go on."
FORMATS = {"olist": olist.open_source, "recourse": recourse.open_source}


class Command(BaseCommand):
    help = (
        "Import orders from the CSV files in a folder. The same files twice double nothing; rows that"
        " cannot be used are written to a CSV with line, file and reason. The last line is a JSON summary,"
        " also where the import stopped. Exit 0 when it came to its end, 1 with --strict where a row was"
        " rejected, 2 when it could not, 130 after Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument("--dry-run", action="store_true", help="do everything, keep nothing")
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="first set the demo clock to the end of this day (or to this ISO time); never back",
        )
        parser.add_argument(
            "--disputes",
            action="store_true",
            help="open the disputes that reviews of 1 or 2 stars stand for; not in production",
        )
        parser.add_argument(
            "--strict", action="store_true", help="exit with 1 where any row was rejected"
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
        if options["disputes"] and not settings.LOCAL:
            raise CommandError(
                "--disputes files disputes in the names of buyers, so it works only where DEMO or DEBUG is on.",
                returncode=2,
            )
        rejects, summary = Rejects(), run.Summary()
        wanted = presents.wanted(options["as_of"])
        why, code = "", 0
        try:
            storefront = self._storefront(options["storefront"])
            source = FORMATS[options["format"]](options["folder"], rejects, options["disputes"])
            present = presents.set_to(wanted, source, keep=options["dry_run"])
            still: AbstractContextManager[Any] = clock.freeze(present) if present else nullcontext()
            with (
                still,
                tqdm(unit=" orders", disable=not sys.stderr.isatty(), file=sys.stderr) as bar,
            ):
                run.run(
                    source,
                    storefront,
                    summary,
                    dry_run=options["dry_run"],
                    disputes=options["disputes"],
                    tick=bar.update,
                )
        except BadFile as error:
            why, code = str(error), 2
        except (OperationalError, InterfaceError) as error:
            words = " ".join(str(error).split())[:200]
            why, code = f"The database cannot be used ({words}). {AGAIN}", 2
        except KeyboardInterrupt:
            why, code = f"Stopped. {AGAIN}", 130
        facts = self._facts(summary, rejects, options)
        try:
            facts |= self._report(rejects, options["rejects"])
        except OSError as error:
            unwritten = f"The rejected rows cannot be written: {error.strerror}."
            why, code = f"{why} {unwritten}".strip(), code or 2
        if why:
            facts["stopped"] = why
        self.stdout.write(json.dumps(facts, ensure_ascii=False))
        if why:
            raise CommandError(why, returncode=code)
        if options["strict"] and rejects.rows:
            raise SystemExit(1)

    def _storefront(self, slug: str | None) -> Storefront:
        if slug is None:
            return Storefront.default()
        found = Storefront.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"There is no storefront {slug!r}.", returncode=2)
        return found

    def _facts(
        self, summary: run.Summary, rejects: Rejects, options: dict[str, Any]
    ) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "read": summary.read, "imported": summary.imported, "updated": summary.updated,
            "unchanged": summary.unchanged, "rejected": summary.rejected, "orders": summary.orders,
            "rejected_rows": len(rejects),
        }  # fmt: skip
        if options["disputes"]:
            done = summary.disputes
            facts["reviews"], facts["disputes_opened"] = done.reviews, done.opened
            facts["disputes_refused"] = dict(sorted((+done.refused).items()))
            facts["reviews_passed"] = dict(sorted((+done.passed).items()))
        if options["dry_run"]:
            facts["dry_run"] = True
        return facts

    def _report(self, rejects: Rejects, path: Path | None) -> dict[str, str]:
        """Write every rejected row to a file, and the first ten to standard error. Raises `OSError`."""
        if not rejects.rows:
            return {}
        for reject in rejects.rows[:10]:
            self.stderr.write(f"{reject.file}:{reject.line}: {reject.reason}")
        path = path or settings.VAR / "imports" / f"rejected-{datetime.now(UTC):%Y%m%dT%H%M%S}.csv"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        rejects.write(path)
        if len(rejects) > 10:
            self.stderr.write(f"and {len(rejects) - 10} more in {path}")
        return {"rejected_file": str(path)}
