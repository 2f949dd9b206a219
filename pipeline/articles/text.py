"""Text as a publisher's system leaves it, into text as a reader sees it.

Belongs here: entities, control characters, white space. Does not: HTML (`markup.py`), lines that a publisher adds (`boilerplate.py`), what
to do with a text that is none (`clean.py`), sentences (`pipeline/signals`).
"""

import html
import re
from collections.abc import Callable

import polars as pl

from pipeline.articles.boilerplate import without_boilerplate
from pipeline.articles.markup import LOOKS_LIKE_HTML, without_tags

# With its semicolon: "&copy=2" in a link is no copyright sign.
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ENTITY_RE = re.compile(_ENTITY)
_ROUNDS = 2  # feeds often escape what is already escaped: &amp;amp;

# A tab or line end spelt out, as exports leave it, with the ampersand of a broken entity before it. `C:\new` and `\temp` are none.
_SPELT_AFTER_AMPERSAND = r"(^|\s)&\\[tnr]"
_SPELT = r"(^|\s)\\[tnr]([^a-z]|$)"

# What no reader sees: controls, soft hyphens, zero-width spaces, marks of direction, byte order marks.
# The joiners of Persian and Hindi stay.
_UNSEEN = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{ad}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{2066}-\u{206f}\u{feff}]"
NOT_TEXT = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{fffd}]"
_ACCENTS_APART = r"[^\x00-\u{2ff}]"  # text below U+0300 is in its composed form already
_LINE_END = r"\r\n?|[\x0b\x0c\u{85}\u{2028}]"
_PARAGRAPH = "\u2029"
_NOT_ONE_SPACE = r"[^\S ]\s*| \s+"  # white space that is not folded yet: most of it is
_NOT_ONE_SPACE_IN_IT = rf"[^\S {_PARAGRAPH}][^\S{_PARAGRAPH}]*| [^\S{_PARAGRAPH}]+"


def one_line(text: pl.Series) -> pl.Series:
    """Names and headlines: markup and unseen characters gone, all white space folded; null becomes empty."""
    return folded(_unescaped(text))


def paragraphs(text: pl.Series) -> pl.Series:
    """Bodies: the same, but paragraphs stay apart by one blank line, and lines that the publisher added go; null becomes empty."""
    lines = _seen(_unescaped(text)).str.replace_all(_LINE_END, "\n").str.replace_all(_PARAGRAPH, "\n\n")
    marked = without_boilerplate(lines).str.replace_all(r"\n(?:\s*\n)+", _PARAGRAPH)
    flat = marked.str.replace_all(_NOT_ONE_SPACE_IN_IT, " ")
    return flat.str.replace_all(rf"[ {_PARAGRAPH}]*{_PARAGRAPH}[ {_PARAGRAPH}]*", "\n\n").str.strip_chars()


def folded(text: pl.Series) -> pl.Series:
    """Unseen characters gone, Unicode in its composed form, all white space folded into single spaces; null becomes empty."""
    return _seen(text).str.replace_all(_NOT_ONE_SPACE, " ").str.strip_chars()


def printable(text: pl.Expr, limit: int) -> pl.Expr:
    """At most `limit` characters that can be shown safely in a table or a terminal."""
    return text.str.slice(0, limit).str.replace_all(r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+", " ").str.strip_chars()


def _seen(text: pl.Series) -> pl.Series:
    return _where(text.fill_null("").str.replace_all(_UNSEEN, ""), _ACCENTS_APART, lambda some: some.str.normalize("NFC"))


def _unescaped(text: pl.Series) -> pl.Series:
    """Without tags and entities, also where the tags themselves were escaped."""
    plain = _where(text, LOOKS_LIKE_HTML, without_tags)
    for _ in range(_ROUNDS):
        plain = _where(plain, _ENTITY, _without_entities)
    plain = _where(plain, LOOKS_LIKE_HTML, without_tags)
    return plain.str.replace_all(_SPELT_AFTER_AMPERSAND, "${1} ").str.replace_all(_SPELT, "${1} ${2}")


def _where(text: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The texts, changed where they contain the pattern: most texts need no work."""
    found = text.str.contains(pattern).fill_null(value=False)
    if not found.any():
        return text
    return text.clone().scatter(found.arg_true(), change(text.filter(found)))


def _without_entities(text: pl.Series) -> pl.Series:
    return pl.Series(text.name, [_ENTITY_RE.sub(lambda match: html.unescape(match[0]), one) for one in text.to_list()], pl.String)
