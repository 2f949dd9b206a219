"""A lake on a real S3 server: busy and killed servers, killed writers, and two machines that read one backfill."""

import json
import multiprocessing
import subprocess
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import COVERAGE, FINDINGS
from pipeline.durable_files import read_sums
from pipeline.settings import Settings
from pipeline.warehouse.claims import CLAIMS, LIFETIME, LakeInUseError, list_claims
from pipeline.warehouse.home import mark_home
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.object_store import ObjectStoreError, open_bucket, run
from pipeline.warehouse.open_lake import lock_data
from pipeline.warehouse.shared_lake import SharedLake
from tests.conftest import TENSION, CompletedCommand, Tension, command_environment
from tests.s3_server import USERS, WEED, Proxy, Server

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WEED is None, reason="weed is not installed; run with: uv run --group server pytest"),
]

FIRST = date(2025, 3, 3)
WEEK = Days(FIRST, FIRST + timedelta(days=6))
#: More than two blocks of days.
LAST = FIRST + timedelta(days=62)


def rows(count: int) -> pl.DataFrame:
    return pl.DataFrame([(day, "A", count, count, 0, 0) for day in WEEK], schema=COVERAGE.schema, orient="row")


def machine(folder: Path, name: str, url: str) -> Settings:
    return Settings(home=folder / name, lake_url=url, articles=(str(folder / "articles"),))


def read(settings: Settings) -> list[int]:
    """Read the lake as a new process would; the articles of each day."""
    lake = SharedLake(settings.lake, open_bucket(str(settings.lake_url), tries=8))
    return [int(value) for value in lake.read(COVERAGE)["article_count"]]


def write_week(lake: SharedLake, count: int) -> None:
    with lake.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(count), WEEK)


def write(settings: Settings, count: int, tries: int = 5) -> None:
    """Write a week as a new process would."""
    with lock_data(settings, "tension run", f"week {count}"):
        mark_home(settings.home, is_sample=False)
        write_week(SharedLake(settings.lake, open_bucket(str(settings.lake_url), tries=tries)), count)


def _write_in_a_process(folder: Path, url: str, count: int) -> None:
    write(machine(folder, "killed", url), count)


def test_a_busy_server_gets_and_gives_everything(proxy: Proxy, url: str, tmp_path: Path) -> None:
    proxy.fault = lambda _method, _path, number: "503" if number % 3 == 0 else "forward"
    write(machine(tmp_path, "one", url), 10)
    assert read(machine(tmp_path, "other", url)) == [10] * 7


def test_lost_responses_do_no_harm_to_the_lake(proxy: Proxy, url: str, tmp_path: Path) -> None:
    lost: set[str] = set()

    def lose_once(method: str, path: str, _number: int) -> str:
        is_first = method == "PUT" and path not in lost
        lost.add(path)
        return "lose" if is_first else "forward"

    proxy.fault = lose_once
    write(machine(tmp_path, "one", url), 10)
    proxy.clear()
    assert read(machine(tmp_path, "other", url)) == [10] * 7
    assert list_claims(open_bucket(url)) == []


@pytest.mark.parametrize("puts", [1, 4, 8])
def test_a_server_killed_in_a_write_keeps_the_old_days(proxy: Proxy, server: Server, url: str, tmp_path: Path, puts: int) -> None:
    """The eighth write is the manifest."""
    one, other = machine(tmp_path, "one", url), machine(tmp_path, "other", url)
    write(one, 10)
    with lock_data(one, "run", "week"):
        proxy.clear()
        proxy.fault = lambda method, _path, _number: kill(server, proxy, puts) if method == "PUT" else "forward"
        lake = SharedLake(one.lake, open_bucket(url, tries=2))
        with pytest.raises(ObjectStoreError, match=r"no connection to the server|the connection was lost"):
            write_week(lake, 20)
    proxy.clear()
    server.start()
    assert read(other) == [10] * 7
    write(one, 20, tries=8)
    assert read(other) == [20] * 7


def kill(server: Server, proxy: Proxy, puts: int) -> str:
    if len([path for path in proxy.puts if CLAIMS not in path]) >= puts:
        server.kill()
    return "forward"


@pytest.mark.parametrize("puts", [1, 3, 7, 8])
def test_a_writer_killed_in_a_write_leaves_whole_days(proxy: Proxy, url: str, tmp_path: Path, puts: int) -> None:
    one, other = machine(tmp_path, "one", url), machine(tmp_path, "other", url)
    write(one, 10)
    proxy.clear()
    reached = threading.Event()

    def stop(method: str, path: str, _number: int) -> str:
        if method == "PUT" and CLAIMS not in path and len([one for one in proxy.puts if CLAIMS not in one]) >= puts:
            reached.set()
            return "wait 1"
        return "forward"

    proxy.fault = stop
    writer = multiprocessing.get_context("spawn").Process(target=_write_in_a_process, args=(tmp_path, url, 20))
    writer.start()
    assert reached.wait(60)
    writer.kill()
    writer.join()
    proxy.clear()
    assert read(other) in ([10] * 7, [20] * 7)
    with pytest.raises(LakeInUseError, match="If it was killed, run again after"):
        write(other, 20)
    write(machine(tmp_path, "killed", url), 20)
    assert read(other) == [20] * 7


def test_missing_buckets_and_refused_credentials_are_sentences(
    proxy: Proxy, tmp_path: Path, tension: Tension, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, secret, _ = USERS["writer"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(ObjectStoreError, match=r"the credentials are refused \(403 SignatureDoesNotMatch\)"):
        write(machine(tmp_path, "one", "s3://releases/lake"), 10)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    (tmp_path / "wire.jsonl").write_text(json.dumps(article(0)), encoding="utf-8")
    failed = tension("run", "--articles", "wire.jsonl", "--home", "home", cwd=tmp_path, TENSION_LAKE_URL="s3://nowhere/lake")
    assert failed.returncode == 1, failed.stderr
    assert "Traceback" not in failed.stderr
    assert any(text in " ".join(failed.stderr.split()) for text in ("there is no bucket nowhere", "(403 AccessDenied)"))


def article(number: int) -> dict[str, str]:
    """An article of a day, which another source repeats after two days."""
    day = FIRST + timedelta(days=number)
    return {
        "source": "Strelsau Post" if number % 3 else "Zenda Times",
        "published_at": f"{day}T10:00:00Z",
        "title": f"China will raise tariffs on U.S. goods to {10 + number // 2} percent",
        "body": f"BEIJING - China said on Monday that it would raise its tariffs on American steel to {10 + number // 2} percent.",
    }


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps(article(number)) + "\n" for number in range((LAST - FIRST).days + 1)), encoding="utf-8")
    return path


def command(name: str, folder: Path, home: str) -> list[str]:
    pairs = ["--pairs", "USA-CHN"] if name == "run" else []
    return [name, "--articles", str(folder / "wire.jsonl"), "--home", str(folder / home), "--workers", "1", *pairs]


def age_claims(url: str) -> None:
    """Let the claims of killed processes end, as their lifetime would."""

    def age(content: bytes | None) -> bytes:
        claims: list[dict[str, Any]] = json.loads(content or b"[]")
        past = (datetime.now(UTC) - 2 * LIFETIME).isoformat()
        return json.dumps([one | {"renewed_at": past} for one in claims]).encode()

    run(open_bucket(url).change(CLAIMS, age))


def assert_equal_to_local(folder: Path, url: str, local: str, shared: str) -> None:
    """Compare all files of the lake and of the release with those of a local home."""
    there, here = SharedLake(folder / "reader" / "lake", open_bucket(url)), Lake(folder / local / "lake")
    assert {name: there.recorded_sums(table) for name, table in TABLES.items()} == {
        name: here.recorded_sums(table) for name, table in TABLES.items()
    }
    assert list(there.find_damaged()) == []
    assert there.count_rows(FINDINGS) > 0
    ours, theirs = ((folder / home / "published" / "latest").resolve() for home in (shared, local))
    assert ours.name == theirs.name
    assert read_sums(ours) == read_sums(theirs)


def start_worker(folder: Path, home: str, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [TENSION, *command("work", folder, home)],
        cwd=folder,
        env=command_environment(TENSION_LAKE_URL=url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def local_run(articles: Path, tmp_path: Path, tension: Tension) -> CompletedCommand:
    completed = tension(*command("run", tmp_path, "local"), cwd=tmp_path)
    assert completed.returncode == 0, completed.stderr
    return completed


@pytest.mark.usefixtures("local_run")
def test_two_workers_one_killed_give_the_bytes_of_one_process(proxy: Proxy, url: str, tmp_path: Path, tension: Tension) -> None:
    reached = threading.Event()

    def stop(method: str, path: str, _number: int) -> str:
        """Stop at the first object of findings: its writer is then killed."""
        if method == "PUT" and "/objects/findings/" in path and not reached.is_set():
            reached.set()
            return "wait 2"
        return "forward"

    proxy.fault = stop
    killed = start_worker(tmp_path, "worker-a", url)
    assert reached.wait(300)
    killed.kill()
    killed.communicate()
    proxy.clear()
    [claim] = list_claims(open_bucket(url))
    assert str(claim.part).startswith("findings of ")
    age_claims(url)
    workers = [start_worker(tmp_path, f"worker-{name}", url) for name in "bc"]
    outputs = [worker.communicate(timeout=600)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    assert all(f"All days from {FIRST} to {LAST} are read" in " ".join(output.split()) for output in outputs), outputs
    assert sum(output.count("findings of ") for output in outputs) > 2, outputs
    completed = tension(*command("run", tmp_path, "main"), cwd=tmp_path, TENSION_LAKE_URL=url)
    assert completed.returncode == 0, completed.stderr
    assert_equal_to_local(tmp_path, url, "local", "main")
    verified = tension("verify", "--home", "main", cwd=tmp_path, TENSION_LAKE_URL=url)
    assert verified.returncode == 0, verified.stdout
    status = tension("status", "--home", "main", cwd=tmp_path, TENSION_LAKE_URL=url)
    assert status.returncode == 0, status.stdout
