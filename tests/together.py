"""Several jobs at the same moment, in threads with database connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Start them together; their results, or what they raised, in order."""
    gate = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(number: int, job: Callable[[], Any]) -> None:
        try:
            gate.wait(20)
            results[number] = job()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def many(count: int, job: Callable[[int], Any]) -> list[Any]:
    """The same job so many times at once, each with its number."""
    return at_once(*(lambda n=n: job(n) for n in range(count)))


@contextmanager
def again_and_again(count: int) -> Iterator[Callable[..., list[Any]]]:
    """`at_once` for so many jobs, thousands of times: its threads keep their connections between the times."""
    gate = threading.Barrier(count)

    def run(job: Callable[[], Any]) -> Any:
        gate.wait(20)
        try:
            return job()
        except Exception as error:
            return error

    def leave() -> None:
        gate.wait(20)
        connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        yield lambda *jobs: list(pool.map(run, jobs))
        for left in [pool.submit(leave) for _n in range(count)]:
            left.result()
