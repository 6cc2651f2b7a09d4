"""The file gateway: a CSV for the bank, answered by a CSV of results.

Columns: key, reference, order, amount, currency, card_last4, requested_at. A refund may stand in two
files (a worker died, or it was asked for again): the key is the same, and the bank pays a key once.
"""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from core import clock, money, sheets
from orders.gateways import GatewayDown, Outcome, Result, Snapshot, register

COLUMNS = ("key", "reference", "order", "amount", "currency", "card_last4", "requested_at")


class FileGateway:
    """Writes one file for each batch, whole or not at all. The bank's reference is file and line."""

    name = "file"
    instant = False

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.written: list[Path] = []

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        if not refunds:
            return []
        target = self._target()
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(target, refunds)
        except OSError as error:
            raise GatewayDown(f"{target.name} could not be written: {error.strerror}") from error
        self.written.append(target)
        return [
            Result(r.pk, Outcome.TAKEN, f"{target.stem}:{line}")
            for line, r in enumerate(refunds, 2)
        ]

    def _target(self) -> Path:
        folder = self.path or Path(getattr(settings, "REFUND_EXPORT_DIR", settings.VAR / "refunds"))
        if folder.suffix == ".csv":
            return folder
        return (
            folder
            / f"refunds-{clock.now().astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}.csv"
        )

    def _write(self, target: Path, refunds: Sequence[Snapshot]) -> None:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=target.parent, prefix=".refunds-", delete=False
        ) as out:
            try:
                writer = csv.writer(out)
                writer.writerow(COLUMNS)
                for r in refunds:
                    amount = money.quantize(r.amount, r.currency)
                    at = r.requested_at.astimezone(UTC).isoformat(timespec="seconds")
                    row = (r.key, r.reference, r.order_number, amount, r.currency, r.card_last4, at)
                    writer.writerow(map(sheets.cell, row))
                out.flush()
                os.fsync(out.fileno())
                os.replace(out.name, target)
            except BaseException:
                Path(out.name).unlink(missing_ok=True)
                raise


register(FileGateway())
