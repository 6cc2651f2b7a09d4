"""`manage.py load_demo`: people, orders and disputes in every state, told through the real services."""

from __future__ import annotations

import gc
import logging
from argparse import ArgumentParser
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import User
from core import clock
from demo import coupons, files, histories, people
from demo.accounts import FACES
from demo.stage import Stage
from demo.world import World
from orders.models import Store

SIZES = {"small": 0, "large": 10}


class Command(BaseCommand):
    help = "Fill an empty database with a life-like demo. Refused outside a demo and on a database that is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="where there are users already, add no more than the people of the role switcher, once",
        )
        parser.add_argument("--size", choices=sorted(SIZES), default="small")
        parser.add_argument("--without-pictures", action="store_true", help="leave out the photos")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("load_demo runs only where DEMO is on.")
        if User.objects.exists():
            if options["if_empty"]:
                if not User.objects.filter(email=FACES[0].email).exists():
                    people.join(since=clock.now() - timedelta(days=200))
                return
            raise CommandError("The database has users already; make demo-reset starts anew.")
        began, now = monotonic(), clock.now()
        gc.disable()
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.ERROR)
        try:
            with transaction.atomic():
                world = load(now, size=options["size"], pictures=not options["without_pictures"])
        finally:
            logging.getLogger().setLevel(level)
            gc.enable()
        if options["verbosity"]:
            self.stdout.write(f"{world.made} orders in {monotonic() - began:.1f} s")


def load(now: Any, *, size: str = "small", pictures: bool = True) -> World:
    """Everybody and everything, up to `now`."""
    front = people.load(since=now - timedelta(days=200))
    stores = {
        store.name: store
        for store in Store.objects.filter(storefront=front).select_related("storefront")
    }
    world = World(now, people.by_email(), stores, Random(7), pictures)
    stage = Stage(now)
    for story in histories.stories(world, copies=SIZES[size]):
        stage.add(story)
    for told in coupons.stories(world):
        stage.add(told)
    stage.play()
    world.write_reports()
    if pictures:
        files.leave_traces(world)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # A fault is said here, not at the commit of whoever called.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return world
