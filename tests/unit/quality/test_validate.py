"""The audit of a frame: contract, built-in checks, rules; in this order, each with its counts."""

import gc
import os
import weakref
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.model import Column, ContractError, Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import SIGNALS, WEIGHTS
from pipeline.quality import runner
from pipeline.quality.library import load_library
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import Rule, RuleError
from pipeline.quality.validate import Detail, Outcome, audit, broken_critically, check_names
from pipeline.settings import shipped

RULES = load_rules(shipped("expectations"))
BUILT_IN = ["key_is_unique", "required_values_present", "vocabulary_is_closed"]


def rule(name: str = "count_is_positive", kind: str = "expect_column_values_to_be_between", **given: Any) -> Rule:
    table = given.pop("table", "coverage")
    severity = given.pop("severity", "warning")
    where = given.pop("where", {})
    return Rule(table, name, kind, given, severity, "because", ({},), where)


def coverage(*counts: int) -> pl.DataFrame:
    rows = [
        COVERAGE.example().with_columns(pl.lit(f"Paper {n}").alias("source"), article_count=pl.lit(count, pl.Int64))
        for n, count in enumerate(counts)
    ]
    return pl.concat(rows) if rows else COVERAGE.empty()


def found(frame: pl.DataFrame, rules: Sequence[Rule] = (), table: Table = COVERAGE) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in audit(table, frame, rules)}


def test_a_frame_of_another_shape_raises_before_anything_is_checked() -> None:
    with pytest.raises(ContractError, match="article_count"):
        audit(COVERAGE, COVERAGE.example().drop("article_count"), [])


def test_outcomes_come_in_the_order_of_the_declared_checks() -> None:
    rules = RULES["signals"]
    outcomes = audit(SIGNALS, SIGNALS.example(), rules)
    declared = check_names(SIGNALS, rules)
    assert [(outcome.name, outcome.severity, outcome.reason) for outcome in outcomes] == declared
    assert [name for name, _, _ in declared] == BUILT_IN + [rule.name for rule in rules]


def test_a_table_without_vocabulary_has_no_check_of_it() -> None:
    assert [name for name, _, _ in check_names(COVERAGE, [])] == BUILT_IN[:2]


def test_check_names_are_unique_and_fit_for_dagster() -> None:
    for table in TABLES:
        names = [name for name, _, _ in check_names(TABLES[table], RULES[table])]
        assert len(set(names)) == len(names), table
        assert [name for name in names if not (name.isascii() and name.replace("_", "").isalnum())] == [], table


def test_a_repeated_key_fails() -> None:
    outcome = found(pl.concat([coverage(5, 6), coverage(7)]))["key_is_unique"]
    assert (outcome.passed, outcome.severity, outcome.detail.failed_rows, outcome.detail.rows_seen) == (False, "critical", 2, 3)
    assert outcome.detail.examples == ("index_date=2025-04-04, source=Paper 0",)


def test_two_rows_whose_key_is_empty_in_the_same_part_are_one_too_many() -> None:
    prior = CONTRIBUTIONS.example().with_columns(pl.lit("prior").alias("part"), pl.lit(None, pl.String).alias("story_id"))
    assert found(prior, table=CONTRIBUTIONS)["key_is_unique"].passed
    assert not found(pl.concat([prior, prior]), table=CONTRIBUTIONS)["key_is_unique"].passed


def test_an_empty_required_value_fails() -> None:
    frame = coverage(5, 6).with_columns(accepted=pl.Series([None, 3], dtype=pl.Int64))
    outcome = found(frame)["required_values_present"]
    assert (outcome.passed, outcome.severity, outcome.detail.failed_rows) == (False, "critical", 1)
    assert outcome.detail.examples == ("accepted in 1 row",)


def test_an_empty_nullable_value_passes() -> None:
    frame = SIGNALS.example().with_columns(pl.lit(None, pl.Float64).alias("rate_pct"))
    assert found(frame, table=SIGNALS)["required_values_present"].passed


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("column", ["probability", "rate_pct"])
def test_a_number_that_is_none_fails_as_missing(column: str, number: float) -> None:
    frame = SIGNALS.example().with_columns(pl.lit(number).alias(column))
    assert not found(frame, table=SIGNALS)["required_values_present"].passed


def test_a_word_outside_the_vocabulary_fails() -> None:
    frame = WEIGHTS.example().with_columns(kind=pl.lit("war"))
    outcome = found(frame, table=WEIGHTS)["vocabulary_is_closed"]
    assert (outcome.passed, outcome.severity, outcome.detail.examples) == (False, "critical", ("kind 'war'",))


def test_an_empty_nullable_word_passes() -> None:
    frame = CONTRIBUTIONS.example().with_columns(pl.lit(None, pl.String).alias("kind"))
    assert found(frame, table=CONTRIBUTIONS)["vocabulary_is_closed"].passed


def test_a_broken_rule_counts_its_rows_and_shows_values() -> None:
    outcome = found(coverage(5, -2, 7, -3), [rule(column="article_count", min_value=0)])["count_is_positive"]
    assert (outcome.passed, outcome.severity, outcome.reason) == (False, "warning", "because")
    assert outcome.detail == Detail(4, 2, ("-2", "-3"))
    assert str(outcome.detail) == "2 of 4 rows, such as -2; -3"


def test_a_pair_is_shown_with_both_values() -> None:
    kind = "expect_column_pair_values_a_to_be_greater_than_b"
    outcome = found(coverage(3), [rule("more_than_accepted", kind, column_A="article_count", column_B="accepted")])["more_than_accepted"]
    assert outcome.detail.examples == ("3 / 11",)


def test_long_values_are_cut_in_what_is_shown() -> None:
    body = SIGNALS.example().with_columns(quote=pl.lit("word " * 100))
    too_long = rule("short", "expect_column_value_lengths_to_be_between", table="signals", column="quote", max_value=100)
    (example,) = found(body, [too_long], SIGNALS)["short"].detail.examples
    assert len(example) == 80


def test_two_rules_of_one_type_on_one_column_are_both_judged() -> None:
    rules = [rule("above_3", column="article_count", min_value=4), rule("above_9", column="article_count", min_value=10)]
    outcomes = found(coverage(5), rules)
    assert (outcomes["above_3"].passed, outcomes["above_9"].passed) == (True, False)


def test_a_rule_with_where_judges_only_those_rows() -> None:
    one = rule(column="accepted", min_value=12, where={"source": "Paper 1"})
    outcome = found(coverage(5, 6, 7), [one])["count_is_positive"]
    assert (outcome.passed, outcome.detail.failed_rows, outcome.detail.rows_seen) == (False, 1, 1)


def test_where_also_finds_rows_without_a_value() -> None:
    frame = pl.concat([SIGNALS.example(), SIGNALS.example().with_columns(pl.lit(None, pl.String).alias("url"), signal_id=pl.lit("b"))])
    one = rule("never", "expect_column_values_to_be_in_set", table="signals", column="kind", value_set=["offer"], where={"url": None})
    assert found(frame, [one], SIGNALS)["never"].detail.rows_seen == 1


def test_whole_numbers_stay_whole_where_values_are_missing() -> None:
    exact = 2**53 + 1
    table = Table(
        "coverage",
        "",
        "",
        "",
        ("id",),
        (Column("id", pl.Int64(), "", 1), Column("count", pl.Int64(), "", 1, nullable=True)),
        "core",
    )
    frame = pl.DataFrame({"id": [1, 2], "count": [exact, None]}, schema=table.schema)
    outcome = found(frame, [rule(column="count", max_value=2**53)], table)["count_is_positive"]
    assert outcome.detail.examples == (str(exact),)


def test_days_are_compared_with_days() -> None:
    outcome = found(coverage(5), [rule(column="index_date", min_value=date(2025, 4, 5))])["count_is_positive"]
    assert outcome.detail == Detail(1, 1, ("2025-04-04",))


def test_a_rule_that_raises_is_a_critical_failure_with_the_message() -> None:
    raising = rule(column="index_date", min_value=5)  # a number is no day
    outcomes = found(coverage(5), [raising, rule("fine", column="accepted", min_value=0)])
    outcome = outcomes["count_is_positive"]
    assert (outcome.passed, outcome.severity) == (False, "critical")
    assert "could not be judged" in outcome.detail.message
    assert outcomes["fine"].passed


def test_a_rule_that_great_expectations_refuses_is_an_error() -> None:
    with pytest.raises(RuleError, match="Great Expectations refuses it"):
        audit(COVERAGE, coverage(5), [rule(column="accepted", minimum=0)])


def test_a_rule_without_a_result_is_a_critical_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = runner._resolve

    def without_one(graph: Any, configuration: dict[str, Any]) -> Any:
        metrics, aborted = resolve(graph, configuration)
        return {key: value for key, value in metrics.items() if key[0] != "column_values.between.unexpected_count"}, aborted

    monkeypatch.setattr(runner, "_resolve", without_one)
    outcomes = found(
        coverage(5), [rule("lost", column="accepted", min_value=0), rule("some", "expect_table_row_count_to_be_between", min_value=1)]
    )
    assert (outcomes["lost"].passed, outcomes["lost"].severity, outcomes["some"].passed) == (False, "critical", True)
    assert outcomes["lost"].detail.message == "the rule could not be judged: Great Expectations gave no result"


def test_two_frames_judged_by_the_same_rules_do_not_share_counts() -> None:
    same = [rule(column="article_count", min_value=4)]
    first, second = found(coverage(5, 6), same), found(coverage(1, 2, 3), same)
    assert (first["count_is_positive"].passed, second["count_is_positive"].detail) == (True, Detail(3, 3, ("1", "2", "3")))


def test_rows_that_mostly_tolerates_are_counted_and_shown() -> None:
    outcome = found(coverage(5, 6, -1), [rule(column="article_count", min_value=0, mostly=0.5)])["count_is_positive"]
    assert (outcome.passed, outcome.detail) == (True, Detail(3, 1, ("-1",)))


def test_rules_of_another_table_are_refused() -> None:
    with pytest.raises(RuleError, match="about table 'coverage', not 'signals'"):
        audit(SIGNALS, SIGNALS.example(), [rule(column="accepted", min_value=0)])


def test_a_frame_without_rows_keeps_every_promise_about_rows() -> None:
    for table, rules in RULES.items():
        about_rows = [rule for rule in rules if rule.expectation_type.scope != "table"]
        assert all(outcome.passed for outcome in audit(TABLES[table], TABLES[table].empty(), about_rows))


def test_a_frame_without_rows_breaks_a_promise_that_there_are_some() -> None:
    some = rule("some", "expect_table_row_count_to_be_between", min_value=1)
    outcome = found(COVERAGE.empty(), [some, rule(column="accepted", min_value=0)])
    assert (outcome["some"].passed, outcome["count_is_positive"].passed) == (False, True)
    assert outcome["some"].detail.message == "observed 0"


@pytest.mark.parametrize(
    ("passed", "severity", "may_be_written"),
    [(False, "critical", False), (False, "warning", True), (False, "info", True), (True, "critical", True)],
)
def test_only_a_broken_critical_promise_stops_the_write(passed: bool, severity: Any, may_be_written: bool) -> None:
    assert (broken_critically([Outcome("a", passed, severity, "because", Detail(1))]) == []) is may_be_written


def test_an_audit_writes_nothing_sends_nothing_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for cached in (load_library, runner._judgement, runner._suite):
        cached.cache_clear()
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    audit(COVERAGE, coverage(5), [rule(column="accepted", min_value=0)])
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_frame_is_let_go_after_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[weakref.ref[Any]] = []
    to_pandas = runner._to_pandas

    def watched(frame: pl.DataFrame, rules: Sequence[Rule]) -> Any:
        pandas = to_pandas(frame, rules)
        kept.append(weakref.ref(pandas))
        return pandas

    monkeypatch.setattr(runner, "_to_pandas", watched)
    audit(COVERAGE, coverage(5), [rule(column="accepted", min_value=0)])
    gc.collect()
    assert kept[0]() is None
