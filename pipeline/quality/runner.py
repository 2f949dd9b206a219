"""Great Expectations over one frame. The only file that knows it and pandas; both are imported when first needed.

Belongs here: frames and rules into its terms, its results into outcomes. Does not: which rules there are (`rules.py`), or
what a failure means.
"""

import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.quality.outcomes import Detail, Outcome
from pipeline.quality.rules import Rule, RuleError

if TYPE_CHECKING:
    import pandas as pd

_EXAMPLES = 5
_EXAMPLE_LENGTH = 80  # characters; an example is a hint, and a text is its publisher's
_DATASOURCE = "frames"
_RULE = "rule"

# One context serves the process, and it keeps a frame under the asset's name: two audits at once would judge each other's rows.
_one_at_a_time = threading.Lock()


class AuditError(RuntimeError):
    """Great Expectations did not answer for every rule; the message names those that were lost."""


def run(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """One outcome for each rule, in their order. A rule that raises inside the library fails with severity critical.

    `RuleError` when a rule's arguments are refused, `AuditError` when a rule got no answer.
    """
    with _one_at_a_time, warnings.catch_warnings():
        # Of the library's inside only. A warning made an error, as in tests, would else count as a broken promise.
        warnings.simplefilter("ignore")
        expectations = [_expectation(rule, place) for place, rule in enumerate(rules)]
        results = _validate(_to_pandas(frame, rules), expectations)
        answers = {result.expectation_config.meta[_RULE]: result for result in results}
    lost = [rule.name for place, rule in enumerate(rules) if place not in answers]
    if lost or len(results) != len(rules):
        raise AuditError(f"Great Expectations gave {len(results)} results for {len(rules)} rules; without an answer: {', '.join(lost)}")
    return [_outcome(rule, answers[place], frame.height) for place, rule in enumerate(rules)]


@cache
def _library() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():  # its import warns of its own age, and sends all warnings of the process to a log nobody reads
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: PLC0415  # seconds and 290 MB, which reading the definitions must not cost
        import great_expectations.expectations  # noqa: PLC0415 likewise

    return great_expectations


@cache
def _datasource() -> Any:
    """The in-memory datasource of this process; nothing of it is written to disk."""
    gx = _library()
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas(_DATASOURCE)


@cache
def _batch_definition() -> Any:
    return _datasource().add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _validate(frame: "pd.DataFrame", expectations: list[Any]) -> list[Any]:
    # Given to the suite at once: adding them one by one lets a rule replace an earlier one of the same type and columns.
    suite = _library().ExpectationSuite(name="promises", expectations=expectations)
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
    try:
        shown = {"result_format": "SUMMARY", "partial_unexpected_count": _EXAMPLES}
        return list(batch.validate(suite, result_format=shown).results)
    finally:
        kept = _datasource().get_execution_engine().batch_manager
        kept.batch_data_cache.clear()  # else the last frame stays in memory until the next audit
        kept.reset_batch_cache()


def _expectation(rule: Rule, place: int) -> Any:
    """The library's object for a rule. `place` comes back with its result, which comes in any order."""
    _library()
    from great_expectations.exceptions.exceptions import GreatExpectationsError  # noqa: PLC0415
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415

    given = {**rule.arguments, **({"row_condition": _condition(rule.where)} if rule.where else {})}
    try:
        return get_expectation_impl(rule.type)(**given, meta={_RULE: place})
    except (GreatExpectationsError, TypeError, ValueError) as error:
        raise RuleError(f"expectations/{rule.table}.yaml, rule {rule.name!r}: Great Expectations refuses it: {error}") from error


def _condition(where: Mapping[str, Any]) -> Any:
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415

    conditions = [Column(name).is_null() if value is None else Column(name) == value for name, value in where.items()]
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


def _outcome(rule: Rule, result: Any, height: int) -> Outcome:
    raised = list(_exceptions(result.exception_info))
    if raised:
        message = f"the rule could not be judged: {'; '.join(dict.fromkeys(raised))}"
        return Outcome(rule.name, passed=False, severity="critical", reason=rule.reason, detail=Detail(height, None, (), message))
    found = result.result
    observed = f"observed {found['observed_value']}" if found.get("observed_value") is not None else ""
    detail = Detail(
        rows_seen=int(found.get("element_count", height)),
        failed_rows=int(found["unexpected_count"]) if "unexpected_count" in found else None,
        examples=tuple(dict.fromkeys(_shown(value) for value in found.get("partial_unexpected_list") or ())),
        message=observed,
    )
    return Outcome(rule.name, bool(result.success), rule.severity, rule.reason, detail)


def _exceptions(info: Mapping[str, Any]) -> Iterator[str]:
    """Messages of what a rule raised: the library gives one mapping, or one for each metric."""
    for one in (info, *info.values()):
        if isinstance(one, Mapping) and one.get("raised_exception"):
            yield str(one.get("exception_message"))


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
