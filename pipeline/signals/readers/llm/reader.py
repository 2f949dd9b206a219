"""What of a model's answer is believed: only what stands in the article and in the vocabulary. Everything else is rejected with a reason.

Belongs here: from the text of an answer to signals and rejections. Does not: asking (`client.py`). A model may be wrong, or may obey an
article that gives it orders; neither must reach the index, so nothing here trusts the schema that the model was asked to keep.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.model import Vocabulary
from pipeline.errors import TensionError
from pipeline.signals.readers.llm.prompt import SHORTEST_QUOTE, WORDS, Article, countries
from pipeline.signals.segment import Sentence

REJECTED = Vocabulary(
    "rejected",
    "Why a signal of a model's answer was thrown away.",
    {
        "malformed": "it is no object, lacks a field, or a field has the wrong type",
        "quote_too_short": "the quote is empty or a few letters that stand anywhere",
        "quote_not_in_article": "the quote does not stand in the article as it is written",
        "sentence_unclear": "the quote stands in several sentences, none of them the one that was named",
        "unknown_actor": "the actor is none of the states that the index knows",
        "unknown_target": "the target is none of the states that the index knows, nor all partners",
        "same_actor_and_target": "a state does not act towards itself",
        "unknown_word": "kind, status, modality or instrument is not in the vocabulary",
        "bad_number": "a rate or sum is negative or not finite, or the confidence lies outside 0 to 1",
        "bad_product": "the product is no short plain noun",
    },
)

_FLAGS = ("is_retaliation", "is_conditional")
_NUMBERS = ("rate_pct", "value_usd")
_TEXTS = ("quote", "actor", "target", *WORDS, "product")
_PRODUCT = re.compile(r"[\w '&/.,-]{0,40}")


class BadAnswerError(TensionError, ValueError):
    """The answer as a whole cannot be read: no JSON, or no list of signals."""


@dataclass(frozen=True)
class Answer:
    """What one article's answer comes to: rows (columns of `READINGS_SCHEMA` and the place in the text) and rejections by reason."""

    rows: tuple[dict[str, Any], ...]
    rejected: Counter[str]


class _RejectedError(TensionError, ValueError):
    """The reason, a word of `REJECTED`."""


def signals(content: str) -> list[Any]:
    """The list of signals in the text of an answer, unchecked. `BadAnswerError` where there is none."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(f"the answer is no JSON ({error})") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("signals"), list):
        raise BadAnswerError("the answer is no object with a list of signals")
    return list(answer["signals"])


def believe(content: str, article: Article) -> Answer:
    """The signals of an answer that the article bears out, in the order of the answer. `BadAnswerError` as `signals`."""
    rows, rejected = [], Counter[str]()
    for signal in signals(content):
        try:
            rows.append(_row(signal, article))
        except _RejectedError as reason:
            rejected[str(reason)] += 1
    return Answer(tuple(rows), rejected)


def _row(signal: object, article: Article) -> dict[str, Any]:
    if not isinstance(signal, dict) or not _has_types(signal):
        raise _RejectedError("malformed")
    sentence = _place(signal, article.sentences)
    _check_roles(signal)
    if any(signal[name] not in vocabulary for name, vocabulary in WORDS.items()):
        raise _RejectedError("unknown_word")
    numbers = {name: _number(signal[name]) for name in _NUMBERS}
    if not 0 <= signal["confidence"] <= 1:
        raise _RejectedError("bad_number")
    product = " ".join(signal["product"].split()).lower()
    if not _PRODUCT.fullmatch(product):
        raise _RejectedError("bad_product")
    return {
        "article_id": article.text_id,
        "span_start": sentence.start,
        "span_end": sentence.end,
        "quote": sentence.text,
        "actor": signal["actor"],
        "target": signal["target"],
        **{name: signal[name] for name in (*WORDS, *_FLAGS)},
        "rate_pct": numbers["rate_pct"],
        "value_usd": numbers["value_usd"] or None,  # models write 0 for a sum that is not given
        "product": product,
        "score": float(signal["confidence"]),
        "rule_id": f"llm.{signal['kind']}",
    }


def _has_types(signal: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(signal.get(name), str) for name in _TEXTS)
        and all(isinstance(signal.get(name), bool) for name in _FLAGS)
        and all(name in signal and (signal[name] is None or _is_number(signal[name])) for name in _NUMBERS)
        and _is_number(signal.get("confidence"))
        and type(signal.get("sentence")) is int
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: float | None) -> float | None:
    try:
        number = None if value is None else float(value)
    except OverflowError as error:
        raise _RejectedError("bad_number") from error
    if number is not None and not (math.isfinite(number) and number >= 0):
        raise _RejectedError("bad_number")
    return number


def _place(signal: Mapping[str, Any], sentences: Sequence[Sentence]) -> Sentence:
    """The sentence that holds the quote: the one named, or the only one that does, since models miscount."""
    quote: str = signal["quote"].strip()
    number: int = signal["sentence"]
    holding = [sentence for sentence in sentences if quote in sentence.text]
    if not quote or (len(quote) < SHORTEST_QUOTE and quote not in {sentence.text for sentence in sentences}):
        raise _RejectedError("quote_too_short")
    if not holding:
        raise _RejectedError("quote_not_in_article")
    if 1 <= number <= len(sentences) and quote in sentences[number - 1].text:
        return sentences[number - 1]
    if len(holding) > 1:
        raise _RejectedError("sentence_unclear")
    return holding[0]


def _check_roles(signal: Mapping[str, Any]) -> None:
    if signal["actor"] not in countries():
        raise _RejectedError("unknown_actor")
    if signal["target"] not in (*countries(), ALL_PARTNERS):
        raise _RejectedError("unknown_target")
    if signal["actor"] == signal["target"]:
        raise _RejectedError("same_actor_and_target")
