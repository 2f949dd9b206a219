"""Batches are mapped in order, on this machine and on a real Dask cluster of two processes on the loopback interface."""

import builtins
import math
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.signals import batches
from pipeline.signals.batches import PENDING_PER_PROCESS, ClusterError, map_batches
from tests.unit.signals.clusters import local_cluster


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def test_results_come_in_the_order_of_the_batches() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0])) == [3.0, 2.0, 1.0]


def test_several_processes_give_the_same_results() -> None:
    assert list(map_batches(math.sqrt, [9.0, 4.0, 1.0], workers=2)) == [3.0, 2.0, 1.0]


def test_the_error_for_zero_workers_says_what_to_set() -> None:
    with pytest.raises(ValueError, match="set it to 1 or more"):
        list(map_batches(math.sqrt, [1.0], workers=0))


@pytest.mark.slow
def test_a_cluster_gives_the_same_results_in_the_same_order(cluster: str) -> None:
    numbers = [float(number) for number in range(25, 0, -1)]
    assert list(map_batches(math.sqrt, numbers, cluster=cluster)) == [math.sqrt(number) for number in numbers]


@pytest.mark.parametrize("where", ["processes", pytest.param("cluster", marks=pytest.mark.slow)])
def test_only_a_few_batches_are_in_progress_at_a_time(where: str, request: pytest.FixtureRequest) -> None:
    consumed: list[float] = []

    def produce_batches() -> Iterator[float]:
        for number in range(20):
            consumed.append(float(number))
            yield float(number)

    address = request.getfixturevalue("cluster") if where == "cluster" else None
    results = map_batches(math.sqrt, produce_batches(), workers=2, cluster=address)
    next(results)
    assert len(consumed) == PENDING_PER_PROCESS * 2 + 1
    assert len(list(results)) == 19


@pytest.mark.slow
def test_an_exception_on_the_cluster_is_raised_here(cluster: str) -> None:
    with pytest.raises(ValueError, match=r"domain|nonnegative"):
        list(map_batches(math.sqrt, [4.0, -1.0], cluster=cluster))


@pytest.mark.slow
def test_a_worker_with_different_code_is_rejected(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_hash_package", lambda: "another version")
    with pytest.raises(ClusterError, match=r"has a different version of .* install the same version on both"):
        list(map_batches(math.sqrt, [4.0], cluster=cluster))


def test_the_error_for_a_silent_scheduler_names_address_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(batches, "RESPONSE_SECONDS", 1)
    address = free_address()
    with pytest.raises(ClusterError, match=rf"no Dask scheduler responded at {address} within 1 s; start one .* TENSION_CLUSTER"):
        list(map_batches(math.sqrt, [4.0], cluster=address))


@pytest.mark.slow
def test_a_scheduler_without_workers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "RESPONSE_SECONDS", 1)
    with local_cluster(0) as empty, pytest.raises(ClusterError, match="had no workers within 1 s; start some"):
        list(map_batches(math.sqrt, [4.0], cluster=empty))


@pytest.mark.slow
def test_losing_the_cluster_while_reading_is_an_error() -> None:
    with local_cluster(1) as address:
        results = map_batches(time.sleep, [0.2] * 9, cluster=address)
        next(results)
    with pytest.raises(ClusterError, match=r"lost the Dask cluster .* while reading .*; see its log, then run this again"):
        list(results)


def test_the_error_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_dask(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_dask)
    with pytest.raises(ClusterError, match=r"install trade-tension-index\[cluster\], or unset TENSION_CLUSTER"):
        list(map_batches(math.sqrt, [4.0], cluster="tcp://127.0.0.1:8786"))
