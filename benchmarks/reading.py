"""How fast the gate and the whole reading are, and how much memory they take, beside two other ways to look for the same words.

    uv run --group bench python benchmarks/reading.py [--articles PATH]

Everything is measured on the same articles in the same run. Progress goes to stderr, the tables to stdout.
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
from corpus import clean, options
from newsindex.dictionary import CountryDictionary, Dictionary

from pipeline.signals import gate
from pipeline.signals.extract import SentenceExtractor

GATE_BAR = 100_000  # articles a second
READING_BAR = 80  # articles that pass the gate, a second
MEMORY_BAR_GB = 3.0
GATE_ROUNDS = 5
SAMPLED_EVERY_SECONDS = 0.05
# Words of the third component that an index of policy uncertainty asks for.
UNCERTAIN = ("uncertain", "uncertainty", "uncertainties", "threat", "threats", "fear", "fears", "risk", "risks", "worry", "worries")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Measured:
    """How long one way took for so many articles, and the most memory that all its processes held together."""

    name: str
    articles: int
    seconds: float
    peak_gb: float

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds


def tree_gb() -> float:
    """Resident memory of this process and all below it, in GB; pages that they share are counted for each."""
    total = 0
    for process in (me := psutil.Process(), *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue  # ended since it was listed
    return total / 1e9


def measure(name: str, articles: pl.DataFrame, work: Callable[[], Result], rounds: int = 1) -> tuple[Measured, Result]:
    """The best of some rounds of `work`, with the peak of memory over all of them, and what the last round gave."""
    print(f"{name} …", end=" ", file=sys.stderr, flush=True)
    peak, done = [tree_gb()], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLED_EVERY_SECONDS):
            peak[0] = max(peak[0], tree_gb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    done.set()
    watcher.join()
    print(f"{min(took):.2f} s", file=sys.stderr)
    return Measured(name, articles.height, min(took), peak[0]), result


def by_python_re(articles: pl.DataFrame) -> pl.Series:
    """The gate's own rule by Python's `re`, text by text, with the gate's own patterns."""
    terms, names, one_sided = (re.compile(pattern) for pattern in (gate._trade_terms(), gate._names(), gate._one_sided_terms()))
    focus, headline = re.compile(gate._focus_words()), re.compile(gate._headline_words())
    codes = gate._codes()

    def passed(title: str, body: str) -> bool:
        text = f"{title}\n{body}"
        if not terms.search(text):
            return False
        words = len(focus.findall(text))
        if body.strip() and words * gate.CHARACTERS_A_FOCUS_WORD < len(text) and not headline.search(title):
            return False
        needed = 1 if not body.strip() or one_sided.search(text) else gate.COUNTRIES_NEEDED
        return len({codes[name] for name in names.findall(text)}) >= needed

    return pl.Series([passed(title, body) for title, body in articles.select("title", "body").iter_rows()])


def by_newsindex(table: pd.DataFrame, dictionary: Dictionary) -> int:
    """How many articles newsindex counts: those with a word of each of three lists."""
    return int(newsindex.index.count(table, dictionary)["epu_articles"].sum())


def asked_of_newsindex(articles: pl.DataFrame) -> tuple[pd.DataFrame, Dictionary]:
    """The articles as newsindex takes them, and our words as its dictionary: trade terms, names of countries, words of uncertainty."""
    terms = tuple(re.sub(r"\\(.)", r"\1", form) for form in gate._trade_terms().removeprefix(r"(?i)\b(?:").removesuffix(r")\b").split("|"))
    entry = CountryDictionary("all", ("en",), economic=terms, policy=tuple(gate._codes()), uncertainty=UNCERTAIN)
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


def machine() -> str:
    """The machine in words."""
    memory = psutil.virtual_memory().total / 1e9
    versions = f"Python {platform.python_version()}, polars {pl.__version__}, newsindex {newsindex.__version__}"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB; {versions}; load {load:.1f} at the start"
    )


def main() -> None:
    """Measure, and print the tables."""
    path = options("Speed and memory of the gate and of the whole reading, against newsindex and Python's re.").parse_args().articles
    words = machine()
    print(f"reading {path} …", file=sys.stderr)
    articles = clean(path)
    gate.is_trade_news(articles.head(1))  # its patterns are made once a process

    ours, passing = measure("gate", articles, lambda: gate.is_trade_news(articles), GATE_ROUNDS)
    two, found = measure("whole reading, 2 workers", articles, lambda: SentenceExtractor(workers=2).extract(articles))
    one, same = measure("whole reading, 1 worker", articles, lambda: SentenceExtractor(workers=1).extract(articles))
    table, dictionary = asked_of_newsindex(articles)
    theirs, counted = measure("newsindex, three lists of words", articles, lambda: by_newsindex(table, dictionary))
    slow, again = measure("Python re, the gate's patterns", articles, lambda: by_python_re(articles))
    assert found.equals(same), "one worker and two read differently"
    assert again.to_list() == passing.to_list(), "Python's re and the gate pass different articles"

    megabytes = int(articles["body"].str.len_bytes().sum()) / 1e6
    print(f"{articles.height:,} articles of {path.name}, {megabytes:.0f} MB of text\n{words}\n")
    print(f"{'way':<34}{'articles/s':>12}{'seconds':>10}{'peak GB':>9}{'gate is':>10}")
    for row in (ours, two, one, theirs, slow):
        print(f"{row.name:<34}{row.rate:>12,.0f}{row.seconds:>10.2f}{row.peak_gb:>9.2f}{ours.rate / row.rate:>9,.1f}x")
    passed = int(passing.sum())
    print(
        f"\nthe gate passes {passed:,} articles ({passed / articles.height:.1%}), read at {passed / two.seconds:.0f} a second with 2 "
        f"workers and {passed / one.seconds:.0f} with 1; {found.height:,} findings; newsindex counts {counted:,}\n"
    )
    bars = (
        (f"gate at least {GATE_BAR:,} articles/s", ours.rate >= GATE_BAR),
        (f"at least {READING_BAR} passing articles/s with 2 workers", passed / two.seconds >= READING_BAR),
        (f"whole reading under {MEMORY_BAR_GB:.0f} GB", max(one.peak_gb, two.peak_gb) < MEMORY_BAR_GB),
    )
    for bar, is_met in bars:
        print(f"{'met   ' if is_met else 'MISSED'}  {bar}")


if __name__ == "__main__":
    main()
