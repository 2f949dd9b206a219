"""Map a function over batches, locally or on a Dask cluster.

Belongs here: distributing work and collecting results, in the order of the batches. Does not: what is done with a batch.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pipeline.errors import UserError

Batch = TypeVar("Batch")
Result = TypeVar("Result")

# Two batches per process keep it busy; more would only use memory.
PENDING_PER_PROCESS = 2
RESPONSE_SECONDS = 10
_PACKAGE = Path(__file__).parent


class ClusterError(UserError, RuntimeError):
    """The Dask cluster cannot be used; the message says why."""


class _Future(Protocol):
    def result(self) -> Any: ...


def map_batches(
    function: Callable[[Batch], Result], batches: Iterable[Batch], workers: int = 1, cluster: str | None = None
) -> Iterator[Result]:
    """Apply `function` to each batch and yield the results in order.

    Runs in this process, in `workers` new processes or, if `cluster` is the address of a Dask scheduler (e.g. `tcp://host:8786`), on its
    workers. The function must be importable by name, because it is pickled. At most two batches per process are in progress. Raises
    `ValueError` for fewer than one worker and `ClusterError` if the cluster cannot be used.
    """
    if workers < 1:
        raise ValueError(f"workers is {workers}; set it to 1 or more")
    if cluster:
        yield from _map_on_cluster(function, batches, cluster)
    elif workers == 1:
        yield from map(function, batches)
    else:
        with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
            yield from _map_in_order(lambda batch: pool.submit(function, batch), batches, workers)


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _map_in_order(submit: Callable[[Batch], _Future], batches: Iterable[Batch], processes: int) -> Iterator[Any]:
    """Submit batches, at most two per process, and yield results in order."""
    pending: deque[_Future] = deque()
    for batch in batches:
        if len(pending) == PENDING_PER_PROCESS * processes:
            yield pending.popleft().result()
        pending.append(submit(batch))
    while pending:
        yield pending.popleft().result()


def _map_on_cluster(function: Callable[[Batch], Result], batches: Iterable[Batch], address: str) -> Iterator[Result]:
    """Map a function over batches on the workers of a Dask cluster.

    `ClusterError` if Dask is not installed, no scheduler or worker responds, or the connection is lost.
    """
    try:
        from distributed import Client  # noqa: PLC0415 an optional extra, and a second to import
    except ImportError as error:
        raise ClusterError(
            f"TENSION_CLUSTER is {address}, but Dask is not installed; install trade-tension-index[cluster], or unset TENSION_CLUSTER"
        ) from error
    try:
        client = Client(address, timeout=RESPONSE_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call] # Dask has no types here
    except OSError as error:
        raise ClusterError(
            f"no Dask scheduler responded at {address} within {RESPONSE_SECONDS} s; start one (`dask scheduler`), correct TENSION_CLUSTER, "
            "or unset it to read on this machine"
        ) from error
    with client:
        processes = _count_threads(client, address)
        code = _hash_package()
        try:
            yield from _map_in_order(lambda batch: client.submit(_run_on_worker, function, batch, code, pure=False), batches, processes)
        except _connection_errors() as error:
            raise ClusterError(
                f"lost the Dask cluster at {address} while reading ({type(error).__name__}); see its log, then run this again"
            ) from error


def _count_threads(client: Any, address: str) -> int:
    """Count the threads of all workers; `ClusterError` if there are none."""
    try:
        client.wait_for_workers(1, timeout=RESPONSE_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            f"the Dask scheduler at {address} had no workers within {RESPONSE_SECONDS} s; start some (`dask worker {address}`)"
        ) from error
    return sum(client.nthreads().values())


def _connection_errors() -> tuple[type[BaseException], ...]:
    """Return the errors of Dask when workers or the scheduler are lost."""
    from distributed import KilledWorker  # noqa: PLC0415 as above
    from distributed.client import FutureCancelledError  # noqa: PLC0415 as above
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 as above

    return KilledWorker, FutureCancelledError, CommClosedError


def _run_on_worker(function: Callable[[Batch], Result], batch: Batch, code: str) -> Result:
    """Apply the function on a worker that has the client's code.

    Findings record the client's version and lexicon, so another version must not read.
    """
    if _hash_package() != code:
        raise ClusterError(
            f"this worker of the Dask cluster has a different version of {_PACKAGE} than the client; install the same version on both"
        )
    return function(batch)


@cache
def _hash_package() -> str:
    """Hash all files of this package, such as code, lexicon and model."""
    digest = sha256()
    for path in sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
