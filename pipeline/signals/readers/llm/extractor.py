"""The extractor that uses a language model, one request per article.

Belongs here: combining prompt, cache, client and reader. Does not: their work.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from ipaddress import ip_address

import polars as pl

from pipeline.contracts.tables.core import READING_OUTCOMES
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.settings import Settings
from pipeline.signals.calibrate import assign_tiers
from pipeline.signals.merge import merge
from pipeline.signals.readers.llm.budget import Budget
from pipeline.signals.readers.llm.cache import Cache, FolderCache
from pipeline.signals.readers.llm.client import Client, Endpoint, Limits, StoppedError, UnreadError, split_url
from pipeline.signals.readers.llm.confidence import SHIPPED, Confidence, read_confidence
from pipeline.signals.readers.llm.prompt import SHA_LENGTH, Article, build_instructions, build_schema, cache_key, prompt_sha, to_message
from pipeline.signals.readers.llm.reader import Answer, BadAnswerError, parse_signals, validate_answer
from pipeline.signals.scope import resolve_scopes
from pipeline.signals.segment import split_sentences
from pipeline.signals.texts import (
    TEXT_FINDINGS,
    ExtractorError,
    ReadingSummary,
    add_title_length,
    articles_to_texts,
    count_stopped,
    judge,
    mark_unanswered,
    to_findings,
)

MAX_TEXT_LENGTH = 100_000
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
    """The reason why an article has no answer.

    `reason`: a word of `UNREAD`; `detail`: the error message, which may be empty.
    """

    reason: str
    detail: str = ""


class LlmExtractor:
    """Reads articles with a language model, whose name is in `version`.

    `concurrency` is the number of parallel requests; it does not change the findings. `answers` stores earlier answers, which are not
    requested again.
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
        self.outcomes = READING_OUTCOMES.empty()
        self.version = f"0.1.0 {endpoint.model}"
        self.lexicon_sha = sha256(f"{prompt_sha()}\x1f{confidence.points}".encode()).hexdigest()[:SHA_LENGTH]

    def extract(self, articles: pl.DataFrame) -> pl.DataFrame:
        """Return the findings (`FINDINGS`) in articles that pass the gate.

        The gate (`pipeline/signals/gate`) decides which articles are read. Sets `summary` (counts of articles read, unread and stopped by
        the gate) and `outcomes` (a row for each article). Raises `ContractError` if the columns or types are not those of `ARTICLES`.
        Raises `ExtractorError` if requests were stopped (budget, endpoint, key) and an article is unread, or if all that passed the gate
        are unread: a part of a day must not count as a whole day. Other unread articles only have no findings. Answers received before an
        error stay stored.
        """
        outcomes = judge(articles)
        findings = self._read(articles_to_texts(articles, outcomes))
        self.summary = replace(self.summary, stopped=count_stopped(outcomes))
        self.outcomes = mark_unanswered(outcomes, self.summary.unread_ids)
        return to_findings(findings, articles)

    def read_texts(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the findings (`TEXT_FINDINGS`) in passages, without the gate.

        Sets `summary`. Raises `ExtractorError` as `extract` does.
        """
        return self._read(add_title_length(texts))

    def _read(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the findings (`TEXT_FINDINGS`) in texts, and set `summary`.

        The model's confidence becomes a probability, targets are corrected (`resolve_scopes`), and signals that are the same are merged.
        After `summary` (counts of read and unread texts) is set, raises `ExtractorError` if a text is unread, and either requests were
        stopped or no text was read.
        """
        articles = [
            Article(text_id, day, source, tuple(split_sentences(text, title_length)))
            for text_id, day, source, text, title_length in texts.iter_rows()
        ]
        outcomes, stop_reason = self._request_answers(articles)
        self.summary = _summarize(articles, outcomes)
        self._raise_if_stopped(outcomes, stop_reason)
        rows = [row for outcome in outcomes if isinstance(outcome, Answer) for row in outcome.rows]
        readings = pl.DataFrame(rows, schema=_ROWS_SCHEMA)
        probability = pl.Series("probability", [self.confidence.to_probability(score) for score in readings["score"]], dtype=pl.Float64())
        days = texts.select(article_id="id", day="date")
        # An answer does not say which words mean actor or target.
        with_words = readings.with_columns(probability, **{name: pl.lit("") for name in ("actor_words", "target_words", "alternatives")})
        merged = merge(resolve_scopes(with_words.join(days, on="article_id", how="left", maintain_order="left")))
        findings = merged.with_columns(
            polarity=pl.col("kind").replace_strict(dict(KIND_POLARITY), default=None, return_dtype=pl.String()),
            tier=assign_tiers(merged["probability"]),
            readers=pl.lit(self.name),
            extractor=pl.lit(self.name),
            extractor_version=pl.lit(self.version),
            lexicon_sha=pl.lit(self.lexicon_sha),
        )
        return findings.select(TEXT_FINDINGS.names())

    def _request_answers(self, articles: Sequence[Article]) -> tuple[list[Answer | _Unread], str]:
        """Return the outcome of each article and why requests stopped.

        The outcomes are in the order of `articles`. The second value is empty if requests were not stopped. Articles with equal text, date
        and source are requested once.
        """
        keys = [cache_key(self.endpoint.base_url, self.endpoint.model, article) for article in articles]
        distinct = dict(zip(keys, articles, strict=True))
        with Client(self.endpoint, self.budget, self.limits) as client, ThreadPoolExecutor(self.concurrency) as pool:
            contents = dict(zip(distinct, pool.map(partial(self._get_answer, client), distinct, distinct.values()), strict=True))
            stop_reason = client.stop_reason
        outcomes = [
            content if isinstance(content := contents[key], _Unread) else validate_answer(content, article)
            for key, article in zip(keys, articles, strict=True)
        ]
        return outcomes, stop_reason

    def _get_answer(self, client: Client, key: str, article: Article) -> str | _Unread:
        """Return the model's answer about an article, or why there is none.

        There is no request for a text without sentences (no signals), a text longer than `MAX_TEXT_LENGTH` (not read), or one with a usable
        stored answer. `key`: under which answers are stored.
        """
        if not article.sentences:
            return '{"signals": []}'
        if article.sentences[-1].end > MAX_TEXT_LENGTH:
            return _Unread("text_too_long")
        stored = self.answers.get(key)
        if stored is not None and _is_usable(stored):
            return stored
        try:
            content = client.complete(build_instructions(), to_message(article), build_schema(), _check_answer)
        except UnreadError as error:
            return _Unread(error.reason, str(error))
        except StoppedError:
            return _Unread("not_asked")
        self.answers.put(key, content, model=self.endpoint.model)
        return content

    def _raise_if_stopped(self, outcomes: Sequence[Answer | _Unread], stop_reason: str) -> None:
        """Raise `ExtractorError` if requests were stopped or nothing was read.

        It is only raised if a text is unread: a stop after the last text, or an empty `outcomes`, raises nothing.
        """
        unread = [outcome for outcome in outcomes if isinstance(outcome, _Unread)]
        read = len(outcomes) - len(unread)
        counts = f"{read} of {len(outcomes)} texts were read, {len(unread)} were not"
        usage = self.budget.usage
        cost = f"{usage.requests:,} requests and {usage.tokens:,} tokens so far; stored answers will not be requested again"
        if stop_reason and unread:
            raise ExtractorError(f"requests to {self.endpoint.model} were stopped: {stop_reason}. {counts} ({cost})")
        if unread and not read:
            first = unread[0]
            raise ExtractorError(
                f"{self.endpoint.model} gave no usable answer: {counts}; the first: {first.reason} {first.detail} ({cost})"
            )


def from_settings(settings: Settings, confidence: Confidence | None = None) -> LlmExtractor:
    """Make the extractor that the settings describe.

    `confidence` replaces the table that the settings name, or the shipped one if they name none. Answers are stored in the lake. Extractors
    of a process whose settings have equal budgets share one `Budget`. Raises `ExtractorError` if the settings name no model or no valid URL
    of an endpoint, if the key would be sent over plain http to another network, or the table is invalid.
    """
    missing = [name for name in ("llm_base_url", "llm_model") if not getattr(settings, name)]
    if missing:
        variables = ", ".join(f"TENSION_{name.upper()}" for name in missing)
        raise ExtractorError(
            f"the extractor llm needs the settings {' and '.join(missing)}: set {variables}, and TENSION_LLM_API_KEY if the endpoint "
            f"needs a key (docs/operations.md)"
        )
    try:
        scheme, host = split_url(settings.llm_base_url)
    except ValueError as error:
        raise ExtractorError(
            f"llm_base_url is {settings.llm_base_url}, not a valid URL ({error}); write one, e.g. https://host/v1"
        ) from error
    if settings.llm_api_key and scheme == "http" and not _is_in_own_network(host):
        raise ExtractorError(
            f"llm_base_url is {settings.llm_base_url}: the key would be sent over plain http, where others can read it; use https, or "
            f"unset TENSION_LLM_API_KEY if the endpoint needs no key"
        )
    return LlmExtractor(
        Endpoint(settings.llm_base_url, settings.llm_model, settings.llm_api_key),
        FolderCache(settings.lake / CACHE_FOLDER),
        _make_budget(settings.llm_budget_requests, settings.llm_budget_tokens),
        confidence=confidence or read_confidence(settings.llm_confidence or SHIPPED),
        limits=Limits(timeout_seconds=settings.llm_timeout_seconds),
        concurrency=settings.llm_concurrency,
    )


def _is_in_own_network(host: str) -> bool:
    """Whether a host is this machine or in its own network.

    It has a private address, or a name without a dot, as containers and local networks give.
    """
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


@cache
def _make_budget(requests: int, tokens: int) -> Budget:
    # Cached, because a run over several years makes one extractor a year, and all of them share one budget.
    return Budget(requests, tokens)


def _check_answer(content: str) -> str:
    """Return an answer unchanged if it has a list of signals.

    Raises `BadAnswerError` if not. Single signals in it may still be invalid.
    """
    parse_signals(content)
    return content


def _is_usable(content: str) -> bool:
    """Return whether a stored answer can be used instead of a request.

    It must be valid JSON with a list of signals; single signals may be rejected later.
    """
    try:
        parse_signals(content)
    except BadAnswerError:
        return False
    return True


def _summarize(articles: Sequence[Article], outcomes: Sequence[Answer | _Unread]) -> ReadingSummary:
    """Count the articles; count unread ones and rejected signals by reason.

    The ids of unread articles are listed too.
    """
    unread = Counter(outcome.reason for outcome in outcomes if isinstance(outcome, _Unread))
    rejected: Counter[str] = sum((outcome.rejected for outcome in outcomes if isinstance(outcome, Answer)), Counter())
    unread_ids = [article.text_id for article, outcome in zip(articles, outcomes, strict=True) if isinstance(outcome, _Unread)]
    return ReadingSummary(len(articles), unread, rejected, tuple(unread_ids))
