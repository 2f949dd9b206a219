"""One function over many batches, in this process or in several. The only place that knows about processes.

Results come in the order of the batches, so any number of workers gives the same rows.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")


def map_batches(function: Callable[[Batch], Result], batches: Iterable[Batch], workers: int = 1) -> Iterator[Result]:
    """`function` of each batch, in order. With more than one worker the function and batches travel to fresh processes, so the function
    must be importable by name. `ValueError` for fewer than one worker."""
    if workers < 1:
        raise ValueError(f"{workers} workers cannot read anything; set workers to 1 or more")
    if workers == 1:
        yield from map(function, batches)
        return
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(function, batches)
