"""The report on disk: one static page beside the database, and the first pair's chart as a picture. What is said: `page.py`."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report.charts import pair_chart, to_png
from pipeline.report.evidence import Read, ReadContributions, newest_contributions
from pipeline.report.page import FileLink, Page, coverage, pair_row, render, section
from pipeline.settings import SAMPLE_NOTE

REPORT = "report.html"
PICTURE = "tension.png"
_PAIRS = 4  # sections with charts; each takes a second to draw. The other pairs are in the table of latest values


def write_report(read: Read, read_contributions: ReadContributions, folder: Path, release: str, *, is_sample: bool) -> Path:
    """Write `report.html` and `tension.png` into the published folder from the tables that `read` gives; the path of the page.

    The pairs of which most was found, in that order; each file is written beside its place and moved there.
    """
    daily, directed, contributions = read(TENSION_PAIR_DAILY), read(TENSION_DAILY), newest_contributions(read, read_contributions)
    note = SAMPLE_NOTE if is_sample else ""
    sections = []
    pairs = _by_evidence(daily)
    for pair in pairs[:_PAIRS]:
        one, other = pair.split("-")
        of_pair = daily.filter(pl.col("pair") == pair)
        both_ways = directed.filter(pl.col("actor").is_in([one, other]) & pl.col("target").is_in([one, other]))
        parts = contributions.filter(pl.col("series").is_in([pair, f"{one}>{other}", f"{other}>{one}"]))
        sections.append(section(of_pair, parts, both_ways, note=note))
    replace_file(folder / PICTURE, to_png(pair_chart(daily.filter(pl.col("pair") == pairs[0]), note)))
    last = daily.row(-1, named=True)
    page = Page(
        title="Trade Tension",
        is_sample=is_sample,
        sections=tuple(sections),
        coverage=coverage(read(COVERAGE)),
        files=(
            FileLink("trade_tension.duckdb", "trade_tension.duckdb", "every table and view, with a comment on each column"),
            FileLink("latest/", "latest/", "the same tables as Parquet, with datapackage.json"),
            FileLink("data-dictionary.md", "latest/data-dictionary.md", "what every column means"),
        ),
        baseline=(last["baseline_from"], last["baseline_to"]),
        index_version=last["index_version"],
        release_id=release,
        other_pairs=tuple(pair_row(daily.filter(pl.col("pair") == pair)) for pair in pairs[_PAIRS:]),
    )
    path = folder / REPORT
    replace_file(path, render(page).encode())
    return path


def _by_evidence(daily: pl.DataFrame) -> Sequence[str]:
    counted = daily.group_by("pair").agg(pl.col("signal_count").sum())
    return counted.sort("signal_count", "pair", descending=[True, False])["pair"].to_list()


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the place and move there, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
