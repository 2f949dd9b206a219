"""Protocol of a sentence reader, which finds readings in candidates.

A candidate is an ordered pair of countries, actor and target, that a sentence may be about, even without naming them; the target may also
be all partners. A reading is a signal (an act or statement in trade policy) found in one. A reader sees only the candidates of each
sentence, with its text (`candidates.py`), never whole articles, files or the clock.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import polars as pl

from pipeline.signals.candidates import SentenceCandidates

#: End of the `rule_id` where the grammar leaves no doubt about the polarity, as in `lifts its duty to 84 percent`, `lets the pause on its
#: duties expire` and `suspends concessions`, or that nothing happened, as in `imposed no duties`.
SURE_SIGN = ".sure"

#: End of the `rule_id` of a reading that only rules out one of the encoder: who suffers a duty does not impose it. It is not evidence, and
#: only its candidate and kind are used.
RULED_OUT = f".back{SURE_SIGN}"

#: End of the `rule_id` of a threat that the words date in the past, such as `had warned` or `last week`, or that is given up.
PAST = ".past"

#: A reading is a signal that one reader finds in one candidate. `score`: how sure the reader is, from 0 to 1, not yet a probability.
#: `margin`: by how much the score of its kind of act exceeds that of the next kind of its polarity, null for rules.
#: `rule_id`: what found it. `words`: for `explain`, the matched words or, of the encoder, the likeliest kinds.
READINGS_SCHEMA = pl.Schema(
    {
        "candidate": pl.UInt32(),
        "kind": pl.String(),
        "status": pl.String(),
        "modality": pl.String(),
        "instrument": pl.String(),
        "is_retaliation": pl.Boolean(),
        "is_conditional": pl.Boolean(),
        "rate_pct": pl.Float64(),
        "value_usd": pl.Float64(),
        "product": pl.String(),
        "score": pl.Float64(),
        "margin": pl.Float64(),
        "rule_id": pl.String(),
        "words": pl.List(pl.String()),
    }
)


class Reading(NamedTuple):
    """A signal that a reader finds in one candidate.

    A row of `READINGS_SCHEMA`. `candidate`: number of the pair of countries in a sentence.
    """

    candidate: int
    kind: str
    status: str
    modality: str
    instrument: str
    is_retaliation: bool
    is_conditional: bool
    rate_pct: float | None
    value_usd: float | None
    product: str
    score: float
    margin: float | None
    rule_id: str
    words: list[str]


class Reader(Protocol):
    """Finds signals among the candidates (pairs of countries) of sentences.

    `name` (such as `rules`) and `version` are recorded on every finding. The version is raised whenever readings of the same candidates
    would change.
    """

    name: str
    version: str

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """Return one row (`READINGS_SCHEMA`) for each signal in the candidates.

        `candidates`: by sentence, the ordered pairs of countries that it may be about. Signals of any modality count, also if denied, and a
        candidate may have several. `candidate` is its number, `score` is from 0 to 1 but not yet a probability, `words` are the matched
        words or, of the encoder, the likeliest kinds.
        """
        ...
