"""The client over a real connection: the outcome of every kind of response."""

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
from tests.unit.sources.server import (
    HOST,
    NOON,
    TODAY,
    Clock,
    Response,
    Upstream,
    conditional_response,
    error_response,
    gzipped,
    make_client,
    make_request,
    ok_response,
)


def test_a_response_is_stored_and_can_be_read_again(upstream: Upstream, client: Client) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", ok_response("one", "text/x; charset=utf-8"))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts, fetched.detail) == ("stored", 200, 1, "")
    assert fetched.payload is not None
    assert (fetched.payload.body, fetched.payload.content_type, fetched.payload.url) == (
        b"one",
        "text/x; charset=utf-8",
        upstream.url + "/a",
    )
    assert (fetched.payload.day, fetched.payload.fetched_at) == (TODAY, NOON)
    assert list(client.archive.payloads("test")) == [fetched.payload]


def test_a_request_names_its_sender_and_accepted_formats(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, contact="mailto:desk@house.example\r\nX-Evil: 1 ü") as client:
        client.fetch(
            replace(
                make_request(upstream.respond("/a", ok_response("one"))), accept="application/rss+xml", query=(("q", "a&b c"), ("q", "ü"))
            )
        )
    (received,) = upstream.requests
    assert received.headers["user-agent"] == f"trade-tension/{__version__} (+mailto:desk@house.exampleX-Evil: 1)"
    assert (received.headers["accept"], received.headers["accept-encoding"]) == ("application/rss+xml", "gzip, deflate")
    assert received.headers["host"] == f"{HOST}:{upstream.port}"
    assert received.query == (("q", "a&b c"), ("q", "ü"))


def test_a_query_is_appended_to_that_of_the_url(upstream: Upstream, client: Client) -> None:
    client.fetch(replace(make_request(upstream.respond("/a", ok_response("one")) + "?x=1#part"), query=(("y", "2"),)))
    assert upstream.requests[0].query == (("x", "1"), ("y", "2"))


# retries


def test_429_is_retried_after_the_requested_seconds(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", error_response(429, Retry_After="7"), ok_response("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 2, [7.0])


def test_429_is_retried_at_the_requested_time(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.fetch(
        make_request(upstream.respond("/a", error_response(429, Retry_After="Fri, 04 Apr 2025 12:01:30 GMT"), ok_response("one")))
    )
    assert (fetched.outcome, clock.slept) == ("stored", [90.0])


def test_500_is_retried_after_growing_pauses(upstream: Upstream, client: Client, clock: Clock) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", error_response(500), error_response(500), ok_response("one"))))
    assert (fetched.outcome, fetched.attempts, clock.slept) == ("stored", 3, [1.0, 2.0])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_persistent_error_fails_after_all_attempts(upstream: Upstream, client: Client, clock: Clock, status: int) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", error_response(status))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts, clock.slept) == ("failed", status, 4, [1.0, 2.0, 4.0])
    assert fetched.detail.startswith(f"{upstream.url}/a: it answered {status} (4 attempts). Try again later")


def test_a_failure_shows_a_long_url_without_its_query(upstream: Upstream, client: Client) -> None:
    request = replace(make_request(upstream.respond("/a", error_response(500))), query=(("fields", "x" * 200),))
    fetched = client.fetch(request)
    assert fetched.detail.startswith(f"{upstream.url}/a?…: it answered 500")
    assert client.archive.journal()["url"].to_list() == [f"{upstream.url}/a?fields={'x' * 200}"]


@pytest.mark.parametrize("wait", ["3600", "Fri, 04 Apr 2025 13:00:00 GMT"])
def test_a_host_with_a_long_retry_after_gets_no_more_requests(upstream: Upstream, client: Client, clock: Clock, wait: str) -> None:
    first = client.fetch(make_request(upstream.respond("/a", error_response(429, Retry_After=wait)), "a"))
    second = client.fetch(make_request(upstream.respond("/b", ok_response("b")), "b"))
    assert (first.outcome, first.attempts, second.outcome, second.attempts) == ("failed", 1, "failed", 0)
    assert "asks to wait 3,600 s (1 attempt). Run again in 60 minutes, or raise sources.network.longest_pause_seconds" in first.detail
    assert "accepts no requests for another 3,600 s, by its earlier response (not sent)" in second.detail
    assert (upstream.requested_paths(), clock.slept) == (["/a"], [])
    clock.sleep(3_500)
    assert client.fetch(make_request(upstream.url + "/b", "b")).outcome == "stored"
    assert clock.slept == [3_500, 100]


@pytest.mark.parametrize("wait", ["9" * 400, "-1", "soon", "Fri, 31 Dec 9999 23:59:59 -0500", "Mon, 99 Foo 2025"])
def test_an_invalid_retry_after_is_ignored(upstream: Upstream, client: Client, wait: str) -> None:
    assert client.fetch(make_request(upstream.respond("/a", error_response(503, Retry_After=wait)))).outcome == "failed"


def test_a_cut_response_is_retried_and_never_stored(upstream: Upstream, client: Client) -> None:
    cut = Response(b"one" * 1_000, cut=1)
    assert client.fetch(make_request(upstream.respond("/a", cut, ok_response("one")))).attempts == 2
    fetched = client.fetch(make_request(upstream.respond("/b", cut), "b"))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 4, None)
    assert "the connection failed" in fetched.detail
    assert [payload.body for payload in client.archive.payloads("test")] == [b"one"]


def test_a_refused_connection_fails_after_all_attempts(client: Client) -> None:
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        fetched = client.fetch(make_request(f"http://{HOST}:{unused.getsockname()[1]}/a"))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", None, 4)
    assert "Check whether the host is up and this machine is online" in fetched.detail


def test_an_unknown_host_name_fails_after_all_attempts(tmp_path: Path) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with make_client(tmp_path, resolve=unknown) as client:
        fetched = client.fetch(make_request("http://no.example/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 4)
    assert "Name or service not known" in fetched.detail


def test_a_response_without_a_body_is_retried_then_failed(upstream: Upstream, client: Client) -> None:
    assert client.fetch(make_request(upstream.respond("/a", ok_response(""), ok_response("one")))).attempts == 2
    fetched = client.fetch(make_request(upstream.respond("/b", ok_response("")), "b"))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", 200, 4)


def test_a_silent_host_fails_after_all_attempts(client: Client) -> None:
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0)  # the connection is made, but no response is sent
        port = server.getsockname()[1]
        with make_client(client.archive.root, wait_seconds=0.1, tries=2) as impatient:
            fetched = impatient.fetch(make_request(f"http://{HOST}:{port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 2)
    assert "nothing was received for 0.1 s (2 attempts)" in fetched.detail


# time and size


@pytest.mark.parametrize(
    "response", [Response(b"one" * 20, drip=0.1), Response(b"one", headers={f"X-{n}": "" for n in range(20)}, drip_head=0.1)]
)
def test_a_slow_response_ends_at_the_deadline(upstream: Upstream, tmp_path: Path, response: Response) -> None:
    started = time.monotonic()
    with make_client(tmp_path, deadline_seconds=0.5) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", response)))
    assert time.monotonic() - started < 1.5
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 1, None)
    assert "not complete after 0.5 s (1 attempt). Try again later, or raise sources.network.deadline_seconds" in fetched.detail


def test_ten_announced_gigabytes_are_refused_unread(upstream: Upstream, client: Client) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", Response(b"x", announced=10_000_000_000))))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("refused", 1, None)
    assert "10,000,000,000 bytes announced, the limit is 200,000,000" in fetched.detail
    assert "raise sources.network.largest_bytes" in fetched.detail


@pytest.mark.parametrize("announced", [None, -1])
def test_a_body_above_the_limit_is_refused(upstream: Upstream, tmp_path: Path, announced: int | None) -> None:
    with make_client(tmp_path, largest_bytes=1_000) as client:
        outcomes = [
            client.fetch(make_request(upstream.respond("/a", Response(bytes(size), announced=announced)))).outcome
            for size in (1_000, 1_001)
        ]
    assert outcomes == ["stored", "refused"]


def test_a_gzipped_body_is_decoded(upstream: Upstream, client: Client) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", gzipped(ok_response("one" * 100_000)))))
    assert fetched.payload is not None
    assert fetched.payload.body == b"one" * 100_000


def test_a_gzipped_body_that_decodes_above_the_limit_is_refused(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, largest_bytes=1_000_000) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", gzipped(Response(bytes(1_000_001))))))
    assert (fetched.outcome, fetched.attempts) == ("refused", 1)
    assert "more than 1,000,000 bytes received" in fetched.detail


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
def test_a_body_that_cannot_be_decoded_is_retried_and_never_stored(upstream: Upstream, client: Client, body: bytes, encoding: str) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", Response(body, headers={"Content-Encoding": encoding}))))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("failed", 4, None)


# conditional requests and final responses


@pytest.mark.parametrize("validator", [{"ETag": '"1"'}, {"Last_Modified": "Fri, 04 Apr 2025 10:00:00 GMT"}])
def test_an_unchanged_response_is_not_sent_again(upstream: Upstream, client: Client, validator: dict[str, str]) -> None:
    url = upstream.respond("/a", conditional_response(ok_response("one", **validator)))
    first, second = client.fetch(make_request(url)), client.fetch(make_request(url))
    assert (first.outcome, second.outcome, second.http_status) == ("stored", "unchanged", 304)
    assert second.payload == first.payload


def test_a_changed_response_is_stored_with_its_own_etag(upstream: Upstream, client: Client) -> None:
    upstream.respond(
        "/a", ok_response("one", ETag='"1"'), ok_response("two", ETag='"2"'), conditional_response(ok_response("two", ETag='"2"'))
    )
    outcomes = [client.fetch(make_request(upstream.url + "/a")).outcome for _ in range(3)]
    assert outcomes == ["stored", "stored", "unchanged"]
    assert [payload.body for payload in client.archive.payloads("test")] == [b"one", b"two"]


def test_an_etag_is_sent_only_to_the_url_it_came_from(upstream: Upstream, client: Client) -> None:
    client.fetch(make_request(upstream.respond("/a", ok_response("one", ETag='"1"'))))
    client.fetch(make_request(upstream.respond("/b", ok_response("two"))))
    assert "if-none-match" not in upstream.requests[1].headers


def test_an_etag_that_cannot_be_sent_back_is_ignored(upstream: Upstream, client: Client) -> None:
    url = upstream.respond("/a", ok_response("one", ETag='"ü"'))
    assert [client.fetch(make_request(url)).outcome for _ in range(2)] == ["stored", "stored"]
    assert "if-none-match" not in upstream.requests[1].headers


def test_a_response_whose_body_is_damaged_is_fetched_again(upstream: Upstream, client: Client) -> None:
    url = upstream.respond("/a", conditional_response(ok_response("one", ETag='"1"')))
    client.fetch(make_request(url))
    (body,) = (client.archive.root / "bodies").rglob("*.gz")
    body.write_bytes(body.read_bytes()[:-4])
    again = client.fetch(make_request(url))
    assert (again.outcome, again.payload and again.payload.body) == ("stored", b"one")
    assert client.fetch(make_request(url)).outcome == "unchanged"


def test_304_to_an_unconditional_request_fails(upstream: Upstream, client: Client) -> None:
    assert client.fetch(make_request(upstream.respond("/a", Response(status=304)))).outcome == "failed"


def test_a_final_response_is_fetched_once(upstream: Upstream, client: Client, tmp_path: Path) -> None:
    url = upstream.respond("/a", ok_response("one"))
    first = client.fetch(make_request(url, is_final=True))
    with make_client(tmp_path / "payloads") as later:
        second = later.fetch(make_request(url, is_final=True))
    assert (first.outcome, second.outcome, second.attempts, second.payload) == ("stored", "kept", 0, first.payload)
    assert upstream.requested_paths() == ["/a"]


def test_a_final_response_is_fetched_again_for_another_query(upstream: Upstream, client: Client) -> None:
    url = upstream.respond("/a", ok_response("one"), ok_response("two"))
    queries = [(("of", "x"),), (("of", "x"),), (("of", "x"), ("and", "y z")), (("of", "x"), ("and", "y z"))]
    outcomes = [client.fetch(replace(make_request(url, is_final=True), query=query)).outcome for query in queries]
    assert outcomes == ["stored", "kept", "stored", "kept"]


def test_a_stored_response_that_is_not_valid_is_fetched_again(upstream: Upstream, client: Client) -> None:
    request = make_request(upstream.respond("/a", ok_response("busy"), ok_response("one")), is_final=True)
    outcomes = [client.fetch_valid(request, lambda payload: payload.body != b"busy").outcome for _ in range(3)]
    assert outcomes == ["stored", "stored", "kept"]


def test_a_stored_response_that_is_not_valid_is_fetched_unconditionally(upstream: Upstream, client: Client) -> None:
    request = make_request(upstream.respond("/a", conditional_response(ok_response("busy", ETag='"1"'))), is_final=True)
    outcomes = [client.fetch_valid(request, lambda payload: payload.body != b"busy").outcome for _ in range(2)]
    assert outcomes == ["stored", "stored"]


def test_an_interrupted_run_continues_where_it_stopped(upstream: Upstream, client: Client) -> None:
    urls = [upstream.respond(f"/{n}", *(error_response(404), ok_response(str(n))) if n == 1 else (ok_response(str(n)),)) for n in range(3)]
    assert [client.fetch(make_request(url, url, is_final=True)).outcome for url in urls[:2]] == ["stored", "missing"]
    assert [client.fetch(make_request(url, url, is_final=True)).outcome for url in urls] == ["kept", "stored", "stored"]


# other statuses


@pytest.mark.parametrize("status", [204, 404, 410])
def test_not_found_and_gone_are_missing(upstream: Upstream, client: Client, status: int) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", error_response(status))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("missing", status, 1)
    assert fetched.detail.startswith(f"{upstream.url}/a: it answered {status}: not found")


@pytest.mark.parametrize("status", [404, 410])
def test_the_address_of_an_item_that_must_exist_is_wrong(upstream: Upstream, client: Client, status: int) -> None:
    fetched = client.fetch(replace(make_request(upstream.respond("/a", error_response(status))), may_be_absent=False))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", status, 1)
    assert "Check whether the upstream has moved, and correct the URL in the settings" in fetched.detail


@pytest.mark.parametrize("status", [206, 300, 400, 401, 403, 451])
def test_any_other_status_fails_at_once_with_its_message(upstream: Upstream, client: Client, status: int) -> None:
    fetched = client.fetch(make_request(upstream.respond("/a", error_response(status, "error: unknown\nvariable 'X'"))))
    assert (fetched.outcome, fetched.http_status, fetched.attempts) == ("failed", status, 1)
    assert f"it answered {status}: \"error: unknown variable 'X'\" (1 attempt). Check the " in fetched.detail


def test_cookies_are_not_carried_from_one_request_to_the_next(upstream: Upstream, client: Client) -> None:
    url = upstream.respond("/a", ok_response("one", Set_Cookie="a=1; Path=/"))
    client.fetch(make_request(url))
    client.fetch(make_request(url))
    assert "cookie" not in upstream.requests[1].headers


# rate limit and journal


def test_requests_to_one_host_keep_a_minimum_interval(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    with make_client(tmp_path, clock, seconds_between=10) as client:
        for item in ("a", "b"):
            client.fetch(make_request(upstream.respond(f"/{item}", ok_response(item)), item))
        clock.time = clock.time.replace(minute=30)
        client.fetch(make_request(upstream.respond("/c", ok_response("c")), "c"))
        clock.time = clock.time.replace(minute=10)  # set back
        client.fetch(make_request(upstream.respond("/d", ok_response("d")), "d"))
    assert clock.slept == [10.0, 10.0]


def test_each_host_has_its_own_rate_limit(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    hosts = ("a.example", "b.example")
    upstream.respond("/a", ok_response("one"))
    with make_client(tmp_path, clock, resolve=lambda *_: [HOST], private_hosts=hosts, seconds_between=10) as client:
        for host in (*hosts, "A.example."):
            client.fetch(make_request(f"http://{host}:{upstream.port}/a"))
    assert clock.slept == [10.0]


def test_the_journal_lists_every_request(upstream: Upstream, client: Client) -> None:
    known = conditional_response(ok_response("one", ETag='"1"'))
    requests = [
        make_request(upstream.respond("/a", known), "a"),
        make_request(upstream.url + "/a", "a"),
        make_request(upstream.url + "/no", "no"),
        make_request(upstream.respond("/broken", error_response(500)), "broken"),
        make_request("ftp://files.example/a", "ftp"),
        make_request(upstream.respond("/bomb", Response(announced=10**10)), "bomb"),
        make_request(upstream.respond("/f", ok_response("two")), "f", is_final=True),
        make_request(upstream.url + "/f", "f", is_final=True),
    ]
    fetched = [client.fetch(one) for one in requests]
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
def test_an_invalid_url_is_refused_or_fails(client: Client, url: str) -> None:
    fetched = client.fetch(Request("test", f"\ud800{url}", url, TODAY))
    assert (fetched.outcome in {"refused", "failed"}, fetched.payload) == (True, None)
    assert client.archive.journal().height == 1
