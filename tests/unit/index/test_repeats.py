"""An owner counts once for an act and day, whatever the number of its stories, and nobody else's report counts less."""

from collections.abc import Sequence
from math import log
from typing import Any

import pytest

from pipeline.contracts.model import Table
from pipeline.contracts.tables.audit import SIGNAL_MASS
from pipeline.contracts.tables.index import DAILY_MASS, STORY_MASS, TENSION_DAILY
from tests.unit.index.lake_scenes import Built, Row, Scene, article, build_in_memory, day, finding, link

ONE, TWO = article("A:1"), article("A:2")
#: Of a tariff without a rate, with probability 1.
MASS = 0.50


def build_scene(
    *findings: Row, articles: list[Row] | None = None, links: list[Row] | None = None, tables: Sequence[Table] = (STORY_MASS,)
) -> Built:
    return build_in_memory(Scene(articles or [ONE, TWO], findings, links or []), tables)


def mass(*findings: Row, articles: list[Row] | None = None, links: list[Row] | None = None, series: str = "CHN>USA") -> float:
    return float(sum(row["mass"] for row in build_scene(*findings, articles=articles, links=links).rows(STORY_MASS, series=series)))


def seen_on(one: Row, number: int) -> Row:
    return one | {"first_seen_at": article("A:1", day(number))["first_seen_at"]}


def test_the_larger_of_two_reports_counts() -> None:
    (row,) = build_scene(finding(ONE, probability=0.4), finding(TWO, probability=0.9)).rows(STORY_MASS, series="CHN>USA")
    assert (row["story_id"], row["mass"], row["mass_unweighted"]) == ("A:2", pytest.approx(0.9 * MASS), pytest.approx(0.9))


def test_the_first_known_of_two_equal_reports_counts() -> None:
    later = seen_on(ONE, 1)
    (row,) = build_scene(finding(TWO), finding(later), articles=[later, TWO]).rows(STORY_MASS, series="CHN>USA")
    assert row["story_id"] == "A:2"


@pytest.mark.parametrize(
    ("changes", "count"),
    [({"status": "proposed"}, 1), ({"instrument": "quota"}, 2), ({"actor": "USA", "target": "CHN"}, 1), ({"kind": "threat"}, 1.7)],
)
def test_a_report_of_another_kind_instrument_or_direction_counts(changes: Row, count: float) -> None:
    assert mass(finding(ONE), finding(TWO, **changes)) == pytest.approx(count * MASS)


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ({"product": "steel"}, {"product": "cars"}, 2),
        ({"product": "steel"}, {"product": "steel"}, 1),
        ({"product": "steel"}, {"product": "fentanyl"}, 1),  # a reason, not a product
        ({"product": "steel"}, {}, 1),
        ({}, {"product": "steel"}, 2),  # it says more
        ({"rate_pct": 25.0}, {"rate_pct": 36.0}, 2.2),
        ({"rate_pct": 25.0}, {"rate_pct": 25.0}, 1),
        ({"rate_pct": 25.0}, {}, 1),
    ],
)
def test_a_report_of_another_rate_or_product_counts(first: Row, second: Row, count: float) -> None:
    assert mass(finding(ONE, **first), finding(TWO, **second)) == pytest.approx(count * MASS)


def test_a_repeat_silences_no_other_act() -> None:
    articles = [ONE, TWO, article("A:3")]
    named = ((0.9, "steel"), (0.8, ""), (0.7, "cars"))
    findings = [finding(one, probability=p, product=product) for one, (p, product) in zip(articles, named, strict=True)]
    assert mass(*findings, articles=articles) == pytest.approx((0.9 + 0.7) * MASS)


def test_rate_and_product_of_a_report_are_those_of_its_heaviest_signal() -> None:
    heavy, light = finding(ONE, rate_pct=25.0), finding(ONE, probability=0.1, rate_pct=36.0)
    assert mass(heavy, light, finding(TWO, probability=0.9, rate_pct=25.0)) == pytest.approx(MASS)


def test_other_owners_and_days_count() -> None:
    articles = [ONE, article("B:1"), article("A:3", day(1))]
    assert mass(*map(finding, articles), articles=articles) == pytest.approx(3 * MASS)


def test_outlets_of_one_owner_count_once() -> None:
    articles = [article(name, source_owner="Group") for name in ("A:1", "B:1")]
    assert mass(*map(finding, articles), articles=articles) == pytest.approx(MASS)


def test_a_report_that_others_copy_counts_by_their_copies() -> None:
    """A sends a flash, then a report that three papers print, one of them a day later."""
    copies = [article("B:1"), article("C:1"), article("D:1", day(1))]
    articles, links = [ONE, TWO, *copies], [link(one, TWO) for one in copies]
    findings = [finding(ONE), *(finding(one, probability=0.8) for one in (TWO, *copies))]
    assert mass(*findings, articles=articles, links=links) == pytest.approx((1 + 0.8 * (1 + log(4))) * MASS)


def test_a_copy_with_an_added_act_silences_nobody() -> None:
    """X adds a weak report to a story of others, who report the act themselves a day later."""
    wire, copy = article("A:1"), article("X:1")
    own = [seen_on(article(f"{name}:2"), 1) for name in "ABC"]
    findings = [finding(copy, probability=0.1), *map(finding, own)]
    articles = [wire, copy, *own]
    assert mass(*findings, articles=articles, links=[link(copy, wire)]) == pytest.approx((0.1 * (1 + log(2)) + 3) * MASS)


def test_a_larger_report_known_later_counts_too_and_a_smaller_one_not() -> None:
    later = seen_on(TWO, 1)
    for first, second, count in ((0.4, 0.9, 1.3), (0.9, 0.4, 0.9)):
        findings = [finding(ONE, probability=first), finding(later, probability=second)]
        assert mass(*findings, articles=[ONE, later]) == pytest.approx(count * MASS)


@pytest.mark.parametrize(("probability", "count", "bilateral"), [(0.2, 0.25 + 0.2, 0.2), (0.9, 0.9, 0.9)])
def test_a_general_act_silences_none_towards_the_partner(probability: float, count: float, bilateral: float) -> None:
    """But a larger act towards the partner silences it."""
    rows = build_scene(finding(ONE, target="*"), finding(TWO, probability=probability)).rows(STORY_MASS, series="CHN>USA")
    assert sum(row["mass"] for row in rows) == pytest.approx(count * MASS)
    assert sum(row["mass_bilateral"] for row in rows) == pytest.approx(bilateral * MASS)


@pytest.mark.parametrize("changes", [{"scope": "group"}, {"scope": "asean"}, {"exceptions": "USA"}])
def test_a_general_act_that_does_not_hit_a_partner_silences_none_there(changes: Row) -> None:
    first, second = finding(ONE, target="*", **changes), finding(TWO, probability=0.8, target="*")
    assert mass(first, second) == pytest.approx(0.25 * 0.8 * MASS)


def test_repeats_are_in_no_count_but_the_raw_rate() -> None:
    """The second story of A has a repeat in one article and a threat in another."""
    third = article("B:1")
    findings = [finding(ONE), finding(TWO, probability=0.8), finding(third, "threat", "proposed")]
    tables = (STORY_MASS, TENSION_DAILY, SIGNAL_MASS)
    built = build_scene(*findings, articles=[ONE, TWO, third], links=[link(third, TWO)], tables=tables)
    row, daily = built.row(TENSION_DAILY, actor="CHN", target="USA"), built.row(DAILY_MASS, series="CHN>USA", channel="escalation")
    assert [row[name] for name in ("story_count", "article_count", "signal_count")] == [2, 2, 2]
    assert [daily[name] for name in ("story_count", "article_count", "signal_count")] == [2, 2, 2]
    assert row["raw_per_10k"] == pytest.approx(10_000)
    masses: list[Any] = [row["signal_id"] for row in built.rows(SIGNAL_MASS)]
    assert sorted(masses) == sorted([findings[0]["signal_id"], findings[2]["signal_id"]])
