"""One partner is raised while the others are relieved; rates that rise or are won; who accuses, threatens or yields not."""

import pytest

from tests.unit.signals.reading import asserted, read

RAISED_ALONE = [
    "Trump raised the tariff on Chinese goods to 125 percent, effective at once, while pausing higher duties on dozens of other countries.",
    "President Trump raised the tariff on Chinese goods to 125 percent and paused higher duties on dozens of other countries for 90 days.",
    "Trump pauses tariffs on most nations for 90 days, raises levies on China",
    "President Trump reversed course, pausing most of his steep tariffs for 90 days while hiking those on Chinese goods to 125 percent.",
    "The White House delayed tariffs on most countries but hiked those on Chinese goods to 145 percent.",
]
NAMED_OTHERS = [
    "Washington doubled its duty on Brazilian steel, while exempting Canadian and Mexican steel.",
    "Washington raised the tariff on Brazilian coffee, sparing Colombian coffee.",
]
BOTH_ON_ONE = [
    "China suspended most of its retaliatory duties on American goods but increased export controls on US drone makers.",
    "The EU suspended most of its countermeasures against American goods while raising duties on American steel.",
    "China raised duties on US farm goods, but exempted some American chips.",
]
EXCEPTED = [
    "President Trump paused most of his tariffs for 90 days, except those on China.",
    "President Trump backed down from most of his tariffs for 90 days, except for China, whose goods now face a 125 percent levy.",
]


@pytest.mark.parametrize("text", RAISED_ALONE)
def test_who_is_raised_alone_gets_no_relief_of_the_others(text: str) -> None:
    assert read(text) == {"USA>CHN measure", "USA>* easing"}


@pytest.mark.parametrize("text", NAMED_OTHERS)
def test_who_is_raised_gets_no_relief_of_those_named(text: str) -> None:
    assert "USA>BRA measure" in read(text)
    assert "USA>BRA easing" not in read(text)


@pytest.mark.parametrize("text", BOTH_ON_ONE)
def test_one_partner_may_be_raised_and_relieved(text: str) -> None:
    assert {finding.split()[1] for finding in read(text)} == {"easing", "measure"}


def test_who_is_raised_and_then_relieved_is_relieved() -> None:
    assert "USA>BRA easing" in read("Washington raised its duty on Brazilian steel, then suspended it, and exempted Canadian steel.")


@pytest.mark.parametrize("text", EXCEPTED)
def test_a_relief_that_leaves_one_partner_out_is_for_the_others(text: str) -> None:
    assert "USA>* easing" in read(text)
    assert "USA>CHN easing" not in read(text)


def test_whose_goods_face_a_rate_is_not_spared() -> None:
    assert "USA>CHN measure" in read(EXCEPTED[1])


@pytest.mark.parametrize(
    "text",
    [
        "China struck back on Friday, lifting its tariffs on American goods to 125 percent from 84 percent.",
        "China lifted its tariff on American goods to 34 percent from 10.",
    ],
)
def test_a_rate_that_rises_from_a_lower_one_is_no_relief(text: str) -> None:
    assert read(text) == {"CHN>USA measure"}


def test_a_rate_that_falls_from_a_higher_one_is_a_relief() -> None:
    text = "China will cut its tariff on American goods to 10 percent from 125 percent."
    assert "CHN>USA easing" in read(text)


def test_a_lower_tariff_that_a_state_secures_is_a_relief_for_it() -> None:
    assert read("Britain secured a lower tariff of 10 percent on its cars from the United States.") == {"USA>GBR easing"}


def test_to_offer_a_lower_tariff_is_an_offer() -> None:
    assert "USA>IND offer" in read("The United States offered India a lower tariff on textiles.")


def test_grain_that_is_let_in_at_a_lower_tariff_is_no_relief() -> None:
    text = "Washington wants China to honour its pledge to allow set quantities of grain in at a lower tariff."
    assert "USA>CHN easing" not in read(text)


def test_stalled_talks_stall_no_tariff() -> None:
    assert "USA>JPN easing" not in asserted("Talks with Japan stalled, and Washington raised the tariff on Japanese cars.")
    assert "USA>JPN easing" in asserted("Washington stalled the tariffs on Japanese cars.")


def test_to_suspend_an_order_taking_control_of_a_firm_is_a_relief() -> None:
    assert read("The Netherlands suspended its order taking control of the Chinese chip maker after talks with Beijing.") == {
        "NLD>CHN easing"
    }


@pytest.mark.parametrize(
    "text",
    [
        "China condemned the American tariffs and will take countermeasures.",
        "China condemned the American tariffs and said it would take countermeasures.",
        "China denounced the American tariffs and vowed to respond.",
    ],
)
def test_who_accuses_and_threatens_does_both(text: str) -> None:
    assert read(text) == {"CHN>USA accusation", "CHN>USA threat"}


def test_who_accuses_and_opens_an_inquiry_does_both() -> None:
    text = "The EU accused China of dumping and said it would open an inquiry."
    assert read(text) == {"EUN>CHN accusation", "EUN>CHN investigation"}


def test_who_is_not_afraid_of_a_trade_war_refuses_to_yield() -> None:
    assert read("China is not afraid of a trade war with the United States, the ministry said.") == {"CHN>USA refusal"}


@pytest.mark.parametrize(
    "words", ["will not capitulate to", "will never give in to", "refuses to bend to", "will fight until the end against"]
)
def test_who_does_not_yield_to_tariffs_refuses(words: str) -> None:
    assert "BRA>USA refusal" in asserted(f"Brazil {words} American tariffs, its president said.")


def test_who_honours_a_pledge_refuses_nothing() -> None:
    assert "JPN>USA refusal" not in read("Japan says it will honour its investment pledge despite US tariff ruling")
    assert "CHN>USA refusal" in read("China refused to honour its pledge to buy American soybeans.")
