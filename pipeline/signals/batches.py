"""One function over many batches: in this process, in several, or on a Dask cluster. The only place that knows about either.

Belongs here: how work is shared out and brought back. Does not: what is done with a batch. Results come in the order of the batches, so
the rows are the same wherever they were read.
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

# enough that a process finds its next batch waiting; more would only fill memory
WAITING_PER_PROCESS = 2
ANSWER_SECONDS = 10
_CODE = Path(__file__).parent


class ClusterError(UserError, RuntimeError):
    """The Dask cluster cannot be used: not installed, no answer, no workers, other code there, or lost under way."""


class _Promise(Protocol):
    def result(self) -> Any: ...


def map_batches(
    function: Callable[[Batch], Result], batches: Iterable[Batch], workers: int = 1, cluster: str | None = None
) -> Iterator[Result]:
    """`function` of each batch, in order: in this process, in `workers` fresh ones, or on the workers of the Dask scheduler at `cluster`
    (such as `tcp://host:8786`; `workers` then says nothing). Function and batches travel, so the function must be importable by name. At
    most two batches a process are under way. `ValueError` for fewer than one worker, `ClusterError` where the cluster cannot be used."""
    if workers < 1:
        raise ValueError(f"{workers} workers cannot read anything; set workers to 1 or more")
    if cluster:
        yield from _on_cluster(function, batches, cluster)
    elif workers == 1:
        yield from map(function, batches)
    else:
        with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
            yield from _in_order(lambda batch: pool.submit(function, batch), batches, workers)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_order(send: Callable[[Batch], _Promise], batches: Iterable[Batch], processes: int) -> Iterator[Any]:
    sent: deque[_Promise] = deque()
    for batch in batches:
        if len(sent) == WAITING_PER_PROCESS * processes:
            yield sent.popleft().result()
        sent.append(send(batch))
    while sent:
        yield sent.popleft().result()


def _on_cluster(function: Callable[[Batch], Result], batches: Iterable[Batch], address: str) -> Iterator[Result]:
    try:
        from distributed import Client  # noqa: PLC0415 an optional extra, and a second to import
    except ImportError as error:
        raise ClusterError(
            f"the cluster at {address} is set, but Dask is not installed; install trade-tension-index[cluster], or unset TENSION_CLUSTER"
        ) from error
    try:
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call] # Dask has no types here
    except OSError as error:
        raise ClusterError(
            f"no Dask scheduler answered at {address} within {ANSWER_SECONDS} s; start one (`dask scheduler`), correct TENSION_CLUSTER, "
            "or unset it to read on this machine"
        ) from error
    with client:
        processes = _processes(client, address)
        code = _fingerprint()
        try:
            yield from _in_order(lambda batch: client.submit(_read_there, function, batch, code, pure=False), batches, processes)
        except _lost() as error:
            raise ClusterError(
                f"the Dask cluster at {address} was lost while reading ({type(error).__name__}); see its log, then run this again"
            ) from error


def _processes(client: Any, address: str) -> int:
    try:
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            f"the Dask scheduler at {address} had no workers within {ANSWER_SECONDS} s; start some (`dask worker {address}`)"
        ) from error
    return sum(client.nthreads().values())


def _lost() -> tuple[type[BaseException], ...]:
    from distributed import KilledWorker  # noqa: PLC0415 as above
    from distributed.client import FutureCancelledError  # noqa: PLC0415 as above
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 as above

    return KilledWorker, FutureCancelledError, CommClosedError


def _read_there(function: Callable[[Batch], Result], batch: Batch, code: str) -> Result:
    """Runs on a worker. Rows are signed with the reader and lexicon of the machine that asks, so they must be read with the same."""
    if _fingerprint() != code:
        raise ClusterError(
            f"this worker of the Dask cluster has another version of {_CODE} than the machine that asks; install the same on both"
        )
    return function(batch)


@cache
def _fingerprint() -> str:
    """SHA-256 of all that reads: code, lexicon, weights."""
    digest = sha256()
    for path in sorted(path for path in _CODE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(_CODE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
