"""Restrictions that their own state reviews, and threats of new ones."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "is_threat"),
    [
        ("Oslo says it is reviewing its surtax on Chilean salmon.", False),
        ("Norway reviews its tariffs on Chilean salmon", False),
        ("Oslo says it is weighing a surtax on Chilean salmon.", True),
        ("Norway is reviewing its tariffs on Chilean salmon and threatened to raise them.", True),
        ("Norway is reviewing whether to tax Chilean salmon.", True),
    ],
)
def test_who_reviews_its_own_duty_threatens_no_new_one(text: str, is_threat: bool) -> None:
    assert ("NOR>CHL threat" in read(text)) == is_threat


def test_the_other_side_s_act_stays_next_to_a_review() -> None:
    assert "CHL>NOR measure" in read("Norway reviews its duty on Chilean salmon after Chile bans Norwegian cod")
