"""Where a redirect may lead, and when the key is sent along."""

import logging
from pathlib import Path

import pytest

from pipeline.sources.payloads import FetchResult
from tests.unit.sources.server import HOST, Clock, Upstream, error_response, make_client, make_request, ok_response, redirect_response

KEY = "s3cret/+ key"
ENCODED_KEYS = ("s3cret/+ key", "s3cret%2F%2B%20key", "s3cret/%2B%20key", "s3cret%2F%2B+key")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_its_target_recorded(upstream: Upstream, tmp_path: Path, status: int) -> None:
    upstream.respond("/new/place", ok_response("one"))
    with make_client(tmp_path) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", redirect_response("new/place?x=1#part", status))))
    assert fetched.payload is not None
    assert (fetched.outcome, fetched.attempts, fetched.payload.url) == ("stored", 1, f"{upstream.url}/new/place?x=1")
    assert client.archive.journal()["url"].to_list() == [f"{upstream.url}/a"]


def test_at_most_five_redirects_are_followed(upstream: Upstream, tmp_path: Path) -> None:
    for n in range(6):
        upstream.respond(f"/{n}", redirect_response(f"/{n + 1}"))
    upstream.respond("/6", ok_response("one"))
    with make_client(tmp_path) as client:
        assert client.fetch(make_request(f"{upstream.url}/1", "a")).outcome == "stored"
        fetched = client.fetch(make_request(f"{upstream.url}/0", "b"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 1)
    assert f"it redirects more than 5 times, last to {HOST}" in fetched.detail


def test_a_redirect_loop_fails(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path) as client:
        assert client.fetch(make_request(upstream.respond("/a", redirect_response("/a")))).outcome == "failed"
    assert upstream.requested_paths() == ["/a"] * 6


def test_a_redirect_without_location_fails(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", error_response(302))))
    assert (fetched.outcome, fetched.http_status) == ("failed", 302)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/secret",
        "//127.0.0.1:{port}/secret",
        "http://inside.example:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0x7f.1:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://[64:ff9b::7f00:1]/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://0.0.0.0:{port}/secret",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(upstream: Upstream, tmp_path: Path, target: str) -> None:
    numbers = {"2130706433": HOST, "0x7f.1": HOST, "feeds.example": HOST, "inside.example": HOST}
    upstream.respond("/a", redirect_response(target.format(port=upstream.port)))
    upstream.respond("/secret", ok_response("one"))
    with make_client(tmp_path, resolve=lambda host, _: [numbers.get(host, host)], private_hosts=("feeds.example",)) as client:
        fetched = client.fetch(make_request(f"http://feeds.example:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("refused", 1, None)
    assert "which is not public (1 attempt). If the host is yours, add it to sources.network.private_hosts" in fetched.detail
    assert upstream.requested_paths() == ["/a"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/hostname", "only http and https are supported, not file"),
        ("gopher://feeds.example/", "only http and https are supported, not gopher"),
        ("http://user:pass@feeds.example/", "contains a user or a password"),
        ("http://feeds.example:99999/", "the port 99999 does not exist"),
        ("http://feeds.example:0/", "the port 0 does not exist"),
        ("http://[::1/", "redirects to an invalid URL"),
        ("http://0177.0.0.1/", "redirects to an invalid URL"),
    ],
)
def test_a_redirect_to_an_unsafe_url_is_refused(upstream: Upstream, tmp_path: Path, target: str, reason: str) -> None:
    with make_client(tmp_path) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", redirect_response(target))))
    assert (fetched.outcome, fetched.attempts) == ("refused", 1)
    assert reason in fetched.detail
    assert "pass" not in fetched.detail.replace("password", "")


# secrets


def test_a_key_is_sent_but_neither_logged_nor_stored(upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with make_client(tmp_path) as client:
        fetched = client.fetch(make_request(upstream.respond("/a", error_response(500), ok_response("one")), key=KEY))
    assert [received.query for received in upstream.requests] == [(("key", KEY),)] * 2
    assert_without_key(tmp_path, [fetched], caplog.text)


def test_a_key_repeated_by_the_upstream_is_not_stored(upstream: Upstream, tmp_path: Path) -> None:
    upstream.respond("/a", ok_response("one"))
    echoing = [
        upstream.respond("/refused", error_response(403, f"the key {KEY} is not known")),
        upstream.respond("/echo", redirect_response("/a?key=s3cret%2F%2B%20key&x=1")),
        upstream.respond("/path", redirect_response("/s3cret%2F%2B%20key")),
    ]
    echoing += [
        upstream.respond("/long", error_response(403, "x" * 190 + KEY)),
        upstream.respond("/cut", error_response(403, " " * 1_990 + KEY)),
        upstream.respond("/marks", ok_response("one", f"text/{KEY}", ETag=f'"{KEY}"')),
    ]
    with make_client(tmp_path) as client:
        fetched = [client.fetch(make_request(url, url, key=KEY)) for url in echoing]
        assert client.fetch(make_request(echoing[-1], echoing[-1], key=KEY)).outcome == "stored"
    assert [one.outcome for one in fetched] == ["failed", "stored", "refused", "failed", "failed", "stored"]
    assert [KEY[:6] in one.detail for one in fetched] == [False] * 6
    assert [received.query for received in upstream.requests if received.path == "/a"] == [(("x", "1"), ("key", KEY))]
    assert "the key (key) is not known" in fetched[0].detail
    assert_without_key(tmp_path, fetched)


def assert_without_key(folder: Path, fetched: list[FetchResult], *texts: str) -> None:
    files = [path.read_text("latin-1") + str(path) for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert files
    details = [one.detail + (one.payload.url if one.payload else "") for one in fetched]
    assert [text for text in [repr(fetched), *files, *details, *texts] if any(form in text for form in ENCODED_KEYS)] == []


def fetch_redirect_with_key(upstream: Upstream, tmp_path: Path, target: str) -> FetchResult:
    upstream.respond("/a", redirect_response(target.format(port=upstream.port)))
    upstream.respond("/b", ok_response("one"))
    with make_client(tmp_path, resolve=lambda *_: [HOST], private_hosts=("feeds.example", "other.example")) as client:
        return client.fetch(make_request(f"http://feeds.example:{upstream.port}/a", key=KEY))


def test_a_key_is_not_sent_to_another_host(upstream: Upstream, tmp_path: Path) -> None:
    fetched = fetch_redirect_with_key(upstream, tmp_path, "http://other.example:{port}/b")
    assert fetched.outcome == "stored"
    assert [dict(received.query) for received in upstream.requests] == [{"key": KEY}, {}]


def test_a_key_is_not_sent_after_a_detour_over_another_host(upstream: Upstream, tmp_path: Path) -> None:
    upstream.respond("/c", redirect_response(f"http://feeds.example:{upstream.port}/b"))
    fetch_redirect_with_key(upstream, tmp_path, "http://other.example:{port}/c")
    assert [dict(received.query) for received in upstream.requests] == [{"key": KEY}, {}, {}]


@pytest.mark.parametrize("form", [*ENCODED_KEYS[1:], "%733cret/%2b%20key"])
@pytest.mark.parametrize("place", ["/b?key={}", "/{}/b"])
def test_a_redirect_with_the_key_to_another_host_is_refused(upstream: Upstream, tmp_path: Path, place: str, form: str) -> None:
    fetched = fetch_redirect_with_key(upstream, tmp_path, "http://other.example:{port}" + place.format(form))
    assert (fetched.outcome, upstream.requested_paths()) == ("refused", ["/a"])
    assert "it redirects to other.example with the key in the URL" in fetched.detail
    assert not any(encoded in fetched.detail for encoded in ENCODED_KEYS)


def test_a_key_is_not_sent_over_plain_http_on_the_internet(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, private_hosts=()) as client:
        fetched = client.fetch(make_request("http://api.example/a", key=KEY))
    assert (fetched.outcome, fetched.attempts) == ("refused", 0)
    assert "the key would be sent over plain http" in fetched.detail


def test_a_user_in_a_url_is_refused_and_not_shown(tmp_path: Path) -> None:
    with make_client(tmp_path) as client:
        fetched = client.fetch(make_request("http://user:hunter2@feeds.example/a"))
    assert fetched.outcome == "refused"
    assert "hunter2" not in fetched.detail + str(client.archive.journal().rows())


# addresses of hosts


def test_the_client_connects_to_the_address_it_checked(upstream: Upstream, tmp_path: Path) -> None:
    resolved = [[HOST], ["192.0.2.1"]]
    upstream.respond("/a", ok_response("one"))
    with make_client(tmp_path, resolve=lambda *_: resolved.pop(0), private_hosts=("feeds.example",)) as client:
        assert client.fetch(make_request(f"http://feeds.example:{upstream.port}/a")).outcome == "stored"
    assert resolved == [["192.0.2.1"]]
    assert upstream.requests[0].headers["host"] == f"feeds.example:{upstream.port}"


def test_a_host_that_changes_to_a_private_address_is_refused(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    resolved = [["93.184.215.14", HOST], [HOST]]
    upstream.respond("/a", ok_response("one"))
    with make_client(tmp_path, clock, resolve=lambda *_: resolved.pop(0)) as client:
        outcomes = [client.fetch(make_request(f"http://feeds.example:{upstream.port}/a")).outcome for _ in range(2)]
    assert (outcomes, upstream.requests) == (["refused", "refused"], [])


def test_the_next_address_is_tried_if_the_first_does_not_accept(upstream: Upstream, tmp_path: Path) -> None:
    upstream.respond("/a", ok_response("one"))
    with make_client(tmp_path, resolve=lambda *_: ["::1", HOST], private_hosts=("feeds.example",)) as client:
        fetched = client.fetch(make_request(f"http://feeds.example:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("stored", 1)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1"])
def test_no_name_of_this_machine_is_connected_to(upstream: Upstream, tmp_path: Path, host: str) -> None:
    with make_client(tmp_path, private_hosts=()) as client:
        fetched = client.fetch(make_request(f"http://{host}:{upstream.port}/a"))
    assert (fetched.outcome, upstream.requests) == ("refused", [])


def test_a_private_host_is_allowed_by_its_exact_name_only(upstream: Upstream, tmp_path: Path) -> None:
    upstream.respond("/a", ok_response("one"))
    with make_client(tmp_path, resolve=lambda *_: [HOST], private_hosts=("Feeds.Example.",)) as client:
        hosts = ("feeds.example", "FEEDS.example.", "feeds.example.evil.example", "xfeeds.example", HOST)
        outcomes = [client.fetch(make_request(f"http://{host}:{upstream.port}/a", host)).outcome for host in hosts]
    assert outcomes == ["stored", "stored", "refused", "refused", "refused"]
