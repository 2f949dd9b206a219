"""Time the queries of the documents on a large published database.

    uv run python benchmarks/cookbook.py [--signals 600000] [--years 10]

The queries are those of the README and the SQL cookbook. The index has random signals (seeded) of 50 pairs, as in `index.py`. Pairs,
directions and years of the queries are replaced by those of one pair of this index. Prints the best of three times of each query, the
slowest query first. Fails if one takes more than `BAR_SECONDS`.
"""

import argparse
import re
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import index as large_index  # the benchmark next to this file

from pipeline.warehouse.publish import Publisher

BAR_SECONDS = 0.5
ROOT = Path(__file__).parents[1]
_COUNTRIES = [f"{first}{second}X" for first in "ABCDE" for second in "ABCDEFGHIJKLMNOPQRST"]
PAIRS = tuple(f"{one}-{other}" for one, other in zip(_COUNTRIES[:50], _COUNTRIES[50:], strict=True))


def read_queries(pair: str, year: int) -> list[tuple[str, str]]:
    """Read heading and text of each query of README and cookbook.

    Pair, directions, countries and year in the text are replaced by `pair` and `year`.
    """
    first, second = pair.split("-")
    names = {"CHN-USA": pair, "USA-CHN": f"{second}-{first}", "USA>CHN": f"{second}>{first}", "CHN>USA": f"{first}>{second}"}
    names |= {"'USA'": f"'{second}'", "'CHN'": f"'{first}'", "2025-": f"{year}-"}
    queries = []
    for path in ("README.md", "docs/sql-cookbook.md"):
        for section in re.split(r"^(?:### |\*\*)", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            for text in re.findall(r"```sql\n(.*?)```", section, flags=re.DOTALL):
                pattern = "|".join(map(re.escape, names))
                queries.append((section.partition("\n")[0].strip("*"), re.sub(pattern, lambda match: names[match[0]], text)))
    return queries


def time_query(con: duckdb.DuckDBPyConnection, text: str) -> tuple[float, int]:
    """Return the best of three times in seconds, and the number of rows."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        rows = con.sql(text).fetchall()
        seconds.append(time.perf_counter() - start)
    return min(seconds), len(rows)


def main() -> None:
    """Build the database; print seconds, rows and heading of each query.

    Exits with a message if a query takes more than `BAR_SECONDS`.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--signals", type=int, default=600_000)
    parser.add_argument("--years", type=int, default=10)
    options = parser.parse_args()
    large_index.PAIRS = PAIRS
    with tempfile.TemporaryDirectory() as folder:
        lake = large_index.write_lake(Path(folder) / "lake", options.signals, options.years)
        large_index.build_index(lake)
        last_day = large_index.FIRST_DAY + timedelta(days=365 * options.years - 1)
        publisher = Publisher(Path(folder) / "published")
        publisher.publish(lake, last_day, "A benchmark.")
        with duckdb.connect(str(publisher.database), read_only=True) as con:
            con.sql("set TimeZone = 'UTC'")
            timed = [
                (*time_query(con, text), heading)
                for heading, text in read_queries(PAIRS[0], max(large_index.FIRST_DAY.year, last_day.year - 1))
            ]
    print("| seconds | rows | question |\n|---|---|---|")
    for seconds, rows, heading in sorted(timed, reverse=True):
        print(f"| {seconds:.3f} | {rows:,} | {heading} |")
    slowest = max(seconds for seconds, *_ in timed)
    if slowest > BAR_SECONDS:
        sys.exit(f"the slowest query took {slowest:.2f} s, more than {BAR_SECONDS} s")


if __name__ == "__main__":
    main()
