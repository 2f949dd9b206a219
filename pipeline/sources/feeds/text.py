"""Bytes of a feed into text, also where its encoding is told wrongly, twice, or not at all.

Belongs here: which of the encodings that are told is true. Does not: what the text means (`markup.py`).

feedparser guesses too, but with whatever detector happens to be installed: the same bytes would be other words on another machine.
"""

import codecs
import re

MARK = "\N{REPLACEMENT CHARACTER}"
#: Characters that XML may not hold.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_FALLBACK = "cp1252"
_MOST_MARKS = 0.1  # share of the characters beyond ASCII that may be none in an encoding that is believed

_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins the same
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
# What is called by the name on the left is written in the wider one on the right (as browsers have it).
_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}
_SEVEN_BIT = ("iso2022", "hz")  # their bytes are all ASCII, and so UTF-8 as well
# What is UTF-16 or UTF-32 is known by its first bytes; the others are no encodings of documents.
_NEVER = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "idna", "punycode", "unicode-escape"} | {
    "raw-unicode-escape",
    "undefined",
    "charmap",
}

_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_LOOKED_AT = 2_000  # bytes in which the declaration stands, also behind a warning that a broken server put in front


def decoded(body: bytes, content_type: str) -> str:
    """The body as text; what is no character becomes a replacement mark, and so does one that XML may not hold.

    Believed are in this order a byte order mark, UTF-8 where it fits, the encoding of the header `content_type`, that of the XML
    declaration, and Windows-1252. An encoding fits when at most a tenth of its characters beyond ASCII cannot be read.
    """
    for mark, encoding in _MARKED:
        if body.startswith(mark):
            return _cleaned(body[len(mark) :].decode(encoding, "replace"))
    wide = next((encoding for start, encoding in _WIDE if body.lstrip().startswith(start)), None)
    if wide:
        return _cleaned(body.decode(wide, "replace"))
    told = _told(body, content_type)
    first = [name for name in told if name.startswith(_SEVEN_BIT)]
    fitting = (text for encoding in (*first, "utf-8", *told) if (text := _fitting(body, encoding)) is not None)
    return _cleaned(next(fitting, None) or body.decode(_FALLBACK, "replace"))


def _told(body: bytes, content_type: str) -> list[str]:
    header, declaration = _HEADER.search(content_type), _DECLARATION.search(body[:_LOOKED_AT])
    names = [header[1]] if header else []
    names += [declaration[1].decode("ascii")] if declaration else []
    return [encoding for name in names if (encoding := _known(name))]


def _known(name: str) -> str | None:
    try:
        encoding = codecs.lookup(name).name
        b"<".decode(encoding)  # not every codec is one of texts
    except (LookupError, ValueError):
        return None
    return None if encoding in _NEVER else _WIDER.get(encoding, encoding)


def _fitting(body: bytes, encoding: str) -> str | None:
    text = body.decode(encoding, "replace")
    marks = text.count(MARK) - body.count(MARK.encode())  # some writers put the mark itself
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text if marks <= _MOST_MARKS * beyond else None


def _cleaned(text: str) -> str:
    return NO_XML.sub(MARK, text)
