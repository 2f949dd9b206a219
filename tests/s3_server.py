"""A real S3 server on local ports (SeaweedFS), and a proxy in front of it that injects faults."""

import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.durable_files import SUMS, parse_sums
from pipeline.warehouse.object_store import Bucket, run
from pipeline.warehouse.uploads import read_pointer
from tests.http_server import QuietHandler, run_server

WEED = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
#: Two users: one may do everything, the other may only read and write objects of buckets that exist.
USERS = {
    "owner": ("OWNERKEY", "ownersecretownersecret", ["Admin"]),
    "writer": ("WRITERKEY", "writersecretwriter", ["Read", "Write", "List"]),
}
_SECONDS_TO_START = 120


class Server:
    """A SeaweedFS server with one folder, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        with ExitStack() as sockets:
            names = [f"{part}{grpc}" for part in ("master", "volume", "filer", "s3") for grpc in (".port", ".port.grpc")]
            free = {name: sockets.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for name in names}
        self.port = int(free["s3.port"])
        users = [
            {"name": name, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": actions}
            for name, (key, secret, actions) in USERS.items()
        ]
        config = folder.with_suffix(".json")
        config.write_text(json.dumps({"identities": users}), encoding="utf-8")
        self._log = folder.with_suffix(".log")
        self._command = [
            str(WEED),
            "-logtostderr=true",
            "server",
            "-s3",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-s3.config={config}",
            "-master.telemetry=false",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=20",
            "-s3.port.iceberg=0",  # not started
            "-s3.port.lance=0",
            *(f"-{name}={port}" for name, port in free.items()),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server unless it runs, and wait until it has stored an object in the bucket `releases`."""
        if self._process:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env={"HOME": str(self._log.parent)})
        end = time.monotonic() + _SECONDS_TO_START
        while not self._stores_objects():
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.2)

    def _stores_objects(self) -> bool:
        from obstore.exceptions import BaseError  # noqa: PLC0415 an optional extra
        from obstore.store import S3Store  # noqa: PLC0415 as above

        key, secret, _ = USERS["owner"]
        store = S3Store(
            "releases",
            endpoint=f"http://127.0.0.1:{self.port}",
            access_key_id=key,
            secret_access_key=secret,
            region="us-east-1",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
        try:
            store.put("ready", b"")  # the server makes the bucket
        except BaseError:
            return False
        return True

    @property
    def pid(self) -> int:
        """The process id of a server that runs."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """End the server at once."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def read_release(bucket: Bucket) -> str | None:
    """Assert that the release that the bucket's pointer names is whole; return its name, or None without a pointer."""

    async def read() -> str | None:
        pointer = await read_pointer(bucket)
        if pointer is None:
            return None
        sums = await bucket.read(f"{pointer.path}/{SUMS}")
        assert sums is not None, "the release has no hashes"
        assert hashlib.sha256(sums.content).hexdigest() == pointer.sums, "the hashes are not those of the pointer"
        for path, digest in parse_sums(sums.content.decode()).items():
            stored = await bucket.read(f"{pointer.path}/{path}")
            assert stored is not None, f"{path} is missing"
            assert hashlib.sha256(stored.content).hexdigest() == digest, f"{path} is not as it was written"
        return pointer.release

    return run(read())


#: Says what happens to a request: `forward`, `503` (answer with it), `lose` (forward it, lose the response) or `wait SECONDS` before it.
Fault = Callable[[str, str, int], str]


class Proxy:
    """Forwards requests to the server, unless `fault(method, path, number)` says otherwise."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.requests: list[str] = []
        self.fault: Fault = lambda _method, _path, _number: "forward"

    @property
    def puts(self) -> list[str]:
        return [path for method, _, path in (request.partition(" ") for request in self.requests) if method == "PUT"]

    def clear(self) -> None:
        """Forget all requests and faults."""
        self.requests.clear()
        self.fault = lambda _method, _path, _number: "forward"


class _Handler(QuietHandler):
    """Forwards requests of one proxy."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_GET(self) -> None:  # noqa: N802 the name that the base class calls
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.proxy.requests.append(f"{self.command} {self.path.partition('?')[0]}")
        action = self.proxy.fault(self.command, self.path, len(self.proxy.requests))
        if action == "503":
            self._answer(503, [], b"<Error><Code>SlowDown</Code></Error>")
            return
        if action.startswith("wait "):
            time.sleep(float(action.removeprefix("wait ")))
        try:
            answer = self._forward(body)
        except (OSError, http.client.HTTPException):
            action = "lose"
        if action == "lose":
            self.close_connection = True
        else:
            self._answer(*answer)

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815 as above

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.server.port, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # with the original host, which is signed
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        skipped = {"transfer-encoding", "connection"} | ({"content-length"} if self.command != "HEAD" else set())
        return response.status, [(name, value) for name, value in response.getheaders() if name.lower() not in skipped], content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def run_proxy(server: Server) -> Iterator[tuple[Proxy, int]]:
    """Serve a proxy within the block; yield it and its port."""

    class Handler(_Handler):
        proxy = Proxy(server)

    with run_server(Handler) as port:
        yield Handler.proxy, port
