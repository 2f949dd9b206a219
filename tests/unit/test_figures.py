"""Figures in the text of documents equal those computed from the repository's files; tables are in `test_documents.py`."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import polars as pl

from pipeline.index.phases import NO_DATA
from pipeline.settings import PACKAGE, SAMPLE_ARTICLES
from pipeline.signals.gold import read_gold
from pipeline.validation.events import read_events
from pipeline.validation.independent_acts import measure_agreement, read_independent_acts
from pipeline.validation.studies import independent_study
from scripts.figures import EXAMPLES, GUARDIAN, format_number, read_figures, read_guardian_days
from scripts.tables import ROOT
from tests.documents import find_missing
from tests.unit.index.planted import read_planted

GOLD = ROOT / "tests" / "gold"
REAL = PACKAGE / "signals" / "training" / "real"


def select_one(folder: Path, **values: str) -> dict[str, float]:
    (row,) = read_figures(folder / "validation.csv").filter(**values).to_dicts()
    return row


def test_the_acts_of_wikipedia_are_counted_as_they_are() -> None:
    acts = read_independent_acts()
    in_all = {"part": "independent", "pair": "", "grouping": "", "measured": "index"}
    scored = (
        f"{select_one(folder, statistic=statistic, **in_all)['count']}"
        for folder in (GUARDIAN, EXAMPLES / "white-house-2021-2026")
        for statistic in (independent_study.HIT_RATE, "share of acts with something read within 3 days")
    )
    assert find_missing(
        "docs/is-it-right.md",
        f"F1 {format_number(measure_agreement(acts))}). {acts['is_sure'].sum()} acts are listed by both",
        "{} of {} (Guardian) and {} of {} (White House)".format(*scored),
    ) == []  # fmt: skip


def test_the_gain_over_keywords_is_that_of_the_guardian() -> None:
    statistic = f"{independent_study.HIT_RATE}, index over keyword, same false alarms"
    gain = select_one(GUARDIAN, part="independent", statistic=statistic, pair="", grouping="")
    times, low, high = (format_number(gain[name], 1) for name in ("value", "lo95", "hi95"))
    assert find_missing("docs/is-it-right.md", f"the index has {times} times as many hits as keywords", f"interval {low} to {high};") == []


def test_the_list_of_events_is_described_as_it_is() -> None:
    events = read_events()
    concessions = events.filter(polarity="concession").height
    assert find_missing("docs/methodology.md", f"has {events.height} dated acts of 2018 to 2025, {concessions} of them concessions") == []


def test_the_share_of_days_without_a_phase_is_that_of_the_guardian() -> None:
    phases = read_guardian_days()["phase"]
    no_data, unclear = (f"{100 * (phases == phase).sum() / phases.len():.1f} %" for phase in (NO_DATA, "unclear"))
    text = f"Of all {phases.len():,} days of pairs, {no_data} have no data and {unclear} are unclear"
    assert find_missing("docs/methodology.md", text) == []


def test_forecasts_in_the_guardian_contain_the_share_that_is_written() -> None:
    grouping = "half-life 7 days, stories in clusters, after the baseline"
    rows = [select_one(GUARDIAN, part="forecast", statistic=name, grouping=grouping) for name in ("coverage95", "coverage80")]
    wide, narrow = (f"{row['value']:.0%}"[:-1] for row in rows)
    text = f"On {rows[0]['count']} days of CHN-USA in the Guardian, its 95 and 80 % intervals contain {wide} and {narrow} %"
    assert find_missing("docs/methodology.md", text) == []


def test_the_half_life_of_the_guardian_loses_what_is_written() -> None:
    fits = read_figures(GUARDIAN / "validation.csv").filter(pl.col("grouping").str.contains("in clusters"), statistic="log_likelihood")
    days = fits.select(pl.col("grouping").str.extract(r"(\d+) days?,").cast(pl.Int64), "value").rows()
    by_days = dict(days)
    best = max(by_days, key=lambda length: by_days[length])
    close = [length for length, fit in days if by_days[best] - fit < 2]
    row = f"| {best} ({min(close)}\N{EN DASH}{max(close)}) | {format_number(by_days[best] - by_days[7], 1)} |"
    assert find_missing("docs/methodology.md", f"| CHN-USA, Guardian | .14 {row}") == []


def test_what_planted_articles_do_is_what_is_recorded() -> None:
    largest = {row["trick"]: round(max(abs(row[channel]) for channel in ("tension", "concession", "dialogue"))) for row in read_planted()}
    several = largest.pop("all kinds of acts in one article")
    papers = largest.pop("nineteen new papers with one report")
    assert find_missing(
        "docs/methodology.md",
        f"moved a value by up to {max(largest.values())} points, a report that lists ten acts by {several}, and one report in nineteen "
        f"sham papers by {papers}.",
    ) == []  # fmt: skip


def test_china_peaks_in_the_month_that_is_written() -> None:
    daily = pl.read_parquet(EXAMPLES / "white-house-2021-2026" / "tension_pair_daily.parquet").filter(pair="CHN-USA")
    peak = daily.drop_nulls("tension").sort("tension")["index_date"][-1]
    assert find_missing("examples/README.md", f"China peaks in {peak:%B %Y}, not April 2025") == []


def test_gold_files_have_the_rows_that_are_written() -> None:
    rows = re.findall(r"`([\w-]+\.jsonl)` \(([\d,]+)\)", (GOLD / "README.md").read_text(encoding="utf-8"))
    counted = {name: sum(map(bool, (GOLD / name).read_text(encoding="utf-8").split("\n"))) for name, _ in rows}
    assert len(rows) >= 10
    assert {name: int(count.replace(",", "")) for name, count in rows} == counted


def test_the_sample_is_described_as_it_is() -> None:
    rows = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in SAMPLE_ARTICLES.glob("*.jsonl"))
    gold = read_gold(PACKAGE / "sample" / "gold.jsonl")
    counts = dict(gold.rows["modality"].value_counts().rows())
    modalities = ", ".join(f"{counts[name]:,} {name}" for name in ("asserted", "historical", "negated", "hypothetical"))
    assert find_missing(
        "pipeline/sample/README.md",
        f"has {rows} rows of 20 January to 30 November 2025: {gold.passages.height} articles",
        f"{gold.rows.height:,} rows ({modalities})",
        f"{gold.rows['opt'].sum()} rows are `opt`",
    ) == []  # fmt: skip


def test_general_acts_move_tariffs_by_the_share_that_is_written() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "general_share.py")]
    printed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    ratios = {line.partition(":")[0]: line.rpartition("= 0")[2] for line in printed.splitlines()}
    text = f"average US tariff on a partner {ratios['all acts']} times as much", f"on the others the ratio is {ratios['the others']},"
    assert find_missing("docs/methodology.md", *text) == []


def test_real_passages_are_as_many_as_written() -> None:
    sizes = dict(pl.read_csv(REAL / "passages.csv")["split"].value_counts().rows())
    assert find_missing("docs/is-it-right.md", f"from {sizes['report']} [real passages]") == []
    assert find_missing("docs/reading.md", f"The {sizes['report']} real [passages", f"| {sizes['news']} headlines") == []


def test_the_bounds_of_probability_are_those_of_the_calibration() -> None:
    calibration = tomllib.loads((PACKAGE / "signals" / "lexicon" / "calibration.toml").read_text(encoding="utf-8"))
    high, medium = (format_number(calibration["tiers"][tier]) for tier in ("high", "medium"))
    both, rules = (format_number(calibration["way"][mode]["least"]) for mode in ("both", "rules"))
    assert find_missing(
        "docs/reading.md",
        f"Asserted signals below {both} are not published (rules alone: {rules})",
        f"| `high` | {high} and more |",
        f"| `medium` | {medium} to {high} |",
        f"| `low` | {both} to {medium} |",
    ) == []  # fmt: skip
