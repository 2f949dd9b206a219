"""Reading rule files, and the messages for invalid ones."""

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.quality.rule_files import load_rules, read_rules
from pipeline.quality.rules import RuleError, breaking_frame

PROBABILITY: dict[str, Any] = {
    "name": "probability_is_a_probability",
    "type": "expect_column_values_to_be_between",
    "column": "probability",
    "arguments": {"min_value": 0, "max_value": 1},
    "severity": "critical",
    "reason": "masses are products of it",
    "breaks": {"probability": 1.2},
}
PAIR: dict[str, Any] = {
    "name": "spans_have_length",
    "type": "expect_column_pair_values_a_to_be_greater_than_b",
    "arguments": {"column_A": "span_end", "column_B": "span_start"},
    "severity": "warning",
    "reason": "an empty span is no evidence",
    "breaks": {"span_end": 31},
}


def write_rules(folder: Path, *rules: Any, table: str = "signals", name: str = "") -> Path:
    path = folder / (name or f"{table}.yaml")
    path.write_text(yaml.safe_dump({"table": table, "rules": list(rules)}, sort_keys=False), encoding="utf-8")
    return path


def change(without: str = "", **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (PROBABILITY | changes).items() if key != without}


def test_a_rule_is_read_with_all_its_keys(tmp_path: Path) -> None:
    (rule,) = read_rules(write_rules(tmp_path, change(where={"kind": "threat"})))["signals"]
    assert (rule.table, rule.name, rule.severity, rule.reason) == (
        "signals",
        "probability_is_a_probability",
        "critical",
        "masses are products of it",
    )
    assert rule.arguments == {"column": "probability", "min_value": 0, "max_value": 1}
    assert rule.breaks == ({"probability": 1.2},)
    assert rule.columns == ("probability", "kind")


def test_a_rule_cannot_be_changed(tmp_path: Path) -> None:
    (rule,) = read_rules(write_rules(tmp_path, PROBABILITY))["signals"]
    with pytest.raises(FrozenInstanceError):
        rule.severity = "info"  # type: ignore[misc]


def test_rules_keep_the_order_of_the_file(tmp_path: Path) -> None:
    rules = read_rules(write_rules(tmp_path, PAIR, PROBABILITY))["signals"]
    assert [rule.name for rule in rules] == ["spans_have_length", "probability_is_a_probability"]


def test_a_folder_has_the_rules_of_several_tables(tmp_path: Path) -> None:
    write_rules(tmp_path, PROBABILITY)
    write_rules(tmp_path, PROBABILITY, table="findings")
    assert set(read_rules(tmp_path)) == {"findings", "signals"}


def test_a_table_can_have_the_rules_of_another(tmp_path: Path) -> None:
    write_rules(tmp_path, PROBABILITY, PAIR)
    (tmp_path / "findings.yaml").write_text("table: findings\nrules_of: signals\n", encoding="utf-8")
    rules = read_rules(tmp_path)
    assert {rule.table for rule in rules["findings"]} == {"findings"}
    assert [rule.name for rule in rules["findings"]] == [rule.name for rule in rules["signals"]]


@pytest.mark.parametrize("other", ["signal", "[signals]", "articles", "findings"])
def test_rules_of_a_table_without_rules_are_an_error(tmp_path: Path, other: str) -> None:
    path = tmp_path / "findings.yaml"
    path.write_text(f"table: findings\nrules_of: {other}\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"rules_of|articles\.yaml: cannot be read"):
        read_rules(path)


def test_breaking_rows_are_the_example_row_with_changes(tmp_path: Path) -> None:
    (rule,) = read_rules(write_rules(tmp_path, change(breaks=[{"probability": 2}, {"probability": 0.5, "kind": "offer"}])))["signals"]
    frame = breaking_frame(rule)
    assert frame.select("probability", "kind", "actor").rows() == [(2.0, "measure", "CHN"), (0.5, "offer", "CHN")]


def test_dates_and_datetimes_are_parsed(tmp_path: Path) -> None:
    path = tmp_path / "articles.yaml"
    path.write_text(
        "table: articles\nrules:\n- name: published_after_1900\n  type: expect_column_values_to_be_between\n  column: published_at\n"
        "  arguments: {min_value: 1900-01-01T00:00:00Z}\n  severity: critical\n  reason: misread\n"
        "  breaks: {published_at: 1099-12-31T00:00:00Z}\n",
        encoding="utf-8",
    )
    (rule,) = read_rules(path)["articles"]
    assert rule.arguments["min_value"] == datetime(1900, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (change(type="expect_column_values_to_be_betwen"), "did you mean 'expect_column_values_to_be_between'"),
        (change(type=["a"]), "type must be a valid string"),
        (change(without="severity"), "the key 'severity' is missing"),
        (change(without="reason"), "the key 'reason' is missing"),
        (change(without="breaks"), "the key 'breaks' is missing"),
        (change(severity="fatal"), "severity must be 'critical', 'warning' or 'info', not 'fatal'"),
        (change(reason=" "), "reason must have at least 1 character"),
        (change(sevrity="info"), "unknown key 'sevrity' (did you mean 'severity'?)"),
        (change(column=["probability"]), "column must be a valid string"),
        (change(column="probabilty"), "did you mean 'probability'"),
        (change(without="column"), "needs the argument column"),
        (change(arguments={}), "needs the argument max_value or min_value"),
        (change(arguments={"min_valu": 0}), "has no argument 'min_valu'"),
        (change(arguments={"column": "kind", "min_value": 0}), "`column` is given both"),
        (change(arguments={"min_value": 0, "mostly": 95}), "mostly is the share"),
        (change(arguments=[0, 1]), "arguments must be a mapping, not [0, 1]"),
        (change(where={"kin": "offer"}), "where names 'kin'"),
        (change(where={"kind": {"above": 5}}), "where limits 'kind' by {'above': 5}; write a value, or {at_least: NUMBER}"),
        (change(where=["kind"]), "where must be a mapping"),
        (change(breaks={"probabilty": 2}), "breaks names 'probabilty'"),
        (change(breaks={"probability": "much"}), "does not fit the type of its column"),
        (change(breaks={}), "changes nothing"),
        (change(breaks=[]), "has no row"),
        (change(breaks=2), "breaks must be a valid list, not 2"),
        (change(name="is it a probability?"), "name must match pattern '^[A-Za-z0-9_]+$'"),
        ("probability", "a rule must be a mapping"),
        (PAIR | {"arguments": {"column_A": "rate_pct", "column_B": "span_start"}}, "ignore_row_if: either_value_is_missing"),
        (
            PAIR | {"type": "expect_compound_columns_to_be_unique", "arguments": {"column_list": "actor"}},
            "column_list must be a list",
        ),
        (
            change(type="expect_column_values_to_match_regex", column="actor", arguments={"regex": "^([A-Z]{3})$"}),
            "write (?:...) instead of (...)",
        ),
        (
            change(type="expect_column_values_to_match_regex", column="actor", arguments={"regex": "["}),
            "is not a regular expression",
        ),
    ],
)
def test_an_invalid_rule_is_rejected_with_the_reason(tmp_path: Path, rule: Any, words: str) -> None:
    path = write_rules(tmp_path, rule)
    with pytest.raises(RuleError) as caught:
        read_rules(path)
    assert words in str(caught.value)
    assert f"{path}, rule 1" in str(caught.value)


@pytest.mark.parametrize("name", ["key_is_unique", "probability_is_within_bounds"])
def test_a_rule_with_the_name_of_another_check_is_rejected(tmp_path: Path, name: str) -> None:
    write_rules(tmp_path, change(name=name))
    with pytest.raises(RuleError, match=f"the table already has a check '{name}'"):
        load_rules(tmp_path)


def test_all_problems_of_a_rule_are_reported_together(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        read_rules(write_rules(tmp_path, change("reason", severity="fatal", sevrity="info")))
    assert all(words in str(caught.value) for words in ("unknown key 'sevrity'", "severity must be", "the key 'reason' is missing"))


def test_two_rules_with_one_name_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="'probability_is_a_probability' is given twice"):
        read_rules(write_rules(tmp_path, PROBABILITY, PROBABILITY))


def test_a_duplicate_key_is_rejected(tmp_path: Path) -> None:
    path = write_rules(tmp_path, PROBABILITY)
    path.write_text(path.read_text(encoding="utf-8") + "  severity: info\n", encoding="utf-8")
    with pytest.raises(RuleError, match="'severity' is given twice"):
        read_rules(path)


def test_an_unknown_table_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"no table 'signal' \(did you mean 'signals'\?\)"):
        read_rules(write_rules(tmp_path, PROBABILITY, table="signal"))


def test_a_file_not_named_after_its_table_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"must be named signals\.yaml"):
        read_rules(write_rules(tmp_path, PROBABILITY, name="finding.yaml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("table: signals\nrules: []\n", "has no rules"),
        ("table: signals\nrules: {}\n", "exactly two keys"),
        ("table: signals\nrule: []\n", "exactly two keys"),
        ("", "exactly two keys"),
        ("table: [signals\n", "is not valid YAML"),
        ("table: !!python/object/apply:os.getcwd []\nrules: []\n", "is not valid YAML"),
        ("table: [signals]\nrules: []\n", "there is no table"),
    ],
)
def test_a_file_of_another_structure_is_rejected(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "signals.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=words):
        read_rules(path)


def test_a_file_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "signals.yaml"
    path.write_bytes(b"table: \xff")
    with pytest.raises(RuleError, match="cannot be read as UTF-8"):
        read_rules(path)


def test_a_missing_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such file or folder"):
        read_rules(tmp_path / "expectation")


def test_a_folder_without_rules_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"the folder has no <table>\.yaml"):
        read_rules(tmp_path)


def test_a_file_with_another_ending_is_rejected(tmp_path: Path) -> None:
    write_rules(tmp_path, PROBABILITY)
    write_rules(tmp_path, PROBABILITY, name="findings.yml")
    with pytest.raises(RuleError, match="rename this one"):
        read_rules(tmp_path)


def test_reading_rules_imports_neither_great_expectations_nor_pandas() -> None:
    code = (
        "import sys; from pipeline.quality import rule_files, validate; from pipeline.settings import shipped_folder; "
        "rule_files.load_rules(shipped_folder('expectations')); sys.exit(bool({'great_expectations', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
