"""A real Dask cluster on the loopback for as long as a test needs one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def local_cluster(processes: int) -> Iterator[str]:
    """The address of a scheduler on the loopback, with so many worker processes and no dashboard."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any free port for its HTTP routes, else 8787 with a warning when taken
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started.scheduler_address
