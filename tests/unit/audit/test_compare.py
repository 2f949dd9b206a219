"""Comparing two releases: values by pair, and readings by sentence."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from pipeline.audit.compare import (
    COLUMNS,
    Tables,
    compare_articles,
    compare_readings,
    compare_scales,
    compare_threats,
    compare_values,
    count_phases,
    select_rows,
)
from pipeline.contracts.model import Table
from pipeline.report.compare import describe_readings, describe_scales, describe_threats, reading_table, threat_table

OTHER_BASELINES = (("CAN-USA", "0a"), ("CAN>USA", "0b"))
ONE, TWO = date(2025, 4, 4), date(2025, 4, 5)
READING = {"pair": "CHN-USA", "channel": "escalation", "reading": "CHN>USA measure effective tariff", "mass": 2.0}


def fill(table: Table, columns: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a table with some of its columns: its example with these changes."""
    example = table.example().row(0, named=True)
    return pl.DataFrame([{name: row.get(name, example[name]) for name in table.schema} for row in rows], schema=table.schema).select(
        columns
    )


def release(
    values: list[dict[str, Any]], readings: list[dict[str, Any]], articles: str = "AB", threats: Sequence[dict[str, Any]] = ()
) -> Tables:
    """A release with these values, readings (signal, article and mass in one row), read articles, and threats."""
    numbered = [{"signal_id": str(number), "quote": f"Sentence of {row['article_id']}."} | row for number, row in enumerate(readings)]
    rows: tuple[Sequence[dict[str, Any]], ...] = (
        values,
        numbered,
        numbered,
        [{"article_id": name, "index_date": ONE} for name in articles],
        [{"series": "CHN-USA"}],
        threats,
    )
    return Tables(*(fill(table, columns, part) for (table, columns), part in zip(COLUMNS, rows, strict=True)))


def value(day: date, tension: float | None, phase: str = "escalation") -> dict[str, Any]:
    return {"index_date": day, "pair": "CHN-USA", "tension": tension, "concession": None, "dialogue": None, "phase": phase}


def test_values_are_compared_by_pair_and_measure() -> None:
    days = [ONE, TWO, date(2025, 4, 6), date(2025, 4, 7)]
    before = release([value(day, number) for day, number in zip(days, (100.0, 150.0, None, None), strict=True)], [])
    after = release([value(day, number) for day, number in zip(days, (100.01, 140.0, 120.0, None), strict=True)], [])
    (row,) = compare_values(before, after).iter_rows(named=True)
    assert (row["pair"], row["measure"]) == ("CHN-USA", "tension")
    assert (row["days"], row["changed_days"], row["other_days"]) == (2, 1, 1)
    assert (row["day"], row["value_before"], row["value_after"]) == (TWO, 150.0, 140.0)
    assert round(row["mean_difference"], 3) == 5.005


def test_another_phase_is_counted_on_days_of_both() -> None:
    before = release([value(ONE, 100.0), value(TWO, 100.0)], [])
    after = release([value(ONE, 100.0, "quiet"), value(TWO, 100.0), value(date(2025, 4, 6), 100.0, "quiet")], [])
    assert count_phases(before, after) == (2, 1)


def test_readings_are_compared_only_in_articles_of_both() -> None:
    before = release([], [READING | {"article_id": "A"}, READING | {"article_id": "B"}])
    after = release([], [READING | {"article_id": "A", "mass": 0.5}, READING | {"article_id": "C"}], articles="AC")
    assert compare_articles(before, after) == (1, 1, 1)
    (row,) = compare_readings(before, after).iter_rows(named=True)
    assert (row["article_id"], row["mass_before"], row["mass_after"], row["difference"]) == ("A", 2.0, 0.5, 1.5)
    assert row["readings_before"] == row["readings_after"] == READING["reading"]


def test_the_sign_of_a_reading_counts_in_its_difference() -> None:
    easing = {"channel": "concession", "reading": "CHN>USA easing effective tariff", "mass": 1.0}
    (row,) = compare_readings(
        release([], [READING | {"article_id": "A"}]), release([], [READING | {"article_id": "A"} | easing])
    ).iter_rows(named=True)
    assert row["difference"] == 3.0
    assert (row["readings_before"], row["readings_after"]) == (READING["reading"], easing["reading"])


def test_a_general_act_is_one_reading_with_the_sum_of_its_masses() -> None:
    general = READING | {"article_id": "A", "actor": "USA", "target": "*", "reading": "USA>* measure effective tariff"}
    after = release([], [general])
    after = after._replace(masses=pl.concat([after.masses, after.masses.with_columns(pair=pl.lit("JPN-USA"))]))
    (row,) = compare_readings(release([], []), after).iter_rows(named=True)
    assert (row["readings_before"], row["readings_after"]) == ("", general["reading"])
    assert (row["mass_before"], row["mass_after"]) == (0.0, 4.0)


def test_sentences_are_counted_by_what_became_of_them() -> None:
    article = {"article_id": "A"}
    before = [READING | article | {"quote": quote} for quote in ("same", "gone", "lighter", "other")]
    other = {"quote": "other", "reading": "CHN>USA threat proposed tariff"}
    after = [READING | article | change for change in ({"quote": "same"}, {"quote": "new"}, {"quote": "lighter", "mass": 1.0}, other)]
    readings = compare_readings(release([], before), release([], after))
    assert describe_readings(readings) == (
        "5 sentences with a mass: 1 as before, 1 with other readings, 1 with a mass only after, 1 with a mass only before, "
        "1 with another mass of the same readings"
    )
    assert set(readings["quote"].head(2)) == {"gone", "new"}
    assert reading_table(readings.filter(quote="same"), 5) is None


def test_rows_are_selected_by_pair_and_days() -> None:
    tables = release([value(ONE, 1.0), value(TWO, 2.0)], [READING | {"article_id": "A", "index_date": TWO}])
    assert select_rows(tables, None, TWO, None).values["tension"].to_list() == [2.0]
    assert select_rows(tables, None, None, ONE).signals.is_empty()
    assert select_rows(tables, "EUN-USA", None, None).masses.is_empty()


def test_other_windows_method_half_life_and_weights_are_listed() -> None:
    first, other = date(2025, 2, 1), date(2025, 1, 20)
    days = [value(day, 100.0) | {"baseline_from": first, "baseline_to": date(2025, 2, 28)} for day in (ONE, TWO)]
    before = release(days, [])
    after = release([row | {"baseline_from": other, "half_life_days": 14.0, "index_version": "9.0"} for row in days], [])
    baselines = [after.baselines.with_columns(series=pl.lit(series), weights_sha=pl.lit(sha)) for series, sha in OTHER_BASELINES]
    after = after._replace(baselines=pl.concat(baselines))
    assert list(describe_scales(compare_scales(before, after))) == [
        "The values are on different scales, and not comparable:",
        "  baseline: 2025-02-01 to 2025-02-28 before, 2025-01-20 to 2025-02-28 after",
        "  half_life_days: 7.0 before, 14.0 after",
        "  index_version: 2.5 before, 9.0 after",
        "  weights_sha: 77d0c1c7a3f9 before, 0a, 0b after",
        "  pairs: CHN-USA before, CAN-USA after",
    ]


def test_another_prior_or_rate_of_the_same_baseline_is_named() -> None:
    before = release([], [])
    before = before._replace(baselines=before.baselines.with_columns(source=pl.lit("(any)"), prior=2.0, rate=0.5))
    after = before._replace(baselines=before.baselines.with_columns(prior=2.5, rate=0.25))
    same = before._replace(baselines=before.baselines.with_columns(pl.col("rate") * (1 + 1e-12)))
    nothing = before._replace(baselines=before.baselines.with_columns(rate=0.0))
    assert compare_scales(before, after) == [
        ("prior in the baseline, by up to (CHN-USA, escalation)", "2", "2.5"),
        ("rate in the baseline, by up to (CHN-USA, escalation)", "0.5", "0.25"),
    ]
    assert compare_scales(before, same) == compare_scales(nothing, nothing) == []


def test_a_newer_baseline_of_later_days_is_no_other_scale() -> None:
    later = value(TWO, 100.0) | {"baseline_to": date(2026, 5, 1)}
    before, after = release([value(ONE, 100.0)], []), release([value(ONE, 100.0), later], [])
    assert list(describe_scales(compare_scales(before, after))) == []


def threat(threat_id: str, outcome: str = "pending", **changes: Any) -> dict[str, Any]:
    """A threat: by default of Norway to put 40 percent on Swiss clocks."""
    what = {"actor": "NOR", "target": "CHE", "scope": None, "instrument": "tariff", "product": "clocks", "rate_pct": 40.0, "first_on": ONE}
    return {"threat_id": threat_id, "threat_outcome": outcome} | what | changes


def test_threats_with_another_outcome_come_first() -> None:
    before = release([], [], threats=[threat("0a"), threat("0b", "lapsed", product="rope"), threat("0c", rate_pct=5.0)])
    after = release([], [], threats=[threat("0a"), threat("0b", "followed", product="rope"), threat("0d", rate_pct=7.0)])
    threats = compare_threats(before, after)
    assert describe_threats(threats) == "4 threats: 1 as before, 1 with another outcome, 1 only after, 1 only before"
    table = threat_table(threats, 2)
    assert table is not None
    assert [next(iter(column.cells)) for column in table.columns] == ["2025-04-04", "NOR>CHE tariff on rope, 40 %", "lapsed", "followed"]
    assert table.title == "Threats with another outcome, or in one release only: 2 of 3"


def test_a_threat_with_another_first_signal_is_the_same() -> None:
    before, after = (release([], [], threats=[threat(name), threat(f"{name}2", "lapsed")]) for name in ("0a", "1a"))
    threats = compare_threats(before, after)
    assert threats.select("outcome_before", "outcome_after").rows() == [("pending", "pending"), ("lapsed", "lapsed")]
    assert threat_table(threats, 5) is None


def test_threats_of_a_pair_and_its_days_are_selected() -> None:
    said = [threat("0a"), threat("0b", target="*"), threat("0c", target="SWE"), threat("0d", first_on=TWO), threat("0e", actor="SWE")]
    selected = select_rows(release([], [], threats=said), "CHE-NOR", ONE, ONE)
    assert selected.threats["threat_id"].to_list() == ["0a", "0b"]
