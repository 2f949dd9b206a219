"""What a government orders in its own documents is carried out on the day that the order names."""

import polars as pl
import pytest

from pipeline.index.threats.claims import read_parameters
from pipeline.signals.lexicon import load_lexicon
from tests.unit.index.threats.scenes import claim, day, history_of, last_of, tables_of, threat

ORDER = "Imports of honey from Brazil shall pay 50 percent from March 13."


def test_what_the_government_itself_ordered_is_carried_out_on_its_day() -> None:
    ordered = claim("measure", 0, ORDER, 50.0, source="White House")
    states, evidence = tables_of(ordered)
    (row,) = states.filter(pl.col("valid_to").is_null()).to_dicts()
    assert (row["threat_outcome"], row["outcome_basis"], row["outcome_signal_ids"]) == ("carried_out", "ordered", ordered["claim_id"])
    assert (row["imposed_on"], row["outcome_known_on"], row["outcome_rate_pct"]) == (day(10), day(17), 50.0)
    assert evidence["threat_role"].to_list() == ["carried_out", "said"]
    assert history_of(ordered, through=16) == [(0, "pending")]


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (claim("easing", 9, "Washington called off the 50 percent duty on Brazil.", 50.0), "withdrawn"),
        (claim("easing", 9, "Washington delayed the 50 percent duty on Brazil until May 30.", 50.0, status="suspended"), "postponed"),
        (claim("measure", 11, "Brazil now pays 50 percent.", 50.0, status="effective"), "carried_out"),
    ],
)
def test_what_was_read_of_an_order_counts_more_than_its_day(later: dict[str, object], outcome: str) -> None:
    (row,) = last_of(claim("measure", 0, ORDER, 50.0, source="White House"), later, through=60)
    assert (row["threat_outcome"], row["outcome_basis"]) == (outcome, "reported")


@pytest.mark.parametrize(
    "said",
    [
        claim("measure", 0, ORDER, 50.0, source="MOFCOM"),
        claim("measure", 0, ORDER, 50.0, source="White House", probability=0.4),
        claim("measure", 0, "Honey must be sold within 60 days, or pay 50 percent.", 50.0, source="White House"),
        threat(0, "Honey may have to pay 50 percent from March 13.", source="White House"),
    ],
)
def test_only_a_decision_in_own_words_is_an_order(said: dict[str, object]) -> None:
    assert "carried_out" not in {row["threat_outcome"] for row in last_of(said)}


def test_sources_of_orders_are_states_that_readers_know() -> None:
    by_readers = load_lexicon("actors")["first_person"]["sources"]
    orders = read_parameters()["governments"]
    assert orders == {source: by_readers[source] for source in orders}
