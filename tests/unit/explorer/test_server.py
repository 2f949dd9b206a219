import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.explorer.server import HOST, ExplorerServer

PAGE, BYTES = b"<!doctype html>", bytes(range(256)) * 4


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ExplorerServer]:
    """Server of a published folder, next to files outside it."""
    folder = tmp_path / "published"
    release = folder / "releases" / "r1"
    (release / "today").mkdir(parents=True)
    (release / "trade_tension.duckdb").write_bytes(BYTES)
    (release / "today" / "2025.parquet").write_bytes(BYTES)
    (release / "SHA256SUMS").write_text("sums")
    (folder / "latest").symlink_to("releases/r1")
    (folder / "explorer.html").write_bytes(PAGE)
    (folder / "engine.wasm").write_bytes(BYTES)
    (folder / "empty.csv").write_bytes(b"")
    (folder / ".hidden").write_text("hidden")
    (folder / ".staging").mkdir()
    (folder / ".staging" / "half.csv").write_text("half")
    (folder / "visible").symlink_to(".hidden")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "circle").symlink_to("circle")
    server = ExplorerServer(folder, 0, "explorer.html")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def request(server: ExplorerServer, path: str, method: str = "GET", host: str | None = None, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": host or f"{HOST}:{server.server_port}", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def body(response: http.client.HTTPResponse) -> bytes:
    return response.body  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/explorer.html", "text/html; charset=utf-8"),
        ("/explorer.html?x=1", "text/html; charset=utf-8"),
        ("/engine.wasm", "application/wasm"),
        ("/latest/today/2025.parquet", "application/vnd.apache.parquet"),
        ("/releases/r1/trade_tension.duckdb", "application/octet-stream"),
        ("/latest/SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_sent_with_its_type(server: ExplorerServer, path: str, kind: str) -> None:
    response = request(server, path)
    assert (response.status, response.headers["Content-Type"]) == (200, kind)
    assert body(response) == (server.folder / path.split("?", maxsplit=1)[0].lstrip("/")).read_bytes()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"


def test_the_root_leads_to_the_start_page(server: ExplorerServer) -> None:
    response = request(server, "/")
    assert (response.status, response.headers["Location"]) == (302, "/explorer.html")
    assert server.url == f"http://127.0.0.1:{server.server_port}/explorer.html"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/latest/../../secret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "//secret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/.hidden",
        "/visible",
        "/circle",
        "/.staging/half.csv",
        "/latest",
        "/latest/",
        "/releases/",
        "/none",
        "/explorer.html/",
        "/explorer.html%00.js",
        "/explorer.html%0a",
        "explorer.html",
        "http://[",
        "/" + "x" * 5000,
    ],
)
def test_nothing_but_files_of_the_folder_is_sent(server: ExplorerServer, path: str) -> None:
    response = request(server, path)
    assert response.status == 404
    assert body(response) == b"404 Not Found: no such file\n"


@pytest.mark.parametrize(
    "host", ["attacker.example", "attacker.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.attacker.example:{port}", ""]
)
def test_a_request_under_another_name_is_refused(server: ExplorerServer, host: str) -> None:
    response = request(server, "/explorer.html", host=host.format(port=server.server_port) or " ")
    assert response.status == 421
    assert PAGE not in body(response)


def test_localhost_is_a_name_of_this_computer(server: ExplorerServer) -> None:
    assert request(server, "/explorer.html", host=f"localhost:{server.server_port}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(server: ExplorerServer, method: str) -> None:
    assert request(server, "/explorer.html", method).status == 501


def test_a_head_request_has_the_size_and_no_content(server: ExplorerServer) -> None:
    response = request(server, "/engine.wasm", "HEAD")
    assert (response.status, response.headers["Content-Length"], response.headers["Accept-Ranges"]) == (200, "1024", "bytes")
    assert body(response) == b""


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=1000-", 1000, 1024), ("bytes=-24", 1000, 1024), ("bytes=0-9999", 0, 1024)],
)
def test_a_range_is_sent_alone(server: ExplorerServer, span: str, start: int, end: int) -> None:
    response = request(server, "/latest/trade_tension.duckdb", Range=span)
    assert (response.status, response.headers["Content-Range"]) == (206, f"bytes {start}-{end - 1}/1024")
    assert body(response) == BYTES[start:end]


@pytest.mark.parametrize("span", ["bytes=1024-", "bytes=5-4", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(server: ExplorerServer, span: str) -> None:
    response = request(server, "/engine.wasm", Range=span)
    assert (response.status, response.headers["Content-Range"], body(response)) == (416, "bytes */1024", b"")


@pytest.mark.parametrize("span", ["bytes=0-1,5-6", "lines=1-2", "bytes=-", "nonsense", f"bytes=0-{'9' * 5_000}"])
def test_other_ranges_are_ignored(server: ExplorerServer, span: str) -> None:
    response = request(server, "/engine.wasm", Range=span)
    assert (response.status, body(response)) == (200, BYTES)


def test_an_empty_file_is_sent(server: ExplorerServer) -> None:
    assert (request(server, "/empty.csv").status, request(server, "/empty.csv", Range="bytes=0-1").status) == (200, 416)


def test_a_taken_port_is_an_error(server: ExplorerServer, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        ExplorerServer(tmp_path, server.server_port, "explorer.html")


def test_a_browser_that_leaves_prints_nothing(server: ExplorerServer, capfd: pytest.CaptureFixture[str]) -> None:
    (server.folder / "large.bin").write_bytes(bytes(50_000_000))
    with socket.create_connection((HOST, server.server_port)) as browser:
        browser.sendall(f"GET /large.bin HTTP/1.1\r\nHost: {HOST}:{server.server_port}\r\n\r\n".encode())
        assert browser.recv(100)
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
    while any(thread.name.endswith("(process_request_thread)") for thread in threading.enumerate()):
        time.sleep(0.01)
    assert capfd.readouterr().err == ""
