"""Countries that an article names, and those that are only places.

Example of a place: Spain in `talks in Madrid`.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.segment import Sentence

TITLE_WEIGHT = 3
_REACH = 60  # characters before a capital, which have the two words that show a place
_POSSESSIVE_NEXT = re.compile("['\u2019]s\\b")


def count_mentions(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]], *, with_places: bool = False) -> Counter[str]:
    """Count how often an article names each country, by code.

    Names in the title count three times, capitals as places (`met in Madrid`) only `with_places`. `named`: the mentions in each sentence.
    """
    counts: Counter[str] = Counter()
    for sentence, mentions in zip(sentences, named, strict=True):
        for mention in mentions:
            if with_places or not _is_place(sentence.text, mention):
                counts[mention.code] += TITLE_WEIGHT if sentence.is_title else 1
    return counts


def leave_out_venues(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """Leave out countries that are only the place of something.

    Example: Spain, if China and the United States had talks `in Madrid`.
    """
    texts = [sentence.text for sentence in sentences]
    by_text = zip(texts, named, strict=True)
    parties = {mention.code for text, mentions in by_text for mention in mentions if not _is_surely_place(text, mention)}
    return [[mention for mention in mentions if mention.code in parties] for mentions in named]


def _is_surely_place(text: str, mention: Mention) -> bool:
    """Whether a mention is a capital that is surely only a place.

    It is in `talks in Madrid`; not in `the ministry in Madrid` or `in Madrid's view`, where `_is_place` is true too.
    """
    if mention.role != "capital" or _POSSESSIVE_NEXT.match(text, mention.end):
        return False
    *_, noun, preposition = ["", "", *text[max(0, mention.start - _REACH) : mention.start].lower().split()]
    return preposition == "in" and noun not in load_lexicon("actors")["nouns"]["state"]


def _is_place(text: str, mention: Mention) -> bool:
    """Whether a mention is a capital directly after a preposition of place.

    Examples: `In Madrid`, `near Madrid`. It then only says where something happened.
    """
    if mention.role != "capital":
        return False
    before = f" {text[max(0, mention.start - _REACH) : mention.start].lower()}"
    return before.endswith(tuple(f" {word} " for word in cues("place_prepositions")))
