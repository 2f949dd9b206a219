"""A day is made again when its inputs changed, cannot be known, or its file is gone."""

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
    """Two days of one table, which hold nothing."""
    lake = Lake(tmp_path)
    lake.write_days(STORY_LINKS, STORY_LINKS.empty(), Days(FIRST, SECOND))
    return lake


def test_a_day_is_made_again_only_when_its_digest_differs(lake: Lake) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    assert inputs.changed({FIRST: "a", SECOND: "b"}) == [FIRST, SECOND]
    inputs.save({FIRST: "a", SECOND: "b"})
    assert inputs.changed({FIRST: "a", SECOND: "b"}) == []
    assert inputs.changed({FIRST: "a", SECOND: "c"}) == [SECOND]


def test_a_day_with_unknown_inputs_is_always_made_again(lake: Lake) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a"})
    assert inputs.changed({FIRST: None}) == [FIRST]
    inputs.save({FIRST: None})
    assert inputs.changed({FIRST: "a"}) == [FIRST]


def test_a_day_whose_file_is_missing_is_made_again(lake: Lake, tmp_path: Path) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a", SECOND: "b"})
    (tmp_path / STORY_LINKS.name / "2025" / f"{FIRST}.parquet").unlink()
    assert inputs.changed({FIRST: "a", SECOND: "b"}) == [FIRST]


@pytest.mark.parametrize("content", ["", "no json", "[]"])
def test_a_damaged_file_of_digests_makes_every_day_again(lake: Lake, tmp_path: Path, content: str) -> None:
    inputs = DayInputs(lake, "links", (STORY_LINKS,))
    inputs.save({FIRST: "a"})
    (tmp_path / "state" / "inputs" / "links.json").write_text(content, encoding="utf-8")
    assert inputs.changed({FIRST: "a"}) == [FIRST]


def test_equal_rows_give_equal_digests_of_a_day(lake: Lake) -> None:
    before = lake.day_digest(STORY_LINKS, FIRST)
    lake.write_days(STORY_LINKS, STORY_LINKS.empty(), Days(FIRST, FIRST))
    assert lake.day_digest(STORY_LINKS, FIRST) == before
    lake.write_days(STORY_LINKS, STORY_LINKS.example().with_columns(index_date=pl.lit(FIRST)), Days(FIRST, FIRST))
    assert lake.day_digest(STORY_LINKS, FIRST) != before


def test_the_code_digest_follows_code_and_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "training" / "pipeline"  # a folder above the package may be called anything
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
