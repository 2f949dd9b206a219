"""Cleans text from feeds and files: entities, control characters and white space.

HTML is converted in `markup.py`; boilerplate lines are removed in `boilerplate.py`.
"""

import html
import re
from collections.abc import Callable

import polars as pl

from pipeline.articles.boilerplate import remove_boilerplate
from pipeline.articles.markup import LOOKS_LIKE_HTML, html_to_text

# The semicolon is required: "&copy=2" in a link is not a copyright sign.
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ENTITY_RE = re.compile(_ENTITY)
_ROUNDS = 2  # feeds often escape twice: &amp;amp;

# A tab or line end written as \t, \r or \n, perhaps after the ampersand of a broken entity; not `C:\new` or `\temp`.
_ESCAPED_AFTER_AMPERSAND = r"(^|\s)&\\[tnr]"
_ESCAPED = r"(^|\s)\\[tnr]([^a-z]|$)"
_MARKDOWN_ESCAPE = r"\\+([\[\]().#*_])"  # `\[sic\]`

# Invisible: control characters, soft hyphens, zero-width spaces, direction marks, byte order marks.
# The joiners of Persian and Hindi stay.
_HIDDEN = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{ad}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2064}\u{2066}-\u{206f}\u{feff}]"
NOT_TEXT = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{fffd}]"
_MAYBE_DECOMPOSED = r"[^\x00-\u{2ff}]"  # text below U+0300 is always in composed form
_LINE_END = r"\r\n?|[\x0b\x0c\u{85}\u{2028}]"
_PARAGRAPH = "\u2029"
_NOT_ONE_SPACE = r"[^\S ]\s*| \s+"  # most white space is a single space already
_NOT_ONE_SPACE_IN_PARAGRAPH = rf"[^\S {_PARAGRAPH}][^\S{_PARAGRAPH}]*| [^\S{_PARAGRAPH}]+"


def clean_line(text: pl.Series) -> pl.Series:
    """Remove markup, invisible characters and extra white space from each text.

    For names and headlines. Null becomes empty.
    """
    return fold_whitespace(_remove_markup(text))


def clean_paragraphs(text: pl.Series) -> pl.Series:
    """Clean each body as `clean_line` does, but keep its paragraphs.

    Paragraphs are separated by one blank line; other line ends become spaces. Lines that publishers add (`boilerplate.py`) are removed.
    Null becomes empty.
    """
    lines = _remove_invisible(_remove_markup(text)).str.replace_all(_LINE_END, "\n").str.replace_all(_PARAGRAPH, "\n\n")
    marked = remove_boilerplate(lines).str.replace_all(r"\n(?:\s*\n)+", _PARAGRAPH)
    flat = marked.str.replace_all(_NOT_ONE_SPACE_IN_PARAGRAPH, " ")
    return flat.str.replace_all(rf"[ {_PARAGRAPH}]*{_PARAGRAPH}[ {_PARAGRAPH}]*", "\n\n").str.strip_chars()


def fold_whitespace(text: pl.Series) -> pl.Series:
    """Remove invisible characters from each text, and fold white space.

    Each run of white space becomes one space; at the ends it is removed. Unicode is composed (NFC); null becomes empty.
    """
    return _remove_invisible(text).str.replace_all(_NOT_ONE_SPACE, " ").str.strip_chars()


def to_printable(text: pl.Expr, limit: int) -> pl.Expr:
    """Return at most `limit` characters that are safe to display.

    The text is cut to its first `limit` characters; then each run of control characters, line ends and other characters that are not shown
    becomes one space, and spaces at the ends are removed.
    """
    return text.str.slice(0, limit).str.replace_all(r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+", " ").str.strip_chars()


def _remove_invisible(text: pl.Series) -> pl.Series:
    """Remove invisible characters and compose Unicode (NFC); null becomes empty."""
    return _change_matching(text.fill_null("").str.replace_all(_HIDDEN, ""), _MAYBE_DECOMPOSED, lambda some: some.str.normalize("NFC"))


def _remove_markup(text: pl.Series) -> pl.Series:
    """Remove tags and decode entities, including tags that were escaped.

    A tab or line end that is written with a backslash becomes a space; backslashes of Markdown are removed.
    """
    plain = _change_matching(text, LOOKS_LIKE_HTML, html_to_text)
    for _ in range(_ROUNDS):
        plain = _change_matching(plain, _ENTITY, _decode_entities)
    plain = _change_matching(plain, LOOKS_LIKE_HTML, html_to_text)
    spaced = plain.str.replace_all(_ESCAPED_AFTER_AMPERSAND, "${1} ")
    return spaced.str.replace_all(_ESCAPED, "${1} ${2}").str.replace_all(_MARKDOWN_ESCAPE, "${1}")


def _change_matching(text: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply `change` to the texts that contain the pattern.

    The others, and null, stay as they are. Returns a series of all texts in their order.
    """
    matches = text.str.contains(pattern).fill_null(value=False)
    if not matches.any():
        return text
    return text.clone().scatter(matches.arg_true(), change(text.filter(matches)))


def _decode_entities(text: pl.Series) -> pl.Series:
    return pl.Series(text.name, [_ENTITY_RE.sub(lambda match: html.unescape(match[0]), one) for one in text.to_list()], pl.String)
