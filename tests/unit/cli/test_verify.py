"""`tension verify` and `tension status` find what is damaged or missing, and say what repairs it."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from pipeline.commands import console
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import core
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS
from pipeline.contracts.tables.index import BASELINE, TENSION_DAILY
from pipeline.defs.daily import GapError, require_every_day
from pipeline.durable_files import hash_file, write_sums
from pipeline.explorer.write import write_explorer
from pipeline.warehouse.home import COPY_OF, lock_home, mark_home, note_release
from pipeline.warehouse.lake import Lake
from tests.conftest import TENSION
from tests.unit.cli.conftest import Command, flat

WEEK = Days(date(2025, 3, 3), date(2025, 3, 9))
DAY = "2025/2025-03-05.parquet"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a week of empty days, two tables of the index, and a history of runs."""
    monkeypatch.setattr(console.out, "_width", 400)
    home = tmp_path / "home"
    mark_home(home, is_sample=False)
    lake = Lake(home / "lake")
    with lake.stage("days") as temporary:
        for table in core.TABLES:
            temporary.write_days(table, table.empty(), WEEK)
    for table in (BASELINE, TENSION_DAILY):
        lake.write(table, table.empty())
    (home / "dagster/history").mkdir(parents=True)
    with sqlite3.connect(home / "dagster/history/runs.db") as connection:
        connection.execute("create table runs (id integer)")
    connection.close()
    return home


def add_line(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(line)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


@pytest.mark.parametrize("name", ["verify", "status"])
def test_reading_a_home_writes_nothing_into_it(command: Command, home: Path, name: str) -> None:
    with closing(sqlite3.connect(home / "dagster/history/runs.db")) as connection:
        connection.execute("pragma journal_mode=wal")
    before = sorted(home.rglob("*"))
    result = command(name, "--home", home)
    assert (result.exit_code, sorted(home.rglob("*"))) == (0, before), result.output


def test_a_home_without_write_permission_is_not_damaged(home: Path) -> None:
    with closing(sqlite3.connect(home / "dagster/history/runs.db")) as connection:
        connection.execute("pragma journal_mode=wal")
    # Permissions bind root only without these capabilities.
    as_user = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root cannot give up its permissions: setpriv is missing")
    folders = [home, *(path for path in home.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        command = [*(as_user if os.geteuid() == 0 else []), str(TENSION), "verify", "--home", str(home)]
        result = subprocess.run(command, cwd=home.parent, capture_output=True, text=True, check=False)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert (result.returncode, flat(result.stdout)) == (0, f"{home} is complete: every file is as it was written"), result.stderr


def test_a_damaged_explorer_is_repaired_by_a_run(command: Command, home: Path) -> None:
    write_explorer(home / "published")
    assert "published/explorer" not in command("verify", "--home", home).output
    truncate(home / "published/explorer.html")
    result = command("verify", "--home", home)
    assert result.exit_code == 1
    assert "damaged: published/explorer.html: missing or damaged. Publish again: tension run" in result.output


def test_a_published_folder_elsewhere_is_verified(command: Command, home: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (home / "published").symlink_to(tmp_path / "disk")
    write_explorer(home / "published")
    truncate(home / "published/explorer.html")
    result = command("verify", "--home", home)
    assert result.exit_code == 1, result.exception
    assert "damaged: published/explorer.html: missing or damaged" in result.output


def test_what_hinders_verification_is_not_repaired_by_a_run(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "a week")
    result = command("verify", "--home", home)
    assert (result.exit_code, "half_life_days" in result.output) == (2, True)


@pytest.fixture
def unreachable(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the home's lake the copy of one whose server is away."""
    pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("TENSION_LAKE_URL", "s3://bucket/lake")
    (home / "lake" / COPY_OF).write_text('{"url": "s3://bucket/lake"}', encoding="utf-8")
    return "lake: cannot be read. s3://bucket/lake: no connection to the server; check the endpoint (AWS_ENDPOINT_URL) and the network"


def test_status_survives_a_lake_that_cannot_be_reached(command: Command, home: Path, unreachable: str) -> None:
    result = command("status", "--home", home)
    assert result.exit_code == 1, result.exception
    lines = [line.split(maxsplit=1)[0] for line in result.output.splitlines()]
    assert lines[:3] == ["published", "newest", "baseline"]
    assert "published  nothing yet" in result.output
    assert f"damaged    {unreachable}" in result.output
    assert lines.count("damaged") == 1


def test_verify_needs_a_person_for_a_lake_that_cannot_be_reached(command: Command, home: Path, unreachable: str) -> None:
    (home / "home.json").write_text("{", encoding="utf-8")
    result = command("verify", "--home", home)
    assert result.exit_code == 2, result.exception
    assert f"damaged: {unreachable}" in result.output
    assert "damaged: home.json" in result.output


def test_status_survives_a_copy_of_another_lake(command: Command, home: Path) -> None:
    (home / "lake" / COPY_OF).write_text('{"url": "s3://bucket/lake"}', encoding="utf-8")
    result = command("status", "--home", home)
    assert result.exit_code == 1, result.exception
    assert "published  nothing yet" in result.output
    assert "is a copy of s3://bucket/lake; set lake_url to it" in result.output


def test_a_home_in_use_is_not_called_damaged_by_a_backup(command: Command, home: Path) -> None:
    truncate(home / "lake/articles" / DAY)
    with (home / "lock.json").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        in_use = command("backup", "copy", "--home", home)
    assert in_use.exit_code == 4, in_use.output
    damaged = command("backup", "copy", "--home", home)
    assert (damaged.exit_code, "is damaged: lake/articles, 2025-03-05" in flat(damaged.output)) == (1, True)


def test_a_home_without_damage_is_complete(command: Command, home: Path) -> None:
    result = command("verify", "--home", home)
    assert (result.exit_code, result.output) == (0, f"{home} is complete: every file is as it was written\n")


def test_a_home_of_an_earlier_format_is_to_be_converted(command: Command, home: Path) -> None:
    (home / "home.json").write_text('{"is_sample": false}', encoding="utf-8")
    for path in (home / "lake").rglob("SHA256SUMS"):
        path.unlink()
    result = command("verify", "--home", home)
    assert result.output.startswith("damaged: lake: of an earlier version. Convert it, with all article files: tension run\n1 problem in ")
    assert f": runs with --articles PATHS --home {home} and the options above repair 1" in flat(result.output)
    assert result.exit_code == 1


def test_a_table_is_missing_if_only_the_newest_release_has_it(command: Command, home: Path) -> None:
    (home / "published/releases/2025-03-09-0000000000/weights").mkdir(parents=True)
    (home / "published/latest").symlink_to("releases/2025-03-09-0000000000")
    output = flat(command("verify", "--home", home).output)
    assert "lake/weights: missing. It is built by every run" in output
    assert "lake/countries" not in output


def test_a_changed_and_a_foreign_file_of_a_release_are_named(command: Command, home: Path) -> None:
    release = home / "published/releases/2025-03-09-0000000000"
    (release / "weights").mkdir(parents=True)
    (release / "weights/weights.parquet").write_bytes(b"content")
    write_sums(release, {"weights/weights.parquet": hash_file(release / "weights/weights.parquet")})
    (home / "published/latest").symlink_to("releases/2025-03-09-0000000000")
    assert "published/releases" not in command("verify", "--home", home).output
    (release / "weights/weights.parquet").write_bytes(b"other")
    (release / "weights/1999.parquet").write_bytes(b"content")
    result = command("verify", "--home", home)
    assert "weights/weights.parquet is not as it was written, weights/1999.parquet does not belong to the release" in flat(result.output)


@pytest.mark.parametrize("content", [None, [], ["inbox"], ["dagster"]])
def test_a_folder_without_a_lake_is_no_home(command: Command, tmp_path: Path, content: list[str] | None) -> None:
    folder = tmp_path / "elsewhere"
    for name in content or ():
        (folder / name).mkdir(parents=True)
    if content == []:
        folder.mkdir()
    result = command("verify", "--home", folder)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no home: it has no folder lake; nothing was verified" in flat(result.stderr)


@pytest.mark.parametrize("part", ["home.json", "published", "readings"])
def test_a_lost_lake_is_damage_while_any_part_is_left(command: Command, tmp_path: Path, part: str) -> None:
    (tmp_path / "home" / part).mkdir(parents=True)
    if part == "home.json":
        (tmp_path / "home" / part).rmdir()
        mark_home(tmp_path / "home", is_sample=False)
        note_release(tmp_path / "home", "2025-03-09-0000000000")
    verified, status = command("verify", "--home", "home"), command("status", "--home", "home")
    words = "lake: missing. Restore the backup into a new home: tension restore BACKUP --home NEW, or read all days again: tension run"
    assert (verified.exit_code, f"damaged: {words}" in flat(verified.output)) == (2, True)
    assert status.exit_code == 1
    assert "lake: missing. Restore the backup" in flat(status.output)
    assert "is empty" not in status.output


def test_a_lake_that_a_failed_run_left_empty_is_damage(command: Command, home: Path) -> None:
    shutil.rmtree(home / "lake")
    Lake(home / "lake").note_warnings(["a.check: its reason"])
    assert "is empty" in command("status", "--home", home).output
    (home / "published/releases/2025-03-09-0000000000").mkdir(parents=True)
    (home / "published/latest").symlink_to("releases/2025-03-09-0000000000")
    assert "lake: without articles. Restore the backup" in flat(command("status", "--home", home).output)


def test_a_first_run_that_has_made_no_lake_yet_is_no_damage(command: Command, tmp_path: Path) -> None:
    mark_home(tmp_path / "home", is_sample=False)
    with lock_home(tmp_path / "home", "tension run"):
        assert "home is empty. In use: `tension run`, process " in flat(command("status", "--home", "home").output)
    assert flat(command("status", "--home", "home").output).endswith(" run --articles PATHS --home home")


def test_a_home_whose_first_run_failed_is_empty(command: Command, tmp_path: Path) -> None:
    days = ("--from", "2025-03-03", "--to", "2025-03-04")
    assert command("run", "--home", "home", "--articles", "missing.jsonl", *days).exit_code == 1
    assert (tmp_path / "home/home.json").exists()
    status, verified = command("status", "--home", "home"), command("verify", "--home", "home")
    assert (status.exit_code, "home is empty. Next: " in flat(status.output)) == (0, True)
    assert (verified.exit_code, verified.output) == (0, "home is empty: nothing was written yet\n")


def test_published_files_that_are_lost_are_damage_after_a_release(command: Command, home: Path) -> None:
    assert command("verify", "--home", home).exit_code == 0
    note_release(home, "2025-03-09-0000000000")
    mark_home(home, is_sample=False)
    verified, status = command("verify", "--home", home), command("status", "--home", home)
    words = "published: missing. Publish again: tension run (earlier releases: from a backup)"
    assert (verified.exit_code, f"damaged: {words}" in verified.output) == (1, True)
    assert (status.exit_code, words in status.output) == (1, True)


@pytest.mark.parametrize(
    ("break_it", "exit_code", "words"),
    [
        (lambda home: truncate(home / "lake/articles" / DAY), 1, "lake/articles, 2025-03-05: not as it was written. Run"),
        (lambda home: (home / "lake/findings" / DAY).unlink(), 1, "lake/findings, 2025-03-05: missing. Run these days"),
        (lambda home: truncate(home / "lake/tension_daily/tension_daily.parquet"), 1, "lake/tension_daily: not as it was written. It is"),
        (lambda home: (home / "lake/coverage/SHA256SUMS").write_text("x\n"), 1, "lake/coverage/SHA256SUMS: damaged. Run all days again"),
        (
            lambda home: add_line(home / "lake/raw_articles/SHA256SUMS", f"{'0' * 64}  2025/2025-13-05.parquet\n"),
            2,
            "lake/raw_articles/SHA256SUMS: names files that are no days of the table. Remove the lines with 2025/2025-13-05.parquet",
        ),
        (lambda home: (home / "lake/baseline/baseline.parquet").unlink(), 2, "lake/baseline: missing. Restore it from a backup while"),
        (lambda home: (home / "home.json").write_text("{"), 2, "home.json: damaged"),
        (lambda home: truncate(home / "dagster/history/runs.db"), 2, "dagster/history/runs.db: damaged (file is not a database). Delete"),
    ],
)
def test_damage_is_listed_with_its_remedy(
    command: Command, home: Path, break_it: Callable[[Path], object], exit_code: int, words: str
) -> None:
    break_it(home)
    result = command("verify", "--home", home)
    assert result.exit_code == exit_code, result.exception
    assert f"damaged: {words}" in result.output
    assert result.output.count("damaged: ") == 1


@pytest.mark.parametrize("name", ["lake/coverage", "lake/reading_outcomes", "lake/quarantine"])
@pytest.mark.parametrize("content", [b"", b"PAR1 and no more"])
def test_status_survives_a_damaged_table(command: Command, home: Path, name: str, content: bytes) -> None:
    (home / name / DAY).write_bytes(content)
    result = command("status", "--home", home)
    assert result.exit_code == 1, result.exception
    assert f"{home / name / DAY} is damaged" in result.output
    assert "published  nothing yet" in result.output
    assert f"verify --home {home}" in result.output


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda home: (home / "home.json").write_text("{"), "home.json: damaged"),
        (lambda home: (home / "lake/findings" / DAY).unlink(), "lake/findings, 2025-03-05: missing"),
        (lambda home: dangle(home / "published"), "published/latest: points to a release that is missing"),
    ],
)
def test_status_lists_what_is_missing(command: Command, home: Path, break_it: Callable[[Path], object], words: str) -> None:
    break_it(home)
    result = command("status", "--home", home)
    assert result.exit_code == 1, result.exception
    assert words in result.output


def test_a_history_on_a_full_disk_is_not_called_damaged(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truncate(home / "dagster/history/runs.db")
    assert "history/runs.db: damaged" in command("verify", "--home", home).output
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(1, 1, 0))
    output = flat(command("verify", "--home", home).output)
    assert "history/runs.db: cannot be read, since the disk is full. Free some space" in output
    assert "Delete the folder" not in output
    assert "full or damaged; free some space" in str(console.explain_disk_problem("(sqlite3.OperationalError) disk I/O error"))


def test_files_that_a_run_has_not_finished_are_no_damage(command: Command, home: Path) -> None:
    (home / "lake/findings" / DAY).unlink()
    (home / "lake/tension_daily/SHA256SUMS").unlink()
    with lock_home(home, "tension run"):
        status, verified = command("status", "--home", home), command("verify", "--home", home)
        truncate(home / "dagster/history/runs.db")
        damaged = command("status", "--home", home)
    assert (status.exit_code, "damaged" in status.output) == (0, False), status.output
    assert status.output.startswith("in use     `tension run`, process ")
    assert (verified.exit_code, "lake/findings, 2025-03-05: missing" in verified.output) == (1, True)
    assert (damaged.exit_code, damaged.output.count("damaged  ")) == (1, 1)
    assert command("status", "--home", home).output.count("damaged  ") == 3


def dangle(published: Path) -> None:
    published.mkdir()
    (published / "latest").symlink_to("releases/2025-03-09-0000000000")


def test_a_lost_day_is_no_quiet_day(home: Path) -> None:
    lake = Lake(home / "lake")
    require_every_day(lake)
    for table in core.TABLES:
        (lake.root / table.name / DAY).unlink()
    with pytest.raises(GapError, match=r"1 of the days .* are not in .* Read them: tension run --from 2025-03-05 --to 2025-03-05"):
        require_every_day(lake)
    require_every_day(lake, Days(date(2025, 3, 5), date(2025, 3, 5)))


@pytest.mark.parametrize("table", [ARTICLES, COVERAGE, FINDINGS])
def test_the_last_day_cannot_be_lost_either(home: Path, table: Table) -> None:
    (home / "lake" / table.name / "2025/2025-03-09.parquet").unlink()
    with pytest.raises(GapError, match=rf"tables {table.name}\).*--from 2025-03-09 --to 2025-03-09"):
        require_every_day(Lake(home / "lake"))


def test_days_between_two_ranges_that_were_read_are_a_gap(home: Path) -> None:
    with pytest.raises(GapError, match=r"3 of the days .* --from 2025-03-10 --to 2025-03-12"):
        require_every_day(Lake(home / "lake"), Days(date(2025, 3, 13), date(2025, 3, 14)))
