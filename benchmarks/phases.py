"""Check bounds of phases against dated acts, in even and odd weeks.

    uv run python benchmarks/phases.py HOME [HOME …]

HOME is the folder of a `tension run`. A bound is the least probability at which a phase is named (`likely_from`). Prints, for each home,
the share of pair-days by phase, and for each bound how often a day of escalation or de-escalation has a dated act of its sign between the
same pair from 14 days before to 3 days after, next to all pair-days (chance) and to those with a value in any channel (with data). The acts
are those that the project lists and, in the last column, those that others listed.
"""

import argparse
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.index import CHANNEL_DAILY, PAIR_OF_SIDES, STALEMATE_DAILY
from pipeline.index.parameters import LEAST_EVIDENCE, read_phases
from pipeline.index.phases import NO_DATA, find_phases
from pipeline.validation.events import read_events
from pipeline.validation.independent_acts import read_independent_acts
from pipeline.warehouse.lake import Lake

BOUNDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
BEFORE, AFTER = 14, 3
PHASE_OF_POLARITY = {"escalation": "escalation", "concession": "de-escalation"}


def days_near(acts: pl.DataFrame, date: str) -> pl.DataFrame:
    """List the days near an act: `index_date`, `pair`, `act_phase`.

    They are from 3 days before to 14 days after it. `acts`: one in each row, with its day in the column `date`. `act_phase` is the phase
    that an act of its polarity should show (`PHASE_OF_POLARITY`).
    """
    shifts = pl.DataFrame({"shift": [timedelta(days=n) for n in range(-AFTER, BEFORE + 1)]})
    return (
        acts.join(shifts, how="cross")
        .select(
            (pl.col(date) + pl.col("shift")).alias("index_date"),
            pair=PAIR_OF_SIDES,
            act_phase=pl.col("polarity").replace_strict(PHASE_OF_POLARITY),
        )
        .unique()
    )


def count_near(days: pl.DataFrame, near: pl.DataFrame, act_phase: str) -> str:
    """Format the number of days, and the share of them near an act.

    `days`: `index_date` and `pair`; `near`: result of `days_near`; only its rows with this `act_phase` count.
    """
    close = days.join(near.filter(act_phase=act_phase), on=["index_date", "pair"], how="semi").height
    return f"{days.height:>6,} {100 * close / days.height:4.0f} %" if days.height else f"{0:>6}    - "


def print_agreement(phases_by_bound: Mapping[float, pl.DataFrame]) -> None:
    """Print how many days are near an act of escalation or concession.

    `phases_by_bound`: PHASE_DAILY for each bound. There are two lines (days near acts of escalation, of concession) for all days, two for
    days with data, and two for each bound, for the days with this phase. Columns: days of even and odd weeks near an act of our list of
    events, and of odd weeks near an act of Wikipedia's list.
    """
    own = days_near(read_events().filter(pl.col("polarity").is_in(list(PHASE_OF_POLARITY))), "event_date")
    independent = days_near(read_independent_acts().filter(pl.col("polarity").is_in(list(PHASE_OF_POLARITY))), "act_date")
    is_even = pl.col("index_date").dt.epoch("d") // 7 % 2 == 0
    print(f"{'bound':>9} {'phase':<14} {'even weeks':>13} {'odd weeks':>13} {'independent, odd':>17}")
    everything = phases_by_bound[BOUNDS[0]]
    chance: dict[str | float, pl.DataFrame] = {"chance": everything, "with data": everything.filter(pl.col("phase") != NO_DATA)}
    for bound, days in (*chance.items(), *phases_by_bound.items()):
        for phase in PHASE_OF_POLARITY.values():
            chosen = days if isinstance(bound, str) else days.filter(pl.col("phase") == phase)
            even, odd = chosen.filter(is_even), chosen.filter(~is_even)
            counts = (count_near(even, own, phase), count_near(odd, own, phase), count_near(odd, independent, phase))
            print(f"{bound:>9} {phase:<14} {counts[0]:>13} {counts[1]:>13} {counts[2]:>17}")


def main() -> None:
    """Print the tables of each home."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("homes", nargs="+", type=Path)
    pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True)
    for home in parser.parse_args().homes:
        lake = Lake(home / "lake")
        channels, stalemate, bounds = lake.read(CHANNEL_DAILY), lake.read(STALEMATE_DAILY), read_phases()
        days = find_phases(channels, stalemate, bounds, LEAST_EVIDENCE)
        print(f"\n{home.name}: {days.height:,} pair-days", days["phase"].value_counts(sort=True, normalize=True), sep="\n")
        print_agreement({bound: find_phases(channels, stalemate, bounds | {"likely_from": bound}, LEAST_EVIDENCE) for bound in BOUNDS})


if __name__ == "__main__":
    main()
