"""Tables in one file: types and nulls survive, and no text acts as a formula."""

import importlib.util
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from pipeline.contracts.dictionary import Edition
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.warehouse import exports
from pipeline.warehouse.exports import FORMATS, Export, ExportError, Format, write_export

HOSTILE = ['=HYPERLINK("http://x.example")', "+1", "-1", "@sum(a1)", "\tx", "plain - text"]


def make_export() -> Export:
    rows = pl.DataFrame(
        {
            "day": [date(2025, 4, 4)] * 5 + [None],
            "seen_at": [datetime(2025, 4, 4, 10, 30, tzinfo=UTC)] * 6,
            "quote": HOSTILE,
            "value": [-1.5, 2.0, None, 0.0, 1.0, 3.5],
            "count": [1, None, 3, 4, 5, 6],
            "is_thin": [True, False, None, True, True, False],
        },
        schema_overrides={"seen_at": pl.Datetime("us", "UTC")},
    )
    meanings = {name: f"Meaning of {name}." for name in rows.columns}
    return Export("signals_of_a_test", rows, meanings, Edition("2025-04-10-0f", "0.1.0", "A test."))


def test_a_cell_of_csv_is_never_a_formula(tmp_path: Path) -> None:
    write_export(make_export(), tmp_path / "a.csv", "csv")
    rows = pl.read_csv(tmp_path / "a.csv")
    assert rows["quote"].to_list() == [*(f"'{text}" for text in HOSTILE[:5]), HOSTILE[5]]
    assert rows["value"].to_list() == [-1.5, 2.0, None, 0.0, 1.0, 3.5]
    assert rows["day"].to_list() == ["2025-04-04"] * 5 + [None]
    assert rows["seen_at"][0] == "2025-04-04T10:30:00Z"


def test_a_cell_of_excel_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    if importlib.util.find_spec("xlsxwriter") is None:
        pytest.skip("xlsxwriter is not installed; run `uv sync --extra excel`")
    write_export(make_export(), tmp_path / "a.xlsx", "xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    assert "HYPERLINK(" in sheets["xl/sharedStrings.xml"]
    assert "<f>" not in sheets["xl/worksheets/sheet1.xml"]
    assert "hyperlink" not in sheets["xl/worksheets/sheet1.xml"].lower()
    assert "A test." in sheets["xl/sharedStrings.xml"]
    assert sheets["xl/workbook.xml"].count("<sheet ") == 3


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_types_and_nulls(tmp_path: Path) -> None:
    if importlib.util.find_spec("xlsxwriter") is None:
        pytest.skip("xlsxwriter is not installed; run `uv sync --extra excel`")
    write_export(make_export(), tmp_path / "a.xlsx", "xlsx")
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "csv", "a.xlsx"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    rows = pl.read_csv(tmp_path / "a.csv")
    assert rows["quote"].str.strip_chars_start("'").to_list() == HOSTILE
    assert rows["value"].to_list() == [-1.5, 2.0, None, 0.0, 1.0, 3.5]
    assert rows["day"].to_list() == ["2025-04-04"] * 5 + [None]


def test_stata_reads_types_labels_and_nulls(tmp_path: Path) -> None:
    write_export(make_export(), tmp_path / "a.dta", "dta")
    with pd.read_stata(tmp_path / "a.dta", iterator=True) as reader:
        labels, title = reader.variable_labels(), reader.data_label
        rows = reader.read()  # type: ignore[attr-defined]  # missing in the stubs
    assert rows["quote"].tolist() == HOSTILE
    assert rows["day"].isna().tolist() == [False] * 5 + [True]
    assert rows["seen_at"][0] == pd.Timestamp("2025-04-04 10:30:00")
    assert rows["value"].isna().tolist() == [False, False, True, False, False, False]
    assert rows["count"].isna().tolist() == [False, True, False, False, False, False]
    assert rows["is_thin"].tolist()[:2] == [1, 0]
    assert labels["value"] == "Meaning of value."
    assert title == "Trade Tension 2025-04-10-0f: A test."


def test_parquet_keeps_types_and_says_what_it_is(tmp_path: Path) -> None:
    write_export(make_export(), tmp_path / "a.parquet", "parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").equals(make_export().rows)
    assert pl.read_parquet_metadata(tmp_path / "a.parquet")["note"] == "A test."


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_rows_make_the_same_file(tmp_path: Path, ending: Format) -> None:
    if ending == "xlsx" and importlib.util.find_spec("xlsxwriter") is None:
        pytest.skip("xlsxwriter is not installed; run `uv sync --extra excel`")
    for name in ("a", "b"):
        write_export(make_export(), tmp_path / name, ending)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
def test_every_table_can_be_written_in_every_format(tmp_path: Path, ending: Format) -> None:
    if ending == "xlsx" and importlib.util.find_spec("xlsxwriter") is None:
        pytest.skip("xlsxwriter is not installed; run `uv sync --extra excel`")
    about = pl.DataFrame({"release": ["2025-04-10-0f"], "note": ["A test."]})
    for name, rows in {"about": about, **{name: table.example() for name, table in (TABLES | VIEWS).items()}}.items():
        write_export(Export(name, rows, dict.fromkeys(rows.columns, "Meaning."), make_export().edition), tmp_path / name, ending)
        assert (tmp_path / name).stat().st_size


def test_nothing_is_left_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there is no folder"):
        write_export(make_export(), tmp_path / "none" / "a.csv", "csv")
    with pytest.raises(ExportError, match="it is a folder"):
        write_export(make_export(), tmp_path, "csv")
    assert list(tmp_path.iterdir()) == []


def test_too_many_rows_for_excel_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("xlsxwriter") is None:
        pytest.skip("xlsxwriter is not installed; run `uv sync --extra excel`")
    monkeypatch.setattr(exports, "EXCEL_ROWS", 6)
    with pytest.raises(ExportError, match=r"has 6 rows, and a sheet of Excel 5; choose one pair"):
        write_export(make_export(), tmp_path / "a.xlsx", "xlsx")
    assert list(tmp_path.iterdir()) == []
