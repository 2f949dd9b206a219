"""Extractor that reads each distinct text only once.

A reading of a text is here all its findings, the signals found in it. Belongs here: when two texts count as the same. Does not: the store
(`pipeline/warehouse/readings.py`) or reading.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

import polars as pl

from pipeline.contracts.tables.core import READING_OUTCOMES
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.merge import KEY, signal_id
from pipeline.signals.texts import TEXT_FINDINGS, TEXTS_SCHEMA, ReadingSummary, articles_to_texts, count_stopped, judge, to_findings

#: One stored text: its key, and its findings without the columns that depend on the article.
READING_SCHEMA = pl.Schema(
    {
        "text_key": pl.String(),
        "findings": pl.List(pl.Struct({name: dtype for name, dtype in TEXT_FINDINGS.items() if name not in {"article_id", "signal_id"}})),
    }
)


class Readings(Protocol):
    """Store of what one version of an extractor found in texts (`READING_SCHEMA`)."""

    def get(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the stored readings of the texts with these keys.

        Each is returned once, in any order, also for a repeated key. A text that is not stored has no row.
        """
        ...

    def add(self, readings: pl.DataFrame) -> None:
        """Store readings; the caller leaves out texts that are already stored."""
        ...


class CachingExtractor:
    """Extractor of articles that reads only texts without a stored reading.

    It wraps another extractor and stores its readings. Passages (`read_texts`) are always read, and their readings are not stored.
    """

    def __init__(self, extractor: SentenceExtractor, readings: Readings) -> None:
        self._extractor = extractor
        self._readings = readings
        self.name, self.version, self.lexicon_sha = extractor.name, extractor.version, extractor.lexicon_sha
        self.summary = ReadingSummary()
        self.outcomes = READING_OUTCOMES.empty()

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Return the findings in articles; only new texts are read, each once.

        Their readings are then stored. The attribute `summary` counts all texts, also those with a stored reading. Arguments and result are
        those of `Extractor.extract`.
        """
        self.outcomes = judge(articles)
        texts = articles_to_texts(articles, self.outcomes)
        self.summary = ReadingSummary(texts.height, stopped=count_stopped(self.outcomes))
        keyed = texts.with_columns(text_key=compute_text_keys(texts))
        stored = self._readings.get(keyed["text_key"].to_list())
        new = keyed.join(stored, on="text_key", how="anti").unique("text_key", keep="first", maintain_order=True)
        if not new.is_empty():
            readings = self._read(new)
            self._readings.add(readings)
            stored = pl.concat([stored, readings])
        return to_findings(_expand_to_articles(keyed, stored), articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the findings in passages, and read all of them.

        Readings of passages are not stored. Arguments and result are those of `Extractor.read_texts`.
        """
        findings = self._extractor.read_texts(texts)
        self.summary = self._extractor.summary
        return findings

    def _read(self, keyed: pl.DataFrame) -> pl.DataFrame:
        """Read texts; return a row of `READING_SCHEMA` for each.

        `keyed`: distinct texts without a stored reading, with `text_key`. A text without findings has an empty list.
        """
        findings = self._extractor.read_texts(keyed.select(*TEXTS_SCHEMA, "title_length").with_columns(id=keyed["text_key"]))
        columns = [field.name for field in READING_SCHEMA["findings"].inner.fields]  # type: ignore[attr-defined]  # a list of structs
        by_text = findings.group_by(pl.col("article_id").alias("text_key"), maintain_order=True).agg(findings=pl.struct(columns))
        return (
            keyed.select("text_key")
            .join(by_text, on="text_key", how="left", maintain_order="left")
            .select("text_key", pl.col("findings").fill_null([]).cast(READING_SCHEMA["findings"]))
        )


def compute_text_keys(texts: pl.DataFrame) -> pl.Series:
    """Hash, for each text, everything that a reader sees of it.

    That is `text`, `title_length`, `date` and `source`, not the id. Texts with the same key have the same findings. Returns 32 hexadecimal
    digits for each row of `texts`.
    """
    rows = texts.select("text", "title_length", "date", "source").iter_rows()
    return pl.Series([blake2b("\0".join(map(str, row)).encode(), digest_size=16).hexdigest() for row in rows], dtype=pl.String())


def _expand_to_articles(keyed: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """Return the stored findings for each article (`TEXT_FINDINGS`).

    Articles with the same text (`text_key`) share a reading; each gets its own copy, with its own `signal_id`s. Articles
    without findings have no row.
    """
    rows = (
        keyed.select("text_key", article_id="id")
        .join(readings.filter(pl.col("findings").list.len() > 0), on="text_key", how="inner")
        .explode("findings")
        .unnest("findings")
    )
    ids = pl.Series([signal_id(*row) for row in rows.select(KEY).iter_rows()], dtype=pl.String())
    return rows.with_columns(signal_id=ids).select(TEXT_FINDINGS.names())
