"""Options of commands that take a range or a list reach the settings of the run as their help says."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from pipeline import clock
from pipeline.cli import app
from pipeline.contracts.days import Days
from pipeline.defs.resources import News
from pipeline.errors import UserError
from pipeline.settings import Settings
from pipeline.sources.files.articles import ReadReport
from tests.unit.cli.conftest import Command, flat

ROW = '{"published_at": "2025-04-02", "source": "Wire", "title": "China will impose a tariff on U.S. goods."}\n'


@pytest.fixture
def run_settings(command: Command, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `tension run ARGUMENTS` up to its job, and return the job's settings."""

    def run(*arguments: str) -> Settings:
        seen: list[Settings] = []

        def stop(settings: Settings, _display: object) -> None:
            seen.append(settings)
            raise UserError("stopped before the job")

        monkeypatch.setattr("pipeline.commands.run.run_job", stop)
        result = command("run", "--home", "home", *arguments)
        assert len(seen) == 1, result.output
        return seen[0]

    return run


def test_a_baseline_is_one_argument_with_a_colon(run_settings: Any) -> None:
    assert run_settings("--baseline", "2025-01-20:2025-06-30").baseline == (date(2025, 1, 20), date(2025, 6, 30))
    assert run_settings("--baseline=2025-02-01:2025-02-28").baseline == (date(2025, 2, 1), date(2025, 2, 28))


def test_pairs_are_one_argument_with_commas(run_settings: Any) -> None:
    assert run_settings("--pairs", "USA-CHN,EUN-USA").pairs == ("CHN-USA", "EUN-USA")


def test_days_and_repeated_articles_reach_the_run(run_settings: Any) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        Path(name).write_text(ROW, encoding="utf-8")
    settings = run_settings("--articles", "a.jsonl", "--articles", "b.jsonl", "--from", "2025-04-01", "--to", "2025-04-03")
    assert [archive.path for archive in settings.articles] == ["a.jsonl", "b.jsonl"]
    assert (settings.first_day, settings.last_day) == (date(2025, 4, 1), date(2025, 4, 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "2030-01-01"), "there are no articles from 2030-01-01 on: their last day is 2025-04-02. Set an earlier first day"),
        (("--to", "2020-01-01"), "there are no articles up to 2020-01-01: their first day is 2025-04-02. Set a later last day"),
    ],
)
def test_one_day_outside_the_articles_is_refused(command: Command, options: tuple[str, ...], message: str) -> None:
    Path("a.jsonl").write_text(ROW, encoding="utf-8")
    result = command("run", "--home", "home", "--articles", "a.jsonl", *options)
    assert (result.exit_code, message in flat(result.stderr)) == (1, True), result.output


def test_a_last_day_in_the_future_is_today(run_settings: Any) -> None:
    Path("a.jsonl").write_text(ROW, encoding="utf-8")
    assert run_settings("--articles", "a.jsonl", "--to", "2099-01-01").last_day == clock.today()


def test_an_article_decades_before_the_others_is_refused(command: Command, run_settings: Any) -> None:
    Path("a.jsonl").write_text(ROW + ROW.replace("2025-04-02", "1970-01-01"), encoding="utf-8")
    result = command("run", "--home", "home", "--articles", "a.jsonl")
    message = "and of 2025-04-02, and none between. If the earlier date is wrong, correct it or set the first day (--from 2025-04-02)"
    assert (result.exit_code, message in flat(result.stderr)) == (1, True), result.output
    assert run_settings("--articles", "a.jsonl", "--from", "1970-01-01").first_day == date(1970, 1, 1)


def test_an_archive_with_a_gap_of_nine_years_is_read(run_settings: Any) -> None:
    Path("a.jsonl").write_text(ROW + ROW.replace("2025-04-02", "2016-05-01"), encoding="utf-8")
    assert run_settings("--articles", "a.jsonl").first_day == date(2016, 5, 1)


def write_dropped_file(name: str, day: str, *, is_old: bool) -> None:
    path = Path("home", "inbox", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ROW.replace("2025-04-02", day), encoding="utf-8")
    if is_old:
        os.utime(path, (0, 0))


@pytest.mark.parametrize("articles", [("--articles", "wire.jsonl"), ("--articles", ".")])
def test_a_run_reads_the_days_of_inbox_files(run_settings: Any, articles: Sequence[str]) -> None:
    Path("wire.jsonl").write_text(ROW, encoding="utf-8")
    write_dropped_file("later.jsonl", "2025-04-05", is_old=True)
    write_dropped_file("incomplete.jsonl", "2025-04-09", is_old=False)
    write_dropped_file("no-articles.jsonl", "", is_old=True)
    settings, last = run_settings(*articles), date(2025, 4, 5)
    assert (settings.first_day, settings.last_day) == (date(2025, 4, 2), last)
    rows = News(settings).read(Days(settings.first_day, last), last, ReadReport())
    assert sorted(day for batch in rows for day in batch["index_date"]) == [date(2025, 4, 2), last]
    settings = run_settings(*articles, "--from", "2025-04-03")
    assert (settings.first_day, settings.last_day) == (date(2025, 4, 3), last)


def test_a_baseline_that_ends_before_it_begins_is_refused(command: Command) -> None:
    result = command("run", "--home", "home", "--baseline", "2025-06-30:2025-01-20")
    assert result.exit_code == 2
    assert "is earlier than the first, 2025-06-30; swap them" in flat(result.output.replace("│", " "))
    assert list(Path().iterdir()) == []


def test_a_baseline_without_a_day_of_the_articles_is_refused_at_once(command: Command) -> None:
    Path("a.jsonl").write_text(ROW, encoding="utf-8")
    result = command("run", "--home", "home", "--articles", "a.jsonl", "--baseline", "2020-01-01:2020-02-01")
    message = "the baseline window 2020-01-01 to 2020-02-01 is outside the days read, 2025-04-02; set another with --baseline FROM:TO"
    assert (result.exit_code, message in flat(result.stderr)) == (1, True), result.output
    assert "1/" not in result.stderr
    assert not Path("home", "lake").exists()


def test_no_option_takes_more_than_one_argument() -> None:
    commands = typer.main.get_group(app).commands
    several = [f"{name} {option.name}" for name, one in commands.items() for option in one.params if option.nargs not in (1, -1)]
    assert len(commands) > 10
    assert several == []
