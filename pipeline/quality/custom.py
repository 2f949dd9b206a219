"""What Great Expectations lacks: an expectation, and graphs built fast.

Imported only by `library.py`, because it imports Great Expectations.
"""

from typing import Any, ClassVar, Literal

from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import column_pair_condition_partial
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import ColumnPairMapMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validation_graph import ValidationGraph


class MetricGraph(ValidationGraph):
    """Graph of metrics that adds each metric, with its dependencies, once.

    Great Expectations adds a metric's dependencies again for every metric that depends on it: five times on average.
    """

    def __init__(self, execution_engine: PandasExecutionEngine) -> None:
        super().__init__(execution_engine)
        self._listed: set[Any] = set()

    def build_metric_dependency_graph(self, metric_configuration: MetricConfiguration, runtime_configuration: Any = None) -> None:
        """Add a metric and all that it needs, once."""
        if metric_configuration.id not in self._listed:
            self._listed.add(metric_configuration.id)
            super().build_metric_dependency_graph(metric_configuration, runtime_configuration)


class ColumnPairValuesDiffer(ColumnPairMapMetricProvider):
    """Vectorized metric: whether two columns differ in each row."""

    condition_metric_name = "column_pair_values.differ"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ()

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: Any, column_B: Any, **_: Any) -> Any:  # noqa: N803, N805  # named by the library
        return column_A != column_B


class ExpectColumnPairValuesToDiffer(ColumnPairMapExpectation):
    """Expect two columns to differ in each row.

    By default, rows in which both are missing are skipped. `expect_select_column_values_to_be_unique_within_record` of Great Expectations
    does the same in a Python loop: 30 s per million rows.
    """

    ignore_row_if: Literal["both_values_are_missing", "either_value_is_missing", "neither"] = "both_values_are_missing"
    map_metric = "column_pair_values.differ"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B")
