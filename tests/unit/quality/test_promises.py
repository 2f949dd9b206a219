"""Headers of the promises between tables."""

from pathlib import Path

import pytest

from pipeline.contracts.tables import TABLES
from pipeline.quality.promises import Promise, PromiseError, load_promises
from pipeline.quality.rule_files import load_rules
from pipeline.quality.validate import check_names
from pipeline.settings import shipped

HEADER = "-- asset: signals\n-- severity: critical\n-- reason: a signal without a story weighs nothing\n"


def written(folder: Path, text: str, name: str = "signals_have_a_story") -> Path:
    path = folder / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_header_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}select 1\n")
    assert load_promises(tmp_path) == (
        Promise("signals_have_a_story", "signals", "critical", "a signal without a story weighs nothing", path),
    )


def test_a_reason_may_run_over_lines(tmp_path: Path) -> None:
    written(tmp_path, f"{HEADER}-- and nobody would see it: not even in the report\n\nselect 1\n")
    (promise,) = load_promises(tmp_path)
    assert promise.reason == "a signal without a story weighs nothing and nobody would see it: not even in the report"


def test_comments_inside_the_query_are_not_header(tmp_path: Path) -> None:
    written(tmp_path, f"{HEADER}select 1\n-- severity: warning\n")
    assert load_promises(tmp_path)[0].severity == "critical"


def test_promises_come_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        written(tmp_path, f"{HEADER}select 1\n", name)
    assert [promise.name for promise in load_promises(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1\n", "the header lacks asset, severity, reason"),
        ("-- asset: signals\n-- reason: because\nselect 1\n", "the header lacks severity"),
        ("-- asset: signals\n-- severity: critical\n-- reason:\nselect 1\n", "the header lacks reason"),
        (HEADER.replace("signals", "signal") + "select 1\n", "no table 'signal'"),
        (HEADER.replace("critical", "info") + "select 1\n", "severity must be critical or warning, not 'info'"),
        (HEADER.replace("severity", "severty") + "select 1\n", "cannot read the header line '-- severty: critical'"),
        (HEADER + "-- asset: findings\nselect 1\n", "gives asset twice"),
        (HEADER, "no query"),
    ],
)
def test_a_wrong_header_is_refused_with_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(PromiseError) as caught:
        load_promises(tmp_path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_name_unfit_for_a_check_is_refused(tmp_path: Path) -> None:
    written(tmp_path, f"{HEADER}select 1\n", "signals-have-a-story")
    with pytest.raises(PromiseError, match="letters, digits and _ alone"):
        load_promises(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromiseError, match="no such folder"):
        load_promises(tmp_path / "checks")


def test_every_shipped_promise_has_a_header() -> None:
    folder = shipped("sql") / "checks"
    assert len(load_promises(folder)) == len(list(folder.iterdir()))


def test_no_shipped_promise_shares_its_name_with_a_check_of_its_table() -> None:
    rules = load_rules(shipped("expectations"))
    for promise in load_promises(shipped("sql") / "checks"):
        assert promise.name not in [name for name, _, _ in check_names(TABLES[promise.table], rules[promise.table])]
