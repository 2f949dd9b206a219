"""A local HTTP server with the chat protocol and canned responses, good or bad."""

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
    """A response, sent after `delay` seconds without the last `missing` bytes of its body."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    delay: float = 0.0


def completion(content: Any, *, tokens: int | None = 100, finish: str = "stop", refusal: str | None = None) -> Canned:
    """Make a chat completion with this content: text unchanged, anything else as JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, "refusal": refusal}}
    usage = {} if tokens is None else {"usage": {"total_tokens": tokens}}
    return Canned(json.dumps({"choices": [choice], **usage}).encode())


def failure(status: int, message: str = "no", **headers: str) -> Canned:
    """Make a response with a status other than 200."""
    return Canned(message.encode(), status, {name.replace("_", "-"): value for name, value in headers.items()})


Responder = Callable[[dict[str, Any]], Canned]


class Model:
    """The server: the `requests`, `headers` and `paths` that it received, and its responses."""

    def __init__(self, respond: Responder) -> None:
        self.respond = respond
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.url = ""
        self._lock = threading.Lock()

    def handle(self, path: str, headers: dict[str, str], body: bytes) -> Canned:
        request = json.loads(body)
        with self._lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.requests.append(request)
            return self.respond(request)


def in_turn(*responses: Canned) -> Responder:
    """Send these responses in turn, and repeat the last one."""
    remaining = list(responses)
    return lambda _: remaining.pop(0) if len(remaining) > 1 else remaining[0]


@contextmanager
def serve_model(respond: Responder) -> Iterator[Model]:
    """Serve the model on a local port; its `url` is the base URL."""
    model = Model(respond)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            canned = model.handle(self.path, dict(self.headers), body)
            time.sleep(canned.delay)
            try:
                self.send_response(canned.status)
                for name, value in canned.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(canned.body)))
                self.end_headers()
                self.wfile.write(canned.body[: len(canned.body) - canned.missing])
            except (BrokenPipeError, ConnectionResetError):
                return  # The client did not wait, as some tests expect.

    with run_server(Handler) as port:
        model.url = f"http://127.0.0.1:{port}/v1"
        yield model
