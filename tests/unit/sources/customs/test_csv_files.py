"""The user's CSV files of trade figures: valid rows are read, invalid ones raise an error with file and line."""

from pathlib import Path

import pytest

from pipeline.contracts.tables.raw import RAW_COMMITMENTS, RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.sources.customs.csv_files import read_commitments, read_flows, read_tariffs
from pipeline.sources.errors import SourceError

FLOWS = 'reference_month,reporter,partner,flow,value_usd,source,note\n2025-04,USA,CHN,imports,25000000000,"Bureau, the",x\n'
TARIFFS = "importer,exporter,effective_date,measure,rate_pct,source\nUSA,CHN,2025-04-09,import_weighted,112.2,tracker\n"


def write_file(path: Path, name: str, content: str) -> Path:
    (path / name).write_text(content, encoding="utf-8")
    return path


def test_flows_have_the_shape_of_the_contract(tmp_path: Path) -> None:
    frame = read_flows(write_file(tmp_path, "flows.csv", "\ufeff" + FLOWS))
    assert frame.schema == RAW_TRADE_FLOWS.schema
    assert frame.row(0) == ("2025-04", "USA", "CHN", "imports", "", 25_000_000_000, None, None, None, "", None, "file", "Bureau, the")


def test_tariffs_have_the_shape_of_the_contract(tmp_path: Path) -> None:
    frame = read_tariffs(write_file(tmp_path, "tariffs.csv", TARIFFS))
    assert frame.schema == RAW_TARIFFS.schema
    assert frame["rate_pct"].to_list() == [112.2]


def test_a_missing_column_is_named_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"flows\.csv: missing columns: value_usd\. Found: reference_month"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS.replace("value_usd", "value")))


@pytest.mark.parametrize("value", ["25e9", "25.0", "1_000", "n/a", "9" * 30])
def test_a_value_that_is_not_an_integer_is_named_with_file_and_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(SourceError, match=r"flows\.csv, line 3: value_usd is '.*', not a whole number"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS + f"2025-05,USA,CHN,imports,{value},Bureau,\n"))


@pytest.mark.parametrize("rate", ["nan", "inf", "12,5 %", "1e999"])
def test_a_rate_that_is_not_a_number_is_named_with_file_and_line(tmp_path: Path, rate: str) -> None:
    with pytest.raises(SourceError, match=r"tariffs\.csv, line 3: rate_pct is"):
        read_tariffs(write_file(tmp_path, "tariffs.csv", TARIFFS + f'USA,CHN,2025-05-01,import_weighted,"{rate}",tracker\n'))


def test_an_empty_or_absent_required_cell_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 2: partner is empty"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS.replace("CHN", "")))
    with pytest.raises(SourceError, match="line 3: reporter is empty"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS + "2025-05\n"))


def test_an_absent_or_undecodable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"flows\.csv: cannot be read"):
        read_flows(tmp_path)
    (tmp_path / "tariffs.csv").write_bytes(TARIFFS.encode() + b"\xff\xfe")
    with pytest.raises(SourceError, match="not valid CSV in UTF-8"):
        read_tariffs(tmp_path)


def test_optional_columns_of_flows_are_read_if_present(tmp_path: Path) -> None:
    text = (
        "reference_month,reporter,partner,flow,product,value_usd,duties_usd,released_on,source\n"
        "2025-04,CHN,BRA,imports,soybeans,6000000,,2025-05-18,office\n"
        "2025-04,USA,CHN,imports,,9000000,400000,,office\n"
    )
    frame = read_flows(write_file(tmp_path, "flows.csv", text))
    assert frame.select("product", "duties_usd", "released_on").rows() == [("soybeans", None, "2025-05-18"), ("", 400_000, None)]


COMMITMENTS = (
    "commitment_id,agreed_on,buyer,seller,reporter,product,promise,unit,promised_amount,baseline_year,period_from,period_to,source,note\n"
    "beans,2025-11-01,CHN,USA,USA,soybeans,total,t,12000000,,2025-11,2025-12,sheet,none\n"
)


def test_commitments_have_the_shape_of_the_contract(tmp_path: Path) -> None:
    frame = read_commitments(write_file(tmp_path, "commitments.csv", COMMITMENTS))
    assert frame.schema == RAW_COMMITMENTS.schema
    assert frame.select("promised_amount", "baseline_year").row(0) == (12_000_000.0, None)


def test_a_folder_without_commitments_or_tariffs_gives_no_rows(tmp_path: Path) -> None:
    assert read_commitments(tmp_path).equals(RAW_COMMITMENTS.empty())
    assert read_tariffs(tmp_path).equals(RAW_TARIFFS.empty())


def test_a_commitment_without_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"commitments\.csv, line 2: source is empty"):
        read_commitments(write_file(tmp_path, "commitments.csv", COMMITMENTS.replace("sheet", "")))


def test_a_row_with_more_cells_than_the_header_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"flows\.csv, line 3: the row has more cells than the header\. Write numbers without commas"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS + "2025-05,USA,CHN,imports,25,000,000,Bureau\n"))


def test_a_repeated_column_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"flows\.csv: the header repeats the column value_usd\. Rename or drop"):
        read_flows(write_file(tmp_path, "flows.csv", FLOWS.replace("note", "value_usd")))
