"""Declining to lift or change a restriction, and declining to impose one."""

import pytest

from tests.unit.signals.reading import asserted, explain


@pytest.mark.parametrize(
    "text",
    [
        "Norway said it has no plan to lift its duty on Chilean salmon.",
        "Norway does not plan to lift its duty on Chilean salmon.",
        "Norway has no immediate plans to remove its tariffs on Chilean salmon.",
        "Norway said it had no plan to change its duty on Chilean salmon.",
        "Norway will not alter its tariffs on Chilean salmon.",
    ],
)
def test_no_plan_to_lift_or_change_a_duty_is_a_refusal(text: str) -> None:
    assert asserted(text) == {"NOR>CHL refusal"}


@pytest.mark.parametrize("verb", ["impose", "raise"])
def test_no_plan_to_restrict_trade_is_denied(verb: str) -> None:
    findings = explain(f"Norway said it had no plan to {verb} a duty on Chilean salmon.")
    assert {finding["modality"] for finding in findings} == {"negated"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway changed its duty on Chilean salmon.", set()),
        ("Norway has not changed its duty on Chilean salmon.", set()),
        ("Norway urged Chile to change its duty on cod.", {"NOR>CHL demand"}),
    ],
)
def test_a_change_up_or_down_is_neither(text: str, signals: set[str]) -> None:
    assert {finding for finding in asserted(text) if "historical" not in finding} == signals


def test_no_change_of_a_duty_is_a_denied_measure() -> None:
    findings = explain("Norway announced no change in its duty on Chilean salmon.")
    assert {(finding["kind"], finding["modality"]) for finding in findings} == {("measure", "negated")}
