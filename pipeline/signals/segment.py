"""Splitting a text into sentences with exact offsets.

Offsets are half-open and count characters of `document(title, body)`, so every quote can be located in its article.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sentencex import get_sentence_boundaries

from pipeline.signals.lexicon import cues

GAP = "\n\n"

_PARAGRAPH = re.compile(r"[^\n]+")
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")  # such as a no-break space
_TITLE_OR_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|St|Prof|Amb|Sec|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec|approx|Inc|Corp|Co)\.)$"
)
_DOTTED_ABBREVIATION = re.compile(r"(?:\b(?:[A-Za-z]\.){2,})$")
_INITIAL = re.compile(r"\b[A-Z]\.$")
_NEXT_INITIAL = re.compile(r"[A-Z]\.")
_UNFINISHED_NUMBER = re.compile(r"\d\.$")
_ENDING = 40  # characters of the first part of a sentence that are looked at, more than any abbreviation has
# What follows needs time in the square of these lengths, so that a text of a million characters without an end of a sentence took minutes.
_WINDOW = 20_000  # characters that are split at once
_LONGEST_SENTENCE = 10_000  # characters; of more than `MAX_SENTENCE_LENGTH`, only the countries that it names count
# Labels of live reports around a headline. Others, such as `Analysis:`, say that it is no news, and stay.
_LABEL_BEFORE = re.compile(
    r"(?:(?:Business|Politics|Brexit|US politics|UK politics|World news) live\b|Live(?=:))[ :|\u2013\u2014-]*(?=[\w\u2018\u201c'\"])"
)
_LABEL_AFTER = re.compile(r"(?<!\s)\s*(?:[\u2013\u2014|]|(?<=\s)-) ?(?:as it happened|(?:\w+ )?live(?: updates)?|video)$", re.IGNORECASE)
# A headline to which the article is joined without a mark, and the dateline or `the` with which that begins.
_HEADLINE = re.compile(
    r"\S{1,40}[^\n.!?:;\"\u201c\u201d\u2013\u2014]{8,110}?(?<![\w'\u2019])"
    r"(?P<last>[a-z]{2,}|\d+|U\.S\.)\s+"
    r"(?P<dateline>[A-Z][A-Z.' -]{3,30}(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([\w .-]{2,20}\))? ?(?:--|[\u2013\u2014]) "
    r"|(?:The|An?) (?=[\w.'\u2019-]+ [\w.'\u2019-]+ ))"
)
_NAME_BEFORE_CITY = re.compile(r"(?:EU|IMF|U\.S\.|UN|US|WTO) (?=[A-Z]{4})")
_CONTINUATION = re.compile(r"[a-z\-\u2013\u2014,;)\]\u201d\u2019%]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without surrounding white space; `text` is `text[start:end]` of the document.

    `paragraph` is the number of its line, counted from 1 after the title, with empty lines left out; 0 for the title.
    """

    start: int
    end: int
    text: str
    is_title: bool = False
    paragraph: int = 0


def document(title: str, body: str) -> str:
    """Join title and body with a blank line.

    Offsets refer to this text.
    """
    return f"{title}{GAP}{body}"


def split_sentences(text: str, title_length: int = 0) -> list[Sentence]:
    """Split a text into sentences.

    The first `title_length` characters, unless blank, form one sentence, even with line breaks. After them every line break ends a
    sentence. Labels of a live report around the title or the first paragraph are in no sentence. Without a title, a headline to which the
    article is joined (`_find_article`) is the title. Of a longer sentence, only the first `_LONGEST_SENTENCE` characters are returned.
    """
    sentences = []
    if title_length and text[:title_length].strip():
        start, end = _shorten(*_strip_labels(text, *_strip_span(text, 0, title_length)))
        sentences.append(Sentence(start, end, text[start:end], is_title=True))
    for number, paragraph in enumerate(_PARAGRAPH.finditer(text, title_length), 1):
        first, last = paragraph.span()
        if number == 1 and not sentences and (begin := _find_article(text[first:last])):
            start, end = _strip_span(text, first, first + begin)
            sentences.append(Sentence(start, end, text[start:end], is_title=True))
            first += begin
        sentences.extend(_split_paragraph(text, number, first, last))
    return sentences


def _find_article(paragraph: str) -> int:
    """Return where the article begins after a joined headline, or 0.

    Example: at `LIMA` in `Peru bans Chilean salt LIMA -- Peru's ministry ...`.
    """
    match = _HEADLINE.match(paragraph)
    if match is None:
        return 0
    if match["last"] not in cues("links"):
        return match.start("dateline")
    name = _NAME_BEFORE_CITY.match(match["dateline"])  # `takes duty to WTO LIMA --`
    return match.start("dateline") + name.end() if name else 0


def _split_paragraph(text: str, number: int, first: int, last: int) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph, from character `first` to before `last`.

    `number`: the `paragraph` of these sentences.
    """
    # sentencex 1.0.32 panics at an initial, such white space and a period.
    cuts = pairwise((0, *_find_ends(_WIDE_SPACE.sub(" ", text[first:last]))))
    spans = (_strip_span(text, first + start, first + end) for start, end in cuts)
    for span in _join_wrong_splits(text, (span for span in spans if span[0] < span[1])):
        start, end = _shorten(*(_strip_labels(text, *span) if number == 1 else span))
        yield Sentence(start, end, text[start:end], paragraph=number)


def _find_ends(paragraph: str) -> Iterator[int]:
    """Yield where the sentences of a paragraph end.

    It is split in windows. The last sentence of a window may go on after it, so the next window begins with that sentence, or inside it if
    it is as long as the window.
    """
    start = 0
    while start + _WINDOW < len(paragraph):
        *ends, _ = (start + cut["end_index"] for cut in get_sentence_boundaries("en", paragraph[start : start + _WINDOW]))
        yield from ends
        start = ends[-1] if ends else start + _WINDOW
    yield from (start + cut["end_index"] for cut in get_sentence_boundaries("en", paragraph[start:]))


def _join_wrong_splits(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans of one sentence that the splitter separated (`_is_wrong_split`).

    No span is blank, or has white space at its ends.
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and _is_wrong_split(text[max(joined[-1][0], joined[-1][1] - _ENDING) : joined[-1][1]], text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_wrong_split(before: str, after: str) -> bool:
    """Whether two parts of a text are one sentence.

    They are if they were split at an abbreviation (after `U.S.` only if the next word rarely begins a sentence), between initials or
    inside a number, or if the second part cannot begin a sentence (it begins in lower case or with a mark such as `,` or `)`, and no `!`,
    `?` or quotation mark ends the first). Of the first part, only the end is needed.
    """
    first_word = after.split(None, 1)[0]
    if _TITLE_OR_ABBREVIATION.search(before) or (_UNFINISHED_NUMBER.search(before) and after[0].isdigit()):
        return True
    if _INITIAL.search(before) and _NEXT_INITIAL.match(after):
        return True  # "Sino-U.|S. talks"
    if _DOTTED_ABBREVIATION.search(before):
        return first_word.strip("\u201c\"'") not in cues("beginners")
    return bool(_CONTINUATION.match(after)) and not before.endswith(("!", "?", "\u201d", '"', "\u2019", "'"))


def _strip_labels(text: str, start: int, end: int) -> tuple[int, int]:
    """Shorten a span by the labels of a live report (`Business live`, `as it happened`).

    It stays as it is if nothing else is in it.
    """
    before = _LABEL_BEFORE.match(text, start, end)
    first = before.end() if before else start
    after = _LABEL_AFTER.search(text, first, end)
    return (first, after.start()) if after and after.start() > first else (first, end)


def _shorten(start: int, end: int) -> tuple[int, int]:
    """Shorten a span to `_LONGEST_SENTENCE` characters."""
    return start, min(end, start + _LONGEST_SENTENCE)


def _strip_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Shorten a span of `text` by the white space at its ends.

    Returns its new start and end, which are equal if it is blank.
    """
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
