"""Acts at which talks only aim, and acts next to talks."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    "text",
    [
        "Canada and Peru opened talks to cut tariffs on tin.",
        "Canada will enter into negotiations with its trading partners to adjust imports of tin.",
        "Canada is in discussions with Peru to lift its ban on tin.",
    ],
)
def test_what_talks_aim_at_is_no_act(text: str) -> None:
    assert {finding.split()[1] for finding in asserted(text)} <= {"dialogue"}


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("Canada agreed in talks with Peru to cut tariffs on tin.", {"CAN>PER easing", "CAN>PER agreement"}),
        ("Canada finds it right to continue the talks with Peru and to delay its tariffs on tin.", {"CAN>PER easing"}),
        ("After talks, Canada moved to cut tariffs on Peruvian tin.", {"CAN>PER easing"}),
        ("Canada used the talks to announce tariffs on Peruvian tin.", {"CAN>PER measure"}),
        ("Canada broke off talks with Peru to impose tariffs on its tin.", {"CAN>PER measure"}),
        ("Canada will adjust imports of tin from Peru.", {"CAN>PER measure"}),
    ],
)
def test_what_is_done_at_or_after_talks_is_an_act(text: str, findings: set[str]) -> None:
    assert not findings.isdisjoint(asserted(text))


def test_what_neither_does_is_denied() -> None:
    text = "Canada's minister said neither the hearing nor the talks with Peru will serve to delay the tariffs on Peruvian tin."
    assert "CAN>PER easing" not in asserted(text)
    assert "CAN>PER measure" not in asserted("Neither Canada nor Peru has imposed tariffs on tin.")
    assert "CAN>PER measure" in asserted("Canada imposed tariffs on Peru, though neither wants a trade war.")
