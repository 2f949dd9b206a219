"""Who is meant when nobody is named: the article's main pair, "both sides", "it", "the ministry", and "we" in a speaker's mouth.

Belongs here: carrying names from sentence to sentence. Does not: finding names (`actors.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.signals.actors import Mention, mentions
from pipeline.signals.candidates import Resolved
from pipeline.signals.lexicon import load
from pipeline.signals.segment import Sentence

TITLE_WEIGHT = 3
PAIR_SIZE = 2

_SPEAKER = re.compile(r"([A-Z][\w.'\u2019 -]{0,60}?):\s")
_MUTUAL = re.compile(
    r"\b(?:both|the two|two|the) (?:sides|countries|nations|governments|leaders|parties|economic superpowers|delegations|economies|teams)\b"
    r"|\beach other\b|\bboth (?:leaders|sides)\b",
    re.IGNORECASE,
)
_THIRD = re.compile(
    r"\b(?:it|they|he|she|(?:the|its) (?:ministry|government|spokesman|spokeswoman|spokesperson|president|minister|commerce ministry"
    r"|foreign ministry|finance ministry|administration|bloc|country|embassy|premier|prime minister))\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:we|our|us|i|my)\b", re.IGNORECASE)


@dataclass
class _Memory:
    """What the reader of an article keeps in mind while reading on."""

    subject: str | None = None
    speaker: str | None = None


def resolve(article_id: str, day: date | None, source: str, title: str, sentences: Sequence[Sentence]) -> list[Resolved]:
    """Each sentence with the countries named or meant in it.

    Mentions of role `pronoun`, `speaker` and `mutual` are added where a word points at a country named before; they are left out
    where nothing was named. The speaker of a transcript line (`Spokesperson: …`) speaks until the next one.
    """
    named = [mentions(sentence.text, day) for sentence in sentences]
    pair = main_pair(sentences, named)
    memory = _Memory(speaker=load("actors")["first_person"]["sources"].get(source))
    resolved = []
    for position, (sentence, own) in enumerate(zip(sentences, named, strict=True)):
        _hear(sentence.text, own, memory)
        meant = (*own, *_implied(sentence.text, own, pair, memory))
        previous = sentences[position - 1].text if position else ""
        ordered = sorted(meant, key=lambda mention: (mention.start, mention.end, mention.code))
        resolved.append(Resolved(article_id, day, title, previous, sentence, ordered, pair))
        memory.subject = next((mention.code for mention in own if mention.is_actor), memory.subject)
    return resolved


def main_pair(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> tuple[str, ...]:
    """The two countries that the article names most, the title counting threefold; fewer than two where fewer are named."""
    counts: Counter[str] = Counter()
    for sentence, own in zip(sentences, named, strict=True):
        for mention in own:
            counts[mention.code] += TITLE_WEIGHT if sentence.is_title else 1
    return tuple(code for code, _ in counts.most_common(PAIR_SIZE))


def _hear(text: str, own: Iterable[Mention], memory: _Memory) -> None:
    """A new speaker takes the floor, or a stranger does and "we" is nobody's."""
    line = _SPEAKER.match(text)
    if line is None:
        return
    spoken = line[1].lower().split()
    here = [mention.code for mention in own if mention.end <= line.end()]
    if here:
        memory.speaker = here[0]
    elif any(word.strip(".,") in load("actors")["first_person"]["strangers"] for word in spoken):
        memory.speaker = None
    elif "spokesperson" in spoken and memory.subject:
        memory.speaker = memory.subject


def _implied(text: str, own: Sequence[Mention], pair: tuple[str, ...], memory: _Memory) -> Iterable[Mention]:
    for match in _MUTUAL.finditer(text):
        for code in _both(own, pair):
            yield Mention(code, match.start(), match.end(), "mutual")
    if memory.speaker:
        for match in _FIRST.finditer(text):
            if match[0] != "US":
                yield Mention(memory.speaker, match.start(), match.end(), "speaker", match[0].lower() in {"we", "i"})
    for match in _THIRD.finditer(text):
        before = [mention for mention in own if mention.is_actor and mention.end <= match.start()]
        subject = before[0].code if before else memory.subject
        if subject:
            yield Mention(subject, match.start(), match.end(), "pronoun")


def _both(own: Sequence[Mention], pair: tuple[str, ...]) -> tuple[str, ...]:
    here = tuple(dict.fromkeys(mention.code for mention in own))
    return here if len(here) == PAIR_SIZE else pair if len(pair) == PAIR_SIZE else ()
