"""A real HTTP server on this machine that speaks the chat protocol, well or badly, as a test wants it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.http_server import QuietHandler, run_server


@dataclass(frozen=True)
class Canned:
    """A reply: status, headers, body; `cut` bytes of it are announced and never sent; `after` seconds pass before it."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    after: float = 0.0


def answering(content: Any, *, tokens: int | None = 100, finish: str = "stop", refusal: str | None = None) -> Canned:
    """A chat completion whose message has this content: text as it is, anything else as JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, "refusal": refusal}}
    usage = {} if tokens is None else {"usage": {"total_tokens": tokens}}
    return Canned(json.dumps({"choices": [choice], **usage}).encode())


def failing(status: int, said: str = "no", **headers: str) -> Canned:
    """A reply of another status than 200."""
    return Canned(said.encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


Reply = Callable[[dict[str, Any]], Canned]


class Model:
    """The server's side: what it was asked (`requests`, `headers`, `paths`), and what it answers."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.url = ""
        self._lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Canned:
        request = json.loads(body)
        with self._lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.requests.append(request)
            return self.reply(request)


def in_turn(*replies: Canned) -> Reply:
    """These replies one after the other; the last one again and again."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving(reply: Reply) -> Iterator[Model]:
    """The model behind a port of this machine while the block lasts; its `url` is the base URL."""
    model = Model(reply)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            canned = model.take(self.path, dict(self.headers), body)
            time.sleep(canned.after)
            try:
                self.send_response(canned.status)
                for name, value in canned.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(canned.body)))
                self.end_headers()
                self.wfile.write(canned.body[: len(canned.body) - canned.cut])
            except (BrokenPipeError, ConnectionResetError):
                return  # the client would not wait, which is what some tests are about

    with run_server(Handler) as port:
        model.url = f"http://127.0.0.1:{port}/v1"
        yield model
