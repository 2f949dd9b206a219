"""What became of a threat, by articles that report a measure, or by time: each outcome, what is not one, and when it is known."""

from datetime import date

import pytest

from tests.unit.index.threats.scenes import act, claim, day, history_of, last_of, tables_of, threat


def test_a_threat_is_carried_out_at_its_rate() -> None:
    done = claim("measure", 9, "The 50 percent duty on Brazilian goods took effect.", 50.0, status="effective")
    (row,) = last_of(threat(0), done)
    assert (row["threat_outcome"], row["outcome_on"], row["imposed_on"], row["days_to_outcome"]) == ("carried_out", day(9), day(9), 9)
    assert (row["outcome_basis"], row["outcome_rate_pct"], row["outcome_signal_ids"]) == ("reported", 50.0, done["claim_id"])


def test_a_lower_rate_softens_the_threat() -> None:
    (row,) = last_of(threat(0), claim("measure", 20, "Washington charges Brazil 30 percent.", 30.0, status="effective"))
    assert (row["threat_outcome"], row["rate_pct"], row["outcome_rate_pct"]) == ("softened", 50.0, 30.0)


def test_a_threat_without_news_lapses_half_a_year_after_it_was_said() -> None:
    assert history_of(threat(0), through=400) == [(0, "pending"), (180, "lapsed")]


def test_a_threat_with_a_day_lapses_two_months_after_it() -> None:
    assert history_of(threat(0, "Washington threatened to act by March 13.")) == [(0, "pending"), (70, "lapsed")]


@pytest.mark.parametrize("again", [180, 187, 188])
def test_a_threat_that_is_said_after_it_lapsed_is_a_new_one(again: int) -> None:
    rows = last_of(threat(0), threat(again), through=again + 5)
    assert [(row["threat_outcome"], row["first_on"]) for row in rows] == [("lapsed", day(0)), ("pending", day(again))]


def test_an_announcement_without_follow_up_is_unconfirmed() -> None:
    announced = claim("measure", 0, "Brazilian goods will pay 50 percent from March 13, the order says.", 50.0)
    (row,) = last_of(announced)
    assert (row["threat_form"], row["threat_outcome"], row["days_to_outcome"]) == ("announcement", "unconfirmed", None)


@pytest.mark.parametrize(
    ("quote", "outcomes"),
    [
        ("The extra duty of 50 percent takes effect on April 1.", ["pending"]),
        ("The extra duty of 50 percent is in effect, and rebates stop by April 1.", []),
    ],
)
def test_a_measure_that_takes_effect_on_a_later_day_is_announced(quote: str, outcomes: list[str]) -> None:
    rows = last_of(claim("measure", 0, quote, 50.0, status="effective"), through=20)
    assert [row["threat_outcome"] for row in rows] == outcomes


def test_an_announcement_before_the_deadline_repeats_the_threat() -> None:
    said = threat(0, "Washington threatened Brazil with 50 percent from April 1.")
    announced = claim("measure", 2, "The president ordered a 50 percent tariff on Brazil.", 50.0)
    (row,) = last_of(said, announced, through=20)
    assert (row["threat_outcome"], row["said_days"], row["last_on"]) == ("pending", 2, day(2))


@pytest.mark.parametrize(
    "other",
    [
        claim("measure", 9, "India imposed 50 percent on Brazil.", 50.0, actor="IND", status="effective"),
        claim("measure", 9, "Washington imposed 50 percent on Peru.", 50.0, target="PER", status="effective"),
        claim("measure", 9, "Washington imposed 50 percent on Brazilian steel.", 50.0, product="steel", status="effective"),
        claim("measure", 9, "Washington charged all countries 10 percent.", 10.0, target="*", status="effective"),
        claim("measure", 9, "Washington curbed exports of chips.", None, instrument="export_control", status="effective"),
        claim("measure", 9, "Tariffs on Brazil are in force.", None, status="effective"),
        claim("measure", 9, "Washington imposed 50 percent on Brazil.", 50.0, probability=0.3, status="effective"),
        claim("measure", 0, "Washington imposed 50 percent on Brazil.", 50.0, status="effective"),
        claim("easing", 9, "Washington cut its duty on Brazil to 10 percent.", 10.0),
        claim("easing", 9, "Washington lifted the tariff on Brazilian coffee.", product="coffee", status="ended"),
    ],
    ids=[
        "another actor", "another target", "one product only", "everybody at a lower rate", "another instrument", "no rate, no deadline",
        "unlikely", "the same day", "a cut of another rate", "another product",
    ],
)  # fmt: skip
def test_another_measure_is_no_outcome(other: dict[str, object]) -> None:
    assert history_of(threat(0), other, through=30) == [(0, "pending")]


def test_weak_claims_act_together_if_one_is_likely_right() -> None:
    weak = [claim("measure", 9, f"Brazil pays 50 percent, paper {n} wrote.", 50.0, probability=0.4, status="effective") for n in (1, 2)]
    (row,) = last_of(threat(0), *weak)
    assert row["threat_outcome"] == "carried_out"
    assert row["outcome_probability"] == pytest.approx(1 - 0.6 * 0.6)


def test_evidence_too_weak_to_act_is_listed() -> None:
    weak = claim("measure", 9, "Brazil pays 50 percent, one paper wrote.", 50.0, probability=0.3, status="effective")
    _, evidence = tables_of(threat(0), weak)
    rows = {row["threat_role"]: row["is_used"] for row in evidence.iter_rows(named=True)}
    assert rows == {"said": True, "carried_out": False}


def test_the_likelier_outcome_of_one_day_wins() -> None:
    off = claim("easing", 9, "The White House called off the tariff on Brazil.", probability=0.95)
    done = claim("measure", 9, "Brazil pays 50 percent.", 50.0, status="effective", probability=0.6)
    assert history_of(threat(0), off, done)[-1] == (9, "withdrawn")


def test_any_measure_can_follow_a_vague_threat() -> None:
    vague = threat(0, "Brasilia will answer, the minister said.", None, actor="BRA", target="USA", instrument="other")
    answer = claim(
        "measure", 3, "Brazil curbed American films.", actor="BRA", target="USA", instrument="import_restriction", product="films"
    )
    assert history_of(vague, answer)[-1] == (3, "followed")


@pytest.mark.parametrize(
    ("number", "changes", "word"),
    [
        (9, {}, "followed"),
        (90, {}, "followed"),
        (91, {}, "lapsed"),
        (9, {"target": "*"}, "lapsed"),
        (9, {"quote": "A duty on Brazilian steel took effect.", "product": "steel"}, "lapsed"),
    ],
    ids=["soon", "three months later", "later", "towards everybody", "on one product"],
)
def test_a_measure_may_follow_a_threat_without_rate(number: int, changes: dict[str, str], word: str) -> None:
    done = claim("measure", number, "The duty on Brazilian goods took effect.", 30.0, status="effective")
    scope = {"scope": "all"} if "target" in changes else {}
    (row,) = last_of(threat(0, rate=None), done | changes | scope)
    assert (row["threat_outcome"], row["imposed_on"]) == (word, None)


def test_a_measure_of_the_threatened_day_carries_it_out() -> None:
    said = threat(0, "Washington threatened Brazil with a tariff from March 12.", None)
    done = claim("measure", 9, "The duty on Brazilian goods took effect.", status="effective")
    assert history_of(said, done)[-1] == (9, "carried_out")
    late = done | {"told_on": day(17), "known_on": day(17)}
    assert history_of(said, late)[-1] == (17, "followed")


def test_an_instrument_is_added_in_the_first_story_only() -> None:
    vague = threat(0, "Brasilia will answer.", None, instrument="other")
    assert len(last_of(vague, threat(0, rate=None, story_id=vague["story_id"]))) == 1
    assert len(last_of(vague, threat(1, rate=None))) == 2


def test_a_measure_does_not_follow_a_threat_of_a_later_day() -> None:
    said = claim("measure", 0, "Parcels from Brazil will pay duty from May 2.", None)
    other = claim("measure", 9, "Washington charges Brazil 20 percent.", 20.0, status="effective")
    assert history_of(said, other, through=40) == [(0, "pending")]
    assert history_of(threat(0, rate=None), other, through=40)[-1] == (9, "followed")


def test_a_list_of_a_known_value_is_not_known_by_its_day() -> None:
    said = claim("measure", 0, "Duties on goods worth 90 billion dollars follow on March 24.", None, amount_usd=90e9)
    other = claim("measure", 22, "Brazilian trucks will pay 25 percent.", 25.0, status="effective")
    assert history_of(said, other, through=30)[-1] == (22, "followed")
    assert history_of(said | {"amount_usd": None}, other, through=30)[-1] == (22, "carried_out")


def test_a_threatened_inquiry_is_carried_out_when_it_opens() -> None:
    said = threat(0, "Washington may open an inquiry into Brazil.", None, instrument="investigation")
    opened = claim("investigation", 8, "Washington opened the inquiry into Brazil.", instrument="investigation")
    assert history_of(said, opened)[-1] == (8, "carried_out")


def test_an_outcome_is_known_when_its_article_was_seen() -> None:
    off = claim("easing", 4, "The White House called off the tariff on Brazil.", known_on=day(11))
    (row,) = last_of(threat(0), off)
    assert (row["outcome_on"], row["outcome_known_on"]) == (day(4), day(11))
    assert history_of(threat(0), off)[-1] == (11, "withdrawn")


def test_a_general_measure_at_the_rate_carries_out_the_threat() -> None:
    done = claim("measure", 9, "Washington charges everybody 50 percent.", 50.0, target="*", status="effective")
    assert history_of(threat(0), done)[-1] == (9, "carried_out")


@pytest.mark.parametrize("limits", [{"exceptions": "BRA CAN"}, {"scope": "asean"}])
def test_a_general_measure_that_spares_the_target_is_no_outcome(limits: dict[str, str]) -> None:
    done = claim("measure", 9, "Washington charges many 50 percent.", 50.0, target="*", status="effective", **limits)
    assert history_of(threat(0), done, through=30) == [(0, "pending")]


def test_a_measure_against_the_union_reaches_its_members() -> None:
    done = claim("measure", 9, "Washington charges the European Union 50 percent.", 50.0, target="EUN", status="effective")
    assert history_of(threat(0, target="FRA"), done)[-1] == (9, "carried_out")


def test_a_measure_against_the_union_spares_a_former_member() -> None:
    done = claim("measure", 9, "Washington charges the European Union 50 percent.", 50.0, target="EUN", status="effective")
    assert history_of(threat(0, target="GBR"), done, through=30) == [(0, "pending")]
    act_on_the_union = act("imposed", 10, 17, target="EUN")
    assert history_of(threat(0, target="GBR"), acts=(act_on_the_union,), through=30) == [(0, "pending")]


def test_an_act_that_spares_the_union_spares_its_members() -> None:
    done = claim("measure", 9, "Washington charges all others 50 percent.", 50.0, target="*", exceptions="JPN EUN", status="effective")
    assert history_of(threat(0, target="IRL"), done, through=30) == [(0, "pending")]
    assert history_of(threat(0, target="NOR"), done, through=30)[-1] == (9, "carried_out")
    by_law = (act("imposed", 10, 17, target="*", excepted="JPN EUN"),)
    assert history_of(threat(0, target="IRL"), acts=by_law, through=30) == [(0, "pending")]
    assert history_of(threat(0, target="NOR"), acts=by_law, through=30)[-1] == (17, "carried_out")


def test_a_threat_to_everybody_is_not_carried_out_by_one_measure() -> None:
    done = claim("measure", 9, "Washington charges Brazil 50 percent.", 50.0, status="effective")
    assert history_of(threat(0, target="*"), done, through=30) == [(0, "pending")]


def test_a_report_on_the_amount_of_another_threat_is_no_outcome() -> None:
    claims = threat(0, rate=None, amount_usd=200e9), threat(5, rate=None, amount_usd=267e9)
    measure = claim("measure", 20, "Washington put tariffs on goods worth 200 billion dollars.", amount_usd=200e9, status="effective")
    rows = last_of(*claims, measure)
    assert [(row["amount_usd"], row["threat_outcome"]) for row in rows] == [(200e9, "carried_out"), (267e9, "lapsed")]
    (alone,) = last_of(claims[1], measure)
    assert (alone["threat_outcome"], alone["outcome_amount_usd"]) == ("softened", 200e9)


BARLEY = threat(0, "An 80 percent tariff on barley follows unless they yield by March 15.", 80.0, product="barley", is_conditional=True)


def _act_on_barley(quote: str) -> dict[str, object]:
    return claim("measure", 5, quote, 80.0, product="barley")


@pytest.mark.parametrize(
    "quote",
    [
        "It imposed a tariff of 80 percent on barley, a week earlier than it had threatened.",
        "An 80 percent duty on barley was imposed on Monday.",
        "It hit foreign barley with an 80 percent duty.",
    ],
)
def test_a_measure_imposed_before_the_deadline_carries_it_out(quote: str) -> None:
    _, evidence = tables_of(BARLEY, _act_on_barley(quote))
    assert sorted(evidence["threat_role"]) == ["carried_out", "said"]
    (row,) = last_of(BARLEY, _act_on_barley(quote))
    assert (row["threat_outcome"], row["imposed_on"]) == ("carried_out", day(5))


@pytest.mark.parametrize(
    "quote",
    [
        "It announced the 80 percent tariff on barley.",
        "It imposed an 80 percent tariff on barley, effective at midnight.",
        "It imposed an 80 percent tariff on barley from March 12.",
        "Like the 80 percent duty on barley that was imposed last year, it would hurt.",
        "It has not imposed the 80 percent tariff on barley.",
    ],
)
def test_a_measure_announced_before_the_deadline_is_unconfirmed(quote: str) -> None:
    (row,) = last_of(BARLEY, _act_on_barley(quote))
    assert (row["threat_outcome"], row["threat_form"], row["said_days"]) == ("unconfirmed", "announcement", 2)


def test_an_unlikely_announcement_lets_the_threat_lapse() -> None:
    unlikely = _act_on_barley("It announced the 80 percent tariff on barley.") | {"probability": 0.3}
    assert history_of(BARLEY, unlikely)[-1][1] == "lapsed"


def test_a_tariff_on_unnamed_goods_does_not_carry_out_one_on_steel() -> None:
    said = threat(0, "Washington threatened 50 percent on Brazilian steel.", product="steel")
    on_trucks = claim("measure", 9, "Washington put 50 percent on Brazilian trucks.", 50.0)
    assert history_of(said, on_trucks, through=30) == [(0, "pending")]
    on_steel = claim("measure", 9, "The 50 percent is charged: Brazilian steel pays it.", 50.0, status="effective")
    assert history_of(said, on_steel)[-1] == (9, "carried_out")


def test_a_curb_that_names_no_goods_only_follows_a_threat_on_some() -> None:
    said = threat(0, "Washington may stop sales of chips.", None, instrument="export_control", product="semiconductors")
    curb = claim("measure", 9, "Washington put 20 firms under export curbs.", None, instrument="export_control")
    assert history_of(said, curb)[-1] == (9, "followed")


def test_the_sentence_of_an_outcome_names_its_rate() -> None:
    without = claim("measure", 9, "The duty on Brazil took effect.", None, status="effective", probability=0.95)
    with_rate = claim("measure", 9, "Brazil pays 50 percent.", 50.0, status="effective", probability=0.7)
    (row,) = last_of(threat(0, rate=None), without, with_rate)
    assert (row["outcome_rate_pct"], row["outcome_signal_ids"].split(", ")[0]) == (50.0, with_rate["claim_id"])


def test_a_measure_to_be_voted_on_is_no_outcome() -> None:
    vote = claim("measure", 9, "The 50 percent tariff on Brazil goes to a vote on Wednesday.", 50.0)
    assert history_of(threat(0), vote, through=30) == [(0, "pending")]


def test_a_measure_announced_for_next_month_repeats_the_threat() -> None:
    announced = claim("measure", 9, "The tariff on Brazil will be charged from next month.")
    (row,) = last_of(threat(0, rate=None), announced, through=20)
    assert (row["threat_outcome"], row["threat_form"], row["deadline_on"]) == ("pending", "announcement", date(2025, 4, 1))


def test_a_headline_without_the_day_of_its_story_is_no_outcome() -> None:
    said = threat(0, "He may tax Brazil at 50% on March 10.")
    title = claim("measure", 7, "President signs tariffs on Brazil", None, story_id="Wire:b")
    text = claim("measure", 7, "He signed a 50 percent tariff on Brazil, starting Friday.", 50.0, story_id="Wire:b")
    (row,) = last_of(said, title, text, through=10)
    assert (row["threat_outcome"], row["deadline_on"]) == ("pending", day(11))
