"""Text as a publisher's system leaves it, into text as a reader sees it.

Belongs here: markup, entities, control characters, white space. Does not: what to do with a text that is none (`clean.py`), sentences
(`pipeline/signals`).
"""

import html
import re
from collections.abc import Callable

import polars as pl

_BLOCKS = (
    "address|article|aside|blockquote|body|center|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|li|main|nav|"
    "ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_CELLS = "br|td|th|option"
_INLINE = (
    "a|abbr|acronym|audio|b|bdi|bdo|big|button|caption|cite|code|del|dfn|em|embed|font|i|iframe|img|input|ins|kbd|label|link|mark|meta|"
    "noscript|object|path|picture|q|s|samp|select|small|source|span|strike|strong|sub|sup|svg|time|tt|u|var|video|wbr"
)
_NAMES = f"{_BLOCKS}|{_CELLS}|{_INLINE}"
_ATTRIBUTES = r"""(?:\s(?:"[^"]*"|'[^']*'|[^'"<>])*)?"""

# A wire writes tickers as <GM> and <B>: only a closing tag, an attribute or a lower-case break says that a text is HTML, and then only
# names of HTML elements are tags.
_LOOKS_LIKE_HTML = (
    rf"(?i:</(?:{_NAMES})\s*>|<(?:{_NAMES})\s+[a-z-]+\s*=|<(?:br|hr|img|wbr)\s*/>|<!--|<!doctype\s|<!\[CDATA\[)|<(?:br|p|hr)>"
)
_HIDDEN = r"(?is)<!--.*?-->|<!doctype[^>]*>|<script\b[^>]*>.*?</script\s*>|<style\b[^>]*>.*?</style\s*>|<!\[CDATA\[|\]\]>"
_BLOCK_TAG = rf"(?i)</?(?:{_BLOCKS}){_ATTRIBUTES}/?>"
_CELL_TAG = rf"(?i)</?(?:{_CELLS}){_ATTRIBUTES}/?>"
_INLINE_TAG = rf"(?i)</?(?:{_INLINE}){_ATTRIBUTES}/?>"

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
_LINE_END = r"\r\n?|[\x0b\x0c\u{85}\u{2028}]"
_PARAGRAPH = "\u2029"


def one_line(text: pl.Series) -> pl.Series:
    """Names and headlines: markup and unseen characters gone, all white space folded; null becomes empty."""
    return folded(_unescaped(text))


def paragraphs(text: pl.Series) -> pl.Series:
    """Bodies: the same, but paragraphs stay apart by one blank line; null becomes empty."""
    marked = _seen(_unescaped(text)).str.replace_all(_LINE_END, "\n")
    marked = marked.str.replace_all(rf"\n(?:[^\S{_PARAGRAPH}]*\n)+", _PARAGRAPH)
    flat = marked.str.replace_all(rf"[^\S{_PARAGRAPH}]+", " ")
    return flat.str.replace_all(rf"[ {_PARAGRAPH}]*{_PARAGRAPH}[ {_PARAGRAPH}]*", "\n\n").str.strip_chars()


def folded(text: pl.Series) -> pl.Series:
    """Unseen characters gone, Unicode in its composed form, all white space folded into single spaces; null becomes empty."""
    return _seen(text).str.replace_all(r"\s+", " ").str.strip_chars()


def printable(text: pl.Expr, limit: int) -> pl.Expr:
    """At most `limit` characters that can be shown safely in a table or a terminal."""
    return text.str.slice(0, limit).str.replace_all(r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+", " ").str.strip_chars()


def _seen(text: pl.Series) -> pl.Series:
    return text.fill_null("").str.replace_all(_UNSEEN, "").str.normalize("NFC")


def _unescaped(text: pl.Series) -> pl.Series:
    """Without tags and entities, also where the tags themselves were escaped."""
    plain = _where(text, _LOOKS_LIKE_HTML, _without_tags)
    for _ in range(_ROUNDS):
        plain = _where(plain, _ENTITY, _without_entities)
    plain = _where(plain, _LOOKS_LIKE_HTML, _without_tags)
    return plain.str.replace_all(_SPELT_AFTER_AMPERSAND, "${1} ").str.replace_all(_SPELT, "${1} ${2}")


def _where(text: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The texts, changed where they contain the pattern: most texts need no work."""
    found = text.str.contains(pattern).fill_null(value=False)
    if not found.any():
        return text
    return text.clone().scatter(found.arg_true(), change(text.filter(found)))


def _without_tags(text: pl.Series) -> pl.Series:
    shown = text.str.replace_all(_HIDDEN, "")
    apart = shown.str.replace_all(_BLOCK_TAG, _PARAGRAPH).str.replace_all(_CELL_TAG, "\n")
    return apart.str.replace_all(_INLINE_TAG, "")


def _without_entities(text: pl.Series) -> pl.Series:
    return pl.Series(text.name, [_ENTITY_RE.sub(lambda match: html.unescape(match[0]), one) for one in text.to_list()], pl.String)
