"""A local web server for the published folder.

It listens on 127.0.0.1, reads only, and serves files of the folder: no listings, no hidden files, nothing that a link leads to outside. It
answers only requests that name it as a local host, so that a web page cannot reach it under another name (DNS rebinding).
"""

import re
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
#: A browser must not guess types: text of an article must never become a page.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".png": "image/png",
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".cff": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'",  # the page's own policy is in its head
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_COPY_BYTES = 1 << 20


class ExplorerServer(ThreadingHTTPServer):
    """Serves the files of one folder to this computer.

    The `port` 0 means any free one. `OSError` when the port is taken or not permitted. `start_page` is the file to which `/` redirects.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, port: int, start_page: str) -> None:
        self.folder = folder.resolve()
        self.start_page = start_page
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print an error to stderr, unless the browser closed the connection.

        A browser may do so when a page is closed.
        """
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # a socket and its address

    @property
    def url(self) -> str:
        """Address of the start page."""
        return f"http://{HOST}:{self.server_port}/{self.start_page}"


class _Handler(BaseHTTPRequestHandler):
    server: ExplorerServer
    protocol_version = "HTTP/1.1"
    server_version = "TradeTension"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def log_message(self, *_: object) -> None:
        """Log nothing: the terminal shows the address only."""

    def _answer(self, *, has_body: bool) -> None:
        """Send a file, a redirect to the start page, or a refusal.

        Refused are requests with another `Host` (status 421), and paths without a file (404).
        """
        if self.headers.get_all("Host", []) not in ([f"{name}:{self.server.server_port}"] for name in _NAMES):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "open this server by its own address")
            return
        try:
            path = unquote(urlsplit(self.path).path)
        except ValueError:  # e.g. `http://[`
            path = ""
        if path == "/":
            self.send_response(HTTPStatus.FOUND)
            self._send_headers({"Location": f"/{self.server.start_page}", "Content-Length": "0"})
            return
        file = self._find(path)
        if file is None:
            self._refuse(HTTPStatus.NOT_FOUND, "no such file")
            return
        with file.open("rb") as content:
            self._send(content, file.suffix.lower(), has_body=has_body)

    def _find(self, path: str) -> Path | None:
        """Find the file of a path, or None.

        `path`: the decoded path of a URL. None if the folder has no such file, a link is circular or leads outside it, path or file is
        hidden, or a name has a backslash, a colon or unprintable characters.
        """
        parts = path.split("/")[1:]
        if not path.startswith("/") or any(
            not part or part.startswith(".") or not part.isprintable() or set(part) & set("\\:") for part in parts
        ):
            return None
        try:
            file = self.server.folder.joinpath(*parts).resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: a circular link, before Python 3.13
            return None
        is_inside = file.is_relative_to(self.server.folder) and not any(
            part.startswith(".") for part in file.relative_to(self.server.folder).parts
        )
        return file if is_inside and file.is_file() else None

    def _send(self, content: BinaryIO, ending: str, *, has_body: bool) -> None:
        """Send a file, or only the range of bytes that is requested.

        A range without bytes gets status 416. Without `has_body`, only the headers are sent.
        """
        size = content.seek(0, 2)
        headers = {"Content-Type": _TYPES.get(ending, "application/octet-stream"), "Accept-Ranges": "bytes"}
        span = _read_range(self.headers.get("Range"), size)
        if span == (0, 0):
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self._send_headers({"Content-Range": f"bytes */{size}", "Content-Length": "0"})
            return
        start, end = span or (0, size)
        self.send_response(HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK)
        if span:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        self._send_headers({**headers, "Content-Length": str(end - start)})
        if not has_body:
            return
        content.seek(start)
        left = end - start
        while left and (chunk := content.read(min(left, _COPY_BYTES))):
            self.wfile.write(chunk)
            left -= len(chunk)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        """Send an error status, with a line that says why.

        The line is left out for `HEAD`. The connection is closed.
        """
        body = f"{status.value} {status.phrase}: {reason}\n".encode()
        self.send_response(status)
        self._send_headers({"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_headers(self, headers: dict[str, str]) -> None:
        for name, value in (headers | _HEADERS).items():
            self.send_header(name, value)
        self.end_headers()


def _read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return start and end of a range of bytes, the end excluded.

    `header`: the `Range` header. None without it, or if it is not a single range of bytes: then the whole file is sent. An end beyond the
    file becomes the size of the file. (0, 0) when the range is empty or begins beyond the file.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.group(1, 2)
    if not first:  # the last bytes
        return (max(0, size - int(last)), size) if int(last) and size else (0, 0)
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else (0, 0)
