"""The European Union and its members, which have no trade policy towards each other."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("title", "pairs"),
    [
        ("EC minister sees fish tax still in negotiation", set()),
        ("EC minister sees fish tax with Norway still in negotiation", {"EUN>NOR"}),
    ],
)
def test_the_union_has_no_talks_with_a_member(title: str, pairs: set[str]) -> None:
    text = "The tax has not been ruled out, Belgium's minister for foreign trade said."
    assert {finding.split()[0] for finding in read(text, title) if finding.endswith(" dialogue")} == pairs


@pytest.mark.parametrize(
    ("other", "has_talks"),
    [("Macron", False), ("the Norwegian premier", True)],
)
def test_members_have_no_trade_talks_with_each_other(other: str, *, has_talks: bool) -> None:
    text = f"The German chancellor and {other} met in Berlin to discuss a response to Trump's tariffs."
    assert any(finding.endswith(" dialogue") for finding in read(text)) is has_talks
