"""Run rules through a data context of Great Expectations and print their results as JSON, for `test_library.py`.

A separate program, because it needs the connectors that `pipeline/quality/library.py` leaves out of the import.
"""

import json
import sys
import warnings
from typing import Any

import great_expectations
import polars as pl
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.expectations.row_conditions import Column

import pipeline.quality.custom  # noqa: F401  # registers our own expectations
from pipeline.contracts.tables import TABLES
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import Rule, breaking_frame
from pipeline.quality.runner import _to_pandas
from pipeline.settings import shipped_folder


def build_condition(column: Column, value: Any) -> Any:
    if value is None:
        return column.is_null()
    return column >= value["at_least"] if isinstance(value, dict) else column == value


def build_expectation(rule: Rule) -> Any:
    conditions = [build_condition(Column(name), value) for name, value in rule.where.items()]
    arguments: dict[str, Any] = {**rule.arguments, **({"row_condition": conditions[0]} if conditions else {}), "meta": {"rule": rule.name}}
    return get_expectation_impl(rule.type)(**arguments)


def main() -> None:
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    definition = context.data_sources.add_pandas("frames").add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")
    output = {}
    for table in sys.argv[1:]:
        rules = load_rules(shipped_folder("expectations"))[table]
        frame = pl.concat([TABLES[table].example(), *(breaking_frame(rule) for rule in rules)])
        batch = definition.get_batch(batch_parameters={"dataframe": _to_pandas(frame, rules)})
        suite = great_expectations.ExpectationSuite(name=table, expectations=[build_expectation(rule) for rule in rules])
        results: list[Any] = batch.validate(suite, result_format={"result_format": "SUMMARY", "partial_unexpected_count": 5}).results
        output[table] = {
            result.expectation_config.meta["rule"]: [
                result.success,
                result.result.get("element_count"),
                result.result.get("unexpected_count"),
            ]
            for result in results
        }
    print(json.dumps(output))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
