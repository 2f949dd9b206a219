"""Make text and links from outside safe for terminal and page.

Unprintable characters are replaced, unsafe links refused. Does not belong here: escaping HTML, which the page's templates do.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

# Control characters, including line breaks and those that change the direction of text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def to_plain(text: str) -> str:
    """Make unprintable characters visible, and escape console markup.

    Markup is then printed as it is written. Unprintable characters are replaced as in `to_visible`.
    """
    return escape(to_visible(text))


def print_problem(console: Console, label: str, text: str, *, is_error: bool = True) -> None:
    """Print a label, red for an error, else yellow, and a text.

    The text may have words from outside: it is made safe (`to_plain`). The label is not, so it must be our own.
    """
    console.print(f"[{'bold red' if is_error else 'yellow'}]{label}:[/] {to_plain(text)}", highlight=False, soft_wrap=True)


def to_visible(text: str) -> str:
    """Replace unprintable characters, except line feeds and tabs.

    Spaces of any kind, such as no-break and ideographic ones, become a space. Each other (by `str.isprintable`, so also carriage returns,
    zero-width characters and direction marks) becomes U+FFFD, which is visible, so that nothing in untrusted text is hidden.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else _replacement(c) for c in text)


def _replacement(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def to_line(text: str) -> str:
    """Replace each run of control characters by one space.

    Line breaks and marks that change the direction of text are control characters, too.
    """
    return _CONTROL.sub(" ", text)


def safe_url(url: str | None) -> str | None:
    """Return the URL if it is safe to link, else None.

    It must be http or https, have a host, and have no white space or control characters.
    """
    return url if url is not None and _LINK.fullmatch(url) and not _CONTROL.search(url) and _has_host(url) else None


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # e.g. a bracket that is not closed
        return False
