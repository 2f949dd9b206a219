"""Input and output of every extractor.

These are texts, findings and what was not read. Reading itself is in `extract.py` and `readers/`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from pipeline.contracts.tables.core import ARTICLES, FINDINGS, READING_OUTCOMES
from pipeline.errors import UserError
from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.segment import GAP

# Columns of findings that come from the article.
_ARTICLE_COLUMNS = ("index_date", "source", "published_at", "url")
# Output of `Extractor.read_texts`: findings without the columns of articles.
TEXT_FINDINGS = pl.Schema({name: dtype for name, dtype in FINDINGS.schema.items() if name not in _ARTICLE_COLUMNS})
MAX_EXAMPLES = 3
TEXTS_SCHEMA = pl.Schema({"id": pl.String(), "date": pl.Date(), "source": pl.String(), "text": pl.String()})


class ExtractorError(UserError, RuntimeError):
    """No text could be read, or reading was stopped half way.

    It is also raised for a wrong setting of a language model, or if there are no readings to measure its confidence on. The message says
    why and what to do.
    """


@dataclass(frozen=True)
class ReadingSummary:
    """How many texts were read, and what was skipped or rejected.

    `texts` counts the texts passed to the reader; `unread` and `rejected` count texts and signals by reason; `unread_ids` are the ids of
    unread texts; `stopped` counts articles that the gate (`gate/`) stopped, by reason. Stopped articles do not count in `texts`. An unread
    text is not a text without findings.
    """

    texts: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    unread_ids: tuple[str, ...] = ()
    stopped: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "ReadingSummary") -> "ReadingSummary":
        """Add the counts of two summaries, also by reason.

        The unread ids of `other` come after those of this one.
        """
        unread, rejected, stopped = Counter(self.unread), Counter(self.rejected), Counter(self.stopped)
        unread.update(other.unread)
        rejected.update(other.rejected)
        stopped.update(other.stopped)
        return ReadingSummary(self.texts + other.texts, unread, rejected, (*self.unread_ids, *other.unread_ids), stopped)

    @property
    def read(self) -> int:
        """Number of texts that were read."""
        return self.texts - sum(self.unread.values())

    def describe(self) -> tuple[str, ...]:
        """Return a warning about unread texts and one about rejected signals.

        Each is left out if there are none.
        """
        messages = []
        if self.unread:
            examples = f" (e.g. {', '.join(self.unread_ids[:MAX_EXAMPLES])})" if self.unread_ids else ""
            messages.append(f"{sum(self.unread.values())} of {self.texts} texts were not read{examples}: {_format_counts(self.unread)}")
        if self.rejected:
            messages.append(f"{sum(self.rejected.values())} signals of the reader were rejected: {_format_counts(self.rejected)}")
        return tuple(messages)


def judge(articles: pl.DataFrame) -> pl.DataFrame:
    """Apply the gate (`gate/`): decide which articles (`ARTICLES`) are read.

    Returns one row (`READING_OUTCOMES`) for each article. Raises `ContractError` if the columns or types are not those of `ARTICLES`.
    """
    ARTICLES.conform(articles.head(0))
    rows = articles.select("article_id", "index_date", "source", "raw_id")
    return READING_OUTCOMES.conform(pl.concat([rows, judge_articles(articles)], how="horizontal"))


def count_stopped(outcomes: pl.DataFrame) -> dict[str, int]:
    """Count the articles that the gate stopped, by reason.

    `outcomes`: result of `judge`; a reason is any outcome other than `read`.
    """
    return dict(outcomes.filter(pl.col("outcome") != "read")["outcome"].value_counts().sort("outcome").iter_rows())


def mark_unanswered(outcomes: pl.DataFrame, unread_ids: Iterable[str]) -> pl.DataFrame:
    """Mark articles that a language model did not read as `not_answered`.

    `outcomes`: rows of `READING_OUTCOMES`; `unread_ids`: ids of the articles without a usable answer, whose outcome is replaced.
    """
    is_unread = pl.col("article_id").is_in(list(unread_ids))
    return outcomes.with_columns(outcome=pl.when(is_unread).then(pl.lit("not_answered")).otherwise("outcome"))


def articles_to_texts(articles: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Convert the articles that pass the gate to texts for an extractor.

    `articles`: `ARTICLES`; `outcomes`: result of `judge`. The result has the columns of `TEXTS_SCHEMA` and `title_length`
    (in characters). A text is the title, a blank line and the body.
    """
    texts = articles.join(outcomes.filter(outcome="read"), on="article_id", how="semi", maintain_order="left").with_columns(
        id="article_id",
        date="index_date",
        text=pl.concat_str("title", pl.lit(GAP), "body"),
        title_length=pl.col("title").str.len_chars().cast(pl.Int64),
    )
    return texts.select(*TEXTS_SCHEMA, "title_length")


def add_title_length(texts: pl.DataFrame) -> pl.DataFrame:
    """Add `title_length` to texts (`TEXTS_SCHEMA`): 0 if the column is missing.

    It is how many characters at the start of a text are its title. An existing column stays; others that are not in `TEXTS_SCHEMA` are
    dropped.
    """
    title_length = pl.col("title_length") if "title_length" in texts.columns else pl.lit(0, pl.Int64())
    return texts.select(*TEXTS_SCHEMA, title_length=title_length)


def to_findings(text_findings: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Add the columns of articles to findings in texts (`TEXT_FINDINGS`).

    The result is the table `FINDINGS`.
    """
    columns = articles.select("article_id", *_ARTICLE_COLUMNS)
    return FINDINGS.conform(text_findings.join(columns, on="article_id", how="left").select(FINDINGS.schema.names()))


def _format_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
