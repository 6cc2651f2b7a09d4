"""Real workers that are really killed: processes with a connection of their own, made by `fork`."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection

_inherited: list[Any] = []
"""Connections of the parent, kept in the child: closing them would end the parent's own sessions."""


class Worker:
    """A forked process. `application` is the name under which PostgreSQL knows its connection."""

    def __init__(self, job: Callable[[], Any], name: str = "worker", idle: str = "") -> None:
        self.application = f"fault-{name}-{os.getpid()}-{time.monotonic_ns()}"
        self._read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(job, write, idle)
        os.close(write)
        self._status: int | None = None

    def _live(self, job: Callable[[], Any], write: int, idle: str) -> None:
        code = 1
        try:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # gone with the parent
            _inherited.append(connection.connection)
            connection.connection = None
            options: dict[str, Any] = connection.settings_dict["OPTIONS"]
            options["application_name"] = self.application
            if idle:
                options["options"] += f" -c idle_in_transaction_session_timeout={idle}"
            os.write(write, pickle.dumps(job()))
            code = 0
        except BaseException as error:
            traceback.print_exc()
            os.write(write, pickle.dumps(f"{type(error).__name__}: {error}"))
        finally:
            os._exit(code)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stopped(self) -> None:
        """Wait until it has stopped itself (SIGSTOP)."""
        _pid, status = os.waitpid(self.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status

    def ended(self) -> Any:
        """Wait for its end and for that of its session in the database; the number of the signal that killed
        it, negative, or what its job returned (a sentence where it raised)."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with os.fdopen(self._read, "rb") as pipe:
            said = pipe.read()
        self.session_ended()
        return status if status < 0 else pickle.loads(said)

    def session_ended(self, seconds: float = 10) -> None:
        """The server finishes the statement in flight of a client that is gone: wait for that."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s",
                    [self.application],
                )
                if not cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
        raise AssertionError("the dead worker's session is still there")


def die(number: signal.Signals = signal.SIGKILL) -> None:
    os.kill(os.getpid(), number)


class AtStatement:
    """Sends this process a signal just before its n-th statement, counted from its first look at disputes."""

    def __init__(self, n: int, number: signal.Signals = signal.SIGKILL) -> None:
        self.left, self.number, self.counts = n, number, False

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.counts = self.counts or 'FROM "disputes_dispute"' in str(sql)
        self.left -= self.counts
        if self.left == 0:
            die(self.number)
        return execute(sql, params, many, context)
