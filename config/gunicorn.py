"""How the web processes serve: `gunicorn config.wsgi --config python:config.gunicorn`.

Everything can be given again on the command line. `WEB_WORKERS` and `WEB_THREADS` choose how many requests are
answered side by side.
"""

import os
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from gunicorn import util
from gunicorn.http.unreader import SocketUnreader

from config import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import_module(os.environ["DJANGO_SETTINGS_MODULE"])
"""Read before anything is served, so that the server ends with the sentence about a wrong setting; a worker that ended
with it would be started again for ever."""

worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2, most=512)
threads = env.number("WEB_THREADS", 8, most=512)
timeout = 60
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
forwarded_allow_ips = ""  # what a proxy says is believed by TRUSTED_PROXIES alone
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a heartbeat file, no data)

PATIENCE = float(env.number("WEB_PATIENCE", 20, most=3600))
"""Seconds for which a request may keep its thread waiting, besides what its bytes earn."""
SLOWEST = 2048
"""Bytes a second at which a body may arrive for as long as it likes: slower than any telephone line."""

_receive = SocketUnreader.chunk


def _patiently(reader: Any, size_hint: int | None = None) -> bytes:
    """The next bytes of a request, unless it has kept its thread waiting for too long.

    Counted is only the time spent waiting for the other side, over the life of the connection: neither
    our own work nor the pause between two requests (another thread waits through that).
    """
    waited, earned = getattr(reader, "_waited", 0.0), getattr(reader, "_earned", 0.0)
    left = PATIENCE + earned - waited
    if left <= 0:
        raise TimeoutError("the request arrived too slowly")
    began = monotonic()
    reader.sock.settimeout(left)
    try:
        data: bytes = _receive(reader, size_hint)
    finally:
        reader._waited = waited + monotonic() - began
        reader.sock.settimeout(None)
    reader._earned = earned + len(data) / SLOWEST
    return data


SocketUnreader.chunk = _patiently
util.close_graceful = partial(util.close_graceful, timeout=0.1)
"""The server lingers on a closed connection in the thread that serves all others: not for two seconds."""
