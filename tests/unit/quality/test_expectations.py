"""Every rule passes on the example row of its table and fails on its own `breaks`."""

from typing import Any

import polars as pl
import pytest
import yaml

from pipeline.contracts.tables import TABLES
from pipeline.quality import runner
from pipeline.quality.derived import derive_rules
from pipeline.quality.expectation_types import TYPES
from pipeline.quality.library import load_library
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import Rule, breaking_frame
from pipeline.quality.runner import run_rules
from pipeline.quality.validate import check_frame
from pipeline.settings import shipped_folder

FOLDER = shipped_folder("expectations")
RULES = load_rules(FOLDER)


def is_judged_by_row(rule: Rule) -> bool:
    """Return whether a single row can break the rule. A row count cannot be broken so, and uniqueness takes two rows."""
    return rule.expectation_type.scope == "row" and "unique" not in rule.type


def find_failing_rows(frame: pl.DataFrame, rules: list[Rule]) -> dict[str, set[int]]:
    """Return the row numbers that fail each rule, which examples name if they are the key."""
    outcomes = run_rules(frame.with_row_index("row_number"), rules, ["row_number"])
    return {outcome.name: {int(example.partition(" ")[0]) for example in outcome.detail.examples} for outcome in outcomes}


def test_every_table_has_rules() -> None:
    assert [name for name in TABLES if not RULES[name]] == []


def test_every_rule_of_the_files_is_loaded() -> None:
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.yaml")}
    for table, document in files.items():
        from_file = [rule["name"] for rule in files[document.get("rules_of", table)]["rules"]]
        derived = [rule.name for rule in derive_rules(TABLES[table])]
        assert [rule.name for rule in RULES[table]] == derived + from_file


@pytest.mark.parametrize("table", TABLES)
def test_the_example_row_passes_every_check(table: str) -> None:
    outcomes = check_frame(TABLES[table], TABLES[table].example(), RULES[table])
    assert [outcome for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("table", TABLES)
def test_each_rule_fails_on_each_of_its_breaks(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_EXAMPLES", None)  # list all
    rules = [rule for rule in RULES[table] if is_judged_by_row(rule)]
    rows = pl.concat([breaking_frame(rule) for rule in rules])
    failing = find_failing_rows(rows, rules)
    first, missed = 0, {}
    for rule in rules:
        own = set(range(first, first + len(rule.breaks)))
        first += len(rule.breaks)
        if left := own - failing[rule.name]:
            missed[rule.name] = [rule.breaks[row - min(own)] for row in left]
    assert missed == {}


def test_rules_about_several_rows_fail_on_their_breaks() -> None:
    rules = [rule for table_rules in RULES.values() for rule in table_rules if not is_judged_by_row(rule)]
    assert len(rules) >= 5
    for rule in rules:
        (outcome,) = run_rules(breaking_frame(rule), [rule])
        assert (outcome.passed, outcome.severity) == (False, rule.severity), outcome
        assert "could not be evaluated" not in outcome.detail.message, outcome


def test_rules_have_only_arguments_of_their_type() -> None:
    wrong = [
        f"{table}.{rule.name}"
        for table, rules in RULES.items()
        for rule in rules
        if not rule.expectation_type.required <= set(rule.arguments) <= rule.expectation_type.arguments
    ]
    assert wrong == []


def test_great_expectations_has_every_type_and_argument() -> None:
    def find_class(name: str) -> Any:
        return load_library().expectation_type(name)

    for name, kind in TYPES.items():
        fields = find_class(name).__fields__
        assert find_class(name).expectation_type == name
        assert kind.arguments <= set(fields), name
        assert {field for field, model in fields.items() if model.required} <= kind.required, name
        assert kind.scope == "table" or "row_condition" in fields, name  # needed for `where`
