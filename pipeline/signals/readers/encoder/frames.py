"""Parts of a sentence that only report on a market.

Example: `Shares slump as` in `Shares slump as Norway taxes tea from Peru`. The model does not read them: it finds the act of such a
sentence less often than that of its clause alone. Belongs here: which part is read. Does not: how it becomes tokens (`encoding.py`).
"""

import re
from collections.abc import Sequence

from pipeline.signals.lexicon import cues

# "Real" is a currency, but mostly an adjective.
_MARKET = rf"\b(?:{'|'.join(sorted(cues('markets') - {'real'}))})\b"
_BEFORE = re.compile(rf"[^,;:]*?{_MARKET}[^,;:]*?\b(?:as|after)\s+(?:Donald\s+|President\s+)?", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:,\s*(?:lifting|prompting|rattling|sending|sinking|triggering)\b|\s+as\b)[^,;:]*?{_MARKET}[^,;:]*$",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"\s*([\w'\u2019-]*)")


def find_core(sentence: str, mentions: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return start and end of the part that the model reads.

    `mentions`: start and end of each country in the sentence, in order. What precedes `as` or `after` is left out if it names a market and
    no country, and a country that does something follows; a country that only describes a thing (`as US tariffs bite`) does nothing. So
    is a clause on a market after the last country. Without such a part the whole sentence is read.
    """
    if not mentions:
        return 0, len(sentence)
    start, end = mentions[0]
    before = _BEFORE.fullmatch(sentence, 0, start)
    after = _AFTER.search(sentence, mentions[-1][1])
    return (
        before.end() if before and _does_something(sentence, end) else 0,
        after.start() if after else len(sentence),
    )


def _does_something(sentence: str, end: int) -> bool:
    """Whether a verb may follow a country that ends at `end`.

    A hyphen or a thing that is traded may not.
    """
    following = _NEXT_WORD.match(sentence, end)
    word = following[1].lower() if following else ""
    return word[:1].isalpha() and word not in cues("traded") | {"and", "trade"}
