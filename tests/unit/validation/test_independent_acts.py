import json
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.countries import COUNTRIES
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.validation.independent_acts import ACTS_FILE, IS_SURE, measure_agreement, read_independent_acts

ACTS = read_independent_acts()
BULLETS = Path(__file__).parents[4] / "shared" / "data" / "reference" / "wikipedia_trade_events.jsonl"


def test_two_annotators_agree_on_most_acts() -> None:
    assert ACTS.height == 273
    assert ACTS["is_sure"].sum() == 196
    assert measure_agreement(ACTS) == pytest.approx(0.964, abs=5e-4)


def test_every_act_has_its_own_id_and_known_countries() -> None:
    assert ACTS["act_id"].is_unique().all()
    assert set(ACTS["actor"]) | set(ACTS["target"]) <= {*COUNTRIES, "*"}


def test_the_file_of_acts_holds_no_text() -> None:
    assert max(len(cell) for line in ACTS_FILE.read_text(encoding="utf-8").splitlines()[1:] for cell in line.split(",")) <= len(
        "investigation"
    )


@pytest.mark.skipif(not BULLETS.is_file(), reason="the bullets of Wikipedia are not here: ../shared/data/reference")
def test_every_act_belongs_to_the_bullet_of_its_line() -> None:
    bullets = [json.loads(line) for line in BULLETS.read_text(encoding="utf-8").splitlines()]
    assert len(bullets) == 228
    for line, bullet in ACTS.select("line", "bullet").iter_rows():
        assert sha256(bullets[line - 1]["text"].encode()).hexdigest().startswith(bullet)


@pytest.mark.parametrize(
    ("first", "second", "is_sure"),
    [("sure", "sure", True), ("sure", "doubtful", True), ("doubtful", "doubtful", False), ("sure", "", False), ("", "sure", False)],
)
def test_an_act_is_sure_if_both_have_it_and_one_is_sure(first: str, second: str, is_sure: bool) -> None:
    assert pl.DataFrame({"first": first, "second": second}).select(IS_SURE).item() is is_sure


def test_agreement_counts_acts_that_one_annotator_lacks() -> None:
    assert measure_agreement(pl.DataFrame({"first": ["sure", "sure"], "second": ["sure", ""]})) == pytest.approx(2 / 3)


def test_every_act_is_one_of_an_annotator_with_the_polarity_of_its_kind() -> None:
    assert set(ACTS["first"]) | set(ACTS["second"]) == {"", "sure", "doubtful"}
    assert ACTS.filter(first="", second="").is_empty()
    assert [KIND_POLARITY[kind] for kind in ACTS["kind"]] == ACTS["polarity"].to_list()
    assert (ACTS["actor"] != ACTS["target"]).all()
