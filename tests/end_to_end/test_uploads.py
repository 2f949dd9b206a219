"""Uploads to a real S3 server: interruptions, busy and slow servers, several publishers, and readers meanwhile."""

import hashlib
import json
import multiprocessing
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.durable_files import hash_file, write_sums
from pipeline.errors import UserError
from pipeline.warehouse.lake import write_parquet
from pipeline.warehouse.object_store import Bucket, ObjectStoreError, open_bucket, run
from pipeline.warehouse.uploads import POINTER, Upload, UploadError, upload_release
from tests.conftest import Tension
from tests.s3_server import USERS, WEED, Proxy, Server, read_release

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WEED is None, reason="weed is not installed; run with: uv run --group server pytest"),
]

TOOLS = Path(__file__).parents[2] / "docs" / "tools.md"
FILES = 12
#: More than a part of a multipart upload.
LARGE_BYTES = 20_000_000


def write_release(folder: Path, name: str, seed: str = "") -> Path:
    """Write a release with some small files and a large one."""
    release = folder / name
    (release / "signals").mkdir(parents=True)
    for number in range(FILES):
        (release / "signals" / f"{2000 + number}.parquet").write_bytes(f"{name} {seed} {number}".encode() * 1000)
    (release / "trade_tension.duckdb").write_bytes(hashlib.sha256(name.encode()).digest() * (LARGE_BYTES // 32))
    write_sums(release, {path.relative_to(release).as_posix(): hash_file(path) for path in sorted(release.rglob("*")) if path.is_file()})
    return release


def upload(bucket: Bucket, release: Path, home: str = "a") -> Upload:
    return run(upload_release(bucket, release, home))


def read_when_recovered(bucket: Bucket) -> str | None:
    """Read the release of a server that was killed, and may answer 500 at first."""
    for _ in range(10):
        try:
            return read_release(bucket)
        except ObjectStoreError as error:
            assert "500" in str(error)  # noqa: PT017 other errors are failures
    return None


def test_a_release_is_uploaded_once_and_read_back(proxy: Proxy, url: str, tmp_path: Path) -> None:
    release, bucket = write_release(tmp_path, "2025-03-03-0123456789"), open_bucket(url)
    first = upload(bucket, release)
    assert (len(first.sent), first.present) == (FILES + 1, 0)
    assert read_release(bucket) == release.name
    head = bucket._store.get(POINTER, options={"head": True}).attributes
    assert (head["Content-Type"], head["Cache-Control"]) == ("application/json", "no-cache")
    proxy.clear()
    again = upload(bucket, release)
    assert (again.sent, again.present) == ((), FILES + 1)
    assert proxy.requests == [f"GET /{url.removeprefix('s3://')}/{POINTER}"]


def test_a_server_that_is_often_busy_gets_everything(proxy: Proxy, url: str, tmp_path: Path) -> None:
    release, bucket = write_release(tmp_path, "2025-03-03-0123456789"), open_bucket(url)
    proxy.fault = lambda _method, _path, number: "503" if number % 3 == 0 else "forward"
    upload(bucket, release)
    proxy.clear()
    assert read_release(bucket) == release.name


def test_lost_responses_do_no_harm(proxy: Proxy, url: str, tmp_path: Path) -> None:
    bucket = open_bucket(url)
    lost: set[str] = set()

    def lose_once(method: str, path: str, _number: int) -> str:
        is_first = method == "PUT" and path not in lost
        lost.add(path)
        return "lose" if is_first else "forward"

    for day in (3, 4, 5):
        release = write_release(tmp_path, f"2025-03-0{day}-0123456789")
        proxy.fault = lose_once
        try:
            upload(bucket, release)
        except (ObjectStoreError, UploadError):
            proxy.clear()
            upload(bucket, release)
        proxy.clear()
        lost.clear()
        assert read_release(bucket) == release.name


def test_the_next_run_completes_what_a_busy_server_refused(proxy: Proxy, url: str, tmp_path: Path) -> None:
    old, new, bucket = write_release(tmp_path, "2025-03-03-0123456789"), write_release(tmp_path, "2025-03-04-0123456789"), open_bucket(url)
    upload(bucket, old)
    proxy.clear()
    proxy.fault = lambda method, _path, _number: "503" if method == "PUT" and len(proxy.puts) > 5 else "forward"
    with pytest.raises(ObjectStoreError, match="the server answered 503 SlowDown to every attempt; run again later"):
        upload(open_bucket(url, tries=2), new)
    proxy.clear()
    assert read_release(bucket) == old.name
    result = upload(bucket, new)
    assert result.present > 0
    assert read_release(bucket) == new.name


@pytest.mark.parametrize("puts", [1, 4, 9])
def test_a_server_killed_in_an_upload_leaves_the_old_release(proxy: Proxy, server: Server, url: str, tmp_path: Path, puts: int) -> None:
    old, new, bucket = write_release(tmp_path, "2025-03-03-0123456789"), write_release(tmp_path, "2025-03-04-0123456789"), open_bucket(url)
    upload(bucket, old)
    proxy.clear()

    def kill(method: str, _path: str, _number: int) -> str:
        if method == "PUT" and len(proxy.puts) == puts:
            server.kill()
        return "forward"

    proxy.fault = kill
    with pytest.raises(ObjectStoreError, match=r"no connection to the server|the connection was lost"):
        upload(open_bucket(url, tries=2), new)
    proxy.clear()
    server.start()
    assert read_when_recovered(bucket) == old.name
    upload(bucket, new)
    assert read_release(bucket) == new.name


def _upload_in_a_process(url: str, release: Path) -> None:
    upload(open_bucket(url), release)


@pytest.mark.parametrize("puts", [1, 3, 8, FILES + 4])
def test_a_publisher_killed_in_an_upload_leaves_one_release(proxy: Proxy, url: str, tmp_path: Path, puts: int) -> None:
    old, new, bucket = write_release(tmp_path, "2025-03-03-0123456789"), write_release(tmp_path, "2025-03-04-0123456789"), open_bucket(url)
    upload(bucket, old)
    proxy.clear()
    reached = threading.Event()

    def stop(method: str, _path: str, _number: int) -> str:
        if method == "PUT" and len(proxy.puts) >= puts:
            reached.set()
            return "wait 1"
        return "forward"

    proxy.fault = stop
    publisher = multiprocessing.get_context("spawn").Process(target=_upload_in_a_process, args=(url, new))
    publisher.start()
    assert reached.wait(60)
    publisher.kill()
    publisher.join()
    proxy.clear()
    assert read_release(bucket) in {old.name, new.name}
    upload(bucket, new)
    assert read_release(bucket) == new.name


def test_a_server_that_stalls_is_given_up(proxy: Proxy, url: str, tmp_path: Path) -> None:
    release = write_release(tmp_path, "2025-03-03-0123456789")
    proxy.fault = lambda method, _path, _number: "wait 3" if method == "PUT" else "forward"
    with pytest.raises(ObjectStoreError, match="no response in time; run again later"):
        upload(open_bucket(url, tries=1, seconds=1), release)
    proxy.clear()
    upload(open_bucket(url), release)
    assert read_release(open_bucket(url)) == release.name


def test_publishers_at_once_never_mix_releases(proxy: Proxy, url: str, tmp_path: Path) -> None:
    """Four publishers upload releases of their own at the same time, while a reader follows the pointer."""
    bucket = open_bucket(url)
    releases = [write_release(tmp_path, f"2025-03-0{day}-0123456789") for day in range(1, 5)]
    done, seen = threading.Event(), list[str | None]()

    def read() -> None:
        while not done.is_set():
            seen.append(read_release(bucket))

    def publish(release: Path) -> Upload | UserError:
        try:
            return upload(open_bucket(url), release)
        except UserError as error:
            return error

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(read)
        results = list(pool.map(publish, releases))
        done.set()
        reader.result()
    assert all(isinstance(result, Upload | UploadError) for result in results), results
    won = [result.pointer.release for result in results if isinstance(result, Upload)]
    assert read_release(bucket) in won
    assert all("has pointed" in str(result) for result in results if isinstance(result, UploadError))
    assert set(seen) <= {None, *won}


def test_two_homes_cannot_send_different_files_of_one_release(proxy: Proxy, url: str, tmp_path: Path) -> None:
    ours, theirs = (write_release(tmp_path / seed, "2025-03-03-0123456789", seed) for seed in ("ours", "theirs"))

    def publish(arguments: tuple[Path, str]) -> Upload | UserError:
        try:
            return upload(open_bucket(url), *arguments)
        except UserError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(publish, [(ours, "ours"), (theirs, "theirs")]))
    assert [type(result) for result in results if isinstance(result, UserError)] == [UploadError]
    assert read_release(open_bucket(url)) == "2025-03-03-0123456789"


def test_refused_credentials_and_missing_buckets_are_named(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = write_release(tmp_path, "2025-03-03-0123456789")
    key, secret, _ = USERS["writer"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(ObjectStoreError, match=r"the credentials are refused \(403 SignatureDoesNotMatch\)"):
        upload(open_bucket("s3://releases/index"), release)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    with pytest.raises(ObjectStoreError, match=r"there is no bucket nowhere|the credentials are refused \(403 AccessDenied\)"):
        upload(open_bucket("s3://nowhere/index"), release)


def test_the_examples_of_the_page_on_tools_read_uploads(proxy: Proxy, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = tmp_path / "2025-03-03-0123456789"
    for table in (TENSION_DAILY, TENSION_PAIR_DAILY):
        write_parquet(table.to_published(table.example()), release / table.name / "2025.parquet")
    write_sums(release, {path.relative_to(release).as_posix(): hash_file(path) for path in release.rglob("*.parquet")})
    upload(open_bucket(url), release)
    blocks = re.findall(r"```python\n(.*?)```", TOOLS.read_text(encoding="utf-8"), flags=re.DOTALL)
    (code,) = (block for block in blocks if "s3://bucket/index" in block)
    actor, target = TENSION_DAILY.example().select("actor", "target").row(0)
    changed = code.replace("s3://bucket/index", url).replace('"USA", target="CHN"', f'"{actor}", target="{target}"')
    exec(changed, {})  # noqa: S102 our own documentation
    printed = capsys.readouterr().out
    assert printed.count(str(TENSION_DAILY.example()["index_date"][0])) == 2
    assert "CHN-USA" in printed


ARTICLES = [
    {"source": source, "published_at": f"2025-03-0{day}T10:00:00Z", "title": f"China will tax U.S. goods at {10 + day} percent", "body": ""}
    for day in (1, 2, 3)
    for source in ("Strelsau Post", "Zenda Times")
]


def test_a_run_uploads_and_its_successor_repeats_a_failed_upload(proxy: Proxy, url: str, tmp_path: Path, tension: Tension) -> None:
    (tmp_path / "wire.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), encoding="utf-8")
    arguments = ("run", "--articles", "wire.jsonl", "--home", "home", "--pairs", "USA-CHN", "--workers", "1")

    def tension_with_url(*parts: str) -> Any:
        return tension(*parts, cwd=tmp_path, TENSION_PUBLISH_TO=url)

    proxy.fault = lambda method, _path, _number: "503" if method == "PUT" else "forward"
    failed = tension_with_url(*arguments)
    assert failed.returncode == 5, failed.stderr
    assert "not uploaded: " in failed.stderr
    assert "the server answered 503 SlowDown to every attempt" in " ".join(failed.stderr.split())
    release = (tmp_path / "home" / "published" / "latest").resolve().name
    assert f"Release {release}" in " ".join(failed.stdout.split())
    assert "nothing yet at" in " ".join(tension_with_url("status", "--home", "home").stdout.split())
    proxy.clear()

    repeated = tension_with_url(*arguments)
    assert repeated.returncode == 0, repeated.stderr
    assert read_release(open_bucket(url)) == release
    status = " ".join(tension_with_url("status", "--home", "home").stdout.split())
    assert f"uploaded release {release} at {url}" in status
    assert "lags" not in status
    secrets = [part.encode() for _, secret, _ in USERS.values() for part in [secret]]
    stored = [path for path in (tmp_path / "home").rglob("*") if path.is_file() and any(one in path.read_bytes() for one in secrets)]
    assert stored == []
