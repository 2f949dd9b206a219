"""Measure whole commands, with `--against` also in another checkout.

    uv run python benchmarks/commands.py [--against CHECKOUT] [--years 1 3 10]

Commands: the sample in an empty home (folder of a run), one more day of articles, twenty short articles, `--help`, `explain`, and years of
headlines (in this checkout only). CHECKOUT needs its own virtual environment, e.g. from `make run`. First `explain` runs once in each
checkout, so that byte code and file caches are warm; of `--help` and `explain` a second run is measured.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "pipeline" / "sample" / "articles"
SENTENCE = "China raises tariffs on US soybeans to 25 percent."
HEADLINES_A_DAY = 20
FIRST_DAY = date(2016, 1, 1)

#: Invented headlines; one in four is about trade between countries.
ABOUT_TRADE = (
    "China will impose a {n} percent tariff on US soybeans",
    "Washington delays its {n} percent duty on Chinese steel",
    "Beijing and Washington hold trade talks, round {n}",
    "EU threatens a {n} percent levy on American motorcycles",
    "Mexico and the US agree on quota number {n} for tomatoes",
)
OTHER = ("Town hall gets roof number {n}", "Rain for {n} days in the north", "Cup final ends {n} to nil")


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a command and its children."""

    wall: float
    cpu: float


def measure(checkout: Path, *arguments: str | Path) -> Cost:
    """Measure `tension ARGUMENTS` of a checkout; `subprocess.CalledProcessError` if it fails."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(checkout / ".venv" / "bin" / "tension"), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, cwd=checkout, env=os.environ | {"GX_ANALYTICS_ENABLED": "false"})  # noqa: S603 runs this project
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure_second_run(checkout: Path, *arguments: str) -> Cost:
    """Run a command twice and measure the second run."""
    measure(checkout, *arguments)
    return measure(checkout, *arguments)


def measure_empty_home(checkout: Path, folder: Path, *arguments: str | Path) -> Cost:
    """Measure `tension run` of a checkout in a new home, in `folder`.

    `arguments`: further ones of the command.
    """
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    return measure(checkout, "run", "--home", home, *arguments)


def measure_one_more_day(checkout: Path, folder: Path) -> Cost:
    """Measure a run after one more day was added to the articles of the sample.

    The sample alone is run before, in the same new home, and not measured.
    """
    articles = folder / "articles"
    shutil.rmtree(articles, ignore_errors=True)
    shutil.copytree(SAMPLE, articles)
    measure_empty_home(checkout, folder, "--articles", articles)
    write_rows(articles / "2025-12.jsonl", generate_headlines(date(2025, 12, 1), 1, 3))
    return measure(checkout, "run", "--home", folder / "home", "--articles", articles)


def measure_own_articles(checkout: Path, folder: Path) -> Cost:
    """Measure a run over twenty short articles, for one pair of countries, in a new home."""
    rows = [row | {"body": f"{row['title']}. Officials said so."} for row in generate_headlines(date(2026, 3, 10), 5, 4)]
    write_rows(folder / "own.jsonl", rows)
    return measure_empty_home(checkout, folder, "--articles", folder / "own.jsonl", "--pairs", "USA-CHN")


def measure_years(checkout: Path, folder: Path, years: int) -> Cost:
    """Measure a run over years of twenty headlines per day, in a new home."""
    write_rows(folder / "paper.jsonl", generate_headlines(FIRST_DAY, 365 * years, HEADLINES_A_DAY))
    return measure_empty_home(checkout, folder, "--articles", folder / "paper.jsonl", "--pairs", "USA-CHN")


def generate_headlines(first: date, days: int, a_day: int) -> Iterator[dict[str, str]]:
    """Generate invented headlines, all different.

    There are `a_day` on each of `days` days from `first` on; of every four, one is about trade between countries.
    """
    number = 0
    for day in (first + timedelta(days=count) for count in range(days)):
        for place in range(a_day):
            number += 1
            texts = ABOUT_TRADE if place % 4 == 0 else OTHER
            at = datetime(day.year, day.month, day.day, place % 24, tzinfo=UTC)
            yield {
                "article_id": f"h{number}",
                "source": "The Paper",
                "published_at": at.isoformat(),
                "title": texts[number % len(texts)].format(n=number),
            }


def write_rows(path: Path, rows: Iterator[dict[str, str]] | list[dict[str, str]]) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Measure all commands and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="checkout of the code to compare with")
    parser.add_argument("--years", type=int, nargs="*", default=[], help="years of headlines, e.g. 1 3 10; this checkout only")
    options = parser.parse_args()
    checkouts = [ROOT, *([options.against.resolve()] if options.against else [])]
    commands: dict[str, Callable[[Path, Path], Cost]] = {
        "sample, empty home": measure_empty_home,
        "sample and one more day": measure_one_more_day,
        "20 own articles, empty home": measure_own_articles,
        "--help": lambda checkout, _: measure_second_run(checkout, "--help"),
        "explain": lambda checkout, _: measure_second_run(checkout, "explain", SENTENCE),
    }
    print("| command | checkout | wall s | CPU s |\n|---|---|---|---|")
    for checkout in checkouts:
        measure(checkout, "explain", SENTENCE)  # fills byte code and file caches
    for name, command in commands.items():
        for checkout in checkouts:
            with TemporaryDirectory() as folder:
                cost = command(checkout, Path(folder))
            print(f"| {name} | {checkout.name} | {cost.wall:.2f} | {cost.cpu:.2f} |", flush=True)
    for years in options.years:
        with TemporaryDirectory() as folder:
            cost = measure_years(ROOT, Path(folder), years)
        print(f"| {years} years of {HEADLINES_A_DAY} headlines a day | {ROOT.name} | {cost.wall:.1f} | {cost.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
