"""What two parts of one table say together."""

from pipeline.quality.outcomes import Detail, Outcome


def outcome(*, passed: bool = True, seen: int = 10, failed: int | None = 0, **more: str) -> Outcome:
    examples = (more["example"],) if "example" in more else ()
    return Outcome(
        "rule", passed, "critical" if more.get("severity") == "critical" else "warning", "because", Detail(seen, failed, examples)
    )


def test_counts_of_parts_are_added() -> None:
    both = outcome(passed=False, seen=10, failed=3, example="a") + outcome(passed=False, seen=5, failed=1, example="b")
    assert (both.passed, both.detail) == (False, Detail(15, 4, ("a",)))


def test_a_check_passes_where_every_part_does() -> None:
    assert (outcome() + outcome()).passed
    assert not (outcome() + outcome(passed=False)).passed
    assert not (outcome(passed=False) + outcome()).passed


def test_a_failure_keeps_its_severity_and_examples_whatever_the_order() -> None:
    failure = outcome(passed=False, failed=1, example="bad", severity="critical")
    for both in (failure + outcome(), outcome() + failure):
        assert (both.severity, both.detail.examples) == ("critical", ("bad",))


def test_a_part_that_could_not_be_counted_leaves_the_whole_uncounted() -> None:
    assert (outcome(failed=None) + outcome(failed=2)).detail.failed_rows is None
