from math import sqrt
from typing import Any

import pytest

from pipeline.contracts.countries import pair_name
from pipeline.contracts.tables.index import INDEX_DAILY, MOVEMENT_DAILY, STALEMATE_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.index.parameters import LEAST_EVIDENCE
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build_in_memory, day, finding, link

A, B = article("A:1"), article("A:2")


def test_the_net_is_tension_minus_concession_with_intervals(small: Built) -> None:
    for row in small.rows(INDEX_DAILY):
        assert row["net_tension"] == pytest.approx(row["tension"] - row["concession"])
        for level in (80, 95):
            low = sqrt((row["tension"] - row[f"tension_lo{level}"]) ** 2 + (row[f"concession_hi{level}"] - row["concession"]) ** 2)
            high = sqrt((row[f"tension_hi{level}"] - row["tension"]) ** 2 + (row["concession"] - row[f"concession_lo{level}"]) ** 2)
            assert row[f"net_tension_lo{level}"] == pytest.approx(row["net_tension"] - low)
            assert row[f"net_tension_hi{level}"] == pytest.approx(row["net_tension"] + high)


def test_the_masses_of_a_pair_are_those_of_both_directions(small: Built) -> None:
    for pooled in small.rows(TENSION_PAIR_DAILY):
        directed = small.rows(TENSION_DAILY, index_date=pooled["index_date"])
        assert len(directed) == 2
        for channel in ("escalation", "concession", "dialogue"):
            for side in ("observed", "expected"):
                name = f"{side}_{channel}"
                assert pooled[name] == pytest.approx(sum(row[name] for row in directed))


def test_both_directions_have_phase_and_stalemate_of_the_pair(small: Built) -> None:
    for row in small.rows(TENSION_DAILY):
        pooled = small.row(TENSION_PAIR_DAILY, index_date=row["index_date"])
        assert (row["phase"], row["stalemate"]) == (pooled["phase"], pooled["stalemate"])


def test_counts_are_those_of_the_day_and_direction() -> None:
    copy = article("B:1")
    findings = [finding(A), finding(copy), finding(B, "offer", "proposed"), finding(B, "threat", "proposed", modality="negated")]
    built = build_in_memory(Scene([A, B, copy], findings, [link(copy, A)], read={("A", DAY): 40}), [TENSION_DAILY])
    row = built.row(TENSION_DAILY, actor="CHN")
    assert (row["story_count"], row["signal_count"], row["article_count"]) == (2, 3, 3)
    assert row["raw_per_10k"] == pytest.approx(10_000 * 2 / 41)
    nothing = built.row(TENSION_DAILY, actor="USA")
    assert (nothing["story_count"], nothing["signal_count"], nothing["article_count"], nothing["raw_per_10k"]) == (0, 0, 0, 0)


def test_an_article_with_signals_of_two_channels_is_counted_once() -> None:
    built = build_in_memory(Scene([A], [finding(A), finding(A, "dialogue", "effective")]), [TENSION_DAILY])
    row = built.row(TENSION_DAILY, actor="CHN")
    assert (row["story_count"], row["signal_count"], row["article_count"]) == (1, 2, 1)


def test_the_raw_rate_of_a_day_without_articles_is_null() -> None:
    built = build_in_memory(Scene([A, article("A:3", day(2))], [finding(A)]), [TENSION_PAIR_DAILY])
    assert [row["raw_per_10k"] for row in built.rows(TENSION_PAIR_DAILY)] == [10_000, None, 0]


def test_an_article_counts_in_the_raw_rate_of_its_own_day() -> None:
    copy, later = article("B:1", day(1)), article("C:1", day(2))
    findings = [finding(one) for one in (A, copy, later)]
    built = build_in_memory(Scene([A, copy, later], findings, [link(copy, A), link(later, copy)]), [TENSION_PAIR_DAILY])
    assert [row["raw_per_10k"] for row in built.rows(TENSION_PAIR_DAILY)] == [10_000] * 3


def test_a_value_without_enough_evidence_is_withheld() -> None:
    articles = [article("A:1", day(0)), article("A:2", day(40))]
    scene = Scene(articles, [finding(one) for one in articles], least_evidence=LEAST_EVIDENCE)
    rows = build_in_memory(scene, [TENSION_PAIR_DAILY]).rows(TENSION_PAIR_DAILY)
    assert (rows[0]["is_thin"], rows[20]["is_thin"]) == (False, True)  # twenty days without an article
    for row in rows:
        values = [row[name] for name in ("tension", "tension_lo80", "tension_hi95", "tension_words", "tension_unweighted")]
        assert {value is None for value in values} == {row["is_thin"]} == {row["evidence_weight"] < 0.25}
    assert rows[20]["net_tension"] is None


def test_channels_are_withheld_separately() -> None:
    articles = [article(f"A:{number}", day(number)) for number in range(40)]
    findings = [finding(one) for one in articles] + [finding(articles[0], "purchase", "announced")]
    scene = Scene(articles, findings, least_evidence=LEAST_EVIDENCE)
    row = build_in_memory(scene, [TENSION_PAIR_DAILY]).rows(TENSION_PAIR_DAILY)[-1]
    assert row["concession_evidence_weight"] < 0.25 < row["evidence_weight"]
    assert (row["is_thin"], row["tension"] is None, row["concession"], row["net_tension"]) == (False, False, None, None)
    assert row["observed_escalation"] > 0


def towards_usa(partner: str, kind: str, status: str = "announced", probability: float = 1.0, **changes: Any) -> Row:
    """A finding of a partner towards the USA, so that every case is a pair of its own."""
    return finding(A, kind, status, probability, actor=partner, **changes)


@pytest.fixture(scope="module")
def two_pairs() -> Built:
    """A pair with a measure on each of the last days, and one that is never in the news."""
    articles = [article(f"A:{number}", day(number)) for number in range(40)]
    findings = [finding(one, "measure", "effective", actor="CHN", target="USA") for one in articles[30:]]
    scene = Scene(articles, findings, pairs=("CHN-USA", "EUN-USA"), least_evidence=LEAST_EVIDENCE)
    return build_in_memory(scene, [TENSION_PAIR_DAILY])


def test_a_pair_without_a_story_has_no_phase_on_any_day(two_pairs: Built) -> None:
    rows = two_pairs.rows(TENSION_PAIR_DAILY, pair="EUN-USA")
    assert {row["phase"] for row in rows} == {"no data"}
    assert {row[f"p_{name}"] for row in rows for name in ("escalation", "de_escalation", "stalemate", "dialogue", "quiet")} == {None}


def test_the_phase_is_the_most_probable_one(two_pairs: Built) -> None:
    row = two_pairs.row(TENSION_PAIR_DAILY, pair="CHN-USA", index_date=day(39))
    assert row["phase"] == "escalation"
    assert row["p_escalation"] == max(row[f"p_{name}"] for name in ("escalation", "de_escalation", "stalemate", "dialogue", "quiet"))


def test_days_far_below_their_baseline_are_quiet() -> None:
    articles = [article(f"A:{number}", day(number)) for number in range(40)]
    kinds = (("measure", "announced"), ("agreement", "announced"), ("dialogue", "effective"))
    findings = [finding(one, kind, status) for one in articles[:10] for kind, status in kinds]
    built = build_in_memory(Scene(articles, findings, baseline=(day(0), day(9))), [TENSION_PAIR_DAILY])
    assert built.row(TENSION_PAIR_DAILY, index_date=day(39))["phase"] == "quiet"


def both(partner: str, kind: str, first: float, second: float) -> list[Row]:
    """The same finding from both sides."""
    return [towards_usa(partner, kind, "proposed", first), finding(A, kind, "proposed", second, actor="USA", target=partner)]


COPY = article("B:1")
DEEDS = (("easing", 0.5), ("purchase", 0.25), ("agreement", 0.125), ("measure", 1.0))
HOLD_AND_MOVE = {
    "talk, demands and refusals hold": (
        "CHN", 0.875, 0, [towards_usa("CHN", kind, "proposed", p) for kind, p in (("dialogue", 0.5), ("demand", 0.25), ("refusal", 0.125))]
    ),
    "deeds move": ("CAN", 0, 1.875, [towards_usa("CAN", kind, "announced", p) for kind, p in DEEDS]),
    "proposals do not move": ("VNM", 0, 0, [towards_usa("VNM", kind, "proposed") for kind, _ in DEEDS]),
    "threats, offers, accusations and investigations do neither": (
        "MEX", 0, 0, [towards_usa("MEX", kind) for kind in ("threat", "offer", "accusation", "investigation")]
    ),
    "both directions count together": ("BRA", 0.75, 0, both("BRA", "refusal", 0.5, 0.25)),
    "a story counts once for any number of articles": (
        "JPN", 0.75, 0, [towards_usa("JPN", "dialogue", "effective", 0.5), finding(COPY, "dialogue", "effective", 0.75, actor="JPN")]
    ),
    "findings that are not asserted do not count": (
        "IND", 0, 0, [towards_usa("IND", "easing", modality="hypothetical"), towards_usa("IND", "measure", modality="historical")]
    ),
    "a cancelled purchase does not move": ("EUN", 0, 0, [towards_usa("EUN", "purchase", "ended")]),
}  # fmt: skip


@pytest.fixture(scope="module")
def movement() -> Built:
    """One day on which each pair is one case."""
    findings = [row for *_, rows in HOLD_AND_MOVE.values() for row in rows]
    pairs = tuple(pair_name(partner, "USA") for partner, *_ in HOLD_AND_MOVE.values())
    return build_in_memory(Scene([A, COPY], findings, [link(COPY, A)], pairs=pairs), [STALEMATE_DAILY])


@pytest.mark.parametrize(("partner", "hold", "move"), [case[:3] for case in HOLD_AND_MOVE.values()], ids=list(HOLD_AND_MOVE))
def test_daily_movement_sums_talk_and_movement(movement: Built, partner: str, hold: float, move: float) -> None:
    row = movement.row(MOVEMENT_DAILY, pair=pair_name(partner, "USA"))
    assert (row["hold"], row["move"]) == (hold, move)
