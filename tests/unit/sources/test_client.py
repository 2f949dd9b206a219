"""Asking over a real connection: what becomes of every answer an upstream can give."""

from pathlib import Path

import pytest

from pipeline.sources.client import Client
from tests.unit.sources.server import NOON, TODAY, Answer, Clock, Upstream, client_of, failing, good, packed, request, unless_known


def test_an_answer_is_stored_and_can_be_read_again(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", good("one", "text/x; charset=utf-8"))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts, fetched.detail) == ("stored", 200, 1, "")
    assert fetched.payload is not None
    assert (fetched.payload.body, fetched.payload.content_type, fetched.payload.url) == (
        b"one",
        "text/x; charset=utf-8",
        upstream.url + "/a",
    )
    assert (fetched.payload.about, fetched.payload.fetched_at) == (TODAY, NOON)
    assert list(client.archive.payloads("test")) == [fetched.payload]


def test_429_is_tried_again_after_the_time_that_it_asks_for(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(429, Retry_After="7"), good("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 2, [7.0])


def test_500_twice_is_tried_again_after_ever_longer_pauses(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(500), failing(500), good("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 3, [1.0, 2.0])


def test_a_packed_answer_is_unpacked(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", packed(good("one" * 100_000)))))
    assert fetched.payload is not None
    assert fetched.payload.body == b"one" * 100_000


def test_what_has_not_changed_is_not_sent_again(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", unless_known(good("one", ETag='"1"')))
    first, second = client.ask(request(url)), client.ask(request(url))
    assert (first.outcome, second.outcome, second.http_status) == ("stored", "unchanged", 304)
    assert second.payload == first.payload


def test_what_is_final_is_asked_for_once(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", good("one"))
    first, second = (client.ask(request(url, is_final=True)) for _ in range(2))
    assert (first.outcome, second.outcome, second.payload) == ("stored", "kept", first.payload)
    assert upstream.paths() == ["/a"]


def test_what_is_not_there_is_missing(upstream: Upstream, client: Client) -> None:
    assert [client.ask(request(upstream.give(f"/{status}", failing(status)))).outcome for status in (404, 410, 204)] == ["missing"] * 3


def test_a_cut_connection_is_tried_again(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", Answer(b"one", cut=1), good("one"))))
    assert (fetched.outcome, fetched.attempts) == ("stored", 2)


def test_ten_gigabytes_are_refused_before_they_are_read(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", Answer(b"x", announced=10_000_000_000))))
    assert (fetched.outcome, fetched.attempts) == ("refused", 1)
    assert "10,000,000,000 bytes" in fetched.detail


@pytest.mark.parametrize(
    "answer", [Answer(b"one" * 20, drip=0.1), Answer(b"one", headers={f"X-{n}": "" for n in range(20)}, drip_head=0.1)]
)
def test_an_answer_that_drips_ends_at_the_deadline(upstream: Upstream, tmp_path: Path, answer: Answer) -> None:
    with client_of(tmp_path, deadline_seconds=0.5) as client:
        fetched = client.ask(request(upstream.give("/a", answer)))
    assert (fetched.outcome, fetched.attempts) == ("failed", 1)
    assert "not whole after 0.5 s" in fetched.detail
