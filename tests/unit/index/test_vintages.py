"""What was known when: a late article changes the index as known after it arrived and never before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, INDEX_DAILY, MOVEMENT_DAILY, STORY_ARTICLES, TENSION_PAIR_DAILY
from pipeline.contracts.tables.vintages import MASS_ARRIVALS, MOVEMENT_ARRIVALS, REVISIONS, STORY_KNOWN, VINTAGES
from pipeline.models.build import build_tables
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build, day, finding, retells, something

VALUES = [
    *(f"{name}{limit}" for name in ("tension", "concession", "dialogue") for limit in ("", "_lo80", "_lo95", "_hi80", "_hi95")),
    "net_tension",
    "stalemate",
]
LAST = 45  # last day of the eventful scene


def seen(name: str, on: date, after: int) -> Row:
    """An article of that day, first seen so many days after it."""
    return article(name, on, first_seen_at=datetime.combine(on + timedelta(days=after), time(18), tzinfo=UTC))


def end_of(on: date) -> datetime:
    """The instant at which a day is over."""
    return datetime.combine(on + timedelta(days=1), time(), tzinfo=UTC)


def known(built: Built, on: date, series: str = "CHN>USA") -> dict[datetime, Row]:
    """All vintages of a day, by the instant since which they were known."""
    return {row["known_at"]: row for row in built.rows(VINTAGES, index_date=on, series=series)}


def as_of(built: Built, moment: datetime) -> pl.DataFrame:
    """Of each day and series the newest vintage known by then."""
    vintages = built.lake.read(VINTAGES).filter(pl.col("known_at") <= moment).sort("known_at")
    return vintages.group_by("index_date", "series").last().sort("index_date", "series")


def wire(seed: int) -> Scene:
    """Stories at random, told by one to four papers within two days; a third of the articles are first seen up to twelve days late."""
    random = np.random.default_rng(seed)
    articles: list[Row] = []
    links: list[Row] = []
    findings: list[Row] = []
    for story in range(60):
        begins = int(random.integers(LAST - 2))
        tellings = [
            seen(f"{source}:{story:02d}", day(begins + (int(random.integers(3)) if place else 0)), lag)
            for place, source in enumerate(random.choice(list("ABCDE"), size=random.integers(1, 5), replace=False))
            for lag in [int(random.integers(1, 13)) if random.random() < 0.35 else 0]
        ]
        tellings.sort(key=lambda one: (one["index_date"], one["article_id"]))
        articles += tellings
        links += [retells(one, tellings[0]) for one in tellings[1:]]
        findings += [something(one, instrument, random) for one in tellings for instrument in ("tariff", "agreement")[: random.integers(3)]]
    read = {(source, day(number)): 40 for number in range(LAST + 1) for source in "ABCD" if number % 9 != 5}
    return Scene(articles, findings, links, read=read, baseline=(day(0), day(20)), pairs=("CHN-USA", "JPN-USA"))


def only_known(scene: Scene, built: Built, on: date) -> dict[str, pl.DataFrame]:
    """The core as it stood at the end of a day; every day until then has been looked at, and stories are those known last."""
    final = built.lake.read(STORY_ARTICLES)
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
        built.lake.read(COVERAGE)
        .filter(pl.col("index_date") <= on)
        .join(unseen, on=["index_date", "source"], how="left")
        .with_columns((pl.col("accepted") - pl.col("unseen").fill_null(0)).cast(pl.Int64))
        .drop("unseen")
    )
    return {
        ARTICLES.name: built.lake.read(ARTICLES).join(then, on="article_id", how="semi"),
        FINDINGS.name: built.lake.read(FINDINGS).join(then, on="article_id", how="semi"),
        STORY_LINKS.name: links.select("article_id", "index_date", "earlier_article_id", similarity=pl.lit(1.0)),
        COVERAGE.name: pl.concat([coverage, COVERAGE.conform(none)]),
        BASELINE.name: built.lake.read(BASELINE),
    }


@pytest.fixture(scope="module", params=[1, 2])
def eventful_wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Built]:
    scene = wire(request.param)
    return scene, build(tmp_path_factory.mktemp("wire"), scene, [REVISIONS, TENSION_PAIR_DAILY])


@pytest.mark.parametrize("number", [0, 3, 4, 9, 10, 17, 18, 26, 33, 44, 45, 50])
def test_what_was_known_is_what_the_chain_makes_of_the_articles_seen_by_then(eventful_wire: tuple[Scene, Built], number: int) -> None:
    scene, built = eventful_wire
    until = min(day(number), day(LAST))
    then = build_tables(only_known(scene, built, day(number)), [INDEX_DAILY], built.variables)[INDEX_DAILY.name]
    made = then.filter(pl.col("index_date") <= until).sort("index_date", "series")
    told = as_of(built, end_of(day(number)))
    assert told.select("index_date", "series").equals(made.select("index_date", "series"))
    assert told.height == (min(number, LAST) + 1) * 6
    for name in VALUES:
        assert told[name].to_numpy() == pytest.approx(made[name].to_numpy(), rel=1e-9, abs=1e-9), name
    assert told["phase"].equals(made["phase"])


def test_the_newest_vintage_is_the_published_value(eventful_wire: tuple[Scene, Built]) -> None:
    _, built = eventful_wire
    index = built.lake.read(INDEX_DAILY).sort("index_date", "series")
    newest = as_of(built, end_of(day(99)))
    for name in VALUES:
        assert newest[name].to_numpy() == pytest.approx(index[name].to_numpy(), rel=1e-9), name
    assert newest.select("phase", "obs_status").equals(index.select("phase", "obs_status"))
    assert newest["known_at"].max() == index["known_at"].max()


def test_arrivals_sum_to_what_is_known_last(eventful_wire: tuple[Scene, Built]) -> None:
    _, built = eventful_wire
    for arrivals, daily, key, columns in (
        (MASS_ARRIVALS, DAILY_MASS, ["index_date", "series", "channel"], ["observed", "second_moment", "expected", "articles_read"]),
        (MOVEMENT_ARRIVALS, MOVEMENT_DAILY, ["index_date", "pair"], ["hold", "move"]),
    ):
        summed = built.lake.read(arrivals).group_by(key).agg(pl.col(columns).sum())
        both = built.lake.read(daily).join(summed, on=key, how="left", suffix="_arrived").fill_null(0)
        for name in columns:
            assert both[f"{name}_arrived"].to_numpy() == pytest.approx(both[name].to_numpy(), abs=1e-9), name


def test_two_vintages_in_a_row_differ(eventful_wire: tuple[Scene, Built]) -> None:
    _, built = eventful_wire
    pooled = built.lake.read(VINTAGES).filter(pl.col("series") == "CHN-USA").sort("index_date", "known_at")
    # a pair's series are told together, so a direction may repeat itself; of the three together something differs
    together = built.lake.read(VINTAGES).filter(pl.col("pair") == "CHN-USA").sort("index_date", "known_at", "series")
    told = together.group_by("index_date", "known_at", maintain_order=True).agg(pl.struct(*VALUES, "obs_status").alias("told"))
    rows = [(row["index_date"], row["told"]) for row in told.iter_rows(named=True)]
    assert told.height == pooled.height
    assert [one for one, next_one in pairwise(rows) if one == next_one] == []


A, QUIET = article("A:1"), article("A:2", day(3))
LATE = seen("B:1", DAY, 2)
BASE = (day(20), day(20))  # nothing happens on it though much is read: every prior weighs one, and next to nothing is expected
MUCH = {("A", day(20)): 10**9}


def late_scene(articles: Sequence[Row], links: Sequence[Row] = (), findings: Sequence[Row] | None = None) -> Scene:
    found = [finding(one) for one in articles if one["article_id"] != "A:2"] if findings is None else findings
    return Scene([*articles, article("A:9", day(20))], found, links, read=MUCH, baseline=BASE)


def test_a_late_article_changes_the_vintage_after_it_arrived_and_no_earlier_one(tmp_path: Path) -> None:
    without = build(tmp_path / "without", late_scene([A, QUIET]), [VINTAGES])
    arrived = build(tmp_path / "with", late_scene([A, QUIET, LATE]), [VINTAGES])
    for before in (end_of(DAY), end_of(day(1)), end_of(day(2)) - timedelta(microseconds=1)):
        assert as_of(arrived, before).equals(as_of(without, before))
    after = end_of(day(2))
    assert known(arrived, DAY)[after]["tension"] == pytest.approx(known(arrived, DAY)[end_of(DAY)]["tension"] + 100 * 0.5)
    assert as_of(arrived, after)["tension"].to_list() > as_of(without, after)["tension"].to_list()


def test_a_day_whose_articles_were_seen_in_time_has_one_vintage_for_each_status(tmp_path: Path) -> None:
    built = build(tmp_path, late_scene([A, QUIET]), [VINTAGES])
    told = known(built, DAY)
    assert {moment: row["obs_status"] for moment, row in told.items()} == {end_of(DAY): "P", end_of(day(7)): "A"}
    assert len({row["tension"] for row in told.values()}) == 1
    assert [row["obs_status"] for row in known(built, day(14)).values()] == ["P"]


def test_an_article_of_the_next_day_in_another_paper_raises_the_breadth_and_is_a_revision(tmp_path: Path) -> None:
    copy = article("B:1", day(1))
    built = build(tmp_path, late_scene([A, copy], [retells(copy, A)], [finding(A)]), [VINTAGES])
    told = known(built, DAY)
    assert told[end_of(DAY)]["tension"] == pytest.approx(100 * (1 + 0.5))
    assert told[end_of(day(1))]["tension"] == pytest.approx(100 * (1 + 0.5 * (1 + log(2))))
    assert [row["source_owner_count"] for row in built.rows(STORY_KNOWN)][:2] == [1, 2]


def test_an_article_of_the_next_day_in_a_paper_of_the_same_owner_revises_nothing(tmp_path: Path) -> None:
    copy = article("B:1", day(1), source_owner="A")
    built = build(tmp_path, late_scene([A, copy], [retells(copy, A)], [finding(A)]), [VINTAGES])
    assert len({row["tension"] for row in known(built, DAY).values()}) == 1
    assert [row["source_owner_count"] for row in built.rows(STORY_KNOWN)] == [1, 1]


def test_a_first_telling_that_is_seen_after_its_copy_moves_the_story_to_its_own_day(tmp_path: Path) -> None:
    first, copy = seen("A:1", DAY, 3), article("B:1", day(1))
    built = build(tmp_path, late_scene([first, copy], [retells(copy, first)], [finding(copy)]), [VINTAGES])
    before, after = (as_of(built, end_of(day(number))).filter(series="CHN>USA")["tension"].to_list() for number in (1, 3))
    assert before == pytest.approx([100, 150])
    assert after[:2] == pytest.approx([100 * (1 + 0.5 * (1 + log(2))), 100 * (1 + 0.5 * (1 + log(2)) * 2 ** (-1 / 7))])


def test_articles_first_seen_on_one_day_in_two_runs_make_one_vintage(tmp_path: Path) -> None:
    morning, evening = (article(f"{name}:1", first_seen_at=datetime(2025, 4, 4, hour, tzinfo=UTC)) for name, hour in (("A", 6), ("B", 23)))
    built = build(tmp_path, late_scene([morning, evening]), [VINTAGES])
    first = min(known(built, DAY))
    assert (first, known(built, DAY)[first]["tension"]) == (end_of(DAY), pytest.approx(200))


def test_a_late_article_is_all_that_was_read_of_its_day(tmp_path: Path) -> None:
    built = build(tmp_path, late_scene([A, seen("B:1", day(1), 4)]), [VINTAGES])
    told = known(built, day(1))
    assert told[end_of(day(1))]["tension"] == pytest.approx(100 + 50 * 2 ** (-1 / 7))
    assert told[end_of(day(5))]["tension"] == pytest.approx(100 + 50 * 2 ** (-1 / 7) + 50)


def test_an_article_seen_before_its_day_is_known_at_the_end_of_it(tmp_path: Path) -> None:
    early = seen("B:1", day(2), -2)
    built = build(tmp_path, late_scene([A, early]), [VINTAGES])
    assert built.row(STORY_ARTICLES, article_id="B:1")["known_on"] == day(2)
    assert min(known(built, day(2))) == end_of(day(2))
    assert known(built, day(1)).keys() == {end_of(day(1)), end_of(day(8))}


def test_the_expected_mass_of_a_late_article_is_known_as_late_as_the_article(tmp_path: Path) -> None:
    scene = Scene([A, seen("A:2", day(1), 1)], [finding(A)], read={("A", DAY): 10}, baseline=(DAY, DAY))
    built = build(tmp_path, scene, [VINTAGES])
    first, second = (known(built, day(1))[end_of(day(number))]["tension"] for number in (1, 2))
    assert first > second  # as many stories, more read


def test_articles_that_were_all_fetched_on_one_later_day_were_not_known_before(tmp_path: Path) -> None:
    built = build(tmp_path, Scene([seen(f"A:{number}", day(number), 30 - number) for number in range(9)]), [VINTAGES])
    assert {row["known_at"] for row in built.rows(VINTAGES)} == {end_of(day(30))}
    assert len(built.rows(VINTAGES, series="CHN-USA")) == 9
    assert {row["obs_status"] for row in built.rows(VINTAGES)} == {"A"}


def test_the_release_knows_until_the_last_day_on_which_anything_was_seen(tmp_path: Path) -> None:
    built = build(tmp_path, Scene([A, seen("A:2", day(9), 3)], [finding(A)]), [TENSION_PAIR_DAILY])
    rows = built.rows(TENSION_PAIR_DAILY)
    assert {row["known_at"] for row in rows} == {end_of(day(12))}
    assert [row["obs_status"] for row in rows] == ["A"] * 6 + ["P"] * 4


@pytest.mark.parametrize("changes", [{"lexicon_sha": "0000aaaa1111"}, {"extractor_version": "9.9.9"}, {"extractor": "llm"}])
def test_a_day_read_by_another_reader_than_the_baseline_s_is_a_break(tmp_path: Path, changes: Row) -> None:
    other, late = article("A:2", day(2)), seen("B:2", day(4), 1)
    findings = [finding(A), finding(other, **changes), finding(late, modality="historical", **changes)]
    scene = Scene([A, article("A:3", day(1)), other, late, article("A:9", day(9))], findings, baseline=(DAY, DAY))
    built = build(tmp_path, scene, [VINTAGES, INDEX_DAILY])
    assert [row["obs_status"] for row in built.rows(INDEX_DAILY, series="CHN-USA")] == list("AABPBPPPPP")
    assert [row["obs_status"] for row in known(built, day(2)).values()] == ["B"]
    assert {moment: row["obs_status"] for moment, row in known(built, day(4)).items()} == {end_of(day(4)): "P", end_of(day(5)): "B"}


def test_a_baseline_that_names_no_reader_breaks_nothing(tmp_path: Path) -> None:
    built = build(tmp_path, late_scene([A]), [VINTAGES])
    assert {row["obs_status"] for row in built.rows(VINTAGES)} == {"P", "A"}


def test_revisions_compare_what_was_known_at_each_age_with_the_newest(tmp_path: Path) -> None:
    built = build(tmp_path, late_scene([A, LATE]), [REVISIONS])
    rows = {row["age_days"]: row for row in built.rows(REVISIONS, series="CHN>USA")}
    assert sorted(rows) == list(range(15))
    assert {(row["day_count"], row["first_date"], row["last_date"]) for row in rows.values()} == {(7, DAY, day(6))}
    kept = [50 * 2 ** (-number / 7) for number in range(7)]
    for age, missing in ((0, kept[:2]), (1, kept[:1]), (2, []), (14, [])):
        assert rows[age]["mean_absolute_revision"] == pytest.approx(sum(missing) / 7)
        assert rows[age]["mean_revision"] == pytest.approx(sum(missing) / 7)
        assert rows[age]["largest_revision"] == pytest.approx(max(missing, default=0))


def test_the_share_outside_counts_newest_values_beyond_the_limits_of_then(tmp_path: Path) -> None:
    flood = [seen(f"S{number:02d}:1", DAY, 1) for number in range(8)]
    rows = build(tmp_path, late_scene([A, *flood]), [REVISIONS]).rows(REVISIONS, series="CHN>USA")
    assert [row["share_outside_80"] for row in rows][:2] == [pytest.approx(1 / 7), 0]


def test_before_a_day_is_two_weeks_old_there_are_no_revisions(tmp_path: Path) -> None:
    built = build(tmp_path, Scene([A, article("A:2", day(13))], [finding(A)]), [REVISIONS])
    assert built.rows(REVISIONS) == []
