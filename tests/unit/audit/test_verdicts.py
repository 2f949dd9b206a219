"""Files of verdicts: what is read, what is refused, and how verdicts are added."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from pipeline.audit.verdicts import SCHEMA, VerdictError, add_verdicts, list_verdict_files, read_verdicts

ONE, TWO = "0" * 16, "1" * 16
READING = "USA>CHN threat proposed tariff"
HEAD = "signal_id,reading,verdict,reason,judge\n"


def write(folder: Path, *rows: str, name: str = "a.csv", head: str = HEAD) -> Path:
    path = folder / name
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def read(*paths: Path) -> list[tuple[str, ...]]:
    return read_verdicts(*paths).select("signal_id", "reading", "judge", "verdict", "reason").rows()


def test_a_missing_file_has_no_verdicts(tmp_path: Path) -> None:
    assert read(tmp_path / "none.csv") == []


def test_verdicts_are_read_with_their_reasons(tmp_path: Path) -> None:
    path = write(tmp_path, f'{ONE},{READING},Wrong,"history, not news",A', f"{ONE},{READING},right,,B")
    assert read(path) == [(ONE, READING, "A", "wrong", "history, not news"), (ONE, READING, "B", "right", "")]


def test_a_file_that_excel_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"signal_id;reading;verdict;reason;judge\r\n{ONE};{READING};right;déjà vu, old;Zoë\r\n".encode("cp1252"))
    assert read(path) == [(ONE, READING, "Zoë", "right", "déjà vu, old")]


def test_rows_without_a_verdict_are_not_judged_yet(tmp_path: Path) -> None:
    assert read(write(tmp_path, f"{ONE},{READING},,,A")) == []


def test_a_row_without_reading_gets_the_current_one(tmp_path: Path) -> None:
    path = write(tmp_path, f"{ONE},right,A", head="signal_id,verdict,judge\n")
    assert read_verdicts(path, readings={ONE: READING})["reading"].to_list() == [READING]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"{ONE},{READING},maybe,,A", "line 2: unknown verdict 'maybe'"),
        (f"{ONE},{READING},right,,", "line 2: judge is ''"),
        (f"12,{READING},right,,A", "line 2: '12' is no signal_id"),
        (f"{ONE},=cmd(),right,,A", "line 2: '=cmd()' is no reading"),
        (f"{ONE},,right,,A", f"{ONE} counts in no pair of this release"),
    ],
)
def test_a_row_that_is_no_verdict_is_refused_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(VerdictError) as error:
        read(write(tmp_path, row))
    assert message in str(error.value)


def test_two_verdicts_of_one_judge_on_a_reading_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VerdictError, match="line 3: A judged this reading already in line 2"):
        read(write(tmp_path, f"{ONE},{READING},right,,A", f"{ONE},{READING},wrong,,A"))


def test_a_file_without_the_column_verdict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerdictError, match="has no column verdict"):
        read(write(tmp_path, head="signal_id,judge\n"))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x81\x8d\x00")
    with pytest.raises(VerdictError, match="as CSV"):
        read(tmp_path / "a.csv")


def test_a_later_file_overrides_an_earlier_one(tmp_path: Path) -> None:
    first, second = write(tmp_path, f"{ONE},{READING},right,,A"), write(tmp_path, f"{ONE},{READING},wrong,,A", name="b.csv")
    assert [row[3] for row in read(first, second)] == ["wrong"]


def test_added_verdicts_replace_those_on_the_same_reading(tmp_path: Path) -> None:
    store = write(tmp_path, f"{ONE},{READING},right,,A", f"{TWO},{READING},unsure,,A")
    add_verdicts(store, read_verdicts(write(tmp_path, f"{ONE},{READING},wrong,old,A", name="b.csv")))
    assert read(store) == [(ONE, READING, "A", "wrong", "old"), (TWO, READING, "A", "unsure", "")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_open_rows_of_other_signals_stay(tmp_path: Path) -> None:
    store = write(tmp_path, f"{ONE},{READING},,,B", f"{TWO},{READING},,,B")
    add_verdicts(store, read_verdicts(write(tmp_path, f"{ONE},{READING},right,,B", name="b.csv")))
    assert store.read_text(encoding="utf-8").splitlines()[1:] == [f'{ONE},{READING},right,"",B', f'{TWO},{READING},"","",B']


@pytest.mark.parametrize("judge", ["", " ", "J" * 41])
def test_a_verdict_that_could_not_be_read_is_not_written(tmp_path: Path, judge: str) -> None:
    row = {"signal_id": ONE, "reading": READING, "judge": judge, "verdict": "right", "reason": ""}
    with pytest.raises(VerdictError, match="write a name or letter of at most 40 characters"):
        add_verdicts(tmp_path / "a.csv", pl.DataFrame([row], schema=SCHEMA))
    assert not (tmp_path / "a.csv").exists()


def test_spaces_around_a_judge_are_not_written(tmp_path: Path) -> None:
    for judge in ("A", " A "):
        row = {"signal_id": ONE, "reading": READING, "judge": judge, "verdict": "right", "reason": ""}
        add_verdicts(tmp_path / "a.csv", pl.DataFrame([row], schema=SCHEMA))
    assert [row[2] for row in read(tmp_path / "a.csv")] == ["A"]


def test_judges_in_two_terminals_lose_no_verdict(tmp_path: Path) -> None:
    store, judges = tmp_path / "store.csv", [f"J{number}" for number in range(16)]
    files = [write(tmp_path, f"{ONE},{READING},right,,{judge}", name=f"{judge}.csv") for judge in judges]
    with ThreadPoolExecutor(len(judges)) as pool:
        list(pool.map(lambda file: add_verdicts(store, read_verdicts(file)), files))
    assert [row[2] for row in read(store)] == sorted(judges)


def test_the_sample_has_a_bundled_file_and_others_have_not(tmp_path: Path) -> None:
    bundled, own = list_verdict_files(tmp_path, is_sample=True)
    assert bundled.is_file()
    assert list_verdict_files(tmp_path, is_sample=False) == (own,)
    read(bundled)
