"""Make text from outside safe to print on a terminal."""

from rich.markup import escape


def to_plain(text: str) -> str:
    """Return the text without control characters and without console markup."""
    return escape(to_visible(text))


def to_visible(text: str) -> str:
    """Replace characters that cannot be printed, except line breaks and tabs."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
