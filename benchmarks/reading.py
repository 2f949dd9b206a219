"""Measure speed and memory of the gate and of the whole extraction, compared with newsindex and Python's `re`.

    uv run --group bench python benchmarks/reading.py [--articles PATH]

All methods run on the same articles. Progress goes to stderr, the tables to stdout.
"""

import os
import platform
import re
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

from pipeline.signals import gate
from pipeline.signals.extract import SentenceExtractor

GATE_BAR = 100_000  # articles per second
EXTRACTION_BAR = 80  # articles that pass the gate, per second
MEMORY_BAR_GB = 3.0
GATE_ROUNDS = 5
SAMPLING_SECONDS = 0.05
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
    """Return the resident memory of this process and its children in GB, counting shared pages for each."""
    total = 0
    for process in (me := psutil.Process(), *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue  # ended after it was listed
    return total / 1e9


def measure(name: str, articles: pl.DataFrame, work: Callable[[], Result], rounds: int = 1) -> tuple[Measurement, Result]:
    """Measure the best of some rounds of `work`; also return the result of the last round."""
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


def pass_by_python_re(articles: pl.DataFrame) -> pl.Series:
    """Apply the rule and patterns of the gate with Python's `re`, article by article."""
    terms, names, one_sided = (re.compile(pattern) for pattern in (gate._trade_terms(), gate._country_names(), gate._one_sided_terms()))
    focus, headline = re.compile(gate._focus_words()), re.compile(gate._headline_focus_words())
    codes = gate._codes_of_names()

    def is_passing(title: str, body: str) -> bool:
        text = f"{title}\n{body}"
        if not terms.search(text):
            return False
        words = len(focus.findall(text))
        if body.strip() and words * gate.CHARACTERS_PER_FOCUS_WORD < len(text) and not headline.search(title):
            return False
        needed = 1 if not body.strip() or one_sided.search(text) else gate.COUNTRIES_NEEDED
        return len({codes[name] for name in names.findall(text)}) >= needed

    return pl.Series([is_passing(title, body) for title, body in articles.select("title", "body").iter_rows()])


def count_by_newsindex(table: pd.DataFrame, dictionary: Dictionary) -> int:
    """Count articles with a word of each of three lists, by newsindex."""
    return int(newsindex.index.count(table, dictionary)["epu_articles"].sum())


def to_newsindex(articles: pl.DataFrame) -> tuple[pd.DataFrame, Dictionary]:
    """Convert articles and our trade terms, country names and uncertainty words for newsindex."""
    terms = tuple(re.sub(r"\\(.)", r"\1", form) for form in gate._trade_terms().removeprefix(r"(?i)\b(?:").removesuffix(r")\b").split("|"))
    entry = CountryDictionary("all", ("en",), economic=terms, policy=tuple(gate._codes_of_names()), uncertainty=UNCERTAIN)
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
    """Describe the machine, versions and load."""
    memory = psutil.virtual_memory().total / 1e9
    versions = f"Python {platform.python_version()}, polars {pl.__version__}, newsindex {newsindex.__version__}"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB; {versions}; load {load:.1f} at the start"
    )


def main() -> None:
    """Measure all methods and print the tables."""
    path = (
        build_parser("Speed and memory of the gate and of the whole extraction, compared with newsindex and Python's re.")
        .parse_args()
        .articles
    )
    machine = describe_machine()
    print(f"reading {path} …", file=sys.stderr)
    articles = read_clean_articles(path)
    gate.is_trade_news(articles.head(1))  # compiles the patterns

    ours, passing = measure("gate", articles, lambda: gate.is_trade_news(articles), GATE_ROUNDS)
    two, findings = measure("whole extraction, 2 workers", articles, lambda: SentenceExtractor(workers=2).extract(articles))
    one, same_findings = measure("whole extraction, 1 worker", articles, lambda: SentenceExtractor(workers=1).extract(articles))
    table, dictionary = to_newsindex(articles)
    other, counted = measure("newsindex, three lists of words", articles, lambda: count_by_newsindex(table, dictionary))
    slow, same_passing = measure("Python re, the gate's patterns", articles, lambda: pass_by_python_re(articles))
    assert findings.equals(same_findings), "one and two workers give different findings"
    assert same_passing.to_list() == passing.to_list(), "Python's re and the gate pass different articles"

    megabytes = int(articles["body"].str.len_bytes().sum()) / 1e6
    print(f"{articles.height:,} articles of {path.name}, {megabytes:.0f} MB of text\n{machine}\n")
    print(f"{'method':<34}{'articles/s':>12}{'seconds':>10}{'peak GB':>9}{'gate is':>10}")
    for row in (ours, two, one, other, slow):
        print(f"{row.name:<34}{row.rate:>12,.0f}{row.seconds:>10.2f}{row.peak_gb:>9.2f}{ours.rate / row.rate:>9,.1f}x")
    passed = int(passing.sum())
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
