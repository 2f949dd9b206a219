from itertools import product
from math import log, prod
from typing import Any

import pytest

from pipeline.contracts.tables.index import SIGNALS, STORY_MASS
from pipeline.contracts.tables.measures import MEASURE_CLAIMS
from pipeline.contracts.tables.stories import STORIES, STORY_ARTICLES
from pipeline.contracts.tables.threats import THREAT_CLAIMS
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build_in_memory, day, finding, link, story_in_sources

ONE = article("A:1")


def masses(*findings: Row, articles: list[Row] | None = None, links: list[Row] | None = None) -> Built:
    return build_in_memory(Scene(articles or [ONE], findings, links or []), [STORY_MASS])


def escalation(built: Built, series: str = "CHN>USA") -> Row:
    return built.row(STORY_MASS, series=series, channel="escalation")


def test_a_signal_weighs_its_probability_times_its_severity() -> None:
    row = escalation(masses(finding(ONE, "measure", "announced", 0.8)))
    assert row["mass"] == pytest.approx(0.8 * 0.50)
    assert row["mass_unweighted"] == pytest.approx(0.8)
    assert row["second_moment"] == pytest.approx(0.8 * 0.50**2)


@pytest.mark.parametrize(("rate_pct", "size"), [(None, 1), (25, 1), (100, 2), (145, 2), (9, 0.6), (1, 0.5)])
def test_a_tariff_weighs_by_the_root_of_its_rate(rate_pct: float | None, size: float) -> None:
    row = escalation(masses(finding(ONE, "measure", "announced", 0.8, instrument="tariff", rate_pct=rate_pct)))
    assert row["mass"] == pytest.approx(0.8 * 0.50 * size)
    assert row["mass_unweighted"] == pytest.approx(0.8)


@pytest.mark.parametrize(("kind", "instrument", "severity"), [("measure", "export_control", 0.50), ("easing", "tariff", 0.45)])
def test_the_rate_matters_only_for_threatened_and_raised_tariffs(kind: str, instrument: str, severity: float) -> None:
    built = masses(finding(ONE, kind, "announced", 0.8, instrument=instrument, rate_pct=100.0))
    assert [row["mass"] for row in built.rows(STORY_MASS, series="CHN>USA")] == [pytest.approx(0.8 * severity)]


def test_only_the_heaviest_signal_of_a_kind_and_instrument_counts() -> None:
    heavy, light = finding(ONE, "measure", "announced", 0.9), finding(ONE, "measure", "effective", 0.6)
    row = escalation(masses(heavy, light))
    assert row["mass"] == pytest.approx(0.9 * 0.50)  # larger than 0.6 x 0.70
    assert row["signal_id"] == heavy["signal_id"]
    assert row["signal_count"] == 2


def test_signals_of_other_kinds_and_instruments_are_added() -> None:
    measure = finding(ONE, "measure", "announced", 0.9)
    other_instrument = finding(ONE, "measure", "announced", 0.5, instrument="export_control")
    other_kind = finding(ONE, "demand", "proposed", 0.7)
    row = escalation(masses(measure, other_instrument, other_kind))
    assert row["mass"] == pytest.approx(0.9 * 0.50 + 0.5 * 0.50 + 0.7 * 0.10)


def test_the_second_moment_is_that_of_independent_signals() -> None:
    signals = [("measure", "announced", 0.9, 0.50), ("demand", "proposed", 0.7, 0.10), ("threat", "proposed", 0.4, 0.35)]
    row = escalation(masses(*(finding(ONE, kind, status, p) for kind, status, p, _ in signals)))
    expected = 0.0
    for true in product((0, 1), repeat=len(signals)):
        chance = prod(p if is_true else 1 - p for is_true, (*_, p, _) in zip(true, signals, strict=True))
        expected += chance * sum(is_true * g for is_true, (*_, g) in zip(true, signals, strict=True)) ** 2
    assert row["second_moment"] == pytest.approx(expected)


def test_the_heaviest_signal_comes_from_any_article_of_the_story() -> None:
    (first, second), links = story_in_sources(2)
    loud = finding(second, probability=0.9)
    row = escalation(masses(finding(first, probability=0.4), loud, articles=[first, second], links=links))
    assert row["story_id"] == first["article_id"]
    assert row["signal_id"] == loud["signal_id"]
    assert row["mass"] == pytest.approx((1 + log(2)) * 0.9 * 0.50)
    assert row["article_count"] == 2


def test_a_story_is_shown_by_a_signal_of_its_day_if_there_is_one() -> None:
    first, reprint = article("A:1"), article("B:1", day(1))
    shown, loud, other = finding(first, probability=0.4), finding(reprint, probability=0.9), finding(reprint, "threat", "proposed", 0.8)
    of_channel = [finding(reprint, "dialogue", "announced", 0.8)]
    built = masses(shown, loud, other, *of_channel, articles=[first, reprint], links=[link(reprint, first)])
    row = escalation(built)
    assert (row["index_date"], row["signal_id"], row["kind"]) == (DAY, shown["signal_id"], "measure")
    assert row["mass"] == pytest.approx((1 + log(2)) * (0.9 * 0.50 + 0.8 * 0.35))
    assert built.row(STORY_MASS, series="CHN>USA", channel="dialogue")["signal_id"] == of_channel[0]["signal_id"]


BREADTHS = {1: 1.0, 3: 1 + log(3), 20: 1 + log(20), 25: 1 + log(20)}


@pytest.fixture(scope="module")
def broad() -> Built:
    """One story a day, in 1, 3, 20 and 25 sources."""
    articles, links, findings = [], [], []
    for sources in BREADTHS:
        members, linked = story_in_sources(sources, day(sources))
        named = {one["article_id"]: f"{one['article_id']} of {sources}" for one in members}
        members = [one | {"article_id": named[one["article_id"]]} for one in members]
        links += [one | {name: named[one[name]] for name in ("article_id", "earlier_article_id")} for one in linked]
        articles += members
        findings.append(finding(members[0], probability=0.6))
    return build_in_memory(Scene(articles, findings, links), [STORY_MASS])


@pytest.mark.parametrize("sources", BREADTHS)
def test_breadth_grows_with_the_logarithm_of_up_to_20_sources(broad: Built, sources: int) -> None:
    breadth = BREADTHS[sources]
    assert broad.row(STORIES, index_date=day(sources))["source_owner_count"] == sources
    row = broad.row(STORY_MASS, index_date=day(sources), series="CHN>USA")
    assert row["mass"] == pytest.approx(breadth * 0.6 * 0.50)
    assert row["second_moment"] == pytest.approx(0.6 * (breadth * 0.50) ** 2)


def test_a_second_article_of_one_source_adds_no_breadth() -> None:
    first, again = article("A:1"), article("A:2", day(1))
    built = masses(finding(first), articles=[first, again], links=[link(again, first)])
    story = built.row(STORIES)
    assert (story["source_owner_count"], story["article_count"], story["breadth"]) == (1, 2, 1.0)


def test_two_sources_of_one_owner_count_once_in_breadth() -> None:
    first, sister, stranger = article("A:1"), article("B:1", source_owner="A"), article("C:1")
    links = [link(sister, first), link(stranger, first)]
    story = masses(finding(first), articles=[first, sister], links=links[:1]).row(STORIES)
    assert (story["source_owner_count"], story["article_count"], story["breadth"]) == (1, 2, 1.0)
    story = masses(finding(first), articles=[first, sister, stranger], links=links).row(STORIES)
    assert (story["source_owner_count"], story["article_count"], story["breadth"]) == (2, 3, pytest.approx(1 + log(2)))


SPELLINGS = ("Daily Post & Echo", "The Daily Post & Echo", "DAILY POST AND ECHO", "www.dailypostandecho.com", "thedailypostandecho.co.uk")


def test_spellings_of_an_owner_count_as_one_named_as_known_first() -> None:
    first, *others = [
        article(f"{n}:1", day(n % 3), source_owner=owner) for n, owner in enumerate([*reversed(SPELLINGS), "Daily Pest & Echo"])
    ]
    built = masses(finding(first), articles=[first, *others], links=[link(other, first) for other in others])
    assert built.row(STORIES)["source_owner_count"] == 2
    assert {row["source_owner"] for row in built.rows(STORY_ARTICLES)} == {"The Daily Post & Echo", "Daily Pest & Echo"}


def test_domains_of_two_countries_are_two_owners() -> None:
    first, *others = [article(f"{n}:1", source_owner=owner) for n, owner in enumerate(("thestandard.co.ke", "thestandard.com.hk"))]
    built = masses(finding(first), articles=[first, *others], links=[link(other, first) for other in others])
    assert built.row(STORIES)["source_owner_count"] == 2


def test_names_that_are_nothing_but_an_article_or_signs_are_owners() -> None:
    first, *others = [article(f"{n}:1", source_owner=owner) for n, owner in enumerate(("The", "???", "!!!"))]
    built = masses(finding(first), articles=[first, *others], links=[link(other, first) for other in others])
    assert built.row(STORIES)["source_owner_count"] == 3


def test_words_and_actions_sum_to_the_mass() -> None:
    threat = finding(ONE, "threat", "proposed", 0.5)
    planned = finding(ONE, "measure", "proposed", 0.5, instrument="currency")
    act = finding(ONE, "measure", "effective", 0.5)
    row = escalation(masses(threat, planned, act))
    assert row["mass_words"] == pytest.approx(0.5 * 0.35 + 0.5 * 0.35)
    assert row["mass_actions"] == pytest.approx(0.5 * 0.70)
    assert row["mass"] == pytest.approx(row["mass_words"] + row["mass_actions"])


def test_signals_that_are_not_asserted_have_no_mass() -> None:
    built = masses(*(finding(ONE, modality=modality) for modality in ("negated", "hypothetical", "historical")))
    assert len(built.rows(SIGNALS)) == 3
    assert built.rows(STORY_MASS) == []


def test_withdrawn_threats_and_offers_have_no_mass() -> None:
    taken_back = (("threat", "suspended"), ("offer", "suspended"), ("dialogue", "ended"))
    assert masses(*(finding(ONE, kind, status) for kind, status in taken_back)).rows(STORY_MASS) == []


@pytest.mark.parametrize(("status", "begun"), [("suspended", "announced"), ("ended", "effective")])
def test_a_stop_of_purchases_is_a_measure_that_begins(status: str, begun: str) -> None:
    def build_measure(name: str) -> list[list[Any]]:
        built = build_in_memory(Scene([ONE], [finding(ONE, "measure", name)]), (STORY_MASS, MEASURE_CLAIMS, THREAT_CLAIMS))
        return [
            [row[column] for row in built.rows(table)]
            for table, column in ((STORY_MASS, "mass"), (MEASURE_CLAIMS, "effect"), (THREAT_CLAIMS, "status"))
        ]

    assert build_measure(status) == build_measure(begun)
    assert build_measure(status)[1:] == [[begun], [begun]]


def test_a_signal_without_weight_does_not_hide_another() -> None:
    row = escalation(masses(finding(ONE, "threat", "suspended", 0.9), finding(ONE, "threat", "proposed", 0.2)))
    assert row["mass"] == pytest.approx(0.2 * 0.35)
    assert row["signal_count"] == 1


def test_a_suspended_tariff_counts_as_a_concession() -> None:
    built = masses(finding(ONE, "easing", "suspended", 0.5))
    assert built.row(STORY_MASS, series="CHN>USA")["channel"] == "concession"
    assert built.row(STORY_MASS, series="CHN>USA")["mass_actions"] == pytest.approx(0.5 * 0.45)


def test_the_mass_of_a_pair_is_that_of_both_directions() -> None:
    built = masses(finding(ONE, probability=0.8), finding(ONE, probability=0.5, actor="USA", target="CHN"))
    assert escalation(built, "CHN>USA")["mass"] == pytest.approx(0.40)
    assert escalation(built, "USA>CHN")["mass"] == pytest.approx(0.25)
    assert escalation(built, "CHN-USA")["mass"] == pytest.approx(0.65)
    assert escalation(built, "CHN-USA")["signal_count"] == 2


def test_only_the_selected_pairs_have_mass() -> None:
    others = (("JPN", "*"), ("JPN", "USA"), ("CHN", "JPN"))
    assert masses(*(finding(ONE, actor=actor, target=target) for actor, target in others)).rows(STORY_MASS) == []


def test_a_story_belongs_to_the_day_of_its_first_article() -> None:
    first, second, third = article("A:1"), article("B:1", day(2)), article("C:1", day(4))
    links = [link(second, first), link(third, second)]
    built = masses(finding(third), articles=[first, second, third], links=links)
    assert {row["story_id"] for row in built.rows(STORY_ARTICLES)} == {"A:1"}
    assert escalation(built)["index_date"] == DAY
    assert built.row(STORIES)["article_count"] == 3


def test_an_article_without_links_is_its_own_story() -> None:
    built = masses(finding(ONE), articles=[ONE, article("B:1")])
    assert {row["article_id"]: row["story_id"] for row in built.rows(STORY_ARTICLES)} == {"A:1": "A:1", "B:1": "B:1"}
    assert [row["story_id"] for row in built.rows(STORIES)] == ["A:1"]  # the other has no signal


def test_circular_links_terminate() -> None:
    one, other = article("A:1"), article("B:1")
    built = build_in_memory(Scene([one, other], [], [link(one, other), link(other, one)]), [STORY_ARTICLES])
    assert [row["story_id"] for row in built.rows(STORY_ARTICLES)] == ["A:1", "B:1"]
