"""Vintages: a late article changes the index from its arrival on and never before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, INDEX_DAILY, MOVEMENT_DAILY, STORY_MASS, TENSION_PAIR_DAILY
from pipeline.contracts.tables.stories import STORY_ARTICLES
from pipeline.contracts.tables.vintages import DAY_STATUS, INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS, REVISIONS, STORY_KNOWN, VINTAGES
from pipeline.index.parameters import LEAST_DAYS
from pipeline.models.build import build_tables
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build, build_in_memory, day, finding, link, random_finding

VALUES = [
    *(f"{name}{limit}" for name in ("tension", "concession", "dialogue") for limit in ("", "_lo80", "_lo95", "_hi80", "_hi95")),
    "net_tension",
    "stalemate",
]
LAST = 45  # last day of the random scene


def late_article(name: str, on: date, after: int) -> Row:
    """An article of that day, first seen that many days later."""
    return article(name, on, first_seen_at=datetime.combine(on + timedelta(days=after), time(18), tzinfo=UTC))


def end_of(on: date) -> datetime:
    """The instant at which a day ends."""
    return datetime.combine(on + timedelta(days=1), time(), tzinfo=UTC)


def vintages_of(built: Built, on: date, series: str = "CHN>USA") -> dict[datetime, Row]:
    """All vintages of a day, by the instant from which they were known."""
    return {row["known_at"]: row for row in built.rows(VINTAGES, index_date=on, series=series)}


def as_of(built: Built, moment: datetime) -> pl.DataFrame:
    """The newest vintage of each day and series known at that moment."""
    vintages = built.read(VINTAGES).filter(pl.col("known_at") <= moment).sort("known_at")
    return vintages.group_by("index_date", "series").last().sort("index_date", "series")


def random_late_scene(seed: int) -> Scene:
    """Random stories in one to four sources within two days; a third of the articles are seen up to twelve days late."""
    random = np.random.default_rng(seed)
    articles: list[Row] = []
    links: list[Row] = []
    findings: list[Row] = []
    for story in range(60):
        begins = int(random.integers(LAST - 2))
        tellings = [
            late_article(f"{source}:{story:02d}", day(begins + (int(random.integers(3)) if place else 0)), lag)
            for place, source in enumerate(random.choice(list("ABCDE"), size=random.integers(1, 5), replace=False))
            for lag in [int(random.integers(1, 13)) if random.random() < 0.35 else 0]
        ]
        tellings.sort(key=lambda one: (max(one["index_date"], one["first_seen_at"].date()), one["index_date"], one["article_id"]))
        articles += tellings
        links += [link(one, tellings[0]) for one in tellings[1:]]
        findings += [
            random_finding(one, instrument, random) for one in tellings for instrument in ("tariff", "agreement")[: random.integers(3)]
        ]
    read = {(source, day(number)): 40 for number in range(LAST + 1) for source in "ABCD" if number % 9 != 5}
    return Scene(articles, findings, links, read=read, baseline=(day(0), day(0)), pairs=("CHN-USA", "JPN-USA"))


def core_known_on(scene: Scene, built: Built, on: date) -> dict[str, pl.DataFrame]:
    """The core tables as known at the end of a day, with the stories as they are known last."""
    final = built.read(STORY_ARTICLES)
    then = final.filter(pl.col("known_on") <= on)
    first = (
        then.sort(pl.col("article_id") != pl.col("story_id"), "index_date", "article_id")
        .group_by("story_id", maintain_order=True)
        .first()
        .select("story_id", earlier_article_id="article_id")
    )
    links = then.join(first, on="story_id").filter(pl.col("article_id") != pl.col("earlier_article_id"))
    unseen = final.filter(pl.col("known_on") > on).group_by("index_date", "source").len("unseen")
    days = pl.DataFrame({"index_date": [day(n) for n in range((on - DAY).days + 1)], "source": "(none)"})
    none = days.with_columns(pl.lit(0, pl.Int64).alias(name) for name in ("article_count", "accepted", "duplicate", "quarantined"))
    coverage = (
        built.read(COVERAGE)
        .filter(pl.col("index_date") <= on)
        .join(unseen, on=["index_date", "source"], how="left")
        .with_columns((pl.col("accepted") - pl.col("unseen").fill_null(0)).cast(pl.Int64))
        .drop("unseen")
    )
    return {
        ARTICLES.name: built.read(ARTICLES).join(then, on="article_id", how="semi"),
        FINDINGS.name: built.read(FINDINGS).join(then, on="article_id", how="semi"),
        STORY_LINKS.name: links.select("article_id", "index_date", "earlier_article_id", similarity=pl.lit(1.0)),
        COVERAGE.name: pl.concat([coverage, COVERAGE.conform(none)]),
        BASELINE.name: built.read(BASELINE),
    }


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.slow)])
def random_wire(request: pytest.FixtureRequest) -> tuple[Scene, Built]:
    scene = random_late_scene(request.param)
    return scene, build_in_memory(scene, [REVISIONS, TENSION_PAIR_DAILY])


@pytest.mark.parametrize("number", [7, 10, 18, 33, 45, 50, *(pytest.param(number, marks=pytest.mark.slow) for number in (9, 17, 26, 44))])
def test_a_vintage_equals_an_index_of_the_articles_seen_by_then(random_wire: tuple[Scene, Built], number: int) -> None:
    scene, built = random_wire
    until = min(day(number), day(LAST))
    then = build_tables(core_known_on(scene, built, day(number)), [INDEX_DAILY], built.variables)[INDEX_DAILY.name]
    rebuilt = then.filter(pl.col("index_date") <= until).sort("index_date", "series")
    vintages = as_of(built, end_of(day(number)))
    assert vintages.select("index_date", "series").equals(rebuilt.select("index_date", "series"))
    assert vintages.height == (min(number, LAST) + 1) * 6
    for name in VALUES:
        assert vintages[name].to_numpy() == pytest.approx(rebuilt[name].to_numpy(), rel=1e-9, abs=1e-9, nan_ok=True), name
    assert vintages["phase"].equals(rebuilt["phase"])


def test_the_newest_vintage_is_the_published_value(random_wire: tuple[Scene, Built]) -> None:
    _, built = random_wire
    index = built.read(INDEX_DAILY).sort("index_date", "series")
    newest = as_of(built, end_of(day(99)))
    for name in VALUES:
        assert newest[name].to_numpy() == pytest.approx(index[name].to_numpy(), rel=1e-9, nan_ok=True), name
    assert newest.select("phase", "obs_status").equals(index.select("phase", "obs_status"))
    # An article that counts after the last day changes no value.
    assert all(value <= known for value, known in zip(newest["known_at"], index["known_at"], strict=True))


def test_arrivals_sum_to_the_daily_masses(random_wire: tuple[Scene, Built]) -> None:
    _, built = random_wire
    for arrivals, daily, key, columns in (
        (MASS_ARRIVALS, DAILY_MASS, ["index_date", "series", "channel"], ["observed", "second_moment", "expected", "articles_read"]),
        (MOVEMENT_ARRIVALS, MOVEMENT_DAILY, ["index_date", "pair"], ["hold", "move"]),
    ):
        summed = built.read(arrivals).group_by(key).agg(pl.col(columns).sum())
        both = built.read(daily).join(summed, on=key, how="left", suffix="_arrived").fill_null(0)
        for name in columns:
            assert both[f"{name}_arrived"].to_numpy() == pytest.approx(both[name].to_numpy(), abs=1e-9), name


def test_consecutive_vintages_differ(random_wire: tuple[Scene, Built]) -> None:
    _, built = random_wire
    vintages = built.read(VINTAGES).sort("index_date", "series", "known_at")
    rows = vintages.select("index_date", "series", *VALUES, "phase", "obs_status").rows()
    assert [one for one, next_one in pairwise(rows) if one == next_one] == []


def test_each_vintage_that_is_left_out_repeats_the_one_before(random_wire: tuple[Scene, Built]) -> None:
    _, built = random_wire
    key = ["index_date", "series"]
    known, status = built.read(INDEX_KNOWN).sort("known_on"), built.read(DAY_STATUS).drop("known_on")
    columns = [name for name in (*VALUES, "phase") if name != "net_tension"]
    for number in range(LAST + 20):
        is_break, is_final = (pl.col(f"{name}_on").fill_null(date.max) <= day(number) for name in ("break", "final"))
        obs_status = pl.when(is_break).then(pl.lit("B")).when(is_final).then(pl.lit("A")).otherwise(pl.lit("P")).alias("obs_status")
        newest = known.filter(pl.col("known_on") <= day(number)).group_by(key).last().join(status, on=key).with_columns(obs_status)
        expected = newest.select(*key, *columns, "obs_status").sort(key)
        assert as_of(built, end_of(day(number))).select(expected.columns).rows() == expected.rows()


A, QUIET = article("A:1"), article("A:2", day(3))
LATE = late_article("B:1", DAY, 2)
FIRST = day(-10)
BASE = (FIRST, FIRST)  # a day with many articles and no story: every prior weighs 1 and almost nothing is expected
MUCH = {("A", FIRST): 10**9}


def late_scene(articles: Sequence[Row], links: Sequence[Row] = (), findings: Sequence[Row] | None = None) -> Scene:
    findings_of_scene = [finding(one) for one in articles if one["article_id"] != "A:2"] if findings is None else findings
    return Scene([*articles, article("A:8", FIRST), article("A:9", day(20))], findings_of_scene, links, read=MUCH, baseline=BASE)


def test_a_late_article_changes_no_earlier_vintage() -> None:
    without = build_in_memory(late_scene([A, QUIET]), [VINTAGES])
    arrived = build_in_memory(late_scene([A, QUIET, LATE]), [VINTAGES])
    for before in (end_of(DAY), end_of(day(1)), end_of(day(2)) - timedelta(microseconds=1)):
        assert as_of(arrived, before).equals(as_of(without, before))
    after = end_of(day(2))
    assert vintages_of(arrived, DAY)[after]["tension"] == pytest.approx(vintages_of(arrived, DAY)[end_of(DAY)]["tension"] + 100 * 0.5)
    assert as_of(arrived, after)["tension"].to_list() > as_of(without, after)["tension"].to_list()


def test_a_day_without_late_articles_has_a_vintage_per_status() -> None:
    built = build_in_memory(late_scene([A, QUIET]), [VINTAGES])
    vintages = vintages_of(built, DAY)
    assert {moment: row["obs_status"] for moment, row in vintages.items()} == {end_of(DAY): "P", end_of(day(7)): "A"}
    assert len({row["tension"] for row in vintages.values()}) == 1
    assert [row["obs_status"] for row in vintages_of(built, day(14)).values()] == ["P"]


def test_a_copy_in_another_source_next_day_is_a_revision() -> None:
    copy = article("B:1", day(1))
    built = build_in_memory(late_scene([A, copy], [link(copy, A)], [finding(A)]), [VINTAGES])
    vintages = vintages_of(built, DAY)
    assert vintages[end_of(DAY)]["tension"] == pytest.approx(100 * (1 + 0.5))
    assert vintages[end_of(day(1))]["tension"] == pytest.approx(100 * (1 + 0.5 * (1 + log(2))))
    assert [row["source_owner_count"] for row in built.rows(STORY_KNOWN)][:2] == [1, 2]


def test_a_copy_of_the_same_owner_next_day_is_no_revision() -> None:
    copy = article("B:1", day(1), source_owner="A")
    built = build_in_memory(late_scene([A, copy], [link(copy, A)], [finding(A)]), [VINTAGES])
    assert len({row["tension"] for row in vintages_of(built, DAY).values()}) == 1
    assert [row["source_owner_count"] for row in built.rows(STORY_KNOWN)] == [1, 1]


def test_a_first_article_seen_after_its_copy_joins_its_story() -> None:
    first, copy = late_article("A:1", DAY, 3), article("B:1", day(1))
    built = build_in_memory(late_scene([first, copy], [link(first, copy)], [finding(copy)]), [VINTAGES])
    before, after = (as_of(built, end_of(day(number))).filter(series="CHN>USA")["tension"].to_list()[10:12] for number in (1, 3))
    assert before == pytest.approx([100, 150])
    assert after == pytest.approx([100, 100 * (1 + 0.5 * (1 + log(2)))])


def test_an_article_seen_after_its_day_is_final_counts_later() -> None:
    late = late_article("B:1", DAY, 9)
    built = build_in_memory(late_scene([A, late]), [VINTAGES, INDEX_DAILY])
    without = 50 * 2 ** (-3 / 7)
    assert [row["tension"] for row in vintages_of(built, day(2)).values()] == pytest.approx([100 + 50 * 2 ** (-2 / 7)] * 2)
    assert vintages_of(built, day(3))[end_of(day(3))]["tension"] == pytest.approx(100 + without)
    assert vintages_of(built, day(3))[end_of(day(9))]["tension"] == pytest.approx(100 + 2 * without)  # as if it had come in time
    assert built.row(STORY_ARTICLES, article_id="B:1")["counts_on"] == day(3)


def test_a_late_copy_adds_to_a_story_whose_day_is_final() -> None:
    copy = late_article("B:1", DAY, 9)
    built = build_in_memory(late_scene([A, copy], [link(copy, A)], [finding(A)]), [VINTAGES, INDEX_DAILY])
    assert built.row(INDEX_DAILY, index_date=day(2), series="CHN>USA")["tension"] == pytest.approx(100 + 50 * 2 ** (-2 / 7))
    assert built.row(INDEX_DAILY, index_date=day(3), series="CHN>USA")["tension"] == pytest.approx(100 + 50 * (1 + log(2)) * 2 ** (-3 / 7))
    parts = built.rows(STORY_MASS, series="CHN>USA", channel="escalation")
    assert [(row["index_date"], row["mass"]) for row in parts] == [(DAY, 0.5), (day(3), pytest.approx(0.5 * log(2) * 2 ** (-3 / 7)))]


def test_articles_first_seen_on_one_day_make_one_vintage() -> None:
    morning, evening = (article(f"{name}:1", first_seen_at=datetime(2025, 4, 4, hour, tzinfo=UTC)) for name, hour in (("A", 6), ("B", 23)))
    built = build_in_memory(late_scene([morning, evening]), [VINTAGES])
    first = min(vintages_of(built, DAY))
    assert (first, vintages_of(built, DAY)[first]["tension"]) == (end_of(DAY), pytest.approx(200))


def test_a_late_article_can_be_the_only_one_of_its_day() -> None:
    built = build_in_memory(late_scene([A, late_article("B:1", day(1), 4)]), [VINTAGES])
    vintages = vintages_of(built, day(1))
    assert vintages[end_of(day(1))]["tension"] == pytest.approx(100 + 50 * 2 ** (-1 / 7))
    assert vintages[end_of(day(5))]["tension"] == pytest.approx(100 + 50 * 2 ** (-1 / 7) + 50)


def test_an_article_seen_before_its_day_is_known_at_its_end() -> None:
    early = late_article("B:1", day(2), -2)
    built = build_in_memory(late_scene([A, early]), [VINTAGES])
    assert built.row(STORY_ARTICLES, article_id="B:1")["known_on"] == day(2)
    assert min(vintages_of(built, day(2))) == end_of(day(2))
    assert vintages_of(built, day(1)).keys() == {end_of(day(1)), end_of(day(8))}


def test_a_late_article_adds_its_expected_mass_late() -> None:
    base = article("A:0", FIRST)
    scene = Scene([base, A, late_article("A:2", day(1), 1)], [finding(base), finding(A)], read={("A", FIRST): 10}, baseline=BASE)
    built = build_in_memory(scene, [VINTAGES])
    first, second = (vintages_of(built, day(1))[end_of(day(number))]["tension"] for number in (1, 2))
    assert first > second  # the same number of stories, more articles


def test_articles_fetched_later_were_not_known_before() -> None:
    articles = [late_article(f"A:{number}", day(number), 30 - number) for number in range(9)]
    built = build_in_memory(Scene(articles, baseline=(DAY, DAY)), [VINTAGES])
    assert {row["known_at"] for row in built.rows(VINTAGES)} == {end_of(day(30))}
    assert len(built.rows(VINTAGES, series="CHN-USA")) == 9
    assert {row["obs_status"] for row in built.rows(VINTAGES)} == {"A"}


def fetch_archive(first_part: int, on_time: range = range(0)) -> Scene:
    """An archive of 80 days: some first days fetched on day 90, the others a day later, and some articles seen on their own day."""
    lags = ((number, 0 if number in on_time else 90 - number + (number >= first_part)) for number in range(80))
    articles = [*(late_article(f"A:{number}", day(number), lag) for number, lag in lags), late_article("A:late", day(70), 40)]
    return Scene(articles, [finding(articles[0])], least_days=LEAST_DAYS)


def list_late_articles(built: Built) -> list[str]:
    return [row["article_id"] for row in built.rows(STORY_ARTICLES) if row["read_on"] > row["index_date"]]


@pytest.mark.slow
@pytest.mark.parametrize(("first_part", "on_time"), [(80, range(0)), (20, range(0)), (80, range(0, 78, 6)), (20, range(1))])
def test_an_archive_counts_on_its_own_days(first_part: int, on_time: range) -> None:
    """Although it was fetched on two days, or some of its rows have no date of fetching."""
    built = build_in_memory(fetch_archive(first_part, on_time), [VINTAGES])
    assert list_late_articles(built) == ["A:late"]
    assert built.read(VINTAGES)["known_at"].min() == end_of(day(91 if first_part == 20 else 90))
    assert built.read(BASELINE)["is_frozen"].all()


def test_an_archive_ends_when_the_first_baseline_is_complete() -> None:
    late = list_late_articles(build_in_memory(fetch_archive(40), [STORY_ARTICLES]))
    assert sorted(late) == sorted(["A:late", *(f"A:{number}" for number in range(40, 80))])


def test_the_index_is_known_at_the_last_day_seen() -> None:
    built = build_in_memory(Scene([A, late_article("A:2", day(9), 3)], [finding(A)], baseline=(DAY, DAY)), [TENSION_PAIR_DAILY])
    rows = built.rows(TENSION_PAIR_DAILY)
    assert {row["known_at"] for row in rows} == {end_of(day(12))}
    assert [row["obs_status"] for row in rows] == ["A"] * 6 + ["P"] * 4


@pytest.mark.parametrize("changes", [{"lexicon_sha": "0000aaaa1111"}, {"extractor_version": "9.9.9"}, {"extractor": "llm"}])
def test_a_day_read_by_another_reader_than_the_baseline_is_a_break(changes: Row) -> None:
    base, other = article("A:0", FIRST), article("A:2", day(2))
    findings = [finding(base), finding(A), finding(other, **changes)]
    scene = Scene([base, A, article("A:3", day(1)), other, article("A:9", day(9))], findings, baseline=BASE)
    built = build_in_memory(scene, [VINTAGES, INDEX_DAILY])
    assert [row["obs_status"] for row in built.rows(INDEX_DAILY, series="CHN-USA")][10:] == list("AABBBBBBBB")
    assert [row["obs_status"] for row in vintages_of(built, day(1)).values()] == ["P", "A"]
    assert [row["obs_status"] for row in vintages_of(built, day(2)).values()] == ["B"]


def test_a_break_lasts_on_days_without_signals() -> None:
    base, other = article("A:0", FIRST), late_article("B:2", day(2), 3)
    findings = [finding(base), finding(A), finding(other, modality="historical", extractor_version="9.9.9")]
    built = build_in_memory(Scene([base, A, other, article("A:9", day(20))], findings, baseline=BASE), [VINTAGES, INDEX_DAILY])
    statuses = [row["obs_status"] for row in built.rows(INDEX_DAILY, series="CHN-USA")]
    assert statuses == ["A"] * 12 + ["B"] * 19
    for number, expected in ((1, "PA"), (2, "PB"), (4, "PB"), (5, "B"), (20, "B")):
        assert "".join(row["obs_status"] for row in vintages_of(built, day(number)).values()) == expected
    assert set(vintages_of(built, day(4))) == {end_of(day(4)), end_of(day(5))}


def test_a_baseline_without_readers_makes_no_break() -> None:
    built = build_in_memory(late_scene([A]), [VINTAGES])
    assert {row["obs_status"] for row in built.rows(VINTAGES)} == {"P", "A"}


def test_a_pair_that_joined_later_breaks_by_its_own_baseline(tmp_path: Path) -> None:
    scene = replace(late_scene([A, LATE]), pairs=("CHN-USA", "JPN-USA"))
    built = build(tmp_path, scene, [BASELINE])
    lexicon = pl.when(pl.col("series").str.contains("JPN")).then(pl.lit("ffff00001111")).otherwise("lexicon_sha")
    built.lake.write(BASELINE, built.read(BASELINE).with_columns(lexicon_sha=lexicon))
    build_tables(built.lake, [VINTAGES, INDEX_DAILY], built.variables)
    index = built.read(INDEX_DAILY).sort("index_date", "series")
    assert (
        as_of(built, end_of(day(99)))
        .select("index_date", "series", "obs_status")
        .equals(index.select("index_date", "series", "obs_status"))
    )
    assert dict(index.filter(index_date=DAY).select("series", "obs_status").iter_rows()) == {
        "CHN-USA": "A", "CHN>USA": "A", "USA>CHN": "A", "JPN-USA": "B", "JPN>USA": "B", "USA>JPN": "B",
    }  # fmt: skip


def test_revisions_compare_each_age_with_the_newest_value() -> None:
    built = build_in_memory(late_scene([A, LATE]), [REVISIONS])
    rows = {row["age_days"]: row for row in built.rows(REVISIONS, series="CHN>USA")}
    assert sorted(rows) == list(range(15))
    # Days before the first baseline was known, at the end of day -3, are known later than their own end.
    assert [(row["day_count"], row["first_date"], row["last_date"]) for row in list(rows.values())[::7]] == [
        (10, day(-3), day(6)), (17, FIRST, day(6)), (17, FIRST, day(6))
    ]  # fmt: skip
    values_of_day = [50 * 2 ** (-number / 7) for number in range(7)]
    for age, missing in ((0, values_of_day[:2]), (1, values_of_day[:1]), (2, []), (14, [])):
        assert rows[age]["mean_absolute_revision"] == pytest.approx(sum(missing) / rows[age]["day_count"])
        assert rows[age]["mean_revision"] == pytest.approx(sum(missing) / rows[age]["day_count"])
        assert rows[age]["largest_revision"] == pytest.approx(max(missing, default=0))


def test_share_outside_counts_newest_values_beyond_the_interval() -> None:
    flood = [late_article(f"S{number:02d}:1", DAY, 1) for number in range(8)]
    rows = build_in_memory(late_scene([A, *flood]), [REVISIONS]).rows(REVISIONS, series="CHN>USA")
    assert [row["share_outside_80"] for row in rows][:2] == [pytest.approx(1 / 10), 0]


def test_days_of_less_than_two_weeks_have_no_revisions() -> None:
    built = build_in_memory(Scene([A, article("A:2", day(13))], [finding(A)]), [REVISIONS])
    assert built.rows(REVISIONS) == []
