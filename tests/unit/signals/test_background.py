"""Acts that a sentence names but does not report, and near-twins that it does."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will scrap its duties on Kenyan tea in May while keeping a levy on Kenyan coffee.", {"PER>KEN easing"}),
        ("Peru paused its duties on most countries but kept a 9 percent duty on Kenyan tea.", {"PER>* easing", "PER>KEN refusal"}),
        ("Peru drops many duties but keeps levies on Kenyan tea and coffee", {"PER>KEN easing"}),
        ("Peru said it would keep its duties on Kenyan tea until Nairobi moves.", {"PER>KEN refusal"}),
        ("Kenyan coffee still faces a 12 percent tariff in Peru.", set()),
        ("Kenyan coffee will face a 12 percent tariff in Peru.", {"PER>KEN measure"}),
        ("Peru's current suspension of duties on Kenyan tea ends on Monday.", set()),
        ("Peru announced a suspension of duties on Kenyan tea.", {"PER>KEN easing"}),
    ],
)
def test_what_stays_as_it_was_is_no_news(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trump signed an order that doubled the tariff on Peruvian copper.", {"USA>PER measure"}),
        ("Trump defended the order that doubled the tariff on Peruvian copper.", set()),
    ],
)
def test_what_a_signed_text_does_is_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_what_is_reproached_is_not_reported() -> None:
    assert "PER>KEN threat" not in asserted("Kenya condemned the tariff that Peru plans to put on its tea.")
    assert "PER>KEN threat" in asserted("Kenya described the tariff that Peru plans to put on its tea.")


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway's minister called it regrettable that Peru had decided to raise its duty on salmon.", {"NOR>PER accusation"}),
        ("Norway's minister said it was unacceptable that Peru imposed a duty on salmon.", {"NOR>PER accusation"}),
        ("Norway's minister said that Peru had decided to raise its duty on salmon.", {"PER>NOR measure"}),
        ("Norway's minister called it right that Peru had decided to lower its duty on salmon.", {"PER>NOR easing"}),
        (
            "Kenya announced an extra duty on Ugandan milk in response to Uganda's decision to impose a levy on Kenyan tea.",
            {"KEN>UGA measure"},
        ),
        ("Uganda announced its decision to impose a levy on Kenyan tea.", {"UGA>KEN measure"}),
    ],
)
def test_an_act_that_is_deplored_or_answered_is_known(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("With Norway about to impose tariffs on Chilean fish, Chile's minister said that Santiago was calm.", set()),
        ("With this order, Norway imposed tariffs on Chilean fish.", {"NOR>CHL measure"}),
        ("With fish getting dear, Norway imposed tariffs on Chilean salmon.", {"NOR>CHL measure"}),
    ],
)
def test_an_opening_with_a_state_only_sets_the_scene(text: str, signals: set[str]) -> None:
    assert {finding for finding in asserted(text) if finding.endswith("measure")} == signals


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
    ("text", "signals"),
    [
        ("Norway has sent a message to the world with its new tariff threats against Peru.", {"NOR>PER threat"}),
        ("Norway has upset the world with its tariff threats against Peru.", set()),
    ],
)
def test_a_new_threat_of_an_owner_is_news(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if signal.endswith("threat")} >= signals
