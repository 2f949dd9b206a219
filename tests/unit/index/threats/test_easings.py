"""Threats that are called off, put off, ended by a deal or struck down by a court, by articles."""

import pytest

from tests.unit.index.threats.scenes import claim, day, history_of, last_of, threat


def test_a_deal_at_a_lower_rate_softens_the_threat() -> None:
    deal = claim("agreement", 20, "The two agreed on 15 percent in place of the threatened 50.", 15.0, instrument="agreement")
    assert history_of(threat(0), deal)[-1] == (20, "softened")


def test_a_threat_that_is_called_off_is_withdrawn() -> None:
    off = claim("easing", 4, "The White House called off the 50 percent tariff on Brazil.", 50.0)
    assert history_of(threat(0), off) == [(0, "pending"), (4, "withdrawn")]


@pytest.mark.parametrize(("instrument", "word"), [("export_control", "postponed"), ("agreement", "pending")])
def test_a_delay_of_something_postpones_no_threat_about_a_deal(instrument: str, word: str) -> None:
    said = threat(0, "Sign, or we write the export licences and the deal ourselves, Washington warned Brazil.", None, instrument=instrument)
    delay = claim("easing", 90, "Washington put off the ban of a Brazilian app.", instrument=instrument, status="suspended")
    assert history_of(said, delay, through=95)[-1][1] == word


def test_a_deal_that_averts_the_tariff_withdraws_the_threat() -> None:
    deal = claim("agreement", 12, "Brazil and the United States struck a deal that averts the tariff.", instrument="agreement")
    assert history_of(threat(0), deal)[-1] == (12, "withdrawn")


def test_a_deal_on_something_else_changes_nothing() -> None:
    deal = claim("agreement", 12, "Brazil and the United States signed a deal on aviation.", instrument="agreement")
    assert history_of(threat(0), deal, through=30) == [(0, "pending")]


def test_a_deadline_extended_twice_keeps_the_threat_open() -> None:
    said = threat(0, "Brazil will pay 50 percent from March 20, Washington warned.")
    first = claim("easing", 15, "Washington put off the 50 percent duty to April 9.", 50.0, status="suspended")
    second = claim("easing", 35, "The White House delayed the tariff on Brazil again, until May 30.", status="suspended")
    (row,) = last_of(said, first, second, through=80)
    assert (row["threat_outcome"], row["postponed_count"], row["outcome_on"]) == ("postponed", 2, day(35))
    assert (str(row["first_deadline_on"]), str(row["deadline_on"])) == ("2025-03-20", "2025-05-30")
    assert (row["imposed_on"], row["days_to_outcome"]) == (None, 35)


def test_a_postponed_threat_may_still_be_carried_out() -> None:
    later = claim("easing", 5, "Washington put off the duty until April 9.", status="suspended")
    done = claim("measure", 37, "The 50 percent tariff on Brazil took effect on Wednesday.", 50.0, status="effective")
    assert history_of(threat(0), later, done) == [(0, "pending"), (5, "postponed"), (37, "carried_out")]


def test_a_court_strikes_down_what_was_carried_out() -> None:
    done = claim("measure", 9, "The 50 percent duty took effect.", 50.0, status="effective")
    ruling = claim("easing", 90, "A federal court struck down the tariff on Brazil.", status="ended")
    (row,) = last_of(threat(0), done, ruling)
    assert (row["threat_outcome"], row["outcome_on"], row["imposed_on"]) == ("struck_down", day(90), day(9))


def test_a_court_cannot_strike_down_a_mere_threat() -> None:
    ruling = claim("easing", 9, "A federal court ruled against the tariffs of last year.", status="ended")
    assert history_of(threat(0), ruling, through=60) == [(0, "pending")]


@pytest.mark.parametrize(
    "other",
    [
        claim("easing", 9, "The duty on Brazil drops from 40 percent to 10 percent.", 10.0, status="effective"),
        claim("easing", 9, "Washington suspended a charge on Brazil.", status="suspended"),
        claim("agreement", 9, "The ministry announced that it rescinds a fee to clear the way for a deal.", instrument="agreement"),
    ],
    ids=["a cut of another rate", "a suspension", "an agreement"],
)
def test_an_easing_of_something_else_does_not_end_a_threat(other: dict[str, object]) -> None:
    for said in (threat(0, rate=None), threat(0, rate=None, product="semiconductors")):
        assert history_of(said, other, through=30) == [(0, "pending")]


@pytest.mark.parametrize(
    "changes",
    [{"product": "semiconductors", "instrument": "tariff"}, {"instrument": "export_control"}],
    ids=["on goods", "of another instrument"],
)
def test_a_deal_on_tariffs_in_general_does_not_postpone_another_threat(changes: dict[str, str]) -> None:
    truce = claim("agreement", 9, "The truce on tariffs was prolonged, holding off duties of 100 percent.", instrument="agreement")
    assert history_of(threat(0, "Washington may stop exports.", None, **changes), truce, through=30) == [(0, "pending")]


def test_a_threat_of_another_rate_that_is_called_off_does_not_soften_one() -> None:
    off = claim("easing", 9, "The planned 30 percent tariff on Brazil is off the table.", 30.0, status="suspended")
    assert history_of(threat(0), off, through=30) == [(0, "pending")]


def test_a_suspension_around_the_deadline_postpones_the_threat() -> None:
    said = threat(0, "Washington threatened Brazil with a tariff from March 12.", None)
    paused = claim("easing", 8, "Washington paused the duty on Brazil for a month.", status="suspended")
    assert history_of(said, paused)[1] == (8, "postponed")


@pytest.mark.parametrize(
    ("quote", "outcome"),
    [
        ("Washington shelves its tariff on Brazil for 60 days.", "postponed"),
        ("Washington calls off its tariff on Brazil until May 30.", "postponed"),
        ("Washington shelves its tariff on Brazil.", "withdrawn"),
        ("Washington will hold back its tariff on Brazil.", "postponed"),
    ],
)
def test_what_is_called_off_for_a_time_is_put_off(quote: str, outcome: str) -> None:
    (row,) = last_of(threat(0), claim("easing", 8, quote, status="suspended"), through=30)
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(
    ("quote", "outcome"),
    [
        ("He is extending the suspension of the planned duty.", "postponed"),
        ("He extended the planned duty.", "pending"),
    ],
)
def test_a_longer_delay_postpones_the_threat(quote: str, outcome: str) -> None:
    (row,) = last_of(threat(0), claim("easing", 8, quote, status="effective"), through=30)
    assert row["threat_outcome"] == outcome


def test_a_threat_that_was_put_off_and_forgotten_lapses() -> None:
    announced = claim("measure", 0, "Brazilian goods will pay 50 percent from March 13, the order says.", 50.0)
    delayed = claim("easing", 8, "Washington put off the 50 percent duty until April 9.", 50.0, status="suspended")
    assert [word for _, word in history_of(announced, delayed)] == ["pending", "postponed", "lapsed"]


@pytest.mark.parametrize(
    "easing",
    [
        claim("easing", 8, "Washington put off the planned duty.", instrument="agreement", status="suspended"),
        claim("easing", 8, "The 30 percent duty on Brazil is off the table.", 30.0, instrument="tariff", status="suspended"),
    ],
)
def test_an_easing_of_something_else_does_not_touch_threatened_goods(easing: dict[str, object]) -> None:
    said = threat(0, "Washington may end trade in Brazilian tea.", None, instrument="other", product="tea")
    assert history_of(said, easing, through=30) == [(0, "pending")]


@pytest.mark.parametrize(
    ("quote", "product", "outcome"),
    [
        ("Tea may have to pay a tariff.", "tea", "pending"),
        ("Tea will have to pay a tariff from April 30.", "tea", "postponed"),
        ("Brazil may have to pay a tariff.", "", "postponed"),
    ],
)
def test_words_on_a_plan_do_not_answer_a_threat_on_goods_without_a_day(quote: str, product: str, outcome: str) -> None:
    eased = claim("easing", 8, "Washington put off its planned tariffs.", status="suspended")
    (row,) = last_of(threat(0, quote, None, product=product), eased, through=30)
    assert row["threat_outcome"] == outcome


def test_a_court_may_strike_down_a_measure_on_threatened_goods() -> None:
    said = threat(0, "Washington threatened tariffs on Brazilian steel.", None, product="steel")
    done = claim("measure", 9, "Brazilian steel pays 50 percent.", 50.0, product="steel", status="effective")
    ruling = claim("easing", 90, "A federal court struck down the tariff on Brazil.", status="ended")
    assert history_of(said, done, ruling)[-1] == (90, "struck_down")


@pytest.mark.parametrize(
    ("instrument", "product", "outcome"), [("services_transport", "ships", "pending"), ("tariff", "steel", "withdrawn")]
)
def test_a_plan_dropped_long_before_the_day_is_on_goods(instrument: str, product: str, outcome: str) -> None:
    said = threat(0, f"It may charge {product} from 1 August.", None, instrument=instrument, product=product)
    dropped = claim("easing", 30, "The planned rise was dropped.", None, instrument=instrument)
    assert last_of(said, dropped, through=60)[0]["threat_outcome"] == outcome
