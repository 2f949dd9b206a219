"""An HTTP server on this machine that plays an upstream, and a client that never really waits between requests."""

import gzip
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from pipeline.settings.sources import Network
from pipeline.sources.http.addresses import Resolver, resolve_host
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Request
from tests.http_server import QuietHandler, run_server

HOST = "127.0.0.1"
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)
TODAY = NOON.date()


@dataclass(frozen=True)
class Response:
    """A response to send: status, headers, body, and faults.

    `announced`: a wrong Content-Length, or none if -1. `cut`: number of bytes at the end of the body that are not sent.
    `drip`: seconds before each byte of the body; `drip_head`: seconds before each line of the head.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    cut: int = 0
    drip: float = 0.0
    drip_head: float = 0.0


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as the server received it; names of `headers` are in lower case."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


Responder = Response | Callable[[ReceivedRequest], Response]


def ok_response(body: str | bytes, content_type: str = "text/plain", **headers: str) -> Response:
    """Return a response with status 200; headers are e.g. `ETag='"1"'` or `Last_Modified='…'`."""
    return Response(body.encode() if isinstance(body, str) else body, headers={"Content-Type": content_type} | _to_headers(headers))


def error_response(status: int, text: str = "no", **headers: str) -> Response:
    """Return a response with another status than 200; headers are e.g. `Retry_After='7'`."""
    return Response(text.encode(), status, _to_headers(headers))


def gzipped(response: Response) -> Response:
    """Return the response with Content-Encoding gzip."""
    return replace(response, body=gzip.compress(response.body, mtime=0), headers={**response.headers, "Content-Encoding": "gzip"})


def redirect_response(location: str, status: int = 302) -> Response:
    """Return a redirect to `location`."""
    return Response(b"", status, {"Location": location})


def conditional_response(response: Response) -> Callable[[ReceivedRequest], Response]:
    """Respond with 304 to a request that names the ETag or Last-Modified of the response, else with the response."""
    validators = {"if-none-match": response.headers.get("ETag"), "if-modified-since": response.headers.get("Last-Modified")}

    def respond(request: ReceivedRequest) -> Response:
        is_known = any(value and request.headers.get(name) == value for name, value in validators.items())
        return Response(b"", 304) if is_known else response

    return respond


class Upstream:
    """A fake upstream: `respond` sets its responses, `requests` lists what it received. Other paths get status 404."""

    def __init__(self) -> None:
        self.url = ""
        self.port = 0
        self.requests: list[ReceivedRequest] = []
        self._responders: dict[str, list[Responder]] = {}

    def respond(self, path: str, *responders: Responder) -> str:
        """Set the responses to requests of the path, in order; the last one is repeated. Returns the URL."""
        self._responders[path] = list(responders)
        return self.url + path

    def remaining_responses(self, path: str) -> list[Responder]:
        """Return the responses of the path that are not sent yet."""
        return list(self._responders[path])

    def requested_paths(self) -> list[str]:
        """Return the paths of all requests, in order."""
        return [request.path for request in self.requests]

    def handle(self, request: ReceivedRequest) -> Response:
        """Record the request and return the response to it."""
        self.requests.append(request)
        responders = self._responders.get(request.path, [error_response(404, "not found")])
        responder = responders.pop(0) if len(responders) > 1 else responders[0]
        return responder if isinstance(responder, Response) else responder(request)


class Clock:
    """A clock that advances only when somebody sleeps; `slept` lists the seconds."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def make_client(
    root: Path,
    clock: Clock | None = None,
    *,
    resolve: Resolver = resolve_host,
    ssl_context: ssl.SSLContext | None = None,
    **network: object,
) -> Client:
    """Return a client that stores below `root`, may connect to this machine, and does not wait between requests.

    `network`: its network settings.
    """
    clock = clock or Clock()
    settings = Network.model_validate({"private_hosts": (HOST,), "wait_seconds": 5, "deadline_seconds": 20} | network)
    return Client(Archive(root), settings, now=clock.now, sleep=clock.sleep, resolve=resolve, ssl_context=ssl_context)


def make_request(url: str, item: str = "a thing", *, about: date = TODAY, key: str = "", is_final: bool = False) -> Request:
    """Return a request to a source named `test`, for an item that it may not have."""
    secrets = {"key": SecretStr(key)} if key else {}
    return Request("test", item, url, about, secrets=secrets, is_final=is_final, may_be_absent=True)


@contextmanager
def serve_upstream(tls: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """Run an upstream on a port of this machine for the duration of the block, over TLS if a context is given."""
    upstream = Upstream()

    class Handler(QuietHandler):
        wbufsize = 0  # unbuffered, because dripping sends single bytes

        def do_GET(self) -> None:  # noqa: N802 the library's name
            parts = urlsplit(self.path)
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = upstream.handle(ReceivedRequest(parts.path, query, headers))
            try:
                self._send(response)
            except (BrokenPipeError, ConnectionResetError):
                return  # some tests are about clients that close the connection early

        def _send(self, response: Response) -> None:
            length = len(response.body) if response.announced is None else response.announced
            head = [f"HTTP/1.1 {response.status} Status", *(f"{name}: {value}" for name, value in response.headers.items())]
            head += ["Connection: close"] + ([] if response.status in {204, 304} or length < 0 else [f"Content-Length: {length}"])
            for line in [*head, ""]:
                time.sleep(response.drip_head)
                self.wfile.write(f"{line}\r\n".encode("latin-1"))
            body = response.body[: len(response.body) - response.cut]
            for chunk in [body[n : n + 1] for n in range(len(body))] if response.drip else [body]:
                time.sleep(response.drip)
                self.wfile.write(chunk)

    with run_server(Handler, tls) as port:
        upstream.port, upstream.url = port, f"{'https' if tls else 'http'}://{HOST}:{port}"
        yield upstream


def _to_headers(keywords: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in keywords.items()}
