"""Articles in, findings out: the one way through gate, sentences, actors, context, candidates, readers, probability and merge.

Belongs here: the order of the steps and the shape of what comes out. Does not: any judgement (the steps) or any file.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Protocol

import polars as pl

from pipeline.signals.batches import cores, map_batches
from pipeline.signals.calibrate import least, probabilities, tiers
from pipeline.signals.candidates import SentenceCandidates, build_candidates, to_frame
from pipeline.signals.combine import SAME, alone, combine
from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.lexicon import lexicon_sha
from pipeline.signals.merge import merge
from pipeline.signals.reader import Reader
from pipeline.signals.readers.encoder.reading import EncoderReader
from pipeline.signals.readers.rules import RuleReader
from pipeline.signals.segment import document, split_sentences
from pipeline.signals.texts import TEXT_FINDINGS, TEXTS_SCHEMA, Account, add_title_length, articles_to_texts, to_findings

BATCH_ROWS = 500
# a process takes some four seconds to start, in which it would read as many texts
TEXTS_A_PROCESS = 500
WAYS = ("rules", "encoder", "both")

# what any reader finds, before the extractor signs it
FOUND = (*(name for name in TEXT_FINDINGS.names() if name not in {"extractor", "extractor_version", "lexicon_sha"}), "words")


class Extractor(Protocol):
    """Anything that turns articles into findings. `name`, `version` and `lexicon_sha` stand on every row.

    `account` tells what the last reading left unread; a reader that cannot fail on a text has an empty one. `ExtractorError` where
    nothing could be read.
    """

    name: str
    version: str
    lexicon_sha: str
    account: Account

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Findings (`FINDINGS`) of articles (`ARTICLES`)."""
        ...

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Findings in passages (`TEXTS_SCHEMA`), all of them read; `article_id` is the id, spans are characters of the text."""
        ...


class SentenceExtractor:
    """The extractor that reads sentence by sentence: by rules, by the encoder, or by both and their agreement.

    `way` is `rules`, `encoder` or `both`. `workers` threads or, where there is enough to read, processes share the work, or those of the
    Dask scheduler at `cluster`; where it is done does not change the rows. By default there are as many workers as cores.
    """

    def __init__(self, way: str = "both", workers: int | None = None, cluster: str | None = None) -> None:
        if way not in WAYS:
            raise ValueError(f"there is no way of reading called {way!r}; choose {', '.join(WAYS)}")
        self.way = way
        self.workers = workers or cores()
        self.cluster = cluster
        self.lexicon_sha = lexicon_sha()
        self.account = Account()
        readers = _readers(way)
        self.name = "+".join(reader.name for reader in readers)
        self.version = "+".join(reader.version for reader in readers)

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """See `Extractor.extract`. Articles that the gate stops are not read. `ContractError` for a frame of another shape."""
        texts = articles_to_texts(articles)
        self.account = Account(texts.height, off_topic=articles.height - texts.height)
        return to_findings(self._read(texts).drop("words"), articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """See `Extractor.read_texts`. Nothing is gated; `date` may be null; `title_length`, where given, sets the headline apart."""
        return self._read(add_title_length(texts)).select(TEXT_FINDINGS.names())

    def explain(self, text: str, *, title: str = "", day: date | None = None, source: str = "") -> pl.DataFrame:
        """What is found in one text, in reading order, with the words that made each rule fire (`words`); for people. Nothing is gated."""
        whole = document(title, text) if title else text
        frame = pl.DataFrame([("text", day, source, whole, len(title))], schema={**TEXTS_SCHEMA, "title_length": pl.Int64()}, orient="row")
        return self._read(frame).sort("span_start", "actor", "target", "kind")

    def _read(self, texts: pl.DataFrame) -> pl.DataFrame:
        batches = [texts.slice(start, BATCH_ROWS) for start in range(0, texts.height, BATCH_ROWS)] or [texts]
        processes = max(1, min(self.workers, texts.height // TEXTS_A_PROCESS))
        threads = 1 if self.cluster or processes > 1 else self.workers
        found = pl.concat(list(map_batches(partial(read_batch, self.way, threads), batches, processes, self.cluster)), rechunk=True)
        return found.with_columns(extractor=pl.lit(self.name), extractor_version=pl.lit(self.version), lexicon_sha=pl.lit(self.lexicon_sha))


def read_batch(way: str, threads: int, texts: pl.DataFrame) -> pl.DataFrame:
    """The signals of a batch of texts (`TEXTS_SCHEMA` and `title_length`), without the extractor's own columns."""
    asked = build_candidates(resolved(texts.iter_rows()))
    found = judged(evidence(way, asked, threads), way)
    about = to_frame(asked, set(found["candidate"]))
    readings = found.join(about, on="candidate", how="inner", maintain_order="left").rename({"sentence": "quote"})
    return merge(readings).with_columns(actor_words=_words_of("actor"), target_words=_words_of("target")).select(*FOUND)


def evidence(way: str, asked: Sequence[SentenceCandidates], threads: int = 1) -> pl.DataFrame:
    """What the readers of a way find in candidates (`combine.EVIDENCE_SCHEMA`), before it is judged.

    With several threads the readers read at the same time, and the encoder several batches.
    """
    readers = _readers(way, threads)
    if threads > 1:
        with ThreadPoolExecutor(len(readers)) as pool:
            readings = list(pool.map(lambda reader: reader.read(asked), readers))
    else:
        readings = [reader.read(asked) for reader in readers]
    return combine(*readings) if way == "both" else alone(readings[0], way)


def judged(found: pl.DataFrame, way: str) -> pl.DataFrame:
    """The evidence with `probability` and `tier`; what is asserted with too little is left out, and beside what is asserted nothing else
    is kept of the same actor, target and polarity by another reader."""
    weighed = found.with_columns(probabilities(found, way))
    weighed = weighed.with_columns(tiers(weighed["probability"]))
    is_asserted = pl.col("modality") == "asserted"
    kept = weighed.filter(is_asserted & (pl.col("probability") >= least(way)))
    others = weighed.filter(~is_asserted).join(kept.filter(pl.col("readers") == "encoder"), on=SAME, how="anti")
    return pl.concat([kept, others])


def _words_of(side: str) -> pl.Expr:
    """The words of the sentence that name a country, as written, each once; empty where it is known from the article alone."""
    places = pl.struct("quote", mentions=f"{side}_mentions")
    return places.map_elements(
        lambda row: " \u00b7 ".join(dict.fromkeys(row["quote"][m["start"] : m["end"]] for m in row["mentions"])), return_dtype=pl.String
    )


def _readers(way: str, threads: int = 1) -> list[Reader]:
    made: list[Reader] = []
    if way in {"rules", "both"}:
        made.append(RuleReader())
    if way in {"encoder", "both"}:
        made.append(EncoderReader(threads=threads))
    return made


def resolved(texts: Iterable[tuple[str, date | None, str, str, int]]) -> Iterator[ResolvedSentence]:
    """The sentences of texts (rows of `TEXTS_SCHEMA` and `title_length`) with who is meant in them."""
    for identifier, day, source, text, title_length in texts:
        yield from resolve_references(identifier, day, source, text[:title_length], split_sentences(text, title_length))
