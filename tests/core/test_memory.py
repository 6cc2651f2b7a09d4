"""Python's collector stays out of a batch and does its work between two."""

from __future__ import annotations

import gc
import weakref

from core import memory


class Pair:
    """Something that points to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.other = self


def test_the_collector_rests_in_a_batch_and_tidies_after_it() -> None:
    with memory.tidied_between_batches() as tidy:
        assert not gc.isenabled()
        gone = weakref.ref(Pair())
        assert gone() is not None
        tidy()
        assert gone() is None
    assert gc.isenabled()


def test_what_outlived_one_batch_is_found_by_the_thorough_look() -> None:
    with memory.tidied_between_batches() as tidy:
        pair = Pair()
        gone = weakref.ref(pair)
        tidy()
        del pair
        for _ in range(memory.THOROUGH - 1):
            tidy()
        assert gone() is None


def test_an_inner_sweep_leaves_the_outer_one_in_charge() -> None:
    with memory.tidied_between_batches():
        with memory.tidied_between_batches():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
