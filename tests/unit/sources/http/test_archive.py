"""What is kept of upstreams' answers, whatever they are called and whatever instant the machine dies at."""

import gzip
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import Fetched, Payload, Request
from tests.unit.sources.server import NOON, TODAY

URL = "https://feeds.example/a"


def stored(item: str = "a", body: bytes = b"one", at: datetime = NOON, about: date = TODAY, source: str = "rss") -> Fetched:
    return Fetched(Request(source, item, URL, about), "stored", at, 1, 200, Payload(source, item, about, URL, at, "text/xml", body))


def missing(item: str = "a", at: datetime = NOON) -> Fetched:
    return Fetched(Request("rss", item, URL, TODAY), "missing", at, 1, 404, None, "there is no such thing")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


def bodies(archive: Archive, days: Days | None = None) -> list[bytes]:
    return [payload.body for payload in archive.payloads("rss", days)]


def test_an_archive_without_anything_holds_nothing(archive: Archive) -> None:
    assert (archive.newest("rss", "a"), bodies(archive), archive.root.exists()) == (None, [], False)
    assert archive.journal().equals(FETCHES.empty())


def test_the_newest_answer_is_found_with_its_marks(archive: Archive) -> None:
    archive.keep(stored(), URL, etag='"1"')
    archive.keep(stored(body=b"two"), URL, etag='"2"', last_modified="yesterday")
    archive.keep(stored("b"), URL)
    archive.keep(missing(), URL)
    kept = archive.newest("rss", "a")
    assert kept is not None
    assert (kept.etag, kept.last_modified, kept.asked_url) == ('"2"', "yesterday", URL)
    assert archive.payload(kept) == stored(body=b"two").payload


def test_answers_come_in_order_of_arrival_and_each_once(archive: Archive) -> None:
    hour = timedelta(hours=1)
    for fetched in (stored(at=NOON + hour), stored("b", b"two"), stored("a", b"three"), stored("a", b"one", NOON + 2 * hour)):
        archive.keep(fetched, URL)
    assert bodies(archive) == [b"three", b"two", b"one"]
    assert [payload.fetched_at for payload in archive.payloads("rss")] == [NOON, NOON, NOON + hour]


def test_an_answer_that_came_back_after_another_is_the_last_again(archive: Archive) -> None:
    for hours, body in enumerate([b"one", b"one", b"two", b"one"]):
        archive.keep(stored(body=body, at=NOON + timedelta(hours=hours)), URL)
    assert bodies(archive) == [b"one", b"two", b"one"]


def test_answers_are_filed_by_the_day_that_they_are_about(archive: Archive) -> None:
    yesterday = TODAY - timedelta(days=1)
    archive.keep(stored(body=b"old", about=yesterday), URL)
    archive.keep(stored(body=b"new"), URL)
    archive.keep(stored(body=b"new", about=yesterday), URL)
    assert bodies(archive, Days(TODAY, TODAY)) == [b"new"]
    assert bodies(archive, Days(yesterday, yesterday)) == [b"new", b"old"]
    assert bodies(archive, Days(yesterday - timedelta(days=9), yesterday - timedelta(days=1))) == []
    assert list(archive.payloads("gdelt")) == []


def test_a_body_is_written_once_and_packed_the_same_every_time(archive: Archive) -> None:
    archive.keep(stored(), URL)
    sha256 = hashlib.sha256(b"one").hexdigest()
    file = archive.root / "bodies" / sha256[:2] / f"{sha256}.gz"
    before = file.stat()
    archive.keep(stored("b"), URL)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert gzip.decompress(file.read_bytes()) == b"one"
    assert file.read_bytes()[4:8] == bytes(4)  # no time in it


def test_requests_without_an_answer_leave_the_answer_as_it_was(archive: Archive) -> None:
    archive.keep(stored(), URL)
    for n in range(50):
        archive.keep(replace(stored(at=NOON + timedelta(minutes=n + 1)), outcome="unchanged"), URL)
    files = [path for path in archive.root.rglob("*") if path.is_file()]
    assert (len(files), archive.journal().height, len(bodies(archive))) == (3, 51, 1)


def test_the_journal_is_of_its_contract_and_of_the_days_asked_for(archive: Archive) -> None:
    archive.keep(stored(source="gdelt", about=date(2024, 12, 31)), URL)
    archive.keep(missing("b"), URL)
    archive.keep(stored("ü\n'; drop", b"x" * 10), URL)
    assert archive.journal().select("source", "item", "outcome", "byte_count", "detail").rows() == [
        ("gdelt", "a", "stored", 3, ""),
        ("rss", "b", "missing", None, "there is no such thing"),
        ("rss", "ü\n'; drop", "stored", 10, ""),
    ]
    assert archive.journal("gdelt")["index_date"].to_list() == [date(2024, 12, 31)]
    assert archive.journal(days=Days(TODAY, TODAY))["item"].to_list() == ["b", "ü\n'; drop"]
    assert archive.journal("gdelt", Days(TODAY, TODAY)).equals(FETCHES.empty())


@contextmanager
def an_archive() -> Iterator[Archive]:
    with tempfile.TemporaryDirectory() as folder:
        yield Archive(Path(folder) / "payloads")


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(), max_size=300), min_size=1, max_size=3, unique=True))
def test_no_name_of_an_item_is_too_strange(items: list[str]) -> None:
    with an_archive() as archive:
        for n, item in enumerate(items):
            archive.keep(stored(item, str(n).encode()), URL)
        outside = [path for path in archive.root.parent.rglob("*") if path.is_file() and not path.is_relative_to(archive.root)]
        found = [archive.newest("rss", item) for item in items]
        assert outside == []
        assert [kept and archive.payload(kept) for kept in found] == [stored(item, str(n).encode()).payload for n, item in enumerate(items)]
        assert archive.journal().height == len(items)


@pytest.mark.parametrize("item", ["../../../x", "a/b", "/etc/hostname", "a\x00b", "con", "x" * 5_000, "\ud800", ".", ""])
def test_items_that_look_like_paths_are_names(archive: Archive, item: str) -> None:
    archive.keep(stored(item), URL)
    assert archive.newest("rss", item) is not None
    assert {path.name for path in archive.root.parent.iterdir()} == {"payloads"}


@pytest.mark.parametrize("source", ["../x", "", "A", "a b", "a/b"])
def test_a_source_has_a_plain_name(archive: Archive, source: str) -> None:
    with pytest.raises(ValueError, match="is no name of a source"):
        archive.keep(stored(source=source), URL)
    assert not (archive.root / "journal").exists()


# dying half-way


def test_files_that_were_never_finished_are_passed_over(archive: Archive) -> None:
    archive.keep(stored(), URL)
    for file in [path for path in archive.root.rglob("*") if path.is_file()]:
        file.with_name(f".{file.name}.77.0.tmp").write_bytes(b"half")
    assert (bodies(archive), archive.journal().height, archive.newest("rss", "a") is not None) == ([b"one"], 1, True)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.data())
def test_a_journal_cut_anywhere_holds_its_whole_lines_and_goes_on(data: st.DataObject) -> None:
    with an_archive() as archive:
        for n in range(3):
            archive.keep(stored(str(n), str(n).encode()), URL)
        (journal,) = archive.root.rglob("*.jsonl")
        whole = journal.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        journal.write_bytes(whole[:cut])
        left = sum(1 for line in whole[:cut].split(b"\n") if line.endswith(b"}}"))
        assert archive.journal().height == left
        archive.keep(stored("last", b"last"), URL)
        assert archive.journal().height == left + 1
        assert len(bodies(archive)) == left + 1


class DiedError(Exception):
    pass


@pytest.mark.parametrize("writes_before", range(3))
def test_whatever_instant_it_dies_at_the_answer_is_whole_or_asked_for_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, writes_before: int
) -> None:
    """Body, journal and pointer are three writes; the process dies before one of them."""
    left = [writes_before]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def write(*given: object) -> object:
            if left[0] == 0:
                raise DiedError
            left[0] -= 1
            return real(*given)

        return write

    monkeypatch.setattr(Path, "replace", dying(Path.replace))
    monkeypatch.setattr(Archive, "_append", dying(Archive._append))
    with pytest.raises(DiedError):
        archive.keep(stored(), URL)
    monkeypatch.undo()
    assert archive.newest("rss", "a") is None  # so it is asked for again
    assert bodies(archive) == ([b"one"] if writes_before > 1 else [])
    archive.keep(stored(at=NOON + timedelta(hours=1)), URL)
    kept = archive.newest("rss", "a")
    assert kept is not None
    assert (bodies(archive), archive.payload(kept) is not None) == ([b"one"], True)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b'{"sha256": "../../x"}', b'{"sha256": null}', b"\xff"])
def test_a_pointer_that_cannot_be_read_is_none(archive: Archive, content: bytes) -> None:
    archive.keep(stored(), URL)
    (pointer,) = archive.root.rglob("a-*.json")
    pointer.write_bytes(content)
    assert archive.newest("rss", "a") is None


@pytest.mark.parametrize("damage", [b"", b"no gzip", gzip.compress(b"another", mtime=0), gzip.compress(b"one", mtime=0)[:-1]])
def test_a_damaged_body_is_no_answer_and_is_mended_when_it_comes_again(archive: Archive, damage: bytes) -> None:
    archive.keep(stored(), URL)
    (file,) = archive.root.rglob("*.gz")
    file.write_bytes(damage)
    kept = archive.newest("rss", "a")
    assert kept is not None
    assert (archive.payload(kept), bodies(archive)) == (None, [])
    archive.keep(stored(), URL)
    assert bodies(archive) == [b"one"]


def test_lines_of_several_writers_do_not_mix(archive: Archive) -> None:
    def keep_many(first: int) -> None:
        for n in range(first, first + 50):
            Archive(archive.root).keep(replace(missing(str(n)), detail="x" * 2_000), URL)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(keep_many, range(0, 200, 50)))
    (journal,) = archive.root.rglob("*.jsonl")
    assert len([json.loads(line) for line in journal.read_bytes().split(b"\n") if line]) == 200
    assert sorted(archive.journal()["item"].cast(pl.Int64)) == list(range(200))


def test_the_newest_answer_of_every_item_is_given_once(archive: Archive) -> None:
    archive.keep(stored("b", b"old"), URL)
    archive.keep(stored("b", b"new", at=NOON + timedelta(hours=1)), URL)
    archive.keep(stored("a", b"one"), URL)
    assert [payload.body for payload in archive.newest_payloads("rss")] == [b"one", b"new"]
    (pointer,) = archive.root.rglob("a-*.json")
    pointer.write_bytes(b"{")
    assert [payload.body for payload in archive.newest_payloads("rss")] == [b"new"]
