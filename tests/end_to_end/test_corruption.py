"""Damage to a real home is found and named with its remedy, or repaired by a run."""

# Some damages are lambdas of several calls in a tuple, whose values nobody uses.
# mypy: disable-error-code="func-returns-value"

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.commands import console
from pipeline.durable_files import SUMS
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import FetchResult, Payload, Request
from tests.conftest import Tension
from tests.end_to_end.test_interruptions import ARTICLES

pytestmark = pytest.mark.slow  # tests/unit/cli/test_verify.py finds the common kinds of damage

OPTIONS = ("--pairs", "USA-CHN", "--workers", "1")
DAY, NEXT_DAY = "2025/2025-03-02.parquet", "2025/2025-03-03.parquet"
INDEX = "tension_daily/2025.parquet"


class Whole(NamedTuple):
    """An undamaged home with two releases, and the articles of the newer one."""

    home: Path
    articles: Path


@pytest.fixture(scope="module")
def whole(tension: Tension, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Run a home of six articles, and add an older release."""
    folder = tmp_path_factory.mktemp("whole")
    articles, home = folder / "wire.jsonl", folder / "home"
    articles.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), encoding="utf-8")
    run = tension("run", "--articles", articles, "--home", home, *OPTIONS, cwd=folder)
    assert run.returncode == 0, run.stderr
    shutil.copytree(release(home), release(home).with_name("2025-03-02-0123456789"))
    return Whole(home, articles)


@pytest.fixture
def home(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the home whose files may be replaced, but not changed in place."""
    monkeypatch.setattr(console.out, "_width", 1000)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(whole.home, tmp_path / "home", symlinks=True, copy_function=os.link)
    return tmp_path / "home"


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def release(home: Path) -> Path:
    return (home / "published/latest").resolve()


def replace(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def truncate(path: Path) -> None:
    replace(path, path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    replace(path, bytes(content))


def overwrite_middle(path: Path) -> None:
    content = path.read_bytes()
    middle = len(content) // 2
    replace(path, content[:middle] + bytes(200_000) + content[middle + 200_000 :])


def swap(one: Path, other: Path) -> None:
    other.rename(one.with_suffix(".other"))
    one.rename(other)
    one.with_suffix(".other").rename(one)


def link(path: Path, target: str | Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def remove_day(home: Path) -> None:
    for path in home.glob(f"lake/*/{DAY}"):
        path.unlink()


def copy_half(home: Path) -> None:
    """Leave what a copy of the folders in alphabetical order has after half of them."""
    folders = sorted((home / "lake").iterdir())
    for folder in folders[len(folders) // 2 :]:
        shutil.rmtree(folder)
    shutil.rmtree(home / "published")


def follow_link(home: Path) -> None:
    target = release(home)
    (home / "published/latest").unlink()
    shutil.copytree(target, home / "published/latest")


def mark(home: Path, content: str) -> None:
    replace(home / "home.json", content.encode())


def damage_response(home: Path) -> None:
    archive, now = Archive(home / "lake/payloads"), datetime(2025, 3, 3, 12, tzinfo=UTC)
    request = Request("rss", "Strelsau Post", "https://strelsau.example/feed", now.date())
    payload = Payload("rss", request.item, request.day, request.url, now, "text/xml", b"<rss/>")
    archive.store(FetchResult(request, "stored", now, payload=payload), request.url)
    truncate(next((home / "lake/payloads/bodies").rglob("*.gz")))


def break_run_events(home: Path) -> None:
    path = next(path for path in (home / "dagster/history/runs").glob("*.db") if path.name != "index.db")
    replace(path, b"no database")


def break_page_of_history(home: Path) -> None:
    """Damage a page in the middle, which SQLite opens without complaint."""
    path = home / "dagster/history/runs.db"
    content = bytearray(path.read_bytes())
    content[4096 : 2 * 4096] = b"\xff" * 4096
    replace(path, bytes(content))


#: What damages a home; exit code of `tension verify`; and how its line about it starts.
CASES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    # Lake
    "a day is cut off": (
        lambda h: truncate(h / "lake/articles" / DAY),
        1,
        "lake/articles, 2025-03-02: not as it was written. Run these days",
    ),
    "a day is empty": (lambda h: replace(h / "lake/findings" / DAY, b""), 1, "lake/findings, 2025-03-02: not as it was written. Run these"),
    "a bit is flipped": (lambda h: flip(h / "lake/coverage" / DAY), 1, "lake/coverage, 2025-03-02: not as it was written. Run these days"),
    "a day is lost": (
        remove_day,
        1,
        "lake/articles, 2025-03-02: missing. Run these days again: tension run --from 2025-03-02 --to 2025-03-02",
    ),
    "the last day of a table is lost": (lambda h: (h / "lake/articles" / NEXT_DAY).unlink(), 1, "lake/articles, 2025-03-03: missing. Run"),
    "two days are swapped": (
        lambda h: swap(h / "lake/raw_articles" / DAY, h / "lake/raw_articles" / NEXT_DAY),
        1,
        "lake/raw_articles, 2025-03-02 to 2025-03-03: not",
    ),
    "a link leads nowhere": (
        lambda h: link(h / "lake/articles" / DAY, "/nowhere"),
        1,
        "lake/articles, 2025-03-02: missing. Run these days",
    ),
    "a folder has the name of a day": (
        lambda h: ((h / "lake/articles" / DAY).unlink(), (h / "lake/articles" / DAY).mkdir()),
        2,
        "lake/articles/2025/2025-03-02.parquet: cannot be read (Is a directory). Restore it",
    ),
    "a file of a day in another format": (
        lambda h: shutil.copy(h / "lake/articles" / DAY, (h / "lake/articles" / DAY).with_suffix(".csv")),
        2,
        "lake/articles/2025/2025-03-02.csv: does not belong to the lake, and is not read. Remove it",
    ),
    "a foreign file": (
        lambda h: shutil.copy(h / "lake/articles" / DAY, h / "lake/articles/2025/copy.parquet"),
        2,
        "lake/articles/2025/copy.parquet: does not belong to the lake, and is not read. Remove it",
    ),
    "a day of another home": (
        lambda h: shutil.copy(h / "lake/articles" / DAY, h / "lake/articles/2025/2025-03-04.parquet"),
        1,
        "lake/articles, 2025-03-04: not as it was written",
    ),
    "hashes of a table are lost": (
        lambda h: (h / f"lake/articles/{SUMS}").unlink(),
        1,
        "lake/articles, 2025-03-01 to 2025-03-03: not as it",
    ),
    "hashes of a table are garbage": (
        lambda h: replace(h / f"lake/articles/{SUMS}", b"x\n"),
        1,
        f"lake/articles/{SUMS}: damaged. Run all days",
    ),
    "a table of the index is lost": (
        lambda h: shutil.rmtree(h / "lake/tension_daily"),
        1,
        "lake/tension_daily: missing. It is built by every",
    ),
    "the baseline is lost": (
        lambda h: shutil.rmtree(h / "lake/baseline"),
        2,
        "lake/baseline: missing. Restore it from a backup while nothing runs: cp -a",
    ),
    "a copy of the home has half": (copy_half, 1, "lake/story_links, 2025-03-01 to 2025-03-03: missing. Run these days again"),
    "a response of an upstream is cut off": (damage_response, 2, "lake/payloads/bodies/"),
    # Release
    "a table of the release is lost": (
        lambda h: (release(h) / INDEX).unlink(),
        1,
        f"published/releases/2025-03-03-…: {INDEX} is missing. Publish",
    ),
    "the manifest is lost": (
        lambda h: (release(h) / "datapackage.json").unlink(),
        1,
        "published/releases/2025-03-03-…: datapackage.json is missing",
    ),
    "hashes of the release are lost": (
        lambda h: (release(h) / SUMS).unlink(),
        1,
        f"published/releases/2025-03-03-…: {SUMS} is missing. Publish",
    ),
    "hashes of the release are garbage": (
        lambda h: replace(release(h) / SUMS, b"x"),
        1,
        f"published/releases/2025-03-03-…: {SUMS} is damaged",
    ),
    "releases have each other's file": (
        lambda h: (flip(release(h) / INDEX), swap(release(h) / INDEX, h / "published/releases/2025-03-02-0123456789" / INDEX)),
        2,
        f"published/releases/2025-03-02-0123456789: {INDEX} is not as it was written. It is not the newest: restore it",
    ),
    "a table too many": (
        lambda h: shutil.copy(release(h) / INDEX, release(h) / "tension_daily/1999.parquet"),
        1,
        "published/releases/2025-03-03-…: tension_daily/1999.parquet does not belong to the release. Publish again",
    ),
    "the database is garbage": (
        lambda h: replace(release(h) / "trade_tension.duckdb", b"no database"),
        1,
        "published/releases/2025-03-03-…: trade_tension.duckdb is not",
    ),
    "the database has a hole": (
        lambda h: overwrite_middle(release(h) / "trade_tension.duckdb"),
        1,
        "published/releases/2025-03-03-…: trade_tension.duckdb is not as it",
    ),
    "latest leads nowhere": (
        lambda h: link(h / "published/latest", "releases/none"),
        1,
        "published/latest: points to a release that is missing",
    ),
    "latest leads elsewhere": (
        lambda h: link(h / "published/latest", "../lake"),
        1,
        "published/latest: points to ../lake, which is no release",
    ),
    "latest is lost": (lambda h: (h / "published/latest").unlink(), 1, "published/latest: missing. Publish again: tension run"),
    "latest is a folder": (follow_link, 2, "published/latest: a folder instead of a link. Remove it and publish again: tension run"),
    "latest is a file": (
        lambda h: ((h / "published/latest").unlink(), (h / "published/latest").write_text("releases/x")),
        2,
        "published/latest: a file instead of a link. Remove it and publish again: tension run",
    ),
    "the database is a copy": (
        lambda h: ((h / "published/trade_tension.duckdb").unlink(), shutil.copy(release(h) / "trade_tension.duckdb", h / "published")),
        1,
        "published/trade_tension.duckdb: a file instead of a link into latest. Publish again",
    ),
    "the page is lost": (lambda h: (h / "published/report.html").unlink(), 1, "published/report.html: missing. Publish again: tension run"),
    # Home
    "the mark is garbage": (lambda h: mark(h, "{"), 2, "home.json: damaged. "),
    "the mark is lost": (lambda h: (h / "home.json").unlink(), 2, "home.json: damaged. "),
    "the home is of a later version": (lambda h: mark(h, '{"is_sample": false, "format": 99}'), 2, "home.json: damaged. "),
    "the history is garbage": (
        lambda h: replace(h / "dagster/history/runs.db", b"no database"),
        2,
        "dagster/history/runs.db: damaged (file is not",
    ),
    "the history has a damaged page": (break_page_of_history, 2, "dagster/history/runs.db: damaged ("),
    "the history of one run is garbage": (break_run_events, 2, "dagster/history/runs/"),
}


@pytest.mark.parametrize("name", CASES)
def test_damage_is_found_and_named_with_its_remedy(home: Path, name: str) -> None:
    damage, code, words = CASES[name]
    newest = release(home).name
    assert invoke("verify", "--home", home).exit_code == 0
    damage(home)
    result = invoke("verify", "--home", home)
    assert f"damaged: {words}" in result.output.replace(newest, "2025-03-03-…"), result.output
    assert result.exit_code == code
    status = invoke("status", "--home", home)
    assert status.exception is None or isinstance(status.exception, SystemExit), status.exception


def test_a_file_that_may_not_be_read_is_named(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.out, "_width", 1000)
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.chdir(folder)
        home = shutil.copytree(whole.home, Path(folder, "home"), symlinks=True)
        invoke("verify", "--home", home)  # imports as the owner
        (home / "lake/articles" / DAY).chmod(0)
        try:
            os.seteuid(user or 65534)  # root may read everything
            result = invoke("verify", "--home", home)
        finally:
            os.seteuid(user)
            monkeypatch.undo()
    assert f"lake/articles/{DAY}: cannot be read (Permission denied). Restore it" in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda home: mark(home, '{"is_sample": false, "format": 99}'),
            "was written by a later version (format 99; this version knows up to",
        ),
        (lambda home: (home / "home.json").unlink(), 'home.json is missing, although the home has data; write {"is_sample": false'),
        (lambda home: os.utime(home / "home.json", (time.time() + 10**7,) * 2), "set the clock. If it is right, run: touch"),
    ],
)
def test_a_run_refuses_a_home_that_it_would_spoil(whole: Whole, home: Path, damage: Callable[[Path], object], words: str) -> None:
    replace(home / "home.json", (home / "home.json").read_bytes())
    damage(home)
    before = sorted(path for path in home.rglob("*"))
    result = invoke("run", "--articles", whole.articles, "--home", home, *OPTIONS)
    assert result.exit_code == 1
    assert "".join(words.split()) in "".join(result.output.split())  # paths are wrapped
    assert sorted(path for path in home.rglob("*")) == before


#: Damage to what a run can make again, which it does without a word.
CACHES: tuple[Callable[[Path], object], ...] = (
    lambda home: replace(home / "article-files.json", b"{"),
    lambda home: replace(home / "lock.json", b"garbage"),
    lambda home: replace(home / "lake/state/inputs/findings.json", b"[]"),
    lambda home: flip(next(home.glob("readings/*/*.parquet"))),
    lambda home: (home / "lake/.new-findings").mkdir(),
    lambda home: (home / "published/releases/.staging").mkdir(),
)


def test_one_run_repairs_everything_that_runs_can_repair(whole: Whole, home: Path, tension: Tension) -> None:
    copied = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    for path in copied:
        replace(path, path.read_bytes())  # a run changes the history in place
    newest, expected = release(home), {path.name: path.read_bytes() for path in release(home).rglob("*.parquet")}
    names = ["a bit is flipped", "a day is lost", "the last day of a table is lost", "a table of the index is lost"]
    names += ["the manifest is lost", "the database has a hole", "a table too many", "the page is lost"]
    for name in names:
        CASES[name][0](home)
    for damage in CACHES:
        damage(home)
    run = tension("run", "--articles", whole.articles, "--home", home, *OPTIONS, cwd=home.parent)
    assert run.returncode == 0, run.stderr
    assert release(home) == newest
    assert {path.name: path.read_bytes() for path in newest.rglob("*.parquet")} == expected
    assert invoke("verify", "--home", home).exit_code == 0
