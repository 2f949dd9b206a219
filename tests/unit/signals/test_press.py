"""What newspapers' headlines and first sentences report, and their near-twins."""

import pytest

from tests.unit.signals.reading import read


def _pairs(text: str) -> set[str]:
    return {finding.split()[0] for finding in read(text)}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Japan weighs visa ban on Peruvian ministers", set()),
        ("Japan weighs ban on Peruvian copper after visa quarrel", {"JPN>PER"}),
        ("Chile will retaliate against Norway for hacking of its navy", set()),
        ("Chile will retaliate against Norway for hacking of its navy with tariffs on salmon", {"CHL>NOR"}),
        ("Norway places sanctions on nine Chilean officials for rights abuses", set()),
        ("Norway places sanctions on nine Chilean companies for rights abuses", {"NOR>CHL"}),
        ("Norway approves sale of F-35 fighter jets to Chile", set()),
        ("Norway approves sale of quarry drills to Chile", {"NOR>CHL"}),
        ("Chile rejects visit of Norwegian warship amid trade war tensions", set()),
        ("Chile rejects Norwegian salmon amid trade war tensions", {"CHL>NOR"}),
    ],
)
def test_another_dispute_without_trade_is_no_signal(text: str, pairs: set[str]) -> None:
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("A federal court ruled on Monday that President Trump's tariffs on Chilean goods are illegal.", {"USA>CHL easing"}),
        ("Trump lacked authority to impose tariffs on Chile, court rules", {"USA>CHL easing"}),
        ("A judge declared Trump's tariffs on Chile unlawful, saying that only Congress can impose them.", {"USA>CHL easing"}),
        ("Appeals court reinstates Trump's tariffs on Chile", {"USA>CHL measure"}),
        ("Trump acts within the law and imposes tariffs on Chile", {"USA>CHL measure"}),
        ("Court to decide whether Trump's tariffs on Chile are illegal", set()),
    ],
)
def test_a_court_that_denies_a_power_ends_the_restriction(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if finding.split()[1] in {"measure", "easing"}} == signals


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Mexico's economy minister sees quick NAFTA deal", {"MEX>USA"}),
        ("Canada ready to walk away from NAFTA talks", {"CAN>USA"}),
        ("Mexico's economy minister sees quick deal on nuts", set()),
        ("Mexico raises tariffs on Chinese cars before USMCA review", {"MEX>CHN"}),
    ],
)
def test_the_pact_of_north_america_names_the_united_states(text: str, pairs: set[str]) -> None:
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway closes loophole that let Chilean sellers ship parcels without paying duty", {"NOR>CHL measure"}),
        ("Norway may close loophole for Chilean parcels", {"NOR>CHL threat"}),
        ("Chile opens loophole for Norwegian salmon", {"CHL>NOR easing"}),
    ],
)
def test_closing_a_loophole_is_no_relief(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "is_accusation"),
    [
        ("US says Chile is no longer a currency manipulator", False),
        ("US names Chile a currency manipulator", True),
    ],
)
def test_an_accusation_taken_back_is_none(text: str, is_accusation: bool) -> None:
    assert any("accusation" in finding for finding in read(text)) == is_accusation


@pytest.mark.parametrize(
    ("text", "is_dialogue"),
    [
        ("Norway raises duty on Chilean copper before planned summit of the two countries", False),
        ("The ban on Chilean copper comes a week before Norwegian and Chilean ministers hold talks", False),
        ("Norway raises duty on Chilean copper, and its premier meets the Chilean president before the summit", True),
        ("Norway and Chile resume trade talks before summit", True),
    ],
)
def test_talks_that_only_date_an_act_are_none(text: str, is_dialogue: bool) -> None:
    assert any("dialogue" in finding for finding in read(text)) == is_dialogue


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Canada and Chile, tired of dependence on the United States, sign trade deal", {"CAN>CHL", "CHL>CAN"}),
        ("Chile and Norway sign trade pact as counterweight to China", {"CHL>NOR", "NOR>CHL"}),
        ("Norway restricts copper exports to Chile, aligning with US curbs", {"NOR>CHL"}),
        ("Norway suspended imports of Chilean chicken on Friday, joining Japan and Mexico", {"NOR>CHL"}),
        ("Norway approves tariffs on Chilean steel, an effort to placate the Trump administration", {"NOR>CHL"}),
        ("Vietnam to buy American corn to placate Trump", {"VNM>USA"}),
    ],
)
def test_who_is_named_for_comparison_has_no_part_in_an_act(text: str, pairs: set[str]) -> None:
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Ghana, the world's second-largest cocoa grower, halted exports of raw beans to Switzerland on Monday.", {"GHA>CHE"}),
        ("China, Asia's biggest producer, halted exports of gallium to Japan on Monday.", {"CHN>JPN"}),
        ("Ghana halted exports of raw beans to the world on Monday.", {"GHA>*"}),
    ],
)
def test_a_rank_in_the_world_is_no_target(text: str, pairs: set[str]) -> None:
    assert _pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "is_news"),
    [
        ("India restricted imports of Chilean lentils, a breach of the pact that the two signed last year.", True),
        ("India restricted imports of Chilean lentils last year, which growers regret.", False),
    ],
)
def test_a_date_in_a_relative_clause_dates_no_other_act(text: str, is_news: bool) -> None:
    assert ("IND>CHL measure" in read(text)) == is_news


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway will scrap export taxes on copper, a move that sent Chilean buyers scrambling.", set()),
        ("Norway will scrap export taxes on copper for Chile, a move that sent Chilean buyers scrambling.", {"NOR>CHL"}),
        ("Norway raised duties on Chilean copper, a step that Santiago called unfair.", {"NOR>CHL", "CHL>NOR"}),
    ],
)
def test_who_reacts_to_an_act_is_not_its_target(text: str, pairs: set[str]) -> None:
    assert {pair for pair in _pairs(text) if not pair.endswith("*")} == pairs


@pytest.mark.parametrize(
    ("text", "is_measure"),
    [
        ("Norway sees no reason to retaliate against American tariffs", False),
        ("Norway has no need to tax American fish", False),
        ("Norway retaliates against American tariffs for no reason", True),
    ],
)
def test_who_sees_no_reason_to_act_does_not_act(text: str, is_measure: bool) -> None:
    assert any(finding.startswith("NOR>USA measure") for finding in read(text)) == is_measure
