"""Build the request: instructions, schema of the answer, and an article.

Does not belong here: sending it (`client.py`) or validating the answer (`reader.py`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, STATUS
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.segment import Sentence

WORDS: Mapping[str, Vocabulary] = {"kind": KIND, "status": STATUS, "modality": MODALITY, "instrument": INSTRUMENT}
SHORTEST_QUOTE = 12
SHA_LENGTH = 12

_GUIDE = Path(__file__).with_name("guide.md")


@dataclass(frozen=True, slots=True)
class Article:
    """A text for the model; all but `text_id` is sent.

    `sentences` are in order; the title, if any, is the first.
    """

    text_id: str
    day: date | None
    source: str
    sentences: tuple[Sentence, ...]


@cache
def list_countries() -> tuple[str, ...]:
    """List the codes of all states in the lexicon, in alphabetical order."""
    return tuple(sorted(country["code"] for country in load_lexicon("actors")["country"]))


@cache
def build_instructions() -> str:
    """Build the system message, which is the same for every article."""
    lists = {name: _format_vocabulary(vocabulary) for name, vocabulary in WORDS.items()}
    descriptions = {f"{name}_description": vocabulary.description for name, vocabulary in WORDS.items()}
    return Template(_GUIDE.read_text(encoding="utf-8")).substitute(
        lists | descriptions, countries=", ".join(list_countries()), all_partners=ALL_PARTNERS, shortest_quote=SHORTEST_QUOTE
    )


def to_message(article: Article) -> str:
    """Convert an article to the user message.

    It is one JSON object, so that no text of the article can end the data and continue as instructions. Sentences are numbered from 1; a
    missing title is empty, a missing date `unknown`.
    """
    title = next((sentence.text for sentence in article.sentences if sentence.is_title), "")
    record = {
        "title": title,
        "date": article.day.isoformat() if article.day else "unknown",
        "source": article.source,
        "sentences": [{"n": number, "text": sentence.text} for number, sentence in enumerate(article.sentences, start=1)],
    }
    return json.dumps(record, ensure_ascii=False)


@cache
def build_schema() -> dict[str, Any]:
    """Build the strict JSON schema of an answer."""
    fields: dict[str, Any] = {
        "sentence": {"type": "integer"},
        "quote": {"type": "string"},
        "actor": _enum_schema(list_countries()),
        "target": _enum_schema((*list_countries(), ALL_PARTNERS)),
        **{name: _enum_schema(tuple(vocabulary.words)) for name, vocabulary in WORDS.items()},
        "is_retaliation": {"type": "boolean"},
        "is_conditional": {"type": "boolean"},
        "rate_pct": {"type": ["number", "null"]},
        "value_usd": {"type": ["number", "null"]},
        "product": {"type": "string"},
        "confidence": {"type": "number"},
    }
    return _object_schema({"signals": {"type": "array", "items": _object_schema(fields)}})


@cache
def prompt_sha() -> str:
    """Hash instructions and schema to 12 hexadecimal digits."""
    prompt = build_instructions() + "\x1f" + json.dumps(build_schema())
    return sha256(prompt.encode()).hexdigest()[:SHA_LENGTH]


def cache_key(url: str, model: str, article: Article) -> str:
    """Hash the endpoint's URL, the model's name, the prompt and the article.

    The hash is the key of stored answers. The URL is part of it, because two endpoints may have different models of one name. Temperature
    and limit of tokens are not: the first is always 0, and answers that reach the limit are not stored. Articles that differ only in
    `text_id` have the same key.
    """
    return sha256("\x1f".join((url.rstrip("/"), model, prompt_sha(), to_message(article))).encode()).hexdigest()


def _format_vocabulary(vocabulary: Vocabulary) -> str:
    """Format words and meanings as a list in Markdown.

    Kinds also have their polarity.
    """
    polarity = {word: f" ({KIND_POLARITY[word]})" for word in vocabulary.words} if vocabulary is KIND else {}
    return "\n".join(f"* `{word}`{polarity.get(word, '')}: {meaning}" for word, meaning in vocabulary.words.items())


def _enum_schema(words: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of one of these words."""
    return {"type": "string", "enum": list(words)}


def _object_schema(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an object with exactly these fields."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
