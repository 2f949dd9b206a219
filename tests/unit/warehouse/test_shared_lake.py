"""A lake in a bucket (here a folder): what is written is read back elsewhere, replaced as a whole, and what is lost is noticed."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import COVERAGE, STORY_LINKS
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.index.parameters import read_weights
from pipeline.settings import Settings
from pipeline.warehouse import open_lake as open_lake_module
from pipeline.warehouse.claims import LakeInUseError, claim
from pipeline.warehouse.home import HomeError, mark_home
from pipeline.warehouse.inputs import DayInputs
from pipeline.warehouse.lake import Lake, LakeError
from pipeline.warehouse.object_store import Bucket, open_bucket
from pipeline.warehouse.open_lake import lock_data, open_lake
from pipeline.warehouse.shared_lake import SharedLake
from pipeline.warehouse.verify import find_damage

pytest.importorskip("obstore", reason="obstore is not installed (extra s3)")

FIRST = date(2024, 12, 30)
WEEK = Days(FIRST, FIRST + timedelta(days=6))
PART = "coverage"


def rows(count: int, span: Days = WEEK) -> pl.DataFrame:
    """Coverage with that many articles from one source on each day."""
    return pl.DataFrame([(day, "A", count, count, 0, 0) for day in span], schema=COVERAGE.schema, orient="row")


class Machine:
    """A machine with its own home, which uses the lake in the bucket."""

    def __init__(self, folder: Path, name: str, **settings: object) -> None:
        own = {"articles": (str(folder / "articles"),)} | settings
        (folder / "bucket").mkdir(parents=True, exist_ok=True)
        self.settings = Settings(home=folder / name, lake_url=(folder / "bucket").as_uri(), **own)  # type: ignore[arg-type]

    @property
    def lake(self) -> SharedLake:
        """The lake as a new process sees it."""
        return SharedLake(self.settings.lake, open_bucket(str(self.settings.lake_url)))

    @contextmanager
    def writing(self, part: str | None = PART) -> Iterator[SharedLake]:
        with lock_data(self.settings, "tension run", part) as lake:
            assert isinstance(lake, SharedLake)
            yield lake

    def write(self, count: int, span: Days = WEEK) -> None:
        with self.writing() as lake, lake.stage("coverage") as temporary:
            temporary.write_days(COVERAGE, rows(count, span), span)


@pytest.fixture
def one(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "one")


@pytest.fixture
def other(tmp_path: Path) -> Machine:
    return Machine(tmp_path, "other")


def list_objects(folder: Path) -> list[Path]:
    return sorted((folder / "bucket" / "objects").rglob("*.parquet"))


def list_copies(machine: Machine) -> list[Path]:
    return sorted(machine.settings.lake.rglob("*.parquet"))


def test_a_second_machine_reads_what_the_first_wrote(one: Machine, other: Machine) -> None:
    one.write(10)
    lake = other.lake
    assert lake.read(COVERAGE).equals(COVERAGE.conform(rows(10)))
    two = Days(date(2024, 12, 31), date(2025, 1, 1))
    assert lake.read(COVERAGE, two, ["article_count"])["article_count"].to_list() == [10, 10]
    assert lake.span(COVERAGE) == WEEK
    assert lake.count_rows(COVERAGE, two) == 2
    assert lake.days_present(COVERAGE, Days(FIRST - timedelta(days=3), FIRST)) == {FIRST}
    assert list(lake.batches(COVERAGE, WEEK)) == [WEEK]
    assert lake.written_at(COVERAGE) is not None


def test_days_do_not_matter_for_a_table_without_days(one: Machine, other: Machine, tmp_path: Path) -> None:
    local = Lake(tmp_path / "local")
    with one.writing() as lake:
        for each in (lake, local):
            each.write(WEIGHTS, read_weights())
    assert other.lake.names(WEIGHTS, WEEK) == other.lake.names(WEIGHTS) == local.names(WEIGHTS, WEEK) == ["weights.parquet"]


def test_files_are_equal_to_those_of_a_local_lake(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    local = Lake(tmp_path / "local")
    with local.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(10), WEEK)
    assert other.lake.recorded_sums(COVERAGE) == local.recorded_sums(COVERAGE)
    assert other.lake.table_digest(COVERAGE) == local.table_digest(COVERAGE)
    assert other.lake.day_digest(COVERAGE, FIRST) == local.day_digest(COVERAGE, FIRST)
    assert [path.read_bytes() for path in other.lake.files(COVERAGE)] == [path.read_bytes() for path in local.files(COVERAGE)]


def test_only_requested_days_are_fetched(one: Machine, other: Machine) -> None:
    one.write(10)
    lake = other.lake
    lake.count_rows(COVERAGE)
    lake.read(COVERAGE, Days(FIRST, FIRST))
    assert [path.name.partition(".")[0] for path in list_copies(other)] == [f"{FIRST}"]


def test_an_outdated_copy_is_replaced(one: Machine, other: Machine) -> None:
    one.write(10)
    other.lake.read(COVERAGE)
    one.write(20, Days(FIRST, FIRST))
    assert other.lake.read(COVERAGE)["article_count"].to_list() == [20, *[10] * 6]


def test_a_damaged_copy_is_replaced(one: Machine, other: Machine) -> None:
    one.write(10)
    [path, *_] = other.lake.files(COVERAGE)
    path.write_bytes(b"damaged")
    assert other.lake.read(COVERAGE).height == len(WEEK)


def test_changes_of_others_are_added_not_overwritten(one: Machine, other: Machine) -> None:
    december, january = Days(FIRST, date(2024, 12, 31)), Days(date(2025, 1, 1), WEEK.last)
    outdated = other.lake
    assert outdated.names(COVERAGE) == []
    one.write(10, december)
    with other.writing("january"), outdated.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(20, january), january)
    assert one.lake.read(COVERAGE)["article_count"].to_list() == [10, 10, *[20] * 5]


def test_a_table_without_days_is_replaced(one: Machine, other: Machine) -> None:
    for count in (None, 3):
        with one.writing() as lake:
            lake.write(WEIGHTS, read_weights().head(count) if count else read_weights())
    assert other.lake.read(WEIGHTS).height == 3
    assert other.lake.is_as_written(WEIGHTS)
    assert not other.lake.is_as_written(COVERAGE)


def test_replaced_files_stay_for_readers_until_the_next_run(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    reader = other.lake
    reader.list_days(COVERAGE)
    one.write(20, Days(FIRST, FIRST))
    assert len(list_objects(tmp_path)) == len(WEEK) + 1
    assert reader.read(COVERAGE)["article_count"].to_list() == [10] * 7
    with one.writing(None):
        assert len(list_objects(tmp_path)) == len(WEEK)
    assert other.lake.read(COVERAGE)["article_count"].to_list() == [20, *[10] * 6]
    assert len(list_copies(one)) == len(WEEK)


def test_a_reader_with_an_old_manifest_changes_nothing_that_a_run_reads(one: Machine) -> None:
    one.write(10)
    reader = one.lake
    reader.list_days(COVERAGE)
    with one.writing() as lake:
        with lake.stage("coverage") as temporary:
            temporary.write_days(COVERAGE, rows(20), WEEK)
        assert reader.read(COVERAGE)["article_count"].to_list() == [10] * 7
        assert lake.read(COVERAGE)["article_count"].to_list() == [20] * 7


def test_a_lost_object_makes_its_day_unwritten(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    list_objects(tmp_path)[0].unlink()
    lake = other.lake
    intact = [day for day in WEEK if lake.has_file_as_written(COVERAGE, day, lake.recorded_sums(COVERAGE))]
    assert intact == list(WEEK)[1:]
    with pytest.raises(LakeError, match=r"2024-12-30\.\w+\.parquet is missing; `tension verify` lists all damage"):
        lake.read(COVERAGE)
    one.write(10)
    assert other.lake.read(COVERAGE).height == len(WEEK)


def test_verify_names_lost_and_damaged_objects(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    assert not [one for one in find_damage(other.settings, compares_hashes=True) if "coverage" in one.path]
    lost, damaged, *_ = list_objects(tmp_path)
    lost.unlink()
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    third = Machine(tmp_path, "third")
    by_path = {str(one.path).partition(".")[0]: one for one in find_damage(third.settings, compares_hashes=True) if "coverage" in one.path}
    assert by_path["lake/coverage, 2024-12-30"].is_repaired_by_run
    [other_damage] = [one for path, one in by_path.items() if path.startswith("file:")]
    assert f"{damaged.name}: not as it was written. Remove this object" in str(other_damage)


def test_a_damaged_object_is_not_read(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    list_objects(tmp_path)[0].write_bytes(b"damaged")
    with pytest.raises(LakeError, match=r"2024-12-30\.\w+\.parquet is damaged"):
        other.lake.read(COVERAGE)
    assert not list(other.settings.lake.rglob(".copying-*"))


def test_a_damaged_manifest_is_named(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    (tmp_path / "bucket" / "tables" / "coverage.json").write_text("[]", encoding="utf-8")
    with pytest.raises(LakeError, match=r"bucket/tables/coverage\.json is damaged; remove it and run all days again"):
        other.lake.read(COVERAGE)


@pytest.mark.parametrize(
    ("name", "changes"), [("../../2024-12-30.parquet", {}), ("2024/2024-12-30.parquet", {"sha256": "/../../../2024-12"})]
)
def test_a_manifest_names_no_file_outside_the_home(
    one: Machine, other: Machine, tmp_path: Path, name: str, changes: dict[str, str]
) -> None:
    one.write(10)
    manifest = tmp_path / "bucket" / "tables" / "coverage.json"
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    stored["files"][name] = next(iter(stored["files"].values())) | changes
    manifest.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(LakeError, match=r"coverage\.json is damaged"):
        other.lake.names(COVERAGE)


def test_nothing_is_written_without_a_claim(one: Machine) -> None:
    with pytest.raises(LakeInUseError, match="cannot be written without a claim"), one.lake.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(1), WEEK)


def test_digests_of_inputs_are_shared(one: Machine, other: Machine) -> None:
    with one.writing() as lake:
        with lake.stage("links") as temporary:
            temporary.write_days(STORY_LINKS, STORY_LINKS.empty(), WEEK)
        DayInputs(lake, "links", (STORY_LINKS,)).save({FIRST: "a"})
        DayInputs(other.lake, "links", (STORY_LINKS,)).save({WEEK.last: "b"})
    digests = {FIRST: "a", WEEK.last: "b"}
    assert DayInputs(other.lake, "links", (STORY_LINKS,)).changed_days(digests) == []
    assert DayInputs(other.lake, "links", (STORY_LINKS,)).changed_days(digests | {FIRST: "c"}) == [FIRST]


def test_stale_tables_are_shared(one: Machine, other: Machine) -> None:
    with one.writing() as lake:
        lake.mark_stale(COVERAGE, "it failed")
    assert other.lake.stale_tables() == {"coverage": "it failed"}
    with one.writing() as lake:
        lake.clear_stale(COVERAGE)
    assert other.lake.stale_tables() == {}


def test_a_home_with_a_lake_sends_it_to_a_new_bucket(one: Machine, other: Machine) -> None:
    mark_home(one.settings.home, is_sample=False)
    local = Lake(one.settings.lake)
    with local.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(10), WEEK)
    local.mark_stale(WEIGHTS, "it failed")
    with pytest.raises(HomeError, match=r"has a lake of its own; send it to .* with tension run"), one.writing():
        pass
    with one.writing(None):
        pass
    assert other.lake.read(COVERAGE).height == len(WEEK)
    assert other.lake.stale_tables() == {"weights": "it failed"}
    assert len(list_copies(one)) == len(WEEK)


def test_a_home_killed_after_it_sent_its_lake_goes_on(one: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_home(one.settings.home, is_sample=False)
    with Lake(one.settings.lake).stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(10), WEEK)
    complete = SharedLake.complete

    def complete_and_die(lake: SharedLake, *, is_sample: bool) -> None:
        complete(lake, is_sample=is_sample)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(SharedLake, "complete", complete_and_die)
        with pytest.raises(KeyboardInterrupt), one.writing(None):
            pass
    with one.writing(None) as lake:
        assert lake.read(COVERAGE)["article_count"].to_list() == [10] * 7


def test_two_homes_do_not_mix_their_lakes_in_a_new_bucket(one: Machine, other: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_home(other.settings.home, is_sample=False)
    with Lake(other.settings.lake).stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(20), WEEK)

    def claim_after_the_other(bucket: Bucket, home: str, writer: str, part: str | None = None) -> AbstractContextManager[None]:
        monkeypatch.setattr(open_lake_module, "claim", claim)
        one.write(10)
        return claim(bucket, home, writer, part)

    monkeypatch.setattr(open_lake_module, "claim", claim_after_the_other)
    with pytest.raises(HomeError, match="has a lake of its own, which cannot be joined with file:"), other.writing(None):
        pass
    assert one.lake.read(COVERAGE)["article_count"].to_list() == [10] * 7


def test_a_home_with_a_lake_is_not_joined_with_another(one: Machine, other: Machine) -> None:
    one.write(10)
    with Lake(other.settings.lake).stage("coverage") as temporary:
        temporary.write_days(COVERAGE, rows(20), WEEK)
    with pytest.raises(HomeError, match="has a lake of its own, which cannot be joined with file:"):
        open_lake(other.settings)
    assert Lake(other.settings.lake).read(COVERAGE)["article_count"].to_list() == [20] * 7


def test_a_copy_is_not_taken_for_a_local_lake(one: Machine) -> None:
    one.write(10)
    with pytest.raises(HomeError, match=r"lake is a copy of file:.*/bucket; set lake_url to it, or choose another home"):
        open_lake(Settings(home=one.settings.home))


def test_the_sample_is_not_mixed_with_other_articles(one: Machine, tmp_path: Path) -> None:
    one.write(10)
    sample = Settings(home=tmp_path / "sample", lake_url=one.settings.lake_url)
    with pytest.raises(LakeError, match="holds your articles, which must not be mixed with the bundled sample"), lock_data(sample, "run"):
        pass


def test_a_lake_of_a_later_version_is_not_changed(one: Machine, other: Machine, tmp_path: Path) -> None:
    one.write(10)
    (tmp_path / "bucket" / "lake.json").write_text(json.dumps({"format": 99, "is_sample": False}), encoding="utf-8")
    with pytest.raises(LakeError, match=r"was written by a later version \(format 99\)"), other.writing():
        pass
