"""Mass of single signals, and the share of mass that verdicts call right."""

from typing import Any

import polars as pl
import pytest

from pipeline.contracts.tables.audit import MASS_PRECISION, SIGNAL_MASS, VERDICTS
from pipeline.contracts.tables.index import STORY_MASS
from pipeline.models.build import build_table, build_tables
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select
from tests.unit.index.random_lakes import random_lake

CHECK = read_query(shipped_folder("sql") / "checks" / "signal_masses_sum_to_the_mass_of_the_story.sql")


def mass_row(number: int, mass: float, **changes: Any) -> dict[str, Any]:
    row = SIGNAL_MASS.example().row(0, named=True)
    return row | {"signal_id": f"{number:016x}", "story_id": f"Wire:{number}", "mass": mass} | changes


def verdict_row(number: int, verdict: str, judge: str = "A", **changes: Any) -> dict[str, Any]:
    row = VERDICTS.example().row(0, named=True)
    return row | {"signal_id": f"{number:016x}", "verdict": verdict, "judge": judge} | changes


def compute(masses: list[dict[str, Any]], verdicts: list[dict[str, Any]], pair: str = "(all)") -> dict[str, Any]:
    tables = {
        SIGNAL_MASS.name: pl.DataFrame(masses, schema=SIGNAL_MASS.schema),
        VERDICTS.name: pl.DataFrame(verdicts, schema=VERDICTS.schema),
    }
    frame = build_table(tables, MASS_PRECISION, {}).filter(pl.col("pair") == pair)
    return frame.row(0, named=True) if frame.height else {}


@pytest.mark.slow
def test_masses_of_signals_sum_to_the_masses_of_stories() -> None:
    counts = []
    for seed in range(6):
        lake = random_lake(seed)
        tables = build_tables(lake.tables, [STORY_MASS, SIGNAL_MASS], lake.variables)
        assert select(tables, CHECK, lake.variables).is_empty()
        counts.append(tables[SIGNAL_MASS.name].height)
        tables[SIGNAL_MASS.name] = tables[SIGNAL_MASS.name].head(-1)
        assert select(tables, CHECK, lake.variables).height == (counts[-1] > 0)
    assert max(counts) > 20


def test_large_readings_weigh_more_than_small_ones() -> None:
    row = compute([mass_row(1, 3.0), mass_row(2, 1.0)], [verdict_row(1, "right"), verdict_row(2, "wrong")])
    assert row["precision"] == pytest.approx(0.75)
    assert (row["judged_share"], row["at_least"], row["at_most"]) == pytest.approx((1, 0.75, 0.75))


def test_mass_that_nobody_judged_widens_the_range_only() -> None:
    masses = [mass_row(1, 3.0), mass_row(2, 1.0), mass_row(3, 4.0)]
    row = compute(masses, [verdict_row(1, "right"), verdict_row(2, "wrong")])
    assert row["precision"] == pytest.approx(0.75)
    assert (row["reading_count"], row["judged_count"]) == (3, 2)
    assert (row["judged_share"], row["at_least"], row["at_most"]) == pytest.approx((0.5, 3 / 8, 7 / 8))


def test_unsure_readings_are_counted_but_not_judged() -> None:
    row = compute([mass_row(1, 1.0), mass_row(2, 1.0)], [verdict_row(1, "right"), verdict_row(2, "unsure")])
    assert (row["precision"], row["judged_count"], row["unsure_count"]) == (1, 1, 1)
    only_unsure = compute([mass_row(1, 1.0)], [verdict_row(1, "unsure")])
    assert (only_unsure["precision"], only_unsure["lo95"], only_unsure["at_most"]) == (None, None, 1)


def test_judges_who_disagree_share_the_mass() -> None:
    verdicts = [verdict_row(1, "right"), verdict_row(1, "wrong", "B"), verdict_row(2, "right"), verdict_row(2, "right", "B")]
    row = compute([mass_row(1, 1.0), mass_row(2, 1.0)], verdicts)
    assert row["precision"] == pytest.approx(0.75)
    assert (row["judged_twice_count"], row["agreement"]) == (2, 0.5)


def test_a_verdict_does_not_cover_another_reading_of_the_signal() -> None:
    other = verdict_row(1, "right", reading="CHN>USA measure effective tariff")
    assert compute([mass_row(1, 1.0)], [other]) == {}


def test_equal_stories_give_the_interval_of_wilson() -> None:
    masses = [mass_row(number, 0.5) for number in range(10)]
    row = compute(masses, [verdict_row(number, "right" if number < 8 else "wrong") for number in range(10)])
    # Wilson (1927) for 8 of 10: .490 to .943
    assert (row["lo95"], row["hi95"]) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_signals_of_one_story_count_as_one_trial() -> None:
    separate = compute([mass_row(number, 0.5) for number in range(4)], [verdict_row(number, "right") for number in range(4)])
    together = compute([mass_row(n, 0.5, story_id="Wire:1") for n in range(4)], [verdict_row(n, "right") for n in range(4)])
    assert together["lo95"] == pytest.approx(1 / (1 + 1.959964**2), abs=1e-4)
    assert together["lo95"] < separate["lo95"] < separate["hi95"] == 1


def test_each_pair_has_its_own_precision() -> None:
    masses = [mass_row(1, 1.0), mass_row(2, 1.0, pair="EUN-USA", actor="EUN")]
    verdicts = [verdict_row(1, "right"), verdict_row(2, "wrong")]
    assert [compute(masses, verdicts, pair)["precision"] for pair in ("CHN-USA", "EUN-USA", "(all)")] == [1, 0, 0.5]
