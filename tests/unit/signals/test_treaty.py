"""The name of an old treaty, which is no agreement."""

from tests.unit.signals.reading import read


def test_the_name_of_a_treaty_is_no_agreement() -> None:
    title = "Peru will not retaliate against Norway"
    assert not {f for f in read("Article 9 of the General Agreement on Tariffs and Trade in Lima.", title) if "agreement" in f}
    deal = "Peru and Norway signed a trade deal under the General Agreement on Tariffs and Trade."
    assert "PER>NOR agreement" in read(deal)
