"""`tension run`: its output, its files, and a second run."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, QUARANTINE, READING_OUTCOMES
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
    """Return every file of a folder with its modification time and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    path = tmp_path / "wire.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in WIRE), encoding="utf-8")
    return path


def test_the_run_succeeds_and_prints_the_last_week(sample_run: SampleRun) -> None:
    assert sample_run.command.returncode == 0
    for word in ("week", "CHN-USA", "30 Nov", "tension", "concession", "stalemate"):
        assert word in sample_run.command.stdout


def test_the_output_says_that_the_data_are_the_sample(sample_run: SampleRun) -> None:
    assert SAMPLE_NOTE in flat(sample_run.command.stdout)


def test_the_run_accounts_for_every_row(sample_run: SampleRun) -> None:
    lake = Lake(sample_run.home / "lake")
    came_in, articles, duplicates, quarantined = (lake.read(table).height for table in (RAW_ARTICLES, ARTICLES, DUPLICATES, QUARANTINE))
    assert came_in == articles + duplicates + quarantined == lake.read(COVERAGE)["article_count"].sum()
    summary = f"{came_in} rows read of 2025-01-20 to 2025-11-30: {articles} articles, {duplicates} duplicates, {quarantined} in quarantine"
    assert summary in flat(sample_run.command.stdout)


def test_the_run_reports_unread_articles_and_why(sample_run: SampleRun) -> None:
    lake, printed = Lake(sample_run.home / "lake"), flat(sample_run.command.stdout)
    counts = dict(lake.read(READING_OUTCOMES)["outcome"].value_counts().iter_rows())
    assert sum(counts.values()) == lake.read(ARTICLES).height
    read = counts.pop("read")
    assert f"This run read {read} articles for signals; {sum(counts.values())} were not read (" in printed
    assert set(counts) == {"no_country", "one_country", "no_trade_policy"}
    for reason, count in (*counts.items(), *lake.read(QUARANTINE)["reason"].value_counts().iter_rows()):
        assert f"{count} {reason.replace('_', ' ')}" in printed


def test_the_run_prints_one_line_per_step_into_a_pipe(sample_run: SampleRun) -> None:
    lines = sample_run.command.stderr.splitlines()
    assert lines[0] == "loading …"
    numbers = [tuple(map(int, match.groups())) for line in lines if (match := re.match(r"(\d+)/(\d+) ", line))]
    assert numbers == [(number, len(numbers)) for number in range(1, len(numbers) + 1)]
    assert any(line.endswith(" reading articles") for line in lines)


def test_the_run_suggests_what_to_do_next(sample_run: SampleRun) -> None:
    for path in (sample_run.database, sample_run.published / "report.html"):
        assert path.exists()
        assert path.name in sample_run.command.stdout
    assert "make ui" in sample_run.command.stdout


def test_the_run_prints_no_traceback_or_library_warning(sample_run: SampleRun) -> None:
    assert "Traceback" not in sample_run.command.stderr
    assert "Warning" not in sample_run.command.stderr


def test_no_temporary_file_is_left(sample_run: SampleRun) -> None:
    assert list(sample_run.home.rglob("*.tmp")) == []
    assert [path for part in ("lake", "published") for path in (sample_run.home / part).rglob(".*")] == []


def test_the_report_names_the_sample_and_is_self_contained(sample_run: SampleRun) -> None:
    page = (sample_run.published / "report.html").read_text(encoding="utf-8")
    assert "not for citation" in page.lower()
    for mark in ('<script src="http', '<link rel="stylesheet" href="http', "@import"):
        assert mark not in page


def read_tables(lake: Path) -> dict[str, bytes]:
    """Read the files of a lake, but for digests of inputs.

    They differ, because the first run stores the first day of the baseline, which the second one reads.
    """
    return {name: content for name, (_, content) in files(lake).items() if not name.startswith("state/results/")}


@pytest.mark.slow
def test_a_second_run_changes_nothing_that_is_published(sample_run: SampleRun, tension: Tension, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home, symlinks=True)
    before, lake = files(home / "published" / "latest"), read_tables(home / "lake")
    database = (home / "published" / "trade_tension.duckdb").read_bytes()
    command = tension("run", "--home", home, cwd=tmp_path)
    assert command.returncode == 0, command.stderr
    assert files(home / "published" / "latest") == before
    assert [path.name for path in (home / "published" / "releases").iterdir()] == [sample_run.latest.resolve().name]
    assert (home / "published" / "trade_tension.duckdb").read_bytes() == database
    assert read_tables(home / "lake") == lake


def test_real_articles_are_refused_in_a_home_of_the_sample(sample_run: SampleRun, tension: Tension, wire: Path) -> None:
    before = sorted(sample_run.home.rglob("*"))
    command = tension("run", "--articles", wire, "--home", sample_run.home, cwd=wire.parent)
    assert command.returncode == 1
    assert "must not be mixed" in flat(command.stderr)
    assert "--home" in command.stderr
    assert "Traceback" not in command.stderr
    assert sorted(sample_run.home.rglob("*")) == before


@pytest.mark.slow
def test_a_run_with_an_unmounted_share_is_published_but_not_uploaded(tension: Tension, wire: Path) -> None:
    pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
    share = wire.parent / "unmounted" / "index"
    run = tension(
        "run", "--articles", wire.name, "--home", "home", "--pairs", "USA-CHN", cwd=wire.parent, TENSION_PUBLISH_TO=share.as_uri()
    )
    assert run.returncode == 5, run.stderr
    assert "not uploaded: " in run.stderr
    assert f"thereisnofolder{share};mounttheshare" in "".join(run.stderr.split())  # a long path is wrapped
    assert (wire.parent / "home/published/latest").exists()
    assert not share.parent.exists()


@pytest.mark.slow
def test_a_run_without_trade_figures_publishes_the_index(tension: Tension, wire: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_TRADE", str(wire.parent / "no_figures"))
    home = wire.parent / "home [v2]"  # brackets are no wildcard
    command = tension("run", "--articles", wire, "--home", home, "--pairs", "USA-CHN", cwd=wire.parent)
    assert command.returncode == 3
    assert "not rebuilt: raw_trade_flows keeps its last good version, if it has one" in flat(command.stderr)
    assert "flows.csv:cannotberead" in "".join(command.stderr.split())  # a long path is wrapped
    assert "Traceback" not in command.stderr
    assert "is_rebuilt" not in command.stderr
    assert not any("is_rebuilt" in line for line in Lake(home / "lake").warnings())  # `status` shows stale tables already
    with duckdb.connect(str(home / "published" / "trade_tension.duckdb"), read_only=True) as connection:
        stale = connection.sql("select table_name from stale_tables where reason like '%flows.csv%'").fetchall()
        ((days,),) = connection.sql("select count(*) from tension_pair_daily").fetchall()
        ((note,),) = connection.sql("select note from about").fetchall()
    assert note.endswith("100 is the average of only 2 articles on 2 days: do not interpret values yet.")
    assert ("raw_trade_flows",) in stale
    assert days > 0


@pytest.mark.slow
def test_real_headlines_are_read_and_every_row_is_accounted_for(tension: Tension, outside_data: Path, tmp_path: Path) -> None:
    headlines = outside_data / "news" / "guardian_headlines_2018_2020.parquet"
    if not headlines.exists():
        pytest.skip(f"there is no {headlines}")
    days = ("--from", "2018-06-01", "--to", "2018-06-30")
    command = tension("run", "--articles", headlines, *days, "--pairs", "USA-CHN", "--home", tmp_path / "home", cwd=tmp_path)
    assert command.returncode == 0, command.stderr
    assert SAMPLE_NOTE not in flat(command.stdout)
    lake = Lake(tmp_path / "home" / "lake")
    raw = lake.read(RAW_ARTICLES)
    ends = [lake.read(table).select("raw_id") for table in (ARTICLES, DUPLICATES, QUARANTINE)]
    assert 100 < raw.height < 1000  # those of the month; later ones are neither read nor quarantined
    assert raw["published_at"].str.starts_with("2018-06").all()
    assert sorted(pl.concat(ends)["raw_id"]) == sorted(raw["raw_id"])
    assert f"{raw.height:,} rows read of 2018-06-01 to 2018-06-30" in flat(command.stdout)
