"""Fixtures for tests of sources: an upstream on this machine, and a client that may connect to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.sources.http.client import Client
from tests.unit.sources.server import Clock, Upstream, make_client, serve_upstream


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serve_upstream() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[Client]:
    with make_client(tmp_path / "payloads", clock) as one:
        yield one
