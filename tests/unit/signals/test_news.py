"""Sentences of news that are easily misread: who acts, and whether anything is done."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("US delays tariffs on Peru", {"USA>PER easing"}),
        ("US cuts duty on Norwegian fish", {"USA>NOR easing"}),
        ("US limits Peruvian imports", {"USA>PER measure"}),
        ("UK halts imports of Norwegian fish", {"GBR>NOR measure"}),
        ("US tariffs cut Peruvian exports", set()),
        ("US curbs hit Peruvian fleet", set()),
        ("EU imports of Peruvian fish halt traffic", set()),
    ],
)
def test_the_verb_after_a_short_name_is_no_noun(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Norway said its duties on Peru would be lifted as soon as there was proof that Peru complies.", "offer"),
        ("Norway will lift its duty on Peruvian fish once Peru opens its market.", "offer"),
        ("Norway will lift its duty on Peruvian fish when an accord is signed.", "offer"),
        ("Once Norway finds that Peru complies, it will be able to lift its duty on Peruvian fish.", "offer"),
        ("Norway will lift its duty on Peruvian fish if talks go well.", "offer"),
        ("Norway will lift its duty on Peruvian fish once the notice is printed.", "easing"),
        ("Norway will lift its duty on Peruvian fish when Lima visits Oslo.", "easing"),
        ("Norway will lift its duty on Peruvian fish, and the dispute will end if Peru agrees.", "easing"),
        ("Norway lifted its duty on Peruvian fish when Peru opened its market.", "easing"),
    ],
)
def test_a_relief_that_waits_for_the_other_side_is_an_offer(text: str, kind: str) -> None:
    assert f"NOR>PER {kind}" in asserted(text)


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("The visit is unlikely to delay the imposition of Norwegian duties on Peruvian fish.", set()),
        ("Norway failed to lift its duty on Peruvian fish.", set()),
        ("Norway is unlikely to impose a duty on Peruvian fish.", set()),
        ("Norway delays the imposition of a duty on Peruvian fish.", {"NOR>PER easing"}),
        ("Norway and Peru failed to reach a trade deal.", {"NOR>PER dialogue", "PER>NOR dialogue"}),
        ("Norway rejects any plan that includes a duty on Peruvian fish.", {"NOR>PER refusal"}),
        ("Norway plans a duty on Peruvian fish.", {"NOR>PER threat"}),
    ],
)
def test_what_fails_or_is_unlikely_is_not_done(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway to restore steel tariffs on Peru and Canada", {"NOR>PER measure", "NOR>CAN measure"}),
        ("Peruvian leader plays down report Norway planning tariffs on Peruvian fish", {"NOR>PER threat"}),
        ("Quit the EU for better trade deal, Trump told Merkel", {"USA>DEU dialogue"}),
        ("Turkish minister rules out capital controls as lira falls", set()),
        ("Turkish minister plans import controls on Peruvian fish", {"TUR>PER threat"}),
        ("Peru quits trade deal with Norway", {"PER>NOR measure"}),
    ],
)
def test_headlines_show_who_does_what(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway and Peru signed a trade pact on Monday, and Lima has since moved the date of the first auction.", set()),
        (
            "Norway and Peru signed a trade pact on Monday, and Lima moved the date of the first auction.",
            {"NOR>PER agreement", "PER>NOR agreement"},
        ),
    ],
)
def test_what_others_have_acted_on_since_is_no_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
