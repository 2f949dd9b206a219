"""What tests of sources share: an upstream on this machine and a client that may ask it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sources.http.client import Client
from tests.unit.sources.server import Clock, Upstream, client_of, serving


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[Client]:
    with client_of(tmp_path / "payloads", clock) as one:
        yield one
