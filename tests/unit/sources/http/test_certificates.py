"""https: the certificate is that of the name in the URL, whatever address is connected to."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sources.server import HOST, Upstream, client_of, good, request, serving

#: A certificate for feeds.example that signs itself, with its key, made for these tests and good for nothing else.
CERTIFICATE = Path(__file__).parents[3] / "fixtures" / "tls" / "feeds.example.pem"
NAMES = ("feeds.example", "other.example", HOST)


@pytest.fixture
def secure() -> Iterator[Upstream]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serving(context) as upstream:
        upstream.give("/a", good("one"))
        yield upstream


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it
    return context


def test_a_certificate_of_the_name_is_taken_although_an_address_is_connected_to(secure: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES, trust=trusting()) as client:
        fetched = client.ask(request(f"https://feeds.example:{secure.port}/a", key="k3y"))
    assert (fetched.outcome, secure.asked[0].query) == ("stored", (("key", "k3y"),))


@pytest.mark.parametrize("host", ["other.example", HOST])
def test_a_certificate_of_another_name_is_refused(secure: Upstream, tmp_path: Path, host: str) -> None:
    with client_of(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES, trust=trusting()) as client:
        client.ask(request(f"https://feeds.example:{secure.port}/a", "before"))
        fetched = client.ask(request(f"https://{host}:{secure.port}/a"))
    assert (fetched.outcome, fetched.attempts, secure.paths()) == ("refused", 1, ["/a"])
    assert "its certificate is not valid" in fetched.detail


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES) as client:
        fetched = client.ask(request(f"https://feeds.example:{secure.port}/a"))
    assert (fetched.outcome, fetched.attempts, secure.asked) == ("refused", 1, [])
    assert "a certificate authority of your own goes into SSL_CERT_FILE" in fetched.detail


def test_https_to_a_host_that_speaks_http_fails(upstream: Upstream, tmp_path: Path) -> None:
    with client_of(tmp_path, tries=2) as client:
        fetched = client.ask(request(f"https://{HOST}:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 2)
