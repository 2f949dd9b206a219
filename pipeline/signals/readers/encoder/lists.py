"""Countries in a list share what the sentence says of them.

`Norway taxes tea from Peru and Kenya` says the same of both, but the model, which judges each alone, often finds only one, and of a list
that is the subject (`Peru and Kenya face duties`) none; so it also reads the sentence with the first of them alone. Belongs here: which
countries a sentence lists, their common logits, and long lists in parts. Does not: the model (`network.py`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

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
_BEFORE_SUBJECT = re.compile(
    r"(?:^|[^\w\s]|\b(?:after|and|as|because|before|both|if|that|when|while))\s*(?:(?:\w+\s+){1,2}(?:from|of)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
# Between such a list and with whom it deals: `Peru and Kenya signed a pact with Norway` (`find_allies` is the same for the rules).
_WITH = re.compile(
    r"(?!.*\b(?:after|ahead|amid|as|before|despite|following|when|while)\b)[^.,:;]*(?<!along )(?<!together )\bwith(?: \w+){0,2} "
)
_VERB_AFTER = re.compile(r"\s+((?:\w+(?:ed|s)|can|could|may|might|must|should|will|would)\b)", re.IGNORECASE)


class Listed(NamedTuple):
    """A list of countries: their codes, and whether it begins a clause.

    `others` are the characters from the end of the first one to that of the last one, e.g. ` and Kenya` in `Peru and Kenya`. `has_partner`:
    whether the next country is one with which they deal (`_WITH`).
    """

    codes: tuple[str, ...]
    others: tuple[int, int]
    is_subject: bool
    has_partner: bool


def share_in_list(listed: Listed, encoded: Encoded, logits: Logits, alone: tuple[Encoded, Logits] | None, polarity: slice) -> Logits:
    """Give the countries of a list the highest of their logits.

    `listed`: the list; `encoded`: the sentence, `logits`: of shape (actors, targets, labels); `alone`: the same of the sentence with only
    the first of the list, if that was read too; `polarity`: the labels that are polarities. Returns an array of the shape of `logits`.
    Listed countries share them as actors and as targets towards each country outside the list, not towards each other. `alone` counts only
    if no polarity is likely for a listed country. If they deal with a partner, that excepts what they do to each other; otherwise, as in
    `Peru and Kenya sign a pact`, the partner is lost there.
    """
    places = _to_places(encoded)
    inside = [places[code] for code in listed.codes if code in places]
    if not inside:
        return logits  # beyond the countries that the model takes
    towards = [place for place in places.values() if not (listed.has_partner and place in inside)]
    is_read = any((logits[np.ix_(*sides)][..., polarity] > 0).any() for sides in ((inside, towards), (towards, inside)))
    places_alone, logits_alone = ({}, logits) if alone is None or is_read else (_to_places(alone[0]), alone[1])
    first = places_alone.get(listed.codes[0])
    shared = logits.copy()
    for code, other in places.items():
        if other in inside:
            continue
        acting, suffering = logits[inside, other], logits[other, inside]
        if first is not None and (partner := places_alone.get(code)) is not None:
            acting = np.vstack([acting, logits_alone[first, partner]])
            suffering = np.vstack([suffering, logits_alone[partner, first]])
        shared[inside, other] = acting.max(axis=0)
        shared[other, inside] = suffering.max(axis=0)
    return shared


def _to_places(encoded: Encoded) -> dict[str, int]:
    """Return the place of each country (and `*`) in the logits."""
    return {code: place for place, code in enumerate((*encoded.countries, ALL_PARTNERS))}


def keep_first(group: SentenceCandidates, listed: Listed) -> SentenceCandidates:
    """Return the candidates (pairs of countries) without a list's other countries."""
    others = set(listed.codes[1:])
    return [row for row in group if not {row["actor"], row["target"]} & others]


def find_lists(group: SentenceCandidates) -> Iterator[Listed]:
    """Yield the lists of two to `MAX_LISTED` countries of a sentence.

    `group`: its candidates. Only a comma, `and` or `&` is between two countries of a list (`_JOINT`). A list with a country that the
    sentence also names elsewhere is left out: it may do something there that the others do not. So is one without candidates outside it.
    """
    text = group[0]["sentence"]
    lists = _group_mentions(group)
    named = Counter(mention[0] for mentions in lists for mention in mentions)
    for mentions, following in zip(lists, [*lists[1:], []], strict=True):
        codes = tuple(mention[0] for mention in mentions)
        if not PAIR_SIZE <= len(codes) <= MAX_LISTED or any(named[code] > 1 for code in codes):
            continue
        is_subject = _BEFORE_SUBJECT.search(text, 0, mentions[0][1]) is not None
        has_partner = (
            bool(following)
            and _WITH.fullmatch(text, mentions[-1][2], following[0][1]) is not None
            and not text.startswith(" in mind", following[0][2])
        )
        listed = Listed(codes, (mentions[0][2], mentions[-1][2]), is_subject, has_partner)
        if not _ends_in_subject(text, listed) and keep_first(group, listed):
            yield listed


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


def _ends_in_subject(text: str, listed: Listed) -> bool:
    """Whether the last country of a list begins a new clause.

    Example: `Norway taxes Peru and Kenya retaliates`.
    """
    verb = _VERB_AFTER.match(text, listed.others[1])
    return verb is not None and verb[1].lower() not in cues("traded") and not listed.is_subject
