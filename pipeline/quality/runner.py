"""Run rules on one frame with Great Expectations.

Great Expectations is used only here, in `library.py` and in `custom.py`. Which rules exist is in `rule_files.py` and `derived.py`;
what happens after a failure is decided by the caller.
"""

import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import TensionError
from pipeline.quality.library import load_library
from pipeline.quality.outcomes import Detail, Outcome
from pipeline.quality.rules import Rule, RuleError

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5
_VALUE_LENGTH = 80  # characters; longer values are cut, because article text must not be republished
_BATCH = "frame"
# Examples cost time, so they are computed only for rules that fail on some row.
_COUNTS: dict[str, Any] = {"result_format": {"result_format": "BOOLEAN_ONLY"}}
_WITH_ROWS: dict[str, Any] = {"result_format": {"result_format": "COMPLETE"}}

# One engine serves the whole process: two threads that use it at once would read each other's frame.
_lock = threading.Lock()


def run_rules(frame: pl.DataFrame, rules: Sequence[Rule], key: Sequence[str] = ()) -> list[Outcome]:
    """Run rules on a frame; return one outcome each, in order.

    A rule that raises inside Great Expectations fails with severity critical. `key`: columns of the table's key, which the examples of
    failing rows show. Raises `RuleError` if Great Expectations rejects the arguments of a rule.
    """
    with _lock, warnings.catch_warnings():
        # All warnings here are those of Great Expectations. Where tests turn warnings into errors, one would count as a failed check.
        warnings.simplefilter("ignore")
        compiled = [_compile_rule(rule) for rule in rules]
        graph = _build_suite_graph(tuple(compiled))
        engine = load_library().engine
        engine.load_batch_data(_BATCH, _to_pandas(frame, rules))
        try:
            metrics, errors = _resolve_metrics(graph, _COUNTS)
            return [one.evaluate(metrics, errors, frame, key) for one in compiled]
        finally:
            engine.batch_manager.batch_data_cache.clear()  # releases the frame
            engine.batch_manager.reset_batch_cache()


class _EvaluationError(TensionError):
    """A rule could not be evaluated; the message says why."""


class _CompiledRule:
    """A rule as an expectation of Great Expectations, with its metrics.

    It is independent of any frame.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._expectation = _build_expectation(rule)
        self._engine = load_library().engine
        with _keep_configuration(self._expectation):
            self.dependencies = self._list_dependencies(_COUNTS)

    def evaluate(self, metrics: Mapping[Any, Any], errors: Mapping[Any, Any], frame: pl.DataFrame, key: Sequence[str]) -> Outcome:
        """Compute the rule's outcome from the metrics of a frame.

        `metrics` and `errors`: results of `_resolve_metrics`; `key`: columns that name a failing row. Examples are computed only if rows
        fail, from the frame that the engine holds.
        """
        rule = self.rule
        try:
            success, result = self._validate(self.dependencies, metrics, errors)
            if rule.expectation_type.scope != "row":
                message = f"observed {result['observed_value']}" if result.get("observed_value") is not None else ""
                return Outcome(rule.name, success, rule.severity, rule.reason, Detail(frame.height, None, (), message))
            values = {name: metrics[metric.id] for name, metric in self.dependencies.metric_configurations.items()}
            seen = int(values["table.row_count"])
            failed = max((int(count) for name, count in values.items() if self._is_failure_count(name)), default=0)
            examples = self._list_examples(frame, key) if failed else ()
            return Outcome(rule.name, success, rule.severity, rule.reason, Detail(seen, failed, examples))
        except _EvaluationError as error:
            message = f"the rule could not be evaluated: {error}"
            return Outcome(rule.name, passed=False, severity="critical", reason=rule.reason, detail=Detail(frame.height, None, (), message))

    @cached_property
    def _dependencies_with_rows(self) -> Any:
        """Great Expectations' metrics that are needed to list failing rows."""
        return self._list_dependencies(_WITH_ROWS)

    def _list_examples(self, frame: pl.DataFrame, key: Sequence[str]) -> tuple[str, ...]:
        """Describe the first five rows that fail the rule.

        Equal descriptions are returned once. A description has the row's key, and the columns that the rule judges.
        """
        dependencies = self._dependencies_with_rows
        graph = _build_graph([dependencies], _WITH_ROWS)
        _, result = self._validate(dependencies, *_resolve_metrics(graph, _WITH_ROWS))
        rows = (result.get("unexpected_index_list") or ())[:_EXAMPLES]
        names = [name for name in self.rule.judged_columns if name not in key]
        return tuple(dict.fromkeys(_describe_row(frame.row(int(row), named=True), key, names) for row in rows))

    def _is_failure_count(self, metric: str) -> bool:
        """Return whether a metric counts the rows that fail the rule."""
        return metric == f"{self._expectation.map_metric}.unexpected_count"

    def _list_dependencies(self, configuration: dict[str, Any]) -> Any:
        """List Great Expectations' metrics that the rule needs.

        `configuration`: the format in which Great Expectations returns results.
        """
        return self._expectation.get_validation_dependencies(execution_engine=self._engine, runtime_configuration=dict(configuration))

    def _validate(self, dependencies: Any, metrics: Mapping[Any, Any], errors: Mapping[Any, Any]) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the rule passed, and Great Expectations' result.

        `dependencies`: the metrics that the rule needs (`_list_dependencies`); `metrics`, `errors`: results of `_resolve_metrics`. Raises
        `_EvaluationError` if a metric is missing (with its message in `errors`), or if Great Expectations raises an error.
        """
        if any(metric.id not in metrics for metric in dependencies.get_metric_configurations()):
            own = {edge.left.id for edge in _build_graph([dependencies], _COUNTS).edges}
            messages = [str(info["exception_info"].exception_message) for metric, info in errors.items() if metric in own]
            raise _EvaluationError("; ".join(dict.fromkeys(messages)) or "Great Expectations gave no result")
        values = {name: metrics[metric.id] for name, metric in dependencies.metric_configurations.items()}
        try:
            # Not `metrics_validate`: it builds the dependencies again, which takes 80 % of the time for a small frame.
            with _keep_configuration(self._expectation):
                result = self._expectation._validate(
                    metrics=values, runtime_configuration={"result_format": dependencies.result_format}, execution_engine=self._engine
                )
        except Exception as error:  # any error of Great Expectations is the outcome of this rule
            raise _EvaluationError(str(error)) from error
        return bool(result["success"]), result.get("result", {})


@lru_cache(maxsize=4096)
def _compile_rule(rule: Rule) -> _CompiledRule:
    """Compile a rule once per process; rules are compared by identity."""
    return _CompiledRule(rule)


@lru_cache(maxsize=256)
def _build_suite_graph(compiled: tuple[_CompiledRule, ...]) -> Any:
    """Build Great Expectations' graph of these rules' metrics, once per process."""
    return _build_graph([one.dependencies for one in compiled], _COUNTS)


def _build_graph(dependencies: Sequence[Any], configuration: dict[str, Any]) -> Any:
    """Build the graph of metrics and what they need, each once.

    A metric is a number or list that rules need of a frame. `dependencies`: the metrics of each rule (`_list_dependencies`).
    `configuration`: the format of results, `_COUNTS` or `_WITH_ROWS`.
    """
    metrics = {metric.id: metric for one in dependencies for metric in one.get_metric_configurations()}
    graph = load_library().graph(load_library().engine)
    for metric in metrics.values():
        graph.build_metric_dependency_graph(metric, configuration)
    return graph


def _resolve_metrics(graph: Any, configuration: dict[str, Any]) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Compute the graph's metrics for the frame that the engine holds.

    `configuration`: as in `_build_graph`. Returns two mappings by id of the metric: values, and errors of the metrics without a value.
    """
    resolved: tuple[Mapping[Any, Any], Mapping[Any, Any]] = load_library().calculator.resolve_validation_graph(
        graph, runtime_configuration=configuration
    )
    return resolved


def _build_expectation(rule: Rule) -> Any:
    """Build the expectation of a rule; `RuleError` if its arguments are wrong."""
    library = load_library()
    condition = {"row_condition": _build_condition(rule.where)} if rule.where else {}
    try:
        return library.expectation_type(rule.type)(**rule.arguments, **condition)
    except (library.error, TypeError, ValueError) as error:
        raise RuleError(f"table {rule.table}, rule {rule.name!r}: Great Expectations rejects it: {error}") from error


@contextmanager
def _keep_configuration(expectation: Any) -> Iterator[None]:
    """Keep an expectation's configuration, built once, during this block.

    Great Expectations builds it again for each argument that it reads: 40 times for one expectation.
    """
    kind = type(expectation)
    kind.configuration = expectation.configuration  # takes precedence over the property of its base class
    try:
        yield
    finally:
        del kind.configuration


def _build_condition(where: Mapping[str, Any]) -> Any:
    """Build the condition that limits a rule to rows with these values.

    `where`: value by column (None: null), or the least value allowed, as `{"at_least": value}`; all conditions must hold. `where` has at
    least one column.
    """
    conditions = [_build_one_condition(load_library().column(name), value) for name, value in where.items()]
    combined: Any = conditions[0]
    for condition in conditions[1:]:
        combined = combined & condition
    return combined


def _build_one_condition(column: Any, value: Any) -> Any:
    if value is None:
        return column.is_null()
    return column >= value["at_least"] if isinstance(value, Mapping) else column == value


def _to_pandas(frame: pl.DataFrame, rules: Sequence[Rule]) -> "pd.DataFrame":
    """Convert the columns that the rules read to pandas.

    Arrow types keep integers and dates exact where values are missing. Datetimes, and numbers without nulls or NaN, become NumPy arrays:
    the same values, ten times as fast, because Great Expectations loops over Arrow arrays in Python. NaN stays in Arrow, where a rule fails
    on it; in NumPy it would be skipped as missing.
    """
    # Rules about the whole table read no column, but the frame needs one for the number of rows.
    names = list(dict.fromkeys(name for rule in rules for name in rule.columns)) or frame.columns[:1]
    selected = frame.select(names)
    pandas = selected.to_pandas(use_pyarrow_extension_array=True)
    for name, dtype in selected.schema.items():
        column = selected[name]
        if isinstance(dtype, pl.Datetime):
            pandas[name] = column.to_pandas()
        elif dtype.is_numeric() and not column.null_count() and not (dtype.is_float() and column.is_nan().any()):
            pandas[name] = column.to_numpy()
    return pandas


def _describe_row(row: Mapping[str, Any], key: Sequence[str], names: Sequence[str]) -> str:
    """Describe a row by its key and the values of `names`.

    For example "2025-03-05, Le Journal (accepted 0, quarantined 1)"; without a key, only the values.
    """
    values = ", ".join(f"{name} {_format_value(row[name])}" for name in names)
    if not key:
        return values
    where = ", ".join(_format_value(row[name]) for name in key)
    return f"{where} ({values})" if values else where


def _format_value(value: Any) -> str:
    """Format a value on one line of at most `_VALUE_LENGTH` characters.

    Spaces and line breaks in a row become one space, and a longer text is cut. None is "(none)", an empty or blank text "(empty)".
    """
    text = "(none)" if value is None else " ".join(str(value).split()) or "(empty)"
    return text if len(text) <= _VALUE_LENGTH else f"{text[: _VALUE_LENGTH - 1]}…"
