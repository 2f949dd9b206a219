import math

import pytest

from pipeline.signals.batches import map_batches


def test_results_come_in_the_order_of_the_batches() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0])) == [3.0, 2.0, 1.0]


def test_several_processes_give_the_same_results() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0], workers=2)) == [3.0, 2.0, 1.0]


def test_no_workers_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="set workers to 1 or more"):
        list(map_batches(math.sqrt, [1.0], workers=0))
