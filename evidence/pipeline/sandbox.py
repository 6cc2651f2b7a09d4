"""The inspection in a process of its own, so that a hostile file costs one child and nothing more.

A small helper process (`evidence.pipeline.child`) has the libraries loaded and forks a fresh child
per file: 3 to 5 ms instead of the 100 to 900 ms of a new interpreter. The child has limits on
memory, processor time, wall time, file size and handles; no environment (so no passwords) and no
open connection of ours. A child that dies or hangs becomes a refusal, `too_heavy`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.refusal import Refusal

ROOT = Path(__file__).resolve().parents[2]
#: Wall seconds for one file; the child has its own alarm a little earlier.
PATIENCE = 70.0
#: Huge pages for the big buffers of decoded pictures: a third less time on a 12-megapixel photo.
TUNABLES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class Trouble(Exception):
    """Our own machine could not do the check (disk full, no process): try again later."""


class _Helper:
    """The helper process of this process; started when first needed, again after it was killed."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.lock = threading.Lock()
        environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **TUNABLES}
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-m", "evidence.pipeline.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Send one job, wait for its line; kill the helper with its child when it takes too long."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.kill()
            return {"died": "helper"}
        line = self._line(self.process.stdout.fileno(), time.monotonic() + PATIENCE)
        if not line.endswith(b"\n"):
            self.kill()
            return {"died": "time"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    @staticmethod
    def _line(handle: int, until: float) -> bytes:
        line = b""
        while not line.endswith(b"\n") and (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([handle], [], [], left)
            chunk = os.read(handle, 65536) if ready else b""
            if not chunk:
                break
            line += chunk
        return line

    def kill(self) -> None:
        if self.owner != os.getpid():
            return  # inherited over a fork: it belongs to our parent
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


_helper: _Helper | None = None
_helper_lock = threading.Lock()


def _current() -> _Helper:
    global _helper
    with _helper_lock:
        if _helper is None or not _helper.alive:
            _helper = _Helper()
        return _helper


def close() -> None:
    """End the helper process; the next inspection starts a new one."""
    global _helper
    with _helper_lock:
        if _helper is not None:
            _helper.kill()
        _helper = None


atexit.register(close)


def inspect(source: Path, folder: Path, limits: Limits) -> Inspection:
    """As `evidence.pipeline.inspect`, in the sandbox. Raises Refusal, or Trouble where it is ours."""
    job = {"source": str(source), "folder": str(folder), "limits": limits.to_json()}
    try:
        helper = _current()
        with helper.lock:
            answer = helper.ask(job)
            if answer.get("died") == "helper":  # it had been killed between two files: once more
                answer = _current().ask(job)
    except OSError as error:
        raise Trouble(str(error)) from error
    if "found" in answer:
        return Inspection.from_json(answer["found"])
    if "refused" in answer:
        raise Refusal(answer["refused"], **answer["facts"])
    if "trouble" in answer or answer.get("died") == "helper":
        raise Trouble(str(answer.get("trouble", "the helper process could not be started")))
    raise Refusal("too_heavy")
