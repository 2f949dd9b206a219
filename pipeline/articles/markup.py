"""Converts HTML pages and fragments to the text of the article.

Plain text is cleaned in `text.py`, boilerplate lines are removed in `boilerplate.py`.
"""

# selectolax parses the page. Attributes are removed first: they are not needed, and thousands of them in a tag, like very deep nesting,
# would keep the parser busy for minutes.

import re
from collections import Counter

import polars as pl
from selectolax.lexbor import LexborHTMLParser, LexborNode

# The tags of a longer or deeper page are removed without parsing it: parsing 100,000 levels takes 14 s.
MAX_TREE_CHARS = 1_000_000
MAX_TREE_DEPTH = 250

PARAGRAPH = "\n\n"

_BLOCKS = (
    "address|article|aside|blockquote|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|"
    "header|hgroup|hr|legend|li|main|menu|nav|ol|p|pre|search|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELLS = "br|td|th|option"
_INLINE = (
    "a|abbr|acronym|audio|b|bdi|bdo|big|button|canvas|caption|cite|code|col|colgroup|data|datalist|del|dfn|em|embed|font|i|iframe|img|"
    "input|ins|kbd|label|link|mark|meta|meter|nobr|noscript|object|optgroup|output|path|picture|progress|q|rp|rt|ruby|s|samp|script|"
    "select|slot|small|source|span|strike|strong|style|sub|sup|template|textarea|time|title|track|tt|u|var|video|wbr"
)
_PAGE = "html|head|body"
# The parser would drop these, or take everything after them for text.
_UNSAFE = "applet|area|base|basefont|bgsound|blink|frame|frameset|isindex|keygen|map|marquee|math|noembed|noframes|param|plaintext|svg|xmp"
_NAME = f"(?:{_BLOCKS}|{_CELLS}|{_INLINE}|{_PAGE})"
_OTHER_NAME = rf"(?:(?i:{_UNSAFE})|[a-z][a-z0-9]*[:-][a-z0-9:-]*)"  # e.g. <o:p> of Word, <amp-img>
_ATTRIBUTES = r"""(?:[\s/](?:"[^"]*"|'[^']*'|[^'"<>])*)?"""
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'<>]+)"""
_ANY_ATTRIBUTE = rf"(?:[\s/]+[a-z][^\s\"'<>=/]*(?:\s*=\s*{_VALUE})?)*"
_NOT_SHOWN = r"(?:display\s*:\s*none|visibility\s*:\s*hidden)"
_HIDES = rf"""(?:hidden(?:\s*=\s*{_VALUE})?|style\s*=\s*(?:"[^"]*{_NOT_SHOWN}[^"]*"|'[^']*{_NOT_SHOWN}[^']*'))"""
_BROKEN_ATTRIBUTES = r"[\s/][^<>]*"  # with an unclosed quotation mark

# News agencies write tickers as <GM> and <B>, so a text is HTML only if it has a closing tag, an attribute, a lower-case break or a script;
# and then only names of HTML elements are tags.
LOOKS_LIKE_HTML = (
    rf"(?i:</{_NAME}\s*>|<{_NAME}\s+[a-z-]+\s*=|<(?:br|hr|img|wbr)\s*/>|<!--|<!doctype\s|<!\[CDATA\[|<(?:script|style|iframe)\s*>)"
    r"|<(?:br|p|hr)>"
)
_NEVER_SHOWN = (
    r"(?is)<!--.*?-->|<!\[CDATA\[|\]\]>|<!\[[^>]*>|<!doctype[^>]*>|<\?xml[^>]*>|<script\b[^>]*>.*?</script\s*>"
    r"|<style\b[^>]*>.*?</style\s*>|<svg\b[^>]*>.*?</svg\s*>|<math\b[^>]*>.*?</math\s*>"
    # What is never closed matches up to the end of the page, and stays (group 1). Else each later match would search for its end again.
    r"|(<(?:!--|!\[|!doctype|\?xml|(?:script|style|svg|math)\b).*)"
)
# Two Unicode noncharacters mark the angle brackets of tags while all other brackets are escaped.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_TAG = rf"(?i)<(/?)({_NAME}){_ATTRIBUTES}>"
# Of the attributes only `hidden` stays, also for a style that hides: nobody reads what a page does not show. Not of `html` and `body`: some
# pages hide them until their scripts have run.
_HIDDEN_TAG = rf"(?i)<({_BLOCKS}|{_CELLS}|{_INLINE}){_ANY_ATTRIBUTE}[\s/]+{_HIDES}{_ANY_ATTRIBUTE}[\s/]*>"
_BROKEN_TAG = rf"(?i)<(/?)({_NAME}){_BROKEN_ATTRIBUTES}>"
# Some archives lost brackets: `<span class="x"Section</span. `, `the 4<supth</sup of July`, `<td15%</td>`. In each third group is text.
_UNCLOSED_TAGS = (
    rf"""(?i)<()({_NAME})(?:\s+[a-z-]+="[^"<>]*")+()""",
    rf"(?i)<(/)({_NAME})\b()",
    *(rf"<()({name})([^<>{_OPEN}{_CLOSE}]+{_OPEN}/{name}{_CLOSE})" for name in ("strong", "em", "sup", "sub", "td", "th", "s", "u")),
)
_OTHER_TAG = rf"</?{_OTHER_NAME}(?:{_BROKEN_ATTRIBUTES})?>"
_ELEMENTS_OR_TICKERS = "ABIQSU"

_BARE_TAG = re.compile("<(/?)([a-z]+[1-6]?)(?: hidden)?>", re.IGNORECASE)
# Elements without an end tag, or whose end tag is often left out; they would only seem to nest.
_NOT_OPEN = {"br", "hr", "img", "embed", "meta", "input", "link", "source", "wbr", "col", "track", "p", "li", "dd", "dt"}
_FLAT_BLOCK = rf"(?i)</?(?:{_BLOCKS}|{_PAGE})(?: hidden)?>"
_FLAT_CELL = rf"(?i)</?(?:{_CELLS})(?: hidden)?>"
_FLAT_TAG = r"(?i)</?[a-z]+[1-6]?(?: hidden)?>"

_NO_TEXT = "script, style, noscript, template, iframe, object, audio, video, canvas, button, select, textarea, datalist, rp, [hidden]"
_NOT_ARTICLE = "nav, aside, footer, figcaption, search, menu"
_HAS_PARAGRAPHS = "p, article, h1"
_ENDS_PARAGRAPHS = _BLOCKS.replace("|", ", ")
_ENDS_LINES = _CELLS.replace("|", ", ")


def html_to_text(pages: pl.Series) -> pl.Series:
    """Convert HTML pages to the text of their articles.

    Paragraphs, list items and table rows are separated by blank lines, lines and cells by line ends. Scripts, styles, hidden elements, and
    buttons are removed. Menus, asides, captions, footers, forms without paragraphs, and everything outside the only `<article>` or `<main>`
    if it has most paragraphs are removed unless nothing would be left. Angle brackets that are not HTML tags stay. Of a page that is too
    long or too deep to parse, only tags, scripts, styles, comments, `svg` and `math` are removed. No page raises an error, but `pages` must
    not have nulls.
    """
    return pl.Series(pages.name, [_to_text(page) for page in _strip_attributes(pages).to_list()], pl.String)


def _strip_attributes(pages: pl.Series) -> pl.Series:
    """Reduce pages to text and bare tags like `<p>` or `<p hidden>`.

    A style that hides becomes `hidden`; all other attributes are removed. Scripts, styles, comments, `svg` and `math` are removed with
    their content if they are closed, other tags such as `<o:p>` without it. Every `<` that does not begin a tag is escaped, also that of
    tickers such as `<A>`.
    """
    shown = pages.str.replace_all(f"[{_OPEN}{_CLOSE}]", "").str.replace_all(_NEVER_SHOWN, "${1}").alias("page").to_frame()
    page = pl.col("page")
    for name in _ELEMENTS_OR_TICKERS:  # it is a ticker if in capitals and never closed
        is_ticker = page.str.contains(f"<{name}>", literal=True) & ~page.str.contains(rf"(?i)</{name}\s*>")
        shown = shown.with_columns(pl.when(is_ticker).then(page.str.replace_all(f"<{name}>", f"&lt;{name}>", literal=True)).otherwise(page))
    page = page.str.replace_all(_HIDDEN_TAG, f"{_OPEN}${{1}} hidden{_CLOSE}")
    for tag in (_TAG, _BROKEN_TAG):
        page = page.str.replace_all(tag, f"{_OPEN}${{1}}${{2}}{_CLOSE}")
    page = page.str.replace_all(_OTHER_TAG, "")
    for tag in _UNCLOSED_TAGS:
        page = page.str.replace_all(tag, f"{_OPEN}${{1}}${{2}}{_CLOSE}${{3}}")
    page = page.str.replace_all("<", "&lt;", literal=True)
    return shown.select(page.str.replace_all(_OPEN, "<", literal=True).str.replace_all(_CLOSE, ">", literal=True)).to_series()


def _to_text(page: str) -> str:
    """Return the text of the article of a page with bare tags."""
    if len(page) > MAX_TREE_CHARS or _measure_depth(page) > MAX_TREE_DEPTH:
        return _strip_tags(page)
    tree = _parse_tree(page)
    _remove_elements(tree, _NOT_ARTICLE)
    _remove_elements(tree, "form", unless_contains=_HAS_PARAGRAPHS)
    return _extract_text(_find_article(tree)) or _extract_text(_parse_tree(page).root)


def _parse_tree(page: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(page)
    _remove_elements(tree, _NO_TEXT)
    return tree


def _measure_depth(page: str) -> int:
    """Return an upper bound of the nesting depth, without elements in `_NOT_OPEN`.

    Returns 0 without counting if the page has too few tags to be too deep.
    """
    if page.count("<") <= MAX_TREE_DEPTH:
        return 0
    is_open: Counter[str] = Counter()
    deepest = depth = 0
    for closes, tag in _BARE_TAG.findall(page):
        name = tag.lower()
        if name in _NOT_OPEN:
            continue
        if not closes:
            is_open[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif is_open[name]:
            is_open[name] -= 1
            depth -= 1
    return deepest


def _strip_tags(page: str) -> str:
    """Remove all bare tags, but none of the text between them.

    `page`: result of `_strip_attributes`. Tags of blocks become blank lines, tags of cells line ends; other tags leave nothing. Of the
    escapes only `&lt;`, which `_strip_attributes` writes, is decoded.
    """
    text = pl.lit(page).str.replace_all(_FLAT_BLOCK, PARAGRAPH).str.replace_all(_FLAT_CELL, "\n").str.replace_all(_FLAT_TAG, "")
    return str(pl.select(text.str.replace_all("&lt;", "<", literal=True)).item())


def _remove_elements(tree: LexborHTMLParser, selector: str, unless_contains: str = "") -> None:
    """Remove the elements that match a CSS selector, with their content.

    Elements that contain a match of `unless_contains` stay.
    """
    for node in reversed(tree.css(selector)):  # inner elements before outer ones
        if not unless_contains or node.css_first(unless_contains) is None:
            node.decompose()


def _find_article(tree: LexborHTMLParser) -> LexborNode | None:
    """Return the only `<article>`, else the only `<main>`, else the body.

    An `<article>` or `<main>` counts only if it has more than half of the paragraphs. None if the page has no body.
    """
    body = tree.body
    if body is None:
        return None
    paragraphs = len(body.css("p"))
    for selector in ("article", "main"):
        marked = tree.css(selector)
        if len(marked) == 1 and paragraphs < 2 * len(marked[0].css("p")):
            return marked[0]
    return body


def _extract_text(node: LexborNode | None) -> str:
    """Return the text of a node, with line ends between blocks.

    They are inserted into the tree: one after a table cell or line break, a blank line before and after a block. Empty without a node.
    """
    if node is None:
        return ""
    for inner in node.css(_ENDS_PARAGRAPHS):
        inner.insert_before(PARAGRAPH)
        inner.insert_after(PARAGRAPH)
    for inner in node.css(_ENDS_LINES):
        inner.insert_after("\n")
    return node.text(deep=True).strip()
