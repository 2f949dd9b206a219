"""Labels that name who speaks, such as `Spokesperson: ...`.

Belongs here: what a label at the beginning of a sentence says of its speaker. Does not: for how long he speaks (`context.py`).
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues, load_lexicon

_LABEL = re.compile(r"(\w[\w.'\u2019 -]{0,60}?)(?:(?:\s\([\w: ]{1,20}\))?:\s|(?<=^Q)[.\t ]\s*(?=[\"\u201cA-Z]))")
# A quotation may follow a longer one: `- Senator A. B. (X-YZ): "..."`.
_QUOTED = re.compile(r"(?:[-*\u2022]\s+)?([A-Z][\w.,&'\u2019() -]{0,120}?):\s*[\"\u201c]")
# An office with a name or a place, or a journalist: `Peru's trade minister, Jane Doe: ...`, `Jane Doe, CNN: ...`.
_IN_PARTS = re.compile(r"(\w[\w.'\u2019() -]{0,80}(?:, [\w.'\u2019() -]{1,80}){1,2}):\s")
_PERSON = re.compile(r"(?:mr|ms|mrs|dr|sir|madam)\b", re.IGNORECASE)
_GERUND = re.compile(r"[a-z]{2,}ing")
_OFFICE_WORDS = {"press secretary": "secretary", "trade rep.": "trade representative"}


@dataclass(frozen=True, slots=True)
class Label:
    """Who speaks by the label of a sentence.

    * `name`: the label in lower case
    * `country`: the state that it names, if any
    * `is_stranger`: it names someone who speaks for no state, such as a journalist or a lawmaker
    * `is_office`: it names an office, or is the `A` of an answer
    * `is_person`: it begins with a form of address (`Ms. Smith`)
    * `is_guest`: it names neither a state nor an office, and a quotation follows
    * `is_quoted`: a quotation follows
    * `end`: where the label ends, in characters
    """

    name: str
    country: str | None
    is_stranger: bool
    is_office: bool
    is_person: bool
    is_guest: bool
    is_quoted: bool
    end: int


def find_label(text: str, mentions: Sequence[Mention]) -> Label | None:
    """Find the label of a sentence; None if it has none.

    `mentions`: the countries that the sentence names. Headings (`Cutting duties on Peru: ...`) and the beginning of a sentence with a verb
    (`My point is: ...`) are no labels, and a country after a preposition other than `of` is not whose label it is.
    """
    plain = _LABEL.match(text)
    quoted = None if plain and plain[1] == "Q" else _QUOTED.match(text)
    match = quoted or plain or _IN_PARTS.match(text)
    if match is None or not match[1][0].isupper():
        return None
    name = match[1].lower()
    for shorter, office in _OFFICE_WORDS.items():
        name = name.replace(shorter, office)
    words = [word.strip(".,()") for word in name.split()]
    is_named_first = any(mention.start == match.start(1) for mention in mentions)
    known = load_lexicon("actors")["first_person"]
    is_office = name == "a" or any(word in known["officials"] for word in words)
    is_heading = not is_named_first and _opens_other_text(words, is_speaker=is_office and match[1].isupper())
    if not cues("finite").isdisjoint(words) or is_heading:
        return None
    countries = [mention.code for mention in mentions if mention.end <= match.end() and not _is_governed(text, mention.start)]
    is_stranger = any(word in known["strangers"] for word in itertools.takewhile(lambda word: word != "to", words))
    is_official = is_office and any(" " in part and _is_name(part) for part in match[1].split(", "))
    is_outlet = _is_name(match[1]) and not set(known["strangers"]).isdisjoint(name.rpartition(", ")[2].split())  # Jane Doe, CNN
    if not (quoted or plain or is_official or is_outlet):
        return None
    return Label(
        name=name,
        country=countries[0] if countries else None,
        is_stranger=is_stranger,
        is_office=is_office,
        is_person=_PERSON.match(name) is not None,
        is_guest=quoted is not None and _is_name(match[1]) and not (countries or is_office),
        is_quoted=quoted is not None,
        end=match.end(),
    )


def _is_name(text: str) -> bool:
    """Whether every word is written like one of a name."""
    words = re.findall(r"\w[\w'\u2019-]*", text)
    return all(word[0].isupper() or word in cues("in_names") for word in words)


def _opens_other_text(words: Sequence[str], *, is_speaker: bool) -> bool:
    """Whether words begin a heading or a sentence, not a speaker's name.

    They do if the first is a gerund (`Cutting`), or one of `label_openers` (`My`) with others after it: a single `A` may be a label, and so
    may `THE PRESIDENT` (`is_speaker`).
    """
    first = re.split("['\u2019]", words[0])[0]
    return (first in cues("label_openers") and len(words) > 1 and not is_speaker) or _GERUND.fullmatch(first) is not None


def _is_governed(text: str, start: int) -> bool:
    """Whether a preposition other than `of` precedes `start`, with or without `the`.

    `start`: where a country's name begins in `text`, in characters.
    """
    before = text[:start].lower().removesuffix("the ").split()
    return bool(before) and before[-1] in cues("governed") - {"of"}
