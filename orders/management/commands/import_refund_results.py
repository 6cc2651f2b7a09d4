"""`manage.py import_refund_results PATH`: the bank's answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import services
from orders.importers.reading import BadFile, BadRow, Rejects, Row, chunks, rows

COLUMNS = ("reference", "status", "provider_reference", "date")
STATUS = {"completed": True, "received": True, "failed": False, "refused": False}


class Command(BaseCommand):
    help = (
        "Read the bank's results: a CSV with the columns reference, status (completed or failed),"
        " provider_reference and date, and perhaps reason. The same file twice changes nothing, not even"
        " after a refund was sent again. Prints each rejected row to standard error and a JSON summary as the"
        " last line; exit 1 where a row was rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        rejects, counts = Rejects(), Counter[str]()
        try:
            for chunk in chunks(_answers(options["path"], rejects), 1000):
                said = services.apply_answers(answers=[answer for _row, answer in chunk])
                for (row, _answer), word in zip(chunk, said, strict=True):
                    if word in ("applied", "unchanged"):
                        counts[word] += 1
                    else:
                        rejects.add(row.file, row.line, word, ",".join(row.fields.values()))
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        for reject in rejects.rows:
            self.stderr.write(f"{reject.file}:{reject.line}: {reject.reason}")
        summary = {"read": counts.total() + len(rejects), "applied": counts["applied"]}
        self.stdout.write(
            json.dumps(summary | {"unchanged": counts["unchanged"], "rejected": len(rejects)})
        )
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
        except BadRow as error:
            rejects.add(row.file, row.line, str(error), ",".join(row.fields.values()))
            continue
        seen[reference] = row.line
        yield row, services.Answer(reference, completed, bank, at, row.get("reason")[:300])
