"""The rule reader on invented sentences: kinds, operators, roles and modality."""

import pytest

from pipeline.signals.readers.rules.matching import mark_sentence
from tests.unit.signals.reading import asserted, explain, find


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada cut tariffs on Japanese cars.", {"CAN>JPN easing"}),
        ("Canada cut purchases of Japanese cars.", {"CAN>JPN measure"}),
        ("India suspended the trade deal with Canada.", {"IND>CAN measure"}),
        ("India suspended the levy on Canadian peas.", {"IND>CAN easing"}),
        ("Brussels refused to lift its tariffs on Norwegian salmon.", {"EUN>NOR refusal"}),
        ("Brussels delayed its tariffs on Norwegian salmon.", {"EUN>NOR easing"}),
        ("A court struck down the American tariffs on Brazilian steel, the White House said.", {"USA>BRA easing"}),
        ("Japan broke off trade talks with Korea.", {"JPN>KOR refusal"}),
    ],
)
def test_verb_direction_and_object_class_give_the_kind(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Tariffs on Canadian steel were imposed by Washington.", {"USA>CAN measure"}),
        ("Port fees on Chinese ships calling at U.S. harbors took effect.", {"USA>CHN measure"}),
        ("The White House imposed tariffs on Canada, Mexico and China.", {"USA>CAN measure", "USA>MEX measure", "USA>CHN measure"}),
        ("Brussels said it would impose tariffs on Chinese cars.", {"EUN>CHN measure"}),
        ("Japan and India signed a trade agreement.", {"JPN>IND agreement", "IND>JPN agreement"}),
    ],
)
def test_grammar_gives_actor_and_target(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize("headline", ["Chile hit with second US tariff over copper", "Chile hit by 30 percent US tariffs"])
def test_a_country_hit_with_a_tariff_suffers_it(headline: str) -> None:
    assert asserted(headline) == {"USA>CHL measure"}


@pytest.mark.parametrize(
    "text",
    [
        "Beijing denied that trade talks with the United States had taken place.",
        "China said there were no talks with Washington on tariffs.",
        "No trade negotiations of any kind are under way between China and the United States, Beijing said.",
        "There are no trade negotiations of any kind under way between China and the United States, Beijing said.",
    ],
)
def test_talks_that_are_denied_are_not_held(text: str) -> None:
    assert {(finding["kind"], finding["modality"]) for finding in explain(text)} == {("dialogue", "negated")}


def test_to_suspend_concessions_is_no_concession() -> None:
    assert asserted("The European Union suspended concessions on Turkish goods.") == {"EUN>TUR measure"}


def test_to_raise_concerns_over_controls_does_not_raise_them() -> None:
    assert asserted("Seoul has raised concerns over Japanese export controls.") & {"KOR>JPN measure"} == set()
    assert "JPN>KOR measure" in asserted("Tokyo has raised its export controls on Korean chemicals.")


def test_who_is_named_after_but_is_no_target_of_the_act_before() -> None:
    assert asserted("Trump pauses higher tariffs for 90 days but takes Brazil to 50 percent.") == {"USA>* easing", "USA>BRA measure"}


def test_two_states_that_lower_a_duty_on_the_goods_of_one_do_not_both_ease() -> None:
    text = "Norway and India agreed to lower the tariff on Indian goods."
    assert asserted(text) == {"NOR>IND easing"}


def test_two_states_that_exempt_the_goods_of_one_do_not_both_ease() -> None:
    assert asserted("Canada and Japan agreed to act, including exempting Japanese cars from all duties.") == {"CAN>JPN easing"}


def test_operators_of_one_state_do_not_change_acts_of_another() -> None:
    assert "CHN>USA threat" in asserted("Trump threatens more tariffs on China, Beijing is ready to hit back.")


def test_the_new_destination_of_diverted_trade_is_no_target() -> None:
    text = "The United States sells soybeans to China.\nChinese officials shifted imports of soybeans toward Brazil."
    assert asserted(text) == {"CHN>USA measure"}


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("The United States did not impose tariffs on Japan.", "negated"),
        ("If the United States imposed tariffs on Japan, prices would rise.", "hypothetical"),
        ("Last year the United States imposed tariffs on Japan.", "historical"),
        ("In 2018 the United States imposed tariffs on Japan.", "historical"),
        ("The United States announced no change in any tariff on Japan.", "negated"),
        ("The United States imposed no new tariffs on Japan.", "negated"),
        ("Will the United States impose tariffs on Japan?", "hypothetical"),
    ],
)
def test_acts_that_are_not_news_are_not_asserted(text: str, modality: str) -> None:
    assert {f["modality"] for f in explain(text)} == {modality}


@pytest.mark.parametrize(
    "text",
    [
        "Analysts said Canada could impose tariffs on Mexico.",
        "Traders fear that Brussels could slap duties on Chinese cars.",
        "The spokesperson answered questions on American tariffs and Chinese soybeans.",
        "The United States imposed sanctions on Chinese officials over human rights abuses.",
        "It rained in Tokyo.",
    ],
)
def test_strangers_topic_lists_and_other_disputes_give_no_signal(text: str) -> None:
    assert asserted(text) == set()


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Shares sink as Trump fuels trade war fears with new tariffs on Turkish goods", {"USA>TUR measure"}),
        ("Canada's 40bn tariff threat to Brazil sends markets into a spin", {"CAN>BRA threat"}),
        ("India's new steel duties on Japan explained", {"IND>JPN measure"}),
        ("Stocks slump after India hits back in trade war with Japan", {"IND>JPN measure"}),
        ("Futures dip after Canada shelves its tariffs on Mexican avocados", {"CAN>MEX easing"}),
        ("Rupee falls as Japan accuses India of manipulation", {"JPN>IND accusation"}),
        ("Delhi's halt to rice exports to Kenya rattles traders", {"IND>KEN measure"}),
        ("China's one-year pause on American plywood duties is welcomed", {"CHN>USA easing"}),
        ("Bourse cheers Delhi's decision to scrap duties on Chilean wine", {"IND>CHL easing"}),
    ],
)
def test_acts_in_subordinate_clauses_and_nouns_are_read(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    "text",
    [
        "Peru warned Norway against new tariffs on Peruvian fish.",
        "Peru sued Norway at the WTO over new tariffs on Peruvian fish.",
        "Peru and Norway clashed over fresh duties on Peruvian fish.",
    ],
)
def test_a_state_puts_no_tariff_on_its_own_goods(text: str) -> None:
    assert "PER>NOR measure" not in asserted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Stocks tumble on fears Japan will impose tariffs on Chile",
        "Stocks rise on hopes of a trade truce between Chile and Japan",
        "Trump's tariffs on Canada rattle markets",
        "The rupee fell. After India imposed tariffs on Japan, its minister said little.",
    ],
)
def test_fears_and_hopes_of_markets_give_no_signal(text: str) -> None:
    assert asserted(text) == set()


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Brazil ramps up its trade war with Canada", {"BRA>CAN measure"}),
        ("Norway dials down trade war with Chile", {"NOR>CHL easing"}),
        ("Markets surge as Trump signals easing of trade war with Chile", {"USA>CHL offer"}),
        ("Norway calls a truce with Chile", {"NOR>CHL agreement", "CHL>NOR agreement"}),
        ("Norway holds out an olive branch to Chile", {"NOR>CHL offer"}),
        ("Egypt slams the door on Romanian maize", {"EGY>ROU measure"}),
    ],
)
def test_disputes_that_grow_or_shrink_are_signals(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Japan put its tariffs on Chilean wine on hold", {"JPN>CHL easing"}),
        ("Japan delays tariffs on Indian tea", {"JPN>IND easing"}),
        ("Japan rejects Chile's demand for lower tariffs", {"JPN>CHL refusal"}),
        ("Japan rejects Chile's offer to cut tariffs", {"JPN>CHL refusal"}),
        ("Japan promises lower tariffs on Indian goods", {"JPN>IND offer"}),
    ],
)
def test_words_around_an_act_change_its_kind(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize("obligation", ["have to", "will have to"])
def test_a_conditional_obligation_is_a_threat(obligation: str) -> None:
    text = f"President Trump spoke of magnets on Monday and of China. If they don't, we {obligation} charge China a 20 percent tariff."
    assert asserted(text) == {"USA>CHN threat"}


def test_an_answer_to_whatever_the_other_side_does_is_a_threat() -> None:
    assert asserted("Whatever Japan taxes, Canada will tax Japan.") == {"CAN>JPN threat"}
    assert asserted("Canada will raise duties on Japanese cars, whatever Japan says.") == {"CAN>JPN measure"}


def test_a_concession_tied_to_a_condition_is_a_refusal() -> None:
    findings = explain("China has tied any purchases to the removal of the 20 percent American tariffs.")
    assert [(f["actor"], f["target"], f["kind"]) for f in findings if f["modality"] == "asserted"] == [("CHN", "USA", "refusal")]


def test_explain_shows_the_words_and_the_rule() -> None:
    (finding,) = explain("India threatened to raise tariffs on American apples.")
    assert finding["words"] == ["threatened", "raise", "tariffs"]
    assert finding["rule_id"] == "threaten.raise.restriction"


def test_what_the_first_person_was_going_to_do_is_history() -> None:
    (finding,) = explain("Canada's minister spoke of Japan. We were going to raise duties on Japanese cars, but that would not do.")
    assert finding["modality"] == "historical"
    assert asserted("Canada said that it was going to raise duties on Japanese cars.") == {"CAN>JPN measure"}


def test_who_ends_the_threat_of_imports_does_not_end_them() -> None:
    assert asserted("Canada's order will end such imports' threat to makers of tiles.") == set()
    assert asserted("Canada's order will end imports of Japanese tiles.") == {"CAN>JPN measure"}


def test_an_object_belongs_to_the_nearest_verb() -> None:
    assert asserted("Canada announced that it would suspend the duties on Japanese cars.") == {"CAN>JPN easing"}


def test_a_pause_that_is_announced_is_relief() -> None:
    assert asserted("Canada announced pauses on its duties on Japanese cars.") == {"CAN>JPN easing"}


def test_to_keep_a_restriction_is_a_refusal() -> None:
    assert asserted("Canada is keeping its duties on Japanese cars in place.") == {"CAN>JPN refusal"}
    assert asserted("Canada may keep its duties on Japanese cars.") == {"CAN>JPN threat"}


def test_retaliation_to_come_is_a_threat() -> None:
    assert asserted("Japan will retaliate against the Canadian duties.") == {"JPN>CAN threat"}
    assert asserted("Japan reserves the right to retaliate against the Canadian duties.") == {"JPN>CAN threat"}
    assert asserted("Japan retaliated against the Canadian duties.") == {"JPN>CAN measure"}


def test_a_threat_that_another_state_is_to_stop_is_no_threat() -> None:
    assert asserted("Japan urged Canada to stop threatening tariffs.") == {"JPN>CAN demand"}


def test_an_antitrust_case_is_not_aimed_at_everybody() -> None:
    assert asserted("China drops antitrust probe into Google") == set()
    assert asserted("China drops antitrust probe into an American chip maker") == {"CHN>USA easing"}


def test_where_talks_were_held_is_no_party() -> None:
    assert {f["target"] for f in explain("After the Madrid trade talks with Brazil, China imposed tariffs on Brazilian beef.")} == {"BRA"}


def test_no_talks_are_surely_no_talks() -> None:
    findings = find("both", "No talks between Canada and Mexico have been announced.")
    assert "asserted" not in findings["modality"].to_list()


def test_to_decline_a_relief_is_a_refusal_to_decline_a_duty_is_not() -> None:
    for declined in ("is not going to lift", "has no plans to lift", "will not lift"):
        assert asserted(f"Canada {declined} its duties on Japanese cars.") == {"CAN>JPN refusal"}
    assert asserted("Canada has no plans to impose duties on Japanese cars.") == set()


def test_what_will_stay_is_a_refusal_what_stays_is_background() -> None:
    assert asserted("Canada said its duties on Japanese cars will stay in place.") == {"CAN>JPN refusal"}
    assert asserted("Canada said its duties on Japanese cars remain in place.") == set()


def test_a_proposed_list_is_a_threat_a_list_is_a_measure() -> None:
    assert asserted("Canada released a list of Japanese goods subject to 25 percent tariffs.") == {"CAN>JPN measure"}
    assert asserted("Canada released a proposed list of Japanese goods subject to 25 percent tariffs.") == {"CAN>JPN threat"}


def test_what_anyone_may_do_is_no_act_of_who_speaks() -> None:
    assert asserted("Japan threatens legal action against those who enforce the Canadian ban on chips.") == {"JPN>CAN threat"}
    assert asserted("Japan will enforce the ban on Canadian chips.") == {"JPN>CAN measure"}


def test_a_tariff_threat_taxes_nobody() -> None:
    assert "CAN>JPN measure" not in asserted("Canada is serious about its Japan tariff threat.")
    assert asserted("Canada will tariff Japan.") == {"CAN>JPN measure"}


def test_to_hold_up_a_duty_is_relief() -> None:
    assert asserted("Canada agreed to hold up imposing duties on Japanese chips.") == {"CAN>JPN easing"}


def test_a_verb_does_not_reach_past_a_threat_to_its_object() -> None:
    assert asserted("Canada escalates attacks on Japan and threatens to raise tariffs.") == {"CAN>JPN threat"}


def test_retaliation_under_a_condition_is_a_threat() -> None:
    assert asserted("The minister said Canada is to retaliate against Japan if Tokyo keeps its market closed.") == {"CAN>JPN threat"}
    assert asserted("Canada will resolutely and forcefully retaliate against Japan over its duties.") == {"CAN>JPN threat"}
    for verb in ("retaliated", "struck back"):
        assert asserted(f"Canada {verb} against the United States; prices will rise if the tariffs stay.") == {"CAN>USA measure"}


def test_an_act_named_as_a_reason_is_background() -> None:
    assert asserted("Because Japan has adopted new duties, Canada will impose tariffs on Japanese cars.") == {"CAN>JPN measure"}
    assert asserted("The decision of Canada to impose tariffs on Japanese cars was a surprise.") == set()
    assert asserted("The decision of Canada to impose tariffs on Japanese cars hurt growers.") == {"CAN>JPN measure"}


def test_talks_that_one_side_is_willing_to_hold_are_of_that_side() -> None:
    assert asserted("Canada expressed its willingness to resume trade talks with Japan.") == {"CAN>JPN dialogue"}
    assert asserted("Canada and Japan plan to resume trade talks.") == {"CAN>JPN dialogue", "JPN>CAN dialogue"}


def test_a_deadline_to_lift_a_duty_is_a_demand() -> None:
    assert asserted("Canada gave Japan 30 days to drop its tariff on lumber.") == {"CAN>JPN demand"}
    assert asserted("Japan took 30 days to drop its tariff on Canadian lumber.") == {"JPN>CAN easing"}


def test_to_tell_the_other_side_to_act_is_a_demand_to_tell_it_is_not() -> None:
    assert asserted("Canada told Japan to drop its tariff on lumber.") == {"CAN>JPN demand"}
    assert asserted("Canada told reporters that it would drop its tariff on Japanese lumber.") == {"CAN>JPN easing"}


def test_an_order_to_stop_something_is_a_demand() -> None:
    assert asserted("Japan said Canada should stop threatening Japan.") == {"JPN>CAN demand"}
    assert asserted("Japan urged Canada to correct its erroneous practices.") == {"JPN>CAN demand"}


def test_goods_of_states_that_are_addressed_suffer_a_duty_to_come() -> None:
    text = "Trump told the leaders of Japan and Chile that their goods will face a 25 percent duty."
    assert asserted(text) == {"USA>JPN measure", "USA>CHL measure"}
    assert asserted("Trump told reporters that their hotels will face a 25 percent duty.") == set()


def test_any_act_can_be_demanded_of_a_state_that_is_addressed() -> None:
    assert asserted("Canada told Japan to stop buying Chilean oil.") == {"CAN>JPN demand"}
    assert asserted("Canadian officials urged Ottawa to impose duties on Japanese cars.") == set()
    assert asserted("Canada told growers that it would impose duties on Japanese cars.") == {"CAN>JPN measure"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("The minister backs Canada's threat to impose tariffs on Japan.", {"CAN>JPN threat"}),
        ("The minister is worried about Canada's threat to impose tariffs on Japan.", set()),
        ("Canada repeated previous threats to impose tariffs on Japan.", set()),
        ("Canada repeated threats to impose tariffs on Japan.", {"CAN>JPN threat"}),
        ("Canada lifts its threat of tariffs on Japan.", {"CAN>JPN easing"}),
        ("Canada has suspended its plan to impose tariffs on Japan.", {"CAN>JPN easing"}),
        ("Canada renews its threat of tariffs on Japan.", {"CAN>JPN threat"}),
        ("Canada backs away from its tariffs on Japanese cars.", {"CAN>JPN easing"}),
    ],
)
def test_a_threat_that_is_only_recalled_or_dropped_is_no_new_threat(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Weeks after Washington raised duties on Kenyan tea, Kenya imposed tariffs on American corn.", {"KEN>USA measure"}),
        ("A day after Ottawa's steel tariffs, Japan imposes duties on Canadian timber", {"JPN>CAN measure"}),
        ("Canada, after failing to win relief, raised tariffs on Japanese steel.", {"CAN>JPN measure"}),
        ("Kenya on Monday, after Japan paid its debts, lowered its duty on Japanese cars.", {"KEN>JPN easing"}),
        ("For the first time since taking office, Carney lowered tariffs on Japan.", {"CAN>JPN easing"}),
        ("Kenya imposed tariffs on Canadian corn after Canada raised duties on Kenyan tea, coffee and flowers.", {"KEN>CAN measure"}),
    ],
)
def test_a_comma_ends_a_clause_before_the_main_verb(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada announced lowered duties on Japanese cars.", {"CAN>JPN easing"}),
        ("Growers blame the lowered Canadian duties on Japanese rice.", set()),
        ("Canada capped imports of Brazilian corn.", {"CAN>BRA measure"}),
        ("Duties on corn set by Canada on Brazil hurt growers.", set()),
    ],
)
def test_a_participle_that_is_made_known_or_the_only_verb_is_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_what_only_says_when_something_else_happens_is_no_news() -> None:
    assert asserted("The date depends on when Canada imposes the tariffs on Japanese cars.") == set()
    assert asserted("As Canada raised its tariffs on Japanese cars, growers met.") == set()
    assert asserted("As Canada raises its tariffs on Japanese cars, growers meet.") == {"CAN>JPN measure"}
    assert asserted("Growers met as Canada raised its tariffs on Japanese cars.") == {"CAN>JPN measure"}


def test_a_statement_about_nobody_accuses_the_other_side() -> None:
    text = "Lin Jian: China urges the United States to lift its tariffs.\nTariffs and trade wars have no winners."
    assert "CHN>USA accusation" in asserted(text)
    described = "Lin Jian: China urges the United States to lift its tariffs.\nAll need to remove barriers that distort the trade in steel."
    assert "CHN>USA accusation" not in asserted(described)


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Ottawa said Brazil floods the market with cheap steel and dodges its duty.", {"CAN>BRA accusation"}),
        ("Ottawa said that it was alarmed by Brazil's unfair practices.", {"CAN>BRA accusation"}),
        ("Ottawa scrapped the de minimis exemption for Brazil.", {"CAN>BRA measure"}),
    ],
)
def test_misconduct_is_an_accusation_and_the_end_of_a_waiver_a_measure(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_the_first_word_has_no_word_before_it() -> None:
    sentence = mark_sentence("Talks to go by", [])
    assert [sentence.words_between(at - 1, at) for at in range(3)] == [[], ["talks"], ["to"]]


def test_an_alternative_is_denied_and_not_demanded() -> None:
    assert "NOR>PER demand" not in asserted("Norway will seek dialogue rather than impose duties on Peru.")


def test_what_a_clause_says_of_a_duty_is_not_announced_as_a_duty() -> None:
    assert asserted("Rabat announced on Monday that the 25 percent tariff on Spanish olives would be held back.") == set()
    assert asserted("Rabat issued a notice that leaves a 10 percent duty on Spanish olives in place.") == set()
    assert asserted("Rabat announced that it would impose a tariff on Spanish olives.") == {"MAR>ESP measure"}


def test_a_duty_that_remains_is_no_new_measure() -> None:
    texts = (
        "Washington's 25 percent duties on Mexican steel remain in place.",
        "The Chinese duty on Mexican beans remains at 25 percent.",
    )
    for text in texts:
        findings = find("both", text).to_dicts()
        assert [(finding["kind"], finding["modality"]) for finding in findings] == [("measure", "historical")]


def test_a_tariff_that_threatens_something_is_no_threat_of_a_state() -> None:
    findings = find("both", "US tariffs threaten German carmakers.").to_dicts()
    assert [finding["kind"] for finding in findings if finding["modality"] == "asserted"] == []
    assert asserted("Washington threatens tariffs on German cars.") == {"USA>DEU threat"}


def test_controls_of_migration_are_none_of_trade() -> None:
    assert asserted("Rabat could tighten migration controls towards Spain.") == set()


def test_a_threat_that_is_carried_out_is_a_measure() -> None:
    assert asserted("Rabat followed through with its threat to impose tariffs on Spanish olives.") == {"MAR>ESP measure"}
    assert asserted("Rabat hit back by acting on a threat to put tariffs on Spanish olives.") == {"MAR>ESP measure"}
    assert asserted("Rabat repeated its threat to impose tariffs on Spanish olives.") == {"MAR>ESP threat"}
