"""Articles in, findings out: the one way through gate, sentences, actors, context, candidates, reader, merge and calibration.

Belongs here: the order of the steps and the shape of what comes out. Does not: any judgement (the steps) or any file.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.batches import map_batches
from pipeline.signals.calibrate import probabilities
from pipeline.signals.candidates import Resolved, candidates
from pipeline.signals.context import resolve
from pipeline.signals.lexicon import lexicon_sha
from pipeline.signals.merge import merge
from pipeline.signals.reader import Reader
from pipeline.signals.readers.rules import RuleReader
from pipeline.signals.segment import document, sentences
from pipeline.signals.texts import TEXT_FINDINGS, TEXTS_SCHEMA, Account, as_findings, of_articles, with_title_length

BATCH_ROWS = 50  # small, so that several processes end at the same time

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


class RuleExtractor:
    """The extractor that reads by rules. `workers` processes, or those of the Dask scheduler at `cluster`, share the work; where it is done
    does not change the rows."""

    name = RuleReader.name
    version = RuleReader.version

    def __init__(self, workers: int = 1, cluster: str | None = None) -> None:
        self.workers = workers
        self.account = Account()
        self.cluster = cluster
        self.lexicon_sha = lexicon_sha()

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """See `Extractor.extract`. Articles that the gate stops are not read. `ContractError` for a frame of another shape."""
        return as_findings(self._read(of_articles(articles)).select(TEXT_FINDINGS.names()), articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """See `Extractor.read_texts`. Nothing is gated; `date` may be null; `title_length`, where given, sets the headline apart."""
        return self._read(with_title_length(texts)).select(TEXT_FINDINGS.names())

    def explain(self, text: str, *, title: str = "", day: date | None = None, source: str = "") -> pl.DataFrame:
        """What is found in one text, in reading order, with the words that made each rule fire (`words`); for people. Nothing is gated."""
        whole = document(title, text) if title else text
        frame = pl.DataFrame([("text", day, source, whole, len(title))], schema={**TEXTS_SCHEMA, "title_length": pl.Int64()}, orient="row")
        return self._read(frame).sort("span_start", "actor", "target", "kind")

    def _read(self, texts: pl.DataFrame) -> pl.DataFrame:
        batches = [texts.slice(start, BATCH_ROWS) for start in range(0, texts.height, BATCH_ROWS)] or [texts]
        found = pl.concat(list(map_batches(read_batch, batches, min(self.workers, len(batches)), self.cluster)), rechunk=True)
        return found.with_columns(extractor=pl.lit(self.name), extractor_version=pl.lit(self.version), lexicon_sha=pl.lit(self.lexicon_sha))


def read_batch(texts: pl.DataFrame) -> pl.DataFrame:
    """The merged signals of a batch of texts (`TEXTS_SCHEMA` and `title_length`), without the extractor's own columns."""
    return read_with(RuleReader(), texts)


def read_with(reader: Reader, texts: pl.DataFrame) -> pl.DataFrame:
    """The merged signals that any reader finds in texts (`TEXTS_SCHEMA` and `title_length`)."""
    asked = candidates(_resolved(texts.iter_rows()))
    readings = reader.read(asked).join(asked, on="candidate", how="inner").rename({"sentence": "quote"})
    merged = merge(readings)
    return merged.with_columns(
        polarity=pl.col("kind").replace_strict(dict(KIND_POLARITY), default=None, return_dtype=pl.String()),
        probability=probabilities(merged["rule_id"]),
    ).select(*FOUND)


def _resolved(texts: Iterable[tuple[str, date | None, str, str, int]]) -> Iterator[Resolved]:
    for identifier, day, source, text, title_length in texts:
        yield from resolve(identifier, day, source, text[:title_length], sentences(text, title_length))
