"""Headers of the cross-table checks."""

from pathlib import Path

import pytest

from pipeline.contracts.tables import TABLES
from pipeline.quality.cross_table import CrossTableCheck, CrossTableCheckError, load_cross_table_checks
from pipeline.quality.rule_files import load_rules
from pipeline.quality.validate import list_checks
from pipeline.settings import shipped_folder

HEADER = "-- asset: signals\n-- severity: critical\n-- reason: a signal without a story weighs nothing\n"


def write_check(folder: Path, text: str, name: str = "every_signal_has_a_story") -> Path:
    path = folder / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_is_read(tmp_path: Path) -> None:
    path = write_check(tmp_path, f"{HEADER}select 1\n")
    assert load_cross_table_checks(tmp_path) == (
        CrossTableCheck("every_signal_has_a_story", "signals", "critical", "a signal without a story weighs nothing", path),
    )


def test_a_reason_may_span_several_lines(tmp_path: Path) -> None:
    write_check(tmp_path, f"{HEADER}-- and nobody would see it: not even in the report\n\nselect 1\n")
    (check,) = load_cross_table_checks(tmp_path)
    assert check.reason == "a signal without a story weighs nothing and nobody would see it: not even in the report"


def test_comments_in_the_query_are_not_part_of_the_header(tmp_path: Path) -> None:
    write_check(tmp_path, f"{HEADER}select 1\n-- severity: warning\n")
    assert load_cross_table_checks(tmp_path)[0].severity == "critical"


def test_checks_are_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_check(tmp_path, f"{HEADER}select 1\n", name)
    assert [check.name for check in load_cross_table_checks(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1\n", "the header lacks asset, severity, reason"),
        ("-- asset: signals\n-- reason: because\nselect 1\n", "the header lacks severity"),
        ("-- asset: signals\n-- severity: critical\n-- reason:\nselect 1\n", "the header lacks reason"),
        (HEADER.replace("signals", "signal") + "select 1\n", "no table 'signal'"),
        (HEADER.replace("critical", "info") + "select 1\n", "severity must be critical or warning, not 'info'"),
        (HEADER.replace("severity", "severty") + "select 1\n", "cannot read the header line '-- severty: critical'"),
        (HEADER + "-- asset: findings\nselect 1\n", "has asset twice"),
        (HEADER, "no query"),
    ],
)
def test_an_invalid_header_is_rejected_with_the_reason(tmp_path: Path, text: str, words: str) -> None:
    path = write_check(tmp_path, text)
    with pytest.raises(CrossTableCheckError) as caught:
        load_cross_table_checks(tmp_path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_an_invalid_check_name_is_rejected(tmp_path: Path) -> None:
    write_check(tmp_path, f"{HEADER}select 1\n", "signals-have-a-story")
    with pytest.raises(CrossTableCheckError, match="use only letters, digits and _"):
        load_cross_table_checks(tmp_path)


def test_a_missing_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(CrossTableCheckError, match="no such folder"):
        load_cross_table_checks(tmp_path / "checks")


def test_every_shipped_check_has_a_header() -> None:
    folder = shipped_folder("sql") / "checks"
    assert len(load_cross_table_checks(folder)) == len(list(folder.iterdir()))


def test_no_shipped_check_has_the_name_of_another_check_of_its_table() -> None:
    rules = load_rules(shipped_folder("expectations"))
    for check in load_cross_table_checks(shipped_folder("sql") / "checks"):
        assert check.name not in [name for name, _, _ in list_checks(TABLES[check.table], rules[check.table])]
