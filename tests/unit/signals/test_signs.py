"""The sign of an act: what a verb does to a duty, a quota or a relief."""

import polars as pl
import pytest

from tests.unit.signals.reading import asserted, explain, find, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Turkey lifted its 30 percent duty on Greek cotton.", {"TUR>GRC easing"}),
        ("Turkey lifted its duty on Greek cotton to 30 percent.", {"TUR>GRC measure"}),
        ("The decision of Ankara to lift its duty on Greek cotton to 30 per cent came late.", {"TUR>GRC measure"}),
        ("Washington takes Brazil to 50 percent.", {"USA>BRA measure"}),
        ("Washington takes Brazil to court.", set()),
        ("Turkey would bring its duty on Greek cotton down to 30 percent.", set()),
        ("The duty that Turkey takes on Greek cotton fell to 30 percent.", {"TUR>GRC easing"}),
    ],
)
def test_a_new_level_decides_whether_a_duty_rises(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    "text",
    [
        "Canada ended the exemption of small parcels from Japan.",
        "Canada revokes tariff preferences for Japanese cars.",
        "Canada withdrew duty-free treatment for Japanese cars on Monday.",
        "Canada withdrew Japan's trade benefits.",
        "Canada suspended tariff concessions on Japanese cars.",
    ],
)
def test_the_end_of_a_relief_is_a_measure(text: str) -> None:
    (finding,) = [one for one in explain(text) if one["modality"] == "asserted"]
    assert (finding["actor"], finding["target"], finding["kind"]) == ("CAN", "JPN", "measure")
    assert finding["status"] == "announced"
    assert find("both", text).filter(polarity="concession").is_empty()


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Washington extended the suspension of tariffs on Peruvian goods.", {"USA>PER easing"}),
        ("Beijing ended the suspension of duties on Chilean wine.", {"CHN>CHL measure"}),
        ("Canada will let its pause on duties against Mexico lapse.", {"CAN>MEX measure"}),
        ("India's one-year pause on Kenyan tea duties began.", {"IND>KEN easing"}),
    ],
)
def test_what_ends_the_suspension_of_a_duty_brings_it_back(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Iceland halved its quota for Polish pork.", {"ISL>POL measure"}),
        ("Iceland doubled its quota for Polish pork.", {"ISL>POL easing"}),
        ("Iceland imposed a quota on Polish pork.", {"ISL>POL measure"}),
        ("Iceland eased its quota for Polish pork.", {"ISL>POL easing"}),
        ("China cut export quotas on tungsten for Japan.", {"CHN>JPN measure"}),
        ("Iceland raised the cap on imports of Polish pork.", {"ISL>POL easing"}),
        ("Iceland raised its limit on imports of Polish pork.", {"ISL>POL easing"}),
        ("Iceland lowered the ceiling on pork imports from Poland.", {"ISL>POL measure"}),
        ("Iceland scrapped the cap on imports of Polish pork.", {"ISL>POL easing"}),
    ],
)
def test_a_smaller_quota_lets_less_pass(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Norway to reimpose duties on Peruvian fish", "escalation"),
        ("Norway restored duties on Peruvian fish on Monday.", "escalation"),
        ("Norway presses ahead with duties on Peruvian fish", "escalation"),
        ("Norway scales back duties on Peruvian fish", "concession"),
        ("Norway will phase out imports of Peruvian gas by 2040.", "escalation"),
        ("Norway restored market access for Peruvian fish on Monday.", "concession"),
        ("Norway cuts its quota for Peruvian fish", "escalation"),
        ("Norway approves the removal of duties on Peruvian fish", "concession"),
        ("Norway clears the way for duties on Peruvian fish", "escalation"),
        ("Norway clears the way for a cut in duties on Peruvian fish", "concession"),
        ("Norway goes ahead with a cut in duties on Peruvian fish", "concession"),
    ],
)
def test_verbs_with_only_one_sign_settle_it_against_the_encoder(text: str, sign: str) -> None:
    findings = find("both", text).filter(pl.col("modality") == "asserted")
    assert set(findings["polarity"]) == {sign}
    assert findings.filter(pl.col("probability") >= 0.5).height


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway delayed the removal of duties on Peruvian fish.", {"NOR>PER refusal"}),
        ("Norway shelved a plan to cut duties on Peruvian fish.", {"NOR>PER refusal"}),
        ("Norway withdrew its offer to lower duties on Peruvian fish.", {"NOR>PER refusal"}),
        ("A plan to cut duties on Peruvian fish was dropped by Norway.", {"NOR>PER refusal"}),
        ("Norway cancelled a plan to raise duties on Peruvian fish.", {"NOR>PER easing"}),
        ("Norway pulled out of its suspension agreement with Peru.", {"NOR>PER measure"}),
        ("Norway delayed its duties on Peruvian fish to calm the row.", {"NOR>PER easing"}),
        ("Norway agreed to suspend or remove duties on Peruvian fish.", {"NOR>PER easing"}),
    ],
)
def test_what_delays_or_drops_an_act_has_the_opposite_sign(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
    findings = find("both", text).filter(pl.col("probability") >= 0.3, modality="asserted")
    polarities = findings["polarity"].unique().to_list()
    assert polarities == ["concession" if "easing" in str(signals) else "escalation"]


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway set a 15 percent duty on Peruvian fish, down from 25 percent.", {"NOR>PER easing"}),
        ("Norway set a 150 percent duty on Peruvian fish, down from 1,250 percent.", {"NOR>PER easing"}),
        ("Norway set a 1,250 percent duty on Peruvian fish, instead of 150 percent.", {"NOR>PER measure"}),
        ("Norway will impose a duty of 15 percent on Peru, well below the 25 percent it had announced.", {"NOR>PER easing"}),
        ("Peru faces a 15% Norwegian tariff, half of what Oslo threatened", {"NOR>PER easing"}),
        ("Peruvian fish will be taxed at 15 percent instead of 25 percent, Norway said.", {"NOR>PER easing"}),
        ("Norway set a 25 percent duty on Peruvian fish, up from 15 percent.", {"NOR>PER measure"}),
        ("Norway set a 15 percent duty on Peruvian fish, compared with 10 percent for Chile.", {"NOR>PER measure"}),
        ("Norway imposed a 15 percent duty on Peruvian fish less than 24 hours after it was announced.", {"NOR>PER measure"}),
        ("Norway raised its duty on Peruvian fish to 15 percent, below the 25 percent of old.", {"NOR>PER measure"}),
    ],
)
def test_a_lower_rate_than_before_is_relief(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Norway announced an increase in imports of Peruvian fish.", "concession"),
        ("Norway ordered a sharp increase in purchases of Peruvian fish.", "concession"),
        ("Norway announced measures to expand imports from Peru.", "concession"),
        ("Norway announced measures to curb imports from Peru.", "escalation"),
        ("Norway said that the measures to take effect on Monday restrict imports from Peru.", "escalation"),
        ("Norway announced an increase in duties on Peruvian fish.", "escalation"),
        ("The duty of Norway will increase to 25 percent, triple the current level, on imports of fish from Peru.", "escalation"),
    ],
)
def test_more_imports_are_no_restriction(text: str, sign: str) -> None:
    findings = find("both", text).filter(pl.col("probability") >= 0.3, modality="asserted")
    assert set(findings["polarity"]) == {sign}


def test_a_solar_panel_is_no_panel_of_judges() -> None:
    assert asserted("Norway dropped its plan to exempt Peruvian solar panels from duties.") == {"NOR>PER refusal"}


def test_to_let_tariffs_take_effect_lets_no_goods_in() -> None:
    assert asserted("Norway lets tariffs on Peruvian goods take effect.") == {"NOR>PER measure"}
    assert asserted("Norway lets Peruvian goods in.") == {"NOR>PER easing"}


def test_a_tariff_that_is_threatened_does_not_exist_yet() -> None:
    for headline in ("US threatens tariffs on Peruvian fish", "US threatens 30 percent tariffs on Peruvian fish, up from 20 percent"):
        assert [(finding["kind"], finding["modality"]) for finding in explain(headline)] == [("threat", "asserted")]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Mexico will not retaliate against the duty of the United States on its tomatoes and will wait.", set()),
        ("Mexico decided not to hit back at the United States over its tomatoes and will wait.", set()),
        ("Mexico will not retaliate against the United States but will limit imports of American corn.", {"measure"}),
        ("Mexico will not hesitate to retaliate against the American tariff.", {"threat"}),
        ("Mexico has no choice but to retaliate against the American tariff.", {"threat"}),
        ("Mexico will not only retaliate against the American tariff but also sue.", {"threat"}),
    ],
)
def test_retaliation_is_ruled_out_only_by_a_denial_next_to_it(text: str, kinds: set[str]) -> None:
    findings = find("both", text).filter(actor="MEX", target="USA", modality="asserted")
    assert set(findings["kind"]) == kinds


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru ended its inquiry into Kenyan tea with duties of up to 30 percent.", {"PER>KEN measure"}),
        ("Peru ended its inquiry into Kenyan tea without duties.", {"PER>KEN easing"}),
        ("Peru ended its inquiry into Kenyan tea with no new duties.", {"PER>KEN easing"}),
        ("Peru announced the freezing of tariffs on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru announced the tariffs on Kenyan tea.", {"PER>KEN measure"}),
    ],
)
def test_the_sign_is_that_of_what_comes_out(text: str, signals: set[str]) -> None:
    assert read(text) == signals


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


def test_the_end_of_preferential_trade_treatment_is_a_measure() -> None:
    assert asserted("Chile ended duty-free trade treatment for goods from Norway.") == {"CHL>NOR measure"}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will extend the expiration of tariff exclusions for Kenya, due to expire in May, until June.", {"PER>KEN easing"}),
        ("Tariff exclusions for Kenyan goods expire on Friday, Peru said.", {"PER>KEN measure"}),
        ("Peru will tariff Kenyan goods.", {"PER>KEN measure"}),
        ("Peru cut its tariff-rate quota for Kenyan tea.", {"PER>KEN measure"}),
        ("Peru and Kenya will consider tariff-rate quotas.", set()),
    ],
)
def test_exclusions_and_quotas_let_goods_pass(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


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


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trudeau Says Canada May Delay Chile Trade Deal Deadline.", {"CAN>CHL offer"}),
        ("Canada extends the deadline for Chilean tariffs", {"CAN>CHL easing"}),
        ("Canada refuses to extend the tariff deadline for Chile", {"CAN>CHL refusal"}),
        ("Canada May Raise Tariffs on Chile.", {"CAN>CHL threat"}),
    ],
)
def test_who_may_put_off_a_deadline_threatens_nothing(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("A Canadian decree ends the tariff exemption for Mexican tomatoes.", {"CAN>MEX measure"}),
        ("Canada closed the exemption from duties for Mexican parcels.", {"CAN>MEX measure"}),
        ("Canada restored duty-free treatment for Mexican tomatoes.", {"CAN>MEX easing"}),
        ("A Canadian exemption for Mexican tomatoes ran out at midnight.", {"CAN>MEX measure"}),
        ("Canada met Mexico. A separate order closes the exemption for Mexican parcels.", {"CAN>MEX measure"}),
        ("Canada met Mexico. Another order suspends the duty on Mexican tomatoes.", {"CAN>MEX easing"}),
    ],
)
def test_an_order_ends_or_restores_a_relief(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if not signal.endswith("dialogue")} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada is considering whether to remove its duty on Norwegian fish.", {"CAN>NOR offer"}),
        ("Canada is weighing whether to exempt Norway from its duty on fish.", {"CAN>NOR offer"}),
        ("Canada is weighing whether to hit Norwegian fish with duties.", {"CAN>NOR threat"}),
        ("Canada is considering when to impose duties on Norwegian fish.", {"CAN>NOR threat"}),
    ],
)
def test_a_relief_that_is_weighed_is_an_offer(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada said that Norwegian fish will face 24 percent from Monday.", {"CAN>NOR measure"}),
        ("Canada said that Norwegian fish will be charged 24 percent.", {"CAN>NOR measure"}),
        ("Canada said that Norwegian mills face 24 percent of the bill.", set()),
        ("Canada said that Norwegian mills charged 24 percent.", set()),
    ],
)
def test_a_rate_that_goods_bear_is_a_duty(text: str, signals: set[str]) -> None:
    assert {signal for signal in asserted(text) if signal.endswith("measure")} == signals


def test_who_signs_an_order_buys_nothing() -> None:
    assert not {signal for signal in read("Trump signed two orders on Monday. He met Xi.") if signal.endswith("purchase")}
    assert read("China signed orders for 200 American jets.") == {"CHN>USA purchase"}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Peru struck Norway off its list of trusted trading partners.", "PER>NOR measure"),
        ("Peru removes Norway from trade whitelist", "PER>NOR measure"),
        ("Peru's government approved the removal of Norway from its white list.", "PER>NOR measure"),
        ("Peru restores Norway to trade whitelist", "PER>NOR easing"),
        ("Peru urged Norway to put it back on the white list.", "PER>NOR demand"),
        ("Peru is considering stripping Norway of its preferential status.", "PER>NOR threat"),
        ("Peru ends tariff loophole for Norwegian parcels", "PER>NOR measure"),
        ("Peru moves to end loophole that lets Norwegian parcels in duty-free", "PER>NOR measure"),
        ("Peru kicked off an investigation of Norwegian salmon.", "PER>NOR investigation"),
        ("Peru's duty on imports from Norway was raised to 25 percent.", "PER>NOR measure"),
        ("Peru's duty on imports from Norway was cut to 5 percent.", "PER>NOR easing"),
    ],
)
def test_lists_gaps_and_restricted_imports_have_the_right_sign(text: str, signal: str) -> None:
    assert read(text) == {signal}


def test_a_duty_that_becomes_four_times_as_high_is_no_relief() -> None:
    assert read("The EU will quadruple its tariff on Russian fertiliser.") == {"EUN>RUS measure"}
