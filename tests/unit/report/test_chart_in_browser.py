import base64
import hashlib
import html
import json
import re
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.index import SIGNALS, TENSION_PAIR_DAILY
from pipeline.report.cells import Cell, Fold, Head
from pipeline.report.charts import VEGA_LITE
from pipeline.report.evidence import add_evidence
from pipeline.report.page import STATIC_PAIRS, Page, build_section, render_page
from pipeline.report.scripts import page_scripts
from pipeline.report.timeline import COLUMNS, Evidence, Peak, PeakStory, Timeline
from tests.browser import CHROMIUM, needs_browser

BUNDLE = Path(__file__).parents[3] / "pipeline" / "explorer" / "bundle" / "package.json"
Make = Callable[..., pl.DataFrame]
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


@pytest.fixture
def page(pair_daily: Make) -> Page:
    whole = pl.col("tension", "tension_lo80", "tension_hi80", "concession").round().cast(pl.Int32)
    frame = pair_daily(120).with_columns(whole)
    series = [
        frame.select("index_date", "tension", "tension_lo80", "tension_hi80", "concession", "phase", "obs_status", series=pl.lit(name))
        for name in ("CHN-USA", "USA>CHN")
    ]
    values = pl.concat(series).with_columns(
        *(pl.lit(None, pl.Int32()).alias(name) for name in COLUMNS if name not in series[0].columns and name != "tension_news"),
        tension_news=pl.lit(80, pl.Int32()),
    )
    highest = frame.sort("tension").row(-1, named=True)
    day, value = highest["index_date"], highest["tension"]
    sides = (("CHN>USA", 30.0), ("USA>CHN", 10.0))
    behind = (PeakStory(50.0, 1, sides[:1]), PeakStory(40.0, 0, sides))
    peaks = tuple(Peak(name, day, "escalation", value, behind) for name in ("CHN-USA", "USA>CHN"))
    stories = (
        Evidence(HOSTILE, "A source", "https://a.example/1", date(2025, 4, 1), "China → USA", "measure"),
        Evidence("", "Another source", None, date(2025, 3, 30), "USA → China", "threat", "medium"),
    )
    timeline = Timeline(values.select("series", "index_date", *COLUMNS, "phase", "obs_status"), peaks, stories, date(2025, 1, 20), 7)
    no_stories = add_evidence(CONTRIBUTIONS.empty(), SIGNALS.empty())
    sections = tuple(build_section(pair_daily(30, pair=pair), no_stories) for pair in ("CHN-USA", "JPN-USA"))
    last = TENSION_PAIR_DAILY.example().row(0, named=True)
    return Page("Trade Tension", True, sections, None, (), (last["baseline_from"], last["baseline_to"]), "2", "r", (), timeline)


def _open(page: Page, folder: Path, fragment: str = "", script: str = "") -> tuple[str, str]:
    """The page's HTML after its scripts ran, and what the browser logged.

    `script` runs before those of the page, which then has no policy.
    """
    path = folder / "report.html"
    text = render_page(page)
    if script:
        text = re.sub(r"<meta http-equiv[^>]*>", "", text).replace("<script>", f"<script>{script}</script><script>", 1)
    path.write_text(text, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), *options, profile, f"{path.as_uri()}{fragment}"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=300, encoding="utf-8")
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def _texts(dom: str, name: str) -> str:
    (inner,) = re.findall(rf'id="{name}"[^>]*>(.*?)</(?:div|ol|h2|p|pre)>', dom, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", inner))


def test_the_policy_allows_exactly_the_inlined_scripts(page: Page) -> None:
    text = render_page(page)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.split(" ", 1) for rule in html.unescape(policy).split("; "))
    inlined = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inlined]
    assert inlined == list(page_scripts())
    assert rules.pop("script-src") == " ".join(f"'sha256-{name}'" for name in hashes)
    # Everything else, requests included, falls back to 'none'; inline styles and data: images make no request.
    assert rules == {
        "default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"
    }  # fmt: skip
    assert len(re.findall(r"<script", text)) == len(inlined) + 2  # and the data and the packed sections, which are no scripts
    assert not re.search(
        r"<(?:link|iframe|img|object|embed|base)\b|<[^>]+\s(?:src|on\w+)=", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    )


def test_page_and_pictures_are_drawn_by_the_same_vega_lite() -> None:
    locked = json.loads(BUNDLE.read_text(encoding="utf-8"))["dependencies"]["vega-lite"]
    assert locked.startswith(f"{VEGA_LITE}.")
    assert f'"{locked}"' in page_scripts()[0]


def test_pairs_without_a_value_are_listed_as_too_little(page: Page) -> None:
    text = render_page(page)
    assert re.search(r'<optgroup label="Too little was read for a chart">\s*<option value="JPN-USA">', text)
    assert re.search(r'<select id="pair"[^>]*>\s*<option value="CHN-USA">', text)


def test_packed_sections_are_escaped_like_the_others(page: Page) -> None:
    fold = Fold("threats", HOSTILE, (HOSTILE,), (Head("Evidence"),), ((Cell(HOSTILE, HOSTILE, HOSTILE, date(2025, 4, 1)),),))
    hostile = replace(page, sections=tuple(replace(page.sections[0], folds=(fold,)) for _ in range(STATIC_PAIRS + 1)))
    text = render_page(hostile)
    (packed,) = re.findall(r'id="sections">([^<]*)<', text)
    (section,) = json.loads(zlib.decompress(base64.b64decode(packed))).values()
    assert section.count("&lt;img src=x onerror=alert(1)&gt;") == 5
    assert "<img" not in section


def test_a_page_without_values_has_no_chart(page: Page) -> None:
    assert page.timeline is not None
    text = render_page(replace(page, timeline=replace(page.timeline, values=page.timeline.values.clear())))
    assert "<script" not in text
    assert 'id="explore"' not in text


@pytest.mark.slow
@needs_browser
def test_the_browser_draws_the_chosen_series_without_errors(page: Page, tmp_path: Path) -> None:
    dom, log = _open(page, tmp_path, "#pair=CHN-USA&direction=USA%3ECHN&view=tension&from=2025-02-01&to=2025-03-01")
    assert log == ""
    assert _texts(dom, "chart-title") == "USA → China"
    assert re.search(r'class="mark-line[^>]*><path[^>]* d="M', dom)
    assert _texts(dom, "legend").startswith("Tension ")
    assert _texts(dom, "phases").startswith("Phase of the pair: ")
    assert page.timeline is not None
    value = page.timeline.values.filter(index_date=date(2025, 3, 1), series="USA>CHN")["tension"][0]
    assert f"1 March 2025 Tension {value} " in _texts(dom, "readout")
    assert re.search(r'id="csv" href="blob:[^"]+" download="trade-tension-USA-to-CHN-2025-02-01-to-2025-03-01.csv"', dom)


@pytest.mark.slow
@needs_browser
def test_a_day_on_another_scale_has_its_published_value_too(page: Page, tmp_path: Path) -> None:
    assert page.timeline is not None
    day, values = date(2025, 3, 1), page.timeline.values
    early = values.with_columns(tension_published=pl.when(pl.col("index_date") <= day).then(2 * pl.col("tension")))
    timeline = replace(page.timeline, values=early, rescaled_until=date(2025, 3, 2), scale_note="All days have one scale.")
    value = values.filter(index_date=day, series="USA>CHN")["tension"][0]
    fragment = "#pair=CHN-USA&direction=USA%3ECHN&view=tension&from=2025-02-01&to="
    dom, log = _open(replace(page, timeline=timeline), tmp_path, f"{fragment}2025-03-01")
    assert log == ""
    assert f"(published as {2 * value})" in _texts(dom, "readout")
    assert "All days have one scale. The text of a day has both." in _texts(dom, "scales")
    dom, _ = _open(replace(page, timeline=timeline), tmp_path, f"{fragment}2025-03-02")
    assert "published" not in _texts(dom, "readout")


@pytest.mark.slow
@needs_browser
def test_a_peak_names_the_direction_of_its_main_sentence(page: Page, tmp_path: Path) -> None:
    dom, _ = _open(page, tmp_path, "#pair=CHN-USA&view=tension")
    events = _texts(dom, "events")
    assert "50 of it (China → USA), main signal: USA → China, threat, read with medium confidence:" in events
    assert "40 of it (both directions: China → USA 30, USA → China 10), main signal: China → USA, measure, " in events


@pytest.mark.slow
@needs_browser
def test_the_chosen_series_returns_after_a_pair_without_values_of_it(page: Page, tmp_path: Path) -> None:
    assert page.timeline
    values = page.timeline.values.with_columns(stalemate=pl.lit(60, pl.Int32()))
    nothing = [pl.lit(None, pl.Int32()).alias(name) for name in COLUMNS if values.schema[name] == pl.Int32 and name != "stalemate"]
    talk = values.filter(series="CHN-USA").with_columns(*nothing, series=pl.lit("JPN-USA"))
    with_talk = replace(page, timeline=replace(page.timeline, values=pl.concat([values, talk]).sort("series", "index_date")))
    choose = "const choose = (pair) => { const { pair: list } = window; list.value = pair; list.dispatchEvent(new Event('change')); };"
    one = f"{choose} setTimeout(() => choose('JPN-USA'), 1000);"
    legends = [
        _texts(_open(with_talk, tmp_path, script=script)[0], "legend")
        for script in (one, f"{one} setTimeout(() => choose('CHN-USA'), 2000);")
    ]
    assert [legend.split()[0] for legend in legends] == ["Stalemate", "Tension"]


@pytest.mark.slow
@needs_browser
def test_news_and_what_follows_have_one_style(page: Page, tmp_path: Path) -> None:
    dom, _ = _open(page, tmp_path, "#pair=CHN-USA&view=tension")
    assert "<p>Tension: 80 % news, 20 % prior. " in dom


@pytest.mark.slow
@needs_browser
def test_the_legend_says_how_far_cut_bands_reach(page: Page, tmp_path: Path) -> None:
    assert page.timeline is not None
    high = page.timeline.values.with_columns(tension_hi80=pl.lit(98_765, pl.Int32()))
    dom, log = _open(replace(page, timeline=replace(page.timeline, values=high)), tmp_path, "#pair=CHN-USA&view=tension")
    assert log == ""
    assert "they reach up to 98,765." in _texts(dom, "legend")
    assert _texts(dom, "phases").startswith("Phase: ")


@pytest.mark.slow
@needs_browser
def test_the_csv_of_the_chart_has_the_units_of_the_tables(page: Page, tmp_path: Path) -> None:
    assert page.timeline is not None
    values = page.timeline.values.with_columns(pl.lit(39, pl.Int32()).alias("stalemate"), pl.lit(5, pl.Int32()).alias("net_tension_lo80"))
    keep = """URL.createObjectURL = (made) => {
        const copy = document.createElement("pre");
        copy.id = "copied";
        document.body.append(copy);
        made.text().then((text) => { copy.textContent = text; });
        return "blob:none";
    };"""
    dom, log = _open(replace(page, timeline=replace(page.timeline, values=values)), tmp_path, "#pair=CHN-USA&view=both", keep)
    assert log == ""
    table = pl.read_csv(_texts(dom, "copied").encode())
    assert table["stalemate"].unique().to_list() == [0.39]
    place = table.columns.index("net_tension")
    assert table.columns[place : place + 3] == ["net_tension", "net_tension_lo80", "net_tension_hi80"]
    assert table["net_tension"].equals(table["tension"] - table["concession"])


@pytest.mark.slow
@needs_browser
def test_the_browser_shows_hostile_text_as_text(page: Page, tmp_path: Path) -> None:
    dom, log = _open(page, tmp_path, "#pair=%3Cimg%3E&view=__proto__&direction=x&from=nonsense")
    assert log == ""
    assert HOSTILE in _texts(dom, "events")
    assert "<img" not in re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL)


@pytest.mark.slow
@needs_browser
def test_the_browser_blocks_a_foreign_script_and_requests(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    added = "<script>document.title = 'taken over'</script><img src='https://a.example/x.png'>"
    path.write_text(render_page(page) + added, encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom", path.as_uri()]
    done = subprocess.run([*command, f"--user-data-dir={tmp_path / 'profile'}"], capture_output=True, check=True, timeout=300, text=True)
    assert "<title>Trade Tension</title>" in done.stdout
    assert done.stderr.count("violates the following Content Security Policy directive") == 2
