"""XML that declares entities is refused before any parser sees it: a few lines of them can unpack to gigabytes, or read files and hosts.

Belongs here: finding the declarations, in whatever encoding they are written. Does not: parsing.

Nothing is parsed, so there is nothing to outwit: a document that holds both `<!DOCTYPE` and `<!ENTITY`, wherever they stand, is refused.
A harmless one that only writes about both is refused too. A document type alone, as in RSS 0.91, declares nothing and passes.
"""

import codecs
import re
from collections.abc import Iterator

from pipeline.sources.errors import SourceError

_DOCTYPE, _ENTITY = (re.compile(word, re.IGNORECASE) for word in (rb"<!doctype", rb"<!entity"))
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]{1,60})[\"']", re.IGNORECASE)
_HEAD_BYTES = 4_096
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# What must be read as it is written, so that no markup can hide: ASCII, and what UTF-7, HZ, IDNA and escapes would make something else of.
_PROBE = "".join(map(chr, range(0x20, 0x7F))).replace("\\", "") + "\t\r\n +ADw- ~{<~} .xn--mnchen-3ya. \\u003c \\x3c"
_LIKE_ASCII = str.maketrans("\\~", "??")  # some Asian encodings have a currency sign and an overline there


def require_no_entities(body: bytes, label: str, charset: str = "") -> None:
    """`SourceError` when the document declares entities, or may be read in an encoding in which it could do so unseen.

    `charset` is the encoding that came with it (Content-Type), which some parsers believe before the document's own. `label` names it in
    messages.
    """
    declared = [found.decode("latin-1") for found in _ENCODING.findall(body[:_HEAD_BYTES])]
    hiding = [encoding for encoding in (charset, *declared) if _hides_markup(encoding.strip())]
    if hiding:
        raise SourceError(
            f"{label}: is written in {hiding[0][:40]!r}, in which markup can hide. It is not parsed. Ask its publisher for UTF-8"
        )
    if any(_DOCTYPE.search(reading) and _ENTITY.search(reading) for reading in _readings(body)):
        raise SourceError(
            f"{label}: declares XML entities, which can unpack to any size or read other files. It is not parsed. "
            f"Ask its publisher for a document without <!ENTITY"
        )


def _readings(body: bytes) -> Iterator[bytes]:
    """The document as bytes in which ASCII is ASCII. Without a zero byte it cannot be UTF-16 or UTF-32: every sign of markup has one."""
    yield body
    if b"\0" in body:
        for encoding in _WIDE:
            yield body.decode(encoding, "replace").encode("utf-8", "replace")


def _hides_markup(encoding: str) -> bool:
    """Whether bytes that look like other signs could be markup in the encoding. One that nobody knows nobody reads in either."""
    try:
        if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            return False  # read in every such way anyway
        read = _PROBE.encode("ascii").decode(encoding)
    except (LookupError, ValueError) as error:
        return isinstance(error, UnicodeError)
    return read.translate(_LIKE_ASCII) != _PROBE.translate(_LIKE_ASCII)
