"""Valid, damaged and malicious zip files."""

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


def zip_files(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def read(body: bytes | Path, limits: Limits = LIMITS, most: int = 100) -> dict[str, bytes]:
    contents = {}
    with open_members(body, "a.zip", limits, most=most) as inside:
        for member in inside:
            with member.open() as stream:
                contents[member.name] = b"".join(stream.chunks())
    return contents


def test_members_are_read_completely_and_in_order(tmp_path: Path) -> None:
    files = {"b.csv": b"x" * 3_000_000, "folder/a.csv": b"", "folder/": b"", "ü.csv": b"y"}
    expected = {name: content for name, content in files.items() if not name.endswith("/")}
    assert read(zip_files(files)) == expected
    (tmp_path / "a.zip").write_bytes(zip_files(files, zipfile.ZIP_STORED))
    assert list(read(tmp_path / "a.zip").items()) == list(expected.items())


def test_a_member_is_read_by_lines() -> None:
    with open_members(zip_files({"a": b"one\r\ntwo\n"}), "a.zip") as (member,), member.open() as stream:
        assert [line.text for line in stream.lines(100)] == ["one", "two"]


def test_a_zip_bomb_is_rejected_before_it_is_unpacked() -> None:
    body = zip_files({"bomb": bytes(120_000_000)})
    assert 900 < 120_000_000 / len(body) < 1_100
    with pytest.raises(SourceError, match=r"a.zip: its [0-9,]+ bytes would unpack to 120,000,000, the limit is [0-9,]+,"):
        read(body)


def test_sizes_of_members_are_added() -> None:
    body = zip_files({str(n): bytes(5_000) for n in range(50)})
    with pytest.raises(SourceError, match="would unpack to 250,000"):
        read(body, Limits(unpacked_freely_bytes=10_000, unpacked_ratio=10))


def test_a_member_larger_than_declared_is_rejected() -> None:
    body = zip_files({"a": bytes(1_000_000)})
    lying = body.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 1_000))
    assert lying != body
    with pytest.raises(SourceError, match=r"a.zip, a: is not a zip file, or a damaged one"):
        read(lying, STRICT)


def test_too_many_members_are_rejected() -> None:
    with pytest.raises(SourceError, match="it has 11 members, the limit is 10"):
        read(zip_files({str(n): b"" for n in range(11)}), most=10)


def test_a_list_of_members_that_is_too_long_is_not_read() -> None:
    with pytest.raises(SourceError, match="its list of members has"):
        read(zip_files({f"{n}": b"" for n in range(5_000)}), most=10)


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "..\\a", "C:\\a", "C:a"])
def test_a_name_that_leads_out_of_the_folder_is_rejected(name: str) -> None:
    with pytest.raises(SourceError, match="leads out of the folder"):
        read(zip_files({name: b"x"}))


def test_a_member_without_a_name_is_rejected() -> None:
    body = zip_files({"a": b"x"})
    assert body.count(b"a") == 2  # in the header of the member, and in the list of members
    with pytest.raises(SourceError, match="or one has none"):
        read(body.replace(b"a", b"\0"))


def test_a_symbolic_link_is_rejected() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "elsewhere")
    with pytest.raises(SourceError, match="leads out of the folder"):
        read(target.getvalue())


def test_an_encrypted_member_is_rejected() -> None:
    body = bytearray(zip_files({"a": b"x"}))
    body[body.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="a is encrypted"):
        read(bytes(body))


def test_another_method_than_deflate_is_rejected() -> None:
    with pytest.raises(SourceError, match="another method than deflate"):
        read(zip_files({"a": b"x"}, zipfile.ZIP_LZMA))


def test_overlapping_members_are_rejected() -> None:
    body = zip_files({"a": b"one", "b": b"two"})
    second = body.index(b"PK\x01\x02", body.index(b"PK\x01\x02") + 1)
    offset = second + 42  # the position of the second member's data, moved to that of the first
    overlapping = body[:offset] + struct.pack("<I", 0) + body[offset + 4 :]
    with pytest.raises(SourceError, match="its members overlap"):
        read(overlapping)


def test_two_members_of_the_same_name_are_rejected() -> None:
    body = zip_files({"a": b"one", "b": b"two"}).replace(b"b", b"a")
    with pytest.raises(SourceError, match="two members have the same name"):
        read(body)


def test_a_damaged_member_is_reported_with_its_name() -> None:
    body = bytearray(zip_files({"a": bytes(range(256)) * 10}))
    body[60] ^= 0xFF
    with pytest.raises(SourceError, match=r"a.zip, a: is not a zip file, or a damaged one"):
        read(bytes(body))


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "no.zip")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_a_file_that_is_not_a_zip_is_rejected(body: bytes) -> None:
    with pytest.raises(SourceError, match=r"a.zip: is not a zip file, or a damaged one"):
        read(body)


@settings(deadline=None)
@given(st.data())
def test_a_zip_with_changed_bytes_is_read_or_rejected(data: st.DataObject) -> None:
    body = bytearray(zip_files({"a.csv": b"one,two\n" * 50, "b/c.csv": b"three"}))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        contents = read(bytes(body), STRICT)
    except SourceError:
        return
    assert sum(map(len, contents.values())) <= STRICT.max_unpacked_bytes(len(body))
