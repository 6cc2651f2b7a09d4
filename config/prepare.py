"""Brings the database up to date; fills the demo's once and prints who can sign in.

`python -m config.prepare` does both. The supervisor asks for the parts one by one (`migrate`, `fill`), so that
the first page answers while the demo's cases are still being made.
"""

import os
import sys

import django
from django.core.management import call_command


def main(part: str = "") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    from core.models import Storefront

    if part != "fill":
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMO:
            Storefront.default()  # pages read it while the cases are made
    if part == "migrate" or not settings.DEMO:
        return
    call_command("load_demo", verbosity=0, if_empty=True)
    from demo import accounts

    sys.stdout.write("\n".join(accounts.lines()) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
