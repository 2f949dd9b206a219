"""Who won and lost before the World Trade Organization, and rulings that only come later."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("An arbitration panel found for Peru in its case against Chile on grapes.", {"PER>CHL investigation"}),
        ("A WTO panel ruled against Chile on Tuesday in its dispute with Peru over wine.", {"PER>CHL investigation"}),
        ("A WTO panel ruled on Tuesday that Chile's duties discriminate against Peru.", {"PER>CHL investigation"}),
        ("Chile opened an investigation into Peruvian wine on Tuesday.", {"CHL>PER investigation"}),
    ],
)
def test_only_the_winner_of_a_ruling_has_investigated(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if finding.endswith(("investigation", "measure"))} == signals


def test_what_a_panel_rules_on_is_no_new_measure() -> None:
    text = "A WTO panel found on Monday that Chile's quota on Peruvian beef breaks global rules, handing Lima a victory."
    assert read(text) == {"PER>CHL investigation"}
    assert "CHL>PER measure" in read("Chile set a quota on Peruvian beef on Monday, handing its farmers a victory.")


def test_a_ruling_that_was_put_off_is_no_inquiry() -> None:
    assert read("A WTO ruling on Peru's complaint over Chilean duties was put back to June.") == set()
    assert read("A WTO ruling on Peru's complaint over Chilean duties came on Monday: Peru has won.") != set()
