"""R2, R17, R24, R27, R29: a PostgreSQL of our own: stopped at once, filled up, changed, crowded, restored."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from bench import stories
from core import deadlines
from disputes.models import Dispute
from notifications import services as post
from tests.faults.crowds import PUT_OFF, crowd, run_out
from tests.faults.invariants import invariants
from tests.faults.servers import ROOT, Processes, Valkey, answers, database_address, within
from tests.postgres import CARELESS, Server

SILENT = "SELECT count(*) FROM disputes_dispute WHERE outcome = 'seller_silent'"


class Installation:
    """A database of its own with an installation in it."""

    def __init__(self, server: Server, processes: Processes) -> None:
        self.server, self.processes = server, processes
        processes.env["DATABASE_URL"] = server.address
        if not server.migrated:
            self.run("django", "migrate", "--verbosity", "0")

    def run(self, *module: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *module], cwd=ROOT, env=self.processes.env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def do(self, statement: str) -> None:
        with psycopg.connect(self.server.address) as line:
            line.execute(statement)

    def value(self, query: str) -> Any:
        with psycopg.connect(self.server.address, connect_timeout=5) as line:
            row = line.execute(query).fetchone()
        return row and row[0]

    def answers(self) -> bool:
        """Whether the database takes connections: after a crash it first recovers."""
        with contextlib.suppress(psycopg.OperationalError):
            return bool(self.value("SELECT 1"))
        return False

    def reached(self, count: int) -> bool:
        """Whether so many silent sellers have lost."""
        return int(self.value(SILENT)) >= count

    def states(self, *options: str) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.run("tests.faults.check", *options))
        return found


@contextlib.contextmanager
def own_server(config: str = "", megabytes: int = 0) -> Iterator[Server]:
    """A PostgreSQL that this test may break; on a small disk of its own where `megabytes` says so."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-fault-"))
    disk = folder / "disk"
    if megabytes:
        disk.mkdir()
        size = f"size={megabytes}m,mode=1777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
    server = None
    try:
        server = Server(folder, config, disk / "data" if megabytes else None)
        server.start()
        yield server
    finally:
        if server:
            server.stop()
        if megabytes:
            subprocess.run(["umount", "-l", str(disk)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
@pytest.mark.fault("R2", tries=3, size=6000, long=True, first=True)
def test_a_database_that_crashes_in_mid_batch_loses_nothing_and_workers_come_back_by_themselves(
    processes: Processes, valkey: Valkey, tries: int, size: int
) -> None:
    crash = size // tries
    """So many are due when it crashes."""
    with own_server() as server:
        here = Installation(server, processes)
        here.run("django", "make_cases", str(crash * tries), "--stage", "silent")
        here.do(PUT_OFF)
        processes.worker("--hostname", "a@%h", REDIS_URL=valkey.url)
        processes.worker("--hostname", "b@%h", REDIS_URL=valkey.url)
        processes.beat(REDIS_URL=valkey.url)
        for total in range(crash, crash * (tries + 1), crash):
            here.do(run_out(crash))
            within(60, partial(here.reached, total - crash + 1), "nobody began")
            server.stop(signal.SIGQUIT)
            time.sleep(1)
            server.start()
            here.states()
            within(90, partial(here.reached, total), "nobody came back")
        assert here.states("--swept") == {"resolved": crash * tries}


@pytest.mark.postgres
@pytest.mark.fault("R27", tries=1)
def test_with_every_connection_used_up_pages_ask_to_come_again_and_recover_alone(
    processes: Processes,
) -> None:
    with own_server("max_connections = 20\n" + CARELESS) as server:
        Installation(server, processes)
        processes.env["DATABASE_CONN_MAX_AGE"] = "0"
        _web, address = processes.web(WEB_WORKERS="1", WEB_THREADS="4")
        assert answers(f"{address}/account/login/") == 200
        hogs = []
        with pytest.raises(psycopg.OperationalError, match=r"too many|remaining connection slots"):
            while True:
                hogs.append(psycopg.connect(server.address, connect_timeout=2))
        try:
            assert answers(f"{address}/health/ready", 10) == 503
            assert answers(f"{address}/account/login/", 10) in {200, 503}
        finally:
            for hog in hogs:
                hog.close()
        within(10, lambda: answers(f"{address}/health/ready") == 200)
        assert answers(f"{address}/account/login/") == 200


@pytest.mark.postgres
@pytest.mark.fault("R17", tries=1, long=True)
@pytest.mark.mount
def test_a_full_disk_under_the_database_is_said_and_changes_nothing_and_passes(
    processes: Processes, valkey: Valkey
) -> None:
    with own_server(
        CARELESS + "max_wal_size = 48MB\nmin_wal_size = 32MB\n", megabytes=260
    ) as server:
        here = Installation(server, processes)
        here.run("django", "make_cases", "40", "--stage", "silent")
        _web, address = processes.web(REDIS_URL=valkey.url, WEB_WORKERS="1")
        spare = server.data.parent / "spare"  # what the operator can delete to make room
        spare.write_bytes(bytes(40_000_000))
        with psycopg.connect(server.address, autocommit=True) as line:
            line.execute("CREATE TABLE ballast (filler text)")
            with pytest.raises(psycopg.Error):
                for _ in range(1000):
                    line.execute(
                        "INSERT INTO ballast SELECT repeat(md5(random()::text), 60) FROM generate_series(1, 500)"
                    )
        failed = subprocess.run(
            [sys.executable, "-m", "tests.faults.sweep"], cwd=ROOT, env=processes.env, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert answers(f"{address}/account/login/", 10) in {200, 503}
        spare.unlink()
        if server.process is None or server.process.poll() is not None:
            server.process = None
            server.start()
        within(60, here.answers, "it did not recover")
        with psycopg.connect(server.address, autocommit=True) as line:
            line.execute("DROP TABLE ballast")
            line.execute("CHECKPOINT")
        assert here.value(SILENT) in {0, 40}, failed.stderr[-500:]
        here.states()
        within(20, lambda: answers(f"{address}/health/ready") == 200)
        here.run("tests.faults.sweep")
        assert here.states("--swept") == {"resolved": 40}


@pytest.mark.postgres
@pytest.mark.fault("R24", tries=1, few=60, size=1500, first=True)
@pytest.mark.django_db(transaction=True)
def test_old_workers_go_on_over_a_new_schema_and_a_rolling_restart_loses_nothing(
    processes: Processes, valkey: Valkey, size: int
) -> None:
    """The next release adds a column with a default; the old code neither reads nor writes it."""
    crowd(3 * size)
    do(PUT_OFF)
    old = processes.worker("--hostname", "old@%h", REDIS_URL=valkey.url)
    processes.beat(REDIS_URL=valkey.url)
    do(run_out(size))
    within(60, lambda: Dispute.objects.filter(state="resolved").exists(), processes.said("worker"))
    alter("disputes_dispute ADD COLUMN next_release text NOT NULL DEFAULT ''")
    alter("core_event ADD COLUMN next_release text")
    try:
        do(run_out(size))
        stories.tell(20, "silent")
        new = processes.worker("--hostname", "new@%h", REDIS_URL=valkey.url)
        processes.kill(old, signal.SIGTERM)
        assert old.wait(60) == 0, "it ends its task, then itself"
        do(run_out(size))
        within(
            120,
            lambda: Dispute.objects.filter(state="resolved").count() == 3 * size + 20,
            processes.said("worker"),
        )
        processes.kill(new)
        assert invariants() == {"resolved": 3 * size + 20}
    finally:
        processes.end()
        alter("disputes_dispute DROP COLUMN next_release")
        alter("core_event DROP COLUMN next_release")


def do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def alter(what: str) -> None:
    """As operations.md has it: nobody waits for a change of the schema longer than two seconds; it tries again."""

    def goes_through() -> bool:
        with psycopg.connect(database_address(), autocommit=True) as line:
            line.execute("SET lock_timeout = '2s'")
            try:
                line.execute(f"ALTER TABLE {what}")
            except psycopg.errors.LockNotAvailable:
                return False
        return True

    within(60, goes_through)


@pytest.mark.postgres
@pytest.mark.fault("R29", tries=1)
def test_a_restore_to_before_the_clocks_ran_out_enforces_each_of_them_once(
    processes: Processes,
) -> None:
    """And says again only what had been said since the copy was made."""
    with own_server(CARELESS) as server:
        here = Installation(server, processes)
        here.run("tests.faults.tell", "30", "-3")  # their time is up in three seconds
        here.run("tests.faults.sweep", "--mail")
        with psycopg.connect(
            f"{server.address.rsplit('/', 1)[0]}/template1", autocommit=True
        ) as line:
            line.execute("CREATE DATABASE backup TEMPLATE postgres STRATEGY FILE_COPY")
        time.sleep(3)
        here.run("tests.faults.sweep", "--mail")
        assert here.states("--swept") == {"resolved": 30}
        sent = here.value("SELECT count(*) FROM notifications_notice WHERE mail_state = 'sent'")

        processes.env["DATABASE_URL"] = server.address.rsplit("/", 1)[0] + "/backup"
        assert here.states() == {"awaiting_seller": 30}
        again = json.loads(here.run("tests.faults.sweep", "--mail"))
        assert here.states("--swept") == {"resolved": 30}
        assert again["enforced"] == 30
        assert 0 < again["sent"] < sent, "what was sent before the copy is not sent again"


@pytest.mark.postgres
@pytest.mark.fault("R29", tries=1)
@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_never_sent_again_without_a_restore() -> None:
    stories.tell(3, "silent", late=timedelta(hours=1))
    deadlines.sweep()
    first, second = post.deliver(), post.deliver()
    assert first.sent > 0
    assert second.total == 0
