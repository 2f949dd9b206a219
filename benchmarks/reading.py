"""Measure speed and memory of the gate and of the whole extraction.

    uv run --group bench python benchmarks/reading.py [--articles PATH]

The gate (`pipeline/signals/gate/`) decides which articles are read for signals. For comparison, the package newsindex counts articles
with a word of each of three lists. All methods run on the same articles. Progress goes to stderr, the tables to stdout.
"""

import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import newsindex
import pandas as pd
import polars as pl
import psutil
from corpus import build_parser, read_clean_articles
from newsindex.dictionary import CountryDictionary, Dictionary

from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms

GATE_BAR = 4_000  # articles per second
EXTRACTION_BAR = 80  # articles that pass the gate, per second
MEMORY_BAR_GB = 3.0
GATE_ROUNDS = 5
SAMPLING_SECONDS = 0.05
NAME_FIELDS = ("names", "capitals", "demonyms", "institutions")
# Words of uncertainty, the third list of an index of policy uncertainty.
UNCERTAIN = ("uncertain", "uncertainty", "uncertainties", "threat", "threats", "fear", "fears", "risk", "risks", "worry", "worries")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Measurement:
    """Time of one method over some articles, and the peak memory of all its processes."""

    name: str
    articles: int
    seconds: float
    peak_gb: float

    @property
    def rate(self) -> float:
        """Articles per second."""
        return self.articles / self.seconds


def measure_memory_gb() -> float:
    """Return the resident memory of this process and its children, in GB.

    Pages that processes share are counted for each of them.
    """
    total = 0
    for process in (me := psutil.Process(), *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue  # ended after it was listed
    return total / 1e9


def measure(name: str, articles: pl.DataFrame, work: Callable[[], Result], rounds: int = 1) -> tuple[Measurement, Result]:
    """Measure `work`, called in several rounds; also return its last result.

    The measurement has `name`, the number of articles, the shortest time, and the peak memory of all rounds.
    """
    print(f"{name} …", end=" ", file=sys.stderr, flush=True)
    peak, done = [measure_memory_gb()], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLING_SECONDS):
            peak[0] = max(peak[0], measure_memory_gb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    done.set()
    watcher.join()
    print(f"{min(times):.2f} s", file=sys.stderr)
    return Measurement(name, articles.height, min(times), peak[0]), result


def count_by_newsindex(table: pd.DataFrame, dictionary: Dictionary) -> int:
    """Count articles with a word of each of three lists, with the package newsindex.

    `table`, `dictionary`: articles and lists, as `to_newsindex` returns them.
    """
    return int(newsindex.index.count(table, dictionary)["epu_articles"].sum())


def to_newsindex(articles: pl.DataFrame) -> tuple[pd.DataFrame, Dictionary]:
    """Convert articles and three lists of words for newsindex.

    The lists are the lexicon's trade terms, its names of countries (`NAME_FIELDS`), and `UNCERTAIN`.
    """
    objects = [entry for entry in load_lexicon("objects")["object"] if entry.get("gate")]
    terms = {form for entry in (*objects, *load_lexicon("gate")["term"]) for word in entry["words"] for form in noun_forms(word)}
    names = {name for country in load_lexicon("actors")["country"] for field in NAME_FIELDS for name in country[field]}
    entry = CountryDictionary("all", ("en",), economic=tuple(sorted(terms)), policy=tuple(sorted(names)), uncertainty=UNCERTAIN)
    table = pd.DataFrame(
        {
            "country": "all",
            "site": articles["source"].to_list(),
            "year_month": articles["index_date"].dt.strftime("%Y-%m").to_list(),
            "title": articles["title"].to_list(),
            "text": articles["body"].to_list(),
        }
    )
    return table, Dictionary({"all": entry})


def describe_machine() -> str:
    """Describe the machine, its load, and versions of Python and libraries."""
    memory = psutil.virtual_memory().total / 1e9
    versions = f"Python {platform.python_version()}, polars {pl.__version__}, newsindex {newsindex.__version__}"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB; {versions}; load {load:.1f} at the start"
    )


def main() -> None:
    """Measure all methods and print the tables."""
    path = build_parser("Speed and memory of the gate and of the whole extraction, compared with newsindex.").parse_args().articles
    machine = describe_machine()
    print(f"reading {path} …", file=sys.stderr)
    articles = read_clean_articles(path)
    judge_articles(articles.head(1))  # compiles the patterns

    ours, judged = measure("gate", articles, lambda: judge_articles(articles), GATE_ROUNDS)
    two, findings = measure("whole extraction, 2 workers", articles, lambda: SentenceExtractor(workers=2).extract(articles))
    one, same_findings = measure("whole extraction, 1 worker", articles, lambda: SentenceExtractor(workers=1).extract(articles))
    table, dictionary = to_newsindex(articles)
    other, counted = measure("newsindex, three lists of words", articles, lambda: count_by_newsindex(table, dictionary))
    assert findings.equals(same_findings), "one and two workers give different findings"

    megabytes = int(articles["body"].str.len_bytes().sum()) / 1e6
    print(f"{articles.height:,} articles of {path.name}, {megabytes:.0f} MB of text\n{machine}\n")
    print(f"{'method':<34}{'articles/s':>12}{'seconds':>10}{'peak GB':>9}{'gate is':>10}")
    for row in (ours, two, one, other):
        print(f"{row.name:<34}{row.rate:>12,.0f}{row.seconds:>10.2f}{row.peak_gb:>9.2f}{ours.rate / row.rate:>9,.1f}x")
    passed = judged.filter(outcome="read").height
    print(
        f"\nthe gate passes {passed:,} articles ({passed / articles.height:.1%}), read at {passed / two.seconds:.0f} per second with 2 "
        f"workers and {passed / one.seconds:.0f} with 1; {findings.height:,} findings; newsindex counts {counted:,}\n"
    )
    bars = (
        (f"gate at least {GATE_BAR:,} articles/s", ours.rate >= GATE_BAR),
        (f"at least {EXTRACTION_BAR} passing articles/s with 2 workers", passed / two.seconds >= EXTRACTION_BAR),
        (f"whole extraction under {MEMORY_BAR_GB:.0f} GB", max(one.peak_gb, two.peak_gb) < MEMORY_BAR_GB),
    )
    for bar, is_met in bars:
        print(f"{'met   ' if is_met else 'MISSED'}  {bar}")


if __name__ == "__main__":
    main()
