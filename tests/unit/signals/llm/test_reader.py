import json
from typing import Any

import pytest

from pipeline.signals.readers.llm.reader import REJECTED, BadAnswerError, validate_answer
from tests.unit.signals.llm.scenes import TEXT, make_answer, make_article, make_signal


def validate(*signals: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    answer = validate_answer(json.dumps(make_answer(*signals)), make_article())
    return list(answer.rows), dict(answer.rejected)


def test_a_valid_signal_gets_the_span_of_its_sentence() -> None:
    (row,), rejected = validate(make_signal())
    assert rejected == {}
    assert TEXT[row["span_start"] : row["span_end"]] == row["quote"] == "Ottawa will charge 18 percent on Brazilian aluminium from 1 June."
    assert (row["actor"], row["target"], row["kind"], row["rate_pct"], row["score"]) == ("CAN", "BRA", "measure", 18.0, 0.9)
    assert row["rule_id"] == "llm.measure"


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("malformed", {"kind": None}),
        ("malformed", {"sentence": "1"}),
        ("malformed", {"sentence": True}),
        ("malformed", {"confidence": "high"}),
        ("malformed", {"is_retaliation": "no"}),
        ("malformed", {"rate_pct": "18"}),
        ("quote_too_short", {"quote": ""}),
        ("quote_too_short", {"quote": "  "}),
        ("quote_too_short", {"quote": "Ottawa"}),
        ("quote_not_in_article", {"quote": "Ottawa will charge 80 percent on Brazilian aluminium"}),
        ("quote_not_in_article", {"quote": "June. Brasília called the duty"}),
        ("unknown_actor", {"actor": "RUR"}),
        ("unknown_actor", {"actor": "*"}),
        ("unknown_target", {"target": "Brazil"}),
        ("same_actor_and_target", {"target": "CAN"}),
        ("unknown_word", {"kind": "war"}),
        ("unknown_word", {"status": "done"}),
        ("unknown_word", {"modality": "sure"}),
        ("unknown_word", {"instrument": "tariffs"}),
        ("bad_number", {"rate_pct": -18}),
        ("bad_number", {"value_usd": float("inf")}),
        ("bad_number", {"rate_pct": float("nan")}),
        ("bad_number", {"rate_pct": 10**400}),
        ("bad_number", {"confidence": 1.2}),
        ("bad_product", {"product": "a very long story about what goes into aluminium"}),
        ("bad_product", {"product": "<b>tin</b>"}),
    ],
)
def test_an_invalid_signal_is_rejected_with_its_reason(reason: str, changed: dict[str, Any]) -> None:
    assert validate(make_signal(**changed)) == ([], {reason: 1})


def test_malformed_signals_are_rejected_and_the_rest_accepted() -> None:
    rows, rejected = validate("CAN>BRA", {"actor": "CAN"}, make_signal())
    assert (len(rows), rejected) == (1, {"malformed": 2})


def test_every_reason_has_a_description() -> None:
    assert all(REJECTED.words.values())


def test_a_sentence_with_a_wrong_number_is_found_by_its_quote() -> None:
    (row,), _ = validate(make_signal(sentence=7))
    assert row["span_start"] == 0


def test_a_quote_that_is_in_several_other_sentences_is_rejected() -> None:
    twice = make_article("Canada taxes Brazil again. Rain fell. Canada taxes Brazil again.")
    answer = validate_answer(json.dumps(make_answer(make_signal(sentence=2, quote="Canada taxes Brazil again."))), twice)
    assert dict(answer.rejected) == {"sentence_unclear": 1}


def test_a_short_quote_is_valid_if_it_is_a_whole_sentence() -> None:
    answer = validate_answer(json.dumps(make_answer(make_signal(quote="Canada bit."))), make_article("Canada bit. Brazil bled."))
    assert len(answer.rows) == 1


def test_a_sum_of_zero_becomes_null() -> None:
    (row,), _ = validate(make_signal(value_usd=0, rate_pct=0))
    assert (row["value_usd"], row["rate_pct"]) == (None, 0.0)


def test_a_product_is_normalized_to_lower_case() -> None:
    (row,), _ = validate(make_signal(product=" Rare  Earths "))
    assert row["product"] == "rare earths"


@pytest.mark.parametrize("content", ["", "I found nothing.", "[]", '{"signal": []}', '{"signals": {}}', "[" * 100_000, "1" * 5_000])
def test_an_answer_without_a_list_of_signals_is_an_error(content: str) -> None:
    with pytest.raises(BadAnswerError):
        validate_answer(content, make_article())
