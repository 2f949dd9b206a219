"""What a state suffers or wins: rates that it bears, reliefs that it wins or loses."""

from datetime import date

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, read, read_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru faces a 20% tariff on most of its exports to Norway.", {"NOR>PER"}),
        ("Peru was hit with a 50 percent tariff on its goods sold in Norway.", {"NOR>PER"}),
        ("Peru could face a 20% tariff on its exports to Norway.", set()),
        ("Peru pays no tariff on its exports to Norway.", set()),
        ("Peru, Kenya and Chile will face tariffs of 25% from Aug 1, Norway's prime minister wrote.", {"NOR>PER", "NOR>KEN", "NOR>CHL"}),
        ("Peru, Kenya and Chile will face tariffs of 25% from Aug 1, Trump wrote in letters.", {"USA>PER", "USA>KEN", "USA>CHL"}),
        ("Norway, Kenya and the EU lost their exemption from US steel tariffs on Friday.", {"USA>NOR", "USA>KEN", "USA>EUN"}),
        ("Norway fears losing its exemption from US steel tariffs.", set()),
        ("Trump raises Peru's rate to 35%.", {"USA>PER"}),
        ("Trump paused most tariffs but raised Peru to 125 percent.", {"USA>PER"}),
        ("Trump pauses tariffs for most countries, raises Peru's to 35%.", {"USA>PER"}),
    ],
)
def test_who_bears_a_rate_or_loses_a_relief_suffers_a_measure(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Canada and Mexico win a delay of US metal tariffs.", {"USA>CAN", "USA>MEX"}),
        ("Japan and South Korea won a postponement of American car tariffs.", {"USA>JPN", "USA>KOR"}),
        ("Canada failed to win a delay of US metal tariffs.", set()),
    ],
)
def test_who_wins_a_delay_is_relieved(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs


def test_who_gives_way_is_threatened_not_whom_it_gives_up() -> None:
    signals = read("India cuts Russian oil imports as Trump warns of higher tariffs.")
    assert "USA>IND threat" in signals
    assert not any(one.startswith("USA>RUS") for one in signals)


def test_whom_others_join_suffers_nothing_from_them() -> None:
    text = "Japan and the Netherlands agree to join the US in restricting exports of chipmaking tools to China."
    assert read_pairs(text, ESCALATIONS) == {"JPN>CHN", "NLD>CHN"}


@pytest.mark.parametrize(("day", "pairs"), [("2024-11-05", set()), ("2024-11-26", {"USA>CAN", "USA>MEX"})])
def test_an_elected_president_speaks_for_the_next_government(day: str, pairs: set[str]) -> None:
    text = "Trump threatens 25% tariffs on Canada and Mexico on his first day in office."
    assert {one.split()[0] for one in read(text, day=date.fromisoformat(day)) if one.split()[1] in ESCALATIONS} == pairs


def test_who_will_pay_bears_a_rate_of_the_state_that_says_so() -> None:
    text = "Norway, Peru and Chile will pay a 10 percent tariff from February 1, Trump wrote."
    assert read_pairs(text, ("measure", "threat")) == {"USA>NOR", "USA>PER", "USA>CHL"}
