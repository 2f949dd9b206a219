"""Planned restrictions that are given up, and others that are not imposed."""

import pytest

from tests.unit.signals.reading import explain, read


@pytest.mark.parametrize(
    "text",
    [
        "Norway will not go ahead with its planned duty on Chilean copper, its trade minister said.",
        "Norway decided not to proceed with tariffs on Chilean copper.",
        "Norway won't press ahead with the threatened levy on Chilean copper",
    ],
)
def test_a_planned_restriction_given_up_is_relief(text: str) -> None:
    assert {(finding["kind"], finding["status"]) for finding in explain(text) if finding["modality"] == "asserted"} == {("easing", "ended")}


@pytest.mark.parametrize(
    "text",
    [
        "Norway will not approve a duty on Chilean copper.",
        "Norway has not gone ahead with its planned duty on Chilean copper.",
        "Norway will not go ahead with its plan to buy Chilean copper.",
        "Norway will not go ahead with its planned duty on Chilean copper unless talks fail.",
    ],
)
def test_what_only_has_not_come_is_no_relief(text: str) -> None:
    assert "NOR>CHL easing" not in read(text)
