"""HTTP transport: one connection per request, with checked address and deadline.

Belongs here: connecting and time limits. Does not: which requests are made, or what a response means (`client.py`).
"""

import ssl
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import httpcore
import httpx
from pydantic import SecretStr

from pipeline.errors import TensionError
from pipeline.sources.http.addresses import Resolver, resolve_allowed

_ASCII = "ascii"


class DeadlineError(TensionError, httpcore.TimeoutException):
    """A response was not complete before its deadline."""


class Deadline:
    """Time by which a response must be complete: `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    @contextmanager
    def limit_wait(self, seconds: float | None) -> Iterator[float]:
        """Yield how many seconds the block may wait for the network.

        They are `seconds`, or less if the deadline is sooner; None means until the deadline. The block passes them to httpcore as its
        timeout. Raises `DeadlineError` if the deadline has passed before the block, or when httpcore raises a timeout in it. A timeout
        before the deadline passes unchanged.
        """
        try:
            yield self._seconds_left(seconds)
        except httpcore.TimeoutException:
            self._seconds_left(seconds)
            raise

    def _seconds_left(self, seconds: float | None) -> float:
        """Return the lesser of `seconds` and the time left to the deadline.

        None for `seconds`: all the time left. Raises `DeadlineError` if none is left.
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise DeadlineError("the response was not complete before the deadline")
        return left if seconds is None else min(seconds, left)


class Transport(httpx.BaseTransport):
    """Send each request on its own connection; redirects are not followed.

    The `extensions` of a request hold its `timeout` (httpx's), its `deadline` (a `Deadline`) and perhaps `secrets`: query parameters that
    are added only when it is sent, so that logs, errors and redirects never see them.
    """

    def __init__(self, private_hosts: Collection[str], resolve: Resolver, ssl_context: ssl.SSLContext) -> None:
        self._private_hosts, self._resolve, self._ssl_context = private_hosts, resolve, ssl_context

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response with its body unread; the caller closes it.

        Raises httpcore's errors, `DeadlineError`, `UnsafeAddressError` and `OSError`.
        """
        deadline: Deadline = request.extensions["deadline"]
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=_add_secrets(request.url, request.extensions.get("secrets", {})),
            ),
            headers=request.headers.raw,
            extensions={"timeout": request.extensions["timeout"]},
        )
        connection = httpcore.HTTPConnection(
            sent.url.origin, ssl_context=self._ssl_context, network_backend=_Backend(deadline, self._private_hosts, self._resolve)
        )
        try:
            response = connection.handle_request(sent)
        except BaseException:
            connection.close()
            raise
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response, connection))


def _add_secrets(url: httpx.URL, secrets: Mapping[str, SecretStr]) -> bytes:
    """Return path and query of the URL, with the secrets as parameters."""
    if not secrets:
        return url.raw_path
    added = urlencode([(name, secret.get_secret_value()) for name, secret in secrets.items()], quote_via=quote).encode(_ASCII)
    return url.raw_path + (b"&" if url.query else b"?") + added


class _Body(httpx.SyncByteStream):
    """The body of a response; closing it closes the connection."""

    def __init__(self, response: httpcore.Response, connection: httpcore.HTTPConnection) -> None:
        self._response, self._connection = response, connection

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
        self._connection.close()


class _Backend(httpcore.NetworkBackend):
    """Network backend of httpcore that connects to allowed addresses only.

    It tries the addresses of a host in order until one accepts. If none does, the error of the last one is raised; a passed deadline raises
    at once.
    """

    def __init__(self, deadline: Deadline, private_hosts: Collection[str], resolve: Resolver) -> None:
        self._deadline, self._private_hosts, self._resolve = deadline, private_hosts, resolve
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        last_error: Exception = OSError(f"{host} has no address")
        for address in resolve_allowed(host, port, self._private_hosts, self._resolve):
            try:
                with self._deadline.limit_wait(timeout) as seconds:
                    stream = self._tcp.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last_error = error
            else:
                return _Stream(stream, self._deadline)
        raise last_error


class _Stream(httpcore.NetworkStream):
    """A connection whose reads and writes end at the deadline.

    A response that arrives byte by byte therefore ends too.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._deadline.limit_wait(timeout) as seconds:
            return self._stream.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._deadline.limit_wait(timeout) as seconds:
            self._stream.write(buffer, seconds)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._deadline.limit_wait(timeout) as seconds:
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
