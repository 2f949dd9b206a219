from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.durable_files import read_sums
from pipeline.index.parameters import read_weights
from pipeline.warehouse.lake import Lake, LakeError, is_day_file

FIRST = date(2024, 12, 30)
WEEK = Days(FIRST, FIRST + timedelta(days=6))  # includes a year end


def coverage_rows(*rows: tuple[date, str, int]) -> pl.DataFrame:
    """Coverage with that many articles accepted from a source on a day."""
    listed = [(day, source, count, count, 0, 0) for day, source, count in rows]
    return pl.DataFrame(listed, schema=COVERAGE.schema, orient="row")


def every_day(count: int, span: Days = WEEK, sources: str = "AB") -> pl.DataFrame:
    return coverage_rows(*((day, source, count) for day in span for source in sources))


def read_bytes_by_file(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with a week of coverage."""
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, every_day(10), WEEK)
    return lake


def test_every_day_is_a_file_in_the_folder_of_its_year(lake: Lake) -> None:
    files = [str(path.relative_to(lake.root)) for path in lake.files(COVERAGE)]
    assert files == [f"coverage/{day.year}/{day.isoformat()}.parquet" for day in WEEK]
    assert sorted(read_bytes_by_file(lake.root)) == sorted(files)


def test_written_rows_are_read_back(lake: Lake) -> None:
    assert lake.read(COVERAGE).equals(COVERAGE.conform(every_day(10)))


def test_a_table_without_days_is_one_file(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.files(WEIGHTS) == []
    lake.write(WEIGHTS, read_weights())
    assert list(read_bytes_by_file(tmp_path)) == ["weights/SHA256SUMS", "weights/weights.parquet"]
    lake.write(WEIGHTS, read_weights().head(3))
    assert lake.read(WEIGHTS).height == 3


def test_only_the_requested_days_are_read(lake: Lake) -> None:
    two = Days(date(2024, 12, 31), date(2025, 1, 1))
    assert lake.read(COVERAGE, two)["index_date"].unique().sort().to_list() == list(two)
    assert lake.read(COVERAGE, Days(FIRST - timedelta(days=9), FIRST)).height == 2  # unprocessed days have no rows


def test_only_the_requested_columns_are_read(lake: Lake) -> None:
    assert lake.read(COVERAGE, columns=["accepted", "source"]).columns == ["accepted", "source"]
    assert Lake(lake.root / "none").read(COVERAGE, columns=["accepted"]).schema == {"accepted": pl.Int64()}


def test_a_table_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert Lake(tmp_path).read(COVERAGE).equals(COVERAGE.empty())
    assert Lake(tmp_path).read(WEIGHTS).equals(WEIGHTS.empty())


def test_a_rerun_replaces_only_its_days(lake: Lake) -> None:
    before = read_bytes_by_file(lake.root)
    two = Days(date(2024, 12, 31), date(2025, 1, 1))
    lake.write_days(COVERAGE, every_day(99, two, sources="C"), two)
    after = read_bytes_by_file(lake.root)
    changed = [name for name in before if after[name] != before[name]]
    assert changed == ["coverage/2024/2024-12-31.parquet", "coverage/2025/2025-01-01.parquet"]
    assert after.keys() == before.keys()
    assert set(lake.read(COVERAGE, two)["source"]) == {"C"}


def test_a_rerun_keeps_the_recorded_hashes_of_other_days(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for span in (WEEK, Days(FIRST, FIRST)):
        with lake.stage("week") as temporary:
            temporary.write_days(COVERAGE, every_day(10, span), span)
    assert sorted(read_sums(tmp_path / "coverage")) == [f"{day.year}/{day.isoformat()}.parquet" for day in WEEK]


def test_a_rerun_without_rows_leaves_an_empty_day(lake: Lake) -> None:
    lake.write_days(COVERAGE, COVERAGE.empty(), Days(FIRST, FIRST))
    assert lake.read(COVERAGE, Days(FIRST, FIRST)).equals(COVERAGE.empty())
    assert lake.span(COVERAGE) == WEEK


def test_a_day_without_rows_has_a_file(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, coverage_rows((FIRST, "A", 1)), WEEK)
    assert [path.stem for path in lake.files(COVERAGE)] == [day.isoformat() for day in WEEK]
    assert lake.read(COVERAGE).height == 1


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    rows = every_day(10, sources="ABCDE")
    Lake(tmp_path / "one").write_days(COVERAGE, rows, WEEK)
    for seed in range(3):
        shuffled = rows.sample(fraction=1, shuffle=True, seed=seed).select(COVERAGE.schema.names()[::-1])
        Lake(tmp_path / "other").write_days(COVERAGE, shuffled, WEEK)
        assert read_bytes_by_file(tmp_path / "other") == read_bytes_by_file(tmp_path / "one")


def test_days_may_be_written_in_any_batches(tmp_path: Path) -> None:
    rows = every_day(10)
    Lake(tmp_path / "one").write_days(COVERAGE, rows, WEEK)
    for chunk in WEEK.split(3):
        part = rows.filter(pl.col("index_date").is_between(chunk.first, chunk.last))
        Lake(tmp_path / "other").write_days(COVERAGE, part, chunk)
    assert read_bytes_by_file(tmp_path / "other") == read_bytes_by_file(tmp_path / "one")


def test_rows_of_another_day_are_rejected(lake: Lake) -> None:
    before = read_bytes_by_file(lake.root)
    one_day_short = Days(FIRST, WEEK.last - timedelta(days=1))
    with pytest.raises(ContractError, match=r"table coverage: 2 rows belong to other days than 2024-12-30 to 2025-01-04.* 2025-01-05"):
        lake.write_days(COVERAGE, every_day(99), one_day_short)
    assert read_bytes_by_file(lake.root) == before


def test_a_row_without_a_day_is_rejected(lake: Lake) -> None:
    before = read_bytes_by_file(lake.root)
    undated = pl.concat([every_day(99), coverage_rows((FIRST, "C", 1)).with_columns(index_date=pl.lit(None, pl.Date))])
    with pytest.raises(ContractError, match="table coverage: 1 rows belong to other days"):
        lake.write_days(COVERAGE, undated, WEEK)
    assert read_bytes_by_file(lake.root) == before


def test_a_frame_of_another_schema_is_rejected(lake: Lake) -> None:
    before = read_bytes_by_file(lake.root)
    with pytest.raises(ContractError, match=r"missing columns \['accepted'\]"):
        lake.write_days(COVERAGE, every_day(99).drop("accepted"), WEEK)
    with pytest.raises(ContractError, match="mistyped columns"):
        lake.write(WEIGHTS, read_weights().with_columns(pl.col("weight").cast(pl.Float32)))
    assert read_bytes_by_file(lake.root) == before


def test_a_table_is_written_by_day_or_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"table coverage is partitioned by day; use write_days\(\)"):
        Lake(tmp_path).write(COVERAGE, every_day(1))
    with pytest.raises(ContractError, match=r"table weights is not partitioned by day; use write\(\)"):
        Lake(tmp_path).write_days(WEIGHTS, read_weights(), WEEK)
    assert read_bytes_by_file(tmp_path) == {}


@pytest.fixture
def broken_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full after half of a file."""
    whole = pl.DataFrame.write_parquet

    def half(frame: pl.DataFrame, file: Path, **options: object) -> None:
        whole(frame, file)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(pl.DataFrame, "write_parquet", half)


def test_an_interrupted_write_leaves_the_old_file(lake: Lake, broken_disk: None) -> None:
    before = read_bytes_by_file(lake.root)
    with pytest.raises(OSError, match="No space left"), lake.stage("coverage") as temporary:
        temporary.write_days(COVERAGE, every_day(99), WEEK)
    assert read_bytes_by_file(lake.root) == before


def test_an_interrupted_first_write_leaves_no_file(tmp_path: Path, broken_disk: None) -> None:
    with pytest.raises(OSError, match="No space left"):
        Lake(tmp_path).write(WEIGHTS, read_weights())
    assert read_bytes_by_file(tmp_path) == {}


@pytest.mark.parametrize(
    "earlier",
    [every_day(1).drop("quarantined"), every_day(1).with_columns(pl.col("accepted").cast(pl.String))],
    ids=["a column less", "a type"],
)
def test_files_of_an_earlier_schema_are_an_error(lake: Lake, earlier: pl.DataFrame) -> None:
    earlier.write_parquet(lake.files(COVERAGE)[0])
    with pytest.raises(ContractError, match=r"coverage: files with an earlier schema of this table .*Run all days again.*tension run"):
        lake.read(COVERAGE)
    assert lake.count_rows(COVERAGE) == sum(pl.read_parquet(path).height for path in lake.files(COVERAGE))


@pytest.mark.parametrize("name", ["20250305", "2025-W10-3", "2025-03-05 (copy)"])
def test_a_file_with_another_name_is_no_day(name: str) -> None:
    assert is_day_file(Path("2025/2025-03-05.parquet"))
    assert not is_day_file(Path(f"2025/{name}.parquet"))


def test_a_temporary_file_of_a_killed_run_is_ignored(lake: Lake) -> None:
    (lake.root / "coverage" / "2025" / ".2025-01-06.parquet.4711.tmp").write_bytes(b"half")
    assert lake.span(COVERAGE) == WEEK
    assert lake.read(COVERAGE).height == 2 * len(WEEK)


def test_the_span_is_from_the_first_to_the_last_day_processed(lake: Lake) -> None:
    assert lake.span(COVERAGE) == WEEK
    later = Days(date(2025, 3, 1), date(2025, 3, 1))
    lake.write_days(COVERAGE, COVERAGE.empty(), later)
    assert lake.span(COVERAGE) == Days(FIRST, later.first)


def test_before_the_first_run_there_is_no_span(tmp_path: Path) -> None:
    assert Lake(tmp_path).span(COVERAGE) is None


def test_counting_rows_of_a_damaged_file_names_the_file(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "coverage/2024/2024-12-31.parquet").write_bytes(b"damaged")
    with pytest.raises(LakeError, match=r"2024-12-31\.parquet is damaged"):
        lake.count_rows(COVERAGE)
