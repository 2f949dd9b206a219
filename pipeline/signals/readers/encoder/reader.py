"""The encoder reader: convert the model's scores to readings.

Does not belong here: the model (`network.py`), its input (`encoding.py`), or the probability of a reading
(`pipeline/signals/calibrate.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.vocabulary import FIXED_STATUS, KIND_POLARITY, KINDS_WITH_MAGNITUDE
from pipeline.signals import slots
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.dates import is_past_event
from pipeline.signals.reader import READINGS_SCHEMA, Reading
from pipeline.signals.readers.encoder.encoding import Encoded, encode
from pipeline.signals.readers.encoder.lists import find_lists, keep_first, share_in_list, split_long_list
from pipeline.signals.readers.encoder.network import Logits, Network, load_network

# A polarity with a lower score is not asserted; calibrate.py turns higher ones into probabilities.
MIN_SCORE = 0.05
_ALTERNATIVES = 3  # kinds shown in the explanation of a reading
_MORE_LIKELY_THAN_NOT = 0.5


class EncoderReader:
    """Reads sentences with the shipped model, each independently of the others.

    `threads` is the number of batches computed in parallel; it does not change the readings. The constructor loads the model
    (`load_network`) and raises `EncoderMissingError` if it cannot.
    """

    name = "encoder"

    def __init__(self, threads: int = 1) -> None:
        self.network = load_network()
        self.version = self.network.version
        self.threads = threads

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """Return at most one row (`READINGS_SCHEMA`) for each candidate and polarity.

        `candidates`: pairs of countries, by sentence. `score` is the model's score that the polarity is asserted (reported as news) or, if
        that is below `MIN_SCORE`, that the kind is present; `words` are the likeliest kinds with scores.
        """
        parts = [part for group in candidates for part in split_long_list(group)]
        lists = [(number, listed) for number, part in enumerate(parts) for listed in find_lists(part)]
        subjects = [(number, listed) for number, listed in lists if listed.is_subject]
        encoded = [encode(self.network.tokenizer, part) for part in parts]
        shortened = [encode(self.network.tokenizer, keep_first(parts[number], listed), listed.others) for number, listed in subjects]
        logits = self._compute_logits([*encoded, *shortened])
        alone = dict(zip(subjects, zip(shortened, logits[len(parts) :], strict=True), strict=True))
        polarity = self.network.head_slices()["polarity"]
        for number, listed in lists:
            logits[number] = share_in_list(listed, encoded[number], logits[number], alone.get((number, listed)), polarity)
        rows: list[Reading] = []
        for group, sentence, of_sentence in zip(parts, encoded, logits[: len(parts)], strict=True):
            rows.extend(_iter_readings(group, sentence, of_sentence, self.network))
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")

    def _compute_logits(self, encoded: Sequence[Encoded]) -> list[Logits]:
        """Compute the logits of sentences, in parallel with several threads."""
        if self.threads == 1:
            return self.network.compute_logits(encoded)
        with ThreadPoolExecutor(self.threads) as pool:
            return self.network.compute_logits(encoded, pool.map)


def _iter_readings(group: SentenceCandidates, encoded: Encoded, logits: Logits, network: Network) -> Iterator[Reading]:
    """Yield the readings of a sentence in order of its candidates.

    `group`: its candidates (pairs of countries that it may be about). `logits`: the model's output, of shape (actors, targets, labels of
    all heads); actors and targets are in the order of `encoded.places`. A candidate is examined if the score that a polarity is asserted
    (reported as news) is at least `MIN_SCORE`, or a kind is more likely than not.
    """
    if not encoded.candidates:
        return
    candidates = sorted(encoded.candidates.items(), key=lambda item: item[1])
    pair_logits = logits[tuple(np.array([pair for pair, _ in candidates]).T)]
    slices = network.head_slices()
    asserted, kinds = (_to_probability(pair_logits[:, slices[head]]) for head in ("polarity", "kind"))
    rows = {row["candidate"]: row for row in group}
    has_reading = (asserted >= MIN_SCORE).any(axis=1) | (kinds >= _MORE_LIKELY_THAN_NOT).any(axis=1)
    for at in np.flatnonzero(has_reading).tolist():
        pair = _Pair(rows[candidates[at][1]], network.heads, slices, pair_logits[at])
        yield from pair.iter_readings(asserted[at].tolist(), kinds[at].tolist())


@dataclass(frozen=True)
class _Pair:
    """A candidate (pair that a sentence may be about) with its logits.

    `logits` are those of all heads; `slices` has the part of each head, and `heads` its labels.
    """

    candidate: Mapping[str, Any]
    heads: Mapping[str, tuple[str, ...]]
    slices: Mapping[str, slice]
    logits: NDArray[np.float32]

    def iter_readings(self, asserted: Sequence[float], kind_scores: Sequence[float]) -> Iterator[Reading]:
        """Yield at most one reading for each polarity, with its likeliest kind.

        `asserted`: for each polarity, the score that the sentence reports such an act as news (asserts it); `kind_scores`: the score of
        each kind. If the former is at least `MIN_SCORE`, the reading is asserted, but hypothetical in a question, else historical with a
        past date. Otherwise there is a reading only if the kind is more likely than not and the likeliest modality is not `asserted`; it
        has this modality.
        """
        kinds = dict(zip(self.heads["kind"], kind_scores, strict=True))
        likeliest_kinds = [f"{kind} {score:.2f}" for kind, score in sorted(kinds.items(), key=lambda item: -item[1])[:_ALTERNATIVES]]
        modality = self._best_label("modality")
        is_past = self.candidate["is_history"] or is_past_event(self.candidate["sentence"], self.candidate["day"])
        news = "hypothetical" if self.candidate["is_question"] else "historical" if is_past else "asserted"
        for polarity, score in zip(self.heads["polarity"], asserted, strict=True):
            kind, *others = sorted((k for k in kinds if KIND_POLARITY[k] == polarity), key=lambda k: -kinds[k])
            margin = kinds[kind] - max((kinds[other] for other in others), default=0.0)
            if score >= MIN_SCORE:
                yield self._make_reading(kind, margin, news, score, likeliest_kinds)
            elif kinds[kind] >= _MORE_LIKELY_THAN_NOT and modality != "asserted":
                yield self._make_reading(kind, margin, modality, kinds[kind], likeliest_kinds)

    def _make_reading(self, kind: str, margin: float, modality: str, score: float, likeliest_kinds: list[str]) -> Reading:
        """Build a reading, with attributes from other heads and the text.

        `margin`: the score of the kind minus that of the next likely kind of the same polarity; `score`: that of the reading;
        `likeliest_kinds`: for its column `words`.
        """
        has_magnitude = kind in KINDS_WITH_MAGNITUDE
        actors, targets = ([mention["start"] for mention in self.candidate[f"{side}_mentions"]] for side in ("actor", "target"))
        clause = slots.keep_clause(self.candidate["sentence"], min(actors, default=0), (*actors, *targets))
        instrument = slots.correct_instrument(clause, self._best_label("instrument"))
        rate = slots.find_rate(clause, targets=targets, actors=actors, instrument=instrument) if has_magnitude else None
        flags = dict(zip(self.heads["flag"], _to_probability(self.logits[self.slices["flag"]]).tolist(), strict=True))
        return Reading(
            candidate=self.candidate["candidate"],
            kind=kind,
            status=FIXED_STATUS.get(kind) or slots.correct_status(clause, kind, self._best_label("status")),
            modality=modality,
            instrument=instrument,
            is_retaliation=flags["is_retaliation"] >= _MORE_LIKELY_THAN_NOT,
            is_conditional=flags["is_conditional"] >= _MORE_LIKELY_THAN_NOT,
            rate_pct=rate,
            value_usd=slots.find_dollars(clause, slots.find_threat(clause) if kind == "threat" else 0) if has_magnitude else None,
            product=slots.find_product(clause, instrument, tuple(actors), rate, kind=kind),
            score=round(score, 4),
            margin=round(margin, 4),
            rule_id=f"encoder.{kind}",
            words=likeliest_kinds,
        )

    def _best_label(self, head: str) -> str:
        """Return the label of a head with the highest logit.

        A head is the part of the output for one question, such as `modality`.
        """
        return self.heads[head][int(np.argmax(self.logits[self.slices[head]]))]


def _to_probability(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Convert logits to scores from 0 to 1 by the logistic function."""
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-logits.astype(np.float64)))
    return probability
