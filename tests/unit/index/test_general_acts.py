"""General acts: for which pairs an act towards everybody counts, and how much."""

from datetime import date

import pytest

from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, PAIR_SIGNALS, STORY_MASS, TENSION_DAILY
from pipeline.index.parameters import read_weights
from tests.unit.index.lake_scenes import Built, Row, Scene, article, build_in_memory, day, finding

ONE = article("A:1")
PAIRS = ("CAN-USA", "CHN-USA", "DEU-EUN", "DEU-USA", "EUN-USA", "GBR-USA", "MEX-USA", "USA-VNM")
SHARE = read_weights().filter(kind="measure", status="announced")["general_share"].item()


def general(of: Row = ONE, kind: str = "measure", status: str = "announced", probability: float = 0.8, **changes: str) -> Row:
    return finding(of, kind, status, probability, **({"actor": "USA", "target": "*"} | changes))


def towards(actor: str, target: str, kind: str = "measure", probability: float = 0.8, of: Row = ONE) -> Row:
    return finding(of, kind, "announced", probability, actor=actor, target=target)


def masses(*findings: Row, on: date | None = None) -> Built:
    one = article("A:1", on) if on else ONE
    return build_in_memory(Scene([one], [row | {"index_date": one["index_date"]} for row in findings], pairs=PAIRS), [STORY_MASS])


def partners(built: Built) -> set[str]:
    return {row["target"] for row in built.rows(PAIR_SIGNALS, actor="USA", is_general=True)}


def test_an_act_towards_everybody_counts_for_each_pair_of_its_actor() -> None:
    assert partners(masses(general())) == {"CAN", "CHN", "DEU", "EUN", "GBR", "MEX", "VNM"}


def test_a_general_act_counts_with_a_share_of_its_severity() -> None:
    row = masses(general()).row(STORY_MASS, series="USA>CAN")
    assert row["mass"] == pytest.approx(0.8 * 0.50 * SHARE)
    assert row["mass_unweighted"] == pytest.approx(0.8 * SHARE)
    assert row["second_moment"] == pytest.approx(0.8 * (0.50 * SHARE) ** 2)
    assert (row["mass_bilateral"], row["is_general"]) == (0, True)


def test_partners_that_the_sentence_exempts_are_not_hit() -> None:
    assert partners(masses(general(exceptions="CAN MEX"))) == {"CHN", "DEU", "EUN", "GBR", "VNM"}


def test_an_exception_for_the_union_exempts_its_members_of_that_day() -> None:
    assert partners(masses(general(exceptions="EUN"))) == {"CAN", "CHN", "GBR", "MEX", "VNM"}
    then = masses(general(exceptions="EUN"), on=date(2018, 6, 1))
    assert partners(then) == {"CAN", "CHN", "MEX", "VNM"}


def test_a_region_limits_a_general_act_to_its_members() -> None:
    assert partners(masses(general(scope="asean"))) == {"VNM"}
    assert partners(masses(general(scope="g7", exceptions="CAN"))) == {"DEU", "EUN", "GBR"}


def test_a_group_whose_members_are_unknown_counts_for_no_pair() -> None:
    assert partners(masses(general(scope="group"))) == set()


@pytest.mark.parametrize("kind", ["agreement", "purchase", "dialogue"])
def test_acts_that_need_a_partner_count_only_for_named_ones(kind: str) -> None:
    assert partners(masses(general(kind=kind))) == set()


def test_a_member_does_not_hit_its_own_customs_union() -> None:
    rows = masses(general(actor="EUN")).rows(PAIR_SIGNALS)
    assert [(row["actor"], row["target"]) for row in rows] == [("EUN", "USA")]


def test_a_partner_with_the_opposite_act_in_the_article_is_not_hit() -> None:
    paused = general(kind="easing", status="suspended")
    built = masses(paused, towards("USA", "CHN"))
    assert "CHN" not in partners(built)
    assert {row["channel"] for row in built.rows(STORY_MASS, series="USA>CHN")} == {"escalation"}
    assert built.row(STORY_MASS, series="USA>CAN")["channel"] == "concession"


def test_a_less_probable_opposite_act_changes_nothing() -> None:
    assert "CHN" in partners(masses(general(), towards("USA", "CHN", "easing", 0.3)))


def test_an_act_towards_a_partner_is_not_counted_twice() -> None:
    own = towards("USA", "CAN")
    row = masses(general(), own).row(STORY_MASS, series="USA>CAN")
    assert row["mass"] == pytest.approx(0.8 * 0.50)
    assert row["mass_bilateral"] == pytest.approx(row["mass"])
    assert (row["signal_id"], row["is_general"], row["signal_count"]) == (own["signal_id"], False, 2)


def test_the_larger_of_both_counts_and_the_bilateral_mass_keeps_the_other() -> None:
    row = masses(general(probability=0.9), towards("USA", "CAN", probability=0.1)).row(STORY_MASS, series="USA>CAN")
    assert row["mass"] == pytest.approx(0.9 * 0.50 * SHARE)
    assert row["mass_bilateral"] == pytest.approx(0.1 * 0.50)
    assert row["is_general"]


@pytest.fixture(scope="module")
def scene() -> Built:
    """Ten days with bilateral acts towards Canada, and a general act on another day."""
    articles = [article(f"A:{number}", day(number)) for number in range(10)]
    findings = [finding(one, probability=0.6, actor="USA", target="CAN") for one in articles[::3]] + [general(articles[8])]
    return build_in_memory(Scene(articles, findings, pairs=PAIRS), [TENSION_DAILY])


def test_tension_bilateral_leaves_general_acts_out(scene: Built) -> None:
    mexico = {"series": "USA>MEX", "channel": "escalation"}
    before, last = (scene.row(CHANNEL_DAILY, index_date=day(number), **mexico) for number in (7, 8))
    assert last["value"] > before["value"]
    assert last["value_bilateral"] < before["value_bilateral"]
    canada = scene.row(TENSION_DAILY, index_date=day(8), actor="USA", target="CAN")
    channel = scene.row(CHANNEL_DAILY, index_date=day(8), series="USA>CAN", channel="escalation")
    assert canada["tension_bilateral"] in {None, channel["value_bilateral"]}


def test_expected_mass_has_general_acts_only_in_the_index_with_them(scene: Built) -> None:
    rates = scene.row(BASELINE, series="USA>CAN", channel="escalation", source="A")
    masses = scene.rows(DAILY_MASS, series="USA>CAN", channel="escalation")
    assert rates["rate"] > rates["rate_bilateral"]
    assert sum(row["expected"] for row in masses) == pytest.approx(sum(row["observed"] for row in masses))
    assert sum(row["expected_bilateral"] for row in masses) == pytest.approx(sum(row["observed_bilateral"] for row in masses))


def test_general_acts_do_not_weaken_the_prior(scene: Built) -> None:
    rates = scene.row(BASELINE, series="USA>CAN", channel="escalation", source="(any)")
    assert rates["prior"] == pytest.approx(3 * 0.6 * 0.50)
    assert rates["prior_bilateral"] == pytest.approx(rates["prior"])


def test_contributions_mark_general_acts(scene: Built) -> None:
    rows = scene.contributions().filter(series="USA>MEX", channel="escalation", index_date=day(8), part="story")
    assert rows["is_general"].to_list() == [True]
