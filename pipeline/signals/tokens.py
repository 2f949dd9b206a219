"""Tokens of a sentence: words, numbers and punctuation with their offsets."""

import re
from dataclasses import dataclass
from functools import lru_cache

# In order: abbreviations with points; numbers; short forms such as 's, n't and 'll; words with inner hyphens (US-China are two words);
# punctuation.
_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}|\d+(?:[.,]\d+)*|n['\u2019]t\b|['\u2019](?:s|ll|re|ve|d|m)\b|[^\W\d_]+?(?=n['\u2019]t\b)|[^\W\d_]+(?:-(?![A-Z])[^\W\d_]+)*|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or punctuation mark.

    `lower` is `text` in lower case, with straight apostrophes. `start` and `end` are half-open character offsets in the sentence.
    """

    text: str
    lower: str
    start: int
    end: int


@lru_cache(maxsize=1024)  # each sentence of an article is split several times
def tokenize(sentence: str) -> tuple[Token, ...]:
    """Split a sentence into tokens, in order."""
    return tuple(Token(m[0], m[0].lower().replace("\u2019", "'"), m.start(), m.end()) for m in _TOKEN.finditer(sentence))
