"""Bodies are decoded whatever their chunks and encoding, up to the limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.http.unpacking import DamagedError, TooLargeError, read_beginning, read_body

BOMB = gzip.compress(bytes(100_000_000), mtime=0)


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "": bytes}


def split(data: bytes, size: int) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)]


@settings(deadline=None)
@given(st.binary(max_size=5_000), st.integers(1, 400), st.sampled_from(sorted(ENCODERS)), st.integers(1, 50))
def test_a_body_is_the_same_whatever_its_chunks(data: bytes, size: int, encoding: str, times: int) -> None:
    whole = data * times
    assert read_body(split(ENCODERS[encoding](whole), size), encoding.upper(), "", len(whole)) == whole


@settings(deadline=None)
@given(st.binary(max_size=5_000), st.integers(1, 400))
def test_deflate_is_read_with_and_without_its_header(data: bytes, size: int) -> None:
    assert read_body(split(raw_deflate(data), size), "deflate", "", 10_000) == data


def test_gzip_members_are_joined_and_trailing_bytes_ignored() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two") + b"\0\0 rest"
    assert read_body([packed], "gzip", "", 100) == b"onetwo"
    assert read_body([packed, b"more"], "gzip", "", 100) == b"onetwo"
    assert read_body(split(packed, 1), "gzip", "", 100) == b"onetwo"


@pytest.mark.parametrize("size", [1_000, 65_536, 1_000_000])
def test_a_bomb_is_detected_while_it_is_small(size: int) -> None:
    tracemalloc.start()
    with pytest.raises(TooLargeError, match="more than 1,000,000 bytes received"):
        read_body(split(BOMB, size), "gzip", "", 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("announced", ["101", "10000000000", "9" * 5_000])
def test_an_announced_size_above_the_limit_is_refused(announced: str) -> None:
    with pytest.raises(TooLargeError, match="bytes announced"):
        read_body((pytest.fail("the body was read") for _ in range(1)), "", announced, 100)


@pytest.mark.parametrize("announced", ["100", "", "-1", "many", "²", "1e9"])
def test_an_invalid_or_small_announced_size_is_ignored(announced: str) -> None:
    assert read_body([b"one"], "", announced, 100) == b"one"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_accepted_is_refused(encoding: str) -> None:
    with pytest.raises(DamagedError, match="although only gzip, deflate were accepted"):
        read_body([b"one"], encoding, "", 100)


@settings(deadline=None)
@given(st.binary(min_size=30, max_size=300), st.integers(0, 29), st.integers(1, 255))
def test_a_changed_or_cut_body_is_damaged(data: bytes, place: int, change: int) -> None:
    packed = bytearray(gzip.compress(data, mtime=0))
    with pytest.raises(DamagedError):
        read_body([bytes(packed[: -1 - place % 20])], "gzip", "", 1_000)
    packed[-1 - place % 8] ^= change  # the checksum or the size at the end
    with pytest.raises(DamagedError):
        read_body([bytes(packed)], "gzip", "", 1_000)


def test_the_beginning_of_a_body_is_what_can_be_decoded() -> None:
    assert read_beginning(split(BOMB, 100), "gzip", 10) == bytes(10)
    assert read_beginning([gzip.compress(b"one" * 1_000)[:-4]], "gzip", 5) == b"oneon"
    assert (read_beginning([b"x"], "br", 5), read_beginning([], "", 5)) == (b"", b"")
