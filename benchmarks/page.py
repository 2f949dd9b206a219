"""Measure how long a browser takes to draw a large report.

    uv run python benchmarks/page.py [--times 5]

It has 60 pairs and ten years, and is compared with one of a single pair. Needs Chromium. Prints the best and the median of several loads,
in seconds, and the ratio of the medians.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from pipeline.report.write import write_report
from tests.browser import SCREENS, open_browser, visit
from tests.unit.report.large_index import PAIRS, make_large_index


def measure_loads(pairs: int, times: int) -> list[float]:
    """Return the seconds of each load until the chart is drawn.

    Prints the size of the page, and the best and the median.
    """
    seconds = []
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        page = write_report(*make_large_index(pairs), Path(folder), "r", is_sample=True)
        for _ in range(times):
            started = time.perf_counter()
            with visit(browser, page, **SCREENS["desktop"]) as opened:
                opened.page.wait_for_selector("#chart svg .mark-line path[d^='M']")
                seconds.append(time.perf_counter() - started)
        print(f"{pairs} pairs: {page.stat().st_size / 1e6:.2f} MB, best {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s")
    return seconds


def main() -> None:
    """Print the times of both pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    one, many = (statistics.median(measure_loads(pairs, times)) for pairs in (1, PAIRS))
    print(f"ratio {many / one:.2f}")


if __name__ == "__main__":
    main()
