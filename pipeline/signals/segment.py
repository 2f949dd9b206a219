"""Text into sentences with exact places.

Belongs here: where a sentence begins and ends. Does not: what is in it. Offsets are half-open and count characters of
`document(title, body)`, so that every quote can be found again in the article.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from pipeline.signals.lexicon import cues

GAP = "\n\n"

_PARAGRAPH = re.compile(r"[^\n]+")
# a boundary after one of these is one only where a new sentence plainly begins
_TITLES = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|St|Prof|Amb|Sec|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec|approx|Inc|Corp|Co)\.)$"
)
_POINTED = re.compile(r"(?:\b(?:[A-Za-z]\.){2,})$")
_INITIAL = re.compile(r"\b[A-Z]\.$")
_INITIAL_NEXT = re.compile(r"[A-Z]\.")
_NUMBER_CUT = re.compile(r"\d\.$")
_OPENS_LOW = re.compile(r"[a-z\-\u2013\u2014,;)\]\u201d\u2019%]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without surrounding white space; `text[start:end]` of the document is `text`."""

    start: int
    end: int
    text: str
    is_title: bool = False


def document(title: str, body: str) -> str:
    """The text that offsets count in: title, blank line, body."""
    return f"{title}{GAP}{body}"


def split_sentences(text: str, title_length: int = 0) -> list[Sentence]:
    """The sentences of a text in order; its first `title_length` characters are one sentence of their own.

    Line breaks always end a sentence. White space and empty paragraphs belong to none.
    """
    found = []
    if title_length and text[:title_length].strip():
        start, end = _trimmed(text, 0, title_length)
        found.append(Sentence(start, end, text[start:end], is_title=True))
    for paragraph in _PARAGRAPH.finditer(text, title_length):
        found.extend(_of_paragraph(text, paragraph.start(), paragraph.end()))
    return found


def _of_paragraph(text: str, first: int, last: int) -> Iterator[Sentence]:
    for start, end in _repaired(text, _cuts(text[first:last], first)):
        start, end = _trimmed(text, start, end)  # noqa: PLW2901
        if start < end:
            yield Sentence(start, end, text[start:end])


def _cuts(paragraph: str, offset: int) -> list[tuple[int, int]]:
    return [(offset + cut["start_index"], offset + cut["end_index"]) for cut in get_sentence_boundaries("en", paragraph)]


def _repaired(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    whole: list[tuple[int, int]] = []
    for start, end in pieces:
        if whole and _belongs(text[whole[-1][0] : whole[-1][1]].rstrip(), text[start:end].lstrip()):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _belongs(before: str, after: str) -> bool:
    """Whether a piece goes on the sentence before it: the splitter broke at an abbreviation or a point in a number."""
    if not after or not before:
        return True
    opening = after.split(None, 1)[0]
    if _TITLES.search(before) or (_NUMBER_CUT.search(before) and after[0].isdigit()):
        return True
    if _INITIAL.search(before) and _INITIAL_NEXT.match(after):
        return True  # "Sino-U.|S. talks"
    if _POINTED.search(before):
        return opening.strip("\u201c\"'") not in cues("beginners")
    return bool(_OPENS_LOW.match(after)) and not before.endswith(("!", "?", "\u201d", '"', "\u2019", "'"))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
