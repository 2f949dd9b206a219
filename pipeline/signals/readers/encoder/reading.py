"""The encoder reader: candidates in, what the model finds in them out.

Belongs here: from the model's raw scores to readings. Does not: the model (`network.py`), its input (`encoding.py`), or how sure one may
be of a reading (`pipeline/signals/calibrate.py`). Independent of the rules: neither sees the other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.vocabulary import KIND_POLARITY, KINDS_WITH_MAGNITUDE, STATUS_OF_WORDS
from pipeline.signals import slots
from pipeline.signals.candidates import by_sentence
from pipeline.signals.dates import is_dated_back
from pipeline.signals.reader import READINGS_SCHEMA
from pipeline.signals.readers.encoder.encoding import Encoded, encode
from pipeline.signals.readers.encoder.network import Network, load

# below this the model as good as says no; what it finds from here on is weighed by calibrate.py
LEAST_SCORE = 0.1
LONGEST = 1500
_ALTERNATIVES = 3
_LIKELIER_THAN_NOT = 0.5


class EncoderReader:
    """Reads sentences with the shipped model. The same sentence gives the same readings in any company."""

    name = "encoder"

    def __init__(self, network: Network | None = None) -> None:
        self.network = network or load()
        self.version = self.network.version

    def read(self, candidates: pl.DataFrame) -> pl.DataFrame:
        """See `pipeline.signals.reader.Reader.read`. Candidates of one sentence must stand together.

        `score` is the model's own belief that the polarity is asserted (for other modalities, that the kind is there at all);
        `words` are its top kinds with their scores.
        """
        rows: list[tuple[Any, ...]] = []
        for group in by_sentence(candidates):
            if len(group[0]["sentence"]) <= LONGEST:
                rows.extend(self._read(group))
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")

    def _read(self, group: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
        encoded = encode(self.network.tokenizer, group)
        scores = _Scores(self.network, encoded)
        for pair, candidate in sorted(encoded.candidates.items(), key=lambda item: item[1]):
            yield from ((candidate, *reading) for reading in scores.readings(pair, group[0]))


class _Scores:
    """The model's answers about one sentence."""

    def __init__(self, network: Network, encoded: Encoded) -> None:
        self._heads = network.heads
        self._slices = network.slices()
        self._answers = network.answers(encoded)

    def readings(self, pair: tuple[int, int], about: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The readings of one pair, without the number of the candidate; `about` is any candidate of the sentence."""
        sentence = about["sentence"]
        kinds = dict(zip(self._heads["kind"], _chance(self._of(pair, "kind")), strict=True))
        asserted = dict(zip(self._heads["polarity"], _chance(self._of(pair, "polarity")), strict=True))
        top = [f"{kind} {score:.2f}" for kind, score in sorted(kinds.items(), key=lambda item: -item[1])[:_ALTERNATIVES]]
        modality = self._word(pair, "modality")
        is_old = is_dated_back(sentence, about["day"])
        for polarity, score in asserted.items():
            kind = max((k for k in kinds if KIND_POLARITY[k] == polarity), key=lambda k: kinds[k])
            if score >= LEAST_SCORE:
                yield self._reading(pair, sentence, kind, "historical" if is_old else "asserted", score, top)
            elif kinds[kind] >= _LIKELIER_THAN_NOT and modality != "asserted":
                yield self._reading(pair, sentence, kind, modality, float(kinds[kind]), top)

    def _reading(self, pair: tuple[int, int], sentence: str, kind: str, modality: str, score: float, top: Iterable[str]) -> tuple[Any, ...]:
        is_deed = kind in KINDS_WITH_MAGNITUDE
        flags = dict(zip(self._heads["flag"], _chance(self._of(pair, "flag")), strict=True))
        return (
            kind,
            STATUS_OF_WORDS.get(kind) or self._word(pair, "status"),
            modality,
            self._word(pair, "instrument"),
            bool(flags["is_retaliation"] >= _LIKELIER_THAN_NOT),
            bool(flags["is_conditional"] >= _LIKELIER_THAN_NOT),
            slots.rate_pct(sentence) if is_deed else None,
            slots.value_usd(sentence) if is_deed else None,
            slots.product(sentence),
            round(float(score), 4),
            f"encoder.{kind}",
            list(top),
        )

    def _of(self, pair: tuple[int, int], head: str) -> NDArray[np.float32]:
        answers: NDArray[np.float32] = self._answers[pair[0], pair[1], self._slices[head]]
        return answers

    def _word(self, pair: tuple[int, int], head: str) -> str:
        return self._heads[head][int(np.argmax(self._of(pair, head)))]


def _chance(logits: NDArray[np.float32]) -> list[float]:
    return [float(value) for value in 1 / (1 + np.exp(-logits.astype(np.float64)))]
