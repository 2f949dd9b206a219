"""The encoder reader: candidates in, what the model finds in them out.

Belongs here: from the model's raw scores to readings. Does not: the model (`network.py`), its input (`encoding.py`), or the probability
of a reading (`pipeline/signals/calibrate.py`). Independent of the rules: neither sees the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.vocabulary import KIND_POLARITY, KINDS_WITH_MAGNITUDE, STATUS_OF_WORDS
from pipeline.signals import slots
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.dates import is_past_event
from pipeline.signals.reader import READINGS_SCHEMA
from pipeline.signals.readers.encoder.encoding import Encoded, encode
from pipeline.signals.readers.encoder.network import Logits, Network, load

# below this the model as good as says no; what it finds from here on is weighed by calibrate.py
LEAST_SCORE = 0.1
LONGEST = 1500
_ALTERNATIVES = 3
_LIKELIER_THAN_NOT = 0.5


class EncoderReader:
    """Reads sentences with the shipped model. A sentence gives the same readings whatever it is read with.

    With `threads` above 1 batches run side by side in so many threads, which changes nothing but the time.
    """

    name = "encoder"

    def __init__(self, network: Network | None = None, threads: int = 1) -> None:
        self.network = network or load()
        self.version = self.network.version
        self.threads = threads

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """See `pipeline.signals.reader.Reader.read`.

        `score` is the model's own belief that the polarity is asserted (for other modalities, that the kind is there at all);
        `words` are its top kinds with their scores.
        """
        groups = [group for group in candidates if len(group[0]["sentence"]) <= LONGEST]
        encoded = [encode(self.network.tokenizer, group) for group in groups]
        rows: list[tuple[Any, ...]] = []
        for group, sentence, logits in zip(groups, encoded, self._logits(encoded), strict=True):
            rows.extend(_readings(group[0], sentence, logits, self.network))
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")

    def _logits(self, encoded: Sequence[Encoded]) -> list[Logits]:
        if self.threads == 1:
            return self.network.logits(encoded)
        with ThreadPoolExecutor(self.threads) as pool:
            return self.network.logits(encoded, pool.map)


def _readings(about: Mapping[str, Any], encoded: Encoded, logits: Logits, network: Network) -> Iterator[tuple[Any, ...]]:
    """The readings of one sentence in the order of its candidates; `about` is any candidate of it."""
    if not encoded.candidates:
        return
    asked = sorted(encoded.candidates.items(), key=lambda item: item[1])
    scores = logits[tuple(np.array([pair for pair, _ in asked]).T)]
    slices = network.slices()
    asserted, kinds = (_probability(scores[:, slices[head]]) for head in ("polarity", "kind"))
    is_worth = (asserted >= LEAST_SCORE).any(axis=1) | (kinds >= _LIKELIER_THAN_NOT).any(axis=1)
    for row in np.flatnonzero(is_worth).tolist():
        pair = _Pair(about, network.heads, slices, scores[row])
        for reading in pair.readings(asserted[row].tolist(), kinds[row].tolist()):
            yield asked[row][1], *reading


@dataclass(frozen=True)
class _Pair:
    """The model's raw scores for one pair of a sentence."""

    about: Mapping[str, Any]
    heads: Mapping[str, tuple[str, ...]]
    slices: Mapping[str, slice]
    scores: NDArray[np.float32]

    def readings(self, asserted: Sequence[float], scores_of_kinds: Sequence[float]) -> Iterator[tuple[Any, ...]]:
        """The readings, without the number of the candidate."""
        kinds = dict(zip(self.heads["kind"], scores_of_kinds, strict=True))
        top = [f"{kind} {score:.2f}" for kind, score in sorted(kinds.items(), key=lambda item: -item[1])[:_ALTERNATIVES]]
        modality = self._word("modality")
        is_old = is_past_event(self.about["sentence"], self.about["day"])
        for polarity, score in zip(self.heads["polarity"], asserted, strict=True):
            kind = max((k for k in kinds if KIND_POLARITY[k] == polarity), key=lambda k: kinds[k])
            if score >= LEAST_SCORE:
                yield self._reading(kind, "historical" if is_old else "asserted", score, top)
            elif kinds[kind] >= _LIKELIER_THAN_NOT and modality != "asserted":
                yield self._reading(kind, modality, kinds[kind], top)

    def _reading(self, kind: str, modality: str, score: float, top: Iterable[str]) -> tuple[Any, ...]:
        sentence = self.about["sentence"]
        is_deed = kind in KINDS_WITH_MAGNITUDE
        flags = dict(zip(self.heads["flag"], _probability(self.scores[self.slices["flag"]]).tolist(), strict=True))
        return (
            kind,
            STATUS_OF_WORDS.get(kind) or self._word("status"),
            modality,
            self._word("instrument"),
            flags["is_retaliation"] >= _LIKELIER_THAN_NOT,
            flags["is_conditional"] >= _LIKELIER_THAN_NOT,
            slots.find_rate(sentence) if is_deed else None,
            slots.find_amount(sentence) if is_deed else None,
            slots.find_product(sentence),
            round(score, 4),
            f"encoder.{kind}",
            list(top),
        )

    def _word(self, head: str) -> str:
        return self.heads[head][int(np.argmax(self.scores[self.slices[head]]))]


def _probability(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return found
