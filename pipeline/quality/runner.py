"""Judge one frame by its rules with Great Expectations. With `library.py` the only code that knows it and pandas.

Belongs here: frames and rules into its terms, its results into outcomes. Does not: which rules there are, or what a failure means.
"""

import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.quality.library import load_library
from pipeline.quality.outcomes import Detail, Outcome
from pipeline.quality.rules import Rule, RuleError

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5
_EXAMPLE_LENGTH = 80  # characters; an example is a hint, and a text is its publisher's
_BATCH = "frame"
# A rule that passes needs no examples: they are computed only for rules that some row breaks.
_COUNTS: dict[str, Any] = {"result_format": {"result_format": "BOOLEAN_ONLY"}}
_WITH_EXAMPLES: dict[str, Any] = {"result_format": {"result_format": "BASIC", "partial_unexpected_count": _EXAMPLES}}

# One engine serves the process: two audits at once would judge each other's rows.
_one_at_a_time = threading.Lock()


def run(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """One outcome for each rule, in their order. A rule that raises inside the library fails with severity critical.

    `RuleError` when a rule's arguments are refused.
    """
    with _one_at_a_time, warnings.catch_warnings():
        # The library's own warnings only. One made an error, as in tests, would count as a failed check.
        warnings.simplefilter("ignore")
        judged = [_judgement(rule) for rule in rules]
        suite = _suite(tuple(judged))
        engine = load_library().engine
        engine.load_batch_data(_BATCH, _to_pandas(frame, rules))
        try:
            metrics, aborted = _resolve(suite.graph, _COUNTS)
            return [one.outcome(metrics, aborted, frame.height) for one in judged]
        finally:
            engine.batch_manager.batch_data_cache.clear()  # else the last frame stays in memory until the next audit
            engine.batch_manager.reset_batch_cache()


class _NotJudgedError(Exception):
    """A rule has no result; the message says why."""


class _Judgement:
    """One rule as the library's expectation, with the metrics that it needs. Independent of any frame, and built once."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._expectation = _expectation(rule)
        self._engine = load_library().engine
        self.needs = self._dependencies(_COUNTS)

    def outcome(self, metrics: Mapping[Any, Any], aborted: Mapping[Any, Any], height: int) -> Outcome:
        """What the metrics of a frame say about the rule."""
        rule = self.rule
        try:
            success, result = self._validate(self.needs, metrics, aborted)
            if rule.expectation_type.scope != "row":
                observed = f"observed {result['observed_value']}" if result.get("observed_value") is not None else ""
                return Outcome(rule.name, success, rule.severity, rule.reason, Detail(height, None, (), observed))
            values = {name: metrics[metric.id] for name, metric in self.needs.metric_configurations.items()}
            seen = int(values["table.row_count"])
            failed = max((int(count) for name, count in values.items() if self._counts_failures(name)), default=0)
            return Outcome(rule.name, success, rule.severity, rule.reason, Detail(seen, failed, self._examples() if failed else ()))
        except _NotJudgedError as error:
            message = f"the rule could not be judged: {error}"
            return Outcome(rule.name, passed=False, severity="critical", reason=rule.reason, detail=Detail(height, None, (), message))

    @cached_property
    def _needs_for_examples(self) -> Any:
        return self._dependencies(_WITH_EXAMPLES)

    def _examples(self) -> tuple[str, ...]:
        needs = self._needs_for_examples
        _, result = self._validate(needs, *_resolve(_graph([needs], _WITH_EXAMPLES), _WITH_EXAMPLES))
        return tuple(dict.fromkeys(_shown(value) for value in result.get("partial_unexpected_list") or ()))

    def _counts_failures(self, metric: str) -> bool:
        return metric == f"{self._expectation.map_metric}.unexpected_count"

    def _dependencies(self, configuration: dict[str, Any]) -> Any:
        return self._expectation.get_validation_dependencies(execution_engine=self._engine, runtime_configuration=dict(configuration))

    def _validate(self, needs: Any, metrics: Mapping[Any, Any], aborted: Mapping[Any, Any]) -> tuple[bool, Mapping[str, Any]]:
        """Whether the rule holds, and the library's result. `_NotJudgedError` when one of its metrics could not be computed."""
        if any(metric.id not in metrics for metric in needs.get_metric_configurations()):
            own = {edge.left.id for edge in _graph([needs], _COUNTS).edges}
            messages = [str(info["exception_info"].exception_message) for metric, info in aborted.items() if metric in own]
            raise _NotJudgedError("; ".join(dict.fromkeys(messages)) or "Great Expectations gave no result")
        given = {name: metrics[metric.id] for name, metric in needs.metric_configurations.items()}
        try:
            # Not `metrics_validate`, which builds the same dependencies again: four fifths of the time of a small frame.
            found = self._expectation._validate(
                metrics=given, runtime_configuration={"result_format": needs.result_format}, execution_engine=self._engine
            )
        except Exception as error:  # whatever the library raises about one rule is the outcome of that rule
            raise _NotJudgedError(str(error)) from error
        return bool(found["success"]), found.get("result", {})


@dataclass(frozen=True)
class _Suite:
    """The metrics of all rules of a table in one graph, each of them once."""

    graph: Any


@lru_cache(maxsize=4096)
def _judgement(rule: Rule) -> _Judgement:
    return _Judgement(rule)


@lru_cache(maxsize=256)
def _suite(judged: tuple[_Judgement, ...]) -> _Suite:
    return _Suite(_graph([one.needs for one in judged], _COUNTS))


def _graph(needs: Sequence[Any], configuration: dict[str, Any]) -> Any:
    metrics = {metric.id: metric for one in needs for metric in one.get_metric_configurations()}
    return load_library().calculator.build_metric_dependency_graph(list(metrics.values()), runtime_configuration=configuration)


def _resolve(graph: Any, configuration: dict[str, Any]) -> tuple[Mapping[Any, Any], Mapping[Any, Any]]:
    """Values of the graph's metrics for the loaded frame, and what went wrong with those that have none."""
    resolved: tuple[Mapping[Any, Any], Mapping[Any, Any]] = load_library().calculator.resolve_validation_graph(
        graph, runtime_configuration=configuration
    )
    return resolved


def _expectation(rule: Rule) -> Any:
    """The library's object for a rule."""
    library = load_library()
    condition = {"row_condition": _condition(rule.where)} if rule.where else {}
    try:
        return library.expectation_type(rule.type)(**rule.arguments, **condition)
    except (library.error, TypeError, ValueError) as error:
        raise RuleError(f"table {rule.table}, rule {rule.name!r}: Great Expectations refuses it: {error}") from error


def _condition(where: Mapping[str, Any]) -> Any:
    column = load_library().column
    conditions = [column(name).is_null() if value is None else column(name) == value for name, value in where.items()]
    together: Any = conditions[0]
    for condition in conditions[1:]:
        together = together & condition
    return together


def _to_pandas(frame: pl.DataFrame, rules: Sequence[Rule]) -> "pd.DataFrame":
    """The columns that the rules look at, backed by Arrow, which keeps whole numbers whole and dates dates where values are missing.

    Numbers without gaps, and instants, become NumPy's: the same values, and ten times as fast, because the library loops in Python over
    Arrow's. NaN must stay with Arrow, where a rule refuses it; NumPy's would be passed over as missing.
    """
    names = list(dict.fromkeys(name for rule in rules for name in rule.columns)) or frame.columns[:1]
    chosen = frame.select(names)
    pandas = chosen.to_pandas(use_pyarrow_extension_array=True)
    for name, dtype in chosen.schema.items():
        column = chosen[name]
        if isinstance(dtype, pl.Datetime):
            pandas[name] = column.to_pandas()
        elif dtype.is_numeric() and not column.null_count() and not (dtype.is_float() and column.is_nan().any()):
            pandas[name] = column.to_numpy()
    return pandas


def _shown(value: Any) -> str:
    """A failing value as text: a pair as `a / b`, several columns as `name=value`."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{name}={part}" for name, part in value.items())
    elif isinstance(value, tuple):
        text = " / ".join(str(part) for part in value)
    else:
        text = str(value)
    text = " ".join(text.split()) or "(empty)"
    return text if len(text) <= _EXAMPLE_LENGTH else f"{text[: _EXAMPLE_LENGTH - 1]}…"
