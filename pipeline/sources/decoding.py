"""What decoding of feeds, article files and their names has in common.

Does not belong here: how an encoding is chosen (`feeds/text.py`, `files/encodings.py`).
"""

import codecs

#: Encoding of text that is not UTF-8 and declares no other: what most such documents use.
FALLBACK = "cp1252"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is a prefix of it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LONGEST_MARK = max(len(mark) for mark, _ in _BYTE_ORDER_MARKS)


def find_byte_order_mark(data: bytes) -> tuple[int, str | None]:
    """Return the length of the mark at the start, and its encoding.

    They are 0 and None if there is none.
    """
    return next(((len(mark), encoding) for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), (0, None))


def count_characters(text: str, data: bytes) -> tuple[int, int]:
    """Count non-ASCII characters, and the replacements of invalid bytes among them.

    The first number includes the second. `text` was decoded from `data`. A replacement character that is in `data` itself, as UTF-8, does
    not count as a replacement of invalid bytes.
    """
    return len(text) - len(text.encode("ascii", "ignore")), text.count(REPLACEMENT) - data.count(REPLACEMENT.encode())


def to_printable(name: str) -> str:
    """Replace unprintable characters, such as line breaks, in a file's name.

    Bytes that are not UTF-8 are unprintable, too.
    """
    return "".join(character if character.isprintable() else REPLACEMENT for character in name)
