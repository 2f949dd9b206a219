"""The job on a small home: one file per day, failed days, late articles."""

from datetime import date
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import ARTICLES, FINDINGS
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY
from pipeline.signals.extract import Extractor, SentenceExtractor
from tests.defs.conftest import FILLED_BY, SmallHome, build_article

pytestmark = pytest.mark.slow

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2025, 3, day) for day in (3, 4, 5, 6))
#: Tables that have a file for each day of a home without upstreams.
DAILY = [table for table in TABLES.values() if table.day and not any(table.name in filled for filled in FILLED_BY.values())]
ARTICLES_OF_THE_WEEK = [
    build_article(
        "1", MONDAY, "China will impose a 15 percent tariff on U.S. soybeans. The finance ministry in Beijing said so on Monday."
    ),
    build_article("2", MONDAY, "The town hall gets a new roof. Work begins in May and will last until the autumn, the mayor said."),
    build_article(
        "3", TUESDAY, "The United States raised tariffs on Chinese steel to 25 percent. The White House announced it on Tuesday."
    ),
    build_article("4", TUESDAY, "Rain is expected in the north. It will be dry along the coast for the rest of the week."),
    build_article("5", WEDNESDAY, "China and the United States held trade talks in Geneva. Both sides will meet again in June."),
]
LATE = build_article(
    "late",
    MONDAY,
    "The United States imposed a 10 percent tariff on Chinese furniture. China condemned the tariff.",
    fetched_at=f"{THURSDAY}T06:00:00Z",
)


class WithoutQuotes(SentenceExtractor):
    """A faulty extractor whose findings have no quote."""

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        return super().extract(articles).with_columns(quote=pl.lit(None, pl.String))


class BrokenExtractor:
    """Makes the faulty extractor."""

    fingerprint = "without quotes"

    def make(self) -> Extractor:
        return WithoutQuotes()


def list_steps(result: dg.ExecuteInProcessResult, event: str) -> set[str]:
    return {one.step_key for one in result.all_events if one.event_type_value == event and one.step_key}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallHome, dict[str, dict[str, Any]]]:
    """One home after four runs, with its files: two days; a third day that fails; the third day again; a late article."""
    home = SmallHome(tmp_path_factory.mktemp("week"))
    home.write_articles(ARTICLES_OF_THE_WEEK)
    story: dict[str, dict[str, Any]] = {}

    def record(name: str, result: dg.ExecuteInProcessResult) -> None:
        product = {path.name: path.stat().st_mtime_ns for path in home.settings.published.rglob("*") if path.is_file()}
        story[name] = {
            "success": result.success,
            "failed": list_steps(result, "STEP_FAILURE"),
            "begun": list_steps(result, "STEP_START"),
            "lake": home.read_files(),
            "product": product,
            "checks": [
                check
                for event in result.all_events
                if event.event_type_value == "ASSET_CHECK_EVALUATION" and not (check := event.asset_check_evaluation_data).passed
            ],
        }

    record("two days", home.run(Days(MONDAY, TUESDAY)))
    record("bad day", home.run(Days(WEDNESDAY, WEDNESDAY), extractor=BrokenExtractor()))
    record("third day", home.run(Days(WEDNESDAY, WEDNESDAY)))
    home.write_articles([*ARTICLES_OF_THE_WEEK, LATE])
    record("late article", home.run(Days(MONDAY, THURSDAY)))
    return home, story


@pytest.fixture(scope="module")
def runs(week: tuple[SmallHome, dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return week[1]


@pytest.fixture(scope="module")
def home(week: tuple[SmallHome, dict[str, dict[str, Any]]]) -> SmallHome:
    return week[0]


def select_day(lake: dict[str, bytes], day: date) -> dict[str, bytes]:
    return {name: content for name, content in lake.items() if name.endswith(f"/{day}.parquet")}


def test_a_run_over_two_days_succeeds(runs: dict[str, dict[str, Any]]) -> None:
    assert runs["two days"]["failed"] == set()
    assert runs["two days"]["success"]


def test_every_daily_table_has_one_file_per_day(runs: dict[str, dict[str, Any]]) -> None:
    files = {name for name in runs["two days"]["lake"] if name.count("/") == 2}
    assert files == {f"{table.name}/2025/{day}.parquet" for table in DAILY for day in (MONDAY, TUESDAY)}


def test_every_other_table_has_one_file(runs: dict[str, dict[str, Any]]) -> None:
    files = {name for name in runs["two days"]["lake"] if name.count("/") == 1}
    assert files == {f"{table.name}/{table.name}.parquet" for table in TABLES.values() if not table.day}


def test_a_bad_day_fails_the_step_that_checks_it(runs: dict[str, dict[str, Any]]) -> None:
    assert runs["bad day"]["failed"] == {"findings"}
    assert not runs["bad day"]["success"]


def test_a_bad_day_reports_the_failed_check(runs: dict[str, dict[str, Any]]) -> None:
    broken = {(check.asset_key.to_user_string(), check.check_name) for check in runs["bad day"]["checks"]}
    assert ("findings", "required_values_present") in broken


def test_a_bad_day_writes_no_file(runs: dict[str, dict[str, Any]]) -> None:
    assert f"findings/2025/{WEDNESDAY}.parquet" not in runs["bad day"]["lake"]


def test_a_bad_day_skips_everything_downstream(runs: dict[str, dict[str, Any]]) -> None:
    of_findings = {
        SIGNALS.name,
        "story_mass",
        "daily_mass",
        "channel_daily",
        "index_daily",
        TENSION_DAILY.name,
        "top_contributions",
        "published",
    }
    assert of_findings <= runs["two days"]["begun"]
    assert of_findings & runs["bad day"]["begun"] == set()


def test_a_bad_day_changes_neither_earlier_days_nor_the_release(runs: dict[str, dict[str, Any]]) -> None:
    for day in (MONDAY, TUESDAY):
        assert select_day(runs["bad day"]["lake"], day) == select_day(runs["two days"]["lake"], day)
    assert runs["bad day"]["product"] == runs["two days"]["product"]
    name = f"{TENSION_DAILY.name}/{TENSION_DAILY.name}.parquet"
    assert runs["bad day"]["lake"][name] == runs["two days"]["lake"][name]


def test_a_fixed_day_is_written(runs: dict[str, dict[str, Any]]) -> None:
    assert runs["third day"]["success"]
    assert len(select_day(runs["third day"]["lake"], WEDNESDAY)) == len(DAILY)


def test_a_run_of_one_day_replaces_only_that_day(runs: dict[str, dict[str, Any]]) -> None:
    for day in (MONDAY, TUESDAY):
        assert select_day(runs["third day"]["lake"], day) == select_day(runs["bad day"]["lake"], day)


def test_a_late_article_changes_its_day(runs: dict[str, dict[str, Any]]) -> None:
    assert runs["late article"]["success"]
    before, after = (select_day(runs[name]["lake"], MONDAY) for name in ("third day", "late article"))
    changed = {name.partition("/")[0] for name in after if after[name] != before[name]}
    assert {"raw_articles", ARTICLES.name, "coverage", FINDINGS.name} <= changed


def test_a_late_article_changes_no_other_day(runs: dict[str, dict[str, Any]]) -> None:
    for day in (TUESDAY, WEDNESDAY):
        before, after = (select_day(runs[name]["lake"], day) for name in ("third day", "late article"))
        # Rows are numbered within their file, and the late one is last.
        assert after == before


def test_a_late_article_is_read_and_counted(home: SmallHome) -> None:
    late = home.lake.read(ARTICLES).filter(pl.col("article_id").str.ends_with(":late"))
    assert late["index_date"].to_list() == [MONDAY]
    assert late["first_seen_at"].dt.date().to_list() == [THURSDAY]
    assert late["article_id"].item() in home.lake.read(SIGNALS)["article_id"]


def test_a_day_without_articles_is_a_file_without_rows(home: SmallHome) -> None:
    assert home.file(ARTICLES, THURSDAY).exists()
    assert home.lake.read(ARTICLES, Days(THURSDAY, THURSDAY)).is_empty()


def test_the_index_has_every_direction_and_day_up_to_the_last_news(home: SmallHome) -> None:
    index = home.lake.read(TENSION_DAILY)
    assert index.select("index_date", "actor", "target").rows() == [
        (day, *sides) for day in (MONDAY, TUESDAY, WEDNESDAY) for sides in (("CHN", "USA"), ("USA", "CHN"))
    ]


def test_signals_are_found_in_the_articles_of_the_small_home(home: SmallHome) -> None:
    signals = home.lake.read(SIGNALS)
    assert {("CHN", "USA", "measure"), ("USA", "CHN", "measure")} <= set(signals.select("actor", "target", "kind").rows())
