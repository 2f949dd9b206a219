"""Compare general acts with acts towards one partner, by tariff steps.

    uv run python benchmarks/general_share.py

General acts are towards all partners. A step is by how many percentage points an act changed the average US tariff on a partner, according
to the bundled rates of 2025 and 2026. The mean step of general acts, divided by that of acts towards one partner, is the evidence for
`general.share` of pipeline/index/weights.toml: of both kinds, the first, third and so on estimate it, the others check it.
"""

from datetime import date
from statistics import mean, median

import polars as pl

from pipeline.settings import SAMPLE_TRADE

PARTNERS = ("BRA", "CAN", "EUN", "IND", "JPN", "MEX")
#: Days from which acts towards everybody were in force, and the partners that they exempted.
GENERAL = (
    (date(2025, 3, 12), (), "steel and aluminium, 25 %"),
    (date(2025, 4, 3), (), "cars, 25 %"),
    (date(2025, 4, 5), ("CAN", "MEX"), "reciprocal tariffs, 10 % and more"),
    (date(2025, 6, 3), (), "steel and aluminium, 50 %"),
    (date(2026, 2, 24), ("CAN", "MEX"), "import surcharge"),
)
BILATERAL = (
    (date(2025, 3, 6), "CAN", "25 % outside the agreement"),
    (date(2025, 3, 6), "MEX", "25 % outside the agreement"),
    (date(2025, 4, 8), "CHN", "50 points more"),
    (date(2025, 4, 9), "CHN", "125 %"),
    (date(2025, 8, 7), "IND", "25 and 25 %"),
    (date(2025, 8, 7), "BRA", "40 points more"),
)


def read_steps() -> dict[tuple[str, date], float]:
    """Return the step of the average US tariff by partner and day.

    It is the change on that day, in percentage points.
    """
    rates = pl.read_csv(SAMPLE_TRADE / "tariffs.csv", try_parse_dates=True)
    dated = rates.filter(pl.col("importer") == "USA", pl.col("effective_date") >= date(2025, 1, 1)).sort("exporter", "effective_date")
    steps = dated.with_columns(step=pl.col("rate_pct").diff().over("exporter")).drop_nulls("step")
    return {(exporter, day): step for exporter, day, step in steps.select("exporter", "effective_date", "step").iter_rows()}


def main() -> None:
    """Print the steps of every act, and their ratios."""
    steps = read_steps()
    towards_all = [[steps[partner, day] for partner in PARTNERS if partner not in exempt] for day, exempt, _ in GENERAL]
    towards_one = [steps[partner, day] for day, partner, _ in BILATERAL]
    print("| act | median step | mean step |\n|---|---|---|")
    for (day, _, what), of_act in zip(GENERAL, towards_all, strict=True):
        print(f"| {day} everybody: {what} | {median(of_act):.1f} | {mean(of_act):.1f} |")
    for (day, partner, what), step in zip(BILATERAL, towards_one, strict=True):
        print(f"| {day} {partner}: {what} | {step:.1f} | {step:.1f} |")
    for name, part in (("all acts", slice(None)), ("first, third and so on", slice(0, None, 2)), ("the others", slice(1, None, 2))):
        general, bilateral = mean(map(mean, towards_all[part])), mean(towards_one[part])
        print(f"{name}: {general:.1f} / {bilateral:.1f} points = {general / bilateral:.2f}")


if __name__ == "__main__":
    main()
