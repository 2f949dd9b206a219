"""The index in unusual cases: sources that disappear or grow, pairs without news, long and short half-lives."""

from dataclasses import replace
from datetime import UTC, datetime, time

import polars as pl
import pytest

from pipeline.contracts.tables.index import CHANNEL_DAILY, DAILY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.index.parameters import INDEX_VERSION, LEAST_EVIDENCE
from tests.unit.index.check_tables import Tables, failed_critical_checks
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build_in_memory, day, finding, link, random_scene

WINDOW = (day(0), day(29))


def daily(source: str, days: range) -> list[Row]:
    return [article(f"{source}:{number}", day(number)) for number in days]


def escalation(built: Built, number: int) -> Row:
    return built.row(CHANNEL_DAILY, series="CHN>USA", channel="escalation", index_date=day(number))


@pytest.fixture(scope="module")
def lost_source() -> Built:
    """Two sources report one tariff a day each; from day 30 on there is only one source."""
    articles = [*daily("A", range(60)), *daily("B", range(30))]
    return build_in_memory(Scene(articles, [finding(one) for one in articles], baseline=WINDOW), [CHANNEL_DAILY])


def test_a_source_that_disappears_is_no_longer_expected(lost_source: Built) -> None:
    before, after = (lost_source.row(DAILY_MASS, series="CHN>USA", channel="escalation", index_date=day(number)) for number in (29, 30))
    assert (before["observed"], after["observed"]) == pytest.approx((1.0, 0.5))
    assert (before["expected"], after["expected"]) == pytest.approx((1.0, 0.5))


def test_a_source_that_disappears_only_widens_the_interval(lost_source: Built) -> None:
    before, after = escalation(lost_source, 29), escalation(lost_source, 59)
    assert (before["value"], after["value"]) == pytest.approx((100, 100))
    assert after["hi95"] - after["lo95"] > 1.2 * (before["hi95"] - before["lo95"])
    assert after["evidence_weight"] < before["evidence_weight"]


def test_a_source_that_doubles_its_articles_keeps_the_value() -> None:
    """If the added articles report other acts."""
    morning, evening = daily("A", range(60)), [article(f"A:{number} evening", day(number)) for number in range(30, 60)]
    findings = [*map(finding, morning), *(finding(one, instrument="quota") for one in evening)]
    built = build_in_memory(Scene([*morning, *evening], findings, baseline=WINDOW), [CHANNEL_DAILY])
    assert escalation(built, 59)["value"] == pytest.approx(100)


def test_papers_that_join_with_the_same_stories_lower_the_value() -> None:
    """Breadth grows less than the number of papers, and the baseline does not know them yet."""
    first = daily("A", range(90))
    joined = [daily(source, range(60, 90)) for source in "BCDEF"]
    links = [link(one, original) for paper in joined for one, original in zip(paper, first[60:], strict=True)]
    articles = [*first, *(one for paper in joined for one in paper)]
    built = build_in_memory(Scene(articles, [finding(one) for one in articles], links, baseline=(day(0), day(59))), [CHANNEL_DAILY])
    assert escalation(built, 59)["value"] == pytest.approx(100)
    assert 45 < escalation(built, 89)["value"] < 55


def test_a_source_that_reports_every_act_twice_looks_calmer() -> None:
    """A limit of counting an owner once for an act: more articles are expected to report more acts."""
    articles = [*daily("A", range(60)), *(article(f"A:{number} evening", day(number)) for number in range(30, 60))]
    built = build_in_memory(Scene(articles, [finding(one) for one in articles], baseline=WINDOW), [CHANNEL_DAILY])
    assert escalation(built, 59)["value"] == pytest.approx(57.4, abs=0.1)


def test_a_pair_without_stories_has_every_day_and_falls_slowly() -> None:
    articles = daily("A", range(30))
    scene = Scene(articles, [finding(one) for one in articles], pairs=("CHN-USA", "DEU-FRA"), baseline=WINDOW)
    rows = build_in_memory(scene, [TENSION_DAILY]).rows(TENSION_DAILY, actor="DEU", target="FRA")
    assert len(rows) == 30
    values = [row["tension"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert 85 < values[-1] < values[0] < 100
    assert {row["evidence_weight"] < LEAST_EVIDENCE for row in rows} == {True}
    assert {row["signal_count"] for row in rows} == {0}


@pytest.mark.parametrize("half_life", [0.5, 1, 7, 60, 365])
def test_any_half_life_gives_a_value_within_its_intervals(half_life: float) -> None:
    built = build_in_memory(replace(random_scene(120, seed=3), half_life_days=half_life), [TENSION_PAIR_DAILY])
    rows = built.read(TENSION_PAIR_DAILY)
    assert rows.height == 120
    assert set(rows["half_life_days"]) == {half_life}
    for name in ("tension", "concession", "dialogue", "net_tension"):
        ordered = pl.all_horizontal(
            pl.col(f"{name}_lo95") < pl.col(f"{name}_lo80"), pl.col(f"{name}_lo80") < pl.col(name),
            pl.col(name) < pl.col(f"{name}_hi80"), pl.col(f"{name}_hi80") < pl.col(f"{name}_hi95"),
        )  # fmt: skip
        assert rows.filter(~ordered).is_empty(), name


def test_every_row_names_its_baseline_half_life_and_version(lost_source: Built) -> None:
    articles = daily("A", range(3))
    row = build_in_memory(Scene(articles, [finding(one) for one in articles]), [TENSION_DAILY]).rows(TENSION_DAILY)[0]
    assert (row["baseline_from"], row["baseline_to"], row["half_life_days"], row["index_version"]) == (DAY, day(2), 7.0, INDEX_VERSION)


def test_a_story_known_only_when_nothing_is_left_of_it_counts_nowhere() -> None:
    articles = daily("A", range(70))
    late = article("B:old", day(2), first_seen_at=datetime.combine(day(60), time(12), UTC))
    findings = [*map(finding, articles[:30]), finding(late, instrument="quota")]
    built = build_in_memory(Scene([*articles, late], findings, baseline=WINDOW, half_life_days=1), [TENSION_DAILY, TENSION_PAIR_DAILY])
    after = [row for row in built.rows(TENSION_PAIR_DAILY) if row["index_date"] > day(30)]
    assert {(row["story_count"], row["signal_count"], row["article_count"]) for row in after} == {(0, 0, 0)}
    tables = {table.name: built.read(table) for table in (TENSION_DAILY, TENSION_PAIR_DAILY)}
    assert failed_critical_checks(Tables(tables, built.variables)) == []
