"""A sentence as words with their places. Nothing here knows what a word means."""

import re
from dataclasses import dataclass

# abbreviations with points; numbers; the 's, n't and 'll that English glues on; words with inner hyphens
# (US-China are two); marks
_WORD = re.compile(
    r"(?:[A-Za-z]\.){2,}|\d+(?:[.,]\d+)*|n['\u2019]t\b|['\u2019](?:s|ll|re|ve|d|m)\b|[^\W\d_]+?(?=n['\u2019]t\b)|[^\W\d_]+(?:-(?![A-Z])[^\W\d_]+)*|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark: as written, in lower case, and its half-open span in characters of the sentence."""

    text: str
    lower: str
    start: int
    end: int


def tokenize(sentence: str) -> list[Token]:
    """The words and marks of a sentence in order."""
    return [Token(m[0], m[0].lower().replace("\u2019", "'"), m.start(), m.end()) for m in _WORD.finditer(sentence)]
