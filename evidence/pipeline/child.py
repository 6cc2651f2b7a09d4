"""The helper process of the sandbox: reads jobs, forks a limited child for each, writes answers.

One JSON object a line in both directions. It ends when its standard input ends, that is, with
the worker that started it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from evidence.pipeline import images, inspect, inspection, kinds
from evidence.pipeline.facts import Limits
from evidence.pipeline.refusal import Refusal

CPU_SECONDS = 50
WALL_SECONDS = 60
#: Libraries and code (1 GB of address space, little of it real), then 20 bytes a pixel: decoded,
#: converted, turned and clean copies of 4 bytes each, and what the encoders need. With it the worst
#: pictures of 80 megapixels pass (turned, with a colour profile, CMYK, 16 bits): 3 to 8 seconds.
MEMORY_BASE = 1_100 * 1024**2
MEMORY_PER_PIXEL = 20
FILES_OPEN = 64


def confine(limits: Limits) -> None:
    """Limits that the kernel enforces on this process. macOS refuses some of them: best effort."""
    memory = MEMORY_BASE + MEMORY_PER_PIXEL * limits.pixels
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, max(2 * limits.file_bytes, 64 * 1024**2)),
        (resource.RLIMIT_NOFILE, FILES_OPEN),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a too large output is an OSError instead
    signal.alarm(WALL_SECONDS)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """The answer to one job, in the child."""
    limits = Limits.from_json(job["limits"])
    confine(limits)
    try:
        found = inspect(Path(job["source"]), Path(job["folder"]), limits)
    except Refusal as refusal:
        return {"refused": refusal.code, "facts": refusal.facts}
    except MemoryError:
        return {"refused": "too_heavy", "facts": {}}
    except OSError as error:
        return {"trouble": f"{type(error).__name__}: {error.strerror}"}
    return {"found": found.to_json()}


def answer(line: bytes) -> bytes:
    """Fork, wait, and pass on what the child wrote; how it died if it wrote nothing."""
    _load_reader(line)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            reply = json.dumps(work(json.loads(line))).encode()
            os.write(writer, reply)
        finally:
            os._exit(0)
    os.close(writer)
    reply = b""
    while chunk := _next(reader, child):
        reply += chunk
    os.close(reader)
    _pid, status = os.waitpid(child, 0)
    try:
        json.loads(reply)
    except ValueError:
        return json.dumps({"died": os.waitstatus_to_exitcode(status)}).encode()
    return reply


def _next(reader: int, child: int) -> bytes:
    """What the child wrote. Nobody sends a second job meanwhile, so a readable standard input means
    that our worker is gone: end with it, at once."""
    ready, _, _ = select.select([reader, 0], [], [])
    if reader not in ready:
        os.kill(child, signal.SIGKILL)
        os._exit(0)
    return os.read(reader, 65536)


def _load_reader(line: bytes) -> None:
    """Import what this type needs before the fork, so that only its first file waits for it."""
    source = Path(json.loads(line)["source"])
    with suppress(Refusal, OSError):
        if source.is_file():
            inspection.reader_of(kinds.recognise(source))


def serve() -> None:
    images.warm_up()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # whatever a library prints must not look like an answer
        for line in sys.stdin.buffer:
            out.write(answer(line) + b"\n")
            out.flush()


if __name__ == "__main__":
    serve()
