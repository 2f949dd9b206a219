"""Write the report of a release.

It is a page next to the release's database, and the chart of the pair of countries with most signals as a PNG.
"""

from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.audit import MASS_PRECISION
from pipeline.contracts.tables.core import COVERAGE, READING_OUTCOMES
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.durable_files import hash_file, read_known_sums, replace_file
from pipeline.report.audit import describe_precision
from pipeline.report.charts import pair_chart, to_png
from pipeline.report.evidence import ReadContributions, ReadTable, measure_data, newest_contributions, rank_pairs, warn_of_baseline
from pipeline.report.folds import build_folds, read_facts
from pipeline.report.one_scale import OneScale, put_on_one_scale
from pipeline.report.page import STATIC_PAIRS, FileLink, Page, build_section, draw_static_charts, render_page, summarize_coverage
from pipeline.report.timeline import MAX_ROWS, build_timeline
from pipeline.settings import SAMPLE_NOTE

REPORT = "report.html"
PICTURE = "tension.png"
MOST_BYTES = 3_000_000  # of the page
_FEWER, _FEWEST_ROWS = 0.75, 1_000  # a page that is too large is drawn again with this share of the rows of its chart


def write_report(
    read: ReadTable, read_contributions: ReadContributions, folder: Path, release: str, *, is_sample: bool, code: str = ""
) -> Path:
    """Write `report.html` and `tension.png`; return the page's path.

    Pairs with most signals come first; the picture is the chart of the first one. The index must not be empty. `read`,
    `read_contributions`: functions that read tables; `folder`: where both files are written; `release`: name of the release. Each file is
    replaced as a whole. If both are as the code with the digest `code` wrote them for this release, they stay; without `code` they are made
    again.
    """
    path, made_by = folder / REPORT, f"{release} {code}"
    if code and _is_made_by(path, made_by):
        return path
    daily, contributions = read(TENSION_PAIR_DAILY), newest_contributions(read, read_contributions)
    scale = put_on_one_scale(read)
    drawn, drawn_directed = scale(TENSION_PAIR_DAILY), scale(TENSION_DAILY)
    note = " ".join(filter(None, (SAMPLE_NOTE if is_sample else "", scale.note)))
    timeline, facts = build_timeline(scale), read_facts(read)
    sections = []
    pairs = rank_pairs(daily)
    for place, pair in enumerate(pairs):
        one, other = pair.split("-")
        pair_drawn = drawn.filter(pl.col("pair") == pair)
        built = build_section(daily.filter(pl.col("pair") == pair), contributions.filter(series=pair), pair_drawn)
        section = replace(built, folds=build_folds(facts, pair))
        if place < STATIC_PAIRS:
            directions = drawn_directed.filter(pl.col("actor").is_in([one, other]) & pl.col("target").is_in([one, other]))
            section = replace(draw_static_charts(section, pair_drawn, directions, note=note), peaks=timeline.peaks_of(pair))
        sections.append(section)
    replace_file(folder / PICTURE, to_png(pair_chart(drawn.filter(pl.col("pair") == pairs[0]), note)))
    last = daily.row(-1, named=True)
    page = Page(
        title="Trade Tension",
        is_sample=is_sample,
        sections=tuple(sections),
        coverage=summarize_coverage(read(COVERAGE), read(READING_OUTCOMES, columns=["source", "outcome"])),
        files=(
            FileLink("trade_tension.duckdb", "trade_tension.duckdb", "every table and view, with a comment on each column"),
            FileLink("explorer.html", "explorer.html", "the same in your browser, with SQL: start it with the command tension open"),
            FileLink("tension_index.csv", "latest/tension_index.csv", "the index as one table, for every tool"),
            FileLink("latest/", "latest/", "the same tables as Parquet, with datapackage.json"),
            FileLink("data-dictionary.md", "latest/data-dictionary.md", "what every column means"),
        ),
        baseline=(last["baseline_from"], last["baseline_to"]),
        index_version=last["index_version"],
        release_id=release,
        precision=tuple(describe_precision(read(MASS_PRECISION))),
        timeline=timeline,
        data=measure_data(read),
        warning=warn_of_baseline(read),
        breaks=tuple(daily.filter(obs_status="B")["index_date"].unique().sort()),
        made_by=made_by,
    )
    replace_file(path, _render_within_limit(page, scale))
    return path


def _render_within_limit(page: Page, scale: OneScale) -> bytes:
    """Render the page, with fewer old days if it is too large.

    The limit on rows of the chart, above which old days are thinned, is reduced by a quarter at a time, until the page has at most
    `MOST_BYTES` or the limit is about `_FEWEST_ROWS`; the page may then still be larger.
    """
    rows, content = MAX_ROWS, render_page(page).encode()
    while len(content) > MOST_BYTES and rows > _FEWEST_ROWS:
        rows = int(rows * _FEWER)
        content = render_page(replace(page, timeline=build_timeline(scale, rows))).encode()
    return content


def _is_made_by(path: Path, made_by: str) -> bool:
    """Return whether page and picture are intact and made by this code.

    They are intact if they have the checksums recorded in their folder. `made_by`: the release and the digest of the code, as in the page.
    """
    sums = read_known_sums(path.parent)
    if any(sums.get(file.name) != hash_file(file) for file in (path, path.with_name(PICTURE))):
        return False
    return f'<meta name="generator" content="{made_by}">' in path.read_text(encoding="utf-8")
