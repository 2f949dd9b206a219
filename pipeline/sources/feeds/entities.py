"""Rejection of XML entities, which can expand to gigabytes or read files.

The document is searched, not parsed: it is rejected if it contains both `<!DOCTYPE` and `<!ENTITY` anywhere, in any encoding.
"""

import codecs
import re
from collections.abc import Iterator

from pipeline.sources.errors import SourceError

_DOCTYPE, _ENTITY = (re.compile(word, re.IGNORECASE) for word in (rb"<!doctype", rb"<!entity"))
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]{1,60})[\"']", re.IGNORECASE)
_HEAD_BYTES = 4_096
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# Text that a harmless encoding decodes to itself: ASCII, and sequences that UTF-7, HZ, IDNA and escapes would decode to other characters.
_PROBE = "".join(map(chr, range(0x20, 0x7F))).replace("\\", "") + "\t\r\n +ADw- ~{<~} .xn--mnchen-3ya. \\u003c \\x3c"
_LIKE_ASCII = str.maketrans("\\~", "??")  # some Asian encodings have a currency sign and an overline there


def require_no_entities(body: bytes, label: str, charset: str = "") -> None:
    """Raise `SourceError` if a document declares entities or could hide them.

    `charset` is the encoding of the Content-Type header, which some parsers prefer to the document's own. `label` names the document in
    messages.
    """
    declared = [name.decode("latin-1") for name in _ENCODING.findall(body[:_HEAD_BYTES])]
    hiding = [encoding for encoding in (charset, *declared) if _can_hide_markup(encoding.strip())]
    if hiding:
        raise SourceError(
            f"{label}: is encoded as {hiding[0][:40]!r}, which can hide markup, so it is not parsed. Ask the publisher for UTF-8"
        )
    if any(_DOCTYPE.search(reading) and _ENTITY.search(reading) for reading in _ascii_readings(body)):
        raise SourceError(
            f"{label}: declares XML entities, which can expand to any size or read other files, so it is not parsed. "
            f"Ask the publisher for a document without <!ENTITY"
        )


def _ascii_readings(body: bytes) -> Iterator[bytes]:
    """Yield the document as it is, and decoded from UTF-16 and UTF-32.

    So its markup is ASCII in one of them. The decoded forms are tried only if it contains a zero byte.
    """
    yield body
    if b"\0" in body:
        for encoding in _WIDE:
            yield body.decode(encoding, "replace").encode("utf-8", "replace")


def _can_hide_markup(encoding: str) -> bool:
    """Return whether bytes in this encoding can be markup without looking so.

    It is tested whether ASCII text decodes to itself. Unknown encodings count as harmless, because no parser reads them.
    """
    try:
        if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            return False  # `_ascii_readings` covers them
        decoded = _PROBE.encode("ascii").decode(encoding)
    except (LookupError, ValueError) as error:
        return isinstance(error, UnicodeError)  # the encoding is known, but cannot decode ASCII
    return decoded.translate(_LIKE_ASCII) != _PROBE.translate(_LIKE_ASCII)
