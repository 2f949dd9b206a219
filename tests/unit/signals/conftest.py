"""Fixtures for the tests of extraction."""

from collections.abc import Iterator

import pytest

from tests.unit.signals.clusters import local_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """Address of a Dask scheduler with two worker processes."""
    with local_cluster(2) as address:
        yield address
