"""Where a redirect may lead, and what it may take along."""

import logging
from pathlib import Path

import pytest

from pipeline.sources.payloads import Fetched
from tests.unit.sources.server import HOST, Clock, Upstream, client_of, failing, good, redirecting, request

KEY = "s3cret/+ key"
WRITTEN = ("s3cret/+ key", "s3cret%2F%2B%20key", "s3cret/%2B%20key", "s3cret%2F%2B+key")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_the_answer_says_where_it_came_from(upstream: Upstream, tmp_path: Path, status: int) -> None:
    upstream.give("/new/place", good("one"))
    with client_of(tmp_path) as client:
        fetched = client.ask(request(upstream.give("/a", redirecting("new/place?x=1#part", status))))
    assert fetched.payload is not None
    assert (fetched.outcome, fetched.attempts, fetched.payload.url) == ("stored", 1, f"{upstream.url}/new/place?x=1")
    assert client.archive.journal()["url"].to_list() == [f"{upstream.url}/a"]


def test_five_redirects_are_followed_and_no_sixth(upstream: Upstream, tmp_path: Path) -> None:
    for n in range(6):
        upstream.give(f"/{n}", redirecting(f"/{n + 1}"))
    upstream.give("/6", good("one"))
    with client_of(tmp_path) as client:
        assert client.ask(request(f"{upstream.url}/1", "a")).outcome == "stored"
        fetched = client.ask(request(f"{upstream.url}/0", "b"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 1)
    assert f"it redirects more than 5 times, last to {HOST}" in fetched.detail


def test_a_redirect_in_a_circle_ends(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        assert client.ask(request(upstream.give("/a", redirecting("/a")))).outcome == "failed"
    assert upstream.paths() == ["/a"] * 6


def test_a_redirect_to_nowhere_fails(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        fetched = client.ask(request(upstream.give("/a", failing(302))))
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
    upstream.give("/a", redirecting(target.format(port=upstream.port)))
    upstream.give("/secret", good("one"))
    with client_of(tmp_path, resolve=lambda host, _: [numbers.get(host, host)], private_hosts=("feeds.example",)) as client:
        fetched = client.ask(request(f"http://feeds.example:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts, fetched.payload) == ("refused", 1, None)
    assert "which is no public address (1 attempt). If it is yours and shall be asked, name the host in" in fetched.detail
    assert upstream.paths() == ["/a"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("file:///etc/hostname", "only http and https are asked, not file"),
        ("gopher://feeds.example/", "only http and https are asked, not gopher"),
        ("http://user:pass@feeds.example/", "holds a user or a password"),
        ("http://feeds.example:99999/", "there is no port 99999"),
        ("http://[::1/", "redirects to what is no URL"),
        ("http://0177.0.0.1/", "redirects to what is no URL"),
    ],
)
def test_a_redirect_to_what_is_not_asked_is_refused(upstream: Upstream, tmp_path: Path, target: str, said: str) -> None:
    with client_of(tmp_path) as client:
        fetched = client.ask(request(upstream.give("/a", redirecting(target))))
    assert (fetched.outcome, fetched.attempts) == ("refused", 1)
    assert said in fetched.detail
    assert "pass" not in fetched.detail.replace("password", "")


# secrets


def test_a_key_is_sent_and_stands_nowhere_else(upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client_of(tmp_path) as client:
        fetched = client.ask(request(upstream.give("/a", failing(500), good("one")), key=KEY))
    assert [asked.query for asked in upstream.asked] == [(("key", KEY),)] * 2
    assert_without_key(tmp_path, [fetched], caplog.text)


def test_a_key_that_the_upstream_repeats_is_not_repeated_further(upstream: Upstream, tmp_path: Path) -> None:
    upstream.give("/a", good("one"))
    echoing = [
        upstream.give("/refused", failing(403, f"the key {KEY} is not known")),
        upstream.give("/echo", redirecting("/a?key=s3cret%2F%2B%20key&x=1")),
        upstream.give("/path", redirecting("/s3cret%2F%2B%20key")),
    ]
    echoing += [
        upstream.give("/long", failing(403, "x" * 190 + KEY)),
        upstream.give("/cut", failing(403, " " * 1_990 + KEY)),
        upstream.give("/marks", good("one", f"text/{KEY}", ETag=f'"{KEY}"')),
    ]
    with client_of(tmp_path) as client:
        fetched = [client.ask(request(url, url, key=KEY)) for url in echoing]
        assert client.ask(request(echoing[-1], echoing[-1], key=KEY)).outcome == "stored"
    assert [one.outcome for one in fetched] == ["failed", "stored", "refused", "failed", "failed", "stored"]
    assert [KEY[:6] in one.detail for one in fetched] == [False] * 6
    assert [asked.query for asked in upstream.asked if asked.path == "/a"] == [(("x", "1"), ("key", KEY))]
    assert "the key (key) is not known" in fetched[0].detail
    assert_without_key(tmp_path, fetched)


def assert_without_key(kept: Path, fetched: list[Fetched], *texts: str) -> None:
    files = [path.read_text("latin-1") + str(path) for path in kept.rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert files
    said = [one.detail + (one.payload.url if one.payload else "") for one in fetched]
    assert [text for text in [repr(fetched), *files, *said, *texts] if any(form in text for form in WRITTEN)] == []


def redirected_with_key(upstream: Upstream, tmp_path: Path, target: str) -> Fetched:
    upstream.give("/a", redirecting(target.format(port=upstream.port)))
    upstream.give("/b", good("one"))
    with client_of(tmp_path, resolve=lambda *_: [HOST], private_hosts=("feeds.example", "other.example")) as client:
        return client.ask(request(f"http://feeds.example:{upstream.port}/a", key=KEY))


def test_a_key_does_not_travel_to_another_host(upstream: Upstream, tmp_path: Path) -> None:
    fetched = redirected_with_key(upstream, tmp_path, "http://other.example:{port}/b")
    assert fetched.outcome == "stored"
    assert [dict(asked.query) for asked in upstream.asked] == [{"key": KEY}, {}]


def test_a_key_does_not_come_back_after_it_was_left_behind(upstream: Upstream, tmp_path: Path) -> None:
    upstream.give("/c", redirecting(f"http://feeds.example:{upstream.port}/b"))
    redirected_with_key(upstream, tmp_path, "http://other.example:{port}/c")
    assert [dict(asked.query) for asked in upstream.asked] == [{"key": KEY}, {}, {}]


@pytest.mark.parametrize("form", [*WRITTEN[1:], "%733cret/%2b%20key"])
@pytest.mark.parametrize("place", ["/b?key={}", "/{}/b"])
def test_a_redirect_that_takes_the_key_to_another_host_is_refused(upstream: Upstream, tmp_path: Path, place: str, form: str) -> None:
    fetched = redirected_with_key(upstream, tmp_path, "http://other.example:{port}" + place.format(form))
    assert (fetched.outcome, upstream.paths()) == ("refused", ["/a"])
    assert "it redirects to other.example with the key in the address" in fetched.detail
    assert not any(written in fetched.detail for written in WRITTEN)


def test_a_key_is_not_sent_over_plain_http_on_the_internet(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, private_hosts=()) as client:
        fetched = client.ask(request("http://api.example/a", key=KEY))
    assert (fetched.outcome, fetched.attempts) == ("refused", 0)
    assert "a key would be sent over plain http" in fetched.detail


def test_a_user_in_a_url_is_refused_and_not_shown(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        fetched = client.ask(request("http://user:hunter2@feeds.example/a"))
    assert fetched.outcome == "refused"
    assert "hunter2" not in fetched.detail + str(client.archive.journal().rows())


# which address is connected to


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(upstream: Upstream, tmp_path: Path) -> None:
    answers = [[HOST], ["192.0.2.1"]]
    upstream.give("/a", good("one"))
    with client_of(tmp_path, resolve=lambda *_: answers.pop(0), private_hosts=("feeds.example",)) as client:
        assert client.ask(request(f"http://feeds.example:{upstream.port}/a")).outcome == "stored"
    assert answers == [["192.0.2.1"]]
    assert upstream.asked[0].headers["host"] == f"feeds.example:{upstream.port}"


def test_a_name_that_turns_to_a_private_address_is_refused(upstream: Upstream, tmp_path: Path, clock: Clock) -> None:
    answers = [["93.184.215.14", HOST], [HOST]]
    upstream.give("/a", good("one"))
    with client_of(tmp_path, clock, resolve=lambda *_: answers.pop(0)) as client:
        outcomes = [client.ask(request(f"http://feeds.example:{upstream.port}/a")).outcome for _ in range(2)]
    assert (outcomes, upstream.asked) == (["refused", "refused"], [])


def test_the_next_address_of_a_host_is_tried_where_the_first_does_not_answer(upstream: Upstream, tmp_path: Path) -> None:
    upstream.give("/a", good("one"))
    with client_of(tmp_path, resolve=lambda *_: ["::1", HOST], private_hosts=("feeds.example",)) as client:
        fetched = client.ask(request(f"http://feeds.example:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("stored", 1)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1"])
def test_this_machine_is_not_asked_by_any_of_its_names(upstream: Upstream, tmp_path: Path, host: str) -> None:
    with client_of(tmp_path, private_hosts=()) as client:
        fetched = client.ask(request(f"http://{host}:{upstream.port}/a"))
    assert (fetched.outcome, upstream.asked) == ("refused", [])


def test_a_host_that_the_settings_allow_is_asked_by_that_name_alone(upstream: Upstream, tmp_path: Path) -> None:
    upstream.give("/a", good("one"))
    with client_of(tmp_path, resolve=lambda *_: [HOST], private_hosts=("Feeds.Example.",)) as client:
        hosts = ("feeds.example", "FEEDS.example.", "feeds.example.evil.example", "xfeeds.example", HOST)
        outcomes = [client.ask(request(f"http://{host}:{upstream.port}/a", host)).outcome for host in hosts]
    assert outcomes == ["stored", "stored", "refused", "refused", "refused"]
