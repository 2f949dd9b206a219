"""The one way to the network: a connection of its own for every answer, to an address that was checked, over before a deadline.

Belongs here: connecting and time. Does not: what is asked, or what an answer means (`client.py`).

Three things are done here because nowhere else can do them. The address that was checked is the one connected to, while name and
certificate stay those of the URL. Every single read ends at the deadline, so that an answer that drips, in its head or in its body, ends
too. And secrets are put into the query at the last moment, so that nothing that logs, shows or redirects a request has ever seen them.
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

from pipeline.sources.http.addresses import Resolver, checked

_ASCII = "ascii"


class DeadlineError(httpcore.TimeoutException):
    """The whole answer took too long."""


class Deadline:
    """An instant by which an answer must be whole."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @contextmanager
    def waiting(self, seconds: float | None) -> Iterator[float]:
        """How long one wait may take, for the block that waits. `DeadlineError` when the time is up, before the block or in it."""
        try:
            yield self._left(seconds)
        except httpcore.TimeoutException:
            self._left(seconds)
            raise

    def _left(self, seconds: float | None) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise DeadlineError("the answer was not whole in time")
        return left if seconds is None else min(seconds, left)


class Wire(httpx.BaseTransport):
    """Sends requests that carry in `extensions` their `deadline` and their `secrets` (query parameters). Errors are those of httpcore."""

    def __init__(self, private_hosts: Collection[str], resolve: Resolver, trust: ssl.SSLContext) -> None:
        self._private_hosts, self._resolve, self._trust = private_hosts, resolve, trust

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head, its body yet to be read; close it. Errors: httpcore's, `DeadlineError`, `UnsafeError`, `OSError`."""
        deadline: Deadline = request.extensions["deadline"]
        asked = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=_target(request.url, request.extensions.get("secrets", {})),
            ),
            headers=request.headers.raw,
            extensions={"timeout": request.extensions["timeout"]},
        )
        connection = httpcore.HTTPConnection(
            asked.url.origin, ssl_context=self._trust, network_backend=_Backend(deadline, self._private_hosts, self._resolve)
        )
        try:
            answer = connection.handle_request(asked)
        except BaseException:
            connection.close()
            raise
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, connection))


def _target(url: httpx.URL, secrets: Mapping[str, SecretStr]) -> bytes:
    if not secrets:
        return url.raw_path
    added = urlencode([(name, secret.get_secret_value()) for name, secret in secrets.items()], quote_via=quote).encode(_ASCII)
    return url.raw_path + (b"&" if url.query else b"?") + added


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, connection: httpcore.HTTPConnection) -> None:
        self._answer, self._connection = answer, connection

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
        self._connection.close()


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, one after the other until one answers."""

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
        failed: Exception = OSError(f"{host} has no address")
        for address in checked(host, port, self._private_hosts, self._resolve):
            try:
                with self._deadline.waiting(timeout) as seconds:
                    stream = self._tcp.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._deadline)
        raise failed


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._deadline.waiting(timeout) as seconds:
            return self._stream.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._deadline.waiting(timeout) as seconds:
            self._stream.write(buffer, seconds)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._deadline.waiting(timeout) as seconds:
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
