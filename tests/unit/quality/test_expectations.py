"""Every rule of every table: the example row passes it, and the rows that its author gave fail it."""

import warnings
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
from pipeline.quality.validate import audit
from pipeline.settings import shipped

FOLDER = shipped("expectations")
RULES = load_rules(FOLDER)


def judged_by_row(rule: Rule) -> bool:
    """Whether one row alone can break it: not a count of rows, and not uniqueness, which takes two."""
    return rule.expectation_type.scope == "row" and "unique" not in rule.type


def failing_rows(frame: pl.DataFrame, rules: list[Rule]) -> dict[str, set[int]]:
    """The rows that fail each rule, from one run of Great Expectations over the frame."""
    complete = {"result_format": {"result_format": "COMPLETE"}}
    engine = load_library().engine
    engine.load_batch_data("frame", runner._to_pandas(frame, rules))
    judgements = [runner._judgement(rule) for rule in rules]
    needs = [one._dependencies(complete) for one in judgements]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in the runner: the library's own
        metrics, aborted = runner._resolve(runner._graph(needs, complete), complete)
    results = [one._validate(need, metrics, aborted)[1] for one, need in zip(judgements, needs, strict=True)]
    return {rule.name: set(result["unexpected_index_list"]) for rule, result in zip(rules, results, strict=True)}


def test_every_table_has_rules() -> None:
    assert [name for name in TABLES if not RULES[name]] == []


def test_as_many_rules_are_loaded_as_the_files_hold() -> None:
    for path in FOLDER.glob("*.yaml"):
        written = [rule["name"] for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]]
        derived = [rule.name for rule in derive_rules(TABLES[path.stem])]
        assert [rule.name for rule in RULES[path.stem]] == derived + written


@pytest.mark.parametrize("table", TABLES)
def test_the_example_row_passes_every_check(table: str) -> None:
    outcomes = audit(TABLES[table], TABLES[table].example(), RULES[table])
    assert [outcome for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("table", TABLES)
def test_each_rule_fails_on_each_of_its_own_rows(table: str) -> None:
    rules = [rule for rule in RULES[table] if judged_by_row(rule)]
    rows = pl.concat([breaking_frame(rule) for rule in rules])
    failing = failing_rows(rows, rules)
    first, missed = 0, {}
    for rule in rules:
        own = set(range(first, first + len(rule.breaks)))
        first += len(rule.breaks)
        if left := own - failing[rule.name]:
            missed[rule.name] = [rule.breaks[row - min(own)] for row in left]
    assert missed == {}


def test_rules_about_more_than_one_row_fail_on_their_own_frame() -> None:
    rules = [rule for of_table in RULES.values() for rule in of_table if not judged_by_row(rule)]
    assert len(rules) >= 5
    for rule in rules:
        (outcome,) = runner.run(breaking_frame(rule), [rule])
        assert (outcome.passed, outcome.severity) == (False, rule.severity), outcome
        assert "could not be judged" not in outcome.detail.message, outcome


def test_rules_have_arguments_that_their_type_takes() -> None:
    wrong = [
        f"{table}.{rule.name}"
        for table, rules in RULES.items()
        for rule in rules
        if not rule.expectation_type.required <= set(rule.arguments) <= rule.expectation_type.arguments
    ]
    assert wrong == []


def test_great_expectations_knows_every_type_and_its_arguments() -> None:
    def library_class(name: str) -> Any:
        return load_library().expectation_type(name)

    for name, kind in TYPES.items():
        fields = library_class(name).__fields__
        assert library_class(name).expectation_type == name
        assert kind.arguments <= set(fields), name
        assert {field for field, model in fields.items() if model.required} <= kind.required, name
        assert kind.scope == "table" or "row_condition" in fields, name  # so that `where` can be used
