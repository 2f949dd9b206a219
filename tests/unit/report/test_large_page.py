"""The page of 60 pairs and ten years: size and choice of a pair. `benchmarks/page.py` measures how fast it loads."""

from pathlib import Path

import pytest

from pipeline.report.write import write_report
from tests.browser import SCREENS, needs_browser, open_browser, visit
from tests.unit.report.large_index import MEASURES, PAIRS, make_large_index

MOST_BYTES = 3_000_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    return write_report(*make_large_index(), folder, "r", is_sample=True)


def test_a_page_of_60_pairs_and_ten_years_is_small(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert text.count('<option value="') >= PAIRS
    assert len(text.encode()) < MOST_BYTES


@needs_browser
def test_every_pair_of_a_large_page_can_be_chosen(report: Path) -> None:
    with open_browser() as browser, visit(browser, report, **SCREENS["desktop"]) as opened:
        opened.page.wait_for_selector("#chart svg .mark-line path[d^='M']")
        opened.page.select_option("#pair", index=PAIRS - 1)
        opened.page.wait_for_function("location.hash.includes('view=both')")
        assert opened.page.locator("section.pair:visible details[id$='-measures'] tbody tr").count() == MEASURES
