"""How fast articles are linked into stories, how many of the copies are found, and in how much memory, against rensa's MinHash.

    uv run --group bench python benchmarks/stories.py [--articles 100000] [--days 30] [--batch 10]

The articles are invented (seeded): words and lengths as newswires have them, turns of phrase, sources with boilerplate, and one article in
five a retelling of another source's of that day or the three before: word for word, cut to its first third, with a paragraph more, or with
one word in twenty changed. They are linked batch by batch of days, each with the three days before it, as the asset does it. Each way runs
in a process of its own. The way with rensa is the project's former one: signatures of 126 permutations in bands of three, and the exact
Jaccard similarity of word 5-grams in Python sets, at least 0.5. Without rensa (it is in the group `bench`) only our own way is measured.
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

from pipeline.articles.stories import DAYS_BACK, link
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS

TIME_BAR_SECONDS = 60
FIRST_DAY = date(2026, 3, 1)
SEED = 20260301
SOURCES = 60
WITH_BOILERPLATE = 10  # of the sources
WORDS = 40_000
PHRASES = 3_000
PHRASES_AN_ARTICLE = 4
MEAN_WORDS = 300
COPIES = 0.2
CHANGED = 0.05
LEAST_SIMILARITY = 0.5
PERMUTATIONS = 126
BAND_ROWS = 3
LOOKED_AT = 16

Random = np.random.Generator
Words = npt.NDArray[Any]
Linking = Callable[[pl.DataFrame, Days], pl.DataFrame]


def generate(count: int, days: int) -> pl.DataFrame:
    """That many articles (`ARTICLES`), of which every copy says in `raw_id` that it is one."""
    random = np.random.default_rng(SEED)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = np.array(["".join(letters[random.integers(0, 26, random.integers(2, 11))]) for _ in range(WORDS)])
    weights = 1 / (np.arange(WORDS) + 3.0)
    weights /= weights.sum()
    phrases = [random.choice(WORDS, 6, p=weights) for _ in range(PHRASES)]
    boilerplate = [random.choice(WORDS, 60, p=weights) for _ in range(WITH_BOILERPLATE)]
    written: list[tuple[int, Words]] = []
    rows = []
    within = int(DAYS_BACK * count / days * (1 - COPIES) * 0.9)  # so many of the last originals surely lie within the days back
    for place in range(count):
        source = int(random.integers(0, SOURCES))
        is_copy = random.random() < COPIES
        told = written[int(random.integers(max(0, len(written) - within), len(written)))] if written and is_copy else None
        if told and told[0] != source:
            text, raw = _retold(told[1], random, weights), f"copy {place}"
        else:
            text, raw = _new(random, weights, phrases), f"new {place}"
            if source < WITH_BOILERPLATE:
                text = np.concatenate([text, boilerplate[source]])
            written.append((source, text))
        published = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC) + timedelta(days=days) * (place / count)
        rows.append(_row(place, published, source, vocabulary, text, raw, random))
    return pl.DataFrame(rows, schema=ARTICLES.schema)


def _new(random: Random, weights: Words, phrases: list[Words]) -> Words:
    words = random.choice(WORDS, int(np.clip(random.lognormal(np.log(MEAN_WORDS) - 0.125, 0.5), 40, 1500)), p=weights)
    for place in random.integers(0, len(words) - 6, PHRASES_AN_ARTICLE):
        words[place : place + 6] = phrases[int(random.integers(0, PHRASES))]
    return words


def _retold(text: Words, random: Random, weights: Words) -> Words:
    way = int(random.integers(0, 4))
    if way == 0:
        return text
    if way == 1:
        return text[: max(len(text) // 3, 30)]
    if way == 2:  # noqa: PLR2004 the third of four ways
        return np.concatenate([text, random.choice(WORDS, 40, p=weights)])
    changed = text.copy()
    changed[random.random(len(text)) < CHANGED] = int(random.integers(0, WORDS))
    return changed


def _row(place: int, published: datetime, source: int, vocabulary: Words, text: Words, raw: str, random: Random) -> dict[str, object]:
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


def by_rensa(articles: pl.DataFrame, days: Days) -> pl.DataFrame:
    """The links as the project found them before: rensa's signatures, bands in dictionaries, Jaccard in sets."""
    rows = articles.sort("published_at", "article_id").with_columns(
        words=pl.concat_str("title", pl.lit("\n"), "body").str.to_lowercase().str.extract_all(r"\w+")
    )
    ids, dates = rows["article_id"].to_list(), rows["index_date"].to_list()
    grams = [{" ".join(words[start : start + 5]) for start in range(len(words) - 4)} for words in rows["words"].to_list()]
    bands = _bands(grams)
    shelves: defaultdict[tuple[date, int, bytes], list[int]] = defaultdict(list)
    found = []
    for rank, day in enumerate(dates):
        if day in days:
            back = (day - timedelta(days=n) for n in range(DAYS_BACK + 1))
            met = {one for before in back for place, band in enumerate(bands[rank]) for one in shelves.get((before, place, band), ())}
            alike = ((one, _jaccard(grams[one], grams[rank])) for one in sorted(met))
            earliest = next(((one, value) for one, value in alike if value >= LEAST_SIMILARITY), None)
            if earliest:
                found.append((ids[rank], day, ids[earliest[0]], earliest[1]))
        for place, band in enumerate(bands[rank]):
            shelf = shelves[day, place, band]
            if len(shelf) < LOOKED_AT:
                shelf.append(rank)
    return pl.DataFrame(found, schema=STORY_LINKS.schema, orient="row")


def _bands(grams: list[set[str]]) -> list[list[bytes]]:
    from rensa import RMinHash  # noqa: PLC0415 not everybody who runs this has it

    width = BAND_ROWS * array("I").itemsize
    bands = []
    for start in range(0, len(grams), 5_000):
        matrix = RMinHash.digest_matrix_from_token_sets([list(one) for one in grams[start : start + 5_000]], PERMUTATIONS, SEED)
        for row in matrix.to_rows():
            signature = array("I", row).tobytes()
            bands.append([signature[place : place + width] for place in range(0, len(signature), width)])
    return bands


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


WAYS: dict[str, Linking] = {"shingles in frames (ours)": link, "rensa and Python sets (before)": by_rensa}


def run(way: str, path: Path, batch: int) -> tuple[float, float, int, int]:
    """Seconds by the clock and of all processors, links, and how many of them are from an article that was made as a copy."""
    articles = pl.read_parquet(path)
    span = Days(articles["index_date"].min(), articles["index_date"].max())  # type: ignore[arg-type]
    copies = articles.filter(pl.col("raw_id").str.starts_with("copy")).select("article_id")
    began, began_working = time.perf_counter(), time.process_time()
    links = []
    for days in span.split(batch):
        back = days.extend_back(DAYS_BACK)
        links.append(WAYS[way](articles.filter(pl.col("index_date").is_between(back.first, back.last)), days))
    took, worked = time.perf_counter() - began, time.process_time() - began_working
    found = pl.concat(links)
    return took, worked, found.height, found.join(copies, on="article_id", how="semi").height


def main() -> None:
    """Generate, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--batch", type=int, default=10, help="days that are linked at once")
    parser.add_argument("--measured", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        way, path = options.measured
        print(json.dumps([*run(way, Path(path), options.batch), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))
        return
    ways = [way for way in WAYS if WAYS[way] is link or importlib.util.find_spec("rensa")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.parquet"
        print(f"{options.articles:,} articles: generating …", file=sys.stderr, flush=True)
        articles = generate(options.articles, options.days)
        articles.write_parquet(path)
        copies = int(articles["raw_id"].str.starts_with("copy").sum())
        words = int(articles["body"].str.split(" ").list.len().sum()) / articles.height
        print(f"{articles.height:,} articles of {words:.0f} words on average over {options.days} days, {copies:,} of them copies; ", end="")
        print(f"{options.batch} days at once\n\n| way | s | processor s | articles/s | peak GB | copies found | links from others | |")
        print("|---|---|---|---|---|---|---|---|")
        ours = None
        for way in ways:
            command = [sys.executable, __file__, "--batch", str(options.batch), "--measured", way, str(path)]
            answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 ourselves
            took, worked, links, right, peak = json.loads(answer.stdout)
            ours = ours or took
            ratio = "" if way == ways[0] else f"ours is {took / ours:.1f} times as fast"
            speed = f"{took:.1f} | {worked:.1f} | {articles.height / took:,.0f} | {peak:.2f}"
            print(f"| {way} | {speed} | {right / copies:.1%} | {links - right} | {ratio} |", flush=True)
    print(f"\nBar: 100,000 articles in under {TIME_BAR_SECONDS} s on two cores.")


if __name__ == "__main__":
    main()
