"""Requests to object stores that fail, against a local HTTP server: retries, and errors without credentials."""

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.warehouse.object_store import Bucket, FolderError, ObjectStoreError, open_bucket, run
from tests.http_server import QuietHandler, run_server

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")

SECRET = "SecretOfTheBucketOwner"  # noqa: S105 invented
KEY = "AKIDOFTHEOWNER"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")


class Requests:
    """What a server received, and how it answers: a status and a body for each request; the last is repeated."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.received: list[str] = []


@contextmanager
def serve(requests: Requests, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Serve these answers as the endpoint of S3."""

    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 the name that the base class calls
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.received.append(f"{self.command} {self.path}")
            status, body = requests.answers.pop(0) if len(requests.answers) > 1 else requests.answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Mon, 03 Mar 2025 05:30:00 GMT")
            self.end_headers()
            self.wfile.write(body.encode())

        do_PUT = do_GET  # noqa: N815 the name that the base class calls

    with run_server(Handler) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        yield open_bucket("s3://bucket/index", tries=3, seconds=5)


def xml(code: str) -> str:
    """Return an error as S3 writes it, which repeats the key and more."""
    return f"<Error><Code>{code}</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId><StringToSign>{SECRET}</StringToSign></Error>"


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (403, "SignatureDoesNotMatch", r"the credentials are refused \(403 SignatureDoesNotMatch\); set AWS_ACCESS_KEY_ID"),
        (403, "AccessDenied", r"the credentials are refused \(403 AccessDenied\)"),
        (404, "NoSuchBucket", "there is no bucket bucket; create it, or correct the URL"),
        (400, "InvalidRequest", r"the server refused a request \(400 InvalidRequest\)"),
        (503, "SlowDown", "the server answered 503 SlowDown to every attempt; run again later"),
    ],
)
def test_errors_name_the_cause_and_no_credentials(monkeypatch: pytest.MonkeyPatch, status: int, code: str, message: str) -> None:
    with serve(Requests((status, xml(code))), monkeypatch) as bucket, pytest.raises(ObjectStoreError, match=message) as caught:
        run(bucket.create("latest.json", b"{}"))
    texts = [str(caught.value), repr(caught.value.__cause__), repr(caught.value.__context__)]
    assert str(caught.value).startswith("s3://bucket/index: ")
    assert not any(secret in text for secret in (KEY, SECRET) for text in texts)


def test_an_unknown_error_shows_no_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"bad key {SECRET} in the configuration")

    monkeypatch.setattr("obstore.store.from_url", fail)
    with pytest.raises(ObjectStoreError, match=r"ValueError: bad key \(key\) in the configuration"):
        open_bucket("s3://bucket/prefix")


def test_a_request_to_a_busy_server_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = Requests((503, xml("SlowDown")), (500, ""), (200, "content"))
    with serve(requests, monkeypatch) as bucket:
        stored = run(bucket.read("latest.json"))
    assert stored is not None
    assert stored.content == b"content"
    assert requests.received == ["GET /bucket/index/latest.json"] * 3


def test_attempts_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = Requests((503, xml("SlowDown")))
    with serve(requests, monkeypatch) as bucket, pytest.raises(ObjectStoreError):
        run(bucket.read("latest.json"))
    assert len(requests.received) == 3


def test_a_conditional_write_whose_response_was_lost_succeeded(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = Requests((503, ""), (412, xml("PreconditionFailed")), (200, "ours"))
    with serve(requests, monkeypatch) as bucket:
        assert run(bucket.create("latest.json", b"ours"))


def test_a_conditional_write_that_another_won_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = Requests((412, xml("PreconditionFailed")), (200, "theirs"))
    with serve(requests, monkeypatch) as bucket:
        assert not run(bucket.replace("latest.json", b"ours", {"e_tag": '"0"'}))


def test_a_missing_object_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Requests((404, xml("NoSuchKey"))), monkeypatch) as bucket:
        assert run(bucket.read("latest.json")) is None


def test_no_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ObjectStoreError, match="no connection to the server; check the endpoint"):
        run(open_bucket("s3://bucket", tries=1).read("latest.json"))


def test_an_endpoint_without_tls_needs_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ObjectStoreError, match="the endpoint is not https; in a closed network, set AWS_ALLOW_HTTP=true"):
        run(open_bucket("s3://bucket", tries=1).read("latest.json"))


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ObjectStoreError, match="no response in time"):
            run(open_bucket("s3://bucket", tries=1, seconds=1).read("latest.json"))


def test_azure_without_an_account_has_no_credentials() -> None:
    with pytest.raises(ObjectStoreError, match="no credentials; set AZURE_STORAGE_ACCOUNT_NAME"):
        open_bucket("az://container/index")


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(ObjectStoreError, match="obstore is not installed; install it: uv sync --locked --no-dev --extra s3"):
        open_bucket("s3://bucket")


def test_the_folder_of_a_share_is_never_created(tmp_path: Path) -> None:
    for folder in (tmp_path / "unmounted/share/index", tmp_path / "share", Path("/proc/nowhere/index")):
        with pytest.raises(FolderError, match=rf"there is no folder {folder}; mount the share, create the folder, or correct the URL"):
            open_bucket(folder.as_uri())
    assert list(tmp_path.iterdir()) == []


def test_requests_end_when_the_thread_of_their_result_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    wake = asyncio.SelectorEventLoop._write_to_self  # type: ignore[attr-defined]  # private
    has_left: list[bool] = []

    def wake_and_linger(loop: asyncio.SelectorEventLoop) -> None:
        wake(loop)
        time.sleep(0.2)
        has_left.append(True)

    async def wait_for_a_thread() -> None:
        loop = asyncio.get_running_loop()
        result = loop.create_future()
        threading.Thread(target=loop.call_soon_threadsafe, args=(result.set_result, None)).start()
        await result

    monkeypatch.setattr(asyncio.SelectorEventLoop, "_write_to_self", wake_and_linger)
    run(wait_for_a_thread())
    assert has_left
