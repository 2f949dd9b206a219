"""Checks of one frame: contract, built-in checks and rules, in this order, with counts."""

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
from pipeline.quality.validate import Detail, Outcome, check_frame, critical_failures, list_checks
from pipeline.settings import shipped_folder

RULES = load_rules(shipped_folder("expectations"))
BUILT_IN = ["key_is_unique", "required_values_present", "vocabulary_is_closed"]


def build_rule(name: str = "count_is_positive", kind: str = "expect_column_values_to_be_between", **arguments: Any) -> Rule:
    table = arguments.pop("table", "coverage")
    severity = arguments.pop("severity", "warning")
    where = arguments.pop("where", {})
    return Rule(table, name, kind, arguments, severity, "because", ({},), where)


def build_coverage(*counts: int) -> pl.DataFrame:
    rows = [
        COVERAGE.example().with_columns(pl.lit(f"Paper {n}").alias("source"), article_count=pl.lit(count, pl.Int64))
        for n, count in enumerate(counts)
    ]
    return pl.concat(rows) if rows else COVERAGE.empty()


def check(frame: pl.DataFrame, rules: Sequence[Rule] = (), table: Table = COVERAGE) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in check_frame(table, frame, rules)}


def test_a_frame_that_breaks_its_contract_raises() -> None:
    with pytest.raises(ContractError, match="article_count"):
        check_frame(COVERAGE, COVERAGE.example().drop("article_count"), [])


def test_outcomes_are_in_the_order_of_the_listed_checks() -> None:
    rules = RULES["signals"]
    outcomes = check_frame(SIGNALS, SIGNALS.example(), rules)
    listed = list_checks(SIGNALS, rules)
    assert [(outcome.name, outcome.severity, outcome.reason) for outcome in outcomes] == listed
    assert [name for name, _, _ in listed] == BUILT_IN + [rule.name for rule in rules]


def test_a_table_without_vocabulary_has_no_vocabulary_check() -> None:
    assert [name for name, _, _ in list_checks(COVERAGE, [])] == BUILT_IN[:2]


def test_check_names_are_unique_and_valid_in_dagster() -> None:
    for table in TABLES:
        names = [name for name, _, _ in list_checks(TABLES[table], RULES[table])]
        assert len(set(names)) == len(names), table
        assert [name for name in names if not (name.isascii() and name.replace("_", "").isalnum())] == [], table


def test_a_duplicate_key_fails() -> None:
    outcome = check(pl.concat([build_coverage(5, 6), build_coverage(7)]))["key_is_unique"]
    assert (outcome.passed, outcome.severity, outcome.detail.failed_rows, outcome.detail.rows_seen) == (False, "critical", 2, 3)
    assert outcome.detail.examples == ("index_date=2025-04-04, source=Paper 0",)


def test_keys_with_the_same_null_are_duplicates() -> None:
    prior = CONTRIBUTIONS.example().with_columns(pl.lit("prior").alias("part"), pl.lit(None, pl.String).alias("story_id"))
    assert check(prior, table=CONTRIBUTIONS)["key_is_unique"].passed
    assert not check(pl.concat([prior, prior]), table=CONTRIBUTIONS)["key_is_unique"].passed


def test_a_null_in_a_required_column_fails() -> None:
    frame = build_coverage(5, 6).with_columns(accepted=pl.Series([None, 3], dtype=pl.Int64))
    outcome = check(frame)["required_values_present"]
    assert (outcome.passed, outcome.severity, outcome.detail.failed_rows) == (False, "critical", 1)
    assert outcome.detail.examples == ("accepted in 1 row",)


def test_a_null_in_a_nullable_column_passes() -> None:
    frame = SIGNALS.example().with_columns(pl.lit(None, pl.Float64).alias("rate_pct"))
    assert check(frame, table=SIGNALS)["required_values_present"].passed


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("column", ["probability", "rate_pct"])
def test_nan_and_infinity_fail_as_missing_values(column: str, number: float) -> None:
    frame = SIGNALS.example().with_columns(pl.lit(number).alias(column))
    assert not check(frame, table=SIGNALS)["required_values_present"].passed


def test_a_word_outside_the_vocabulary_fails() -> None:
    frame = WEIGHTS.example().with_columns(kind=pl.lit("war"))
    outcome = check(frame, table=WEIGHTS)["vocabulary_is_closed"]
    assert (outcome.passed, outcome.severity, outcome.detail.examples) == (False, "critical", ("kind 'war'",))


def test_a_null_word_in_a_nullable_column_passes() -> None:
    frame = CONTRIBUTIONS.example().with_columns(pl.lit(None, pl.String).alias("kind"))
    assert check(frame, table=CONTRIBUTIONS)["vocabulary_is_closed"].passed


def test_a_failed_rule_counts_rows_and_describes_the_first() -> None:
    outcome = check(build_coverage(5, -2, 7, -3), [build_rule(column="article_count", min_value=0)])["count_is_positive"]
    assert (outcome.passed, outcome.severity, outcome.reason) == (False, "warning", "because")
    assert outcome.detail == Detail(4, 2, ("2025-04-04, Paper 1 (article_count -2)", "2025-04-04, Paper 3 (article_count -3)"))
    assert str(outcome.detail) == "2 of 4 rows: 2025-04-04, Paper 1 (article_count -2); 2025-04-04, Paper 3 (article_count -3)"


def test_a_failed_comparison_shows_both_values() -> None:
    kind = "expect_column_pair_values_a_to_be_greater_than_b"
    outcome = check(build_coverage(3), [build_rule("more_than_accepted", kind, column_A="article_count", column_B="accepted")])[
        "more_than_accepted"
    ]
    assert outcome.detail.examples == ("2025-04-04, Paper 0 (article_count 3, accepted 11)",)


def test_long_values_are_cut_in_examples() -> None:
    body = SIGNALS.example().with_columns(quote=pl.lit("word " * 100))
    too_long = build_rule("short", "expect_column_value_lengths_to_be_between", table="signals", column="quote", max_value=100)
    (example,) = check(body, [too_long], SIGNALS)["short"].detail.examples
    assert example.endswith("word…)")
    assert len(example.partition("(quote ")[2].removesuffix(")")) == 80


def test_two_rules_of_one_type_on_one_column_are_both_run() -> None:
    rules = [build_rule("above_3", column="article_count", min_value=4), build_rule("above_9", column="article_count", min_value=10)]
    outcomes = check(build_coverage(5), rules)
    assert (outcomes["above_3"].passed, outcomes["above_9"].passed) == (True, False)


def test_a_rule_with_where_checks_only_those_rows() -> None:
    one = build_rule(column="accepted", min_value=12, where={"source": "Paper 1"})
    outcome = check(build_coverage(5, 6, 7), [one])["count_is_positive"]
    assert (outcome.passed, outcome.detail.failed_rows, outcome.detail.rows_seen) == (False, 1, 1)


def test_where_with_null_selects_rows_without_a_value() -> None:
    frame = pl.concat([SIGNALS.example(), SIGNALS.example().with_columns(pl.lit(None, pl.String).alias("url"), signal_id=pl.lit("b"))])
    one = build_rule("never", "expect_column_values_to_be_in_set", table="signals", column="kind", value_set=["offer"], where={"url": None})
    assert check(frame, [one], SIGNALS)["never"].detail.rows_seen == 1


def test_one_bad_row_of_a_small_source_is_no_broken_feed() -> None:
    rules = [rule for rule in load_rules(shipped_folder("expectations"))["coverage"] if rule.name == "more_accepted_than_quarantined"]
    counts = {"accepted": [0, 0, 4], "quarantined": [1, 5, 4], "duplicate": [0, 0, 0], "article_count": [1, 5, 8]}
    frame = build_coverage(1, 2, 3).with_columns(pl.Series(name, values, pl.Int64()) for name, values in counts.items())
    outcome = check(frame, rules)["more_accepted_than_quarantined"]
    assert (outcome.passed, outcome.detail.failed_rows) == (False, 1)
    assert check(frame[0:1], rules)["more_accepted_than_quarantined"].passed


def test_integers_stay_exact_if_values_are_missing() -> None:
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
    outcome = check(frame, [build_rule(column="count", max_value=2**53)], table)["count_is_positive"]
    assert outcome.detail.examples == (f"1 (count {exact})",)


def test_dates_are_compared_with_dates() -> None:
    outcome = check(build_coverage(5), [build_rule(column="index_date", min_value=date(2025, 4, 5))])["count_is_positive"]
    assert outcome.detail == Detail(1, 1, ("2025-04-04, Paper 0",))


def test_a_rule_that_raises_fails_critically_with_its_message() -> None:
    raising = build_rule(column="index_date", min_value=5)  # not a date
    outcomes = check(build_coverage(5), [raising, build_rule("fine", column="accepted", min_value=0)])
    outcome = outcomes["count_is_positive"]
    assert (outcome.passed, outcome.severity) == (False, "critical")
    assert "could not be evaluated" in outcome.detail.message
    assert outcomes["fine"].passed


def test_a_rule_that_great_expectations_rejects_is_an_error() -> None:
    with pytest.raises(RuleError, match="Great Expectations rejects it"):
        check_frame(COVERAGE, build_coverage(5), [build_rule(column="accepted", minimum=0)])


def test_a_rule_without_a_result_is_a_critical_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = runner._resolve_metrics

    def without_one(graph: Any, configuration: dict[str, Any]) -> Any:
        metrics, aborted = resolve(graph, configuration)
        return {key: value for key, value in metrics.items() if key[0] != "column_values.between.unexpected_count"}, aborted

    monkeypatch.setattr(runner, "_resolve_metrics", without_one)
    outcomes = check(
        build_coverage(5),
        [build_rule("lost", column="accepted", min_value=0), build_rule("some", "expect_table_row_count_to_be_between", min_value=1)],
    )
    assert (outcomes["lost"].passed, outcomes["lost"].severity, outcomes["some"].passed) == (False, "critical", True)
    assert outcomes["lost"].detail.message == "the rule could not be evaluated: Great Expectations gave no result"


def test_two_frames_checked_by_the_same_rules_share_no_counts() -> None:
    same = [build_rule(column="article_count", min_value=4)]
    first, second = check(build_coverage(5, 6), same), check(build_coverage(1, 2, 3), same)
    assert (first["count_is_positive"].passed, second["count_is_positive"].detail) == (
        True,
        Detail(3, 3, tuple(f"2025-04-04, Paper {n} (article_count {n + 1})" for n in range(3))),
    )


def test_rows_tolerated_by_mostly_are_counted_and_described() -> None:
    outcome = check(build_coverage(5, 6, -1), [build_rule(column="article_count", min_value=0, mostly=0.5)])["count_is_positive"]
    assert (outcome.passed, outcome.detail) == (True, Detail(3, 1, ("2025-04-04, Paper 2 (article_count -1)",)))


def test_rules_of_another_table_are_rejected() -> None:
    with pytest.raises(RuleError, match="about table 'coverage', not 'signals'"):
        check_frame(SIGNALS, SIGNALS.example(), [build_rule(column="accepted", min_value=0)])


def test_a_frame_without_rows_passes_every_rule_about_rows() -> None:
    for table, rules in RULES.items():
        about_rows = [rule for rule in rules if rule.expectation_type.scope != "table"]
        assert all(outcome.passed for outcome in check_frame(TABLES[table], TABLES[table].empty(), about_rows))


def test_a_frame_without_rows_fails_a_rule_that_requires_rows() -> None:
    some = build_rule("some", "expect_table_row_count_to_be_between", min_value=1)
    outcome = check(COVERAGE.empty(), [some, build_rule(column="accepted", min_value=0)])
    assert (outcome["some"].passed, outcome["count_is_positive"].passed) == (False, True)
    assert outcome["some"].detail.message == "observed 0"


@pytest.mark.parametrize(
    ("passed", "severity", "may_be_written"),
    [(False, "critical", False), (False, "warning", True), (False, "info", True), (True, "critical", True)],
)
def test_only_a_failed_critical_check_prevents_the_write(passed: bool, severity: Any, may_be_written: bool) -> None:
    assert (critical_failures([Outcome("a", passed, severity, "because", Detail(1))]) == []) is may_be_written


def test_checking_a_frame_writes_and_prints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for cached in (load_library, runner._compile_rule, runner._build_suite_graph):
        cached.cache_clear()
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "true")
    check_frame(COVERAGE, build_coverage(5), [build_rule(column="accepted", min_value=0)])
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_frame_is_released_after_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    references: list[weakref.ref[Any]] = []
    to_pandas = runner._to_pandas

    def record_frame(frame: pl.DataFrame, rules: Sequence[Rule]) -> Any:
        pandas = to_pandas(frame, rules)
        references.append(weakref.ref(pandas))
        return pandas

    monkeypatch.setattr(runner, "_to_pandas", record_frame)
    check_frame(COVERAGE, build_coverage(5), [build_rule(column="accepted", min_value=0)])
    gc.collect()
    assert references[0]() is None
