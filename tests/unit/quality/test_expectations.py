"""Every promise in `expectations/`: the example row keeps it, and the row that its author gave breaks it."""

from functools import cache
from typing import Any

import pytest
import yaml

from pipeline.contracts.tables import TABLES
from pipeline.quality import runner
from pipeline.quality.expectation_types import TYPES
from pipeline.quality.outcomes import Outcome
from pipeline.quality.rules import Rule, breaking_frame, load
from pipeline.quality.validate import audit
from pipeline.settings import shipped

FOLDER = shipped("expectations")
RULES = load(FOLDER)
EVERY_RULE = [pytest.param(rule, id=f"{table}.{rule.name}") for table, rules in RULES.items() for rule in rules]


@cache
def on_the_example(table: str) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in audit(TABLES[table], TABLES[table].example(), RULES[table])}


def known(name: str) -> Any:
    """Great Expectations' own class for a type."""
    return getattr(runner._library().expectations, "".join(part.capitalize() for part in name.split("_")))


def test_every_table_has_promises() -> None:
    assert set(RULES) == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_as_many_rules_are_loaded_as_the_file_holds(table: str) -> None:
    written = yaml.safe_load((FOLDER / f"{table}.yaml").read_text(encoding="utf-8"))
    assert [rule.name for rule in RULES[table]] == [rule["name"] for rule in written["rules"]]


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_the_example_row_keeps_the_promise(rule: Rule) -> None:
    outcome = on_the_example(rule.table)[rule.name]
    assert outcome.passed, outcome


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_its_own_bad_row_breaks_the_promise(rule: Rule) -> None:
    (outcome,) = runner.run(breaking_frame(rule), [rule])
    assert (outcome.name, outcome.passed, outcome.severity) == (rule.name, False, rule.severity)
    assert "could not be judged" not in outcome.detail.message, outcome


@pytest.mark.parametrize("table", TABLES)
def test_the_example_row_passes_the_checks_that_follow_from_the_contract(table: str) -> None:
    failed = [outcome for outcome in on_the_example(table).values() if not outcome.passed]
    assert failed == []


@pytest.mark.parametrize("name", TYPES)
def test_great_expectations_knows_the_type_and_its_arguments(name: str) -> None:
    fields = known(name).__fields__
    assert known(name).expectation_type == name
    assert TYPES[name].arguments <= set(fields)
    assert {field for field, model in fields.items() if model.required} <= TYPES[name].required


@pytest.mark.parametrize("name", [name for name, kind in TYPES.items() if kind.scope != "table"])
def test_types_about_rows_and_columns_can_be_limited_to_some_rows(name: str) -> None:
    assert "row_condition" in known(name).__fields__
