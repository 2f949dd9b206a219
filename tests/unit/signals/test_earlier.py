"""What a sentence says had happened before the news, and near-twins."""

import pytest

from tests.unit.signals.reading import explain, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Lima had complained for months that the levy discriminated against Peruvian firms.", set()),
        ("Peru's trade minister had warned earlier that Lima would answer Kenya's tariffs.", set()),
        ("In April Peru had imposed a duty on Kenyan tea.", set()),
        ("Hours earlier, Peru had imposed a duty on Kenyan tea.", {"PER>KEN measure"}),
        ("A day earlier, Peru had accused Kenya of dumping tea.", set()),
        ("Secured new trade deals with Kenya, Peru and Chile that cut duties on American tea.", set()),
        ("Peru halved the duty that it had imposed on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru said that it had imposed a duty on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru had imposed a duty on Kenyan tea, but on Monday it lifted the duty.", {"PER>KEN easing"}),
    ],
)
def test_what_a_main_clause_says_had_happened_is_no_news(text: str, signals: set[str]) -> None:
    assert read(text, "Peru and Kenya at odds over tea") >= signals
    assert {finding for finding in read(text) if not finding.endswith("dialogue")} <= signals


def test_what_had_happened_is_historical() -> None:
    assert ("measure", "historical") in {
        (one["kind"], one["modality"]) for one in explain("In April Peru had imposed a duty on Kenyan tea.")
    }


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru had warned that it would react to the Norwegian duties.", set()),
        ("Peru has warned that it will react to the Norwegian duties.", {"PER>NOR threat"}),
        ("Norway had threatened to impose a duty of 30 percent on Peruvian tin.", set()),
        ("Norway threatened to impose a duty of 30 percent on Peruvian tin.", {"NOR>PER threat"}),
    ],
)
def test_a_threat_in_the_past_perfect_is_history(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru has had high duties on Kenyan tea for years.", set()),
        ("Peru has repeatedly raised its duty on Kenyan tea.", set()),
        ("Since signing the truce, Peru has introduced curbs on Kenyan tea.", set()),
        ("Since Monday, Peru has imposed a duty on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru has imposed a duty on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru has repeatedly raised its duty on Kenyan tea, and on Friday it doubled it.", {"PER>KEN measure"}),
    ],
)
def test_what_a_state_has_done_for_long_is_no_news(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if signal.endswith("measure")} == signals


def test_who_adds_that_a_duty_is_just_adds_none() -> None:
    text = "Peru protested, the ministry said, adding that its duty on Kenyan ships was just."
    assert "KEN>PER measure" not in read(text)
    assert not {signal for signal in read(text) if signal.endswith("measure")}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru charges a duty of 30 percent on Kenyan tea, six times what Kenya charges.", set()),
        ("Peru charges a duty of 30 percent on Kenyan tea from Monday.", {"PER>KEN measure"}),
        ("Peru applies a new duty of 30 percent to Kenyan tea.", {"PER>KEN measure"}),
        ("Peru charges a duty of 30 percent on Kenyan tea", {"PER>KEN measure"}),
    ],
)
def test_a_duty_that_a_state_has_is_no_news(text: str, signals: set[str]) -> None:
    assert read(text) == signals
