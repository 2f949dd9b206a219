import codecs

import pytest

from pipeline.sources.feeds.text import decode_body

WORDS = "Zölle für Señor Łódź: 12 €"
LATIN = "Zölle für Señor: déjà vu"


def declared(encoding: str, text: str = LATIN) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><rss>{text}</rss>'


@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "text/xml; charset=ISO-8859-1", 'application/xml; charset="us-ascii"', "x; charset=nonsense"]
)
def test_utf_8_is_detected_whatever_is_declared(content_type: str) -> None:
    assert decode_body(declared("ISO-8859-1", WORDS).encode(), content_type) == declared("ISO-8859-1", WORDS)


@pytest.mark.parametrize(
    "content_type", ["", "text/xml; charset=utf-8", "text/xml; charset=hex", "text/xml; charset=utf-16", "text/xml; charset=idna"]
)
def test_text_wrongly_declared_as_utf_8_is_read_as_windows_1252(content_type: str) -> None:
    assert decode_body(f"<rss>{LATIN} “so”</rss>".encode("cp1252"), content_type) == f"<rss>{LATIN} “so”</rss>"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso-8859-2", "Łódź"), ("windows-1251", "Пошлины"), ("gb2312", "关税增加"), ("big5", "關稅"),
     ("shift_jis", "関税"), ("euc-kr", "관세"), ("iso-2022-jp", "関税"), ("koi8-r", "Пошлины")],
)  # fmt: skip
def test_an_encoding_is_taken_from_the_declaration_or_header(encoding: str, text: str) -> None:
    assert decode_body(declared(encoding, text).encode(encoding), "text/xml") == declared(encoding, text)
    assert decode_body(f"<rss>{text}</rss>".encode(encoding), f"text/xml; charset={encoding}") == f"<rss>{text}</rss>"


def test_the_header_takes_precedence_over_the_declaration() -> None:
    assert decode_body(declared("koi8-r", "Пошлины").encode("cp1251"), "text/xml;charset=windows-1251") == declared("koi8-r", "Пошлины")


def test_latin_1_is_read_with_the_quotation_marks_of_windows() -> None:
    assert decode_body(declared("iso-8859-1", "“ö”").encode("cp1252"), "") == declared("iso-8859-1", "“ö”")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_LE, "utf-32-le"),
     (codecs.BOM_UTF32_BE, "utf-32-be"), (b"", "utf-16-le"), (b"", "utf-16-be")],
)  # fmt: skip
def test_utf_16_and_utf_32_are_detected_by_their_first_bytes(mark: bytes, encoding: str) -> None:
    assert decode_body(mark + declared("utf-16", WORDS).encode(encoding), "text/xml; charset=iso-8859-1") == declared("utf-16", WORDS)


def test_an_invalid_byte_does_not_change_the_encoding() -> None:
    body = declared("utf-8", WORDS * 3).encode() + b"\xe2\x82"
    assert decode_body(body, "") == declared("utf-8", WORDS * 3) + "\ufffd"


def test_characters_invalid_in_xml_are_replaced() -> None:
    assert decode_body(b"<a>\x00\x08\t\n\x1f\xef\xbf\xbf</a>", "") == "<a>\ufffd\ufffd\t\n\ufffd\ufffd</a>"


def test_an_empty_body_is_an_empty_text() -> None:
    assert decode_body(b"", "text/xml; charset=iso-2022-jp") == ""
