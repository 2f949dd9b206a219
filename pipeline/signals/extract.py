"""Extractors, which find trade-policy signals in articles.

Findings are the signals found, as rows of the table `findings`; the gate chooses the articles to read. A candidate is an ordered pair of
countries that a sentence may be about; evidence is what the readers of a mode find in candidates. Belongs here: the order of the steps and
the shape of the result. Does not: the steps themselves, or reading files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Protocol

import polars as pl

from pipeline.contracts.tables.core import READING_OUTCOMES
from pipeline.cores import count_cores
from pipeline.signals.batches import map_batches
from pipeline.signals.calibrate import assign_tiers, compute_probabilities, minimum_probability
from pipeline.signals.candidates import SentenceCandidates, build_candidates, to_frame
from pipeline.signals.combine import SAME, combine
from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.doubts import add_doubts
from pipeline.signals.lexicon import lexicon_sha
from pipeline.signals.merge import merge
from pipeline.signals.partners import drop_unnamed
from pipeline.signals.prefilter.sentences import drop_empty_sentences
from pipeline.signals.reader import READINGS_SCHEMA, Reader
from pipeline.signals.readers.encoder.reader import EncoderReader
from pipeline.signals.readers.rules import RuleReader
from pipeline.signals.relevance import add_relevance
from pipeline.signals.scope import resolve_scopes
from pipeline.signals.segment import document, split_sentences
from pipeline.signals.texts import (
    TEXT_FINDINGS,
    TEXTS_SCHEMA,
    ReadingSummary,
    add_title_length,
    articles_to_texts,
    count_stopped,
    judge,
    to_findings,
)

BATCH_ROWS = 500
# A process takes about four seconds to start; one process reads this many texts in that time.
TEXTS_PER_PROCESS = 500
MODES = ("rules", "encoder", "both")

# Columns for `explain` only.
_EXPLANATIONS = ("words", "doubts")
# Columns that a reader fills; the extractor adds its name, version and lexicon.
_READER_COLUMNS = (
    *(name for name in TEXT_FINDINGS.names() if name not in {"extractor", "extractor_version", "lexicon_sha"}),
    *_EXPLANATIONS,
)


class Extractor(Protocol):
    """Turns articles into findings.

    `name`, `version` and `lexicon_sha` are columns of every finding. `summary` describes the last call of `extract` or `read_texts`;
    `outcomes` (`READING_OUTCOMES`) has exactly one row for each article of the last call of `extract`. Both methods raise `ExtractorError`
    if nothing could be read, or if reading was stopped half way.
    """

    name: str
    version: str
    lexicon_sha: str
    summary: ReadingSummary
    outcomes: pl.DataFrame

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Return the findings (`FINDINGS`) in articles (`ARTICLES`)."""
        ...

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the findings in passages (`TEXTS_SCHEMA`); the gate is not applied.

        `article_id` is the id of the passage; spans are characters of its text.
        """
        ...


class SentenceExtractor:
    """Extractor that reads sentences with the rules, the encoder or both.

    `mode` is one of `MODES`; `ValueError` for another. `workers` (None or 0: the number of cores) is the number of threads or, for 1,000
    texts or more, the largest number of processes. The findings do not depend on it.
    """

    def __init__(self, mode: str = "both", workers: int | None = None) -> None:
        if mode not in MODES:
            raise ValueError(f"unknown extractor mode {mode!r}; choose {', '.join(MODES)}")
        self.mode = mode
        self.workers = workers or count_cores()
        self.lexicon_sha = lexicon_sha()
        self.summary = ReadingSummary()
        self.outcomes = READING_OUTCOMES.empty()
        readers = _make_readers(mode)
        self.name = "+".join(reader.name for reader in readers)
        self.version = "+".join(reader.version for reader in readers)

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Return the findings (`FINDINGS`) in articles (`ARTICLES`).

        Articles that the gate stops are not read. Sets `outcomes` and `summary`. Raises `ContractError` if the columns or types are not
        those of `ARTICLES`.
        """
        self.outcomes = judge(articles)
        texts = articles_to_texts(articles, self.outcomes)
        self.summary = ReadingSummary(texts.height, stopped=count_stopped(self.outcomes))
        return to_findings(self._read(texts).drop(_EXPLANATIONS), articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the findings in passages (`TEXTS_SCHEMA`); the gate is not applied.

        `date` may be null. The first `title_length` characters are the title; without this column there is no title. Sets `summary`, but
        not `outcomes`.
        """
        self.summary = ReadingSummary(texts.height)
        return self._read(add_title_length(texts)).select(TEXT_FINDINGS.names())

    def explain(self, text: str, *, title: str = "", day: date | None = None, source: str = "") -> pl.DataFrame:
        """Return the findings in one text, in reading order.

        The gate is not applied. `day`: when the text was published, by which old news and leaders in office are known; may be None.
        `source`: who published it, which may be the government that speaks in it; empty if unknown. The column `words` has the words that a
        rule matched (empty if only the encoder has the finding), `doubts` what lowers the probability. Spans count characters of
        `document(title, text)`, or of `text` without a title.
        """
        return self._read(_to_frame(text, title, day, source)).sort("span_start", "actor", "target", "kind", maintain_order=True)

    def list_left_out(self, text: str, *, title: str = "", day: date | None = None, source: str = "") -> list[str]:
        """Return the sentences that `explain` does not read.

        They name or mean two countries, but the prefilter expects nothing in them. The arguments are those of `explain`.
        """
        groups = build_candidates(resolve_texts(_to_frame(text, title, day, source).iter_rows()))
        to_read = {id(group) for group in _select(self.mode, groups)}
        return [group[0]["sentence"] for group in groups if id(group) not in to_read]

    def _read(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Read texts in batches, in parallel, and return their findings.

        `texts`: `TEXTS_SCHEMA` and `title_length`. Returns `TEXT_FINDINGS`, with `words` and `doubts`. There is one process for
        each `TEXTS_PER_PROCESS` texts, at most `workers`; with a single one the readers use threads.
        """
        batches = [texts.slice(start, BATCH_ROWS) for start in range(0, texts.height, BATCH_ROWS)] or [texts]
        processes = max(1, min(self.workers, texts.height // TEXTS_PER_PROCESS))
        threads = 1 if processes > 1 else self.workers
        results = map_batches(partial(read_batch, self.mode, threads), batches, processes)
        findings = pl.concat(list(results), rechunk=True)
        return findings.with_columns(
            extractor=pl.lit(self.name), extractor_version=pl.lit(self.version), lexicon_sha=pl.lit(self.lexicon_sha)
        )


def read_batch(mode: str, threads: int, texts: pl.DataFrame) -> pl.DataFrame:
    """Find the signals in a batch of texts, in whatever process.

    `mode`: one of `MODES`; `texts`: `TEXTS_SCHEMA` and `title_length`. Returns `TEXT_FINDINGS` without `extractor`, `extractor_version` and
    `lexicon_sha`, but with `words` and `doubts`. It is a function of the module because other processes import it by name.
    """
    groups = _select(mode, build_candidates(resolve_texts(texts.iter_rows())))
    collected = combine_readings(mode, collect_readings(mode, groups, threads))
    about = to_frame(groups, set(collected["candidate"]))
    evidence = score_evidence(add_relevance(add_doubts(collected, about), about), mode)
    readings = evidence.join(about, on="candidate", how="inner", maintain_order="left").rename({"sentence": "quote"})
    with_words = readings.with_columns(actor_words=_mention_words("actor"), target_words=_mention_words("target"))
    return merge(drop_unnamed(resolve_scopes(with_words))).select(*_READER_COLUMNS)


def resolve_texts(texts: Iterable[tuple[str, date | None, str, str, int]]) -> Iterator[ResolvedSentence]:
    """Split texts into sentences and resolve the countries they mention.

    `texts` has rows of `TEXTS_SCHEMA` and `title_length`.
    """
    for identifier, day, source, text, title_length in texts:
        yield from resolve_references(identifier, day, source, text[:title_length], split_sentences(text, title_length))


def collect_readings(mode: str, groups: Sequence[SentenceCandidates], threads: int = 1) -> dict[str, pl.DataFrame]:
    """Run the readers of a mode; return their readings by name.

    `mode`: `rules`, `encoder` or `both`; `groups`: the candidates (pairs of countries) of each sentence. Each result has `READINGS_SCHEMA`.
    With several threads the readers run in parallel, and the encoder runs several batches at once.
    """
    readers = _make_readers(mode, threads)
    with ThreadPoolExecutor(len(readers) if threads > 1 else 1) as pool:
        return dict(zip((reader.name for reader in readers), pool.map(lambda reader: reader.read(groups), readers), strict=True))


def combine_readings(mode: str, readings: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Combine the readings of the readers of a mode to evidence.

    `mode`: `rules`, `encoder` or `both`; `readings`: at least those of the mode's readers, by name. In the other modes one reader counts as
    having found nothing. Returns `EVIDENCE_SCHEMA`.
    """
    nothing = pl.DataFrame(schema=READINGS_SCHEMA)
    return combine(*(readings[name] if mode in {name, "both"} else nothing for name in ("rules", "encoder")))


def score_evidence(evidence: pl.DataFrame, mode: str) -> pl.DataFrame:
    """Add `probability` and `tier` to evidence, and drop weak evidence.

    `evidence`: what the readers found, with `doubts` and `relevance`; `mode`: which readers (`rules`, `encoder` or `both`). Asserted
    evidence (reported as news) below the minimum probability of the mode is dropped. Evidence of another modality is dropped if, for the
    same candidate (actor and target of a sentence) and polarity, evidence remains that the encoder alone asserts. Asserted rows come
    first.
    """
    scored = evidence.with_columns(compute_probabilities(evidence, mode))
    scored = scored.with_columns(assign_tiers(scored["probability"]))
    is_asserted = pl.col("modality") == "asserted"
    asserted = scored.filter(is_asserted & (pl.col("probability") >= minimum_probability(mode)))
    others = scored.filter(~is_asserted).join(asserted.filter(pl.col("readers") == "encoder"), on=SAME, how="anti")
    return pl.concat([asserted, others])


def _select(mode: str, groups: Sequence[SentenceCandidates]) -> Sequence[SentenceCandidates]:
    """Return the sentences to read: without the encoder, all of them.

    The prefilter learned from the readings of both readers, and saves mostly the encoder's time.
    """
    return groups if mode == "rules" else drop_empty_sentences(groups)


def _to_frame(text: str, title: str, day: date | None, source: str) -> pl.DataFrame:
    """Return one text as `TEXTS_SCHEMA` with `title_length`."""
    whole = document(title, text) if title else text
    return pl.DataFrame([("text", day, source, whole, len(title))], schema={**TEXTS_SCHEMA, "title_length": pl.Int64()}, orient="row")


def _mention_words(side: str) -> pl.Expr:
    """Join the distinct words of the sentence that mean actor or target.

    `side`: `actor` or `target`. In the order of the sentence, with a middle dot between them. Empty if the country is known only from the
    rest of the article, or the target is all partners.
    """
    mentions = pl.struct("quote", mentions=f"{side}_mentions")
    return mentions.map_elements(
        lambda row: " \u00b7 ".join(dict.fromkeys(row["quote"][m["start"] : m["end"]] for m in row["mentions"])), return_dtype=pl.String
    )


def _make_readers(mode: str, threads: int = 1) -> list[Reader]:
    """Make the readers of a mode (one of `MODES`), the rules first."""
    readers: list[Reader] = []
    if mode in {"rules", "both"}:
        readers.append(RuleReader())
    if mode in {"encoder", "both"}:
        readers.append(EncoderReader(threads=threads))
    return readers
