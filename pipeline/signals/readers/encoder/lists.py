"""Countries in a list share what the sentence says of them.

`Norway taxes tea from Peru and Kenya` says the same of both, but the model, which judges each alone, often finds only one. Belongs here:
which countries a sentence lists, their common logits, and long lists in parts. Does not: the model (`network.py`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from pipeline.contracts.countries import ALL_PARTNERS, PAIR_SIZE
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.encoder.encoding import MAX_COUNTRIES, Encoded, collect_mentions
from pipeline.signals.readers.encoder.network import Logits

#: Longer lists share nothing: the highest of many scores is too high.
MAX_LISTED = 3

# What may be between two countries of a list, e.g. `, and the`.
_JOINT = re.compile(r"\s*(?:,|(?:,\s*)?(?:and|&))\s+(?:the\s+)?", re.IGNORECASE)
# What may precede a list that is the subject of its clause; other lists end before a verb: `taxes Peru and Kenya retaliates`.
_BEFORE_SUBJECT = re.compile(r"(?:^|[^\w\s]|\b(?:after|and|as|because|before|both|if|that|when|while))\s*(?:the\s+)?$", re.IGNORECASE)
_VERB_AFTER = re.compile(r"\s+((?:\w+(?:ed|s)|can|could|may|might|must|should|will|would)\b)", re.IGNORECASE)


def share_in_lists(group: SentenceCandidates, encoded: Encoded, logits: Logits) -> Logits:
    """Give the countries of a list the highest of their logits.

    `group`: the candidates (pairs of countries) of a sentence, `encoded`: the sentence, `logits`: of shape (actors, targets, labels).
    Returns an array of the same shape. Listed countries share them as actors and as targets towards each country outside the list, not
    towards each other.
    """
    places = {code: number for number, code in enumerate(encoded.countries)}
    shared = logits.copy()
    for codes in find_lists(group):
        listed = [places[code] for code in codes if code in places]
        if not listed:
            continue  # beyond the countries that the model takes
        for other in set(range(len(encoded.places))) - set(listed):
            shared[listed, other] = logits[listed, other].max(axis=0)
            shared[other, listed] = logits[other, listed].max(axis=0)
    return shared


def find_lists(group: SentenceCandidates) -> Iterator[tuple[str, ...]]:
    """Yield the lists of two to `MAX_LISTED` countries of a sentence.

    `group`: its candidates. Only a comma, `and` or `&` is between two countries of a list (`_JOINT`). A list with a country that the
    sentence also names elsewhere is left out: it may do something there that the others do not.
    """
    text = group[0]["sentence"]
    lists = _group_mentions(group)
    named = Counter(mention[0] for listed in lists for mention in listed)
    for listed in lists:
        codes = tuple(mention[0] for mention in listed)
        is_list = PAIR_SIZE <= len(codes) <= MAX_LISTED and all(named[code] == 1 for code in codes)
        if is_list and not _ends_in_subject(text, listed[0][1], listed[-1][2]):
            yield codes


def split_long_list(group: SentenceCandidates) -> list[SentenceCandidates]:
    """Split the candidates of a sentence with too many countries.

    Each part has some countries of the longest list and all others, at most `MAX_COUNTRIES` together. Pairs in which two others act belong
    to the first part, those of two listed countries of different parts to none. A sentence with fewer countries, or too many others, is
    one part.
    """
    codes = dict.fromkeys(code for row in group for code in (row["actor"], row["target"]) if code != ALL_PARTNERS)
    if len(codes) <= MAX_COUNTRIES:
        return [group]
    listed = tuple(dict.fromkeys(mention[0] for mention in max(_group_mentions(group), key=len, default=[])))
    others = codes.keys() - set(listed)
    size = MAX_COUNTRIES - len(others)
    if size < 1:
        return [group]
    parts: list[SentenceCandidates] = []
    for start in range(0, len(listed), size):
        chunk = set(listed[start : start + size])
        included = {*chunk, *others, ALL_PARTNERS}
        pairs = ((row, {row["actor"], row["target"]}) for row in group)
        parts.append([row for row, pair in pairs if pair <= included and (start == 0 or pair & chunk)])
    return [part for part in parts if part]


def _group_mentions(group: SentenceCandidates) -> list[list[tuple[str, int, int, str]]]:
    """Group the countries of a sentence by the lists that they form."""
    mentions = [mention for mention in collect_mentions(group) if mention[2]]
    lists = [mentions[:1]]
    for before, mention in pairwise(mentions):
        if _JOINT.fullmatch(group[0]["sentence"][before[2] : mention[1]]):
            lists[-1].append(mention)
        else:
            lists.append([mention])
    return lists


def _ends_in_subject(text: str, start: int, end: int) -> bool:
    """Whether the last country of a list begins a new clause.

    Example: `Norway taxes Peru and Kenya retaliates`. The list is `text[start:end]`.
    """
    verb = _VERB_AFTER.match(text, end)
    return verb is not None and verb[1].lower() not in cues("traded") and _BEFORE_SUBJECT.search(text, 0, start) is None
