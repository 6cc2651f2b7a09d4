"""One worker: says that it is ready, waits for a line, sweeps, says how many cases it enforced and in what time."""

from __future__ import annotations

import json
import sys
from time import perf_counter


def main(size: int, seconds: float) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from core import deadlines

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    began = perf_counter()
    lanes = 1 if size == 1 else settings.SWEEP_LANES
    done = deadlines.sweep(batch_size=size, seconds=seconds, lanes=lanes)
    print(json.dumps({"enforced": done.enforced, "seconds": perf_counter() - began}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
