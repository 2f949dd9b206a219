"""Scopes of general acts: whom they are towards, whom a sentence exempts, and which targets that corrects."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from pipeline.contracts.countries import COUNTRIES
from pipeline.contracts.scopes import ALL, GROUP, SCOPE, is_member_on, list_members
from pipeline.signals.gold import read_gold, select_half
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.scope import find_scope, resolve_scopes
from tests.unit.signals.reading import asserted, find, read_pairs

GOLD = Path(__file__).parents[2] / "gold" / "general-acts.jsonl"
SCOPES: list[dict[str, Any]] = load_lexicon("scopes")["scope"]


def scope_of(sentence: str, actor: str = "USA") -> tuple[str, str] | None:
    scope = find_scope(sentence)
    return (scope.code, " ".join(code for code in scope.exceptions if code != actor)) if scope else None


def share_of_right_scopes(half: Literal["even", "odd"]) -> float:
    in_half = set(select_half(read_gold(GOLD).passages, half)["id"])
    passages = [passage for line in GOLD.read_text(encoding="utf-8").splitlines() if (passage := json.loads(line))["id"] in in_half]
    rows = [(passage["text"], row) for passage in passages for row in passage["signals"] if row["target"] == "*"]
    right = [(scope_of(text, row["actor"]) or (ALL, "")) == (row["scope"], " ".join(sorted(row["exceptions"]))) for text, row in rows]
    assert len(right) > 20
    return sum(right) / len(right)


def test_scopes_of_the_sentences_for_development_are_right() -> None:
    assert share_of_right_scopes("even") == 1


def test_nine_in_ten_scopes_of_the_reported_sentences_are_right() -> None:
    assert share_of_right_scopes("odd") >= 0.9


@pytest.mark.parametrize("entry", SCOPES, ids=lambda entry: str(entry["code"]))
def test_scopes_are_found_in_the_examples_of_the_lexicon(entry: dict[str, Any]) -> None:
    code, *exceptions = entry["gives"]
    assert scope_of(entry["example"]) == (code, " ".join(exceptions))


def test_the_lexicon_and_the_members_have_the_same_scopes() -> None:
    blocs = set(SCOPE.words) - {ALL, GROUP}
    assert {entry["code"] for entry in load_lexicon("scopes")["scope"]} == {ALL, GROUP, *blocs}
    assert {code for code, *_ in list_members()} == blocs


def test_members_are_countries_and_listed_once() -> None:
    members = [(code, member) for code, member, *_ in list_members()]
    assert {member for _, member in members} <= COUNTRIES.keys()
    assert len(members) == len(set(members))


def test_days_of_joining_and_leaving_are_of_members() -> None:
    dated = {(code, member): (first, last) for code, member, first, last in list_members() if first or last}
    assert dated["eu_members", "GBR"] == (None, date(2020, 2, 1))
    assert dated["asean", "TLS"] == (date(2025, 10, 26), None)


def test_a_member_belongs_until_the_day_it_leaves() -> None:
    assert is_member_on("eu_members", "GBR", date(2020, 1, 31))
    assert not is_member_on("eu_members", "GBR", date(2020, 2, 1))
    assert not is_member_on("asean", "TLS", date(2025, 10, 25))
    assert is_member_on("asean", "TLS", date(2025, 10, 26))
    assert not is_member_on("eu_members", "USA", date(2019, 1, 1))
    assert not is_member_on(None, "FRA", date(2019, 1, 1))


@pytest.mark.parametrize(
    "sentence",
    [
        "The United States imposes tariffs on Canada, Mexico and China.",
        "India raises its duty on almonds from America.",
        "Washington lifts the duty on Japanese steel.",
    ],
)
def test_lists_of_countries_are_no_general_acts(sentence: str) -> None:
    assert find_scope(sentence) is None


def test_a_summit_is_no_target() -> None:
    assert scope_of("At the G20 summit Trump put tariffs on all imports.") == (ALL, "")


def readings(quote: str, kind: str, target: str, words: str = "", actor: str = "USA", rate: float | None = None) -> list[dict[str, Any]]:
    row = {"quote": quote, "day": None, "actor": actor, "target": target, "kind": kind, "target_words": words, "rate_pct": rate}
    frame = pl.DataFrame([row], schema_overrides={"day": pl.Date(), "rate_pct": pl.Float64()})
    return resolve_scopes(frame).rows(named=True)


def reading(quote: str, kind: str, target: str, words: str = "", actor: str = "USA") -> dict[str, Any]:
    (row,) = readings(quote, kind, target, words, actor)
    return row


def test_a_country_that_is_left_out_is_not_the_target() -> None:
    row = reading("Trump pauses the new tariffs for all but China.", "easing", "CHN", "China")
    assert (row["target"], row["scope"], row["exceptions"], row["target_words"]) == ("*", "all", "CHN", "all but")
    row = reading("Trump puts a tariff on every country except Mexico.", "measure", "MEX", "Mexico")
    assert (row["target"], row["exceptions"]) == ("*", "MEX")


def test_an_exemption_is_towards_the_country_that_it_spares() -> None:
    row = reading("The US exempts Australia from its global steel tariff.", "easing", "AUS", "Australia")
    assert (row["target"], row["scope"], row["exceptions"]) == ("AUS", None, "")
    assert reading("Trump puts a tariff on every country except Mexico.", "easing", "MEX", "Mexico")["target"] == "MEX"


def test_a_partner_from_context_is_not_the_target_of_a_general_act() -> None:
    assert reading("Trump imposes a 25 percent tariff on steel imports.", "measure", "CHN")["target"] == "*"
    assert reading("Trump imposes a 25 percent tariff on steel imports from China.", "measure", "CHN", "China")["target"] == "CHN"
    assert reading("Trump raises the tariff to 25 percent.", "measure", "CHN")["target"] == "CHN"


def test_a_partner_from_context_is_not_one_of_those_partners() -> None:
    row = reading("During the pause those partners will pay a flat 10 per cent.", "easing", "CHN")
    assert (row["target"], row["scope"]) == ("*", "group")


def test_an_act_towards_everybody_and_one_more_has_both_targets() -> None:
    sentence = "Trump sets 10% tariff on all imports and 34% on China."
    assert [row["target"] for row in readings(sentence, "measure", "CHN", "China")] == ["CHN", "*"]
    assert [row["target"] for row in readings(sentence, "easing", "CHN", "China")] == ["CHN"]
    goods_of_one = "Trump sets 10% tariff on all imports from China."
    assert [row["target"] for row in readings(goods_of_one, "measure", "CHN", "China")] == ["CHN"]


@pytest.mark.parametrize(
    ("sentence", "rates"),
    [
        ("Ottawa puts a 12% duty on all imports and 40% on Peru.", [40, 12]),
        ("Ottawa puts a duty on all imports, and 40 percent on Peru.", [40, None]),
        ("Ottawa puts an 8 per cent duty on goods from all countries, 20 per cent on Chile and 40 per cent on Peru.", [40, 8]),
        ("Like all countries in 1990, Ottawa puts a 12% duty on all countries and 40% on Peru.", [40, 12]),
    ],
)
def test_everybody_does_not_get_the_rate_of_one_country(sentence: str, rates: list[float | None]) -> None:
    assert [row["rate_pct"] for row in readings(sentence, "measure", "PER", "Peru", "CAN", rate=40)] == rates


def test_talks_keep_the_partner_from_context() -> None:
    assert reading("Trump met leaders from all countries.", "dialogue", "CHN")["target"] == "CHN"


def test_everybody_without_words_has_the_scope_all() -> None:
    row = reading("Trump doubles the duty on copper.", "measure", "*")
    assert (row["scope"], row["exceptions"]) == (ALL, "")


@pytest.mark.parametrize(
    ("sentence", "country", "eased", "raised"),
    [
        ("Washington suspended tariffs on all partners but raised the rate on Chinese goods to 90 percent.", "CHN", "*", "CHN"),
        ("Washington imposed tariffs on dozens of partners but suspended those on Mexico.", "MEX", "MEX", "*"),
    ],
)
def test_a_country_to_which_a_later_clause_does_the_opposite_is_excepted(sentence: str, country: str, eased: str, raised: str) -> None:
    for kind, target in (("easing", eased), ("measure", raised)):
        row = reading(sentence, kind, country, "named")
        assert (row["target"], row["exceptions"]) == (target, country if target == "*" else "")


def test_the_actor_is_no_exception() -> None:
    assert reading("Apart from the US, all countries fell under the US duty.", "measure", "*")["exceptions"] == ""


@pytest.mark.parametrize("mode", ["rules", "encoder"])
def test_both_readers_state_scope_and_exceptions(mode: str) -> None:
    findings = find(mode, "The United States sets duties on steel from all countries except Canada and Mexico.")
    assert findings.select("target", "scope", "exceptions").unique().rows() == [("*", "all", "CAN MEX")]


def test_all_but_certain_leaves_no_country_out() -> None:
    assert asserted("It was all but certain that Chile would impose curbs on Norwegian fish.") == {"CHL>NOR measure"}
    assert find_scope("The deal that Chile and Norway sought was all but dead.") is None
    scope = find_scope("Chile will impose a duty on fish from all but Norway.")
    assert scope is not None
    assert scope.exceptions == ("NOR",)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Ghana, the world's second-largest cocoa grower, halted exports of raw beans to Switzerland on Monday.", {"GHA>CHE"}),
        ("China, Asia's biggest producer, halted exports of gallium to Japan on Monday.", {"CHN>JPN"}),
        ("Ghana halted exports of raw beans to the world on Monday.", {"GHA>*"}),
        ("Kenya withdrew its complaint against Peru at the World Trade Organization.", {"KEN>PER"}),
        ("Kenya will file a complaint at the WTO over the duties of all its trading partners.", set()),
    ],
)
def test_a_rank_in_the_world_is_no_target(text: str, pairs: set[str]) -> None:
    assert read_pairs(text) == pairs


@pytest.mark.parametrize("others", ["and other countries", "and other partners", "and some other states"])
def test_countries_listed_with_others_are_no_exceptions(others: str) -> None:
    text = f"Mexico raised tariffs on goods from Peru, Kenya {others}."
    assert {"MEX>PER", "MEX>KEN"} <= read_pairs(text)
    scope = find_scope(text)
    assert not (scope and scope.exceptions)
