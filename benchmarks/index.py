"""Time and memory of the index, from signals to values and contributions, at three sizes; cost must grow no faster than the signals.

    uv run python benchmarks/index.py [--signals 2000000] [--years 10]

The signals are random (seeded): ten years, 25 pairs in both directions, 40 sources. Each size runs in a process of its own over a lake on
disk, as the assets do it, without audits. The last column is one day of the view `contributions` in the published database. Progress goes
to stderr, the table to stdout.
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
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORIES, STORY_ARTICLES, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY
from pipeline.index.parameters import model_variables
from pipeline.models.build import models_to_run, run_model
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake

TIME_BAR_SECONDS = 15
MEMORY_BAR_GB = 2.0
DAY_BAR_SECONDS = 0.2
FIRST_DAY = date(2015, 1, 1)
SOURCES = 40
# As in the bundled sample: 1,305 signals in 199 stories of 431 articles weigh in 818 rows of story_mass.
SIGNALS_OF_A_STORY = 6.6
TOLD_BY = 1.5  # articles of a story
ON_ITS_LINE = 0.75  # share of a story's signals that go its main way and are of its main channel
ARTICLES_READ = 50  # of each source and day
SEED = 20150101
_COUNTRIES = [f"{first}{second}X" for first in "ABCDE" for second in "ABCDEFGHIJ"]
PAIRS = tuple(f"{one}-{other}" for one, other in zip(_COUNTRIES[:25], _COUNTRIES[25:], strict=True))


def generate(root: Path, count: int, years: int) -> Lake:
    """A lake with so many signals in as many stories as they make, spread evenly over the years, pairs and directions."""
    random = np.random.default_rng(SEED)
    days = 365 * years
    stories = int(count / SIGNALS_OF_A_STORY)
    lake = Lake(root)
    span = Days(FIRST_DAY, FIRST_DAY + timedelta(days=days - 1))
    sources = [f"Source {number:02d}" for number in range(SOURCES)]
    read = pl.DataFrame({"index_date": list(span)}).join(pl.DataFrame({"source": sources}), how="cross")
    counts = {name: pl.lit(ARTICLES_READ, pl.Int64) for name in ("article_count", "accepted")}
    lake.write_days(COVERAGE, read.with_columns(**counts, duplicate=pl.lit(0, pl.Int64), quarantined=pl.lit(0, pl.Int64)), span)
    at = pl.datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, time_zone="UTC", time_unit="us")
    told = pl.DataFrame(
        {
            "day": random.integers(0, days, stories),
            "pair": random.integers(0, len(PAIRS), stories),
            "is_forth": random.random(stories) < 0.5,  # noqa: PLR2004 one of two
            "kind": random.integers(0, len(KIND.words), stories),
            "owners": 1 + random.poisson(TOLD_BY - 1, stories),
            "source": pl.Series(sources).gather(random.integers(0, SOURCES, stories)),
        }
    ).with_columns(
        index_date=pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day")),
        seen=at + pl.duration(days=pl.col("day")),
        story_id=pl.format("{}:{}:{}", "source", pl.lit(FIRST_DAY) + pl.duration(days=pl.col("day")), pl.int_range(stories)),
    )
    _write_stories(lake, told)
    _write_signals(lake, told, count, random)
    return lake


def _write_stories(lake: Lake, told: pl.DataFrame) -> None:
    columns = {
        "first_seen_at": pl.col("seen"),
        "url": pl.lit(None, pl.String),
        "headline_sha256": pl.lit("0" * 64),
        "source_owner_count": pl.col("owners").cast(pl.Int64),
        "article_count": pl.col("owners").cast(pl.Int64),
        "breadth": 1 + pl.col("owners").log(),
    }
    lake.write(STORIES, told.with_columns(**columns).select(STORIES.schema.names()))
    tellings = told.select("story_id", "index_date", "source", pl.int_ranges("owners").alias("copy")).explode("copy")
    copy = pl.when(pl.col("copy") == 0).then(pl.lit("")).otherwise(pl.format(" {}", "copy"))
    lake.write(
        STORY_ARTICLES,
        tellings.with_columns(
            article_id=pl.col("story_id") + copy,
            source=pl.col("source") + copy,
            source_owner=pl.col("source") + copy,
            known_on=pl.col("index_date"),
        ).select(STORY_ARTICLES.schema.names()),
    )


def _write_signals(lake: Lake, told: pl.DataFrame, count: int, random: np.random.Generator) -> None:
    kinds, instruments = list(KIND.words), list(INSTRUMENT.words)
    of = told[np.sort(random.integers(0, told.height, count))]
    forth = np.where(random.random(count) < ON_ITS_LINE, of["is_forth"].to_numpy(), random.random(count) < 0.5)  # noqa: PLR2004 one of two
    kind_no = np.where(random.random(count) < ON_ITS_LINE, of["kind"].to_numpy(), random.integers(0, len(kinds), count))
    one, other = (pl.Series([pair.split("-")[side] for pair in PAIRS]).gather(of["pair"]) for side in (0, 1))
    kind = pl.Series(kinds).gather(kind_no)
    changed = {
        "signal_id": pl.Series([f"{number:016x}" for number in range(count)]),
        "article_id": of["story_id"],
        "story_id": of["story_id"],
        "index_date": of["index_date"],
        "source": of["source"],
        "published_at": of["seen"],
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


def run(lake: Lake) -> dict[str, float]:
    """Seconds of each table between the signals and the index, built in order of their dependencies."""
    method = model_variables(PAIRS, 7.0, None, lake.span(COVERAGE))
    took: dict[str, float] = {}
    for model in models_to_run((TENSION_DAILY, TENSION_PAIR_DAILY, TOP_CONTRIBUTIONS), lake):
        start = time.perf_counter()
        run_model(model, lake, method)
        took[model.name] = time.perf_counter() - start
    return took


def seconds_of_one_day(lake: Lake, folder: Path) -> float:
    """Seconds that all contributions of one day take in a database that holds the tables of the view; the best of five."""
    view = (shipped_folder("sql") / "views" / "contributions.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(folder / "index.duckdb"), config={"threads": 1}) as con:
        for table in (CHANNEL_DAILY, STORY_MASS):
            con.from_parquet([str(path) for path in lake.files(table)]).create(table.name)
        con.sql(f"create view contributions as {view}")
        day = FIRST_DAY + timedelta(days=len(lake.files(COVERAGE)) // 2)
        took = []
        for _ in range(5):
            start = time.perf_counter()
            con.sql("from contributions where index_date = $day", params={"day": day}).fetchall()
            took.append(time.perf_counter() - start)
    return min(took)


def in_own_process(root: Path) -> tuple[dict[str, float], float, float]:
    """Seconds by table, processor seconds of all, and the peak of memory in GB."""
    answer = subprocess.run([sys.executable, __file__, "--lake", str(root)], capture_output=True, text=True, check=True)  # noqa: S603 ourselves
    took, cpu, peak_gb = json.loads(answer.stdout)
    return took, cpu, peak_gb


def main() -> None:
    """Generate, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=2_000_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--lake", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.lake:
        start = time.process_time()
        took = run(Lake(options.lake))
        print(json.dumps([took, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}, {options.years} years, {len(PAIRS)} pairs in both directions\n", file=sys.stderr)
    print("| signals | stories with mass | mass | filter and index | top contributions ", end="")
    print("| all, s | CPU, s | peak GB | µs a signal | one day, s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for part in (4, 2, 1):
        count = options.signals // part
        with tempfile.TemporaryDirectory() as folder:
            print(f"{count:,} signals: generating …", end=" ", file=sys.stderr, flush=True)
            lake = generate(Path(folder), count, options.years)
            print("measuring …", file=sys.stderr, flush=True)
            took, cpu, peak_gb = in_own_process(lake.root)
            mass = sum(took[name] for name in ("weights", "story_mass", "baseline", "daily_mass"))
            last = took[TOP_CONTRIBUTIONS.name]
            whole = sum(took.values())
            print(
                f"| {count:,} | {lake.count_rows(STORY_MASS):,} | {mass:.1f} | {whole - mass - last:.1f} | {last:.1f} "
                f"| {whole:.1f} | {cpu:.1f} | {peak_gb:.2f} | {1e6 * whole / count:.1f} | {seconds_of_one_day(lake, Path(folder)):.3f} |",
                flush=True,
            )
    print(f"\nBars at the largest size, on two cores: {TIME_BAR_SECONDS} s and {MEMORY_BAR_GB:g} GB; {DAY_BAR_SECONDS} s for one day.")


if __name__ == "__main__":
    main()
