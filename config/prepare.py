"""Brings the database up to date; fills the demo's once and prints who can sign in.

`python -m config.prepare` does both. The supervisor asks for the parts one by one (`migrate`, `fill`), so that
the first page answers while the demo's cases are still being made. What stands in the way is one sentence and
exit code 1; anything else ends with its traceback and 2.
"""

import os
import sys
import traceback

import django
from django.core.management import call_command


class Unfit(SystemExit):
    """The database cannot be used; the message says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Recourse: {sentence}")


def main(part: str = "") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings
    from django.db import DatabaseError, connection

    name = connection.settings_dict["NAME"]
    try:
        if part != "fill":
            check_age(str(name))
            migrate(demo=settings.DEMO)
        if part == "migrate" or not settings.DEMO:
            return
        fill()
    except DatabaseError as error:
        words = " ".join(str(error).split())
        if any(sign in words for sign in ("not a database", "malformed")):
            raise Unfit(f"the database {name} is damaged ({words}); {way_out()}") from error
        if connection.vendor == "sqlite" and ("readonly" in words or "unable to open" in words):
            raise Unfit(f"the database {name} cannot be written ({words}).") from error
        if connection.connection is None:
            raise Unfit(f"the database {name} cannot be reached ({words}).") from error
        raise


def way_out() -> str:
    from config import env

    if env.text("DATABASE_URL"):
        return "put a backup in its place."
    return "make demo-reset starts with a new one."


def check_age(name: str) -> None:
    """Stop before code that is older than its database does something to it."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs()}
    known = set(loader.disk_migrations or ()) | set(loader.replacements)
    unknown = sorted(
        key for key in loader.applied_migrations if key[0] in ours and key not in known
    )
    if unknown:
        app, step = unknown[-1]
        raise Unfit(
            f"the database {name} was made by a newer version ({app} {step} is not known here);"
            f" use that version, or {way_out()}"
        )


def migrate(*, demo: bool) -> None:
    from core.models import Storefront

    call_command("migrate", verbosity=0, interactive=False)
    if demo:
        Storefront.default()  # pages read it while the cases are made


def fill() -> None:
    call_command("load_demo", verbosity=0, if_empty=True)
    from demo import accounts

    sys.stdout.write("\n".join(accounts.lines()) + "\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2])
    except Exception:
        traceback.print_exc()
        raise SystemExit(2) from None
