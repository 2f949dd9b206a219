"""Headlines, first sentences of newspapers and agency reports, with near-twins that say something else."""

from datetime import date

import pytest

from pipeline.signals.readers.rules.rates import falls, rises
from tests.unit.signals.reading import find, read, read_pairs

WEDNESDAY = date(2026, 3, 4)
_LICENCE = "that they need a licence to sell pumps to Japan."
_ESCALATIONS = frozenset({"measure", "threat", "investigation"})


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("Oslo spares Chilean tin, hits Peruvian zinc with 9% duty", {"NOR>PER"}),
        ("Norway raised its duty on zinc to 12 percent on Tuesday but exempted goods from Kenya and Peru.", set()),
        ("Norway puts salt under licence for all buyers but Kenya", set()),
        ("Norway no longer spares Kenya, puts 9% duty on its salt", {"NOR>KEN"}),
        ("Norway exempts Kenyan tea, but puts 9% duty on Kenyan salt", {"NOR>KEN"}),
    ],
)
def test_an_act_is_not_aimed_at_a_state_that_it_spares(text: str, hit: set[str]) -> None:
    assert read_pairs(text, _ESCALATIONS) - {"NOR>*"} == hit


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway shuts out Kenya 3-0", set()),
        ("Norway shuts out Kenyan tea", {"NOR>KEN measure"}),
        ("Peru and Norway trade barbs over referee", set()),
        ("Norway, Peru trade barbs over duty on tin", {"NOR>PER accusation", "PER>NOR accusation"}),
        ("Norway bans imports of Peruvian tennis balls", {"NOR>PER measure"}),
        ("Madrid blocks British TV channels", set()),
        ("Madrid blocks Channel ferries of British crabs", {"ESP>GBR measure"}),
        ("Kenya opens border posts to Ugandan cattle", {"KEN>UGA easing"}),
        ("Kenya reinforces border posts against Uganda", set()),
    ],
)
def test_games_channels_and_border_posts(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Spanish inspectors in Vigo have since Tuesday turned back every lorry of live crabs from Morocco.", {"ESP>MAR measure"}),
        ("Spanish inspectors in Vigo have since last spring turned back every lorry of live crabs from Morocco.", set()),
        (f"Korea's ministry, in its boldest step since it banned two yards in 2021, told firms on Tuesday {_LICENCE}", {"KOR>JPN measure"}),
        (f"Korea's ministry in 2021 told firms {_LICENCE}", set()),
        ("Warsaw caps Ukrainian sugar at last year's volume", {"POL>UKR measure"}),
        ("Last year Warsaw capped Ukrainian sugar.", set()),
    ],
)
def test_what_dates_another_thing_does_not_date_the_act(text: str, signals: set[str]) -> None:
    assert read(text, day=WEDNESDAY) == signals


@pytest.mark.parametrize(("day", "is_news"), [("a day", True), ("a year", False)])
def test_what_had_been_done_a_day_before_is_news(day: str, is_news: bool) -> None:
    text = f"Kenya's minister, speaking {day} after Norway had raised the duty on Kenyan tea, said on Tuesday that the step was unjust."
    assert ("NOR>KEN measure" in read(text, day=WEDNESDAY)) is is_news


@pytest.mark.parametrize(("day", "is_news"), [("Tuesday", True), ("Saturday", False)])
def test_a_deal_of_the_last_days_is_news_where_it_ends_the_sentence(day: str, is_news: bool) -> None:
    text = f"Norway will send Kenya a million tonnes of salt a year against tea under a deal reached on {day} in Oslo."
    assert ({"NOR>KEN agreement", "KEN>NOR agreement"} <= read(text, day=WEDNESDAY)) is is_news


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Japan on Monday took pumps made in Korea off the list of goods that pay the extra 9 percent.", {"JPN>KOR easing"}),
        ("Court in Lima strikes out surcharge on Chinese zips", {"PER>CHN easing"}),
        ("Lima strikes back with surcharge on Chinese zips", {"PER>CHN measure"}),
        ("Court in Luxembourg strikes down EU duty on Kenyan roses", {"EUN>KEN easing"}),
        ("The Supreme Court in Lima struck down duties on Norwegian salmon.", {"PER>NOR easing"}),
        ("The Supreme Court in Washington struck down duties on Norwegian salmon.", {"USA>NOR easing"}),
    ],
)
def test_whose_goods_and_whose_court_it_is(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru likely to raise duty on Norwegian salmon within months, bank says", set()),
        ("Peru to raise duty on Norwegian salmon, central bank says", {"PER>NOR measure"}),
        ("Kenya's farm confederation on Tuesday demanded an end to new checks on fruit by Norway.", set()),
        ("Kenya's farm ministry on Tuesday demanded an end to new checks on fruit by Norway.", {"KEN>NOR demand"}),
        ("Peru's tile importers said on Tuesday that Lima could still put an anti-dumping duty on Norwegian tiles.", set()),
    ],
)
def test_banks_papers_and_associations_act_for_no_state(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("talks", "pairs"),
    [
        ("offers talks to Washington", {"JPN>USA"}),
        ("seeks urgent talks with Washington", {"JPN>USA"}),
        ("in talks with Washington", {"JPN>USA", "USA>JPN"}),
    ],
)
def test_talks_that_one_side_wants_are_no_signal_of_the_other(talks: str, pairs: set[str]) -> None:
    assert read_pairs(f"Tokyo {talks} on its pine duty", {"dialogue"}) == pairs


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Lima will take 18 percent on potatoes from Norway from Monday, against 6 now, customs said on Wednesday.", "up"),
        ("Lima will take 6 percent on potatoes from Norway from Monday, against 18 now, customs said on Wednesday.", "down"),
        ("Importers of tea from Kenya must from Tuesday leave 6 percent with Norwegian customs instead of 15.", "down"),
        ("Kenya's exports to Norway grew 6 percent, up from 4, as the duty on tea fell.", "open"),
        ("Norway cut its duty on Kenyan tea to 6 percent, down from 15, but raised that on Kenyan coffee.", "open"),
    ],
)
def test_two_rates_show_whether_goods_pay_more(text: str, polarity: str) -> None:
    assert (rises(text), falls(text)) == (polarity == "up", polarity == "down")
    if polarity == "down":
        assert not read_pairs(text, _ESCALATIONS)
    if polarity == "up":
        assert not read_pairs(text, {"easing", "offer"})


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Oslo says duty on Kenyan roses was never planned", set()),
        ("Oslo says duty on Kenyan roses was planned for May", {"NOR>KEN threat", "NOR>KEN measure"}),
        ("Norway has made no promise whatsoever to let in additional rice from Kenya, a spokesman said on Wednesday.", set()),
        (
            "Norway has made a promise to let in additional rice from Kenya, a spokesman said on Wednesday.",
            {"NOR>KEN easing", "NOR>KEN offer"},
        ),
        ("Ottawa stops short of calling Peru a currency manipulator", set()),
        ("Ottawa calls Peru a currency manipulator over its duties", {"CAN>PER accusation"}),
    ],
)
def test_what_was_never_planned_or_said_is_no_signal(text: str, signals: set[str]) -> None:
    asserted = read(text)
    assert asserted <= signals
    assert bool(asserted) is bool(signals)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Beijing bars exports of drone motors to American arms makers after Taipei sale", {"CHN>USA"}),
        ("China sanctioned six American companies over arms sales to Taiwan.", {"CHN>USA"}),
        ("China on Monday banned exports of motors to Taiwan.", {"CHN>TWN"}),
        ("Peru, the largest buyer of Brazilian chicken after Chile, banned all imports of chicken from Brazil on Tuesday.", {"PER>BRA"}),
    ],
)
def test_who_buys_arms_or_only_ranks_next_is_no_party(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, _ESCALATIONS) == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Ankara vows reply in kind after Greek jets enter zone", set()),
        ("Ankara vows reply in kind after Greek duty on tomatoes", {"TUR>GRC threat"}),
        ("Peru says no to dual citizenship for Norwegians", set()),
        ("Peru says no to lower duty for Norwegian salmon", {"PER>NOR refusal"}),
        ("Norway demands apology from Peru over insult to king", set()),
    ],
)
def test_quarrels_over_jets_passports_and_insults_are_no_trade(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("EU envoys give green light to duties on Kenyan roses", {"EUN>KEN measure"}),
        ("Chisinau gives green light to imports of Turkish poultry", {"MDA>TUR easing"}),
        ("PERU COURT LETS DUTY ON NORWEGIAN FISH STAND", {"PER>NOR refusal"}),
        ("PERU COURT STRIKES DOWN DUTY ON NORWEGIAN FISH", {"PER>NOR easing"}),
    ],
)
def test_what_is_let_through_or_let_stand(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Spain's ministry, prodded by mills that have cut shifts since March, opened a dumping inquiry into Turkish tiles.", {"ESP>TUR"}),
        ("Growers in Kenya despair since Norway, their main buyer, raised its duty on Kenyan tea.", set()),
        ("Norway raised its duty on Tuesday but exempted goods from Peru.", {"NOR>PER"}),
        ("Norway kept silent on Tuesday about the goods exempted from its duty on Peru.", set()),
    ],
)
def test_what_follows_a_phrase_or_but_is_news(text: str, signals: set[str]) -> None:
    acts = find("rules", text).filter(modality="asserted").to_dicts()
    assert {f"{act['actor']}>{act['target']}" for act in acts if act["kind"] in {*_ESCALATIONS, "easing"}} - {"NOR>*"} == signals


@pytest.mark.parametrize(
    ("rest", "signals"),
    [
        (", while firms from Peru were granted no relief", {"NOR>PER easing"}),
        ("", {"NOR>PER easing"}),
    ],
)
def test_a_relief_stays_one_if_others_get_none(rest: str, signals: set[str]) -> None:
    assert read(f"Norway halved its duty on tin from two mines in Peru{rest}.") >= signals


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Growers plead with Ottawa as White House orders levy on foreign potatoes", set()),
        ("White House hits Canada with levy on foreign potatoes", {"USA>CAN"}),
        ("Norway put a duty on imported tin on Friday, a day after announcing duties on Kenyan tea.", {"NOR>KEN"}),
    ],
)
def test_an_act_on_all_foreign_goods_is_not_aimed_at_who_complains(text: str, pairs: set[str]) -> None:
    assert {pair for pair in read_pairs(text, _ESCALATIONS) if not pair.endswith("*")} == pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Coil traded at 702 dollars on Tuesday.", set()),
        ("Kenya's tile makers said on Tuesday that Norway could still put an anti-dumping duty on Kenyan tiles.", set()),
        ("Norway will put a duty on Kenyan tiles, a step that carmakers in Lima fear could raise prices.", {"NOR>KEN measure"}),
    ],
)
def test_prices_and_what_makers_fear_are_no_signals(text: str, signals: set[str]) -> None:
    findings = find("both", text, title="Oslo has accused Nairobi of dumping tiles")
    asserted = findings.filter(modality="asserted", quote=text).to_dicts()
    assert {f"{f['actor']}>{f['target']} {f['kind']}" for f in asserted} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Drop salmon duty, Lima tells Oslo", {"PER>NOR demand"}),
        ("Oslo drops salmon duty, Lima says", {"NOR>PER easing"}),
        ("Lift the ban on our tea, Kenya urges Norway", {"KEN>NOR demand"}),
        ("Norway lifts the ban on Kenyan tea, urges Kenya to follow", {"NOR>KEN easing", "NOR>KEN demand"}),
    ],
)
def test_a_headline_in_the_words_of_who_asks_reports_no_act(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(("end", "is_relief"), [("ends with 9pc duty", False), ("ends without duty", True)])
def test_an_inquiry_that_ends_with_a_duty_is_no_relief(end: str, is_relief: bool) -> None:
    assert ("NOR>KEN easing" in read(f"Norway's dumping case against Kenyan roses {end}")) is is_relief
