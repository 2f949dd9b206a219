"""Countries that an article names, and those that are only places.

Example of a place: Spain in `talks in Madrid`.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.segment import Sentence

TITLE_WEIGHT = 3
FIRST_WEIGHT = 2
_REACH = 60  # characters before a capital, which have the two words that show a place
_CAPITAL_NEXT = re.compile(r" capital\b")
_POSSESSIVE_NEXT = re.compile("['\u2019]s\\b")


def count_mentions(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]], *, with_places: bool = False) -> Counter[str]:
    """Count how often an article names each country, by code.

    Names in the title count three times. If it names more than two countries, most are those that one acts on, so that the first counts
    twice and the others once. Capitals as places (`met in Madrid`) count only `with_places`. `named`: the mentions in each sentence.
    """
    in_title = dict.fromkeys(one.code for sentence, mentions in zip(sentences, named, strict=True) if sentence.is_title for one in mentions)
    weights = dict.fromkeys(in_title, TITLE_WEIGHT) if len(in_title) <= PAIR_SIZE else dict.fromkeys([*in_title][:1], FIRST_WEIGHT)
    counts: Counter[str] = Counter()
    for sentence, mentions in zip(sentences, named, strict=True):
        for mention in mentions:
            if with_places or not _is_place(sentence.text, mention):
                counts[mention.code] += weights.get(mention.code, 1) if sentence.is_title else 1
    return counts


def leave_out_venues(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """Leave out countries that are only the place of something.

    Example: Spain, if China and the United States had talks `in Madrid` or, if the article names two others, in `before Madrid talks`.
    """
    located = [(sentence.text, mention) for sentence, mentions in zip(sentences, named, strict=True) for mention in mentions]
    parties = {mention.code for text, mention in located if not _is_surely_place(text, mention)}
    acting = {mention.code for text, mention in located if not _is_surely_place(text, mention) and not _may_be_venue(text, mention)}
    taking_part = acting if len(acting) >= PAIR_SIZE else parties
    return [[mention for mention in mentions if mention.code in taking_part] for mentions in named]


def _is_surely_place(text: str, mention: Mention) -> bool:
    """Whether a mention is a capital that is surely only a place.

    It is in `talks in Madrid` and, as `Spanish`, in `talks in the Spanish capital`; not in `the ministry in Madrid` or `in Madrid's view`,
    where `_is_place` is true too.
    """
    if mention.role == "demonym":
        return text.endswith(" in the ", 0, mention.start) and _CAPITAL_NEXT.match(text, mention.end) is not None
    if mention.role != "capital" or _POSSESSIVE_NEXT.match(text, mention.end):
        return False
    *_, noun, preposition = ["", "", *text[max(0, mention.start - _REACH) : mention.start].lower().split()]
    return preposition == "in" and noun not in load_lexicon("actors")["nouns"]["state"]


def _may_be_venue(text: str, mention: Mention) -> bool:
    """Whether a capital precedes a word for a meeting.

    That may be with this state or only take place there: `Madrid talks`.
    """
    following = text[mention.end : mention.end + _REACH].lower().split()
    return mention.role == "capital" and not cues("meetings").isdisjoint(following[:1])


def _is_place(text: str, mention: Mention) -> bool:
    """Whether a mention is a capital directly after a preposition of place.

    Examples: `In Madrid`, `near Madrid`. It then only says where something happened.
    """
    if mention.role != "capital":
        return False
    before = f" {text[max(0, mention.start - _REACH) : mention.start].lower()}"
    return before.endswith(tuple(f" {word} " for word in cues("place_prepositions")))
