"""Sentences about articles at the end of a run."""

import subprocess
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from pipeline.contracts.days import Days
from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE, QUARANTINE
from pipeline.contracts.tables.index import BASELINE, SIGNALS, TENSION_PAIR_DAILY, WEIGHTS
from pipeline.index.parameters import read_weights
from pipeline.report.evidence import add_evidence, warn_of_baseline, warn_of_members, warn_of_unpublished_pairs
from pipeline.report.names import long_day
from pipeline.report.terminal import (
    describe_articles_read,
    describe_earlier_days,
    describe_rows_read,
    describe_unknown_files,
    describe_unread_articles,
    next_steps,
    print_failed_checks,
    print_failures,
    stories_table,
    week_table,
)
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake


@pytest.mark.parametrize(
    ("read", "not_read", "sentence"),
    [
        (
            236,
            {"no_country": 1950, "timeout": 2},
            "236 articles for signals; 1,952 were not read (1,950 no country, 2 timeout).",
        ),
        (3, {}, "This run read 3 articles for signals; 0 were not read."),
        (0, {"one_country": 7}, "This run read 0 articles for signals; 7 were not read (7 one country)."),
        (0, {}, "none of their days changed"),
    ],
)
def test_articles_read_and_not_read_are_counted_with_reasons(read: int, not_read: dict[str, int], sentence: str) -> None:
    assert sentence in describe_articles_read(read, not_read)


OTHER_PERIOD = "Set another period with --baseline FROM:TO, or remove articles with a wrong day."


@pytest.mark.parametrize(
    ("days", "articles", "warning"),
    [
        (28, 100, ""),
        (365, 6, f"100 is the average of only 6 articles on 365 days (2024-12-01 to 2025-11-30): do not interpret values. {OTHER_PERIOD}"),
        (1, 5_000, "100 is the average of only 5,000 articles on 1 day: do not interpret values yet."),
    ],
)
def test_a_baseline_of_few_days_or_articles_is_a_warning(tmp_path: Path, days: int, articles: int, warning: str) -> None:
    lake, last = Lake(tmp_path), BASELINE.example()["baseline_to"][0]
    rows = BASELINE.example(3).with_columns(
        series=pl.Series(["CHN-USA", "CHN-USA", "JPN-USA"]),
        source=pl.Series(["(any)", "Post", "Post"]),
        article_count=pl.Series([0, articles, articles]),
        baseline_from=pl.lit(last - timedelta(days=days - 1)),
        baseline_to=pl.lit(last),
    )
    earlier = rows.with_columns(pl.col("valid_from").dt.offset_by("-90d"), article_count=pl.lit(9_000, pl.Int64()))
    lake.write(BASELINE, pl.concat([earlier, rows]))
    assert warn_of_baseline(lake.read) == warning


def test_days_of_the_baseline_that_were_not_read_do_not_count(tmp_path: Path) -> None:
    lake, first = Lake(tmp_path), date(2025, 1, 1)
    baseline_from, baseline_to = pl.lit(date(2023, 1, 1)), pl.lit(date(2025, 12, 31))
    lake.write(
        BASELINE,
        BASELINE.example().with_columns(baseline_from=baseline_from, baseline_to=baseline_to, article_count=pl.lit(150, pl.Int64())),
    )
    days = Days(first, first + timedelta(days=24))
    lake.write_days(COVERAGE, COVERAGE.example(2).with_columns(index_date=pl.Series([days.first, days.last])), days)
    assert warn_of_baseline(lake.read) == "100 is the average of only 150 articles on 25 days: do not interpret values yet."


def test_without_a_baseline_there_is_no_warning(tmp_path: Path) -> None:
    assert warn_of_baseline(Lake(tmp_path).read) == ""


def test_the_warning_is_said_below_the_last_week() -> None:
    assert str(week_table(TENSION_PAIR_DAILY.example(), "100 is little.").caption).endswith("a number. 100 is little.")


def test_pairs_without_data_on_the_last_day_are_listed_below_the_table() -> None:
    rows = TENSION_PAIR_DAILY.example(3).with_columns(
        pair=pl.Series(["CHN-USA", "JPN-USA", "MEX-USA"]),
        index_date=pl.lit(date(2025, 3, 9)),
        signal_count=pl.Series([9, 0, 1]),
        phase=pl.Series(["unclear", "no data", "quiet"]),
    )
    table = week_table(rows, "")
    assert list(table.columns[1].cells) == ["CHN-USA", "MEX-USA"]
    assert "No data on this day: JPN-USA (--pairs chooses the pairs)." in str(table.caption)


def write_signals(folder: Path, **columns: list[str]) -> Lake:
    """Write asserted announced measures with these columns, and an index of CHN-USA and EUN-USA."""
    lake, rows = Lake(folder), len(columns["target"])
    fixed = {"actor": ["USA"] * rows, "kind": ["measure"] * rows, "status": ["announced"] * rows, "modality": ["asserted"] * rows}
    lake.write(SIGNALS, SIGNALS.example(rows).with_columns(**{name: pl.Series(values) for name, values in (fixed | columns).items()}))
    lake.write(TENSION_PAIR_DAILY, TENSION_PAIR_DAILY.example(2).with_columns(pair=pl.Series(["CHN-USA", "EUN-USA"])))
    lake.write(WEIGHTS, read_weights())
    return lake


def test_the_most_frequent_pair_should_be_published_next_to_all_others(tmp_path: Path) -> None:
    lake = write_signals(tmp_path, target=["AUS", "AUS", "JPN", "CHN"])
    assert warn_of_unpublished_pairs(lake.read) == (
        "3 signals are about pairs that are not published, most often AUS-USA (2): add --pairs AUS-USA,CHN-USA,EUN-USA"
    )
    assert "1 signal is about a pair that is not published" in warn_of_unpublished_pairs(write_signals(tmp_path, target=["AUS"]).read)


@pytest.mark.parametrize(
    "columns",
    [
        {"target": ["CHN", "CHN", "AUS", "JPN", "MEX"]},
        {"target": ["CHN", "*", "*"]},
        {"target": ["CHN", "AUS", "AUS"], "modality": ["asserted", "hypothetical", "hypothetical"]},
        {"target": ["CHN", "AUS", "AUS"], "kind": ["measure", "offer", "offer"], "status": ["announced", "ended", "ended"]},
    ],
)
def test_incidental_signals_need_no_published_pair(tmp_path: Path, columns: dict[str, list[str]]) -> None:
    assert warn_of_unpublished_pairs(write_signals(tmp_path, **columns).read) == ""


def test_before_a_run_there_is_no_advice_on_pairs(tmp_path: Path) -> None:
    assert warn_of_unpublished_pairs(Lake(tmp_path).read) == ""


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (2, 4, ""),
        (1, 4, "The days before 2025-03-02 are from earlier runs, with their articles."),
        (1, 5, "The days before 2025-03-02 and after 2025-03-04 are from earlier runs, with their articles."),
    ],
)
def test_days_of_earlier_runs_are_named(first: int, last: int, sentence: str) -> None:
    settings = Settings(first_day=date(2025, 3, 2), last_day=date(2025, 3, 4))
    assert describe_earlier_days(Days(date(2025, 3, first), date(2025, 3, last)), settings) == sentence


def test_rows_in_quarantine_are_counted_by_reason_most_first() -> None:
    coverage = pl.DataFrame({"article_count": [9], "accepted": [5], "duplicate": [1], "quarantined": [3]}).cast(pl.Int64())
    quarantine = pl.DataFrame({"reason": ["undated", "not_text", "not_text"]})
    assert describe_rows_read("2025-01-01", coverage, quarantine, "r1") == (
        "9 rows read of 2025-01-01: 5 articles, 1 duplicate, 3 in quarantine (2 not text, 1 undated). Release r1."
    )


def test_articles_that_were_not_read_are_counted_by_outcome() -> None:
    outcomes = pl.Series(["read", "no_country", "one_country", "read", "no_country"])
    assert describe_unread_articles(outcomes) == "3 of 5 articles (2 no country, 1 one country)"
    assert describe_unread_articles(pl.Series(["read"])) == "0 of 1 article"


def test_an_empty_quarantine_has_no_reasons() -> None:
    assert "0 in quarantine. Release" in describe_rows_read("none", COVERAGE.empty(), QUARANTINE.empty(), "none yet")


@pytest.fixture
def console() -> Console:
    return Console(width=400, record=True)


def test_a_failed_check_is_a_warning_unless_it_is_critical(console: Console) -> None:
    print_failed_checks(console, [("coverage", "few", "2 days", False), ("signals", "key", "3 rows", True)])
    assert console.export_text().splitlines() == ["warning: coverage.few: 2 days", "check failed: signals.key: 3 rows"]


def test_the_next_steps_call_the_program_as_the_user_did() -> None:
    lines = next_steps(Settings(), "/opt/venv/bin/tension").plain
    assert "/opt/venv/bin/tension validate --home data --references SERIES (a CSV of another index, see docs/operations.md)" in lines
    assert "/opt/venv/bin/tension run --articles PATH" in lines


def test_after_a_run_of_own_articles_they_are_no_next_step() -> None:
    assert "your articles" not in next_steps(Settings(articles="wire.jsonl"), "tension").plain


def test_next_steps_quote_a_path_with_spaces() -> None:
    lines = next_steps(Settings(home=Path("my data")), "tension").plain
    assert "tension validate --home 'my data' --references" in lines
    assert "make ui HOME_DIR='my data'" in lines


@pytest.mark.parametrize("name", ["it's mine", 'a "b" $HOME'])
def test_the_query_of_the_next_steps_opens_a_database_with_any_path(tmp_path: Path, name: str) -> None:
    database = tmp_path / name / "published" / "trade_tension.duckdb"
    database.parent.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        connection.sql("create table today as select 'CHN-USA' as pair")
    lines = next_steps(Settings(home=tmp_path / name), "tension").plain.splitlines()
    command = next(line.split(None, 1)[1] for line in lines if line.split()[:1] == ["query"])
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "CHN-USA" in done.stdout, done.stderr


def test_a_failed_run_quotes_a_path_with_brackets() -> None:
    console = Console(file=StringIO(), width=200)
    print_failures(console, [("signals", "a reason")], Path("idx [v2]"))
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue().splitlines()[-1] == "See the run with: make ui HOME_DIR='idx [v2]'"


def test_an_earlier_day_of_the_stories_is_named_in_full() -> None:
    contributions = add_evidence(CONTRIBUTIONS.example(), SIGNALS.example())
    (day,) = contributions["index_date"]
    title = str(stories_table(contributions, day + timedelta(days=3)).title)
    assert title == f"The biggest stories behind {long_day(day)}, the last day with a story to name"
    assert "A story is named only if" in str(stories_table(contributions, day + timedelta(days=3)).caption)
    assert stories_table(contributions, day).title == "The biggest stories behind the last day"
    assert stories_table(contributions, day).caption is None


def test_without_a_story_to_name_the_view_of_all_is_named() -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(stories_table(add_evidence(CONTRIBUTIONS.empty(), SIGNALS.empty()), date(2025, 4, 4)))
    printed = " ".join(console.export_text().split())
    assert "A story is named only if at least 50 % of the value is news, not prior, and its sentence is of tier high." in printed
    assert "The view contributions lists all" in printed


def test_files_that_were_not_read_are_named_without_markup() -> None:
    assert describe_unknown_files([]) == ""
    paths = [Path(name) for name in ("[bold]a.txt", "b.xml", "c.bak", "d.bak", "e.bak")]
    assert describe_unknown_files(paths) == r"Not read, since their format is unknown: \[bold]a.txt, b.xml, c.bak and 2 more."


def test_a_pair_of_a_member_of_the_union_gets_a_warning() -> None:
    assert warn_of_members(["CHN-USA", "DEU-USA"]) == (
        "DEU-USA: acts of and towards the EU count for EUN, not for its members; for it add --pairs EUN-USA"
    )
    assert "--pairs" not in warn_of_members(["DEU-FRA"])
    assert warn_of_members(["DEU-USA", "EUN-USA", "GBR-USA"]) == ""
