"""Who is left out of an act, and whom a sentence only seems to leave out."""

import pytest

from tests.unit.signals.reading import asserted, find, read, read_pairs

MEASURES = ("measure", "threat")


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        ("Peru imposed a duty of 9 percent on tiles, exempting shipments from Kenya and Oman.", {"PER>KEN", "PER>OMN"}),
        ("Peru imposed a duty of 9 percent on tiles, except those from Kenya.", {"PER>KEN"}),
        ("Peru imposed a duty on all imported tiles with the exception of Kenya.", {"PER>KEN"}),
    ],
)
def test_a_measure_is_not_on_whom_it_leaves_out(text: str, spared: set[str]) -> None:
    assert spared.isdisjoint(read_pairs(text, MEASURES))
    assert "PER>* measure" in asserted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Peru imposed a duty of 9 percent on tiles from Kenya, exempting shipments from Oman.",
        "Peru raised its duty on tiles from Kenya to 9 percent, ending an exemption.",
        "Peru taxes all tiles at 4 percent, except those from Kenya, which will pay 9 percent.",
    ],
)
def test_a_measure_stays_on_whom_it_names(text: str) -> None:
    assert "PER>KEN" in read_pairs(text, MEASURES)


@pytest.mark.parametrize(
    "text",
    [
        "Peru suspended its duties on tiles for 90 days, but not for Kenya.",
        "Peru Relents on Tariffs, but Not for Kenya",
        "Peru lifted its ban on tea with the exception of tea from Kenya.",
        "Peru lifted its duty on tiles from all countries, leaving out only Kenya.",
    ],
)
def test_a_relief_is_not_for_whom_it_leaves_out(text: str) -> None:
    assert "PER>KEN" not in read_pairs(text, ("easing",))
    assert "PER>* easing" in asserted(text)


@pytest.mark.parametrize(
    "text",
    ["Peru cuts its tariffs on cars, exempting Kenya.", "Peru suspended its duty on Kenyan tea, but not on coffee."],
)
def test_who_is_exempted_is_relieved(text: str) -> None:
    assert "PER>KEN easing" in asserted(text)


def test_who_is_excluded_from_tenders_is_not_relieved() -> None:
    assert read_pairs("Peru will exclude Kenyan firms from its public tenders.") == {"PER>KEN"}
    assert "PER>KEN easing" not in asserted("Peru will exclude Kenyan firms from its public tenders.")
    assert "PER>KEN easing" in asserted("Peru will exclude Kenyan tiles from its new duty.")


@pytest.mark.parametrize(
    "text",
    [
        "Lima announced on Monday that it has suspended imports of tea from Kenya.",
        "Peru's ministry said that Lima halted imports of tea from Kenya.",
    ],
)
def test_who_suspends_imports_acts_on_the_seller(text: str) -> None:
    assert "PER>KEN measure" in asserted(text)


def test_whose_goods_buyers_want_is_only_the_reason() -> None:
    assert "PER>KEN" not in read_pairs("Peru will tax any country that imports tea from Kenya.", MEASURES)


def test_who_asks_for_talks_demands_nothing_else() -> None:
    assert read("Peru called on Kenya to start talks on a trade agreement.") == {"PER>KEN dialogue"}
    text = "Peru called on Kenya to lift its ban on tiles and to start talks on a trade agreement."
    assert "PER>KEN demand" in asserted(text)


@pytest.mark.parametrize(
    ("clause", "is_read"),
    [
        ("Duties already paid shall not be refunded.", False),
        ("Applications received later have been returned.", False),
        ("Interested parties may comment within 30 days.", False),
        ("Duties on tiles of Kenya shall be 9 percent.", True),
    ],
)
def test_what_becomes_of_papers_is_no_act(clause: str, is_read: bool) -> None:
    text = f"Peru imposed a duty of 9 percent on tiles from Kenya. {clause}"
    assert any(clause.startswith(row["quote"][:9]) for row in _read_rows(text)) is is_read


def _read_rows(text: str) -> list[dict[str, str]]:
    return find("both", text).filter(modality="asserted").to_dicts()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru and the Eurasian Economic Union completed a round of talks on a free trade agreement.", set()),
        ("Peru and Kenya completed a round of talks on a free trade agreement.", {"PER>KEN", "KEN>PER"}),
    ],
)
def test_who_deals_with_a_bloc_deals_with_no_unnamed_state(text: str, pairs: set[str]) -> None:
    assert {pair for pair in read_pairs(text) if "*" not in pair} == pairs


def test_who_proposes_that_another_relents_offers_nothing() -> None:
    assert "PER>KEN offer" not in read("Peru proposes that Kenya lift its ban on tiles.")
    assert "PER>KEN offer" in read("Peru proposed to lift its ban on tea from Kenya.")
