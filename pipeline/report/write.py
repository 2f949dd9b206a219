"""Write the report to the published folder.

A page next to the database, and the first pair's chart as a PNG.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.audit import MASS_PRECISION
from pipeline.contracts.tables.core import COVERAGE, READING_OUTCOMES
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.durable_files import replacing
from pipeline.report.audit import describe_precision
from pipeline.report.charts import pair_chart, to_png
from pipeline.report.evidence import ReadContributions, ReadTable, newest_contributions
from pipeline.report.page import FileLink, Page, build_pair_row, build_section, render_page, summarize_coverage
from pipeline.report.timeline import build_timeline
from pipeline.settings import SAMPLE_NOTE

REPORT = "report.html"
PICTURE = "tension.png"
_PAIRS = 4  # sections with charts, which take a second each; other pairs are in the table of latest values


def write_report(read: ReadTable, read_contributions: ReadContributions, folder: Path, release: str, *, is_sample: bool) -> Path:
    """Write `report.html` and `tension.png`; return the page's path.

    The pairs with most signals come first, with charts. Files are written by temporary file and rename.
    """
    daily, directed, contributions = read(TENSION_PAIR_DAILY), read(TENSION_DAILY), newest_contributions(read, read_contributions)
    note = SAMPLE_NOTE if is_sample else ""
    timeline = build_timeline(read)
    sections = []
    pairs = _rank_pairs_by_evidence(daily)
    for pair in pairs[:_PAIRS]:
        one, other = pair.split("-")
        pair_daily = daily.filter(pl.col("pair") == pair)
        directions = directed.filter(pl.col("actor").is_in([one, other]) & pl.col("target").is_in([one, other]))
        pair_contributions = contributions.filter(pl.col("series").is_in([pair, f"{one}>{other}", f"{other}>{one}"]))
        section = build_section(pair_daily, pair_contributions, directions, note=note)
        sections.append(replace(section, peaks=timeline.peaks_of(pair)))
    replace_file(folder / PICTURE, to_png(pair_chart(daily.filter(pl.col("pair") == pairs[0]), note)))
    last = daily.row(-1, named=True)
    page = Page(
        title="Trade Tension",
        is_sample=is_sample,
        sections=tuple(sections),
        coverage=summarize_coverage(read(COVERAGE), read(READING_OUTCOMES)["outcome"]),
        files=(
            FileLink("trade_tension.duckdb", "trade_tension.duckdb", "every table and view, with a comment on each column"),
            FileLink("latest/", "latest/", "the same tables as Parquet, with datapackage.json"),
            FileLink("data-dictionary.md", "latest/data-dictionary.md", "what every column means"),
        ),
        baseline=(last["baseline_from"], last["baseline_to"]),
        index_version=last["index_version"],
        release_id=release,
        precision=tuple(describe_precision(read(MASS_PRECISION))),
        timeline=timeline,
        other_pairs=tuple(build_pair_row(daily.filter(pl.col("pair") == pair)) for pair in pairs[_PAIRS:]),
    )
    path = folder / REPORT
    replace_file(path, render_page(page).encode())
    return path


def _rank_pairs_by_evidence(daily: pl.DataFrame) -> Sequence[str]:
    counts = daily.group_by("pair").agg(pl.col("signal_count").sum())
    return counts.sort("signal_count", "pair", descending=[True, False])["pair"].to_list()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file as a whole, unless it has this content."""
    if not path.exists() or path.read_bytes() != content:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
