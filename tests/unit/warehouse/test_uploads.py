"""Uploads of releases to an object store in memory and to a folder."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.durable_files import SUMS, hash_file, write_sums
from pipeline.warehouse.object_store import Bucket, open_bucket, run
from pipeline.warehouse.uploads import POINTER, Upload, UploadError, identify_home, read_pointer, upload_release

store = pytest.importorskip("obstore.store", reason="obstore is not installed (extra s3)")

FILES = {"tension_daily/2025.parquet": b"PAR1 daily", "tension_index.csv": b"date,value\n", "trade_tension.duckdb": b"DUCK"}
MONDAY, TUESDAY = "2025-03-03-0123456789", "2025-03-04-0123456789"


@pytest.fixture(params=["memory", "folder"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    if request.param == "memory":
        return Bucket("s3://bucket/index", store.MemoryStore())
    (tmp_path / "share").mkdir()
    return open_bucket(f"file://{tmp_path}/share")


def write_release(folder: Path, name: str, changed: dict[str, bytes] | None = None) -> Path:
    release = folder / name
    for path, content in (FILES | (changed or {})).items():
        (release / path).parent.mkdir(parents=True, exist_ok=True)
        (release / path).write_bytes(content)
    write_sums(release, {path: hash_file(release / path) for path in FILES | (changed or {})})
    return release


def upload(bucket: Bucket, release: Path, home: str = "a") -> Upload:
    return run(upload_release(bucket, release, home))


def read(bucket: Bucket, key: str) -> bytes | None:
    stored = run(bucket.read(key))
    return stored.content if stored else None


def read_latest(bucket: Bucket) -> str:
    pointer = run(read_pointer(bucket))
    assert pointer is not None
    return pointer.release


def list_keys(bucket: Bucket, folder: str) -> list[str]:
    return sorted(run(bucket.list_sizes(folder)))


def test_every_file_is_uploaded_and_the_pointer_names_them(bucket: Bucket, tmp_path: Path) -> None:
    release = write_release(tmp_path, MONDAY)
    result = upload(bucket, release)
    assert result.sent == tuple(sorted(FILES))
    assert list_keys(bucket, f"releases/{MONDAY}/") == sorted(f"releases/{MONDAY}/{path}" for path in [*FILES, SUMS])
    pointer = json.loads(read(bucket, POINTER) or b"")
    assert (pointer["release"], pointer["path"], pointer["last_day"]) == (MONDAY, f"releases/{MONDAY}", "2025-03-03")
    sums = read(bucket, f"{pointer['path']}/{SUMS}") or b""
    assert pointer["sums"] == hashlib.sha256(sums).hexdigest() == hash_file(release / SUMS)


def test_an_uploaded_release_is_not_sent_again(bucket: Bucket, tmp_path: Path) -> None:
    release = write_release(tmp_path, MONDAY)
    first = upload(bucket, release)
    pointer = read(bucket, POINTER)
    again = upload(bucket, release)
    assert (again.sent, again.present, again.pointer) == ((), len(FILES), first.pointer)
    assert read(bucket, POINTER) == pointer


def test_only_missing_files_of_an_interrupted_upload_are_sent(bucket: Bucket, tmp_path: Path) -> None:
    release = write_release(tmp_path, MONDAY)
    path = "tension_daily/2025.parquet"
    run(bucket.upload(f"releases/{MONDAY}/{path}", release / path, hash_file(release / path)))
    result = upload(bucket, release)
    assert (result.sent, result.present) == (("tension_index.csv", "trade_tension.duckdb"), 1)


def test_an_object_of_equal_size_but_other_content_is_sent(bucket: Bucket, tmp_path: Path) -> None:
    release = write_release(tmp_path, MONDAY)
    other = tmp_path / "other"
    other.write_bytes(b"PAR1 dolly")
    run(bucket.upload(f"releases/{MONDAY}/tension_daily/2025.parquet", other, hash_file(other)))
    assert "tension_daily/2025.parquet" in upload(bucket, release).sent
    assert read(bucket, f"releases/{MONDAY}/tension_daily/2025.parquet") == b"PAR1 daily"


def test_a_released_file_with_other_content_is_an_error(bucket: Bucket, tmp_path: Path) -> None:
    upload(bucket, write_release(tmp_path / "one", MONDAY))
    changed = write_release(tmp_path / "two", MONDAY, {"tension_index.csv": b"date,value\n2025-03-03,1\n"})
    before = read(bucket, POINTER)
    with pytest.raises(UploadError, match=r"tension_index\.csv has other content"):
        upload(bucket, changed)
    assert read(bucket, f"releases/{MONDAY}/tension_index.csv") == b"date,value\n"
    assert read(bucket, POINTER) == before


def test_a_released_file_that_this_home_lacks_is_an_error(bucket: Bucket, tmp_path: Path) -> None:
    upload(bucket, write_release(tmp_path / "one", MONDAY, {"more.csv": b"date,value\n"}))
    with pytest.raises(UploadError, match=r"more\.csv has other content than in this home, or is only in one of the two"):
        upload(bucket, write_release(tmp_path / "two", MONDAY))


def test_a_database_that_was_built_again_keeps_its_first_version(bucket: Bucket, tmp_path: Path) -> None:
    first = upload(bucket, write_release(tmp_path / "one", MONDAY))
    before = read(bucket, POINTER)
    again = upload(bucket, write_release(tmp_path / "two", MONDAY, {"trade_tension.duckdb": b"DUCK of a later version"}))
    assert again.first == ("trade_tension.duckdb",)
    assert again.pointer.sums == first.pointer.sums
    assert read(bucket, f"releases/{MONDAY}/trade_tension.duckdb") == b"DUCK"
    assert read(bucket, POINTER) == before


def test_a_damaged_local_file_is_not_uploaded(bucket: Bucket, tmp_path: Path) -> None:
    release = write_release(tmp_path, MONDAY)
    (release / "tension_index.csv").write_bytes(b"date,vAlue\n")
    with pytest.raises(UploadError, match=r"tension_index\.csv is missing or damaged"):
        upload(bucket, release)
    assert read(bucket, POINTER) is None
    assert read(bucket, f"releases/{MONDAY}/{SUMS}") is None


def test_a_home_may_go_back_to_its_earlier_release(bucket: Bucket, tmp_path: Path) -> None:
    for name in (MONDAY, TUESDAY, MONDAY):
        upload(bucket, write_release(tmp_path, name))
        assert read_latest(bucket) == name


def test_a_copy_of_a_home_cannot_go_back_to_an_earlier_day(bucket: Bucket, tmp_path: Path) -> None:
    for name in (MONDAY, TUESDAY):
        upload(bucket, write_release(tmp_path / "one", name))
    copy = write_release(tmp_path / "copy", MONDAY)
    with pytest.raises(UploadError, match=rf"has release {TUESDAY}, .* which this home lacks, and {MONDAY} is of an earlier day"):
        upload(bucket, copy)
    assert read_latest(bucket) == TUESDAY
    same_day = "2025-03-04-aaaaaaaaaa"
    upload(bucket, write_release(tmp_path / "copy", same_day))
    assert read_latest(bucket) == same_day


@pytest.mark.parametrize(("theirs", "ours"), [(TUESDAY, MONDAY), (TUESDAY, "2025-03-04-aaaaaaaaaa")])
def test_another_home_cannot_replace_a_release_of_the_same_day(bucket: Bucket, tmp_path: Path, theirs: str, ours: str) -> None:
    upload(bucket, write_release(tmp_path / "theirs", theirs), "theirs")
    with pytest.raises(UploadError, match=rf"has release {theirs} of another home.* {ours} is not of a later day"):
        upload(bucket, write_release(tmp_path / "ours", ours), "ours")
    assert list_keys(bucket, f"releases/{ours}/") == []


def test_another_home_may_go_on_with_a_later_day(bucket: Bucket, tmp_path: Path) -> None:
    upload(bucket, write_release(tmp_path / "theirs", MONDAY), "theirs")
    upload(bucket, write_release(tmp_path / "ours", TUESDAY), "ours")
    assert read_latest(bucket) == TUESDAY


def test_other_files_under_a_name_that_is_being_uploaded_are_refused(bucket: Bucket, tmp_path: Path) -> None:
    claim = f"uploads/{MONDAY}.json"
    run(bucket.create(claim, b'{"sums": "of other files", "home": "theirs", "started_at": "2025-03-04T05:30:00Z"}\n'))
    with pytest.raises(UploadError, match=rf"another home sends other files .* since 2025-03-04T05:30:00Z.*delete .*{claim}"):
        upload(bucket, write_release(tmp_path, MONDAY), "ours")
    assert list_keys(bucket, "releases/") == []


def test_a_home_may_send_other_files_than_before_its_interruption(bucket: Bucket, tmp_path: Path) -> None:
    run(bucket.create(f"uploads/{MONDAY}.json", b'{"sums": "of other files", "home": "a", "started_at": "2025-03-04T05:30:00Z"}\n'))
    assert upload(bucket, write_release(tmp_path, MONDAY)).sent == tuple(sorted(FILES))


class Slower(Bucket):
    """A bucket whose pointer another publisher writes between our reading and writing it."""

    def __init__(self, bucket: Bucket, other: Path) -> None:
        super().__init__(bucket.url, bucket._store)
        self._other: Sequence[Path] = [other]

    async def list_sizes(self, folder: str) -> dict[str, int]:
        if self._other:
            (other,), self._other = self._other, ()
            await upload_release(self, other, "ours")
        return await super().list_sizes(folder)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_slower_of_two_publishers_learns_of_the_other_release(bucket: Bucket, tmp_path: Path, is_first: bool) -> None:
    if not is_first:
        upload(bucket, write_release(tmp_path, "2025-03-01-0123456789"), "ours")
    slower = Slower(bucket, write_release(tmp_path / "other", MONDAY))
    with pytest.raises(UploadError, match=f"has pointed .* to release {MONDAY} in the meantime"):
        upload(slower, write_release(tmp_path, TUESDAY), "ours")
    assert read_latest(bucket) == MONDAY
    assert upload(bucket, write_release(tmp_path, TUESDAY), "ours").pointer.release == TUESDAY
    assert read_latest(bucket) == TUESDAY


def test_of_many_publishers_at_once_one_wins_and_all_others_fail(bucket: Bucket, tmp_path: Path) -> None:
    names = [f"2025-03-0{day}-0123456789" for day in range(1, 9)]
    releases = [write_release(tmp_path, name) for name in names]

    async def upload_all() -> Sequence[Upload | BaseException]:
        return await asyncio.gather(*(upload_release(bucket, release, "a") for release in releases), return_exceptions=True)

    results = run(upload_all())
    won = [result.pointer.release for result in results if isinstance(result, Upload)]
    assert won[-1:] == [read_latest(bucket)] or read_latest(bucket) in won
    assert all(isinstance(result, Upload | UploadError) for result in results)
    assert all(read(bucket, f"releases/{name}/{SUMS}") for name in names)


def test_a_pointer_of_another_program_is_an_error(bucket: Bucket, tmp_path: Path) -> None:
    run(bucket.create(POINTER, b'{"name": "something else"}'))
    with pytest.raises(UploadError, match="is not of this program; delete it, or choose another prefix"):
        upload(bucket, write_release(tmp_path, MONDAY))


def test_the_name_of_a_home_stays(tmp_path: Path) -> None:
    first = identify_home(tmp_path)
    assert identify_home(tmp_path) == first
    assert len(first) == 32
    (tmp_path / "publisher.json").write_text("{", encoding="utf-8")
    with pytest.raises(UploadError, match=r"publisher\.json is damaged; delete it"):
        identify_home(tmp_path)
