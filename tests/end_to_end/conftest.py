"""A real S3 server for the tests of uploads and of the shared lake."""

import hashlib
from collections.abc import Iterator

import pytest

from tests.s3_server import USERS, Proxy, Server, run_proxy


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("s3") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy in front of the server; the environment variables of S3 name it as the endpoint."""
    key, secret, _ = USERS["owner"]
    server.start()  # if a test that failed left it killed
    with run_proxy(server) as (proxy, port):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        yield proxy


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """An S3 URL under which only this test stores objects."""
    return f"s3://releases/{hashlib.sha256(request.node.name.encode()).hexdigest()[:8]}/index"
