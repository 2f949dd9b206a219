"""Outcomes of two batches of one table are combined."""

from pipeline.quality.outcomes import Detail, Outcome


def build_outcome(*, passed: bool = True, seen: int = 10, failed: int | None = 0, **more: str) -> Outcome:
    examples = (more["example"],) if "example" in more else ()
    return Outcome(
        "rule", passed, "critical" if more.get("severity") == "critical" else "warning", "because", Detail(seen, failed, examples)
    )


def test_counts_of_batches_are_added() -> None:
    both = build_outcome(passed=False, seen=10, failed=3, example="a") + build_outcome(passed=False, seen=5, failed=1, example="b")
    assert (both.passed, both.detail) == (False, Detail(15, 4, ("a",)))


def test_a_check_passes_if_every_batch_passes() -> None:
    assert (build_outcome() + build_outcome()).passed
    assert not (build_outcome() + build_outcome(passed=False)).passed
    assert not (build_outcome(passed=False) + build_outcome()).passed


def test_a_failure_keeps_severity_and_examples_in_either_order() -> None:
    failure = build_outcome(passed=False, failed=1, example="bad", severity="critical")
    for both in (failure + build_outcome(), build_outcome() + failure):
        assert (both.severity, both.detail.examples) == ("critical", ("bad",))


def test_of_two_failures_the_critical_one_decides() -> None:
    warning, critical = build_outcome(passed=False, failed=1, example="a"), build_outcome(passed=False, failed=1, severity="critical")
    assert [(warning + critical).severity, (critical + warning).severity] == ["critical", "critical"]


def test_the_count_is_none_if_one_batch_has_none() -> None:
    assert (build_outcome(failed=None) + build_outcome(failed=2)).detail.failed_rows is None
