"""A real HTTP server on this machine that speaks as upstreams do, well or badly; and a client whose waits cost nothing."""

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
from pipeline.sources.http.addresses import Resolver, resolve
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Request
from tests.listening import Quiet, listening

HOST = "127.0.0.1"
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)
TODAY = NOON.date()


@dataclass(frozen=True)
class Answer:
    """What is sent: status, headers, body.

    `announced`: another Content-Length than the body's, or none at all where it is -1. `cut`: so many bytes of the body are never sent.
    `drip`: seconds before each byte of the body, `drip_head` before each line of the head.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    cut: int = 0
    drip: float = 0.0
    drip_head: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as it reached the server. `headers` by their names in small letters."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


Reply = Answer | Callable[[Asked], Answer]


def good(body: str | bytes, content_type: str = "text/plain", **headers: str) -> Answer:
    """200 with this body; `ETag='"1"'` or `Last_Modified='…'` as headers."""
    return Answer(body.encode() if isinstance(body, str) else body, headers={"Content-Type": content_type} | _headers(headers))


def failing(status: int, said: str = "no", **headers: str) -> Answer:
    """Another status than 200; `Retry_After='7'` as headers."""
    return Answer(said.encode(), status, _headers(headers))


def packed(answer: Answer) -> Answer:
    """The same, with Content-Encoding gzip."""
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers={**answer.headers, "Content-Encoding": "gzip"})


def redirecting(to: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(b"", status, {"Location": to})


def unless_known(answer: Answer) -> Callable[[Asked], Answer]:
    """304 to a request that names the answer's ETag or Last-Modified, else the answer."""
    validators = {"if-none-match": answer.headers.get("ETag"), "if-modified-since": answer.headers.get("Last-Modified")}

    def reply(asked: Asked) -> Answer:
        is_known = any(value and asked.headers.get(name) == value for name, value in validators.items())
        return Answer(b"", 304) if is_known else answer

    return reply


class Upstream:
    """The server's side: `give` says what it answers, `asked` is what it was asked. Paths without an answer are not found."""

    def __init__(self) -> None:
        self.url = ""
        self.port = 0
        self.asked: list[Asked] = []
        self._replies: dict[str, list[Reply]] = {}

    def give(self, path: str, *replies: Reply) -> str:
        """Answer these, one after the other, the last one again and again; returns the URL."""
        self._replies[path] = list(replies)
        return self.url + path

    def replies(self, path: str) -> list[Reply]:
        """What is still to be answered there."""
        return list(self._replies[path])

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [one.path for one in self.asked]

    def take(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        replies = self._replies.get(asked.path, [failing(404, "not found")])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply if isinstance(reply, Answer) else reply(asked)


class Clock:
    """A clock that moves only when somebody sleeps; `slept` are the seconds."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def client_of(
    root: Path, clock: Clock | None = None, *, resolve: Resolver = resolve, trust: ssl.SSLContext | None = None, **network: object
) -> Client:
    """A client that keeps below `root`, may ask this machine, and never really waits between requests. `network`: its settings."""
    clock = clock or Clock()
    settings = Network.model_validate({"private_hosts": (HOST,), "wait_seconds": 5, "deadline_seconds": 20} | network)
    return Client(Archive(root), settings, now=clock.now, sleep=clock.sleep, resolve=resolve, trust=trust)


def request(url: str, item: str = "a thing", *, about: date = TODAY, key: str = "", is_final: bool = False) -> Request:
    """A request to a source called `test`."""
    return Request("test", item, url, about, secrets={"key": SecretStr(key)} if key else {}, is_final=is_final)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """An upstream behind a port of this machine while the block lasts, over TLS where a context is given."""
    upstream = Upstream()

    class Handler(Quiet):
        wbufsize = 0  # dripping is about single bytes

        def do_GET(self) -> None:  # noqa: N802 the library's name
            parts = urlsplit(self.path)
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            answer = upstream.take(Asked(parts.path, query, {name.lower(): value for name, value in self.headers.items()}))
            try:
                self._send(answer)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client would not wait, which is what some tests are about

        def _send(self, answer: Answer) -> None:
            length = len(answer.body) if answer.announced is None else answer.announced
            head = [f"HTTP/1.1 {answer.status} Status", *(f"{name}: {value}" for name, value in answer.headers.items())]
            head += ["Connection: close"] + ([] if answer.status in {204, 304} or length < 0 else [f"Content-Length: {length}"])
            for line in [*head, ""]:
                time.sleep(answer.drip_head)
                self.wfile.write(f"{line}\r\n".encode("latin-1"))
            body = answer.body[: len(answer.body) - answer.cut]
            for piece in [body[n : n + 1] for n in range(len(body))] if answer.drip else [body]:
                time.sleep(answer.drip)
                self.wfile.write(piece)

    with listening(Handler, tls) as port:
        upstream.port, upstream.url = port, f"{'https' if tls else 'http'}://{HOST}:{port}"
        yield upstream


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}
