"""Asking over a real connection: what becomes of every answer an upstream can give."""

import gzip
import socket
import time
import zlib
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline import __version__
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Request
from tests.unit.sources.server import HOST, NOON, TODAY, Answer, Clock, Upstream, client_of, failing, good, packed, request, unless_known


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


def test_a_request_says_who_asks_and_what_it_takes(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, contact="mailto:desk@house.example\r\nX-Evil: 1 ü") as client:
        client.ask(replace(request(upstream.give("/a", good("one"))), accept="application/rss+xml", query=(("q", "a&b c"), ("q", "ü"))))
    (asked,) = upstream.asked
    assert asked.headers["user-agent"] == f"trade-tension/{__version__} (+mailto:desk@house.exampleX-Evil: 1)"
    assert (asked.headers["accept"], asked.headers["accept-encoding"]) == ("application/rss+xml", "gzip, deflate")
    assert asked.headers["host"] == f"{HOST}:{upstream.port}"
    assert asked.query == (("q", "a&b c"), ("q", "ü"))


def test_a_query_is_added_to_that_of_the_url(upstream: Upstream, client: Client) -> None:
    client.ask(replace(request(upstream.give("/a", good("one")) + "?x=1#part"), query=(("y", "2"),)))
    assert upstream.asked[0].query == (("x", "1"), ("y", "2"))


# what is tried again


def test_429_is_tried_again_after_the_time_that_it_asks_for(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(429, Retry_After="7"), good("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 2, [7.0])


def test_429_is_tried_again_at_the_instant_that_it_names(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(429, Retry_After="Fri, 04 Apr 2025 12:01:30 GMT"), good("one"))))
    assert (fetched.outcome, clock.slept) == ("stored", [90.0])


def test_500_twice_is_tried_again_after_ever_longer_pauses(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(500), failing(500), good("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 3, [1.0, 2.0])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_stays_broken_fails_after_all_attempts(upstream: Upstream, client: Client, clock: Clock, status: int) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(status))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts, clock.slept) == ("failed", status, 4, [1.0, 2.0, 4.0])
    assert fetched.detail.startswith(f"{upstream.url}/a: it answered {status} (4 attempts). Try again later")


@pytest.mark.parametrize("asked", ["3600", "Fri, 04 Apr 2025 13:00:00 GMT"])
def test_a_host_that_wants_to_be_left_alone_for_long_is_left_alone(upstream: Upstream, client: Client, clock: Clock, asked: str) -> None:
    first = client.ask(request(upstream.give("/a", failing(429, Retry_After=asked)), "a"))
    second = client.ask(request(upstream.give("/b", good("b")), "b"))
    assert (first.outcome, first.attempts, second.outcome, second.attempts) == ("failed", 1, "failed", 0)
    assert "asks to wait 3,600 s (1 attempt). Run again in 60 minutes, or raise sources.network.longest_pause_seconds" in first.detail
    assert "asked earlier to be left alone, for 3,600 s from now (not asked)" in second.detail
    assert (upstream.paths(), clock.slept) == (["/a"], [])
    clock.sleep(3_500)
    assert client.ask(request(upstream.url + "/b", "b")).outcome == "stored"
    assert clock.slept == [3_500, 100]


@pytest.mark.parametrize("asked", ["9" * 400, "-1", "soon", "Fri, 31 Dec 9999 23:59:59 -0500", "Mon, 99 Foo 2025"])
def test_no_retry_after_is_too_strange(upstream: Upstream, client: Client, asked: str) -> None:
    assert client.ask(request(upstream.give("/a", failing(503, Retry_After=asked)))).outcome == "failed"


def test_a_cut_connection_is_tried_again_and_no_half_is_kept(upstream: Upstream, client: Client) -> None:
    cut = Answer(b"one" * 1_000, cut=1)
    assert client.ask(request(upstream.give("/a", cut, good("one")))).attempts == 2
    fetched = client.ask(request(upstream.give("/b", cut), "b"))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 4, None)
    assert "the connection failed" in fetched.detail
    assert [payload.body for payload in client.archive.payloads("test")] == [b"one"]


def test_a_host_that_is_not_there_fails_after_all_attempts(client: Client) -> None:
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        fetched = client.ask(request(f"http://{HOST}:{unused.getsockname()[1]}/a"))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", None, 4)
    assert "Look whether the host is up and this machine is online" in fetched.detail


def test_a_name_that_nobody_knows_fails_after_all_attempts(tmp_path: Path) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with client_of(tmp_path, resolve=unknown) as client:
        fetched = client.ask(request("http://no.example/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 4)
    assert "Name or service not known" in fetched.detail


def test_an_answer_without_a_body_is_no_answer(upstream: Upstream, client: Client) -> None:
    assert client.ask(request(upstream.give("/a", good(""), good("one")))).attempts == 2
    fetched = client.ask(request(upstream.give("/b", good("")), "b"))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", 200, 4)


def test_a_host_that_says_nothing_fails_after_all_attempts(client: Client) -> None:
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0)  # nobody accepts: the connection is made, and nothing comes
        port = server.getsockname()[1]
        with client_of(client.archive.root, wait_seconds=0.1, tries=2) as impatient:
            fetched = impatient.ask(request(f"http://{HOST}:{port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 2)
    assert "nothing came for 0.1 s (2 attempts)" in fetched.detail


# time and size


@pytest.mark.parametrize(
    "answer", [Answer(b"one" * 20, drip=0.1), Answer(b"one", headers={f"X-{n}": "" for n in range(20)}, drip_head=0.1)]
)
def test_an_answer_that_drips_ends_at_the_deadline(upstream: Upstream, tmp_path: Path, answer: Answer) -> None:
    begun = time.monotonic()
    with client_of(tmp_path, deadline_seconds=0.5) as client:
        fetched = client.ask(request(upstream.give("/a", answer)))
    assert time.monotonic() - begun < 1.5
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 1, None)
    assert "not whole after 0.5 s (1 attempt). Try again later, or raise sources.network.deadline_seconds" in fetched.detail


def test_ten_gigabytes_are_refused_before_they_are_read(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", Answer(b"x", announced=10_000_000_000))))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("refused", 1, None)
    assert "10,000,000,000 bytes are announced, at most 200,000,000 are taken" in fetched.detail
    assert "raise sources.network.largest_bytes" in fetched.detail


@pytest.mark.parametrize("announced", [None, -1])
def test_an_answer_that_grows_too_large_is_refused(upstream: Upstream, tmp_path: Path, announced: int | None) -> None:
    with client_of(tmp_path, largest_bytes=1_000) as client:
        outcomes = [client.ask(request(upstream.give("/a", Answer(bytes(size), announced=announced)))).outcome for size in (1_000, 1_001)]
    assert outcomes == ["stored", "refused"]


def test_a_packed_answer_is_unpacked(upstream: Upstream, client: Client) -> None:
    fetched = client.ask(request(upstream.give("/a", packed(good("one" * 100_000)))))
    assert fetched.payload is not None
    assert fetched.payload.body == b"one" * 100_000


def test_a_packed_answer_that_unpacks_to_too_much_is_refused(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, largest_bytes=1_000_000) as client:
        fetched = client.ask(request(upstream.give("/a", packed(Answer(bytes(1_000_001))))))
    assert (fetched.outcome, fetched.attempts) == ("refused", 1)
    assert "more than 1,000,000 bytes came" in fetched.detail


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"one" * 99, mtime=0)[:-9], "gzip"),
        (b"one", "gzip"),
        (zlib.compress(b"one")[:-5], "deflate"),
        (b"one", "br"),
        (b"", "gzip"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_tried_again_and_never_kept(
    upstream: Upstream, client: Client, body: bytes, encoding: str
) -> None:
    fetched = client.ask(request(upstream.give("/a", Answer(body, headers={"Content-Encoding": encoding}))))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 4, None)


# asking only for what is new


@pytest.mark.parametrize("validator", [{"ETag": '"1"'}, {"Last_Modified": "Fri, 04 Apr 2025 10:00:00 GMT"}])
def test_what_has_not_changed_is_not_sent_again(upstream: Upstream, client: Client, validator: dict[str, str]) -> None:
    url = upstream.give("/a", unless_known(good("one", **validator)))
    first, second = client.ask(request(url)), client.ask(request(url))
    assert (first.outcome, second.outcome, second.http_status) == ("stored", "unchanged", 304)
    assert second.payload == first.payload


def test_what_has_changed_is_kept_beside_the_old_and_asked_for_by_its_own_mark(upstream: Upstream, client: Client) -> None:
    upstream.give("/a", good("one", ETag='"1"'), good("two", ETag='"2"'), unless_known(good("two", ETag='"2"')))
    outcomes = [client.ask(request(upstream.url + "/a")).outcome for _ in range(3)]
    assert outcomes == ["stored", "stored", "unchanged"]
    assert [payload.body for payload in client.archive.payloads("test")] == [b"one", b"two"]


def test_a_mark_is_told_only_where_it_came_from(upstream: Upstream, client: Client) -> None:
    client.ask(request(upstream.give("/a", good("one", ETag='"1"'))))
    client.ask(request(upstream.give("/b", good("two"))))
    assert "if-none-match" not in upstream.asked[1].headers


def test_a_mark_that_cannot_be_sent_back_is_not_used(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", good("one", ETag='"ü"'))
    assert [client.ask(request(url)).outcome for _ in range(2)] == ["stored", "stored"]
    assert "if-none-match" not in upstream.asked[1].headers


def test_an_answer_whose_body_was_lost_is_asked_for_anew(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", unless_known(good("one", ETag='"1"')))
    client.ask(request(url))
    (body,) = (client.archive.root / "bodies").rglob("*.gz")
    body.write_bytes(body.read_bytes()[:-4])
    again = client.ask(request(url))
    assert (again.outcome, again.payload and again.payload.body) == ("stored", b"one")
    assert client.ask(request(url)).outcome == "unchanged"


def test_not_modified_without_having_asked_for_it_is_a_failure(upstream: Upstream, client: Client) -> None:
    assert client.ask(request(upstream.give("/a", Answer(status=304)))).outcome == "failed"


def test_what_is_final_is_asked_for_once(upstream: Upstream, client: Client, tmp_path: Path) -> None:
    url = upstream.give("/a", good("one"))
    first = client.ask(request(url, is_final=True))
    with client_of(tmp_path / "payloads") as later:
        second = later.ask(request(url, is_final=True))
    assert (first.outcome, second.outcome, second.attempts, second.payload) == ("stored", "kept", 0, first.payload)
    assert upstream.paths() == ["/a"]


def test_what_is_final_is_asked_for_again_when_another_query_is_meant(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", good("one"), good("two"))
    queries = [(("of", "x"),), (("of", "x"),), (("of", "x"), ("and", "y z")), (("of", "x"), ("and", "y z"))]
    outcomes = [client.ask(replace(request(url, is_final=True), query=query)).outcome for query in queries]
    assert outcomes == ["stored", "kept", "stored", "kept"]


def test_what_is_kept_and_is_not_sound_is_asked_for_anew(upstream: Upstream, client: Client) -> None:
    asked = request(upstream.give("/a", good("busy"), good("one")), is_final=True)
    outcomes = [client.ask_sound(asked, lambda payload: payload.body != b"busy").outcome for _ in range(3)]
    assert outcomes == ["stored", "stored", "kept"]


def test_a_run_that_died_half_way_goes_on_where_it_stopped(upstream: Upstream, client: Client) -> None:
    urls = [upstream.give(f"/{n}", *(failing(404), good(str(n))) if n == 1 else (good(str(n)),)) for n in range(3)]
    assert [client.ask(request(url, url, is_final=True)).outcome for url in urls[:2]] == ["stored", "missing"]
    assert [client.ask(request(url, url, is_final=True)).outcome for url in urls] == ["kept", "stored", "stored"]


# what is no answer


@pytest.mark.parametrize("status", [204, 404, 410])
def test_what_is_not_there_is_missing(upstream: Upstream, client: Client, status: int) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(status))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("missing", status, 1)
    assert fetched.detail.startswith(f"{upstream.url}/a: it answered {status}: there is no such thing")


@pytest.mark.parametrize("status", [206, 300, 400, 401, 403, 451])
def test_any_other_status_fails_at_once_with_what_the_upstream_says(upstream: Upstream, client: Client, status: int) -> None:
    fetched = client.ask(request(upstream.give("/a", failing(status, "error: unknown\nvariable 'X'"))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", status, 1)
    assert f"it answered {status}: \"error: unknown variable 'X'\" (1 attempt). Look at " in fetched.detail


def test_cookies_are_not_carried_from_one_request_to_the_next(upstream: Upstream, client: Client) -> None:
    url = upstream.give("/a", good("one", Set_Cookie="a=1; Path=/"))
    client.ask(request(url))
    client.ask(request(url))
    assert "cookie" not in upstream.asked[1].headers


# pace and journal


def test_a_host_is_asked_no_more_often_than_is_polite(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    with client_of(tmp_path, clock, seconds_between=10) as client:
        for item in ("a", "b"):
            client.ask(request(upstream.give(f"/{item}", good(item)), item))
        clock.time = clock.time.replace(minute=30)
        client.ask(request(upstream.give("/c", good("c")), "c"))
        clock.time = clock.time.replace(minute=10)  # set back
        client.ask(request(upstream.give("/d", good("d")), "d"))
    assert clock.slept == [10.0, 10.0]


def test_each_host_has_its_own_pace(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    hosts = ("a.example", "b.example")
    upstream.give("/a", good("one"))
    with client_of(tmp_path, clock, resolve=lambda *_: [HOST], private_hosts=hosts, seconds_between=10) as client:
        for host in (*hosts, "A.example."):
            client.ask(request(f"http://{host}:{upstream.port}/a"))
    assert clock.slept == [10.0]


def test_the_journal_accounts_for_every_request(upstream: Upstream, client: Client) -> None:
    known = unless_known(good("one", ETag='"1"'))
    asked = [
        request(upstream.give("/a", known), "a"),
        request(upstream.url + "/a", "a"),
        request(upstream.url + "/no", "no"),
        request(upstream.give("/broken", failing(500)), "broken"),
        request("ftp://files.example/a", "ftp"),
        request(upstream.give("/bomb", Answer(announced=10**10)), "bomb"),
        request(upstream.give("/f", good("two")), "f", is_final=True),
        request(upstream.url + "/f", "f", is_final=True),
    ]
    fetched = [client.ask(one) for one in asked]
    journal = client.archive.journal().sort("asked_at")
    assert journal["outcome"].to_list() == [one.outcome for one in fetched if one.outcome != "kept"]
    assert journal["outcome"].to_list() == ["stored", "unchanged", "missing", "failed", "refused", "refused", "stored"]
    assert journal.select("item", "attempts", "http_status", "byte_count").rows() == [
        ("a", 1, 200, 3),
        ("a", 1, 304, 3),
        ("no", 1, 404, None),
        ("broken", 4, 500, None),
        ("ftp", 0, None, None),
        ("bomb", 1, 200, None),
        ("f", 1, 200, 3),
    ]
    assert journal["detail"].to_list() == [one.detail for one in fetched if one.outcome != "kept"]
    assert journal.filter(pl.col("outcome").is_in(["stored", "unchanged"]) != (pl.col("detail") == "")).is_empty()


@pytest.mark.parametrize(
    "url", ["", "no url", "http://", "http://a b/", "http://[::1", "http://xn--/", "//a/b", "http://\ud800/", "http://a\x00/"]
)
def test_no_url_is_too_strange(client: Client, url: str) -> None:
    fetched = client.ask(Request("test", f"\ud800{url}", url, TODAY))
    assert (fetched.outcome in {"refused", "failed"}, fetched.payload) == (True, None)
    assert client.archive.journal().height == 1
