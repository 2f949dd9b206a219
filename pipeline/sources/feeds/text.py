"""Decoding of feeds, whose declared encodings are often wrong, contradictory or missing.

feedparser guesses too, but with whichever detector is installed, so that the same bytes could give other text on another machine.
"""

import codecs
import re

from pipeline.sources.decoding import FALLBACK, REPLACEMENT, count_characters, find_byte_order_mark

#: Characters that XML does not allow.
INVALID_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_MOST_REPLACED = 0.1  # largest share of the non-ASCII characters that an encoding may fail to decode

_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
# Browsers read the encodings on the left as the supersets on the right, because that is what documents use.
_SUPERSETS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
_SEVEN_BIT = ("iso2022", "hz")  # all their bytes are ASCII, so they would also pass as UTF-8
# UTF-16 and UTF-32 are recognised by their first bytes; the others are not encodings of documents.
_IGNORED = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "idna", "punycode", "unicode-escape"} | {
    "raw-unicode-escape",
    "undefined",
    "charmap",
}

_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_DECLARATION_BYTES = 2_000  # where the declaration is searched for, since broken servers put warnings in front of it


def decode_body(body: bytes, content_type: str) -> str:
    """Decode a feed to text, by the most credible encoding.

    Invalid bytes and characters that XML does not allow become replacement characters. In order of precedence: byte order mark, UTF-16 if
    it begins with `<` and a zero byte in either order, a declared ISO-2022 or HZ (which would pass as UTF-8), UTF-8, the encoding of the
    `content_type` header, that of the XML declaration, Windows-1252. UTF-8 or a declared encoding is used only if it decodes at least nine
    tenths of the non-ASCII characters.
    """
    length, marked = find_byte_order_mark(body)
    if marked:
        return _replace_invalid(body[length:].decode(marked, "replace"))
    wide = next((encoding for start, encoding in _WIDE if body.lstrip().startswith(start)), None)
    if wide:
        return _replace_invalid(body.decode(wide, "replace"))
    declared = _declared_encodings(body, content_type)
    first = [name for name in declared if name.startswith(_SEVEN_BIT)]
    fitting = (text for encoding in (*first, "utf-8", *declared) if (text := _decode_if_fitting(body, encoding)) is not None)
    return _replace_invalid(next(fitting, None) or body.decode(FALLBACK, "replace"))


def _declared_encodings(body: bytes, content_type: str) -> list[str]:
    """Return the usable encodings of header and XML declaration, in this order."""
    header, declaration = _HEADER.search(content_type), _DECLARATION.search(body[:_DECLARATION_BYTES])
    names = [header[1]] if header else []
    names += [declaration[1].decode("ascii")] if declaration else []
    return [encoding for name in names if (encoding := _find_codec(name))]


def _find_codec(name: str) -> str | None:
    """Return Python's name of the encoding to decode with.

    It is the superset in `_SUPERSETS`, if there is one. None if `name` is unknown, not an encoding of text, or one of `_IGNORED`.
    """
    try:
        encoding = codecs.lookup(name).name
        b"<".decode(encoding)  # raises for codecs that are not text encodings
    except (LookupError, ValueError):
        return None
    return None if encoding in _IGNORED else _SUPERSETS.get(encoding, encoding)


def _decode_if_fitting(body: bytes, encoding: str) -> str | None:
    """Decode the body; None if too many of its characters are invalid.

    Too many are more than `_MOST_REPLACED` of the non-ASCII characters of the text, invalid ones included.
    """
    text = body.decode(encoding, "replace")
    non_ascii, replaced = count_characters(text, body)
    return text if replaced <= _MOST_REPLACED * non_ascii else None


def _replace_invalid(text: str) -> str:
    return INVALID_XML.sub(REPLACEMENT, text)
