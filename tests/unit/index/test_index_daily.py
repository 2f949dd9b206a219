from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from pipeline.contracts.tables.index import INDEX_DAILY, MOVEMENT_DAILY, STALEMATE_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY
from tests.unit.index.lake_scenes import DAY, Built, Row, Scene, article, build, day, finding, retells

A, B = article("A:1"), article("A:2")


def test_the_net_is_tension_minus_concession_with_limits_recovered_from_both(small: Built) -> None:
    for row in small.rows(INDEX_DAILY):
        assert row["net_tension"] == pytest.approx(row["tension"] - row["concession"])
        for level in (80, 95):
            low = sqrt((row["tension"] - row[f"tension_lo{level}"]) ** 2 + (row[f"concession_hi{level}"] - row["concession"]) ** 2)
            high = sqrt((row[f"tension_hi{level}"] - row["tension"]) ** 2 + (row["concession"] - row[f"concession_lo{level}"]) ** 2)
            assert row[f"net_tension_lo{level}"] == pytest.approx(row["net_tension"] - low)
            assert row[f"net_tension_hi{level}"] == pytest.approx(row["net_tension"] + high)


def test_the_pooled_pair_observes_and_expects_what_both_directions_do(small: Built) -> None:
    for pooled in small.rows(TENSION_PAIR_DAILY):
        directed = small.rows(TENSION_DAILY, index_date=pooled["index_date"])
        assert len(directed) == 2
        for channel in ("escalation", "concession", "dialogue"):
            for side in ("observed", "expected"):
                name = f"{side}_{channel}"
                assert pooled[name] == pytest.approx(sum(row[name] for row in directed))


def test_both_directions_have_the_phase_and_the_stalemate_of_their_pair(small: Built) -> None:
    for row in small.rows(TENSION_DAILY):
        pooled = small.row(TENSION_PAIR_DAILY, index_date=row["index_date"])
        assert (row["phase"], row["stalemate"]) == (pooled["phase"], pooled["stalemate"])


def test_counts_are_those_of_the_day_and_direction(tmp_path: Path) -> None:
    copy = article("B:1")
    findings = [finding(A), finding(copy), finding(B, "offer", "proposed"), finding(B, "threat", "proposed", modality="negated")]
    built = build(tmp_path, Scene([A, B, copy], findings, [retells(copy, A)], read={("A", DAY): 40}), [TENSION_DAILY])
    row = built.row(TENSION_DAILY, actor="CHN")
    assert (row["story_count"], row["signal_count"], row["article_count"]) == (2, 3, 3)
    assert row["raw_per_10k"] == pytest.approx(10_000 * 2 / 41)
    nothing = built.row(TENSION_DAILY, actor="USA")
    assert (nothing["story_count"], nothing["signal_count"], nothing["article_count"], nothing["raw_per_10k"]) == (0, 0, 0, 0)


def test_an_article_with_signals_of_two_channels_is_counted_once(tmp_path: Path) -> None:
    built = build(tmp_path, Scene([A], [finding(A), finding(A, "dialogue", "effective")]), [TENSION_DAILY])
    row = built.row(TENSION_DAILY, actor="CHN")
    assert (row["story_count"], row["signal_count"], row["article_count"]) == (1, 2, 1)


def test_the_raw_rate_of_a_day_that_nobody_read_is_empty(tmp_path: Path) -> None:
    built = build(tmp_path, Scene([A, article("A:3", day(2))], [finding(A)]), [TENSION_PAIR_DAILY])
    assert [row["raw_per_10k"] for row in built.rows(TENSION_PAIR_DAILY)] == [10_000, None, 0]


def test_a_value_that_is_mostly_prior_is_thin(tmp_path: Path) -> None:
    articles = [article(f"A:{number}", day(number)) for number in range(10)]
    rows = build(tmp_path, Scene(articles, [finding(one) for one in articles]), [TENSION_PAIR_DAILY]).rows(TENSION_PAIR_DAILY)
    assert [row["is_thin"] for row in rows] == [row["evidence_weight"] < 0.5 for row in rows]
    assert (rows[0]["is_thin"], rows[-1]["is_thin"]) == (True, False)


def phase(root: Path, *findings: Row, articles: list[Row] | None = None, **changes: Any) -> str:
    """The name of the last day, the baseline being the day after it, on which nothing is told."""
    told = articles or [A]
    calm = article("A:99", day(30))
    built = build(root, Scene([*told, calm], findings, baseline=(day(30), day(30)), **changes), [TENSION_PAIR_DAILY])
    return str(built.row(TENSION_PAIR_DAILY, index_date=DAY)["phase"])


def test_a_day_of_measures_is_escalation(tmp_path: Path) -> None:
    assert phase(tmp_path, finding(A, "measure", "effective")) == "escalation"


def test_a_day_of_agreements_is_de_escalation(tmp_path: Path) -> None:
    assert phase(tmp_path, finding(A, "agreement")) == "de-escalation"


def test_a_day_with_as_much_of_both_is_neither(tmp_path: Path) -> None:
    assert phase(tmp_path, finding(A, "measure", "announced"), finding(A, "agreement", "announced")) == "dialogue"


def test_a_day_of_talk_alone_is_stalemate_once_it_is_sure(tmp_path: Path) -> None:
    talks = [finding(A, "dialogue", "effective", instrument=instrument) for instrument in ("tariff", "agreement", "purchases", "currency")]
    assert phase(tmp_path, *talks) == "stalemate"


def test_a_single_talk_is_dialogue(tmp_path: Path) -> None:
    assert phase(tmp_path, finding(A, "dialogue", "effective")) == "dialogue"


def test_days_far_below_their_baseline_are_quiet(tmp_path: Path) -> None:
    articles = [article(f"A:{number}", day(number)) for number in range(40)]
    kinds = (("measure", "announced"), ("agreement", "announced"), ("dialogue", "effective"))
    findings = [finding(one, kind, status) for one in articles[:10] for kind, status in kinds]
    built = build(tmp_path, Scene(articles, findings, baseline=(day(0), day(9))), [TENSION_PAIR_DAILY])
    assert built.row(TENSION_PAIR_DAILY, index_date=day(39))["phase"] == "quiet"


def movement(root: Path, *findings: Row, articles: list[Row] | None = None, links: list[Row] | None = None) -> tuple[float, float]:
    row = build(root, Scene(articles or [A], findings, links or []), [STALEMATE_DAILY]).row(MOVEMENT_DAILY)
    return row["hold"], row["move"]


def test_talk_demands_and_refusals_hold_and_deeds_move(tmp_path: Path) -> None:
    holds = [finding(A, kind, "proposed", p) for kind, p in (("dialogue", 0.5), ("demand", 0.25), ("refusal", 0.125))]
    moves = [finding(A, kind, "announced", p) for kind, p in (("easing", 0.5), ("purchase", 0.25), ("agreement", 0.125), ("measure", 1.0))]
    assert movement(tmp_path, *holds, *moves) == (0.875, 1.875)


def test_threats_offers_and_accusations_neither_hold_nor_move(tmp_path: Path) -> None:
    assert movement(tmp_path, finding(A, "threat"), finding(A, "offer"), finding(A, "accusation"), finding(A, "investigation")) == (0, 0)


def test_a_story_holds_once_however_many_articles_tell_it(tmp_path: Path) -> None:
    copy = article("B:1")
    findings = [finding(A, "dialogue", "effective", 0.5), finding(copy, "dialogue", "effective", 0.75)]
    assert movement(tmp_path, *findings, articles=[A, copy], links=[retells(copy, A)]) == (0.75, 0)


def test_both_directions_hold_together(tmp_path: Path) -> None:
    findings = [finding(A, "refusal", "proposed", 0.5), finding(A, "refusal", "proposed", 0.25, actor="USA", target="CHN")]
    assert movement(tmp_path, *findings) == (0.75, 0)


def test_what_is_not_asserted_does_not_move(tmp_path: Path) -> None:
    assert movement(tmp_path, finding(A, "easing", modality="hypothetical"), finding(A, "measure", modality="historical")) == (0, 0)
