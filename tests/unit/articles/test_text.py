"""Text is cleaned of entities, control characters and excess white space."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.text import clean_line, clean_paragraphs, fold_whitespace, to_printable
from tests.examples import examples


def line(text: str | None) -> str:
    return str(clean_line(pl.Series("title", [text], pl.String))[0])


def body(text: str | None) -> str:
    return str(clean_paragraphs(pl.Series("body", [text], pl.String))[0])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ruritania &amp; friends", "Ruritania & friends"),
        ("Ruritania &amp;amp; friends", "Ruritania & friends"),
        ("A &#8217;deal&#x2019; &quot;soon&quot;", 'A \u2019deal\u2019 "soon"'),
        ("Q&A at R&D, S&P up", "Q&A at R&D, S&P up"),
        ("see ?a=1&copy=2", "see ?a=1&copy=2"),
    ],
)
def test_complete_entities_are_decoded(raw: str, expected: str) -> None:
    assert line(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Glass <b>tax</b></p>", "Glass tax"),
        ("Glass<br/>tax", "Glass tax"),
        ('<a href="https://x.example/?a>b">Glass</a> tax', "Glass tax"),
        ("<p>Glass</p><script>var x = '<p>';</script><style>p {}</style><!-- no -->", "Glass"),
        ("&lt;p&gt;Glass&lt;/p&gt;", "Glass"),
        ("<P CLASS='x'>Glass</P>", "Glass"),
    ],
)
def test_tags_are_removed_from_html(raw: str, expected: str) -> None:
    assert line(raw) == expected


@pytest.mark.parametrize(
    "text", ["Zenda Motors <ZM> cuts jobs", "Class <B> and <A> shares of <P> rise", "if 3 < 5 and 7 > 2", "Zenda <br", "<U> <S>"]
)
def test_angle_brackets_of_plain_text_stay(text: str) -> None:
    assert line(text) == text


def test_a_ticker_stays_even_in_html() -> None:
    assert line("<p>Zenda Motors <ZM> cuts jobs</p>") == "Zenda Motors <ZM> cuts jobs"


def test_invisible_characters_are_removed_but_joiners_stay() -> None:
    assert line("Ta\u00adriff\x00s\u200b \u202eup\ufeff \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f") == (
        "Tariffs up \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f"
    )


def test_letters_and_accents_are_composed() -> None:
    assert line("cafe\u0301") == "caf\u00e9"


def test_white_space_of_a_headline_is_fold_whitespace() -> None:
    assert line("  Glass\u00a0 tax\n\tsoon\u3000") == "Glass tax soon"


def test_paragraphs_are_separated_by_one_blank_line() -> None:
    assert body(" One  line\nand another.\r\n \t\r\n\r\nTwo.\u2029Three.  ") == "One line and another.\n\nTwo.\n\nThree."


def test_blocks_of_html_are_paragraphs() -> None:
    assert body("<div><p>One <i>line</i><br>more.</p>\n<p>Two.</p></div>") == "One line more.\n\nTwo."


def test_escaped_white_space_is_white_space() -> None:
    assert body("It ended. &\\tThe next. \\tAnd \\n more") == "It ended. The next. And more"
    assert body("C:\\temp and \\new") == "C:\\temp and \\new"


def test_backslashes_of_markdown_are_removed() -> None:
    assert body("\\(a\\) He said \\\\[sic\\]: 3\\. of May, C:\\temp") == "(a) He said [sic]: 3. of May, C:\\temp"


def test_null_becomes_empty() -> None:
    assert (line(None), body(None)) == ("", "")


def test_printable_text_is_short_and_safe() -> None:
    shown = pl.select(to_printable(pl.lit("so\x1b[31mon\u202e\n" + "x" * 200), 20)).item()
    assert shown == "so [31mon " + "x" * 9


PIECES = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "&amp;", "&lt;", "&#0;", "&", ";", "\n", "\r", "\u2029", " ", "\x00", "a", "\\t", "<!--", "-->"]
    )
)


@examples(100)
@given(PIECES.map("".join) | st.text(max_size=60))
def test_clean_text_has_no_control_characters_or_excess_space(text: str) -> None:
    for clean in (line(text), body(text)):
        assert clean == clean.strip()
        assert not set(clean) & {"\x00", "\r", "\t", "\u2029"}
        assert "  " not in clean
    assert "\n" not in body(text).replace("\n\n", "")


@examples(100)
@given(st.text(max_size=60))
def test_folding_white_space_is_idempotent(text: str) -> None:
    once = fold_whitespace(pl.Series("a", [text], pl.String))
    assert fold_whitespace(once).equals(once)
