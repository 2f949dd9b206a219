"""Measure time and memory of building the index at three sizes.

    uv run python benchmarks/index.py [--signals 2000000] [--years 10]

It is built from a quarter, half and all of `--signals`. The signals are random (seeded): 25 pairs in both directions, 40 sources. Each size
runs in its own process over a lake on disk, as the assets do, without checks. The last column is one day of the view `contributions` in a
database. Progress goes to stderr, the table to stdout.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.stories import ARCHIVE_END, STORIES, STORY_ARTICLES
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY
from pipeline.index.parameters import BASELINE_LENGTHS, OPEN_DAYS, model_variables
from pipeline.models.build import models_to_run, run_model
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake

TIME_BAR_SECONDS = 15
MEMORY_BAR_GB = 2.0
DAY_BAR_SECONDS = 0.2
FIRST_DAY = date(2015, 1, 1)
SOURCES = 40
# As in the bundled sample: 1,305 signals, 199 stories, 431 articles, 818 rows of story_mass.
SIGNALS_PER_STORY = 6.6
ARTICLES_PER_STORY = 1.5
MAIN_SHARE = 0.75  # share of a story's signals with its main direction, and with its main kind
ARTICLES_READ = 50  # per source and day
SEED = 20150101
_COUNTRIES = [f"{first}{second}X" for first in "ABCDE" for second in "ABCDEFGHIJ"]
PAIRS = tuple(f"{one}-{other}" for one, other in zip(_COUNTRIES[:25], _COUNTRIES[25:], strict=True))


def write_lake(root: Path, count: int, years: int) -> Lake:
    """Write a lake with `count` random signals, and their stories, articles and coverage.

    The signals are spread evenly over the days of `years` years, pairs and directions.
    """
    random = np.random.default_rng(SEED)
    days = 365 * years
    story_count = int(count / SIGNALS_PER_STORY)
    lake = Lake(root)
    span = Days(FIRST_DAY, FIRST_DAY + timedelta(days=days - 1))
    sources = [f"Source {number:02d}" for number in range(SOURCES)]
    read = pl.DataFrame({"index_date": list(span)}).join(pl.DataFrame({"source": sources}), how="cross")
    counts = {name: pl.lit(ARTICLES_READ, pl.Int64) for name in ("article_count", "accepted")}
    lake.write_days(COVERAGE, read.with_columns(**counts, duplicate=pl.lit(0, pl.Int64), quarantined=pl.lit(0, pl.Int64)), span)
    at = pl.datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, time_zone="UTC", time_unit="us")
    stories = pl.DataFrame(
        {
            "day": random.integers(0, days, story_count),
            "pair": random.integers(0, len(PAIRS), story_count),
            "is_forth": random.random(story_count) < 0.5,  # noqa: PLR2004 one of two
            "kind": random.integers(0, len(KIND.words), story_count),
            "owners": 1 + random.poisson(ARTICLES_PER_STORY - 1, story_count),
            "source": pl.Series(sources).gather(random.integers(0, SOURCES, story_count)),
        }
    ).with_columns(
        index_date=pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day")),
        seen=at + pl.duration(days=pl.col("day")),
        story_id=pl.format("{}:{}:{}", "source", pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day")), pl.int_range(story_count)),
    )
    _write_stories(lake, stories)
    _write_signals(lake, stories, count, random)
    return lake


def _write_stories(lake: Lake, stories: pl.DataFrame) -> None:
    columns = {
        "counts_on": pl.col("index_date"),
        "first_seen_at": pl.col("seen"),
        "url": pl.lit(None, pl.String),
        "headline_sha256": pl.lit("0" * 64),
        "source_owner_count": pl.col("owners").cast(pl.Int64),
        "article_count": pl.col("owners").cast(pl.Int64),
        "breadth": 1 + pl.col("owners").log(),
    }
    lake.write(ARCHIVE_END, pl.DataFrame({"known_on": [FIRST_DAY + timedelta(days=BASELINE_LENGTHS[0] + OPEN_DAYS - 1)]}))
    lake.write(STORIES, stories.with_columns(**columns).select(STORIES.schema.names()))
    articles = stories.select("story_id", "index_date", "source", pl.int_ranges("owners").alias("copy")).explode("copy")
    copy = pl.when(pl.col("copy") == 0).then(pl.lit("")).otherwise(pl.format(" {}", "copy"))
    lake.write(
        STORY_ARTICLES,
        articles.with_columns(
            article_id=pl.col("story_id") + copy,
            source=pl.col("source") + copy,
            source_owner=pl.col("source") + copy,
            known_on=pl.col("index_date"),
            story_date=pl.col("index_date"),
            counts_on=pl.col("index_date"),
            read_on=pl.col("index_date"),
        ).select(STORY_ARTICLES.schema.names()),
    )


def _write_signals(lake: Lake, stories: pl.DataFrame, count: int, random: np.random.Generator) -> None:
    kinds, instruments = list(KIND.words), list(INSTRUMENT.words)
    of_signal = stories[np.sort(random.integers(0, stories.height, count))]
    forth = np.where(random.random(count) < MAIN_SHARE, of_signal["is_forth"].to_numpy(), random.random(count) < 0.5)  # noqa: PLR2004 one of two
    kind_no = np.where(random.random(count) < MAIN_SHARE, of_signal["kind"].to_numpy(), random.integers(0, len(kinds), count))
    one, other = (pl.Series([pair.split("-")[side] for pair in PAIRS]).gather(of_signal["pair"]) for side in (0, 1))
    kind = pl.Series(kinds).gather(kind_no)
    changed = {
        "signal_id": pl.Series([f"{number:016x}" for number in range(count)]),
        "article_id": of_signal["story_id"],
        "story_id": of_signal["story_id"],
        "index_date": of_signal["index_date"],
        "counts_on": of_signal["index_date"],
        "source": of_signal["source"],
        "published_at": of_signal["seen"],
        "actor": pl.select(pl.when(pl.Series(forth)).then(one).otherwise(other)).to_series(),
        "target": pl.select(pl.when(pl.Series(forth)).then(other).otherwise(one)).to_series(),
        "kind": kind,
        "polarity": kind.replace_strict(dict(KIND_POLARITY), return_dtype=pl.String),
        "status": pl.Series(["proposed", "announced", "effective"]).gather(random.integers(0, 3, count)),
        "instrument": pl.Series(instruments).gather(random.integers(0, len(instruments), count)),
        "probability": pl.Series(random.uniform(0.25, 0.95, count)),
    }
    constant = {name: pl.lit(value) for name, value in SIGNALS.example().row(0, named=True).items() if name not in changed}
    frame = pl.DataFrame(changed).with_columns(**constant)
    lake.write(SIGNALS, frame.select(pl.col(name).cast(dtype) for name, dtype in SIGNALS.schema.items()))


def build_index(lake: Lake) -> dict[str, float]:
    """Build the tables from signals to index; return the seconds that each model takes, by name."""
    method = model_variables(PAIRS, half_life_days=7.0, baseline=None, read=lake.span(COVERAGE))
    seconds: dict[str, float] = {}
    for model in models_to_run((TENSION_DAILY, TENSION_PAIR_DAILY, TOP_CONTRIBUTIONS), lake):
        start = time.perf_counter()
        run_model(model, lake, method)
        seconds[model.name] = time.perf_counter() - start
    return seconds


def time_one_day(lake: Lake, folder: Path) -> float:
    """Query all contributions of one day; return the best of five times in seconds.

    The query runs on a DuckDB file in `folder` that is made from the tables of the lake.
    """
    view = (shipped_folder("sql") / "views" / "contributions.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(folder / "index.duckdb"), config={"threads": 1}) as con:
        for table in (CHANNEL_DAILY, STORY_MASS):
            con.from_parquet([str(path) for path in lake.files(table)]).create(table.name)
        con.sql(f"create view contributions as {view}")
        day = FIRST_DAY + timedelta(days=len(lake.files(COVERAGE)) // 2)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            con.sql("from contributions where index_date = $day", params={"day": day}).fetchall()
            seconds.append(time.perf_counter() - start)
    return min(seconds)


def build_in_own_process(root: Path) -> tuple[dict[str, float], float, float]:
    """Build in its own process; return seconds by model, CPU seconds in all, peak memory in GB."""
    completed = subprocess.run([sys.executable, __file__, "--lake", str(root)], capture_output=True, text=True, check=True)  # noqa: S603 runs this file
    seconds, cpu, peak_gb = json.loads(completed.stdout)
    return seconds, cpu, peak_gb


def main() -> None:
    """Build lakes of random signals, measure the index, print a table.

    With `--lake` (hidden, for the process of one size), only build the index, and print times and memory as JSON.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=2_000_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--lake", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lake:
        start = time.process_time()
        seconds = build_index(Lake(options.lake))
        print(json.dumps([seconds, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, {options.years} years, {len(PAIRS)} pairs in both directions\n", file=sys.stderr)
    print("| signals | stories with mass | mass | filter and index | top contributions ", end="")
    print("| all, s | CPU, s | peak GB | µs per signal | one day, s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for part in (4, 2, 1):
        count = options.signals // part
        with tempfile.TemporaryDirectory() as folder:
            print(f"{count:,} signals: generating …", end=" ", file=sys.stderr, flush=True)
            lake = write_lake(Path(folder), count, options.years)
            print("measuring …", file=sys.stderr, flush=True)
            seconds, cpu, peak_gb = build_in_own_process(lake.root)
            mass = sum(seconds[name] for name in ("weights", "articles_read", "story_mass", "baseline", "daily_mass"))
            last = seconds[TOP_CONTRIBUTIONS.name]
            whole = sum(seconds.values())
            print(
                f"| {count:,} | {lake.count_rows(STORY_MASS):,} | {mass:.1f} | {whole - mass - last:.1f} | {last:.1f} "
                f"| {whole:.1f} | {cpu:.1f} | {peak_gb:.2f} | {1e6 * whole / count:.1f} | {time_one_day(lake, Path(folder)):.3f} |",
                flush=True,
            )
    print(f"\nBars at the largest size, on two cores: {TIME_BAR_SECONDS} s and {MEMORY_BAR_GB:g} GB; {DAY_BAR_SECONDS} s for one day.")


if __name__ == "__main__":
    main()
