"""A local Dask cluster for tests."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def local_cluster(processes: int) -> Iterator[str]:
    """Start a Dask scheduler with worker processes on the loopback interface; yield its address."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=processes,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any free port; 8787 would warn if it is in use
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started.scheduler_address
