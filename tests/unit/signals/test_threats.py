"""Which words are a threat of whom, and the near-twins that are none."""

from datetime import date

import pytest

from pipeline.signals.dates import is_past_event
from pipeline.signals.extract import SentenceExtractor
from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will answer with duties of its own if Norway taxes its tin, economists at two banks said.", set()),
        ("Peru will answer with duties of its own if Norway taxes its tin, ministers said.", {"PER>NOR threat"}),
        ('"Peru will hit back if Norway raises its tariffs," said Ana Ruiz, a professor at a university in Lima.', set()),
        ('"Peru will hit back if Norway raises its tariffs," said Ana Ruiz, a minister.', {"PER>NOR threat"}),
        ("Peru will retaliate if Norway bans its fish: analyst", set()),
        ("Peru will retaliate if Norway bans its fish: minister", {"PER>NOR threat"}),
        ("Peruvian state media accuse Norway of bullying over fish duty", set()),
        ("Peruvian state media accuse Norway of 'gangster logic', vow to fight tariffs", set()),
        ("Peru accuses Norway of bullying over fish duty", {"PER>NOR accusation"}),
        ("Experts believe that Norway's duties on Peruvian fish violate the rules of the WTO.", set()),
        ("Peru believes that Norway's duties on Peruvian fish violate the rules of the WTO.", {"PER>NOR accusation"}),
    ],
)
def test_what_an_outsider_foretells_or_blames_is_no_signal(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_an_act_that_an_outsider_explains_is_still_reported() -> None:
    assert read("Norway imposed duties on Peruvian tin on Monday, a step that will hurt builders, analysts said.") == {"NOR>PER measure"}


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
        ("Norway has sent a message to the world with its new tariff threats against Peru.", {"NOR>PER threat"}),
        ("Norway has upset the world with its tariff threats against Peru.", set()),
    ],
)
def test_a_new_threat_of_an_owner_is_news(text: str, signals: set[str]) -> None:
    assert {signal for signal in read(text) if signal.endswith("threat")} >= signals


@pytest.mark.parametrize(
    ("sentence", "is_retold"),
    [
        ("I said, if they tax our cars, we will tax theirs.", True),
        ('And I told him, "We will put a duty of 80 percent on your fish."', True),
        ("We said that we would tax every one of those nations.", True),
        ("We said today that we would tax their fish.", False),
        ("We told the Peruvian side that we will tax its fish.", False),
        ("As I said, we will tax their fish.", False),
        ("He said that they would tax its fish.", False),
    ],
)
def test_who_quotes_himself_retells_an_earlier_statement(sentence: str, is_retold: bool) -> None:
    assert is_past_event(sentence, date(2025, 8, 25)) is is_retold


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
    findings = SentenceExtractor("rules").explain(article, title="Norway protests at Indian salmon duty")
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
    ("text", "pairs"),
    [
        ("Peru braces for Norwegian tariffs", set()),
        ("Peru fears Norwegian tariffs on its fish", set()),
        ("Norway stokes trade war fears with new tariffs on Peruvian fish", {"NOR>PER"}),
        ("Peru, wary of Norwegian tariffs, vows retaliation", {"PER>NOR"}),
        ("Fearing a flood of Peruvian fish, Norway threatens tariffs", {"NOR>PER"}),
    ],
)
def test_who_fears_a_restriction_threatens_nobody(text: str, pairs: set[str]) -> None:
    assert {signal.split()[0] for signal in read(text)} == pairs


@pytest.mark.parametrize(
    ("sentence", "is_retold"),
    [
        ("The Secretary also recommended that I impose a duty of 12 percent on imports of tin.", True),
        ("In light of these findings, the Secretary recommended a range of actions on imports of tin.", True),
        ("Today the Secretary recommended a duty of 12 percent on imports of tin.", False),
        ("Commerce Secretary Ann Lee recommended a duty of 12 percent on imports of tin.", False),
        ("The Secretary shall recommend whether I should impose a duty on imports of tin.", False),
    ],
)
def test_what_the_secretary_recommended_is_recalled(sentence: str, is_retold: bool) -> None:
    assert is_past_event(sentence, date(2025, 8, 25)) is is_retold


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trudeau Says Canada May Delay Chile Trade Deal Deadline.", {"CAN>CHL offer"}),
        ("Canada extends the deadline for Chilean tariffs", {"CAN>CHL easing"}),
        ("Canada refuses to extend the tariff deadline for Chile", {"CAN>CHL refusal"}),
        ("Canada May Raise Tariffs on Chile.", {"CAN>CHL threat"}),
    ],
)
def test_who_may_put_off_a_deadline_threatens_nothing(text: str, signals: set[str]) -> None:
    assert read(text) == signals
