"""`tension run`, as a person starts it: what it says, what it leaves, and what it does the second time."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.settings import SAMPLE_NOTE
from pipeline.warehouse.lake import Lake
from tests.conftest import SampleRun, Tension

WIRE = [
    {"source": "Strelsau Post", "published_at": "2025-03-03T10:00:00Z", "title": "China will tax U.S. soybeans at 15 percent", "body": ""},
    {"source": "Strelsau Post", "published_at": "2025-03-04T10:00:00Z", "title": "Rain is expected in the north", "body": ""},
]  # fmt: skip


def flat(text: str) -> str:
    return " ".join(text.split())


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder with its time of change and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in WIRE), encoding="utf-8")
    return path


def test_the_run_ends_well_and_prints_the_last_week(sample_run: SampleRun) -> None:
    assert sample_run.command.returncode == 0
    for word in ("week", "CHN-USA", "30 Nov", "tension", "concession", "stalemate"):
        assert word in sample_run.command.stdout


def test_the_run_says_that_it_is_the_sample(sample_run: SampleRun) -> None:
    assert SAMPLE_NOTE in flat(sample_run.command.stdout)


def test_the_run_accounts_for_every_row(sample_run: SampleRun) -> None:
    lake = Lake(sample_run.home / "lake")
    came_in, articles, duplicates, quarantined = (lake.read(table).height for table in (RAW_ARTICLES, ARTICLES, DUPLICATES, QUARANTINE))
    assert came_in == articles + duplicates + quarantined == lake.read(COVERAGE)["article_count"].sum()
    summary = f"{came_in} rows read of 2025-01-20 to 2025-11-30: {articles} articles, {duplicates} duplicates, {quarantined} in quarantine"
    assert summary in flat(sample_run.command.stdout)


def test_the_run_says_how_many_articles_were_not_read_and_why(sample_run: SampleRun) -> None:
    lake = Lake(sample_run.home / "lake")
    said = re.search(
        r"This run read (\d+) articles for signals; (\d+) were not read \((\d+) not about trade between countries\)",
        flat(sample_run.command.stdout),
    )
    assert said
    read, not_read, off_topic = map(int, said.groups())
    assert read + not_read == lake.read(ARTICLES).height
    assert not_read == off_topic > 0
    reasons = lake.read(QUARANTINE)["reason"].value_counts()
    for reason, count in reasons.iter_rows():
        assert f"{count} {reason.replace('_', ' ')}" in flat(sample_run.command.stdout)


def test_the_run_prints_a_line_for_each_step_into_a_pipe(sample_run: SampleRun) -> None:
    lines = sample_run.command.stderr.splitlines()
    assert lines[0] == "loading …"
    numbers = [tuple(map(int, found.groups())) for line in lines if (found := re.match(r"(\d+)/(\d+) ", line))]
    assert numbers == [(number, len(numbers)) for number in range(1, len(numbers) + 1)]
    assert any(line.endswith(" reading articles") for line in lines)


def test_the_run_tells_what_to_do_next(sample_run: SampleRun) -> None:
    for path in (sample_run.database, sample_run.published / "report.html"):
        assert path.exists()
        assert path.name in sample_run.command.stdout
    assert "make ui" in sample_run.command.stdout


def test_the_run_prints_no_traceback_and_no_warning_of_a_library(sample_run: SampleRun) -> None:
    assert "Traceback" not in sample_run.command.stderr
    assert "Warning" not in sample_run.command.stderr


def test_no_half_written_file_is_left(sample_run: SampleRun) -> None:
    assert list(sample_run.home.rglob("*.tmp")) == []


def test_the_report_says_that_it_is_the_sample_and_is_self_contained(sample_run: SampleRun) -> None:
    page = (sample_run.published / "report.html").read_text(encoding="utf-8")
    assert "not for citation" in page.lower()
    for mark in ('<script src="http', '<link rel="stylesheet" href="http', "@import"):
        assert mark not in page


@pytest.mark.slow
def test_a_second_run_changes_nothing_that_is_published(sample_run: SampleRun, tension: Tension, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home, symlinks=True)
    before, lake = files(home / "published" / "latest"), {name: content for name, (_, content) in files(home / "lake").items()}
    database = (home / "published" / "trade_tension.duckdb").read_bytes()
    said = tension("run", "--home", home, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert files(home / "published" / "latest") == before
    assert [path.name for path in (home / "published" / "releases").iterdir()] == [sample_run.latest.resolve().name]
    assert (home / "published" / "trade_tension.duckdb").read_bytes() == database
    assert {name: content for name, (_, content) in files(home / "lake").items()} == lake


def test_real_articles_are_refused_in_a_home_that_holds_the_sample(sample_run: SampleRun, tension: Tension, wire: Path) -> None:
    before = sorted(sample_run.home.rglob("*"))
    said = tension("run", "--articles", wire, "--home", sample_run.home, cwd=wire.parent)
    assert said.returncode == 1
    assert "must not be mixed" in flat(said.stderr)
    assert "--home" in said.stderr
    assert "Traceback" not in said.stderr
    assert sorted(sample_run.home.rglob("*")) == before


@pytest.mark.slow
def test_a_run_without_trade_figures_publishes_the_index(tension: Tension, wire: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_TRADE", str(wire.parent / "no_figures"))
    said = tension("run", "--articles", wire, "--home", wire.parent / "home", "--pairs", "USA-CHN", cwd=wire.parent)
    assert said.returncode == 3
    assert "not rebuilt: raw_trade_flows keeps its last good version" in flat(said.stderr)
    assert "flows.csv:cannotberead" in "".join(said.stderr.split())  # a long path is broken wherever the line ends
    assert "Traceback" not in said.stderr
    with duckdb.connect(str(wire.parent / "home" / "published" / "trade_tension.duckdb"), read_only=True) as connection:
        stale = connection.sql("select table_name from stale_tables where reason like '%flows.csv%'").fetchall()
        ((days,),) = connection.sql("select count(*) from tension_pair_daily").fetchall()
    assert ("raw_trade_flows",) in stale
    assert days > 0


@pytest.mark.slow
def test_real_headlines_are_read_and_every_row_is_accounted_for(tension: Tension, outside_data: Path, tmp_path: Path) -> None:
    headlines = outside_data / "news" / "guardian_headlines_2018_2020.parquet"
    if not headlines.exists():
        pytest.skip(f"there is no {headlines}")
    days = ("--from", "2018-06-01", "--to", "2018-06-30")
    said = tension("run", "--articles", headlines, *days, "--pairs", "USA-CHN", "--home", tmp_path / "home", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert SAMPLE_NOTE not in flat(said.stdout)
    lake = Lake(tmp_path / "home" / "lake")
    raw = lake.read(RAW_ARTICLES)
    ends = [lake.read(table).select("raw_id") for table in (ARTICLES, DUPLICATES, QUARANTINE)]
    assert 100 < raw.height < 1000  # those of the month; later ones are neither read nor set aside
    assert raw["published_at"].str.starts_with("2018-06").all()
    assert sorted(pl.concat(ends)["raw_id"]) == sorted(raw["raw_id"])
    assert f"{raw.height:,} rows read of 2018-06-01 to 2018-06-30" in flat(said.stdout)
