"""When Python looks for rows that point to each other and that nobody needs any more."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THOROUGH = 16
"""Every so many batches the whole memory is looked through, not only what is new."""


@contextmanager
def tidied_between_batches() -> Iterator[Tidy]:
    """Keep Python's collector out of a batch: every few hundred new rows it would look through all of them again.

    A quarter of a sweep's processor time went there. The caller tidies once a batch is over and its rows are
    done with. Where a sweep runs inside another one, the outer one decides.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield Tidy()
    finally:
        if was_on:
            gc.enable()


class Tidy:
    """Frees what finished batches have left."""

    def __init__(self) -> None:
        self.batches = 0

    def __call__(self) -> None:
        self.batches += 1
        gc.collect(2 if self.batches % THOROUGH == 0 else 0)
