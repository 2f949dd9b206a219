"""Questions of journalists in a transcript, and whom they ask.

Belongs here: which labels are of somebody who asks (`Lima Post: ... Will you answer?`), and the state that has to answer. Does not: what a
label says by itself (`labels.py`), or who speaks after it (`context.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.signals.actors import Mention
from pipeline.signals.labels import Label
from pipeline.signals.segment import Sentence

SIDES = 2  # states in a question

_QUESTION = re.compile(r"\?\W*$")
# `Will Peru tighten its rules?`, `Does Lima regard this as fair?`, `Is Peru ready to wait?`: the subject has to answer.
_BEFORE_SUBJECT = re.compile(r"\b(?:will|would|does|can|could|should)\s+(?:the\s+)?$", re.IGNORECASE)
_BEFORE_WILLING = re.compile(r"\b(?:is|are)\s+(?:the\s+)?$", re.IGNORECASE)
_WILLING = re.compile(r"(?:\s+\w+)?\s+(?:considering|going|planning|prepared|preparing|ready|willing)\b")
_JOINT = re.compile(r"\s*(?:,|&|and|or)\s*(?:the\s+)?", re.IGNORECASE)
_ADDRESS = re.compile(r"\byour?s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody with a label asks.

    `is_label_unknown`: the label does not say that it is of somebody who asks, such as a newspaper; `answerer`: the state that has
    to answer, if known; `others`: states that it names and that do not answer.
    """

    is_label_unknown: bool
    answerer: str | None
    others: frozenset[str]


def find_questions(
    sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]], labels: Sequence[Label | None]
) -> dict[int, Question]:
    """Find those who ask by a label, by position of the sentence.

    `named`, `labels`: the countries that each sentence names, and its label. Somebody asks if the last sentence before the next label, or
    of the paragraph, ends with a question mark. An unknown label does not if it names an office, a person by a form of address or only a
    state, or follows a question: then it answers, as in `Q: Why? Jane Doe: Who knows?`.
    """
    questions: dict[int, Question] = {}
    is_answer = False
    for first, end in _iter_turns(sentences, labels):
        label, last = labels[first], sentences[end - 1]
        if label is None:
            continue
        asks = _QUESTION.search(last.text) is not None
        is_outlet = not (label.is_office or label.is_person or label.is_stranger or is_answer or _is_state(label, named[first]))
        if asks and (label.is_stranger or is_outlet):
            answerer = _find_answerer(sentences[first:end], named[first:end])
            codes = frozenset(mention.code for mentions in named[first:end] for mention in mentions)
            is_addressed = answerer is not None or any(_ADDRESS.search(sentence.text) for sentence in sentences[first:end])
            questions[first] = Question(not label.is_stranger, answerer, codes - {answerer} if is_addressed else frozenset())
        is_answer = first in questions
    return questions


def _iter_turns(sentences: Sequence[Sentence], labels: Sequence[Label | None]) -> Iterator[tuple[int, int]]:
    """Yield first and end position of what each says in a paragraph."""
    first = 0
    for at in range(1, len(sentences) + 1):
        if at == len(sentences) or labels[at] or sentences[at].paragraph != sentences[first].paragraph:
            if not sentences[first].is_title:
                yield first, at
            first = at


def _is_state(label: Label, mentions: Sequence[Mention]) -> bool:
    """Whether a label is only the name of a state."""
    return any(mention.start == 0 and mention.end >= len(label.name) for mention in mentions)


def _find_answerer(sentences: Sequence[Sentence], named: Sequence[Sequence[Mention]]) -> str | None:
    """Return the state that has to answer a question, if known.

    It is the subject of the question itself, else the second of the two states that it names: whom an act of the first one concerns.
    """
    for sentence, mentions in zip(sentences, named, strict=True):
        if not sentence.text.rstrip().endswith("?"):
            continue
        for mention in mentions:
            before = sentence.text[: mention.start]
            is_willing = _BEFORE_WILLING.search(before) and _WILLING.match(sentence.text, mention.end)
            if mention.is_actor and (_BEFORE_SUBJECT.search(before) or is_willing):
                return mention.code
    codes = list(dict.fromkeys(mention.code for mentions in named for mention in mentions))
    is_joint = any(_has_joint_mentions(sentence.text, mentions) for sentence, mentions in zip(sentences, named, strict=True))
    return codes[1] if len(codes) == SIDES and not is_joint else None


def _has_joint_mentions(text: str, mentions: Sequence[Mention]) -> bool:
    """Whether only a comma or `and` is between two mentions."""
    return any(_JOINT.fullmatch(text, first.end, second.start) for first in mentions for second in mentions if first.end < second.start)
