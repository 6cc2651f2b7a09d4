"""`manage.py import_refund_results PATH`: the bank's answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from orders import services
from orders.importers.reading import BadFile, BadRow, Rejects, Row, chunks, rows

COLUMNS = ("reference", "status", "provider_reference", "date")
STATUS = {"completed": True, "received": True, "failed": False, "refused": False}


class Command(BaseCommand):
    help = (
        "Read the bank's results: a CSV with the columns reference, status (completed or failed),"
        " provider_reference and date, and perhaps reason, amount and currency. The same file twice changes"
        " nothing, not even after a refund was sent again. Prints each rejected row to standard error and a JSON"
        " summary as the last line; exit 1 where a row was rejected, 2 where the file cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        rejects, counts, why = Rejects(), Counter[str](), ""
        try:
            for chunk in chunks(_answers(options["path"], rejects), 1000):
                said = services.apply_answers(answers=[answer for _row, answer in chunk])
                for (row, _answer), word in zip(chunk, said, strict=True):
                    if word in ("applied", "unchanged"):
                        counts[word] += 1
                    else:
                        rejects.add(row.file, row.line, word, ",".join(row.fields.values()))
        except BadFile as error:
            why = str(error)
        except (OperationalError, InterfaceError) as error:
            words = " ".join(str(error).split())[:200]
            why = f"The database cannot be used ({words}). Start it again: nothing counts twice."
        for reject in rejects.rows:
            self.stderr.write(f"{reject.file}:{reject.line}: {reject.reason}")
        summary: dict[str, Any] = {
            "read": counts.total() + len(rejects), "applied": counts["applied"],
            "unchanged": counts["unchanged"], "rejected": len(rejects),
        }  # fmt: skip
        self.stdout.write(json.dumps(summary | ({"stopped": why} if why else {})))
        if why:
            raise CommandError(why, returncode=2)
        if rejects.rows:
            raise SystemExit(1)


def _answers(path: Path, rejects: Rejects) -> Iterator[tuple[Row, services.Answer]]:
    seen: dict[str, int] = {}
    for row in rows(path, COLUMNS, rejects):
        try:
            reference = row.needed("reference").upper()
            if reference in seen:
                raise BadRow(f"the reference stands on line {seen[reference]} already")
            if row["status"].lower() not in STATUS:
                raise BadRow(f"the status is neither completed nor failed: {row['status'][:40]!r}")
            completed = STATUS[row["status"].lower()]
            bank = row.short("provider_reference", 120)
            at = row.instant("date", ZoneInfo("UTC"))
            amount = row.amount("amount") if row.get("amount") else None
        except BadRow as error:
            rejects.add(row.file, row.line, str(error), ",".join(row.fields.values()))
            continue
        seen[reference] = row.line
        yield (
            row,
            services.Answer(
                reference,
                completed,
                bank,
                at,
                row.get("reason")[:300],
                amount,
                row.get("currency").upper(),
            ),
        )
