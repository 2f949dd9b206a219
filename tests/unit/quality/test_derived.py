"""Rules derived from column constraints, and the rows that break them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from pipeline.contracts import patterns
from pipeline.contracts.model import Column, ContractError, Implication, Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.quality.derived import derive_rules
from pipeline.quality.rules import Rule

VALUE = Column("value", pl.Float64(), "", 5.0)
OTHER = Column("other", pl.Float64(), "", 3.0)


def derive(*columns: Column) -> tuple[Rule, ...]:
    return derive_rules(Table("invented", "", "", "", (columns[0].name,), columns, "core"))


def derive_one(column: Column, *others: Column) -> Rule:
    (rule,) = derive(column, *others)
    return rule


def test_a_column_without_constraints_has_no_rule() -> None:
    assert derive(VALUE) == ()


def test_a_pattern_becomes_a_rule_with_its_name() -> None:
    rule = derive_one(Column("buyer", pl.String(), "", "CHN", pattern=patterns.COUNTRY))
    assert (rule.name, rule.severity, rule.reason) == ("buyer_matches_country_code", "critical", patterns.COUNTRY.reason)
    assert rule.arguments == {"column": "buyer", "regex": "^[A-Z]{3}$"}
    assert rule.breaks == ({"buyer": "US"}, {"buyer": "China"})


@pytest.mark.parametrize(
    ("constraints", "arguments", "wrong"),
    [
        ({"minimum": 0}, {"min_value": 0}, [-1]),
        ({"maximum": 100}, {"max_value": 100}, [101]),
        ({"minimum": 0, "maximum": 1}, {"min_value": 0, "max_value": 1}, [-1, 2]),
        ({"exclusive_minimum": 0}, {"min_value": 0, "strict_min": True}, [0]),
        ({"exclusive_minimum": 0, "maximum": 1}, {"min_value": 0, "strict_min": True, "max_value": 1}, [0, 2]),
        ({"minimum": date(1900, 1, 1)}, {"min_value": date(1900, 1, 1)}, [date(1899, 12, 31)]),
        (
            {"minimum": datetime(1900, 1, 1, tzinfo=UTC)},
            {"min_value": datetime(1900, 1, 1, tzinfo=UTC)},
            [datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC)],
        ),
    ],
)
def test_bounds_become_one_rule_with_a_broken_row_per_side(constraints: Any, arguments: dict[str, Any], wrong: list[Any]) -> None:
    rule = derive_one(replace(VALUE, **constraints))
    assert (rule.name, rule.arguments) == ("value_is_within_bounds", {"column": "value", **arguments})
    assert [row["value"] for row in rule.breaks] == wrong


def test_lengths_become_one_rule() -> None:
    rule = derive_one(Column("source", pl.String(), "", "Wire", min_length=1, max_length=3))
    assert (rule.name, rule.arguments) == ("source_length_is_within_bounds", {"column": "source", "min_value": 1, "max_value": 3})
    assert rule.breaks == ({"source": ""}, {"source": "xxxx"})


def test_a_list_of_values_becomes_a_rule() -> None:
    rule = derive_one(Column("flow", pl.String(), "", "exports", values=("exports", "imports")))
    assert (rule.name, rule.arguments["value_set"]) == ("flow_is_in_list", ["exports", "imports"])
    assert rule.reason.startswith("flow is one of exports, imports")


def test_words_by_another_column_become_one_rule_per_word() -> None:
    polarity = Column("polarity", pl.String(), "", "escalation")
    derived = derive(polarity, Column("kind", pl.String(), "", "threat", implies=Implication("polarity", KIND_POLARITY)))
    assert [rule.name for rule in derived] == [f"kind_fits_polarity_{word}" for word in ("escalation", "concession", "dialogue")]
    assert derived[2].arguments == {"column": "kind", "value_set": ["dialogue"]}
    assert (derived[2].where, derived[2].breaks) == ({"polarity": "dialogue"}, ({"polarity": "dialogue", "kind": "threat"},))


@pytest.mark.parametrize(
    ("constraint", "name", "wrong"),
    [
        ("at_least", "value_is_at_least_other", 2.0),
        ("above", "value_is_above_other", 3.0),
        ("differs_from", "value_differs_from_other", 3.0),
    ],
)
def test_comparisons_with_another_column_become_rules(constraint: str, name: str, wrong: float) -> None:
    constraints: dict[str, Any] = {constraint: ("other",)}
    rule = derive_one(replace(VALUE, **constraints), OTHER)
    assert (rule.name, rule.breaks) == (name, ({"value": wrong},))
    assert (rule.arguments["column_A"], rule.arguments["column_B"]) == ("value", "other")
    assert rule.arguments.get("or_equal", False) is (constraint == "at_least")


def test_comparisons_skip_rows_with_a_null_on_one_side() -> None:
    for value, other in ((replace(VALUE, nullable=True), OTHER), (VALUE, replace(OTHER, nullable=True))):
        assert derive_one(replace(value, above=("other",)), other).arguments["ignore_row_if"] == "either_value_is_missing"


def test_bounds_use_the_reason_of_their_column() -> None:
    assert derive_one(replace(VALUE, minimum=0, reason="duties are collected")).reason == "duties are collected"


def test_a_constraint_on_an_unknown_column_is_rejected() -> None:
    with pytest.raises(ContractError, match="a constraint names othr"):
        derive(replace(VALUE, above=("othr",)), OTHER)


def test_every_derived_rule_has_a_reason_and_a_row_that_breaks_it() -> None:
    derived = [rule for table in TABLES.values() for rule in derive_rules(table)]
    assert [f"{rule.table}.{rule.name}" for rule in derived if not rule.reason or not rule.breaks] == []
