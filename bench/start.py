"""Seconds from `make demo` to the first page, and the memory of each kind of process, idle and at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from bench import databases, processes
from bench.report import line

KINDS = ("web", "worker0", "beat")


def main(n: int = 3) -> None:
    began = [_first_page() for _ in range(n)]
    first, ready = (sorted(times)[len(times) // 2] for times in zip(*began, strict=True))
    line("start", n, first, "s to the first page", limit=10.0, ready_s=round(ready, 1))
    _memory()


def _first_page() -> tuple[float, float]:
    """A demo in an empty folder, after the installation: seconds to the first page, and until all is there."""
    with tempfile.TemporaryDirectory(prefix="recourse-start-") as folder:
        port = processes.free_port()
        env = {
            k: v
            for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        }
        env |= {"PORT": str(port), "RECOURSE_VAR": folder}
        started = time.monotonic()
        demo = subprocess.Popen(
            [sys.executable, "-P", "config/supervisor.py"], cwd=processes.ROOT, env=env, stdout=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            processes.within(
                120, lambda: processes.answers(f"http://127.0.0.1:{port}/"), "the demo"
            )
            first = time.monotonic() - started
            assert demo.stdout
            for said in demo.stdout:
                if "Recourse is ready" in said:
                    break
            return first, time.monotonic() - started
        finally:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait(30)


def _memory() -> None:
    with (
        databases.cases("bench_memory", 3000, "silent") as name,
        processes.running(name, SWEEP_SECONDS="5") as here,
    ):
        address = here.web()
        here.module("worker0", *_sleeping("worker"))
        here.module(
            "beat",
            *_sleeping("beat", "--schedule", str(Path(here.folder) / "schedule"), "--pidfile", ""),
        )
        time.sleep(8)
        idle = {kind: here.resident(kind) for kind in KINDS}
        ends = time.monotonic() + 15
        readers = [threading.Thread(target=_read, args=(address, ends)) for _ in range(8)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        for kind in KINDS:
            line(f"memory_{kind.rstrip('0')}", 1, here.resident(kind), "MB", idle_mb=idle[kind])


def _sleeping(part: str, *options: str) -> list[str]:
    return ["celery", "-A", "config", "--quiet", part, *options]


def _read(address: str, ends: float) -> None:
    while time.monotonic() < ends:
        with urllib.request.urlopen(f"{address}/account/login/", timeout=10) as answer:
            answer.read()
