"""Which claims say the same threat."""

import polars as pl
import pytest

from tests.unit.index.threats.scenes import Row, claim, day, last_of, tables_of, threat


def test_a_repeated_threat_is_one_threat() -> None:
    (row,) = last_of(threat(0), threat(3), threat(30), threat(30), through=60)
    assert (row["said_days"], row["signal_count"], row["first_on"], row["last_on"]) == (3, 4, day(0), day(30))


def test_a_mention_without_rate_repeats_the_threat() -> None:
    (row,) = last_of(threat(0), threat(20, rate=None), through=60)
    assert (row["said_days"], row["rate_pct"]) == (2, 50.0)


def test_another_rate_is_another_threat() -> None:
    assert [row["rate_pct"] for row in last_of(threat(0), threat(5, rate=100.0), through=60)] == [50.0, 100.0]


def test_a_rounded_rate_is_the_same_threat() -> None:
    assert len(last_of(threat(0), threat(5, rate=49.5), through=60)) == 1


def test_another_product_is_another_threat() -> None:
    assert len(last_of(threat(0, product="steel"), threat(5, product="coffee"), through=60)) == 2


def test_a_rate_may_be_added_within_a_week_only() -> None:
    assert len(last_of(threat(0, rate=None), threat(5), through=60)) == 1
    assert len(last_of(threat(0, rate=None), threat(25), through=60)) == 2


def test_a_threat_renewed_after_a_long_pause_is_a_new_one() -> None:
    assert len(last_of(threat(0), threat(120), through=130)) == 2


def test_a_threat_of_a_new_round_after_the_outcome_is_a_new_one() -> None:
    off = claim("easing", 4, "The White House called off the tariff on Brazil.")
    first, second = last_of(threat(0), off, threat(30), through=40)
    assert (first["threat_outcome"], second["threat_outcome"]) == ("withdrawn", "pending")


def test_a_threat_repeated_after_an_act_that_only_followed_is_a_new_one() -> None:
    done = claim("measure", 4, "Washington charges Brazil 10 percent.", 10.0, status="effective")
    first, second = last_of(threat(0, rate=None), done, threat(6, rate=None), through=40)
    assert (first["threat_outcome"], second["threat_outcome"]) == ("followed", "pending")


def test_background_after_the_outcome_is_an_echo() -> None:
    off = claim("easing", 4, "The White House called off the tariff on Brazil.")
    states, evidence = tables_of(threat(0), off, threat(7), through=40)
    assert states["threat_id"].n_unique() == 1
    assert evidence.filter(pl.col("threat_role") == "echo")["is_used"].to_list() == [False]
    assert states["said_days"].max() == 1


@pytest.mark.parametrize(("changes", "count"), [({}, 0), ({"product": "tea"}, 1), ({"rate": 20.0}, 1), ({"target": "BRA"}, 1)])
def test_a_warning_to_everybody_that_names_nothing_is_no_threat(changes: Row, count: int) -> None:
    said: Row = {"rate": None, "target": "*", "instrument": "other", "scope": None if changes.get("target") else "all"} | changes
    assert len(last_of(threat(0, "Washington will answer whoever is unfair.", **said))) == count


def test_an_unlikely_threat_is_not_published() -> None:
    assert last_of(threat(0, probability=0.3)) == []


def test_a_claim_that_was_not_likely_does_not_begin_a_threat() -> None:
    (row,) = last_of(threat(0, probability=0.3), threat(2))
    assert row["first_on"] == day(2)


def test_the_newest_deadline_counts_and_the_first_is_shown() -> None:
    first, second = threat(0, "Brazil has until March 20, Washington warned."), threat(5, "The tariff on Brazil starts on April 1.")
    (row,) = last_of(first, second, through=10)
    assert (str(row["first_deadline_on"]), str(row["deadline_on"])) == ("2025-03-20", "2025-04-01")


def test_the_order_of_rows_does_not_matter() -> None:
    claims = [threat(0), threat(3), threat(5, rate=100.0), claim("measure", 9, "Brazil pays 50 percent.", 50.0, status="effective")]
    for one, other in zip(tables_of(*claims), tables_of(*claims[::-1]), strict=True):
        assert one.equals(other)


def test_the_sentence_of_a_threat_names_its_rate() -> None:
    with_rate = threat(0, "Brazil may pay a 50 percent tariff.", probability=0.6, tier="medium")
    without = threat(0, "Brazil may lose a licence.", None, instrument="other", probability=0.95, story_id=with_rate["story_id"])
    (row,) = last_of(with_rate, without, through=60)
    assert (row["rate_pct"], row["tier"]) == (50.0, "medium")
    assert row["signal_ids"] == f"{with_rate['claim_id']}, {without['claim_id']}"


def test_the_sentence_of_a_threat_names_its_goods() -> None:
    on_tea = threat(0, "Washington may tax Brazilian tea.", None, product="tea", probability=0.6, tier="medium")
    general = threat(0, "Washington will answer Brazil.", None, instrument="other", probability=0.95, story_id=on_tea["story_id"])
    (row,) = last_of(on_tea, general, through=60)
    assert (row["product"], row["tier"]) == ("tea", "medium")
    assert row["signal_ids"] == f"{on_tea['claim_id']}, {general['claim_id']}"


@pytest.mark.parametrize("product", ["", "tea"])
def test_a_rate_on_all_the_goods_threatened_is_the_threats(product: str) -> None:
    first = threat(0, "Brazil will hear of duties on its tea.", None, product=product)
    again = threat(0, "Washington may charge 35 percent.", 35.0, probability=0.6, story_id=first["story_id"])
    (row,) = last_of(first, again, through=60)
    assert (row["product"], row["rate_pct"]) == (product, 35.0)


@pytest.mark.parametrize(
    ("quote", "instrument"),
    [("Washington will take every measure needed.", "other"), ("Washington may control exports.", "export_control")],
)
def test_a_threat_in_general_words_names_no_instrument(quote: str, instrument: str) -> None:
    (row,) = last_of(threat(0, quote, None, instrument="export_control"))
    assert row["instrument"] == instrument


def test_goods_may_be_left_out_in_the_story_that_names_them() -> None:
    named = threat(0, product="autos", probability=0.8)
    (row,) = last_of(named, threat(0, story_id=named["story_id"], probability=0.95))
    assert (row["product"], row["signal_count"]) == ("autos", 2)
    assert [row["product"] for row in last_of(named, threat(2), through=9)] == ["autos", ""]


def test_a_later_story_does_not_add_goods_to_a_threat() -> None:
    general = threat(2)
    on_tea = threat(2, "Tea will pay 50 percent.", product="tea", story_id=general["story_id"])
    assert [row["product"] for row in last_of(threat(0), general, on_tea, through=9)] == ["", "tea"]


def test_a_threat_has_a_rate_only_if_claims_that_name_it_are_likely() -> None:
    said = threat(0, rate=None)
    (row,) = last_of(said, threat(2, "Ohio charges Brazil 20 percent for power.", 20.0, probability=0.3), through=9)
    assert (row["rate_pct"], row["said_days"]) == (None, 2)


def test_two_days_in_one_story_are_those_of_two_threats() -> None:
    first = threat(0, "A tariff on all of Brazil's goods starts on March 20.", None)
    second = threat(0, "The duty on its ports starts on April 3.", None, story_id=first["story_id"])
    assert [str(row["deadline_on"]) for row in last_of(first, second, through=9)] == ["2025-03-20", "2025-04-03"]
    elsewhere = threat(0, "The duty starts on April 3.", None)
    assert len(last_of(first, elsewhere, through=9)) == 1


@pytest.mark.parametrize(("second_on", "count"), [("March 20", 2), ("March 11", 1)])
def test_days_of_two_decisions_are_those_of_two_threats(second_on: str, count: int) -> None:
    first = claim("measure", 0, "The duty on Brazil starts on March 8.", None)
    second = claim("measure", 4, f"The duty on Brazil starts on {second_on}.", None)
    assert len(last_of(first, second, through=5)) == count
    assert len(last_of(first, second | {"told_on": day(6), "known_on": day(6)}, through=7)) == 1  # its day is over


@pytest.mark.parametrize(
    ("again", "count"),
    [
        (threat(7, rate=None), 1),
        (threat(7, "Washington threatened Brazil with another 20 percent.", 20.0), 2),
        (threat(7, "Brazil will pay the next duty from April 9.", None), 2),
    ],
)
def test_a_new_rate_or_a_later_day_is_no_echo(again: Row, count: int) -> None:
    said = threat(0, "Brazil will pay a tariff from March 7.", None)
    done = claim("measure", 4, "Brazil now pays the tariff.", 10.0, status="effective")
    assert len(last_of(said, done, again, through=20)) == count


def test_a_product_does_not_join_goods_of_a_known_value() -> None:
    rows = last_of(threat(0, rate=None, amount_usd=155e9), threat(2, rate=None, product="steel"))
    assert [(row["product"], row["amount_usd"]) for row in rows] == [("", 155e9), ("steel", None)]


def test_a_sentence_of_the_story_without_the_instrument_says_less() -> None:
    answer = threat(0, "It would fight to the end.", None, instrument="other", is_conditional=True, story_id="Wire:a", probability=0.95)
    duty = claim("measure", 0, "The duty applies from 20 March.", None, status="effective", story_id="Wire:a", probability=0.7)
    (row,) = last_of(answer, duty)
    assert (row["instrument"], row["is_conditional"]) == ("tariff", False)
    assert row["signal_ids"].split(", ")[0] == duty["claim_id"]


def test_an_unlikely_instrument_is_none_of_the_threat() -> None:
    warning = threat(0, "He held far more cards.", None, instrument="other", story_id="Wire:a", probability=0.6)
    unlikely = threat(0, "Threatening tariffs is wrong.", None, story_id="Wire:a", probability=0.4)
    assert [row["instrument"] for row in last_of(warning, unlikely)] == ["other"]
