"""`tension status`: five lines about a home, and all tables with `--all`."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import polars as pl
import pytest

from pipeline import __version__, clock
from pipeline.commands import console
from pipeline.contracts.days import Days
from pipeline.contracts.sources import RECENT_DAYS
from pipeline.contracts.tables import core
from pipeline.contracts.tables.index import BASELINE, TENSION_PAIR_DAILY
from pipeline.contracts.tables.raw import FETCHES, RAW_TARIFFS
from pipeline.contracts.tables.stories import STORIES
from pipeline.durable_files import SUMS, write_sums
from pipeline.settings import Settings
from pipeline.warehouse.home import lock_home, read_mark
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.migrations import FORMAT
from pipeline.warehouse.object_store import open_bucket, run
from pipeline.warehouse.run_history import describe_failed_run
from pipeline.warehouse.uploads import HOME_ID, identify_home, upload_release
from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat

FAILURE, SUCCESS = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
DAYS = {"dagster/asset_partition_range_start": "2025-05-01", "dagster/asset_partition_range_end": "2025-05-02"}


@pytest.fixture(autouse=True)
def _print_long_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.out, "_width", 400)


@pytest.fixture
def home(sample_run: SampleRun, tmp_path: Path) -> Path:
    """A copy of the home of the sample, without what status does not read.

    Tables and databases are linked, because they are replaced and not changed in place.
    """

    def copy(source: str, target: str) -> None:
        (os.link if source.endswith((".parquet", ".duckdb")) else shutil.copy2)(source, target)

    ignored = shutil.ignore_patterns("dagster", "readings")
    return Path(shutil.copytree(sample_run.home, tmp_path / "copy", symlinks=True, ignore=ignored, copy_function=copy))


def test_an_empty_home_names_the_next_command(command: Command, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for options in (("--home", tmp_path / "nothing"), ()):  # without the option: the default home, which does not exist
        result = command("status", *options)
        assert result.exit_code == 0
        assert "is empty" in flat(result.output)
        assert "tension run --home" in flat(result.output)
    assert list(tmp_path.rglob("*")) == [tmp_path / "nothing"]


def test_a_folder_of_articles_is_not_called_an_empty_home(command: Command, tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text("{}\n", encoding="utf-8")
    result = command("status", "--home", tmp_path)
    assert result.exit_code == 1
    assert "is no home, the folder of an index" in flat(result.stderr)


def test_status_of_a_missing_home_is_refused_and_creates_none(command: Command, tmp_path: Path) -> None:
    result = command("status", "--home", tmp_path / "missing")
    assert result.exit_code == 1
    assert flat(result.stderr).replace(" ", "") == f"tension: there is no home at {tmp_path}/missing; check --home".replace(" ", "")
    assert not (tmp_path / "missing").exists()


def test_a_home_is_described_in_five_lines(command: Command, sample_run: SampleRun) -> None:
    result = command("status", "--home", sample_run.home)
    assert result.exit_code == 0, result.exception
    published, fresh, failed, not_read, following = result.output.splitlines()
    assert published.startswith(f"published  release {sample_run.latest.resolve().name} with BRA-USA, CAN-USA, CHN-USA")
    assert "2025-01-20 to 2025-11-30, of the bundled sample" in published
    assert fresh.startswith("newest     articles up to 2025-11-30 (")
    assert failed.split() == ["failed", "nothing"]
    assert "2 duplicates, 7 in quarantine (" in not_read
    assert "1 missing source" in not_read
    assert following.split()[0] == "next"
    assert "tension run --articles PATH" in following


def test_the_newest_article_is_before_days_without_any(command: Command, home: Path) -> None:
    lake, days = Lake(home / "lake"), Days(date(2025, 12, 1), date(2025, 12, 9))
    for table in core.TABLES:
        lake.write_days(table, table.empty(), days)
    newest = command("status", "--home", home).output.splitlines()[1]
    assert newest.startswith("newest     articles up to 2025-11-30 (")
    assert ", none on the later days up to 2025-12-09" in newest


def test_the_time_of_publication_is_that_of_the_run(command: Command, home: Path) -> None:
    def read_line() -> str:
        return command("status", "--home", home).output.splitlines()[1].rstrip()

    release = (home / "published/latest").resolve().name
    mark = json.loads((home / "home.json").read_text(encoding="utf-8"))
    (home / "home.json").write_text(json.dumps(mark | {"published_at": "2025-12-01 06:00 UTC"}), encoding="utf-8")
    os.utime(home / "published/releases" / release, (0, 0))  # as a copy may change it
    assert read_line().endswith(" ago), published 2025-12-01 06:00 UTC")
    (home / "home.json").write_text(json.dumps({"is_sample": True, "format": FORMAT}), encoding="utf-8")  # of an earlier version
    assert read_line().endswith(" ago)")


def test_a_baseline_of_few_articles_has_a_line(command: Command, home: Path) -> None:
    lake = Lake(home / "lake")
    lake.write(BASELINE, lake.read(BASELINE).with_columns(article_count=pl.lit(1, pl.Int64())))
    (line,) = [line for line in command("status", "--home", home).output.splitlines() if line.startswith("baseline")]
    assert "100 is the average of only" in line


def test_a_pair_that_should_be_published_has_a_line(command: Command, home: Path) -> None:
    lake = Lake(home / "lake")
    lake.write(TENSION_PAIR_DAILY, lake.read(TENSION_PAIR_DAILY).filter(pl.col("pair") != "CHN-USA"))
    (line,) = [line for line in command("status", "--home", home).output.splitlines() if line.startswith("pairs")]
    assert "signals are about pairs that are not published, most often CHN-USA (" in line
    assert line.rstrip().endswith("add --pairs CHN-USA,BRA-USA,CAN-USA,EUN-USA,IND-USA,JPN-USA,MEX-USA")


def test_checks_that_failed_in_the_run_have_a_line(command: Command, home: Path) -> None:
    Lake(home / "lake").note_warnings(["coverage.more_accepted: its feed\nmay be broken", "stories.second: a reason"])
    (line,) = [line for line in command("status", "--home", home).output.splitlines() if line.startswith("warnings")]
    assert line.rstrip().split(maxsplit=1)[1] == "coverage.more_accepted: its feed may be broken; stories.second: a reason"
    Lake(home / "lake").note_warnings([])
    assert "warnings" not in command("status", "--home", home).output


def test_stories_without_links_have_a_line(command: Command, home: Path) -> None:
    lake = Lake(home / "lake")
    stories = lake.read(STORIES)
    lake.write(STORIES, stories.with_columns(url=pl.lit(None, pl.String())))
    (line,) = [line for line in command("status", "--home", home).output.splitlines() if line.startswith("links")]
    assert (
        line.rstrip().split(maxsplit=1)[1]
        == f"0 of {stories.height} stories have one; url is optional, and only web addresses in it are used"
    )


def test_a_home_of_own_articles_is_not_called_the_sample(command: Command, home: Path) -> None:
    (home / "home.json").write_text('{"is_sample": false}', encoding="utf-8")
    printed = command("status", "--home", home).output
    assert "bundled sample" not in printed
    (line,) = [line.rstrip() for line in printed.splitlines() if "to add days (with all article files): " in line]
    assert line.endswith(f"tension run --articles PATHS --home {home}")


def test_the_uploaded_release_is_compared_with_the_newest(
    command: Command, tmp_path: Path, sample_run: SampleRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
    monkeypatch.setenv("TENSION_PUBLISH_TO", f"file://{tmp_path}/share")
    newest = sample_run.latest.resolve()

    def read_line() -> str:
        return command("status", "--home", sample_run.home).output.splitlines()[1].rstrip()

    assert read_line() == (
        f"uploaded   unknown: file://{tmp_path}/share: there is no folder {tmp_path}/share; mount the share, create the folder, or correct "
        "the URL"
    )
    assert not (tmp_path / "share").exists()
    (tmp_path / "share").mkdir()
    assert read_line() == f"uploaded   nothing yet at file://{tmp_path}/share"
    bucket = open_bucket(f"file://{tmp_path}/share")
    older = tmp_path / "2025-11-29-0123456789"
    older.mkdir()
    write_sums(older, {})
    run(upload_release(bucket, older, "a"))
    assert f"lags behind {newest.name}: the next run uploads it" in read_line()
    later = tmp_path / "2099-01-01-0123456789"
    later.mkdir()
    write_sums(later, {})
    run(upload_release(bucket, later, "a"))
    refused = command("status", "--home", sample_run.home)
    assert f"refused: file://{tmp_path}/share has release {later.name} of another home" in refused.output
    assert "No run uploads it until you set another prefix in publish_to" in refused.output
    assert refused.exit_code == 1
    assert not (sample_run.home / HOME_ID).exists()
    (tmp_path / "share/latest.json").unlink()
    run(upload_release(bucket, newest, "a"))
    assert read_line().startswith(f"uploaded   release {newest.name} at file://{tmp_path}/share, uploaded ")
    assert "lags" not in read_line()


def test_an_uploaded_release_of_a_later_day_does_not_lag(
    command: Command, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
    (tmp_path / "share").mkdir()
    monkeypatch.setenv("TENSION_PUBLISH_TO", f"file://{tmp_path}/share")
    later = home / "published/releases/2099-01-01-0123456789"
    later.mkdir()
    write_sums(later, {})
    run(upload_release(open_bucket(f"file://{tmp_path}/share"), later, identify_home(home)))
    ahead = command("status", "--home", home).output
    assert f"of a later day than {(home / 'published/latest').resolve().name}: the next run replaces it by its own" in ahead
    assert "lags" not in ahead
    (later / SUMS).unlink()
    later.rmdir()
    refused = command("status", "--home", home)
    assert f"refused: file://{tmp_path}/share has release {later.name}, " in refused.output
    assert "which this home lacks" in refused.output
    assert refused.exit_code == 1


def test_changed_files_of_a_release_are_left_to_verify(command: Command, home: Path) -> None:
    with (home / "published/latest/tension_index.csv").open("a") as file:
        file.write("x")
    assert command("status", "--home", home).exit_code == 0
    result = command("verify", "--home", home)
    assert result.exit_code != 0
    assert "tension_index.csv is not as it was written" in flat(result.output)


def test_all_tables_are_listed_on_request(command: Command, sample_run: SampleRun) -> None:
    assert "tension_pair_daily" not in command("status", "--home", sample_run.home).output
    result = command("status", "--home", sample_run.home, "--all")
    for word in ("7 in quarantine", "1 missing_source", "tension_pair_daily", sample_run.latest.resolve().name):
        assert word in flat(result.output)


def test_a_stale_table_is_listed_as_failed(command: Command, home: Path) -> None:
    Lake(Settings(home=home).lake).mark_stale(RAW_TARIFFS, "tariffs.csv: has no column rate_pct")
    failed = command("status", "--home", home).output.splitlines()[2].rstrip()
    assert failed.endswith("raw_tariffs was not rebuilt: tariffs.csv: has no column rate_pct")


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"dagster/sensor_name": "inbox", **DAYS}, "the last run, at 2025-05-02 09:16 UTC (sensor inbox, 2025-05-01 to 2025-05-02)"),
        ({"started by": "tension run"}, "the last run, at 2025-05-02 09:16 UTC (tension run)"),
        ({}, "the last run, at 2025-05-02 09:16 UTC"),
    ],
)
def test_a_failed_run_is_listed_until_a_later_one_succeeds(command: Command, home: Path, tags: dict[str, str], words: str) -> None:
    history = home / "dagster" / "history"

    def read_line() -> str:
        return command("status", "--home", home).output.splitlines()[2].split(maxsplit=1)[1].strip()

    history.parent.mkdir()
    with dg.DagsterInstance.local_temp(str(home / "dagster")) as instance:
        run_id = instance.add_run(dg.DagsterRun("trade_tension", run_id=str(uuid4()), tags=tags, status=FAILURE)).run_id
        with closing(sqlite3.connect(history / "runs.db")) as connection, connection:
            connection.execute(
                "update runs set end_time = ? where run_id = ?", (datetime(2025, 5, 2, 9, 16, tzinfo=UTC).timestamp(), run_id)
            )
        assert read_line() == f"{words}: see it with make ui HOME_DIR={home}"
        for job, other in (("fetch_rss", {}), ("trade_tension", {"started by": "tension fetch"})):
            instance.add_run(dg.DagsterRun(job, run_id=str(uuid4()), tags=other, status=SUCCESS))
        instance.add_run(dg.DagsterRun("trade_tension", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED, tags=tags))
        with lock_home(home, "tension run"):
            assert describe_failed_run(home / "dagster", LONG_AGO) == words
            assert "killed" not in command("status", "--home", home).output
        assert read_line().startswith("the last run, which was killed")
        instance.add_run(dg.DagsterRun("trade_tension", run_id=str(uuid4()), status=SUCCESS, tags=tags))
        assert read_line() == "nothing"


def test_a_run_of_other_days_does_not_make_up_for_a_failed_one(home: Path) -> None:
    (home / "dagster" / "history").mkdir(parents=True)
    days = [f"2025-05-0{day}" for day in (1, 2, 3)]

    def tag(first: str, last: str) -> dict[str, str]:
        return dict(zip(DAYS, (first, last), strict=True))

    with dg.DagsterInstance.local_temp(str(home / "dagster")) as instance:

        def add(status: dg.DagsterRunStatus, tags: dict[str, str]) -> str | None:
            instance.add_run(dg.DagsterRun("trade_tension", run_id=str(uuid4()), tags=tags, status=status))
            return describe_failed_run(home / "dagster", LONG_AGO)

        assert add(FAILURE, tag(days[0], days[1])) == "the last run (2025-05-01 to 2025-05-02)"
        for other in (tag(days[1], days[2]), {}):
            assert add(SUCCESS, other) == "an earlier run (2025-05-01 to 2025-05-02)"
        assert describe_failed_run(home / "dagster", clock.now() + timedelta(days=1)) is None
        assert add(SUCCESS, tag(days[0], days[0])) is None
        assert add(FAILURE, tag(days[0], days[1])) == "the last run (2025-05-01 to 2025-05-02)"
        assert add(SUCCESS, {**tag(days[2], days[2]), "started by": "tension run"}) is None


def test_a_history_in_postgres_is_not_called_free_of_failures(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_POSTGRES_URL", "postgresql+psycopg2://user:secret@host/dagster")
    (line,) = [line for line in command("status", "--home", home).output.splitlines() if line.startswith("failed")]
    assert line.split(maxsplit=1)[1].strip() == "the history of runs is in Postgres, which status does not read: see the runs in the UI"


def test_a_history_that_cannot_be_read_names_no_run(tmp_path: Path) -> None:
    assert describe_failed_run(tmp_path, LONG_AGO) is None
    (tmp_path / "history").mkdir()
    (tmp_path / "history/runs.db").write_bytes(b"no database")
    assert describe_failed_run(tmp_path, LONG_AGO) is None


def test_a_run_records_its_release_in_the_home(sample_run: SampleRun) -> None:
    mark = read_mark(sample_run.home)
    assert mark is not None
    assert mark.release == sample_run.latest.resolve().name


def test_a_request_that_succeeded_later_is_not_listed_as_failed(command: Command, home: Path) -> None:
    now = clock.now()
    requests = FETCHES.example(4).with_columns(
        source=pl.lit("rss"),
        item=pl.Series(["Post", "Post", "Courier", "Ledger"]),
        outcome=pl.Series(["failed", "stored", "failed", "refused"]),
        asked_at=pl.Series([now - timedelta(hours=hours) for hours in (3, 2, 1, 1)], dtype=pl.Datetime("us", "UTC")),
    )
    Lake(Settings(home=home).lake).write(FETCHES, requests)
    failed = command("status", "--home", home).output.splitlines()[2].split(maxsplit=1)[1]
    assert failed.strip() == f"2 requests to rss in {RECENT_DAYS} days"


def test_the_version_is_printed(command: Command) -> None:
    result = command("--version")
    assert (result.exit_code, result.output.strip()) == (0, __version__)


def test_the_help_lists_the_commands(command: Command) -> None:
    assert all(name in command("--help").output for name in ("run", "extract", "explain", "evaluate", "validate", "status"))
