"""`make bench`, `make bench ONLY=enforce`, `make bench ONLY=enforce N=20000`; one JSON line for each figure."""

from __future__ import annotations

import importlib
import os

PARTS = (
    "enforce",
    "coupons",
    "refunds",
    "peers",
    "lateness",
    "flood",
    "pages",
    "evidence",
    "settlement",
    "start",
)


def main() -> None:
    only = os.environ.get("ONLY", "")
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit(
            "The benchmark runs on PostgreSQL: python -m tests.postgres python -m bench"
        )
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    for part in PARTS:
        if only in ("", part):
            count = [int(os.environ["N"])] if os.environ.get("N") else []
            importlib.import_module(f"bench.{part}").main(*count)


if __name__ == "__main__":
    main()
