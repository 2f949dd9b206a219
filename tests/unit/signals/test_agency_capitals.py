"""Verbs with a capital after an abbreviation, as in old agency reports."""

from tests.unit.signals.reading import asserted


def test_a_verb_after_an_abbreviation_is_no_name() -> None:
    text = "With two weeks to go before the U.S. Imposes tariffs, Peru's envoy said that Lima must open its market, officials said."
    assert not {finding for finding in asserted(text) if finding.startswith("PER>USA measure")}
    assert asserted("The U.S. Imposed tariffs on Peruvian tin.") == {"USA>PER measure"}


def test_a_name_after_an_abbreviation_stays_one() -> None:
    assert asserted("U.S. Agriculture Secretary Brown threatened Peru with tariffs on tin.") == {"USA>PER threat"}
