"""Bodies of answers, however they are cut into pieces and packed, up to their limit and no further."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.http.unpacking import DamagedError, TooLargeError, beginning, body

BOMB = gzip.compress(bytes(100_000_000), mtime=0)


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "": bytes}


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)]


@settings(deadline=None)
@given(st.binary(max_size=5_000), st.integers(1, 400), st.sampled_from(sorted(PACKERS)), st.integers(1, 50))
def test_every_body_comes_back_however_it_is_cut(data: bytes, size: int, encoding: str, times: int) -> None:
    whole = data * times
    assert body(pieces(PACKERS[encoding](whole), size), encoding.upper(), "", len(whole)) == whole


@settings(deadline=None)
@given(st.binary(max_size=5_000), st.integers(1, 400))
def test_deflate_is_read_with_and_without_its_head(data: bytes, size: int) -> None:
    assert body(pieces(bare(data), size), "deflate", "", 10_000) == data


def test_several_packed_parts_are_one_body_and_what_follows_is_none_of_it() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two") + b"\0\0 rest"
    assert body([packed], "gzip", "", 100) == b"onetwo"
    assert body([packed, b"more"], "gzip", "", 100) == b"onetwo"
    assert body(pieces(packed, 1), "gzip", "", 100) == b"onetwo"


@pytest.mark.parametrize("size", [1_000, 65_536, 1_000_000])
def test_a_bomb_is_noticed_while_it_is_small(size: int) -> None:
    tracemalloc.start()
    with pytest.raises(TooLargeError, match="more than 1,000,000 bytes came"):
        body(pieces(BOMB, size), "gzip", "", 1_000_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


@pytest.mark.parametrize("announced", ["101", "10000000000", "9" * 5_000])
def test_an_announced_size_is_believed(announced: str) -> None:
    with pytest.raises(TooLargeError, match="bytes are announced"):
        body((pytest.fail("it was read") for _ in range(1)), "", announced, 100)


@pytest.mark.parametrize("announced", ["100", "", "-1", "many", "²", "1e9"])
def test_a_size_that_is_none_or_small_enough_is_passed_over(announced: str) -> None:
    assert body([b"one"], "", announced, 100) == b"one"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_what_was_not_asked_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(DamagedError, match="although only gzip, deflate were asked for"):
        body([b"one"], encoding, "", 100)


@settings(deadline=None)
@given(st.binary(min_size=30, max_size=300), st.integers(0, 29), st.integers(1, 255))
def test_a_changed_or_cut_body_is_damaged_or_whole(data: bytes, place: int, change: int) -> None:
    packed = bytearray(gzip.compress(data, mtime=0))
    with pytest.raises(DamagedError):
        body([bytes(packed[: -1 - place % 20])], "gzip", "", 1_000)
    packed[-1 - place % 8] ^= change  # the hash or the size at the end
    with pytest.raises(DamagedError):
        body([bytes(packed)], "gzip", "", 1_000)


def test_the_beginning_of_a_body_is_as_much_as_can_be_read() -> None:
    assert beginning(pieces(BOMB, 100), "gzip", 10) == bytes(10)
    assert beginning([gzip.compress(b"one" * 1_000)[:-4]], "gzip", 5) == b"oneon"
    assert (beginning([b"x"], "br", 5), beginning([], "", 5)) == (b"", b"")
