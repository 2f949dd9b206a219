"""Who is meant when nobody is named: the article's main pair, "both sides", "it", "the ministry", and "we" in a speaker's mouth.

Belongs here: carrying names from sentence to sentence. Does not: finding names (`actors.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.signals.actors import Mention, find_mentions
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.segment import Sentence

PAIR_SIZE = 2
TITLE_WEIGHT = 3

_SPEAKER = re.compile(r"([A-Z][\w.'\u2019 -]{0,60}?)(?::\s|(?<=^Q)[.\t ]\s*(?=[\"\u201cA-Z]))")
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
_OWN_WORDS = re.compile(r" by ([A-Z]{3})$")
_FIRST = re.compile(r"\b(?:we|our|us|i|my)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ResolvedSentence:
    """A sentence of an article with everything that is known about who is meant in it.

    `speaker` is the state that has the floor, `is_stranger` whether a journalist or host has it; `known` are the countries of the
    article, the likeliest first: the speaker, the last to act, then the most named. `is_spoken`: somebody speaks for a state that is
    not told.
    """

    article_id: str
    day: date | None
    title: str
    previous: str
    sentence: Sentence
    mentions: Sequence[Mention]
    main_pair: tuple[str, ...]
    previous_mentions: Sequence[Mention] = ()
    speaker: str | None = None
    is_stranger: bool = False
    known: tuple[str, ...] = ()
    is_spoken: bool = False


@dataclass
class _Memory:
    """What the reader of an article keeps in mind while reading on.

    `home` is the state whose people answer questions here; `labels` are the speakers heard so far by the label of their turns.
    """

    subject: str | None = None
    speaker: str | None = None
    is_stranger: bool = False
    is_official: bool = False
    home: str | None = None
    labels: dict[str, str] = field(default_factory=dict)


def resolve_references(article_id: str, day: date | None, source: str, title: str, sentences: Sequence[Sentence]) -> list[ResolvedSentence]:
    """Each sentence with the countries named or meant in it.

    Mentions of role `pronoun`, `speaker` and `mutual` are added where a word points at a country named before; they are left out
    where nothing was named. The speaker of a transcript line (`Spokesperson: …`) speaks until the next one.
    """
    named = [find_mentions(sentence.text, day) for sentence in sentences]
    pair = main_pair(sentences, named)
    own_words_of = _own_words_of(source)
    memory = _Memory(speaker=own_words_of, home=own_words_of)
    everyone = tuple(code for code, _ in _counts(sentences, named).most_common())
    resolved: list[ResolvedSentence] = []
    for position, (sentence, own) in enumerate(zip(sentences, named, strict=True)):
        _hear(sentence.text, own, memory)
        meant = (*own, *_implied(sentence.text, own, pair, memory))
        previous = sentences[position - 1].text if position else ""
        ordered = sorted(meant, key=lambda mention: (mention.start, mention.end, mention.code))
        known = tuple(code for code in dict.fromkeys((memory.speaker, memory.subject, *everyone)) if code is not None)
        before = resolved[-1].mentions if resolved else ()
        is_spoken = memory.speaker is None and (memory.is_official or _FIRST.search(sentence.text) is not None)
        resolved.append(
            ResolvedSentence(
                article_id, day, title, previous, sentence, ordered, pair, before, memory.speaker, memory.is_stranger, known, is_spoken
            )
        )
        memory.subject = next((mention.code for mention in own if mention.is_actor), memory.subject)
    return resolved


def _own_words_of(source: str) -> str | None:
    """The state whose own words a source carries: one of the lexicon, or one that says so itself (`statement by JPN`)."""
    says = _OWN_WORDS.search(source)
    return says[1] if says else load_lexicon("actors")["first_person"]["sources"].get(source)


def main_pair(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> tuple[str, ...]:
    """The two countries that the article names most, the title counting threefold; fewer than two where fewer are named."""
    return tuple(code for code, _ in _counts(sentences, named).most_common(PAIR_SIZE))


def _counts(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for sentence, own in zip(sentences, named, strict=True):
        for mention in own:
            counts[mention.code] += TITLE_WEIGHT if sentence.is_title else 1
    return counts


def _hear(text: str, own: Iterable[Mention], memory: _Memory) -> None:
    """A new speaker takes the floor, or a stranger does and "we" is nobody's.

    A label that names no country is an official of the state that was heard under it before, else of the one that answers here.
    """
    line = _SPEAKER.match(text)
    if line is None:
        return
    label = line[1].lower()
    first_person = load_lexicon("actors")["first_person"]
    here = [mention.code for mention in own if mention.end <= line.end()]
    memory.is_stranger = memory.is_official = False
    if any(word.strip(".,") in first_person["strangers"] for word in label.split()):
        memory.speaker, memory.is_stranger = None, True
        return
    if here:
        memory.speaker = here[0]
    elif label in memory.labels or any(word.strip(".,") in first_person["officials"] for word in label.split()):
        memory.speaker = memory.labels.get(label, memory.home or memory.subject)
    else:
        return  # "Background: …" is no speaker
    memory.is_official = True
    if memory.speaker:
        memory.home = memory.labels[label] = memory.speaker


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
