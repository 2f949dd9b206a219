import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest

from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import SIGNALS, TENSION_PAIR_DAILY
from pipeline.report.evidence import PRIOR_NOTE, DataShare, add_evidence, describe_news
from pipeline.report.page import (
    Coverage,
    FileLink,
    Page,
    PairSection,
    build_section,
    describe_data,
    describe_last_day,
    draw_static_charts,
    render_page,
    split_value,
    summarize_coverage,
)
from pipeline.report.plain import safe_url
from pipeline.report.timeline import Timeline
from pipeline.settings import SAMPLE_NOTE
from tests.unit.report.conftest import FIRST

Make = Callable[..., pl.DataFrame]
SVG = "<svg xmlns='http://www.w3.org/2000/svg'></svg>"
ROW = TENSION_PAIR_DAILY.example().row(0, named=True)
DAY = ROW["index_date"]
NO_STORIES = add_evidence(CONTRIBUTIONS.empty(), SIGNALS.empty()).with_columns(sides=pl.lit(None))
OWN_LINKS = {"#CHN-USA", "#pairs", "#reading", "#sure", "#coverage", "#files", "latest/data.duckdb"}
VOID = {"meta", "circle", "polyline", "path", "rect", "line"}


class _Reader(HTMLParser):
    """Collects tags, links and text as a browser sees them, and checks that every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.links: list[dict[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "a":
            self.links.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _pair_section(contributions: pl.DataFrame) -> PairSection:
    parts = (split_value(contributions, ROW, "escalation"), split_value(contributions, ROW, "concession"))
    return PairSection("CHN-USA", SVG, SVG, SVG, describe_last_day(ROW), (ROW,), parts)


def _page(*sections: PairSection) -> Page:
    return Page(
        title="Trade Tension",
        is_sample=True,
        sections=sections,
        coverage=Coverage(date(2025, 1, 20), DAY, 3, 1237, 1234, 1, 2, 1200, {"it names no country": 34}),
        files=(FileLink("All tables", "latest/data.duckdb", "one database"),),
        baseline=(date(2025, 1, 20), date(2025, 11, 30)),
        index_version="0.1",
        release_id="2025-04-05",
    )


def test_the_page_describes_its_contents(contributions: Make) -> None:
    reader = _Reader(render_page(_page(_pair_section(contributions(DAY)))))
    assert not reader.open
    for words in (
        "Trade Tension", "China\N{EN DASH}USA", describe_last_day(ROW), "1,237 rows. They are 1,234 articles from 3 sources,",
        "1 duplicate and 2 quarantined rows",
        "index version 0.1",
        "release 2025-04-05", "Baseline 20 January 2025 to 30 November 2025", "one database", "As of 4 April 2025",
    ):  # fmt: skip
        assert words in reader.text


def test_a_weak_baseline_is_named_at_the_top() -> None:
    warned = replace(_page(), warning="100 is the average of only 6 articles.")
    assert "Baseline. 100 is the average of only 6 articles." in _Reader(render_page(warned)).text
    assert "Baseline. " not in _Reader(render_page(_page())).text


def test_a_page_without_values_has_no_scripts_and_no_downloads(pair_daily: Make, directed_daily: Make, contributions: Make) -> None:
    frame = pair_daily(60)
    built = draw_static_charts(build_section(frame, contributions(frame["index_date"][-1])), frame, directed_daily(60), note="A note")
    html = render_page(_page(built))
    reader = _Reader(html)
    assert not {"script", "link", "iframe", "img", "object", "embed", "form", "base"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "src"]
    assert not re.search(r"url\(|@import|@font-face", html)
    assert "default-src 'none'; script-src 'none';" in next(value or "" for name, value in reader.attributes if value and "src" in value)
    assert reader.tags.count("svg") == 3
    own = "CHN-USA|CHN-USA-last-days|pairs|reading|sure|coverage|files"
    assert not re.search(rf'<[^>]+\sid="(?!(?:{own})")', html)


def test_the_same_page_gives_the_same_html(pair_daily: Make, contributions: Make) -> None:
    frame = pair_daily(20)
    parts = contributions(frame["index_date"][-1])
    assert render_page(_page(build_section(frame, parts))) == render_page(_page(build_section(frame, parts)))


def test_only_the_sample_has_a_banner(contributions: Make) -> None:
    page = _page(_pair_section(contributions(DAY)))
    assert SAMPLE_NOTE in render_page(page)
    assert SAMPLE_NOTE not in render_page(replace(page, is_sample=False))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "{{ 7 * 7 }}",
        "</q></td></table>",
        "&lt;b&gt;",
    ],
)
def test_markup_in_text_is_escaped(contributions: Make, text: str) -> None:
    calm = _Reader(render_page(_page(_pair_section(contributions(DAY)))))
    hostile = replace(_page(_pair_section(contributions(DAY, quote=text, source=text))), title=text, release_id=text)
    reader = _Reader(render_page(hostile))
    assert reader.tags == calm.tags
    assert [name for name, _ in reader.attributes] == [name for name, _ in calm.attributes]
    assert reader.text.count(text) >= 6


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<b>", "//evil.example", "vbscript:x", " https://a.example",
        "https:// a", "java\nscript:alert(1)", "https://a.example/\u202egpj", "http://", "ftp://a.example", "",
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(contributions: Make, url: str) -> None:
    assert safe_url(url) is None
    reader = _Reader(render_page(_page(_pair_section(contributions(DAY, url=url)))))
    assert {link["href"] for link in reader.links} == OWN_LINKS


def test_a_url_with_quotes_is_one_attribute_with_nofollow(contributions: Make) -> None:
    url = """https://a.example/?q="onclick=alert(1)&b='><script>"""
    reader = _Reader(render_page(_page(_pair_section(contributions(DAY, url=url)))))
    links = [link for link in reader.links if link["href"] == url]
    assert links == [{"href": url, "rel": "noopener nofollow"}] * 2
    assert "script" not in reader.tags


def test_a_story_without_a_url_has_no_link(contributions: Make) -> None:
    reader = _Reader(render_page(_page(_pair_section(contributions(DAY, url=None)))))
    assert {link["href"] for link in reader.links} == OWN_LINKS


@pytest.mark.parametrize(("text", "marked"), [('"We will not yield," it said.', True), ("“No,” it said.", True), ("It said no.", False)])
def test_a_quote_with_quotation_marks_gets_no_second_ones(contributions: Make, text: str, marked: bool) -> None:
    html = render_page(_page(_pair_section(contributions(DAY, quote=text))))
    assert ('<q class="marked">' in html) == marked
    assert "q.marked { quotes: none }" in html


def test_control_characters_in_quotes_are_removed(contributions: Make) -> None:
    html = render_page(_page(_pair_section(contributions(DAY, quote="before\x00\x1b[31m\u202eafter"))))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", html)


def test_a_chart_that_is_no_plain_svg_is_rejected(contributions: Make) -> None:
    built = _pair_section(contributions(DAY))
    for picture in ("<p>no</p>", "<svg><script>alert(1)</script></svg>", "<svg><foreignObject/></svg>"):
        with pytest.raises(ValueError, match="not a plain SVG"):
            render_page(_page(replace(built, chart_svg=picture)))


@pytest.mark.parametrize("href", ["/etc/passwd", "https://a.example/x", "//a.example", "javascript:x", "", "\\\\host\\x"])
def test_file_links_are_relative_paths(href: str) -> None:
    with pytest.raises(ValueError, match="by relative path, but"):
        FileLink("x", href)


def test_a_pair_without_stories_has_a_note() -> None:
    reader = _Reader(render_page(_page(_pair_section(NO_STORIES))))
    assert "No story of the last four half-lives has a sentence that is read with high confidence" in reader.text


def test_a_release_without_pairs_and_coverage_is_a_page() -> None:
    reader = _Reader(render_page(replace(_page(), coverage=None, files=())))
    assert "This release has no pair." in reader.text
    assert "Nothing was read." in reader.text


def test_one_thin_day_makes_a_section(pair_daily: Make) -> None:
    built = build_section(pair_daily(1, is_thin=True), NO_STORIES)
    reader = _Reader(render_page(_page(built)))
    assert "The last 1 day" in reader.text
    assert "there is no value of tension: too little was read about the pair" in reader.text
    assert "None" not in reader.text
    assert "made of" not in reader.text


def test_the_highest_value_is_on_the_scale_of_the_charts(pair_daily: Make) -> None:
    frame = pair_daily(30)
    drawn = frame.with_columns(tension=pl.when(index_date=frame["index_date"][3]).then(900.0).otherwise("tension"))
    section = build_section(frame, NO_STORIES, drawn)
    assert section.highest == (frame["index_date"][3], 900.0)
    assert section.last == (frame["index_date"][-1], frame["tension"][-1])
    timeline = Timeline(pl.DataFrame(), (), (), FIRST, 7, FIRST, "All days are compared with the newest baseline.")
    text = _Reader(render_page(replace(_page(section), timeline=timeline))).text
    assert "Highest values and lines are on the scale of the charts, the other values as published." in text
    assert "100 is a pair's own level from 20 January 2025 to 30 November 2025. Release" in text


def test_one_baseline_is_of_all_days(pair_daily: Make) -> None:
    text = _Reader(render_page(_page(build_section(pair_daily(30), NO_STORIES)))).text
    assert ". 100 is a pair's own level from 20 January 2025 to 30 November 2025. Release" in text.replace("\n", " ")
    assert "HighestConcession" in text


def test_the_table_has_the_last_seven_days_newest_first(pair_daily: Make) -> None:
    frame = pair_daily(30)
    built = build_section(frame.reverse(), NO_STORIES)
    assert [row["index_date"] for row in built.days] == frame["index_date"].tail(7).reverse().to_list()


def test_every_pair_has_a_row_and_a_section(pair_daily: Make, contributions: Make) -> None:
    html = render_page(_page(_pair_section(contributions(DAY)), build_section(pair_daily(pair="JPN-USA"), NO_STORIES)))
    assert html.count('<th scope="row"><a href="#JPN-USA">Japan\N{EN DASH}USA</a>') == 1
    assert html.count('<section class="pair" id="JPN-USA">') == 1


def test_the_parts_of_a_value_sum_to_it(contributions: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {**ROW, "tension": 200.0}
    for biggest in (0, 1, 5):
        monkeypatch.setattr("pipeline.report.page.BIGGEST", biggest)
        built = split_value(contributions(DAY, value=200.0), row, "escalation")
        assert len(built.stories) == min(biggest, 2)
        assert sum(story.contribution for story in built.stories) + built.others + built.earlier + built.prior == pytest.approx(200.0)


def test_points_of_a_story_of_both_sides_are_divided(contributions: Make) -> None:
    """Its sentence is of one actor, but its points are not."""
    built = split_value(contributions(DAY), ROW, "escalation")
    assert [story.origin for story in built.stories] == ["China → USA", "both directions: China → USA 30.0, USA → China 10.0"]
    assert {story.speaker for story in built.stories} == {"China → USA"}


def test_stories_of_other_days_and_pairs_are_left_out(contributions: Make) -> None:
    other_day = contributions(date(2025, 4, 3))
    other_pair = contributions(DAY).with_columns(pl.col("series").str.replace("CHN", "EUN"))
    assert split_value(pl.concat([other_day, other_pair]), ROW, "escalation").stories == ()


def test_the_summary_has_value_interval_and_phase() -> None:
    assert describe_last_day({**ROW, "tension_lo80": 133.0, "tension_hi80": 292.0, "concession_lo80": 60.0, "concession_hi80": 220.0}) == (
        "On 4 April 2025 tension is 212 (80 % interval 133 to 292), 2.1 times the pair's own baseline of 100. "
        "Concession is 140 (60 to 220). The phase is escalation (probability 71 %): escalation is well above its baseline and above "
        "concession."
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (104.0, "4 % above the pair's own baseline"),
        (130.0, "30 % above the pair's own baseline"),
        (60.0, "40 % below the pair's own baseline"),
        (320.0, "3.2 times the pair's own baseline"),
    ],
)
def test_the_summary_compares_the_value_with_the_baseline(value: float, words: str) -> None:
    assert words in describe_last_day({**ROW, "tension": value, "tension_lo80": value - 3, "tension_hi80": value + 3})


def test_the_summary_claims_no_change_within_the_interval() -> None:
    summary = describe_last_day({**ROW, "tension_lo80": 90.0, "tension_hi80": 300.0})
    assert "tension is 212 (80 % interval 90 to 300), not clearly different from the pair's own baseline of 100." in summary
    assert "times" not in summary


def test_the_summary_says_when_a_value_is_thin_or_provisional() -> None:
    summary = describe_last_day({**ROW, "is_thin": True, "tension": None, "concession": None, "phase": "no data", "obs_status": "P"})
    assert summary.startswith("On 4 April 2025 there is no value of tension: too little was read about the pair (evidence weight 0.79")
    assert "and 0.25 is needed). The phase is no data:" in summary
    assert "provisional" in summary


def test_coverage_counts_sources_articles_and_quarantined_rows() -> None:
    rows = COVERAGE.example(3).with_columns(
        source=pl.Series(["a", "b", "(unknown)"]),
        article_count=pl.Series([5, 4, 1]),
        accepted=pl.Series([5, 2, 0]),
        duplicate=pl.Series([0, 1, 0]),
        quarantined=pl.Series([0, 1, 1]),
    )
    outcomes = pl.DataFrame({"source": ["a"] * 5 + ["b"] * 2, "outcome": ["read"] * 4 + ["no_country"] * 3})
    summary = summarize_coverage(rows, outcomes)
    assert summary is not None
    assert replace(summary, sources=None) == Coverage(
        DAY, DAY, 2, row_count=10, article_count=7, duplicate_count=1, quarantined_count=2, read_count=4, unread={"it names no country": 3}
    )
    assert summary.sources is not None
    assert summary.sources.title == "By source: 2 sources, and 1 with rejected rows only"
    assert [head.text for head in summary.sources.heads] == ["Source", "Articles", "Read", "No country", "Duplicate", "Quarantined"]
    assert [[cell.text for cell in row] for row in summary.sources.rows] == [
        ["a", "5", "4", "1", "0", "0"], ["b", "2", "0", "2", "1", "1"], ["(unknown)", "0", "0", "0", "0", "1"]
    ]  # fmt: skip
    assert summarize_coverage(COVERAGE.empty(), outcomes) is None


def test_the_page_counts_unread_articles_by_reason(contributions: Make) -> None:
    text = " ".join(_Reader(render_page(_page(_pair_section(contributions(DAY))))).text.split())
    assert text.count("1,200 of 1,234 articles were read") == 2
    assert "1,200 of 1,234 articles were read for signals. The others were not" in text
    assert "34 articles: it names no country" in text


def test_the_page_asks_why_not_the_others_only_if_there_are_others() -> None:
    coverage = Coverage(date(2025, 1, 20), DAY, 3, 12, 12, 0, 0, 12, {})
    assert "1,200 of 1,234 articles were read; why not the others." in _Reader(render_page(_page())).text
    assert "12 of 12 articles were read." in _Reader(render_page(replace(_page(), coverage=coverage))).text


def test_stories_without_a_certain_sentence_are_not_listed(contributions: Make) -> None:
    row = {**ROW, "tension": 200.0}
    built = split_value(contributions(DAY, value=200.0, tier="medium"), row, "escalation")
    assert built.stories == ()
    assert built.others == pytest.approx(120.0)


def test_stories_of_a_value_that_is_mostly_prior_are_not_listed(contributions: Make) -> None:
    mostly_prior = contributions(DAY).with_columns(
        contribution=pl.when(pl.col("part") == "prior").then(150.0).otherwise(pl.col("contribution")),
        share_pct=pl.when(pl.col("part") == "prior").then(56.0).otherwise(pl.col("share_pct")),
    )
    parts = (split_value(mostly_prior, {**ROW, "tension": 270.0}, "escalation"),)
    reader = _Reader(render_page(_page(PairSection("CHN-USA", SVG, SVG, SVG, "", (ROW,), parts))))
    assert (
        f"44 % news, 56 % prior. {PRIOR_NOTE} At least 50 % must be news to name a story; the view contributions lists all." in reader.text
    )
    assert "q" not in reader.tags


def test_evidence_has_the_day_of_its_article(contributions: Make) -> None:
    published = SIGNALS.example()["published_at"][0]
    reader = _Reader(render_page(_page(_pair_section(contributions(DAY)))))
    assert f", {published.day} {published:%B} {published.year}" in reader.text


def test_static_charts_show_the_last_year(pair_daily: Make, directed_daily: Make) -> None:
    long, short = (
        draw_static_charts(build_section(pair_daily(days), NO_STORIES), pair_daily(days), directed_daily(days)) for days in (900, 366)
    )
    assert len(long.chart_svg) < 1.2 * len(short.chart_svg)
    assert "The last 366 days." in long.chart_svg
    assert "The last 366 days." in long.directed_svg
    assert "The last 366 days." not in short.chart_svg


def test_a_share_of_news_below_half_is_never_called_half() -> None:
    assert [describe_news(share) for share in (10.8, 49.7, 50.0, 60.9)] == [
        "11 % news, 89 % prior",
        "49 % news, 51 % prior",
        "50 % news, 50 % prior",
        "61 % news, 39 % prior",
    ]


def test_the_share_of_data_is_one_sentence_for_all_pairs() -> None:
    shares = (DataShare("CHN-USA", 100, 60, 70.9, 50), DataShare("JPN-USA", 100, 20, 30.9, 0), DataShare("MEX-USA", 100, 0, None, 0))
    assert describe_data(shares) == (
        "Of 300 daily values of tension 80 are published; for the others too little was read. On average a published value is "
        f"61 % news, 39 % prior. {PRIOR_NOTE} Stories are named only for values that are news by at least 50 %: 50 of these."
    )
    assert "none is published" in describe_data(shares[2:])
