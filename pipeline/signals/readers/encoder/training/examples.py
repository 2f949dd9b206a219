"""Convert annotated passages to training examples: encoded sentences with labels.

Does not belong here: the encoding (`encoding.py`), which is the same at run time, or tensors (`pairs.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from tokenizers import Tokenizer

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, POLARITY, STATUS
from pipeline.signals.candidates import build_candidates
from pipeline.signals.context import resolve_references
from pipeline.signals.gold import Gold
from pipeline.signals.readers.encoder.encoding import Encoded, encode
from pipeline.signals.segment import document, split_sentences

# Labels of the model by head.
HEADS: dict[str, tuple[str, ...]] = {
    "polarity": tuple(POLARITY.words),
    "kind": tuple(KIND.words),
    "modality": tuple(MODALITY.words),
    "status": tuple(STATUS.words),
    "instrument": tuple(INSTRUMENT.words),
    "flag": ("is_retaliation", "is_conditional"),
}
# In texts of these sources the first line is a headline.
_SOURCES_WITH_HEADLINE = frozenset({"lead", "wire", "market"})


@dataclass(frozen=True, slots=True)
class Label:
    """The annotation of one ordered pair of countries.

    `pair` has the indices of actor and target in `Encoded.places`. `is_optional`: a good annotator may also leave it out.
    """

    pair: tuple[int, int]
    kind: str
    status: str
    modality: str
    instrument: str
    is_retaliation: bool
    is_conditional: bool
    is_optional: bool

    @property
    def is_news(self) -> bool:
        """Whether the sentence asserts the signal, so that it counts."""
        return self.modality == "asserted"

    @property
    def polarity(self) -> str:
        """Polarity of the annotated kind."""
        return KIND_POLARITY[self.kind]


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded sentence and its labels; most sentences have none."""

    encoded: Encoded
    labels: tuple[Label, ...]


def make_examples(gold: Gold, tokenizer: Tokenizer, titles: Mapping[str, str] | None = None) -> list[Example]:
    """Make an example of every sentence that has candidates (pairs of countries).

    `gold`: labelled passages. `titles` maps ids of documents to titles. A title is context for the passages of its document, whose ids are
    `<document>-x<paragraphs>`; it is no example itself. The first line of a text is its title only for some sources
    (`_SOURCES_WITH_HEADLINE`).
    """
    rows_by_passage = {key[0]: part for key, part in gold.rows.partition_by("id", as_dict=True, maintain_order=True).items()}
    examples: list[Example] = []
    for identifier, day, source, text in gold.passages.iter_rows():
        title = (titles or {}).get(identifier.rpartition("-x")[0], "")
        whole = document(title, text) if title else text
        offset = len(whole) - len(text)
        title_length = text.index("\n") if source in _SOURCES_WITH_HEADLINE and "\n" in text else len(title)
        groups = build_candidates(resolve_references(identifier, day, source, whole[:title_length], split_sentences(whole, title_length)))
        rows = rows_by_passage.get(identifier, gold.rows.clear())
        for group in groups:
            start, end = group[0]["span_start"] - offset, group[0]["span_end"] - offset
            if end > 0:  # The title of a document is context, and has no labels.
                encoded = encode(tokenizer, group)
                examples.append(Example(encoded, tuple(_iter_labels(encoded, rows, start, end))))
    return examples


def _iter_labels(encoded: Encoded, rows: pl.DataFrame, start: int, end: int) -> Iterator[Label]:
    """Yield the labels of a sentence from the rows of its passage.

    `start` and `end`: character offsets of the sentence in the passage, `end` exclusive, as in `rows`. A row is of the sentence if the two
    overlap in more than half of the shorter one. Rows with an actor or target that is not encoded are left out.
    """
    index = {code: number for number, code in enumerate((*encoded.countries, ALL_PARTNERS))}
    for row in rows.iter_rows(named=True):
        overlap = min(end, row["span_end"]) - max(start, row["span_start"])
        if 2 * overlap <= min(end - start, row["span_end"] - row["span_start"]):
            continue
        if row["actor"] in index and row["target"] in index:
            yield Label(
                (index[row["actor"]], index[row["target"]]),
                row["kind"],
                row["status"],
                row["modality"],
                row["instrument"],
                row["is_retaliation"],
                row["is_conditional"],
                row["opt"],
            )


def make_batches(lengths: Sequence[int], size: int, order: Sequence[int]) -> list[list[int]]:
    """Split the indices `order` into batches of similar lengths.

    Each 16 * `size` successive indices are sorted by length, which limits padding, and cut into batches of `size`; the last may be smaller.
    `lengths[i]`: the length of the sentence with index `i`.
    """
    window = size * 16
    parts = [sorted(order[start : start + window], key=lambda n: lengths[n]) for start in range(0, len(order), window)]
    return [part[start : start + size] for part in parts for start in range(0, len(part), size)]
