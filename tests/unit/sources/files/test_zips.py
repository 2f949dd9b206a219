"""Zips as they should be, and as nobody should send them."""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import LIMITS, Limits
from pipeline.sources.files.zips import open_members

STRICT = Limits(unpacked_freely_bytes=10_000)


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def read(body: bytes | Path, limits: Limits = LIMITS, most: int = 100) -> dict[str, bytes]:
    found = {}
    with open_members(body, "a.zip", limits, most=most) as inside:
        for member in inside:
            with member.open() as stream:
                found[member.name] = b"".join(stream.chunks())
    return found


def test_members_are_read_whole_and_in_order(tmp_path: Path) -> None:
    files = {"b.csv": b"x" * 3_000_000, "folder/a.csv": b"", "folder/": b"", "ü.csv": b"y"}
    expected = {name: content for name, content in files.items() if not name.endswith("/")}
    assert read(zipped(files)) == expected
    (tmp_path / "a.zip").write_bytes(zipped(files, zipfile.ZIP_STORED))
    assert list(read(tmp_path / "a.zip").items()) == list(expected.items())


def test_a_member_is_read_by_lines() -> None:
    with open_members(zipped({"a": b"one\r\ntwo\n"}), "a.zip") as (member,), member.open() as stream:
        assert [line.text for line in stream.lines(100)] == ["one", "two"]


def test_a_zip_of_a_thousand_to_one_is_refused_before_it_is_unpacked() -> None:
    body = zipped({"bomb": bytes(120_000_000)})
    assert 900 < 120_000_000 / len(body) < 1_100
    with pytest.raises(SourceError, match=r"a.zip: its [0-9,]+ bytes would unpack to 120,000,000, at most 100,000,000 are believed"):
        read(body)


def test_many_members_are_counted_together() -> None:
    body = zipped({str(n): bytes(5_000) for n in range(50)})
    with pytest.raises(SourceError, match="would unpack to 250,000"):
        read(body, Limits(unpacked_freely_bytes=10_000, unpacked_ratio=10))


def test_a_member_that_unpacks_to_more_than_it_says_is_refused() -> None:
    body = zipped({"a": bytes(1_000_000)})
    lying = body.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 1_000))
    assert lying != body
    with pytest.raises(SourceError, match=r"a.zip, a: is no zip, or a damaged one"):
        read(lying, STRICT)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(SourceError, match="holds 11 members, at most 10"):
        read(zipped({str(n): b"" for n in range(11)}), most=10)


def test_a_list_of_members_that_would_fill_the_memory_is_not_read() -> None:
    with pytest.raises(SourceError, match="its list of members alone has"):
        read(zipped({f"{n}": b"" for n in range(5_000)}), most=10)


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "..\\a", "C:\\a", "C:a"])
def test_a_name_that_leads_out_of_the_zip_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match="leads out of the zip"):
        read(zipped({name: b"x"}))


def test_a_link_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "elsewhere")
    with pytest.raises(SourceError, match="leads out of the zip"):
        read(target.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    body = bytearray(zipped({"a": b"x"}))
    body[body.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="a is encrypted"):
        read(bytes(body))


def test_another_method_than_deflate_is_refused() -> None:
    with pytest.raises(SourceError, match="another method than deflate"):
        read(zipped({"a": b"x"}, zipfile.ZIP_LZMA))


def test_members_that_overlap_are_refused() -> None:
    body = zipped({"a": b"one", "b": b"two"})
    second = body.index(b"PK\x01\x02", body.index(b"PK\x01\x02") + 1)
    place = second + 42  # of the second member's data: now where the first one's is
    overlapping = body[:place] + struct.pack("<I", 0) + body[place + 4 :]
    with pytest.raises(SourceError, match="members lie over one another"):
        read(overlapping)


def test_two_members_of_one_name_are_refused() -> None:
    body = zipped({"a": b"one", "b": b"two"}).replace(b"b", b"a")
    with pytest.raises(SourceError, match="two members have one name"):
        read(body)


def test_a_damaged_body_is_named_where_it_is_read() -> None:
    body = bytearray(zipped({"a": bytes(range(256)) * 10}))
    body[60] ^= 0xFF
    with pytest.raises(SourceError, match=r"a.zip, a: is no zip, or a damaged one"):
        read(bytes(body))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "no.zip")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_what_is_no_zip_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError, match=r"a.zip: is no zip, or a damaged one"):
        read(body)


@settings(deadline=None)
@given(st.data())
def test_a_zip_with_changed_bytes_is_read_or_refused_but_never_more(data: st.DataObject) -> None:
    body = bytearray(zipped({"a.csv": b"one,two\n" * 50, "b/c.csv": b"three"}))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(body), STRICT)
    except SourceError:
        return
    assert sum(map(len, found.values())) <= STRICT.unpacked(len(body))
