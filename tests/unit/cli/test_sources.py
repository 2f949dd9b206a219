"""`tension sources` and `tension fetch`: the state of each source, and errors when nothing can be fetched."""

import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.settings import Settings
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import FetchResult, Outcome, Payload, Request
from pipeline.warehouse.lake import Lake
from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
HOSTILE = "Post [bold red]free[/] [link=https://a.example]x[/link]\x1b[2J"
FEED = "<rss version='2.0'><channel><item><guid>1</guid><title>Ruritania taxes glass</title><pubDate>{}</pubDate></item></channel></rss>"


@pytest.fixture(autouse=True)
def set_width_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setattr(clock, "now", lambda: NOW)


def enable(folder: Path, *names: str) -> None:
    """Write a `tension.toml` with these upstreams enabled."""
    (folder / "tension.toml").write_text(
        f'home = "home"\nfirst_day = 2025-01-01\n[sources]\non = {list(names)}\ncomtrade.pairs = ["CHN-USA"]\n'
        'rss.feeds = [{ name = "Post", url = "https://post.example/feed" }]\n',
        encoding="utf-8",
    )


def store_response(folder: Path, item: str, outcome: Outcome, *, item_day: date = TODAY, detail: str = "") -> None:
    """Store a response of a feed from a minute ago, with one item of that day, or a failure."""
    at = NOW - timedelta(minutes=1)
    request = Request("rss", item, "https://post.example/feed", TODAY)
    body = FEED.format(f"{item_day}T00:00:00Z").encode()
    payload = Payload("rss", item, TODAY, request.url, at, "application/rss+xml", body) if outcome == "stored" else None
    archive = Archive(folder / "home" / "lake" / "payloads")
    archive.store(FetchResult(request, outcome, at, 1, 200, payload, detail), request.url)


def test_a_fetch_without_any_response_exits_with_1(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    (tmp_path / "tension.toml").write_text(
        'home = "home"\nfirst_day = 2025-03-01\n[sources]\non = ["rss"]\nnetwork = { tries = 1, private_hosts = ["127.0.0.1"] }\n'
        f'rss.feeds = [{{ name = "Post", url = "http://127.0.0.1:{port}/feed" }}]\n',
        encoding="utf-8",
    )
    monkeypatch.undo()  # the clock
    monkeypatch.chdir(tmp_path)
    fetched, status = command("fetch", "rss"), command("status")
    assert (fetched.exit_code, "tension: every request failed (1); stored responses are" in flat(fetched.stderr)) == (1, True)
    assert status.exit_code == 0
    assert "home is empty; 1 request to rss in 7 days failed: see " in flat(status.output)


def find_line(source: str, printed: str) -> str:
    return next(" ".join(line.split()) for line in printed.splitlines() if line.startswith(f" {source} "))


def test_without_sources_the_command_says_how_to_add_one(command: Command, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    result = command("sources", "--home", tmp_path / "nothing")
    assert result.exit_code == 0
    assert "--articles" in flat(result.output)
    assert "tension.example.toml" in flat(result.output)
    assert list((tmp_path / "nothing").iterdir()) == []


def test_an_upstream_without_requests_is_listed_with_its_next_time(command: Command, tmp_path: Path) -> None:
    names = ("rss", "gdelt", "federal_register", "census", "comtrade")
    enable(tmp_path, *names)
    printed = command("sources").output
    for name in names:
        assert find_line(name, printed).startswith(f"{name} never 0 no data ! 0 0 ")
    assert find_line("rss", printed).endswith(":10")
    assert find_line("gdelt", printed).endswith("05:30")


def test_a_source_shows_success_rows_newest_day_lag_gaps_and_failures(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    store_response(tmp_path, "Post", "stored", item_day=TODAY - timedelta(days=1))
    store_response(tmp_path, "Courier", "failed", detail="https://courier.example: it answered 500")
    store_response(tmp_path, "Gazette", "missing", detail="https://gazette.example: it answered 404")
    row = RAW_ARTICLES.example().with_columns(
        pl.lit("rss/Post/20260310T060000Z-0123456789ab#1").alias("raw_id"), pl.lit(TODAY).alias("index_date")
    )
    Lake(Settings(home=tmp_path / "home").lake).write_days(RAW_ARTICLES, row, Days(TODAY, TODAY))
    printed = command("sources").output
    fetched = f"{NOW - timedelta(minutes=1):today %H:%M}"
    assert find_line("rss", printed).startswith(f"rss {fetched} 1 {TODAY - timedelta(days=1)} 1 d 1 1 ")
    assert "it answered" in flat(printed)


def test_old_data_are_late_even_after_a_recent_response(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    store_response(tmp_path, "Post", "stored", item_day=TODAY - timedelta(days=9))
    printed = command("sources").output
    assert f"{TODAY - timedelta(days=9)} 9 d !" in find_line("rss", printed)
    assert "rss: its data are 9 days old, late after 2" in flat(printed)


def test_recent_data_are_not_late(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    store_response(tmp_path, "Post", "stored", item_day=TODAY - timedelta(days=1))
    assert "!" not in find_line("rss", command("sources").output)


def test_a_disabled_upstream_is_shown_as_off_without_a_next_time(command: Command, tmp_path: Path) -> None:
    store_response(tmp_path, "Post", "stored")
    line = find_line("rss", command("sources", "--home", "home").output)
    assert line.startswith("rss (off) ")
    assert line.endswith(" 0 0")


def test_markup_and_control_characters_are_not_interpreted(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    store_response(tmp_path, HOSTILE, "failed", detail=f"{HOSTILE}: it answered 500")
    result = command("sources")
    assert result.exit_code == 0
    assert "Post [bold red]free[/] [link=https://a.example]x[/link]" in flat(result.output)
    assert "\x1b[2J" not in result.output


def test_article_files_and_trade_figures_are_sources_too(command: Command, sample_run: SampleRun) -> None:
    printed = command("sources", "--home", sample_run.home).output
    assert "2025-11-30" in find_line("articles", printed)
    assert find_line("trade", printed).startswith("trade ")


def test_the_lag_of_articles_is_their_age_as_in_status(command: Command, sample_run: SampleRun) -> None:
    age = (TODAY - date(2025, 11, 30)).days
    assert f" {age} d " in find_line("articles", command("sources", "--home", sample_run.home).output)
    assert f"({age} days ago)" in flat(command("status", "--home", sample_run.home).output)


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_is_complete_on_a_narrow_terminal(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    enable(tmp_path, "rss", "federal_register")
    store_response(tmp_path, "Post", "stored", item_day=TODAY - timedelta(days=1099))
    printed = command("sources").output
    assert "…" not in printed
    for word in ("federal_register", "success", "gaps", "failed", "05:30", "days old"):
        assert word in printed


def test_fetching_a_disabled_upstream_says_how_to_enable_it(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    result = command("fetch", "gdelt", "nothing-such")
    assert result.exit_code == 1
    assert (
        'not enabled: gdelt, nothing-such; enable upstreams in tension.toml, e.g. on = ["rss"] under [sources], out of rss, gdelt'
        in flat(result.output)
    )
    assert not (tmp_path / "home").exists()


def test_fetching_with_no_upstream_enabled_creates_no_folder(command: Command, tmp_path: Path) -> None:
    result = command("fetch", "--home", "home")
    assert result.exit_code == 1
    assert "no upstream is enabled" in flat(result.output)
    assert not (tmp_path / "home").exists()


def test_an_enabled_upstream_needs_a_first_day(command: Command, tmp_path: Path) -> None:
    (tmp_path / "tension.toml").write_text('[sources]\non = ["gdelt"]\n', encoding="utf-8")
    result = command("fetch")
    assert result.exit_code == 1
    assert "first_day is not set" in flat(result.output)


def test_days_in_the_wrong_order_are_refused(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    result = command("fetch", "--from", "2025-03-02", "--to", "2025-03-01")
    assert result.exit_code == 2
    assert "is earlier than first_day" in flat(result.output)


def test_sources_of_a_missing_home_are_refused(command: Command, tmp_path: Path) -> None:
    result = command("sources", "--home", "missing")
    assert result.exit_code == 1
    assert flat(result.stderr) == "tension: there is no home at missing; check --home"
    assert list(tmp_path.iterdir()) == []


def test_next_commands_end_with_the_home(command: Command, tmp_path: Path) -> None:
    enable(tmp_path, "rss")
    store_response(tmp_path, "Post", "stored", item_day=TODAY)
    lines = command("sources", "--home", "home").output.splitlines()
    following = [line.rpartition(": ")[2] for line in lines if line.startswith(("Next", "Fetch now", "See the runs"))]
    commands = ("tension run --home home", "tension fetch --home home", "make ui HOME_DIR=home")
    assert [line.endswith(command) for line, command in zip(following, commands, strict=True)] == [True] * 3
