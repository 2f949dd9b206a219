"""Words that are a threat or none next to others: answers, quarrels, what is ruled out."""

import pytest

from tests.unit.signals.reading import asserted, find, read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It will take every step necessary to defend its growers.", "threat"),
        ("It will take all steps needed to protect its growers.", "threat"),
        ("It will go to the WTO over the pasta quota and, in the coming weeks, take corresponding measures.", "threat"),
        ("It stands ready to defend its interests.", "threat"),
        ("It took countermeasures on Monday.", "measure"),
        ("It will take steps to simplify its visa forms.", None),
    ],
)
def test_an_answer_needs_no_word_of_trade_next_to_it(text: str, kind: str | None) -> None:
    article = f"Delhi has raised its duty on Norwegian salmon. Norway calls the duty unlawful. {text}"
    findings = find("rules", article, title="Norway protests at Indian salmon duty")
    last = findings.filter(modality="asserted", actor="NOR", target="IND", quote=text)
    assert last["kind"].to_list() == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru escalated its trade war with Norway on Monday, saying it was prepared to tax its salmon.", {"PER>NOR threat"}),
        ("Peru escalated its trade war with Norway, saying it would tax its salmon if Oslo did not open its market.", {"PER>NOR threat"}),
        ("Peru escalated its trade war with Norway on Monday by taxing its salmon.", {"PER>NOR measure"}),
        ("Peru escalated its trade war with Norway.", {"PER>NOR measure"}),
    ],
)
def test_a_quarrel_that_a_threat_escalates_is_only_a_threat(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway rules out retaliation against Peru over its fish duty", set()),
        ("Norway has ruled out new tariffs on Peruvian fish.", set()),
        ("Norway refused to rule out new tariffs on Peruvian fish.", {"NOR>PER threat"}),
        ("Norway would not rule out a tariff on Peruvian fish.", {"NOR>PER threat"}),
        ("Norway rules out tariff cuts for Peru", {"NOR>PER refusal"}),
        ("Norway ruled out lifting its tariff on Peruvian fish.", {"NOR>PER refusal"}),
    ],
)
def test_who_rules_out_a_restriction_refuses_nothing(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("If Peru insists, Kenya will be forced to counterattack.", {"KEN>PER threat"}),
        ("Kenya is forced to counterattack Peru over its duty on tea.", {"KEN>PER measure"}),
        ("Kenya will not counter-attack Peru over its duty on tea.", set()),
    ],
)
def test_a_counterattack_is_retaliation(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
