"""https: the certificate must match the host of the URL, whatever address is connected to."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sources.server import HOST, Upstream, make_client, make_request, ok_response, serve_upstream

#: A self-signed certificate for feeds.example with its key, for these tests only.
CERTIFICATE = Path(__file__).parents[3] / "fixtures" / "tls" / "feeds.example.pem"
NAMES = ("feeds.example", "other.example", HOST)


@pytest.fixture
def secure() -> Iterator[Upstream]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serve_upstream(context) as upstream:
        upstream.respond("/a", ok_response("one"))
        yield upstream


def trusting_context() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default of Python 3.13
    return context


def test_a_certificate_is_checked_against_the_host_of_the_url(secure: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES, ssl_context=trusting_context()) as client:
        fetched = client.fetch(make_request(f"https://feeds.example:{secure.port}/a", key="k3y"))
    assert (fetched.outcome, secure.requests[0].query) == ("stored", (("key", "k3y"),))


@pytest.mark.parametrize("host", ["other.example", HOST])
def test_a_certificate_of_another_host_is_refused(secure: Upstream, tmp_path: Path, host: str) -> None:
    with make_client(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES, ssl_context=trusting_context()) as client:
        client.fetch(make_request(f"https://feeds.example:{secure.port}/a", "before"))
        fetched = client.fetch(make_request(f"https://{host}:{secure.port}/a"))
    assert (fetched.outcome, fetched.attempts, secure.requested_paths()) == ("refused", 1, ["/a"])
    assert "its certificate is not valid" in fetched.detail


def test_a_self_signed_certificate_is_refused(secure: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, resolve=lambda *_: [HOST], private_hosts=NAMES) as client:
        fetched = client.fetch(make_request(f"https://feeds.example:{secure.port}/a"))
    assert (fetched.outcome, fetched.attempts, secure.requests) == ("refused", 1, [])
    assert "to trust your own certificate authority, set SSL_CERT_FILE" in fetched.detail


def test_https_to_a_server_without_tls_fails(upstream: Upstream, tmp_path: Path) -> None:
    with make_client(tmp_path, tries=2) as client:
        fetched = client.fetch(make_request(f"https://{HOST}:{upstream.port}/a"))
    assert (fetched.outcome, fetched.attempts) == ("failed", 2)
