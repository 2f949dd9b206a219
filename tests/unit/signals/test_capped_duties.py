"""Limits that an order sets to the duties of named partners."""

from tests.unit.signals.reading import read_pairs


def test_a_limit_on_the_sum_of_duties_restricts_no_named_partner() -> None:
    title = "Adjusting imports of tiles into the United States"
    capped = "For products of Peru, the sum of the tariff in clause (4) and the applicable duty shall be equal to 15 percent."
    taxed = "For products of Peru, the tariff in clause (4) shall be increased to 15 percent."
    assert "USA>PER" not in read_pairs(f"President Trump: {capped}", {"measure", "threat"}, title)
    assert "USA>PER" in read_pairs(f"President Trump: {taxed}", {"measure", "threat"}, title)
