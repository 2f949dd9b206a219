"""What the model is asked: the annotation guide with the words of the contracts, the schema of its answer, and one article as data.

Belongs here: the words sent. Does not: sending them (`client.py`), or believing what comes back (`reading.py`).
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
    """A text as the model gets it: its sentences in order (the title, where there is one, is the first), and what is known about it."""

    text_id: str
    day: date | None
    source: str
    sentences: tuple[Sentence, ...]


@cache
def countries() -> tuple[str, ...]:
    """The codes of all states that the index knows, in alphabetical order."""
    return tuple(sorted(country["code"] for country in load_lexicon("actors")["country"]))


@cache
def instructions() -> str:
    """The system message: the same for every article. Holds no word of any article."""
    lists = {name: _listed(vocabulary) for name, vocabulary in WORDS.items()}
    said = {f"{name}_description": vocabulary.description for name, vocabulary in WORDS.items()}
    return Template(_GUIDE.read_text(encoding="utf-8")).substitute(
        lists | said, countries=", ".join(countries()), all_partners=ALL_PARTNERS, shortest_quote=SHORTEST_QUOTE
    )


def data(article: Article) -> str:
    """The user message: the article as one JSON object. Being JSON, no text of it can end the data and go on as something else."""
    title = next((sentence.text for sentence in article.sentences if sentence.is_title), "")
    record = {
        "title": title,
        "date": article.day.isoformat() if article.day else "unknown",
        "source": article.source,
        "sentences": [{"n": number, "text": sentence.text} for number, sentence in enumerate(article.sentences, start=1)],
    }
    return json.dumps(record, ensure_ascii=False)


@cache
def answer_schema() -> dict[str, Any]:
    """The JSON schema of an answer, of the strict kind: every field required, no other allowed, words from the contracts."""
    fields: dict[str, Any] = {
        "sentence": {"type": "integer"},
        "quote": {"type": "string"},
        "actor": _one_of(countries()),
        "target": _one_of((*countries(), ALL_PARTNERS)),
        **{name: _one_of(tuple(vocabulary.words)) for name, vocabulary in WORDS.items()},
        "is_retaliation": {"type": "boolean"},
        "is_conditional": {"type": "boolean"},
        "rate_pct": {"type": ["number", "null"]},
        "value_usd": {"type": ["number", "null"]},
        "product": {"type": "string"},
        "confidence": {"type": "number"},
    }
    return _closed({"signals": {"type": "array", "items": _closed(fields)}})


@cache
def prompt_sha() -> str:
    """Fingerprint of instructions and schema: answers to another prompt are other answers."""
    asked = instructions() + "\x1f" + json.dumps(answer_schema())
    return sha256(asked.encode()).hexdigest()[:SHA_LENGTH]


def cache_key(model: str, article: Article) -> str:
    """SHA-256, in hex, of everything that the answer depends on: model, prompt and the article as sent."""
    return sha256("\x1f".join((model, prompt_sha(), data(article))).encode()).hexdigest()


def _listed(vocabulary: Vocabulary) -> str:
    polarity = {word: f" ({KIND_POLARITY[word]})" for word in vocabulary.words} if vocabulary is KIND else {}
    return "\n".join(f"* `{word}`{polarity.get(word, '')}: {meaning}" for word, meaning in vocabulary.words.items())


def _one_of(words: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def _closed(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
