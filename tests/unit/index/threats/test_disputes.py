"""Whether an act that shares no detail with a threat belongs to its dispute, and which of two days it carries out."""

import pytest

from tests.unit.index.threats.scenes import Row, act, claim, day, history_of, last_of, threat

WARNING: Row = {"actor": "BRA", "target": "USA", "instrument": "other", "rate": None}
CURB: Row = {"actor": "BRA", "target": "USA", "instrument": "import_restriction", "product": "films", "status": "effective"}


def warning(on: int, quote: str = "Brasilia will do what is needed, a minister said.", **changes: object) -> Row:
    """A general warning of Brazil, which names no act."""
    return threat(on, quote, **(WARNING | changes))


@pytest.mark.parametrize(("number", "outcome"), [(7, "followed"), (8, "pending")])
def test_any_measure_follows_a_general_warning_for_a_week_only(number: int, outcome: str) -> None:
    assert history_of(warning(0), claim("measure", number, "Brazil curbed American films.", **CURB), through=40)[-1][1] == outcome


@pytest.mark.parametrize(
    ("said", "done", "outcome"),
    [
        ("Brasilia will answer, a minister said.", "Brazil hit back with curbs on American films.", "followed"),
        ("Brasilia will answer, a minister said.", "Brazil curbed American films.", "pending"),
        ("Brasilia will do what is needed.", "Brazil hit back with curbs on American films.", "pending"),
    ],
    ids=["both name an answer", "only the threat", "only the measure"],
)
def test_an_announced_answer_may_come_later(said: str, done: str, outcome: str) -> None:
    assert history_of(warning(0, said), claim("measure", 30, done, **CURB), through=40)[-1][1] == outcome


def test_an_answer_after_three_months_is_not_the_announced_one() -> None:
    done = claim("measure", 91, "Brazil hit back with curbs on American films.", **CURB)
    assert history_of(warning(0, "Brasilia will answer."), done, through=95)[-1][1] == "pending"


def test_a_warning_that_was_hardly_repeated_is_not_recent() -> None:
    done = claim("measure", 12, "Brazil curbed American films.", **CURB)
    assert history_of(warning(0), warning(7, probability=0.3), done, through=40)[-1][1] == "pending"
    assert history_of(warning(0), warning(7), done, through=40)[-1][1] == "followed"


@pytest.mark.parametrize(
    ("announced", "effective", "outcome"),
    [(-2, 4, "pending"), (-1, 4, "followed"), (7, 30, "followed"), (8, 30, "pending")],
    ids=["announced before", "announced on the day before", "announced in a week", "announced later"],
)
def test_an_act_follows_a_general_warning_if_announced_soon_after(announced: int, effective: int, outcome: str) -> None:
    lists = act("imposed", announced, effective, None, actor="BRA", target="USA", instrument="entity_list", product="nine firms")
    assert history_of(warning(0), acts=(lists,), through=40)[-1][1] == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [({}, "postponed"), ({"rate_pct": 30.0}, "pending"), ({"product": "films"}, "pending")],
    ids=["nothing named", "a rate", "goods"],
)
def test_an_easing_of_a_named_measure_ends_no_general_warning(changes: Row, outcome: str) -> None:
    eased = claim("easing", 5, "Brazil put off the planned measure.", actor="BRA", target="USA", status="suspended")
    assert history_of(warning(0), eased | changes, through=40)[-1][1] == outcome


@pytest.mark.parametrize(
    ("number", "quote", "outcome"),
    [
        (5, "Brazil put off what it had planned.", "postponed"),
        (25, "Brazil put off what it had planned.", "pending"),
        (25, "Brazil put off its planned answer.", "postponed"),
    ],
)
def test_an_easing_ends_a_general_warning_of_its_dispute_only(number: int, quote: str, outcome: str) -> None:
    eased = claim("easing", number, quote, actor="BRA", target="USA", status="suspended")
    assert history_of(warning(0, "Brasilia will answer, a minister said."), eased, through=40)[-1][1] == outcome


@pytest.mark.parametrize(
    ("quote", "outcome"),
    [("Brazil keeps foreign banks from its clearing house.", "pending"), ("Brazil shut its ports to foreign barges.", "followed")],
)
def test_a_measure_that_follows_names_the_instrument(quote: str, outcome: str) -> None:
    said = threat(0, "Brasilia may close its ports.", actor="BRA", target="USA", instrument="services_transport", rate=None)
    done = claim("measure", 20, quote, actor="BRA", target="USA", instrument="services_transport", status="effective")
    assert history_of(said, done, through=40)[-1][1] == outcome


@pytest.mark.parametrize(("rate", "outcome"), [(None, "pending"), (35.0, "carried_out")])
def test_goods_alone_do_not_carry_out_a_threat_of_a_much_later_day(rate: float | None, outcome: str) -> None:
    said = threat(0, "Brazilian tyres will pay more from June 1, Washington said.", rate, product="tyres")
    early = act("raised", 10, 20, 35.0, product="tyres for cars")
    assert history_of(said, acts=(early,), through=40)[-1][1] == outcome
    report = claim("measure", 20, "Brazilian tyres pay more.", rate, product="tyres", status="effective")
    assert history_of(said, report, through=40)[-1][1] == outcome


def test_the_first_of_two_steps_does_not_carry_out_the_second() -> None:
    steps = [
        claim("measure", 0, f"A duty of 70 percent applies to Brazilian tiles from {on}.", 70.0, product="tiles", story_id="Wire:tiles")
        for on in ("March 20", "May 20")
    ]
    rows = last_of(*steps, acts=(act("imposed", 0, 17, 70.0, product="tiles"),), through=30)
    assert [(row["threat_outcome"], row["deadline_on"]) for row in rows] == [("carried_out", day(17)), ("pending", day(78))]
    (alone,) = last_of(steps[1], acts=(act("imposed", 0, 17, 70.0, product="tiles"),), through=30)
    assert alone["threat_outcome"] == "carried_out"


@pytest.mark.parametrize(("kind", "amount"), [("measure", 8e9), ("easing", None)])
def test_the_amount_of_a_deal_is_none_of_what_was_imposed(kind: str, amount: float | None) -> None:
    quote = "Brazil will pay 15 percent in place of the threatened 50, and 8 billion dollars are at stake."
    (row,) = last_of(threat(0), claim(kind, 9, quote, 15.0, status="effective", amount_usd=8e9))
    assert (row["threat_outcome"], row["outcome_amount_usd"]) == ("softened", amount)
