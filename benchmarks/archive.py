"""Measure memory and speed of reading an archive into clean articles.

    uv run python benchmarks/archive.py [--gigabytes 5] [--days 365] [--links] [--folder PATH]

The articles are random (seeded), spread over the days in no order; half of the files are gzip JSON lines with unusual field names, half
Parquet. Each step is the asset itself with its checks, in its own process; `--links` adds the step that links articles to stories. Progress
goes to stderr, the table to stdout.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs import core, partitions, raw, resources
from pipeline.settings import Settings
from pipeline.settings.archives import ArticleFiles
from pipeline.warehouse.lake import Lake

MEMORY_BAR_GB = 2.0
FIRST_DAY = date(2023, 1, 1)
FILE_BYTES = 250_000_000  # text, uncompressed
SENTENCES = 20_000
SENTENCES_OF_AN_ARTICLE = 40
SOURCES = 50
SEED = 20230101
STEPS = {"raw_articles": RAW_ARTICLES, "admission": ARTICLES, "story_links": STORY_LINKS}
WORDS = (
    "the of and a to in glass amber salt rope sugar harbour council treaty tariff duty farmers bridge ministers quarrel spoke refused "
    "promised Ruritania Strelsau Hentzau Zenda river winter market price of ships wagons letter agreed on Monday answer rumour crown"
)


def generate_articles(text_bytes: int, span: Days) -> Iterator[dict[str, str]]:
    """Generate random articles with about `text_bytes` of text, published within `span`."""
    generator = random.Random(SEED)  # noqa: S311 not for security
    words = WORDS.split()
    pool = [" ".join(generator.choices(words, k=generator.randint(8, 24))).capitalize() + "." for _ in range(SENTENCES)]
    written = number = 0
    while written < text_bytes:
        number += 1
        seconds = generator.randrange(len(span) * 86_400)
        at = datetime.combine(span.first, time_of_day.min, UTC) + timedelta(seconds=seconds)
        title, *body = generator.choices(pool, k=generator.randint(2, 2 * SENTENCES_OF_AN_ARTICLE))
        row = {
            "article_id": f"{number}",
            "source": f"Paper {number % SOURCES}",
            "published_at": at.isoformat(),
            "title": title,
            "body": " ".join(body),
            "url": f"https://paper.example/{number}",
        }
        written += sum(len(value) for value in row.values())
        yield row


def write_archive(folder: Path, text_bytes: int, span: Days) -> int:
    """Write random articles into a new folder; return their bytes, unpacked.

    The files are alternately gzip JSON lines and Parquet. The text is ASCII, so characters are bytes; all fields count.
    """
    folder.mkdir(parents=True)
    rows, buffered, total, files = [], 0, 0, 0
    file_bytes = min(FILE_BYTES, max(text_bytes // 2, 1))
    for row in generate_articles(text_bytes, span):
        rows.append(row)
        buffered += sum(len(value) for value in row.values())
        if buffered >= file_bytes:
            files, total = files + 1, total + buffered
            _write_file(folder, files, rows)
            rows, buffered = [], 0
    if rows:
        _write_file(folder, files + 1, rows)
    return total + buffered


def _write_file(folder: Path, number: int, rows: list[dict[str, str]]) -> None:
    if number % 2:
        with gzip.open(folder / f"{number:04}.jsonl.gz", "wt", compresslevel=1, encoding="utf-8") as file:
            for row in rows:
                headline = {"headline": {"main": row["title"]}, "pub_date": row["published_at"]}
                file.write(json.dumps({name: row[name] for name in ("article_id", "source", "body", "url")} | headline) + "\n")
    else:
        pl.DataFrame(rows).write_parquet(folder / f"{number:04}.parquet")


def build_settings(folder: Path, span: Days) -> Settings:
    """Build settings of a home in `folder`, which read the archive there, also files with other names of fields."""
    names = {"title": ("title", "headline.main"), "published_at": ("published_at", "pub_date")}
    archive = ArticleFiles.model_validate({"path": str(folder / "archive"), "columns": names})
    return Settings(home=folder / "home", articles=(archive,), first_day=span.first, last_day=span.last)


def run_step(folder: Path, step: str, span: Days) -> None:
    """Materialize the asset `step` for all days of `span`, in the home in `folder`.

    `RuntimeError` if it fails.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.simplefilter("ignore")
    options = build_settings(folder, span)
    asset = next(one for one in (*raw.assets(options), *core.assets(options)) if one.node_def.name == step)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset],
            instance=instance,
            resources=resources.resources(options),
            tags=partitions.range_tags(span),
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        )
    if not result.success:
        raise RuntimeError(f"{step} failed")


def run_in_own_process(folder: Path, step: str, span: Days) -> tuple[float, float]:
    """Run a step (`run_step`) in its own process; return seconds and peak memory in GB."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--folder", str(folder), "--step", step, "--days", str(len(span))]
    completed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 runs this file
    return time.perf_counter() - start, float(completed.stdout.splitlines()[-1])


def main() -> None:
    """Generate, measure, and print the table.

    With `--step` (hidden), only run this step, and print its peak memory in GB.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=0.05, help="text, unpacked [default: %(default)s]")
    parser.add_argument("--days", type=int, default=365, help="number of days over which they are spread [default: %(default)s]")
    parser.add_argument("--links", action="store_true", help="also link articles of one story, which takes much longer")
    parser.add_argument("--folder", type=Path, help="where to put archive and lake, removed at the end [default: a temporary folder]")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    span = Days(FIRST_DAY, FIRST_DAY + timedelta(days=options.days - 1))
    if options.step:
        run_step(options.folder, options.step, span)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
        return
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        measure(folder, options.gigabytes, span, ["raw_articles", "admission", *(["story_links"] if options.links else [])])
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, gigabytes: float, span: Days, steps: list[str]) -> None:
    """Generate an archive, measure each step on it, and print the table.

    `gigabytes`: its text, unpacked; `span`: days over which the articles are spread; `folder`: where archive and home are written.
    """
    print(f"{gigabytes:g} GB of text: generating …", file=sys.stderr, flush=True)
    text = write_archive(folder / "archive", int(gigabytes * 1e9), span)
    packed = sum(path.stat().st_size for path in (folder / "archive").iterdir())
    print(f"{text / 1e9:.2f} GB of text in {packed / 1e9:.2f} GB of files\n")
    print("| step | rows | s | MB/s of text | peak GB |\n|---|---|---|---|---|", flush=True)
    for step in steps:
        print(f"{step}: measuring …", file=sys.stderr, flush=True)
        seconds, peak_gb = run_in_own_process(folder, step, span)
        rows = Lake(build_settings(folder, span).lake).count_rows(STEPS[step])
        print(f"| {step} | {rows:,} | {seconds:.0f} | {text / 1e6 / seconds:.1f} | {peak_gb:.2f} |", flush=True)
    print(f"\nBar: 5 GB under {MEMORY_BAR_GB:g} GB. Each step loads Dagster and Great Expectations, which is included in both figures.")


if __name__ == "__main__":
    main()
