"""The worked example of docs/methodology.md shows the values that the pipeline computes."""

import csv
from pathlib import Path

import pytest

from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, INDEX_DAILY, STALEMATE_DAILY, STORY_MASS
from tests.unit.index.lake_scenes import Built, Scene, article, build_in_memory, day, finding, link

EXAMPLE = Path(__file__).with_name("worked-example.csv")  # the table of the document


@pytest.fixture(scope="module")
def example() -> Built:
    tariff, copy = article("A:1", day(0)), article("B:1", day(0))
    threat, market = article("A:2", day(1)), article("B:2", day(1))
    talks, pause = article("A:3", day(2)), article("B:3", day(2))
    findings = [
        finding(tariff, "measure", "announced", 0.9),
        finding(copy, "measure", "announced", 0.8),
        finding(threat, "threat", "proposed", 0.8, actor="USA", target="CHN"),
        finding(talks, "dialogue", "proposed", 0.6, instrument="other"),
        finding(talks, "dialogue", "proposed", 0.6, instrument="other", actor="USA", target="CHN"),
        finding(pause, "easing", "suspended", 0.5),
    ]
    scene = Scene([tariff, copy, threat, market, talks, pause], findings, [link(copy, tariff)])
    return build_in_memory(scene, [CHANNEL_DAILY, INDEX_DAILY])


def numbers(built: Built) -> dict[str, float]:
    """Values in the example, by their names there."""
    series = {"series": "CHN>USA", "channel": "escalation"}
    (mass,) = built.rows(STORY_MASS, **series)
    any_source = built.row(BASELINE, source="(any)", **series)
    days = built.rows(CHANNEL_DAILY, **series)
    parts = {row["part"]: row["contribution"] for row in built.contributions().filter(index_date=day(2), **series).to_dicts()}
    pooled = built.rows(STALEMATE_DAILY)[-1]
    return {
        "mass of the story": mass["mass"],
        "rate": any_source["rate"],
        "kappa": any_source["prior"],
        "expected a day": built.rows(DAILY_MASS, **series)[0]["expected"],
        "phi of the window": any_source["prior_dispersion"],
        **{f"A({n})": row["shape"] for n, row in enumerate(days, 1)},
        **{f"B({n})": row["rate"] for n, row in enumerate(days, 1)},
        **{f"tension({n})": row["value"] for n, row in enumerate(days, 1)},
        "phi(1)": days[0]["dispersion"],
        "lo80(1)": days[0]["lo80"],
        "hi80(1)": days[0]["hi80"],
        "contribution of the story on day 3": parts["story"],
        "contribution of the prior on day 3": parts["prior"],
        "hold(3)": pooled["hold"],
        "move(3)": pooled["move"],
        "stalemate(3)": pooled["stalemate"],
    }


def test_the_documented_example_shows_the_computed_values(example: Built) -> None:
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        shown = {row["quantity"]: row["value"] for row in csv.DictReader(file)}
    assert shown == {name: f"{value:.4f}" for name, value in numbers(example).items()}
