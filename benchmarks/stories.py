"""Measure the linking of articles into stories: speed, memory, and copies found, compared with rensa's MinHash.

    uv run --group bench python benchmarks/stories.py [--articles 100000] [--days 30] [--batch 10]

The articles are random (seeded), with words and lengths as in newswires, phrases, and boilerplate. About one in five is a copy of another
source's article of that day or the three before: verbatim, cut to its first third, with an added paragraph, or with one word in twenty
changed. They are linked in batches of days, each with three days on both sides, as the asset does. Each method runs in its own process. The
method with rensa uses signatures of 126 permutations in bands of three, and exact Jaccard similarity of word 5-grams of at least 0.5; it is
skipped if rensa (dependency group `bench`) is not installed.
"""

import argparse
import hashlib
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.articles.stories import DAYS_AROUND, link_retellings
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS

TIME_BAR_SECONDS = 60
FIRST_DAY = date(2026, 3, 1)
SEED = 20260301
SOURCES = 60
BOILERPLATE_SOURCES = 10
WORDS = 40_000
PHRASES = 3_000
PHRASES_PER_ARTICLE = 4
MEAN_WORDS = 300
COPY_SHARE = 0.2
CHANGED_SHARE = 0.05
MIN_SIMILARITY = 0.5
PERMUTATIONS = 126
BAND_ROWS = 3
MAX_PER_BAND = 16

Random = np.random.Generator
Words = npt.NDArray[Any]
Linking = Callable[[pl.DataFrame, Days], pl.DataFrame]


def generate_articles(count: int, days: int) -> pl.DataFrame:
    """Generate `count` random articles (`ARTICLES`) over `days` days.

    About one in five is a copy of an article of another source, perhaps changed; its `raw_id` starts with "copy".
    """
    random = np.random.default_rng(SEED)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = np.array(["".join(letters[random.integers(0, 26, random.integers(2, 11))]) for _ in range(WORDS)])
    weights = 1 / (np.arange(WORDS) + 3.0)
    weights /= weights.sum()
    phrases = [random.choice(WORDS, 6, p=weights) for _ in range(PHRASES)]
    boilerplate = [random.choice(WORDS, 60, p=weights) for _ in range(BOILERPLATE_SOURCES)]
    written: list[tuple[int, Words]] = []
    rows = []
    within = int(DAYS_AROUND * count / days * (1 - COPY_SHARE) * 0.9)  # number of latest originals that are surely recent enough
    for place in range(count):
        source = int(random.integers(0, SOURCES))
        is_copy = random.random() < COPY_SHARE
        original = written[int(random.integers(max(0, len(written) - within), len(written)))] if written and is_copy else None
        if original and original[0] != source:
            text, raw = _copy_text(original[1], random, weights), f"copy {place}"
        else:
            text, raw = _write_text(random, weights, phrases), f"new {place}"
            if source < BOILERPLATE_SOURCES:
                text = np.concatenate([text, boilerplate[source]])
            written.append((source, text))
        published = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC) + timedelta(days=days) * (place / count)
        rows.append(_build_row(place, published, source, vocabulary, text, raw, random))
    return pl.DataFrame(rows, schema=ARTICLES.schema)


def _write_text(random: Random, weights: Words, phrases: list[Words]) -> Words:
    words = random.choice(WORDS, int(np.clip(random.lognormal(np.log(MEAN_WORDS) - 0.125, 0.5), 40, 1500)), p=weights)
    for place in random.integers(0, len(words) - 6, PHRASES_PER_ARTICLE):
        words[place : place + 6] = phrases[int(random.integers(0, PHRASES))]
    return words


def _copy_text(text: Words, random: Random, weights: Words) -> Words:
    change = int(random.integers(0, 4))
    if change == 0:
        return text
    if change == 1:
        return text[: max(len(text) // 3, 30)]
    if change == 2:  # noqa: PLR2004 the third of four changes
        return np.concatenate([text, random.choice(WORDS, 40, p=weights)])
    changed = text.copy()
    changed[random.random(len(text)) < CHANGED_SHARE] = int(random.integers(0, WORDS))
    return changed


def _build_row(place: int, published: datetime, source: int, vocabulary: Words, text: Words, raw: str, random: Random) -> dict[str, object]:
    title, body = (
        " ".join(vocabulary[random.integers(0, WORDS, 9)]),
        ". ".join(" ".join(part) for part in np.array_split(vocabulary[text], 12)),
    )
    return {
        "article_id": f"Source {source:02d}:{published:%Y-%m-%d}:{place}",
        "index_date": published.date(),
        "source": f"Source {source:02d}",
        "published_at": published,
        "first_seen_at": published,
        "title": title,
        "body": body,
        "url": None,
        "text_sha256": hashlib.sha256(f"{title}\n{body}".encode()).hexdigest(),
        "raw_id": raw,
    }


def link_by_rensa(articles: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Link each article of `days` to the earliest similar one, by MinHash.

    Compared are earlier articles, of the same day or up to `DAYS_AROUND` days before, that share a band (a part of their signatures by
    rensa), but of each day and band only the first `MAX_PER_BAND`. Similar means a Jaccard similarity of word 5-grams of at least
    `MIN_SIMILARITY`. Returns STORY_LINKS.
    """
    until = articles.filter(pl.col("index_date") <= days.last)  # no article is seen late, so later days do not matter
    rows = until.sort("published_at", "article_id").with_columns(
        words=pl.concat_str("title", pl.lit("\n"), "body").str.to_lowercase().str.extract_all(r"\w+")
    )
    ids, dates = rows["article_id"].to_list(), rows["index_date"].to_list()
    grams = [{" ".join(words[start : start + 5]) for start in range(len(words) - 4)} for words in rows["words"].to_list()]
    bands = _compute_bands(grams)
    buckets: defaultdict[tuple[date, int, bytes], list[int]] = defaultdict(list)
    links = []
    for rank, day in enumerate(dates):
        if day in days:
            back = (day - timedelta(days=n) for n in range(DAYS_AROUND + 1))
            candidates = {
                one for before in back for place, band in enumerate(bands[rank]) for one in buckets.get((before, place, band), ())
            }
            similarities = ((one, _jaccard_similarity(grams[one], grams[rank])) for one in sorted(candidates))
            earliest = next(((one, value) for one, value in similarities if value >= MIN_SIMILARITY), None)
            if earliest:
                links.append((ids[rank], day, ids[earliest[0]], earliest[1]))
        for place, band in enumerate(bands[rank]):
            bucket = buckets[day, place, band]
            if len(bucket) < MAX_PER_BAND:
                bucket.append(rank)
    return pl.DataFrame(links, schema=STORY_LINKS.schema, orient="row")


def _compute_bands(grams: list[set[str]]) -> list[list[bytes]]:
    from rensa import RMinHash  # noqa: PLC0415 optional dependency

    width = BAND_ROWS * array("I").itemsize
    bands = []
    for start in range(0, len(grams), 5_000):
        matrix = RMinHash.digest_matrix_from_token_sets([list(one) for one in grams[start : start + 5_000]], PERMUTATIONS, SEED)
        for row in matrix.to_rows():
            signature = array("I", row).tobytes()
            bands.append([signature[place : place + width] for place in range(0, len(signature), width)])
    return bands


def _jaccard_similarity(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


METHODS: dict[str, Linking] = {"shingles in data frames (ours)": link_retellings, "rensa and Python sets": link_by_rensa}


def link_in_batches(method: str, path: Path, batch: int) -> tuple[float, float, int, int]:
    """Link all articles by one of `METHODS`, in batches of `batch` days.

    Returns wall seconds, CPU seconds, the number of links, and how many of them are of articles that are copies.
    """
    articles = pl.read_parquet(path)
    span = Days(articles["index_date"].min(), articles["index_date"].max())  # type: ignore[arg-type]
    copies = articles.filter(pl.col("raw_id").str.starts_with("copy")).select("article_id")
    start, cpu_start = time.perf_counter(), time.process_time()
    links = []
    for days in span.split(batch):
        around = days.extend(DAYS_AROUND)
        links.append(METHODS[method](articles.filter(pl.col("index_date").is_between(around.first, around.last)), days))
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    result = pl.concat(links)
    return seconds, cpu_seconds, result.height, result.join(copies, on="article_id", how="semi").height


def main() -> None:
    """Generate, measure, and print the table.

    With `--measured` (hidden), only link by one method, and print its figures as JSON.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--batch", type=int, default=10, help="days in a batch")
    parser.add_argument("--measured", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        method, path = options.measured
        print(json.dumps([*link_in_batches(method, Path(path), options.batch), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
        return
    methods = [method for method in METHODS if METHODS[method] is link_retellings or importlib.util.find_spec("rensa")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.parquet"
        print(f"{options.articles:,} articles: generating …", file=sys.stderr, flush=True)
        articles = generate_articles(options.articles, options.days)
        articles.write_parquet(path)
        copies = int(articles["raw_id"].str.starts_with("copy").sum())
        words = int(articles["body"].str.split(" ").list.len().sum()) / articles.height
        print(f"{articles.height:,} articles of {words:.0f} words on average over {options.days} days, {copies:,} of them copies; ", end="")
        print(f"{options.batch} days per batch\n\n| method | s | CPU s | articles/s | peak GB | copies found | links of non-copies | |")
        print("|---|---|---|---|---|---|---|---|")
        ours = None
        for method in methods:
            command = [sys.executable, __file__, "--batch", str(options.batch), "--measured", method, str(path)]
            completed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 runs this file
            seconds, cpu_seconds, links, right, peak = json.loads(completed.stdout)
            ours = ours or seconds
            ratio = "" if method == methods[0] else f"ours is {seconds / ours:.1f} times as fast"
            speed = f"{seconds:.1f} | {cpu_seconds:.1f} | {articles.height / seconds:,.0f} | {peak:.2f}"
            print(f"| {method} | {speed} | {right / copies:.1%} | {links - right} | {ratio} |", flush=True)
    print(f"\nBar: 100,000 articles in under {TIME_BAR_SECONDS} s on two cores.")


if __name__ == "__main__":
    main()
