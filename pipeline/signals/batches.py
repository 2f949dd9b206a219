"""Map a function over batches, in this process or several.

Belongs here: distributing work and collecting results, in the order of the batches. Does not: what is done with a batch.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")

# Two batches per process keep it busy; more would only use memory.
PENDING_PER_PROCESS = 2


def map_batches(function: Callable[[Batch], Result], batches: Iterable[Batch], workers: int = 1) -> Iterator[Result]:
    """Apply `function` to each batch and yield the results in order.

    Runs in this process or, with several `workers`, in as many new processes; the function must then be importable by name, because it is
    pickled. At most two batches per process are in progress. Raises `ValueError` for fewer than one worker, as soon as a result is
    requested.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}; set it to 1 or more")
    if workers == 1:
        yield from map(function, batches)
        return
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        pending: deque[Future[Result]] = deque()
        for batch in batches:
            if len(pending) == PENDING_PER_PROCESS * workers:
                yield pending.popleft().result()
            pending.append(pool.submit(function, batch))
        while pending:
            yield pending.popleft().result()
