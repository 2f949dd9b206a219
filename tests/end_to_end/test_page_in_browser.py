"""The page of the sample in a browser: controls, downloads, accessibility, print."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.report.page import STATIC_PAIRS
from tests.browser import SCREENS, Visit, list_barriers, needs_browser, open_browser, visit
from tests.conftest import SampleRun

pytestmark = [needs_browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def report(sample_run: SampleRun) -> Path:
    return sample_run.published / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as started:
        yield started


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Visit]:
    with visit(browser, report, "#pair=CHN-USA", **SCREENS["desktop"]) as page:
        page.page.wait_for_selector("#chart svg")
        yield page


def _download(page: Any, selector: str) -> tuple[str, list[list[str]]]:
    """Click and read the CSV file that is downloaded."""
    with page.expect_download() as started:
        page.click(selector)
    return started.value.suggested_filename, list(csv.reader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))


def _options(page: Any, name: str) -> list[str]:
    values: list[str] = page.eval_on_selector_all(f"#{name} option:not(:disabled)", "options => options.map(one => one.value)")
    return values


def test_every_pair_and_series_can_be_chosen(opened: Visit) -> None:
    page, drawn = opened.page, 0
    for pair in _options(page, "pair"):
        page.select_option("#pair", pair)
        page.wait_for_function(f"document.querySelector('section.pair:not([hidden])').id === '{pair}'")
        assert page.locator("section.pair:visible").count() == 1
        if page.locator("#no-chart").is_visible():
            assert not page.locator("#chart").is_visible()
            continue
        for view in _options(page, "view"):
            page.select_option("#view", view)
            page.wait_for_function(f"location.hash.includes('view={view}')")
            # A value on a single day is a dot without extent, which the browser does not count as visible.
            page.wait_for_selector("#chart svg .mark-line path[d^='M'], #chart svg .mark-symbol path", state="attached")
            assert page.input_value("#view") == view
            drawn += 1
        page.select_option("#view", "both")
        for direction in _options(page, "direction"):
            page.select_option("#direction", direction)
            page.wait_for_function(f"location.hash.includes(encodeURIComponent('{direction}'))")
    assert drawn >= 12


def test_both_sides_are_drawn_as_two_lines(opened: Visit) -> None:
    opened.page.select_option("#view", "who")
    opened.page.wait_for_function("document.querySelector('#readout').textContent.includes('USA → China')")
    assert "China → USA" in opened.page.inner_text("#readout")
    assert opened.page.is_disabled("#direction")
    name, rows = _download(opened.page, "#csv")
    assert name == "trade-tension-CHN-USA-who-moves.csv"
    assert {row[1] for row in rows[1:]} == {"CHN>USA", "USA>CHN"}
    peaks = opened.page.locator("#events > li").all_inner_texts()
    assert all(any(f"{side} → " in peak for peak in peaks) for side in ("China", "USA"))
    assert opened.page.locator("#chart .mark-text.role-mark text").count() == len(peaks)


def test_a_stalemate_has_no_list_of_peaks(opened: Visit) -> None:
    opened.page.select_option("#view", "stalemate")
    opened.page.wait_for_function("document.querySelector('#events-title').hidden")
    assert not opened.page.locator("#no-events").is_visible()


def test_the_day_is_chosen_with_the_keyboard(opened: Visit) -> None:
    page = opened.page
    page.focus("#day")
    page.keyboard.press("End")
    assert "30 November 2025" in page.inner_text("#readout")
    page.keyboard.press("ArrowLeft")
    assert "29 November 2025" in page.inner_text("#readout")
    page.keyboard.press("Home")
    assert "20 January 2025" in page.inner_text("#readout")
    assert page.get_attribute("#day", "aria-valuetext").startswith("20 January 2025")


def test_dates_zoom_and_the_button_shows_the_whole_period(opened: Visit) -> None:
    page = opened.page
    page.fill("#from", "2025-04-01")
    page.fill("#to", "2025-04-30")
    page.wait_for_function("document.querySelector('#day').max === '29'")
    page.click("#whole")
    page.wait_for_function("document.querySelector('#day').max === '314'")
    assert page.input_value("#from") == "2025-01-20"
    assert page.is_disabled("#whole")


def test_dragging_over_the_small_chart_zooms(opened: Visit) -> None:
    page = opened.page
    page.evaluate("document.querySelector('#chart svg').scrollIntoView({ block: 'center' })")
    box = page.locator("#chart svg").bounding_box()
    y = box["y"] + box["height"] - 45
    page.mouse.move(box["x"] + 200, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, y, steps=8)
    page.mouse.up()
    page.wait_for_function("Number(document.querySelector('#day').max) < 200")
    assert page.input_value("#from") > "2025-01-20"


def test_pointing_at_the_chart_shows_that_day(opened: Visit) -> None:
    page = opened.page
    box = page.locator("#chart svg").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    page.wait_for_function("/(January|February) 2025/.test(document.querySelector('#readout').textContent)")


def test_a_peak_shows_its_day_and_whose_points_it_has(opened: Visit) -> None:
    page = opened.page
    button = page.locator("#events button").first
    button.click()
    assert button.inner_text() in page.inner_text("#readout")
    stories = page.locator("#events > li").first.locator("li").all_inner_texts()
    assert 1 <= len(stories) <= 3
    points = [int(story.split(" of it", 1)[0]) for story in stories]
    assert points == sorted(points, reverse=True)


def test_the_scale_and_the_csv_follow_the_zoom(opened: Visit) -> None:
    page = opened.page
    read_top = (
        "Math.max(...[...document.querySelectorAll('#chart .mark-text.role-axis-label text')].map((one) => Number(one.textContent) || 0))"
    )
    whole = page.evaluate(read_top)
    page.fill("#from", "2025-07-01")
    page.fill("#to", "2025-07-31")
    page.wait_for_function(f"{read_top} < {whole}")
    name, rows = _download(page, "#csv")
    assert name == "trade-tension-CHN-USA-2025-07-01-to-2025-07-31.csv"
    assert (rows[1][0], rows[-1][0], len(rows)) == ("2025-07-01", "2025-07-31", 32)


def test_the_page_explains_the_scale_only_of_values_that_have_one(opened: Visit) -> None:
    page = opened.page
    assert page.locator("#scales").is_visible()
    page.select_option("#view", "stalemate")
    page.wait_for_function("location.hash.includes('view=stalemate')")
    assert not page.locator("#scales").is_visible()
    assert "Share of talk, demands and refusals" in page.inner_text("#legend")


def test_the_small_chart_shows_a_line_that_has_values(opened: Visit) -> None:
    page = opened.page
    page.select_option("#pair", "JPN-USA")  # concession only
    page.wait_for_function("location.hash.includes('pair=JPN-USA')")
    page.wait_for_selector("#chart svg .concat_2_group .mark-line path[d*='L']", state="attached")


def test_the_time_axis_has_days_and_no_hours(opened: Visit) -> None:
    page = opened.page
    page.fill("#from", "2025-04-07")
    page.fill("#to", "2025-04-09")
    page.wait_for_function("document.querySelector('#chart').textContent.includes('8 Apr')")
    texts = page.eval_on_selector_all(
        "#chart .mark-text.role-axis-label tspan, #chart .mark-text.role-axis-label text", "all => all.map(one => one.textContent)"
    )
    assert {"7 Apr", "8 Apr", "9 Apr", "10 Apr"} <= set(texts)
    assert not [text for text in texts if text.endswith(("AM", "PM"))]


def test_every_marker_of_a_peak_is_inside_the_chart(opened: Visit) -> None:
    page = opened.page
    height = page.locator("#chart svg").bounding_box()["height"]
    for view in ("net", "parts"):
        page.select_option("#view", view)
        page.wait_for_function(f"location.hash.includes('view={view}')")
        assert page.locator("#chart svg").bounding_box()["height"] <= height + 20


def test_a_link_to_a_section_keeps_the_choice_in_the_address(opened: Visit) -> None:
    page = opened.page
    page.select_option("#view", "tension")
    page.wait_for_function("location.hash.includes('view=tension')")
    page.click("nav a[href='#coverage']")
    assert page.evaluate("document.activeElement.id") == "coverage"
    assert "view=tension" in page.url


def test_the_chart_is_downloaded_with_its_values(opened: Visit, sample_run: SampleRun) -> None:
    name, rows = _download(opened.page, "#csv")
    assert name == "trade-tension-CHN-USA.csv"
    with duckdb.connect(str(sample_run.database), read_only=True) as con:
        drawn = con.sql("select index_date::text, round(tension)::int from on_one_scale('CHN-USA') order by index_date").fetchall()
        sql = "select index_date::text, round(tension)::int from tension_pair_daily where pair = 'CHN-USA' order by index_date"
        published = con.sql(sql).fetchall()
    for name, values in (("tension", drawn), ("tension_published", published)):
        column = rows[0].index(name)
        assert [(row[0], int(row[column]) if row[column] else None) for row in rows[1:]] == values


def test_each_table_is_downloaded(opened: Visit) -> None:
    page = opened.page
    folds = page.locator("details.fold:visible").all()
    assert len(folds) > 3
    for fold in folds:
        fold.locator("summary").click()
        count = fold.locator("tr").count()
        name, rows = _download(page, f"#{fold.get_attribute('id')} button.csv")
        assert name.startswith("trade-tension-")
        assert len(rows) == count
        assert len({len(row) for row in rows}) == 1


def test_no_table_of_threats_is_wider_than_its_box(browser: Any, report: Path) -> None:
    with visit(browser, report, "#pair=CHN-USA", viewport={"width": 1300, "height": 900}) as opened:
        page = opened.page
        page.wait_for_selector("#chart svg")
        fits: dict[str, bool] = {}
        for pair in _options(page, "pair"):
            page.select_option("#pair", pair)
            page.wait_for_function(f"document.querySelector('section.pair:not([hidden])').id === '{pair}'")
            for fold in page.locator(f"#{pair}-threats").all():
                fold.locator("summary").click()
                fits[pair] = fold.locator(".scroll").evaluate("box => box.scrollWidth <= box.clientWidth")
        assert "CHN-USA" in fits
        assert [pair for pair, does_fit in fits.items() if not does_fit] == []


def test_a_downloaded_cell_is_no_formula(opened: Visit) -> None:
    page = opened.page
    page.evaluate("document.querySelector('#CHN-USA-measures td').textContent = '=1+1, \"x\"'")
    page.locator("#CHN-USA-measures summary").click()
    _, rows = _download(page, "#CHN-USA-measures button.csv")
    assert rows[1][0] == '\'=1+1, "x"'


def test_a_pair_in_the_table_of_all_pairs_is_a_link_to_it(opened: Visit) -> None:
    page = opened.page
    page.click("#pairs a[href='#EUN-USA']")
    page.wait_for_function("document.querySelector('#pair').value === 'EUN-USA'")
    assert page.locator("section.pair:visible").get_attribute("id") == "EUN-USA"


def test_back_without_a_fragment_shows_the_first_state(browser: Any, report: Path) -> None:
    with visit(browser, report, **SCREENS["desktop"]) as opened:
        page = opened.page
        page.wait_for_selector("#chart svg")
        read_state = "['pair', 'view', 'direction', 'from', 'to'].map((name) => document.getElementById(name).value)"
        first = page.evaluate(read_state)
        page.click("#pairs a[href='#EUN-USA']")
        page.wait_for_function("document.querySelector('#pair').value === 'EUN-USA'")
        page.select_option("#view", "tension")
        page.wait_for_function("location.hash.includes('view=tension')")
        page.go_back()
        page.wait_for_function(f"document.querySelector('#pair').value === '{first[0]}'")
        assert page.evaluate(read_state) == first
        assert page.locator("section.pair:visible").get_attribute("id") == first[0]
        assert page.evaluate("location.hash") == ""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_peak_scrolls_to_the_chart_if_it_is_out_of_view(browser: Any, report: Path, motion: str) -> None:
    with visit(browser, report, "#pair=CHN-USA", reduced_motion=motion, **SCREENS["desktop"]) as opened:
        page = opened.page
        page.wait_for_selector("#chart svg")
        is_visible = "document.querySelector('#chart').getBoundingClientRect().top >= 0"
        button = page.locator("#events button").last
        button.evaluate("one => one.scrollIntoView({ block: 'start' })")
        assert not page.evaluate(is_visible)
        button.evaluate("one => one.click()")
        if motion == "reduce":
            assert page.evaluate(is_visible)
        page.wait_for_function(is_visible)
        page.wait_for_function("document.querySelector('#readout').getBoundingClientRect().bottom <= innerHeight")
        assert button.inner_text() in page.inner_text("#readout")


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_has_no_serious_finding(browser: Any, report: Path, screen: str) -> None:
    with visit(browser, report, **SCREENS[screen]) as opened:
        opened.page.wait_for_selector("#chart svg")
        assert list_barriers(opened.page) == []
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert list_barriers(opened.page) == []


def test_the_page_is_not_wider_than_a_phone(browser: Any, report: Path) -> None:
    with visit(browser, report, **SCREENS["phone"]) as opened:
        opened.page.wait_for_selector("#chart svg")
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert opened.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_table_of_all_pairs_fits_a_phone(browser: Any, report: Path) -> None:
    with visit(browser, report, **SCREENS["phone"]) as opened:
        opened.page.wait_for_selector("#chart svg")
        assert opened.page.evaluate(
            "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('#pairs .scroll'))"
        )


def test_print_shows_the_chart_without_its_controls(opened: Visit) -> None:
    page = opened.page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#chart svg").is_visible()
    assert page.locator("#CHN-USA-measures table").is_visible()
    assert page.locator("h3:has-text('Peaks')").evaluate_all("all => all.filter((one) => one.checkVisibility()).length") == 1
    assert [name for name in ("nav", ".controls", "#day", "button.csv") if page.locator(name).first.is_visible()] == []


def test_without_scripts_the_page_has_static_charts(browser: Any, report: Path) -> None:
    with visit(browser, report, java_script_enabled=False) as opened:
        assert opened.page.locator("figure.static svg").first.is_visible()
        assert not opened.page.locator("#explore").is_visible()
        assert opened.page.locator("section.pair:visible").count() == STATIC_PAIRS
