from datetime import UTC, date, datetime, time
from math import isfinite, log
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS
from pipeline.defs.resources import Method
from pipeline.index.baseline import StoredBaseline, freeze_baseline, read_stored_baseline, require_one_reader
from pipeline.index.parameters import BASELINE_LENGTHS, BaselineError
from pipeline.settings import Settings
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build, build_in_memory, day, finding, link

ETA = 500
A, B = article("A:1"), article("B:1")


def of_source(built: Built, source: str, series: str = "CHN>USA", channel: str = "escalation") -> Row:
    return built.row(BASELINE, series=series, channel=channel, source=source)


def test_a_rate_is_shrunk_towards_all_sources_by_eta_articles() -> None:
    scene = Scene([A, B], [finding(A, probability=0.8), finding(B, "threat", "proposed", 0.4)], read={("A", DAY): 1000, ("B", DAY): 3000})
    built = build_in_memory(scene, [BASELINE])
    mass_of_a, mass_of_b = 0.8 * 0.50, 0.4 * 0.35
    rate_of_all = (mass_of_a + mass_of_b) / 4000
    assert of_source(built, "(any)")["rate"] == pytest.approx(rate_of_all)
    assert of_source(built, "A")["rate"] == pytest.approx((mass_of_a + ETA * rate_of_all) / (1000 + ETA))
    assert of_source(built, "B")["rate"] == pytest.approx((mass_of_b + ETA * rate_of_all) / (3000 + ETA))
    assert of_source(built, "B")["rate_unweighted"] == pytest.approx((0.4 + ETA * 1.2 / 4000) / (3000 + ETA))
    assert [of_source(built, source)["article_count"] for source in ("A", "B", "(any)")] == [1000, 3000, 0]


def test_a_source_without_a_story_has_the_shrunk_rate() -> None:
    scene = Scene([A], [finding(A)], read={("A", DAY): 500, ("C", DAY): 1500})
    assert of_source(build_in_memory(scene, [BASELINE]), "C")["rate"] == pytest.approx(ETA * (0.5 / 2000) / (1500 + ETA))


def test_sources_share_the_mass_of_their_story_equally() -> None:
    scene = Scene([A, B], [finding(A)], [link(B, A)], read={("A", DAY): 500, ("B", DAY): 500})
    built = build_in_memory(scene, [BASELINE])
    mass = (1 + log(2)) * 0.50
    assert of_source(built, "A")["rate"] == pytest.approx((mass / 2 + ETA * mass / 1000) / (500 + ETA))
    assert of_source(built, "A")["rate"] == of_source(built, "B")["rate"]


def test_a_second_article_gives_a_source_no_larger_share() -> None:
    again = article("A:2")
    scene = Scene([A, B, again], [finding(A)], [link(B, A), link(again, A)], read={("A", DAY): 500, ("B", DAY): 500})
    built = build_in_memory(scene, [BASELINE])
    assert of_source(built, "A")["rate"] == of_source(built, "B")["rate"]


def test_sources_of_one_owner_share_the_mass_of_a_story_equally() -> None:
    copy, other = article("B:1", source_owner="A"), article("C:1")
    scene = Scene([A, copy, other], [finding(A)], [link(copy, A), link(other, A)], read={(source, DAY): 500 for source in "ABC"})
    built = build_in_memory(scene, [BASELINE])
    mass = (1 + log(2)) * 0.50  # its breadth is that of two owners
    rates = {source: of_source(built, source)["rate"] for source in "ABC"}
    assert list(rates.values()) == pytest.approx([(mass / 3 + ETA * mass / 1500) / (500 + ETA)] * 3)
    assert sum(rate * (500 + ETA) - ETA * mass / 1500 for rate in rates.values()) == pytest.approx(mass)


def test_the_prior_weighs_three_mean_stories_of_the_channel() -> None:
    scene = Scene([A, B], [finding(A, probability=0.8), finding(B, "threat", "proposed", 0.4, actor="USA", target="CHN")])
    row = of_source(build_in_memory(scene, [BASELINE]), "(any)")
    assert row["prior"] == pytest.approx(3 * (0.8 * 0.50 + 0.4 * 0.35) / 2)
    assert row["prior_unweighted"] == pytest.approx(3 * (0.8 + 0.4) / 2)
    assert row["prior_dispersion"] == pytest.approx((0.8 * 0.25 + 0.4 * 0.35**2) / (0.8 * 0.50 + 0.4 * 0.35))
    assert row["words_share"] == pytest.approx(0.4 * 0.35 / (0.8 * 0.50 + 0.4 * 0.35))


def test_a_pair_without_a_story_expects_half_a_mean_story() -> None:
    scene = Scene([A], [finding(A, probability=0.8)], pairs=("CHN-USA", "JPN-USA"))
    built = build_in_memory(scene, [CHANNEL_DAILY])
    silent, heard = of_source(built, "A", "JPN>USA"), of_source(built, "A", "CHN>USA")
    assert silent["rate"] == pytest.approx((0 + ETA * 0.2 / 1) / (1 + ETA))  # half of 0.8 x 0.5, over the one article read
    assert silent["prior"] == heard["prior"] == pytest.approx(3 * 0.4)
    assert (silent["story_count"], heard["story_count"]) == (0, 1)
    value = built.row(CHANNEL_DAILY, series="JPN>USA", channel="escalation")["value"]
    assert value == pytest.approx(100 * 1.2 / (1.2 + silent["rate"]))


def test_the_first_story_of_a_silent_pair_is_a_finite_step() -> None:
    later = article("A:2", day(30))
    scene = Scene(
        [A, later], [finding(A), finding(later, actor="JPN")], read={("A", day(n)): 100 for n in range(31)},
        pairs=("CHN-USA", "JPN-USA"), baseline=(DAY, day(29)),
    )  # fmt: skip
    rows = build_in_memory(scene, [CHANNEL_DAILY]).rows(CHANNEL_DAILY, series="JPN>USA", channel="escalation")
    assert rows[29]["value"] < 100 < rows[30]["value"] < 150


def test_a_pair_expects_the_sum_of_both_directions() -> None:
    built = build_in_memory(Scene([A], [finding(A)]), [BASELINE])
    rates = [of_source(built, "A", series)["rate"] for series in ("CHN>USA", "USA>CHN", "CHN-USA")]
    assert rates[2] == pytest.approx(rates[0] + rates[1])


def test_a_channel_without_any_story_has_a_prior_of_one() -> None:
    row = of_source(build_in_memory(Scene([A]), [BASELINE]), "(any)", channel="dialogue")
    assert (row["prior"], row["prior_unweighted"], row["prior_dispersion"], row["words_share"]) == (1, 1, 1, 0.5)
    assert row["rate"] == pytest.approx(1 / 3 / 2)


def test_only_days_of_the_window_set_the_baseline() -> None:
    later = article("A:2", day(1))
    scene = Scene([A, later], [finding(A), finding(later, probability=0.1)], read={("A", DAY): 500}, baseline=(DAY, DAY))
    row = of_source(build_in_memory(scene, [BASELINE]), "A")
    assert row["rate"] == pytest.approx((0.5 + ETA * 0.5 / 500) / (500 + ETA))
    assert (row["baseline_from"], row["baseline_to"], row["article_count"]) == (DAY, DAY, 500)


@pytest.mark.parametrize("window", [None, (day(0), day(1))])
def test_a_window_without_an_accepted_article_is_an_error(window: tuple[date, date] | None) -> None:
    message = r"^no article was accepted in the baseline window 2025-04-04 to 2025-04-0\d; `tension status` says .*; if there are articles"
    with pytest.raises(BaselineError, match=message):
        build_in_memory(Scene(read={("A", DAY): 0, ("A", day(3)): 0}, baseline=window), [BASELINE])


def test_the_baseline_lists_its_readers() -> None:
    findings = [finding(A), finding(B, extractor_version="0.2.0", lexicon_sha="0000aaaa1111")]
    row = of_source(build_in_memory(Scene([A, B], findings), [BASELINE]), "A")
    assert row["lexicon_sha"] == "0000aaaa1111 5b1d7c9a0e3f"
    assert row["extractor_version"] == "rules 0.1.0, rules 0.2.0"


def test_every_series_channel_and_source_has_a_baseline() -> None:
    built = build_in_memory(Scene([A, B], pairs=("CHN-USA", "EUN-USA")), [BASELINE])
    assert len(built.rows(BASELINE)) == 2 * 3 * 3 * 3  # pairs, series of each, channels, sources with (any)


def build_with_new_source() -> Built:
    """Ten baseline days of one source with one story a day, then ten days with a second source that does the same."""
    articles: list[Row] = []
    read: dict[tuple[str, date], int] = {}
    for number in range(20):
        for source in "AB" if number >= 10 else "A":
            articles.append(article(f"{source}:{number}", day(number)))
            read[source, day(number)] = 100
    return build_in_memory(Scene(articles, [finding(one) for one in articles], read=read, baseline=(day(0), day(9))), [CHANNEL_DAILY])


def test_a_new_source_raises_observed_and_expected_together() -> None:
    built = build_with_new_source()
    days = built.rows(DAILY_MASS, series="CHN>USA", channel="escalation")
    assert [row["observed"] for row in days] == pytest.approx([0.5] * 10 + [1.0] * 10)
    assert [row["expected"] for row in days] == pytest.approx([0.5] * 10 + [1.0] * 10)
    values = [row["value"] for row in built.rows(CHANNEL_DAILY, series="CHN>USA", channel="escalation")]
    assert values == pytest.approx([100] * 20)


def test_a_frozen_baseline_is_not_replaced() -> None:
    stored = BASELINE.example().with_columns(rate=pl.lit(0.5), is_frozen=pl.lit(value=True))
    fresh = stored.with_columns(rate=pl.lit(0.7), lexicon_sha=pl.lit("another"))
    assert freeze_baseline(fresh, stored).equals(stored)


def test_a_new_series_joins_a_frozen_baseline() -> None:
    stored = BASELINE.example().with_columns(rate=pl.lit(0.5))
    fresh = pl.concat([stored.with_columns(rate=pl.lit(0.7)), stored.with_columns(series=pl.lit("JPN>USA"), rate=pl.lit(0.1))])
    assert dict(freeze_baseline(fresh, stored).select("series", "rate").rows()) == {stored["series"][0]: 0.5, "JPN>USA": 0.1}


def test_a_removed_series_leaves_a_frozen_baseline() -> None:
    selected = BASELINE.example()
    stored = pl.concat([selected, selected.with_columns(series=pl.lit("JPN>USA"))])
    assert freeze_baseline(selected.with_columns(rate=pl.lit(0.7)), stored).equals(selected)


@pytest.mark.parametrize("changed", [{"index_version": "9.9"}, {"weights_sha": "0" * 12}, {"baseline_to": DAY}])
def test_another_method_makes_another_baseline(changed: dict[str, object]) -> None:
    stored = BASELINE.example()
    fresh = stored.with_columns(**{name: pl.lit(value) for name, value in changed.items()}, rate=pl.lit(0.7))
    assert freeze_baseline(fresh, stored).equals(fresh)


@pytest.mark.parametrize("changed", [{"index_version": "1.0"}, {"weights_sha": "0" * 12}])
def test_a_new_method_does_not_freeze_readings_of_several_versions(changed: dict[str, str]) -> None:
    fresh = BASELINE.example().with_columns(is_frozen=pl.lit(value=True))
    readers = pl.DataFrame({"extractor_version": ["0.3.3+1.3.0", "0.3.21+1.7.0"], "lexicon_sha": ["6c65b5620f68", "1493529c363c"]})
    require_one_reader(fresh, fresh.with_columns(rate=pl.lit(0.7)), lambda: readers)
    stored = fresh.with_columns(**{name: pl.lit(value) for name, value in changed.items()})
    require_one_reader(fresh, stored, lambda: readers.head(1))
    require_one_reader(fresh, stored.with_columns(is_frozen=pl.lit(value=False)), lambda: readers)
    with pytest.raises(BaselineError, match=r"read by several versions \(0.3.21\+1.7.0, 0.3.3\+1.3.0\). Read all days again"):
        require_one_reader(fresh, stored, lambda: readers)


def test_a_baseline_whose_window_is_not_over_is_replaced() -> None:
    stored = BASELINE.example().with_columns(is_frozen=pl.lit(value=False))
    fresh = stored.with_columns(rate=pl.lit(0.7))
    assert freeze_baseline(fresh, stored).equals(fresh)
    assert read_stored_baseline(stored) == StoredBaseline(None, None)


def test_a_longer_version_joins_a_frozen_one() -> None:
    stored = BASELINE.example()
    longer = stored.with_columns(valid_from=pl.lit(day(300)), baseline_to=pl.lit(day(290)))
    fresh = pl.concat([stored.with_columns(rate=pl.lit(0.7)), longer])
    assert freeze_baseline(fresh, stored).equals(BASELINE.conform(pl.concat([stored, longer])))


def test_a_default_baseline_goes_on_from_its_first_day() -> None:
    stored = BASELINE.example().with_columns(valid_from=pl.lit(DAY), baseline_from=pl.lit(DAY), baseline_to=pl.lit(day(27)))
    longer = stored.with_columns(valid_from=pl.lit(day(62)), baseline_to=pl.lit(day(55)))
    assert read_stored_baseline(pl.concat([longer, stored])) == StoredBaseline(None, DAY)


def test_a_frozen_window_stays_the_window() -> None:
    stored = BASELINE.example().with_columns(baseline_from=pl.lit(DAY), baseline_to=pl.lit(day(9)))
    assert read_stored_baseline(stored) == StoredBaseline((DAY, day(9)), None)


def test_a_window_as_long_as_the_first_version_stays_a_window() -> None:
    stored = BASELINE.example().with_columns(valid_from=pl.lit(DAY), baseline_from=pl.lit(day(10)), baseline_to=pl.lit(day(37)))
    assert read_stored_baseline(stored) == StoredBaseline((day(10), day(37)), None)


@pytest.mark.parametrize("days", [10, BASELINE_LENGTHS[0]])
def test_a_window_that_is_no_longer_set_is_not_used(tmp_path: Path, days: int) -> None:
    last = article("A:2", day(days + 6))
    built = build(tmp_path, Scene([A, last], [finding(A)], baseline=(DAY, day(days - 1))), [BASELINE])
    assert built.read(BASELINE)["is_frozen"].all()
    fixed, unset = (Method(Settings(baseline=window)).variables(built.lake) for window in ((DAY, day(days - 1)), None))
    assert (fixed["baseline_from"], fixed["baseline_to"]) == (DAY, day(days - 1))
    assert (unset["baseline_from"], unset["baseline_to"]) == (None, None)


def test_a_baseline_of_another_method_has_no_window() -> None:
    assert read_stored_baseline(BASELINE.example().with_columns(index_version=pl.lit("1.0"))) == StoredBaseline(None, None)


@pytest.mark.parametrize(("last", "window", "is_frozen"), [(33, None, False), (34, None, True), (16, (0, 9), True), (15, (0, 9), False)])
def test_a_baseline_freezes_when_its_window_is_final(last: int, window: tuple[int, int] | None, is_frozen: bool) -> None:
    scene = Scene([A, article("A:2", day(last))], [finding(A)], baseline=(day(window[0]), day(window[1])) if window else None)
    assert {row["is_frozen"] for row in build_in_memory(scene, [BASELINE]).rows(BASELINE)} == {is_frozen}


def test_a_window_with_only_late_parts_of_stories_has_finite_rates() -> None:
    """The mean mass of a story is unknown if every story of the window began before it."""
    late = article("B:1", first_seen_at=datetime.combine(day(9), time(18), tzinfo=UTC))
    inside = article("A:9", day(5))
    scene = Scene(
        [A, late, inside, article("A:20", day(20))],
        [finding(A), finding(late, instrument="quota")],
        [link(late, A)],
        baseline=(day(2), day(8)),
    )
    rows = build_in_memory(scene, [BASELINE]).rows(BASELINE, channel="escalation", series="CHN>USA")
    assert all(isfinite(row["rate"]) and isfinite(row["prior"]) for row in rows)
    assert {row["story_count"] for row in rows} == {0}
    assert max(row["rate"] for row in rows) > 0
