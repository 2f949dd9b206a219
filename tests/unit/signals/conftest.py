"""What several tests of reading need."""

from collections.abc import Iterator

import pytest

from tests.unit.signals.clusters import local_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a Dask scheduler with two worker processes."""
    with local_cluster(2) as address:
        yield address
