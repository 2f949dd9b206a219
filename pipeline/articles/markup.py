"""HTML, whole pages and fragments alike, into the text that a reader of the page would read as the article.

Belongs here: what is a tag, which parts of a page are not the article, where paragraphs end, bounds on hostile pages. Does not: white
space and entities of plain text (`text.py`), lines that a publisher adds (`boilerplate.py`).

selectolax builds the tree. It is given bare tags only: attributes say nothing of the text, and a tag with thousands of them, or a
hundred thousand elements within one another, would hold its parser for minutes.
"""

import re
from collections import Counter

import polars as pl
from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST_TREE = 1_000_000  # characters; a longer page loses its tags one by one, without a tree
DEEPEST_TREE = 250  # elements open at once; the same

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
# Of these the parser would keep nothing, or take all that follows for text.
_UNSAFE = "applet|area|base|basefont|bgsound|blink|frame|frameset|isindex|keygen|map|marquee|math|noembed|noframes|param|plaintext|svg|xmp"
_NAME = f"(?:{_BLOCKS}|{_CELLS}|{_INLINE}|{_PAGE})"
_OTHER_NAME = rf"(?:(?i:{_UNSAFE})|[a-z][a-z0-9]*[:-][a-z0-9:-]*)"  # the latter: <o:p> of Word, <amp-img>
_ATTRIBUTES = r"""(?:[\s/](?:"[^"]*"|'[^']*'|[^'"<>])*)?"""
_BROKEN_ATTRIBUTES = r"[\s/][^<>]*"  # with a quotation mark that nobody closed

# A wire writes tickers as <GM> and <B>: only a closing tag, an attribute, a break in lower case or a script says that a text is HTML, and
# then only names of HTML elements are tags.
LOOKS_LIKE_HTML = (
    rf"(?i:</{_NAME}\s*>|<{_NAME}\s+[a-z-]+\s*=|<(?:br|hr|img|wbr)\s*/>|<!--|<!doctype\s|<!\[CDATA\[|<(?:script|style|iframe)\s*>)"
    r"|<(?:br|p|hr)>"
)
_NEVER_SHOWN = (
    r"(?is)<!--.*?-->|<!\[CDATA\[|\]\]>|<!\[[^>]*>|<!doctype[^>]*>|<\?xml[^>]*>|<script\b[^>]*>.*?</script\s*>"
    r"|<style\b[^>]*>.*?</style\s*>|<svg\b[^>]*>.*?</svg\s*>|<math\b[^>]*>.*?</math\s*>"
)
# Two characters that no text may hold stand for the angle brackets of tags while all others are escaped.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_TAG = rf"(?i)<(/?)({_NAME}){_ATTRIBUTES}>"
_BROKEN_TAG = rf"(?i)<(/?)({_NAME}){_BROKEN_ATTRIBUTES}>"
_OTHER_TAG = rf"</?{_OTHER_NAME}(?:{_BROKEN_ATTRIBUTES})?>"
_TICKERS_TOO = "ABIQSU"  # names of elements

_BARE_TAG = re.compile("<(/?)([a-z]+[1-6]?)>", re.IGNORECASE)
_NOT_OPEN = {"br", "hr", "img", "embed", "meta", "input", "link", "source", "wbr", "col", "track", "p", "li", "dd", "dt"}
_FLAT_BLOCK = rf"(?i)</?(?:{_BLOCKS}|{_PAGE})>"
_FLAT_CELL = rf"(?i)</?(?:{_CELLS})>"
_FLAT_TAG = r"(?i)</?[a-z]+[1-6]?>"

_NO_TEXT = "script, style, noscript, template, iframe, object, audio, video, canvas, button, select, textarea, datalist, rp"
_NO_ARTICLE = "nav, aside, footer, figcaption, search, menu"
_PARAGRAPHS_IN_IT = "p, article, h1"
_ENDS_PARAGRAPHS = _BLOCKS.replace("|", ", ")
_ENDS_LINES = _CELLS.replace("|", ", ")


def without_tags(pages: pl.Series) -> pl.Series:
    """The text of each page or fragment: paragraphs, list items and rows of tables apart by a blank line, lines and cells by a line end.

    Left out are scripts, styles, menus, asides, forms, captions and footers, and what stands around the one article that a page marks as
    such; unless nothing would be left. Angle brackets that are no tags of HTML stay. A page too long or too deep for a tree keeps all its
    text. Never an error, whatever the page.
    """
    return pl.Series(pages.name, [_text(page) for page in _with_bare_tags(pages).to_list()], pl.String)


def _with_bare_tags(pages: pl.Series) -> pl.Series:
    """Tags without attributes, every other `<` escaped, what is never shown gone."""
    shown = pages.str.replace_all(f"[{_OPEN}{_CLOSE}]", "").str.replace_all(_NEVER_SHOWN, "").alias("page").to_frame()
    page = pl.col("page")
    for name in _TICKERS_TOO:  # in capitals and never closed
        is_ticker = page.str.contains(f"<{name}>", literal=True) & ~page.str.contains(rf"(?i)</{name}\s*>")
        shown = shown.with_columns(pl.when(is_ticker).then(page.str.replace_all(f"<{name}>", f"&lt;{name}>", literal=True)).otherwise(page))
    for tag in (_TAG, _BROKEN_TAG):
        page = page.str.replace_all(tag, f"{_OPEN}${{1}}${{2}}{_CLOSE}")
    page = page.str.replace_all(_OTHER_TAG, "").str.replace_all("<", "&lt;", literal=True)
    return shown.select(page.str.replace_all(_OPEN, "<", literal=True).str.replace_all(_CLOSE, ">", literal=True)).to_series()


def _text(page: str) -> str:
    if len(page) > LONGEST_TREE or _depth(page) > DEEPEST_TREE:
        return _flat(page)
    tree = _tree(page)
    _drop(tree, _NO_ARTICLE)
    _drop(tree, "form", unless_in_it=_PARAGRAPHS_IN_IT)
    return _told(_article(tree)) or _told(_tree(page).root)


def _tree(page: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(page)
    _drop(tree, _NO_TEXT)
    return tree


def _depth(page: str) -> int:
    """The most elements that can be open at once; never fewer than the parser will hold open."""
    if page.count("<") <= DEEPEST_TREE:
        return 0
    is_open: Counter[str] = Counter()
    deepest = depth = 0
    for closes, written in _BARE_TAG.findall(page):
        name = written.lower()
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


def _flat(page: str) -> str:
    """The page without its tags, whatever they enclose."""
    text = pl.lit(page).str.replace_all(_FLAT_BLOCK, PARAGRAPH).str.replace_all(_FLAT_CELL, "\n").str.replace_all(_FLAT_TAG, "")
    return str(pl.select(text.str.replace_all("&lt;", "<", literal=True)).item())


def _drop(tree: LexborHTMLParser, selector: str, unless_in_it: str = "") -> None:
    for node in reversed(tree.css(selector)):  # what is inside goes before what is around it
        if not unless_in_it or node.css_first(unless_in_it) is None:
            node.decompose()


def _article(tree: LexborHTMLParser) -> LexborNode | None:
    """What the page marks as its article, where it marks one and that holds most of the paragraphs; else its body."""
    body = tree.body
    if body is None:
        return None
    paragraphs = len(body.css("p"))
    for selector in ("article", "main"):
        marked = tree.css(selector)
        if len(marked) == 1 and paragraphs < 2 * len(marked[0].css("p")):
            return marked[0]
    return body


def _told(node: LexborNode | None) -> str:
    if node is None:
        return ""
    for inner in node.css(_ENDS_PARAGRAPHS):
        inner.insert_before(PARAGRAPH)
        inner.insert_after(PARAGRAPH)
    for inner in node.css(_ENDS_LINES):
        inner.insert_after("\n")
    return node.text(deep=True).strip()
