"""Old treaties and truces, whose names and subjects are no acts."""

import pytest

from tests.unit.signals.reading import asserted, read


def test_the_name_of_a_treaty_is_no_agreement() -> None:
    title = "Peru will not retaliate against Norway"
    assert not {f for f in read("Article 9 of the General Agreement on Tariffs and Trade in Lima.", title) if "agreement" in f}
    deal = "Peru and Norway signed a trade deal under the General Agreement on Tariffs and Trade."
    assert "PER>NOR agreement" in read(deal)


@pytest.mark.parametrize("verb", ["was extended", "was extended by a year", "has been prolonged"])
def test_what_a_truce_is_on_is_not_what_is_extended(verb: str) -> None:
    assert not {signal for signal in asserted(f"A truce on tariffs between Peru and Kenya {verb}.") if signal.endswith("measure")}
