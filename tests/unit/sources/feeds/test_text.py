import codecs

import pytest

from pipeline.sources.feeds.text import decoded

WORDS = "Zölle für Señor Łódź: 12 €"
LATIN = "Zölle für Señor: déjà vu"


def declared(encoding: str, text: str = LATIN) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><rss>{text}</rss>'


@pytest.mark.parametrize(
    "told", ["", "text/xml", "text/xml; charset=ISO-8859-1", 'application/xml; charset="us-ascii"', "x; charset=nonsense"]
)
def test_utf_8_is_known_whatever_is_told(told: str) -> None:
    assert decoded(declared("ISO-8859-1", WORDS).encode(), told) == declared("ISO-8859-1", WORDS)


@pytest.mark.parametrize(
    "told", ["", "text/xml; charset=utf-8", "text/xml; charset=hex", "text/xml; charset=utf-16", "text/xml; charset=idna"]
)
def test_what_is_not_in_utf_8_although_it_is_told_so_is_read_as_windows_1252(told: str) -> None:
    assert decoded(f"<rss>{LATIN} “so”</rss>".encode("cp1252"), told) == f"<rss>{LATIN} “so”</rss>"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso-8859-2", "Łódź"), ("windows-1251", "Пошлины"), ("gb2312", "关税增加"), ("big5", "關稅"),
     ("shift_jis", "関税"), ("euc-kr", "관세"), ("iso-2022-jp", "関税"), ("koi8-r", "Пошлины")],
)  # fmt: skip
def test_another_encoding_is_believed_from_the_declaration_or_the_header(encoding: str, text: str) -> None:
    assert decoded(declared(encoding, text).encode(encoding), "text/xml") == declared(encoding, text)
    assert decoded(f"<rss>{text}</rss>".encode(encoding), f"text/xml; charset={encoding}") == f"<rss>{text}</rss>"


def test_the_header_goes_before_the_declaration() -> None:
    assert decoded(declared("koi8-r", "Пошлины").encode("cp1251"), "text/xml;charset=windows-1251") == declared("koi8-r", "Пошлины")


def test_latin_1_holds_the_quotation_marks_of_windows() -> None:
    assert decoded(declared("iso-8859-1", "“ö”").encode("cp1252"), "") == declared("iso-8859-1", "“ö”")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_LE, "utf-32-le"),
     (codecs.BOM_UTF32_BE, "utf-32-be"), (b"", "utf-16-le"), (b"", "utf-16-be")],
)  # fmt: skip
def test_wide_characters_are_known_by_their_first_bytes(mark: bytes, encoding: str) -> None:
    assert decoded(mark + declared("utf-16", WORDS).encode(encoding), "text/xml; charset=iso-8859-1") == declared("utf-16", WORDS)


def test_a_damaged_byte_costs_one_character_and_not_the_encoding() -> None:
    body = declared("utf-8", WORDS * 3).encode() + b"\xe2\x82"
    assert decoded(body, "") == declared("utf-8", WORDS * 3) + "\ufffd"


def test_characters_that_xml_may_not_hold_become_marks() -> None:
    assert decoded(b"<a>\x00\x08\t\n\x1f\xef\xbf\xbf</a>", "") == "<a>\ufffd\ufffd\t\n\ufffd\ufffd</a>"


def test_nothing_is_an_empty_text() -> None:
    assert decoded(b"", "text/xml; charset=iso-2022-jp") == ""
