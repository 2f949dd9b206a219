"""The extractor that asks a language model: one request an article, several at a time, answers kept and checked against the article.

Belongs here: joining prompt, cache, client and reading into findings. Does not: any of their work.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.settings import Settings
from pipeline.signals.calibrate import assign_tiers
from pipeline.signals.merge import merge
from pipeline.signals.readers.llm import confidence as confidences
from pipeline.signals.readers.llm.budget import Budget
from pipeline.signals.readers.llm.cache import Cache, FolderCache
from pipeline.signals.readers.llm.client import Client, Endpoint, Limits, StoppedError, UnreadError
from pipeline.signals.readers.llm.confidence import Confidence
from pipeline.signals.readers.llm.prompt import SHA_LENGTH, Article, answer_schema, cache_key, data, instructions, prompt_sha
from pipeline.signals.readers.llm.reader import Answer, BadAnswerError, believe
from pipeline.signals.segment import split_sentences
from pipeline.signals.texts import TEXT_FINDINGS, ExtractorError, ReadingSummary, add_title_length, articles_to_texts, to_findings

LONGEST_TEXT = 100_000
EXAMPLES = 3
CACHE_FOLDER = "llm_cache"

_ROWS_SCHEMA = pl.Schema(
    {
        **{name: TEXT_FINDINGS[name] for name in ("article_id", "span_start", "span_end", "quote", "actor", "target")},
        **{name: TEXT_FINDINGS[name] for name in ("kind", "status", "modality", "instrument", "is_retaliation", "is_conditional")},
        **{name: TEXT_FINDINGS[name] for name in ("rate_pct", "value_usd", "product")},
        "score": pl.Float64(),
        "rule_id": pl.String(),
    }
)


@dataclass(frozen=True)
class _Unread:
    """Why an article has no answer."""

    reason: str
    detail: str = ""


class LlmExtractor:
    """Reads by a language model. Its version names the model, since another model reads differently.

    `concurrency` requests are under way at a time; their number does not change the rows. `cache` holds the answers of earlier readings,
    for which nothing is asked.
    """

    name = "llm"

    def __init__(
        self,
        endpoint: Endpoint,
        answers: Cache,
        budget: Budget,
        *,
        confidence: Confidence,
        limits: Limits | None = None,
        concurrency: int = 1,
    ) -> None:
        self.endpoint = endpoint
        self.answers = answers
        self.budget = budget
        self.confidence = confidence
        self.limits = limits or Limits()
        self.concurrency = concurrency
        self.summary = ReadingSummary()
        self.version = f"0.1.0 {endpoint.model}"
        self.lexicon_sha = sha256(f"{prompt_sha()}\x1f{confidence.points}".encode()).hexdigest()[:SHA_LENGTH]

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Findings (`FINDINGS`) of the articles (`ARTICLES`) that the gate lets pass; `summary` tells what was left unread.

        `ContractError` for a frame of another shape. `ExtractorError` when asking had to stop (budget, endpoint, key) or no article at all
        could be read: half a day must not stand for a whole one. Answers that came before are kept and not asked for again.
        """
        texts = articles_to_texts(articles)
        found = self._read(texts)
        self.summary = replace(self.summary, off_topic=articles.height - texts.height)
        return to_findings(found, articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Findings (`TEXT_FINDINGS`) in passages (`TEXTS_SCHEMA`), nothing gated. Errors as in `extract`."""
        return self._read(add_title_length(texts))

    def _read(self, texts: pl.DataFrame) -> pl.DataFrame:
        articles = [
            Article(text_id, day, source, tuple(split_sentences(text, title_length)))
            for text_id, day, source, text, title_length in texts.iter_rows()
        ]
        outcomes, stopped = self._outcomes(articles)
        self.summary = _summarize(articles, outcomes)
        self._insist(outcomes, stopped)
        rows = [row for outcome in outcomes if isinstance(outcome, Answer) for row in outcome.rows]
        read = pl.DataFrame(rows, schema=_ROWS_SCHEMA)
        probability = pl.Series("probability", [self.confidence.probability(score) for score in read["score"]], dtype=pl.Float64())
        merged = merge(read.with_columns(probability))
        found = merged.with_columns(
            polarity=pl.col("kind").replace_strict(dict(KIND_POLARITY), default=None, return_dtype=pl.String()),
            tier=assign_tiers(merged["probability"]),
            readers=pl.lit(self.name),
            # a model's answer names no words
            **{name: pl.lit("") for name in ("actor_words", "target_words", "alternatives")},
            extractor=pl.lit(self.name),
            extractor_version=pl.lit(self.version),
            lexicon_sha=pl.lit(self.lexicon_sha),
        )
        return found.select(TEXT_FINDINGS.names())

    def _outcomes(self, articles: Sequence[Article]) -> tuple[list[Answer | _Unread], str]:
        """An outcome for each article, in order, and why asking was stopped, if it was. The same text is asked about once."""
        keys = [cache_key(self.endpoint.model, article) for article in articles]
        distinct = dict(zip(keys, articles, strict=True))
        with Client(self.endpoint, self.budget, self.limits) as client, ThreadPoolExecutor(self.concurrency) as pool:
            contents = dict(zip(distinct, pool.map(partial(self._content, client), distinct, distinct.values()), strict=True))
            stopped = client.stopped
        outcomes = [
            content if isinstance(content := contents[key], _Unread) else believe(content, article)
            for key, article in zip(keys, articles, strict=True)
        ]
        return outcomes, stopped

    def _content(self, client: Client, key: str, article: Article) -> str | _Unread:
        """The text of the answer about an article, from the cache or from the model; it is of the right form."""
        if not article.sentences:
            return '{"signals": []}'
        if article.sentences[-1].end > LONGEST_TEXT:
            return _Unread("text_too_long")
        kept = self.answers.get(key)
        if kept is not None and _is_usable(kept, article):
            return kept
        try:
            content = client.ask(instructions(), data(article), answer_schema(), partial(_checked, article))
        except UnreadError as error:
            return _Unread(error.reason, str(error))
        except StoppedError:
            return _Unread("not_asked")
        self.answers.put(key, content, model=self.endpoint.model)
        return content

    def _insist(self, outcomes: Sequence[Answer | _Unread], stopped: str) -> None:
        """`ExtractorError` when asking was stopped or nothing was read."""
        unread = [outcome for outcome in outcomes if isinstance(outcome, _Unread)]
        read = len(outcomes) - len(unread)
        counted = f"{read} of {len(outcomes)} texts were read, {len(unread)} were not"
        spent = self.budget.spent
        cost = f"{spent.requests:,} requests, {spent.tokens:,} tokens so far; answers that came are kept and are not asked for again"
        if stopped and unread:
            raise ExtractorError(f"asking {self.endpoint.model} was stopped: {stopped}. {counted} ({cost})")
        if unread and not read:
            first = unread[0]
            raise ExtractorError(
                f"{self.endpoint.model} gave no usable answer: {counted}; the first: {first.reason} {first.detail} ({cost})"
            )


def from_settings(settings: Settings, confidence: Confidence | None = None) -> LlmExtractor:
    """The extractor that the settings describe; `confidence` in place of the table that they name.

    `ExtractorError` where they name no endpoint or no model.
    """
    missing = [name for name in ("llm_base_url", "llm_model") if not getattr(settings, name)]
    if missing:
        variables = ", ".join(f"TENSION_{name.upper()}" for name in missing)
        raise ExtractorError(
            f"the reader `llm` is chosen, but {' and '.join(missing)} must be set: {variables}, and TENSION_LLM_API_KEY where the "
            f"endpoint wants a key (docs/operations.md)"
        )
    return LlmExtractor(
        Endpoint(settings.llm_base_url, settings.llm_model, settings.llm_api_key),
        FolderCache(settings.lake / CACHE_FOLDER),
        _budget(settings.llm_budget_requests, settings.llm_budget_tokens),
        confidence=confidence or confidences.load(settings.llm_confidence or confidences.SHIPPED),
        limits=Limits(timeout_seconds=settings.llm_timeout_seconds),
        concurrency=settings.llm_concurrency,
    )


@cache
def _budget(requests: int, tokens: int) -> Budget:
    # one purse a process: a run over several years opens its reader once a year and must not get a new one each time
    return Budget(requests, tokens)


def _checked(article: Article, content: str) -> str:
    believe(content, article)
    return content


def _is_usable(content: str, article: Article) -> bool:
    try:
        believe(content, article)
    except BadAnswerError:
        return False
    return True


def _summarize(articles: Sequence[Article], outcomes: Sequence[Answer | _Unread]) -> ReadingSummary:
    unread = Counter(outcome.reason for outcome in outcomes if isinstance(outcome, _Unread))
    rejected: Counter[str] = sum((outcome.rejected for outcome in outcomes if isinstance(outcome, Answer)), Counter())
    left = [article.text_id for article, outcome in zip(articles, outcomes, strict=True) if isinstance(outcome, _Unread)]
    return ReadingSummary(len(articles), unread, rejected, tuple(left[:EXAMPLES]))
