"""Validate the answer of a model, signal by signal.

A model may be wrong, or may obey an article that gives it orders, so nothing here relies on the schema that was requested.
Does not belong here: sending requests (`client.py`).
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
from pipeline.signals.readers.llm.prompt import SHORTEST_QUOTE, WORDS, Article, list_countries
from pipeline.signals.segment import Sentence

REJECTED = Vocabulary(
    "rejected",
    "Why a signal in the answer of a model was rejected.",
    {
        "malformed": "it is not an object, lacks a field, or a field has the wrong type",
        "quote_too_short": "the quote is empty or too short to identify a sentence",
        "quote_not_in_article": "the quote is not in the article verbatim",
        "sentence_unclear": "the quote is in several sentences, but not in the one that was named",
        "unknown_actor": "the actor is not the code of a known state",
        "unknown_target": "the target is neither the code of a known state nor all partners",
        "same_actor_and_target": "actor and target are the same state",
        "unknown_word": "kind, status, modality or instrument is not in the vocabulary",
        "bad_number": "a rate or sum is negative or not finite, or the confidence is outside 0 to 1",
        "bad_product": "the product is too long or has characters that are not allowed",
    },
)

_FLAGS = ("is_retaliation", "is_conditional")
_NUMBERS = ("rate_pct", "value_usd")
_TEXTS = ("quote", "actor", "target", *WORDS, "product")
_PRODUCT = re.compile(r"[\w '&/.,-]{0,40}")


class BadAnswerError(TensionError, ValueError):
    """The answer is not JSON, or has no list of signals."""


@dataclass(frozen=True)
class Answer:
    """The accepted signals of an answer, and rejections by reason."""

    rows: tuple[dict[str, Any], ...]
    rejected: Counter[str]


class _RejectedError(TensionError, ValueError):
    """A signal of an answer is rejected.

    The message is a word of `REJECTED`.
    """


def parse_signals(content: str) -> list[Any]:
    """Parse the list of signals in an answer, without validation.

    Raises `BadAnswerError` if `content` is not a JSON object with a list `signals`. The list may be empty.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(f"the answer is not JSON ({error})") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("signals"), list):
        raise BadAnswerError("the answer is not an object with a list of signals")
    return list(answer["signals"])


def validate_answer(content: str, article: Article) -> Answer:
    """Validate each signal of an answer against its article.

    An invalid signal is rejected and counted; the others stay. Raises `BadAnswerError` as `parse_signals` does.
    """
    rows, rejected = [], Counter[str]()
    for signal in parse_signals(content):
        try:
            rows.append(_validate_signal(signal, article))
        except _RejectedError as reason:
            rejected[str(reason)] += 1
    return Answer(tuple(rows), rejected)


def _validate_signal(signal: object, article: Article) -> dict[str, Any]:
    """Return a signal as a row with the offsets of its sentence.

    The row quotes the whole sentence, not the model's quote. A sum (`value_usd`) of 0 becomes None. Raises `_RejectedError` with the first
    problem (`REJECTED`) if anything in the signal is invalid.
    """
    if not isinstance(signal, dict) or not _has_types(signal):
        raise _RejectedError("malformed")
    sentence = _find_sentence(signal, article.sentences)
    _check_roles(signal)
    if any(signal[name] not in vocabulary for name, vocabulary in WORDS.items()):
        raise _RejectedError("unknown_word")
    numbers = {name: _parse_number(signal[name]) for name in _NUMBERS}
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
        "value_usd": numbers["value_usd"] or None,  # Models write 0 for a missing sum.
        "product": product,
        "score": float(signal["confidence"]),
        "rule_id": f"llm.{signal['kind']}",
    }


def _has_types(signal: Mapping[str, Any]) -> bool:
    """Whether a signal has all fields with the right types.

    Rate and sum (`rate_pct`, `value_usd`) may be null, but not missing. Further fields are ignored.
    """
    return (
        all(isinstance(signal.get(name), str) for name in _TEXTS)
        and all(isinstance(signal.get(name), bool) for name in _FLAGS)
        and all(name in signal and (signal[name] is None or _is_number(signal[name])) for name in _NUMBERS)
        and _is_number(signal.get("confidence"))
        and type(signal.get("sentence")) is int
    )


def _is_number(value: object) -> bool:
    """Whether a value is a number; JSON's true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parse_number(value: float | None) -> float | None:
    """Return a rate or sum as a float; None stays.

    Raises `_RejectedError` if it is negative or not finite.
    """
    try:
        number = None if value is None else float(value)
    except OverflowError as error:
        raise _RejectedError("bad_number") from error
    if number is not None and not (math.isfinite(number) and number >= 0):
        raise _RejectedError("bad_number")
    return number


def _find_sentence(signal: Mapping[str, Any], sentences: Sequence[Sentence]) -> Sentence:
    """Find the sentence that contains the quote of a signal.

    It is the one that the signal names by number (from 1), if it has the quote; else the only one with the quote, since models miscount.
    Raises `_RejectedError` if the quote is in no sentence, or in several but not in the named one. It is also raised if the quote is empty,
    or has fewer than `SHORTEST_QUOTE` characters and is not a whole sentence.
    """
    quote: str = signal["quote"].strip()
    number: int = signal["sentence"]
    matching = [sentence for sentence in sentences if quote in sentence.text]
    if not quote or (len(quote) < SHORTEST_QUOTE and quote not in {sentence.text for sentence in sentences}):
        raise _RejectedError("quote_too_short")
    if not matching:
        raise _RejectedError("quote_not_in_article")
    if 1 <= number <= len(sentences) and quote in sentences[number - 1].text:
        return sentences[number - 1]
    if len(matching) > 1:
        raise _RejectedError("sentence_unclear")
    return matching[0]


def _check_roles(signal: Mapping[str, Any]) -> None:
    """Raise `_RejectedError` unless actor and target are different known states.

    The target may also be all partners (`*`).
    """
    if signal["actor"] not in list_countries():
        raise _RejectedError("unknown_actor")
    if signal["target"] not in (*list_countries(), ALL_PARTNERS):
        raise _RejectedError("unknown_target")
    if signal["actor"] == signal["target"]:
        raise _RejectedError("same_actor_and_target")
