"""A day is rebuilt when its inputs changed or are unknown, or its file is missing."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from pipeline.warehouse import inputs as module
from pipeline.warehouse.inputs import DayInputs, code_digest
from pipeline.warehouse.lake import Lake

FIRST, SECOND = date(2025, 3, 3), date(2025, 3, 4)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with two empty days of one table."""
    lake = Lake(tmp_path)
    with lake.stage("links") as temporary:
        temporary.write_days(STORY_LINKS, STORY_LINKS.empty(), Days(FIRST, SECOND))
    return lake


def test_a_day_is_rebuilt_only_when_its_digest_differs(lake: Lake) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    assert inputs.changed_days({FIRST: "a", SECOND: "b"}) == [FIRST, SECOND]
    inputs.save({FIRST: "a", SECOND: "b"})
    assert inputs.changed_days({FIRST: "a", SECOND: "b"}) == []
    assert inputs.changed_days({FIRST: "a", SECOND: "c"}) == [SECOND]


def test_a_day_with_unknown_inputs_is_always_rebuilt(lake: Lake) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a"})
    assert inputs.changed_days({FIRST: None}) == [FIRST]
    inputs.save({FIRST: None})
    assert inputs.changed_days({FIRST: "a"}) == [FIRST]


def test_a_day_whose_file_is_missing_is_rebuilt(lake: Lake, tmp_path: Path) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a", SECOND: "b"})
    (tmp_path / STORY_LINKS.name / "2025" / f"{FIRST}.parquet").unlink()
    assert inputs.changed_days({FIRST: "a", SECOND: "b"}) == [FIRST]


@pytest.mark.parametrize("content", ["", "no json", "[]"])
def test_a_damaged_file_of_digests_rebuilds_every_day(lake: Lake, tmp_path: Path, content: str) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a"})
    (tmp_path / "state" / "inputs" / "links.json").write_text(content, encoding="utf-8")
    assert inputs.changed_days({FIRST: "a"}) == [FIRST]


def test_equal_rows_give_equal_digests_of_a_day(lake: Lake) -> None:
    before = lake.day_digest(STORY_LINKS, FIRST)
    lake.write_days(STORY_LINKS, STORY_LINKS.empty(), Days(FIRST, FIRST))
    assert lake.day_digest(STORY_LINKS, FIRST) == before
    lake.write_days(STORY_LINKS, STORY_LINKS.example().with_columns(index_date=pl.lit(FIRST)), Days(FIRST, FIRST))
    assert lake.day_digest(STORY_LINKS, FIRST) != before


def test_the_code_digest_follows_code_and_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "training" / "pipeline"  # only folders in the package count
    (package / "signals" / "training").mkdir(parents=True)
    code = package / "signals" / "reader.py"
    code.write_text("one", encoding="utf-8")
    monkeypatch.setattr(module, "PACKAGE", package)

    def digest(*libraries: str) -> str:
        code_digest.cache_clear()
        return code_digest(("signals",), libraries)

    first = digest()
    (package / "signals" / "training" / "batch.jsonl").write_text("left out", encoding="utf-8")
    assert digest() == digest("a library that nobody installed") == first
    assert digest("polars") != first
    code.write_text("two", encoding="utf-8")
    assert digest() != first
    code_digest.cache_clear()
