"""Inquiries next to other acts, and rulings of the World Trade Organization."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            "Canada announced tariffs on Peruvian tin and an antitrust investigation into Minera.",
            {"CAN>PER measure", "CAN>PER investigation"},
        ),
        (
            "Peru answered Ottawa's duties, announcing a tax on Canadian wheat, a probe of a Canadian bank and permits for three metals.",
            {"PER>CAN measure", "PER>CAN investigation"},
        ),
        ("Canada accused Peru of dumping and opened an investigation into its tin.", {"CAN>PER accusation", "CAN>PER investigation"}),
        ("Canada accuses Peru of dumping, opens Section 301 investigation into its tin", {"CAN>PER accusation", "CAN>PER investigation"}),
    ],
)
def test_an_inquiry_next_to_another_act_is_one_more(text: str, findings: set[str]) -> None:
    assert asserted(text) == findings


@pytest.mark.parametrize(
    "text",
    [
        "Canada imposed duties on Peruvian tin, the result of an inquiry into dumping.",
        "Canada imposed tariffs on Peruvian tin after an investigation into dumping.",
        "Canada imposed tariffs on Peruvian tin and dropped its investigation of Peruvian zinc.",
        "Canada accused Peru of opening an investigation into its tin.",
    ],
)
def test_an_inquiry_that_is_not_opened_is_none(text: str) -> None:
    assert "CAN>PER investigation" not in asserted(text)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("The World Trade Organization ruled against Canada in a dispute with Peru over tin.", {"PER>CAN investigation"}),
        ("WTO sides with Peru against Canada over tin", {"PER>CAN investigation"}),
        ("A WTO panel ruled that Canada's limits on Peruvian tin are inconsistent with its rules.", {"PER>CAN investigation"}),
        ("A WTO panel will decide whether Canada's limits on Peruvian tin break its rules.", set()),
        ("A WTO panel found that Canada's limits on Peruvian tin do not violate its rules.", set()),
        ("Canada envies the WTO-backed Peru over its limits on tin.", set()),
    ],
)
def test_a_ruling_of_the_world_trade_organization_is_an_inquiry_of_who_won(text: str, findings: set[str]) -> None:
    assert {finding for finding in asserted(text) if "investigation" in finding} == findings


def test_to_adjust_imports_or_a_quota_says_nothing_of_its_size() -> None:
    quota = "The United States sets a tariff-rate quota for cars from Peru; it will be adjusted for 2026."
    assert "USA>PER measure" not in asserted(quota)
    assert asserted("The United States will start talks with Peru to adjust the imports of cars from Peru.") <= {
        "USA>PER dialogue",
        "PER>USA dialogue",
    }
    assert asserted("Peru said it would adjust its duty on American cars.") == {"PER>USA easing"}


def test_a_panel_is_not_needed_to_speak_of_a_complaint() -> None:
    assert "PER>CAN investigation" in read("Peru filed a complaint against Canada with the WTO.")


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("Canada taxed Peruvian tin on Friday. The market regulator opened an antitrust inquiry into Minera.", {"CAN>PER investigation"}),
        ("Canada said that it would tax tin from Peru. Its ministry also launched an investigation into zinc.", {"CAN>PER investigation"}),
        ("Canada taxed Peruvian tin on Friday. The market regulator spoke of an antitrust inquiry into Minera.", set()),
        ("The market regulator opened an antitrust inquiry into Minera.", set()),
    ],
)
def test_an_office_acts_for_the_state_that_acted_before(text: str, findings: set[str]) -> None:
    assert {finding for finding in read(text) if "investigation" in finding} == findings
