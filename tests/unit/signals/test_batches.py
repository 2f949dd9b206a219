"""Batches are mapped in order, in this process and in others."""

import math
from collections.abc import Iterator

import pytest

from pipeline.signals.batches import PENDING_PER_PROCESS, map_batches


def test_results_come_in_the_order_of_the_batches() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0])) == [3.0, 2.0, 1.0]


def test_several_processes_give_the_same_results() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0], workers=2)) == [3.0, 2.0, 1.0]


def test_the_error_for_zero_workers_says_what_to_set() -> None:
    with pytest.raises(ValueError, match="set it to 1 or more"):
        list(map_batches(math.sqrt, [1.0], workers=0))


def test_only_a_few_batches_are_in_progress_at_a_time() -> None:
    consumed: list[float] = []

    def produce_batches() -> Iterator[float]:
        for number in range(20):
            consumed.append(float(number))
            yield float(number)

    results = map_batches(math.sqrt, produce_batches(), workers=2)
    next(results)
    assert len(consumed) == PENDING_PER_PROCESS * 2 + 1
    assert len(list(results)) == 19
