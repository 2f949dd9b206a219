"""Annotated passages as training examples: what the model sees of a sentence, and what it should answer about each pair.

Belongs here: labels beside inputs. Does not: the input itself (`encoding.py`), which is the same in use, or any tensor (`train.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from tokenizers import Tokenizer

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY, MODALITY, POLARITY, STATUS
from pipeline.signals.candidates import build_candidates
from pipeline.signals.context import resolve_references
from pipeline.signals.gold import Gold
from pipeline.signals.readers.encoder.encoding import Encoded, encode
from pipeline.signals.segment import split_sentences

# the answers of the model, head by head
HEADS: dict[str, tuple[str, ...]] = {
    "polarity": tuple(POLARITY.words),
    "kind": tuple(KIND.words),
    "modality": tuple(MODALITY.words),
    "status": tuple(STATUS.words),
    "instrument": tuple(INSTRUMENT.words),
    "flag": ("is_retaliation", "is_conditional"),
}
# texts of these sources whose first line is a headline
_WITH_HEADLINE = frozenset({"lead", "wire", "market"})


@dataclass(frozen=True, slots=True)
class Label:
    """What a person found about one ordered pair, by the numbers of its countries in `Encoded.places`."""

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
        """Whether the sentence asserts it."""
        return self.modality == "asserted"

    @property
    def polarity(self) -> str:
        """The polarity of the kind."""
        return KIND_POLARITY[self.kind]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as the model sees it, and what should be found in it; nothing, for most."""

    encoded: Encoded
    labels: tuple[Label, ...]


def examples(gold: Gold, tokenizer: Tokenizer) -> list[Example]:
    """Every sentence of the passages about which a reader is asked, in their order."""
    rows = {key[0]: part for key, part in gold.rows.partition_by("id", as_dict=True, maintain_order=True).items()}
    found: list[Example] = []
    for identifier, day, source, text in gold.passages.iter_rows():
        title_length = text.index("\n") if source in _WITH_HEADLINE and "\n" in text else 0
        groups = build_candidates(resolve_references(identifier, day, source, text[:title_length], split_sentences(text, title_length)))
        labelled = rows.get(identifier, gold.rows.clear())
        for group in groups:
            encoded = encode(tokenizer, group)
            found.append(Example(encoded, tuple(_labels(encoded, labelled, group[0]["span_start"], group[0]["span_end"]))))
    return found


def _labels(encoded: Encoded, rows: pl.DataFrame, start: int, end: int) -> Iterator[Label]:
    place = {code: number for number, code in enumerate((*encoded.countries, ALL_PARTNERS))}
    for row in rows.iter_rows(named=True):
        overlap = min(end, row["span_end"]) - max(start, row["span_start"])
        if 2 * overlap <= min(end - start, row["span_end"] - row["span_start"]):
            continue
        if row["actor"] in place and row["target"] in place:
            yield Label(
                (place[row["actor"]], place[row["target"]]),
                row["kind"],
                row["status"],
                row["modality"],
                row["instrument"],
                row["is_retaliation"],
                row["is_conditional"],
                row["opt"],
            )


def in_batches(lengths: Sequence[int], size: int, order: Sequence[int]) -> list[list[int]]:
    """The numbers of `order` in batches of like length, so that little is padded: sorted within every 16 batches."""
    stretch = size * 16
    parts = [sorted(order[start : start + stretch], key=lambda n: lengths[n]) for start in range(0, len(order), stretch)]
    return [part[start : start + size] for part in parts for start in range(0, len(part), size)]
