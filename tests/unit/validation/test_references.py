"""Reference series in the formats of their publishers; all figures here are invented."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.sources.errors import SourceError
from pipeline.validation.references import NAMES, REFERENCES, read_references

TPU = "day,month,year,daily_tpu_index\n1,2,2019,12.50\n2,2,2019,0.00\n"
EPU = "Date,1. Economic Policy Uncertainty,9. Trade policy\n2019-02-01,100.5,80.25\n2019-03-01,,\n"
GPR = '\N{ZERO WIDTH NO-BREAK SPACE}DAY,N10D,GPRD,GPRD_ACT,event,,\n20190201,10,"1,045.60",1,,,\n20190202,10,99.5,1,an event,,\n,,,,,,\n'


def write_files(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read_error(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_references(path)
    return str(caught.value)


def test_all_series_of_a_folder_are_read(tmp_path: Path) -> None:
    series = read_references(write_files(tmp_path, tpu=TPU, epu=EPU, gpr=GPR))
    assert series.schema == REFERENCES
    assert series.rows() == [
        ("epu", "month", date(2019, 2, 1), 100.5),
        ("gpr", "day", date(2019, 2, 1), 1045.6),
        ("gpr", "day", date(2019, 2, 2), 99.5),
        ("tpu", "day", date(2019, 2, 1), 12.5),
        ("tpu", "day", date(2019, 2, 2), 0.0),
        ("trade_epu", "month", date(2019, 2, 1), 80.25),
    ]


def test_a_single_file_can_be_read(tmp_path: Path) -> None:
    write_files(tmp_path, tpu=TPU, epu=EPU)
    assert read_references(tmp_path / "tpu.csv")["reference"].unique().to_list() == ["tpu"]


def test_names_of_columns_may_have_spaces_around_them(tmp_path: Path) -> None:
    write_files(tmp_path, tpu=TPU.replace("day,month", "day, month "))
    assert read_references(tmp_path)["value"].to_list() == [12.5, 0.0]


def test_every_series_has_a_display_name(tmp_path: Path) -> None:
    assert set(read_references(write_files(tmp_path, tpu=TPU, epu=EPU, gpr=GPR))["reference"]) == set(NAMES)


def test_an_unknown_format_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    message = read_error(write_files(tmp_path, weather="when,degrees\n2019-02-01,4\n"))
    assert "weather.csv" in message
    assert "when, degrees" in message
    assert "daily_tpu_index" in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TPU + "30,2,2019,5\n", "line 4"),
        (TPU + "3,2,2019,many\n", "line 4"),
        (TPU + "3,2,2019,nan\n", "line 4"),
        (TPU + '3,2,2019,"12,5"\n', "line 4"),  # a decimal comma
        (EPU + "someday,1,2\n", "line 4"),
    ],
)
def test_an_unreadable_line_is_named(tmp_path: Path, text: str, line: str) -> None:
    assert line in read_error(write_files(tmp_path, series=text))


def test_a_repeated_day_is_an_error(tmp_path: Path) -> None:
    assert "tpu has two values for 2019-02-01" in read_error(write_files(tmp_path, one=TPU, two=TPU))


def test_a_file_without_values_is_an_error(tmp_path: Path) -> None:
    assert "no values" in read_error(write_files(tmp_path, tpu=TPU.splitlines()[0] + "\n"))


def test_a_path_without_files_is_an_error(tmp_path: Path) -> None:
    assert "no .csv file" in read_error(tmp_path)
    assert "cannot be read" in read_error(tmp_path / "missing.csv")


def test_bytes_that_are_not_utf8_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "tpu.csv").write_bytes(b"day,month,year,daily_tpu_index\n1,2,2019,\xff\xfe\n")
    assert "tpu.csv" in read_error(tmp_path)


def test_the_published_series_can_be_read(outside_data: Path) -> None:
    series = read_references(outside_data / "reference")
    assert set(series["reference"]) == set(NAMES)
    assert series["value"].null_count() == 0
