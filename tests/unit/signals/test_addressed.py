"""Who is informed of what it will suffer, ultimatums, and states that only seem to have a part in an act."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trump told India that it will face a 50 percent tariff.", {"USA>IND measure"}),
        ("Mr. Trump told the European Union that it would face a tariff of 50 percent unless it opened its market.", {"USA>EUN threat"}),
        ("Mr. Trump said in a letter to Brazil that it would face a 50 percent tariff.", {"USA>BRA threat"}),
        ("Mr. Trump told Japan's prime minister that it must buy more American rice.", {"USA>JPN demand"}),
        ("Trump warned Colombia it would face tariffs of 50 percent.", {"USA>COL threat"}),
        ("Ottawa told Chile and Peru that they would face tariffs of 20 percent.", {"CAN>CHL measure", "CAN>PER measure"}),
        ("Washington told Seoul that it would impose tariffs.", {"USA>KOR threat"}),
        ("Mr. Trump said that if Brussels did not open its market, it would pay a 50 percent tariff.", {"USA>EUN threat"}),
    ],
)
def test_who_is_informed_of_what_it_will_suffer_suffers_it(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Mr. Trump gave China until Nov. 1 to lift its rare earth curbs or face an additional 100 percent tariff.", {"USA>CHN threat"}),
        ("Trump told India to stop buying Russian oil or face higher tariffs.", {"USA>IND demand", "USA>IND threat"}),
        ("It is unclear whether Norway will tell Peru to cut its duty or face a tariff.", set()),
    ],
)
def test_an_ultimatum_is_a_threat(text: str, signals: set[str]) -> None:
    assert {signal for signal in asserted(text) if "threat" in signal} == {signal for signal in signals if "threat" in signal}
    assert read(text) >= signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Germany opposes using the anti-coercion instrument against the United States.", set()),
        ("Berlin opposes new tariffs on Chinese electric cars.", {"DEU>CHN accusation"}),
        ("Taiwan agreed to invest 250 billion dollars in the United States in return for a 15 percent tariff.", set()),
        ("Trump cut the tariff on Indian goods to 18 percent after Modi agreed to stop buying Russian oil.", {"USA>IND easing"}),
        ("India said it would not be bullied into buying less Russian oil.", set()),
        ("Japan clinched a 15 percent tariff from the United States, down from 25 percent.", {"USA>JPN easing"}),
        ("Swiss tariffs cut to 15% in deal with US", {"USA>CHE easing"}),
    ],
)
def test_who_has_no_part_in_an_act_has_no_signal_of_it(text: str, signals: set[str]) -> None:
    signals_of_act = {signal for signal in read(text) if not signal.endswith(("agreement", "measure"))}
    assert signals_of_act == signals
    assert not read(text) & {"TWN>USA measure", "IND>RUS easing", "CHE>USA easing", "USA>RUS easing"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        (
            "Canada rejected the demand and said it would impose tariffs of its own on American steel.",
            {"CAN>USA refusal", "CAN>USA measure"},
        ),
        ("Canada demanded relief and said it would impose tariffs on American steel.", {"CAN>USA measure", "CAN>USA demand"}),
        ("Ottawa withstood American pressure to drop its digital tax.", {"CAN>USA refusal"}),
        ("Brazil's president said his country would not take orders from Washington on trade.", {"BRA>USA refusal"}),
        ("Beijing has shown no sign of yielding to American pressure over its export curbs.", {"CHN>USA refusal"}),
    ],
)
def test_who_rejects_a_demand_demands_nothing(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize("verb", ["imposed steel tariffs on all countries", "put a 10 percent tariff on all imports"])
def test_an_act_that_spares_named_partners_is_no_relief_for_all(verb: str) -> None:
    assert read(f"Trump {verb} but exempted Canada and Mexico.") == {"USA>* measure", "USA>CAN easing", "USA>MEX easing"}


def test_what_a_restriction_will_only_do_is_an_accusation() -> None:
    assert asserted("US tariffs will only hurt American consumers, China's commerce ministry said.") == {"CHN>USA accusation"}
    assert asserted("China's foreign ministry said there is no winner in a tariff war with the United States.") == {"CHN>USA accusation"}
    assert asserted("US tariffs will not hurt Japan's economy, Tokyo said.") == set()


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        (
            "President Trump announced on Monday that imports from Japan and South Korea would face a 25 percent tariff.",
            {"USA>JPN", "USA>KOR"},
        ),
        ("Washington threatened tariffs on nations that still import oil from Russia.", {"USA>*"}),
        ("Swiss watchmakers start paying a 39 percent American tariff this week.", {"USA>CHE"}),
    ],
)
def test_imports_that_will_face_a_tariff_are_no_buyers(text: str, signals: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == signals


def test_a_deal_that_only_dates_other_news_is_no_news() -> None:
    assert read("The United States and China traded fresh accusations on Monday, a week after agreeing to a truce in Geneva.") == set()
    assert "USA>GBR agreement" in read("Days after reaching a deal, the United States and Britain signed it.")


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        (
            "Mexico has until Nov. 1 to deliver on its water debt, or face a further 5 percent levy, President Trump warned.",
            {"USA>MEX threat"},
        ),
        ("The United States may withdraw from the U.S.M.C.A., Mr. Greer said in Canada and Mexico.", set()),
        (
            "Mr. Trump said he had no intention of meeting Canada's prime minister or resuming the trade talks for a while.",
            {"USA>CAN refusal"},
        ),
        ("Washington has so far rebuffed every overture from Brazil over the 50 percent duty.", {"USA>BRA refusal"}),
        ("Canada dropped its digital services tax in a bid to restart stalled trade talks with Washington.", {"CAN>USA easing"}),
        ("Once the pause ends, duties on Chinese goods will snap back to 54 percent, Mr. Bessent warned.", {"USA>CHN threat"}),
        (
            "The United States and China will suspend most of the tariffs they had placed on each other.",
            {"USA>CHN easing", "CHN>USA easing"},
        ),
    ],
)
def test_terse_news_of_the_largest_stories_is_read(text: str, signals: set[str]) -> None:
    assert read(text) == signals
