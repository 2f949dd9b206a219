"""HTML pages and fragments are converted to the text of their article."""

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.markup import MAX_TREE_CHARS, MAX_TREE_DEPTH, html_to_text
from pipeline.articles.text import clean_line, clean_paragraphs
from tests.examples import examples


def clean_body(text: str) -> str:
    return str(clean_paragraphs(pl.Series("body", [text], pl.String))[0])


def clean_title(text: str) -> str:
    return str(clean_line(pl.Series("title", [text], pl.String))[0])


PAGE = """<!DOCTYPE html><html><head><title>Ruritania taxes glass | Strelsau Post</title><style>p {color: red}</style></head><body>
<header><a href="/">Strelsau Post</a></header><nav><ul><li>World</li><li>Trade</li></ul></nav>
<main><article><h1>Ruritania taxes glass</h1><p class=lead>The duty is <b>34</b>&nbsp;percent.</p>
<figure><img src="a.jpg" alt="glass"><figcaption>Glass. Photo: A. Ray</figcaption></figure>
<aside><p>Also: the truce</p></aside><p>It begins on <a href="/may">1 May</a>.<br>Zenda objects.</p>
<form action="/mail"><label>Your mail</label><input name=m><button>Send</button></form>
<script>document.write("<p>Buy glass</p>")</script><noscript>Turn scripts on</noscript></article></main>
<footer><p>Imprint</p></footer></body></html>"""


def test_a_page_gives_only_its_article() -> None:
    assert clean_body(PAGE) == "Ruritania taxes glass\n\nThe duty is 34 percent.\n\nIt begins on 1 May. Zenda objects."


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">secret</p>',
        "<div class=x style='color: red; VISIBILITY : hidden'><p>secret</p></div>",
        "<div hidden><p>secret</p></div>",
        '<p id="a" HIDDEN="">secret</p>',
        '<div hidden><div hidden="hidden">secret</div></div>',
    ],
)
def test_what_a_page_hides_is_not_read(hidden: str) -> None:
    assert clean_body(f"<p>Seen.</p>{hidden}<p>Also seen.</p>") == "Seen.\n\nAlso seen."


@pytest.mark.parametrize(
    "shown",
    [
        '<a title="the hidden tax">text</a>',
        '<p data-note="not hidden here">text</p>',
        "<p title='style=\"display:none\"'>text</p>",
        '<body style="visibility:hidden"><p>text</p></body>',  # until a script has run
    ],
)
def test_words_of_other_attributes_hide_nothing(shown: str) -> None:
    assert html_to_text(pl.Series([shown]))[0].strip() == "text"


def test_a_page_without_marked_article_gives_its_body() -> None:
    assert clean_body("<html><body><p>One.</p><nav>Menu</nav><div>Two.</div></body></html>") == "One.\n\nTwo."


def test_a_page_with_several_articles_gives_all() -> None:
    assert clean_body("<article><p>One.</p></article><article><p>Two.</p></article>") == "One.\n\nTwo."


def test_an_article_with_few_paragraphs_does_not_replace_the_page() -> None:
    assert "Three." in clean_body("<article><p>One.</p></article><p>Two.</p><p>Three.</p>")


def test_a_form_around_the_whole_page_stays() -> None:
    assert clean_body("<form id='aspnet'><h1>Glass</h1><p>A duty.</p><form>Search</form></form>").startswith("Glass\n\nA duty.")


@pytest.mark.parametrize("tag", ["nav", "aside", "footer", "figcaption", "form"])
def test_side_elements_stay_if_there_is_nothing_else(tag: str) -> None:
    assert clean_body(f"<{tag}>Glass is taxed.</{tag}>") == "Glass is taxed."


def test_list_items_and_table_rows_are_paragraphs() -> None:
    html = "<ul><li>One<li>Two</ul><table><tr><th>Good<th>Duty<tr><td>Glass<td>34</table>"
    assert clean_body(html) == "One\n\nTwo\n\nGood Duty\n\nGlass 34"


def test_inline_tags_do_not_split_words() -> None:
    assert clean_body("<p>Tar<b>iff</b>s of <span>34</span>%<wbr></p>") == "Tariffs of 34%"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Two &lt; three &amp; four</p>", "Two < three & four"),
        ("<p>if 2 < 3 then</p>", "if 2 < 3 then"),
        ("<o:p></o:p><p>Glass<amp-img src='x'></amp-img> tax</p>", "Glass tax"),
        ("&lt;p&gt;Glass&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;", "Glass"),
        ("&amp;lt;p&amp;gt;Glass&amp;lt;/p&amp;gt;", "Glass"),
        ("<![CDATA[<p>Glass</p>]]>", "Glass"),
        ("<p>Glass<!-- <p>no</p> --></p><![if !x]>", "Glass"),
        ("<p>Glass<p>tax", "Glass tax"),
        ("<p>Zenda Motors <ZM.A> and <Z>, class <B> shares</p>", "Zenda Motors <ZM.A> and <Z>, class <B> shares"),
        ("<P>Zenda <B>Motors</B> cuts</P>", "Zenda Motors cuts"),
        ("<p>Glass</p><svg><title>Icon</title></svg><plaintext>tax</p>", "Glass tax"),
        ("<frameset><p>Glass</p>", "Glass"),
        ("<p title='it is>Glass</p>", "Glass"),
        ("<title>Glass</title>", "Glass"),
    ],
)
def test_tags_are_removed_and_other_angle_brackets_stay(html: str, expected: str) -> None:
    assert clean_title(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p><span style="color: red"Section</span <span style="x: y"1</span. <span class="t"Scope</span. Glass.</p>',
            "Section 1. Scope. Glass.",
        ),
        ("<p>On the 4<supth</sup of May <strongZenda</strong paid.</p>", "On the 4th of May Zenda paid."),
        ('<p>See <a href="/may"our notice</a>.</p>', "See our notice."),
        ("<p>They <sraise</s cut the duty if a <s or b < 3.</p>", "They raise cut the duty if a <s or b < 3."),
    ],
)
def test_tags_without_their_last_bracket_are_removed(html: str, expected: str) -> None:
    assert clean_body(html) == expected


@pytest.mark.parametrize(
    "hostile",
    [
        "Glass<script>alert(1)</script>",
        "Glass<script>alert(1)",
        "Glass<img src=x onerror='alert(1)'>",
        "<style>x</style>Glass<iframe>a</iframe>",
    ],
)
def test_scripts_in_a_title_are_removed(hostile: str) -> None:
    assert clean_title(hostile) == "Glass"


BOMBS = {
    "deep": "<div>" * 400_000 + "Glass",
    "deep and closed by another name": "<div></b>" * 100_000 + "Glass",
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">Glass</div>",
    "attributes with an open quotation mark": "<p>Glass</p><div " + " ".join(f"a{n}=1" for n in range(100_000)) + " b='>",
    "formats": "".join(f"<b x={n}>" for n in range(MAX_TREE_DEPTH - 1)) + "<p>Glass" * 10_000,
    "formats within one another": "<b><i>" * 100_000 + "<p></b>Glass",
    "foreign": "<p>Glass</p>" + "<svg>" * 50_000 + "<td>" * 50_000,
    "asides": "<p>Glass</p>" + "<aside>" * (MAX_TREE_DEPTH - 1) + "x",
    "open tags": "</p>Glass" + "<a " * 300_000,
    "comments": "</p>Glass" + "<!--" * 300_000,
    "scripts": "</p>Glass" + "<script>" * 100_000,
    "scripts and sections": "</p>Glass" + "<script><![CDATA[" * 60_000,
    "comments and sections": "</p>Glass" + "<!--]]>" * 140_000,
    "document types and sections": "</p>Glass" + "<!doctype<![CDATA[" * 55_000,
    "formats around paragraphs": "</p>Glass" + "<big><code><em><font><i><s><small><strike><strong><tt><u><b>" * 3 + "<p>x" * 200_000,
    "ten megabytes": "<p>Glass <b>is</b> taxed</p>" * 380_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_hostile_page_is_converted_in_seconds(bomb: str) -> None:
    start = time.process_time()
    assert "Glass" in clean_body(bomb)
    assert time.process_time() - start < 8


def test_a_page_too_large_to_parse_keeps_paragraphs_and_entities() -> None:
    long = "<p>One &lt; &amp;lt;</p>" + "<nav>Two<br>three</nav>" + "<p></p>" * (MAX_TREE_CHARS // 7)
    deep = "<p>One &lt; &amp;lt;</p>" + "<div>" * (MAX_TREE_DEPTH + 1) + "Two<br>three"
    assert clean_body(long) == clean_body(deep) == "One < <\n\nTwo three"


TAGS = "p /p div /div B b /b table tr td form /form aside /aside article nav /nav select template html head body frameset script svg li GM"
PIECES = st.sampled_from(
    [
        *(f"<{name}>" for name in TAGS.split()),
        "<a href='x'>",
        "<!--",
        "-->",
        "<p ",
        "&lt;",
        "&amp;",
        "&#0;",
        "<",
        ">",
        "'",
        '"',
        "\ufdd0",
        "x",
    ]
)


@examples(200)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_page_gives_the_same_text_again(page: str) -> None:
    assert clean_body(page) == clean_body(page)
    assert "\ufdd0" not in clean_body(f"<p>{page}</p>") or "&#" in page
