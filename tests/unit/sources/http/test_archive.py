"""Stored responses and the journal, for any item name and after a crash at any time."""

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
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import FetchResult, Payload, Request
from tests.examples import examples
from tests.unit.sources.server import NOON, TODAY

URL = "https://feeds.example/a"


def stored_response(item: str = "a", body: bytes = b"one", at: datetime = NOON, about: date = TODAY, source: str = "rss") -> FetchResult:
    return FetchResult(Request(source, item, URL, about), "stored", at, 1, 200, Payload(source, item, about, URL, at, "text/xml", body))


def missing_response(item: str = "a", at: datetime = NOON) -> FetchResult:
    return FetchResult(Request("rss", item, URL, TODAY), "missing", at, 1, 404, None, "not found")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


def bodies(archive: Archive, days: Days | None = None) -> list[bytes]:
    return [payload.body for payload in archive.payloads("rss", days)]


def test_a_new_archive_is_empty(archive: Archive) -> None:
    assert (archive.find_newest("rss", "a"), bodies(archive), archive.root.exists()) == (None, [], False)
    assert archive.journal().equals(FETCHES.empty())


def test_the_newest_response_is_found_with_its_validators(archive: Archive) -> None:
    archive.store(stored_response(), URL, etag='"1"')
    archive.store(stored_response(body=b"two"), URL, etag='"2"', last_modified="yesterday")
    archive.store(stored_response("b"), URL)
    archive.store(missing_response(), URL)
    response = archive.find_newest("rss", "a")
    assert response is not None
    assert (response.etag, response.last_modified, response.asked_url) == ('"2"', "yesterday", URL)
    assert archive.read_payload(response) == stored_response(body=b"two").payload


def test_responses_are_in_order_of_arrival_without_repeats(archive: Archive) -> None:
    hour = timedelta(hours=1)
    for fetched in (
        stored_response(at=NOON + hour),
        stored_response("b", b"two"),
        stored_response("a", b"three"),
        stored_response("a", b"one", NOON + 2 * hour),
    ):
        archive.store(fetched, URL)
    assert bodies(archive) == [b"three", b"two", b"one"]
    assert [payload.fetched_at for payload in archive.payloads("rss")] == [NOON, NOON, NOON + hour]


def test_a_response_that_returns_after_another_is_listed_again(archive: Archive) -> None:
    for hours, body in enumerate([b"one", b"one", b"two", b"one"]):
        archive.store(stored_response(body=body, at=NOON + timedelta(hours=hours)), URL)
    assert bodies(archive) == [b"one", b"two", b"one"]


def test_responses_are_filed_by_the_day_they_are_about(archive: Archive) -> None:
    yesterday = TODAY - timedelta(days=1)
    archive.store(stored_response(body=b"old", about=yesterday), URL)
    archive.store(stored_response(body=b"new"), URL)
    archive.store(stored_response(body=b"new", about=yesterday), URL)
    assert bodies(archive, Days(TODAY, TODAY)) == [b"new"]
    assert bodies(archive, Days(yesterday, yesterday)) == [b"new", b"old"]
    assert bodies(archive, Days(yesterday - timedelta(days=9), yesterday - timedelta(days=1))) == []
    assert list(archive.payloads("gdelt")) == []


def test_the_response_before_the_days_is_found_for_items_that_have_others(archive: Archive) -> None:
    for days_ago, body in ((40, b"a1"), (30, b"a2"), (0, b"a3")):
        archive.store(stored_response(body=body, at=NOON - timedelta(days=days_ago), about=TODAY - timedelta(days=days_ago)), URL)
    archive.store(stored_response("b", b"b1", NOON - timedelta(days=20), TODAY - timedelta(days=20)), URL)
    archive.store(stored_response("c", b"c1"), URL)
    today = Days(TODAY, TODAY)
    assert [one.body for one in archive.payloads("rss", today, with_previous=True)] == [b"a2", b"a3", b"c1"]


def test_a_body_is_written_once_and_compressed_reproducibly(archive: Archive) -> None:
    archive.store(stored_response(), URL)
    sha256 = hashlib.sha256(b"one").hexdigest()
    file = archive.root / "bodies" / sha256[:2] / f"{sha256}.gz"
    before = file.stat()
    archive.store(stored_response("b"), URL)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert gzip.decompress(file.read_bytes()) == b"one"
    assert file.read_bytes()[4:8] == bytes(4)  # no timestamp in the gzip header


def test_unchanged_responses_add_no_files(archive: Archive) -> None:
    archive.store(stored_response(), URL)
    for n in range(50):
        archive.store(replace(stored_response(at=NOON + timedelta(minutes=n + 1)), outcome="unchanged"), URL)
    files = [path for path in archive.root.rglob("*") if path.is_file()]
    assert (len(files), archive.journal().height, len(bodies(archive))) == (3, 51, 1)


def test_an_unchanged_response_is_stored_as_confirmed(archive: Archive) -> None:
    archive.store(stored_response(), URL, etag='"1"')
    first = archive.find_newest("rss", "a")
    archive.store(replace(stored_response(at=NOON + timedelta(days=1)), outcome="unchanged"), URL)
    assert first is not None
    assert archive.find_newest("rss", "a") == replace(first, confirmed_at=NOON + timedelta(days=1))


def test_the_journal_lists_requests_of_a_source_and_of_days(archive: Archive) -> None:
    archive.store(stored_response(source="gdelt", about=date(2024, 12, 31)), URL)
    archive.store(missing_response("b"), URL)
    archive.store(stored_response("ü\n'; drop", b"x" * 10), URL)
    assert archive.journal().select("source", "item", "outcome", "byte_count", "detail").rows() == [
        ("gdelt", "a", "stored", 3, ""),
        ("rss", "b", "missing", None, "not found"),
        ("rss", "ü\n'; drop", "stored", 10, ""),
    ]
    assert archive.journal("gdelt")["index_date"].to_list() == [date(2024, 12, 31)]
    assert archive.journal(days=Days(TODAY, TODAY))["item"].to_list() == ["b", "ü\n'; drop"]
    assert archive.journal("gdelt", Days(TODAY, TODAY)).equals(FETCHES.empty())


@contextmanager
def temporary_archive() -> Iterator[Archive]:
    with tempfile.TemporaryDirectory() as folder:
        yield Archive(Path(folder) / "payloads")


@examples(30)
@given(st.lists(st.text(st.characters(), max_size=300), min_size=1, max_size=3, unique=True))
def test_any_item_name_can_be_stored(items: list[str]) -> None:
    with temporary_archive() as archive:
        for n, item in enumerate(items):
            archive.store(stored_response(item, str(n).encode()), URL)
        outside = [path for path in archive.root.parent.rglob("*") if path.is_file() and not path.is_relative_to(archive.root)]
        responses = [archive.find_newest("rss", item) for item in items]
        assert outside == []
        assert [response and archive.read_payload(response) for response in responses] == [
            stored_response(item, str(n).encode()).payload for n, item in enumerate(items)
        ]
        assert archive.journal().height == len(items)


@pytest.mark.parametrize("item", ["../../../x", "a/b", "/etc/hostname", "a\x00b", "con", "x" * 5_000, "\ud800", ".", ""])
def test_an_item_that_looks_like_a_path_stays_in_the_archive(archive: Archive, item: str) -> None:
    archive.store(stored_response(item), URL)
    assert archive.find_newest("rss", item) is not None
    assert {path.name for path in archive.root.parent.iterdir()} == {"payloads"}


@pytest.mark.parametrize("source", ["../x", "", "A", "a b", "a/b"])
def test_a_source_name_is_validated(archive: Archive, source: str) -> None:
    with pytest.raises(ValueError, match="is not a valid name of a source"):
        archive.store(stored_response(source=source), URL)
    assert not (archive.root / "journal").exists()


# crashes


def test_incomplete_temporary_files_are_ignored(archive: Archive) -> None:
    archive.store(stored_response(), URL)
    for file in [path for path in archive.root.rglob("*") if path.is_file()]:
        file.with_name(f".{file.name}.77.0.tmp").write_bytes(b"half")
    assert (bodies(archive), archive.journal().height, archive.find_newest("rss", "a") is not None) == ([b"one"], 1, True)


@examples(30)
@given(st.data())
def test_a_journal_cut_anywhere_keeps_its_complete_lines(data: st.DataObject) -> None:
    with temporary_archive() as archive:
        for n in range(3):
            archive.store(stored_response(str(n), str(n).encode()), URL)
        (journal,) = archive.root.rglob("*.jsonl")
        whole = journal.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        journal.write_bytes(whole[:cut])
        left = sum(1 for line in whole[:cut].split(b"\n") if line.endswith(b"}}"))
        assert archive.journal().height == left
        archive.store(stored_response("last", b"last"), URL)
        assert archive.journal().height == left + 1
        assert len(bodies(archive)) == left + 1


class CrashError(Exception):
    """A simulated crash."""


@pytest.mark.parametrize("writes_before", range(3))
def test_after_a_crash_a_response_is_complete_or_fetched_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, writes_before: int
) -> None:
    """Body, journal and pointer are three writes; the process crashes before one of them."""
    left = [writes_before]

    def crash_before(real: Callable[..., object]) -> Callable[..., object]:
        def write(*arguments: object) -> object:
            if left[0] == 0:
                raise CrashError
            left[0] -= 1
            return real(*arguments)

        return write

    monkeypatch.setattr(Path, "replace", crash_before(Path.replace))
    monkeypatch.setattr(Archive, "_append_line", crash_before(Archive._append_line))
    with pytest.raises(CrashError):
        archive.store(stored_response(), URL)
    monkeypatch.undo()
    assert archive.find_newest("rss", "a") is None  # so it is fetched again
    assert bodies(archive) == ([b"one"] if writes_before > 1 else [])
    archive.store(stored_response(at=NOON + timedelta(hours=1)), URL)
    response = archive.find_newest("rss", "a")
    assert response is not None
    assert (bodies(archive), archive.read_payload(response) is not None) == ([b"one"], True)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b'{"sha256": "../../x"}', b'{"sha256": null}', b"\xff"])
def test_a_damaged_pointer_counts_as_no_response(archive: Archive, content: bytes) -> None:
    archive.store(stored_response(), URL)
    (pointer,) = archive.root.rglob("a-*.json")
    pointer.write_bytes(content)
    assert archive.find_newest("rss", "a") is None


@pytest.mark.parametrize("damage", [b"", b"no gzip", gzip.compress(b"another", mtime=0), gzip.compress(b"one", mtime=0)[:-1]])
def test_a_damaged_body_is_replaced_when_it_is_fetched_again(archive: Archive, damage: bytes) -> None:
    archive.store(stored_response(), URL)
    (file,) = archive.root.rglob("*.gz")
    file.write_bytes(damage)
    response = archive.find_newest("rss", "a")
    assert response is not None
    assert (archive.read_payload(response), bodies(archive)) == (None, [])
    archive.store(stored_response(), URL)
    assert bodies(archive) == [b"one"]


@pytest.mark.parametrize("answer", [{"sha256": "../../x"}, {}, [], 1])
def test_a_request_whose_response_is_damaged_has_none(archive: Archive, answer: object) -> None:
    archive.store(stored_response(), URL)
    [journal] = archive.root.glob("journal/*/*/*.jsonl")
    [line] = [json.loads(line) for line in journal.read_bytes().splitlines() if line]
    journal.write_bytes(json.dumps(line | {"answer": answer}).encode())
    assert (archive.journal().height, bodies(archive), list(archive.find_damaged())) == (1, [], [])


@pytest.mark.parametrize("line", [b"{}", b'{"item": "a", "answer": {}}', b"[]", b"null", b"{"])
def test_a_line_without_all_fields_is_ignored(archive: Archive, line: bytes) -> None:
    archive.store(stored_response(), URL)
    [journal] = archive.root.glob("journal/*/*/*.jsonl")
    journal.write_bytes(line + b"\n" + journal.read_bytes())
    assert (archive.journal().height, bodies(archive), list(archive.find_damaged())) == (1, [b"one"], [])


def test_journal_lines_of_several_writers_do_not_mix(archive: Archive) -> None:
    def store_many(first: int) -> None:
        for n in range(first, first + 50):
            Archive(archive.root).store(replace(missing_response(str(n)), detail="x" * 2_000), URL)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(store_many, range(0, 200, 50)))
    (journal,) = archive.root.rglob("*.jsonl")
    assert len([json.loads(line) for line in journal.read_bytes().split(b"\n") if line]) == 200
    assert sorted(archive.journal()["item"].cast(pl.Int64)) == list(range(200))


def test_the_newest_response_of_each_item_is_listed_once(archive: Archive) -> None:
    archive.store(stored_response("b", b"old"), URL)
    archive.store(stored_response("b", b"new", at=NOON + timedelta(hours=1)), URL)
    archive.store(stored_response("a", b"one"), URL)
    assert [payload.body for payload in archive.newest_payloads("rss")] == [b"one", b"new"]
    (pointer,) = archive.root.rglob("a-*.json")
    pointer.write_bytes(b"{")
    assert [payload.body for payload in archive.newest_payloads("rss")] == [b"new"]


def test_folders_and_files_of_other_programs_in_the_journal_are_ignored(archive: Archive) -> None:
    archive.store(stored_response(), URL)
    (archive.root / "journal" / "rss copy").mkdir()
    (archive.root / "journal" / ".DS_Store").write_bytes(b"Bud1")
    assert (archive.journal().height, list(archive.find_damaged())) == (1, [])
