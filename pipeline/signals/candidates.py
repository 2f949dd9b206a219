"""Candidates: the pairs of countries that a reader judges per sentence.

They are named in the sentence or known from the article. What a reader (the rules or the encoder) sees of a pair is defined here; which
signal it carries is up to the reader.
"""

import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS, PAIR_SIZE
from pipeline.signals.context import ResolvedSentence

MAX_NAMED_COUNTRIES = 16
# Countries known from the article are added to those of the sentence, up to this number in all.
FILL_UP_TO = 5
# The two countries of most trade news, added if fewer than two countries are known or an unknown state speaks.
DEFAULT_COUNTRIES = ("USA", "CHN")
# Of these the United States may be right, as `we` in a president's posts. China is only compared with, and findings on it are dropped.
COMPARED_ONLY = "CHN"
# A longer text is no sentence but, for example, a table: readers would take minutes for it.
MAX_SENTENCE_LENGTH = 1500
# Characters; the encoder reads fewer of a title (`MAX_CONTEXT_TOKENS`), but would split the whole title for each sentence of an article.
MAX_TITLE_LENGTH = 1000

MENTION = pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "role": pl.String(), "is_actor": pl.Boolean()})

# `actor_mentions` and `target_mentions` are empty if the country is known from the article only. `title` is cut to `MAX_TITLE_LENGTH`.
# `speaker`, `is_stranger`, `is_question`, `is_history` and `is_main_pair` (of actor and target) are defined in `ResolvedSentence`; `day`
# and `speaker` may be null. `is_guess`: the actor or target is `COMPARED_ONLY`, which the article does not name.
CANDIDATES_SCHEMA = pl.Schema(
    {
        "candidate": pl.UInt32(),
        "article_id": pl.String(),
        "day": pl.Date(),
        "span_start": pl.Int64(),
        "span_end": pl.Int64(),
        "title": pl.String(),
        "previous": pl.String(),
        "previous_mentions": pl.List(pl.Struct({"code": pl.String(), "start": pl.Int64(), "end": pl.Int64()})),
        "sentence": pl.String(),
        "is_title": pl.Boolean(),
        "speaker": pl.String(),
        "is_stranger": pl.Boolean(),
        "is_question": pl.Boolean(),
        "is_history": pl.Boolean(),
        "actor": pl.String(),
        "target": pl.String(),
        "is_main_pair": pl.Boolean(),
        "is_guess": pl.Boolean(),
        "actor_mentions": pl.List(MENTION),
        "target_mentions": pl.List(MENTION),
    }
)

# The candidates of one sentence: rows of `CANDIDATES_SCHEMA` as dictionaries.
SentenceCandidates = Sequence[Mapping[str, Any]]


def build_candidates(sentences: Iterable[ResolvedSentence]) -> list[SentenceCandidates]:
    """Build the candidates of each sentence.

    They are what readers judge: all ordered pairs among its first `MAX_NAMED_COUNTRIES` countries and some others (`_choose_countries`),
    and each of these countries with all partners (`*`) as target. A country that a sentence names only by firms is no actor in it.
    Candidates are numbered from 0 over all sentences. Sentences for which no country is known, with fewer than two words or more than
    `MAX_SENTENCE_LENGTH` characters, have no item in the list.
    """
    groups: list[SentenceCandidates] = []
    number = itertools.count()
    for sentence in sentences:
        if len(sentence.sentence.text) > MAX_SENTENCE_LENGTH or not _has_two_words(sentence.sentence.text):
            continue
        group = [dict(zip(CANDIDATES_SCHEMA, (next(number), *row), strict=True)) for row in _iter_rows(sentence)]
        if group:
            groups.append(group)
    return groups


def _has_two_words(text: str) -> bool:
    """Whether a text has at least two words with a letter.

    A line such as "Exclusive" or "* * *" says nothing of a country, but the encoder, which also sees the title, finds the act of the title.
    """
    words = (word for word in text.split() if any(map(str.isalpha, word)))
    return len(list(itertools.islice(words, 2))) > 1


def to_frame(groups: Iterable[SentenceCandidates], numbers: Container[int] | None = None) -> pl.DataFrame:
    """Convert candidates, the pairs that readers judge, to a frame.

    `groups`: those of each sentence. `numbers`: numbers of the candidates to include; None for all. Returns `CANDIDATES_SCHEMA`.
    """
    rows = [tuple(row.values()) for group in groups for row in group if numbers is None or row["candidate"] in numbers]
    return pl.DataFrame(rows, schema=CANDIDATES_SCHEMA, orient="row")


def _iter_rows(resolved: ResolvedSentence) -> Iterable[tuple[Any, ...]]:
    """Yield rows of `CANDIDATES_SCHEMA` without the number, one for each pair."""
    mentions: dict[str, list[dict[str, Any]]] = {}
    for mention in resolved.mentions:
        mentions.setdefault(mention.code, []).append(
            {"start": mention.start, "end": mention.end, "role": mention.role, "is_actor": mention.is_actor}
        )
    codes = _choose_countries(resolved, list(mentions)[:MAX_NAMED_COUNTRIES])
    previous_mentions = [{"code": m.code, "start": m.start, "end": m.end} for m in resolved.previous_mentions]
    sentence = resolved.sentence
    is_named = COMPARED_ONLY in {*mentions, *resolved.main_pair, *resolved.known}
    only_firms = {code for code, named in mentions.items() if all(mention["role"] == "firm" for mention in named)}
    for actor, target in (*itertools.permutations(codes, 2), *((code, ALL_PARTNERS) for code in codes)):
        if actor in only_firms:
            continue
        yield (
            resolved.article_id,
            resolved.day,
            sentence.start,
            sentence.end,
            resolved.title[:MAX_TITLE_LENGTH],
            resolved.previous,
            previous_mentions,
            sentence.text,
            sentence.is_title,
            resolved.speaker,
            resolved.is_stranger,
            resolved.is_question,
            resolved.is_history,
            actor,
            target,
            {actor, target} == set(resolved.main_pair),
            COMPARED_ONLY in {actor, target} and not is_named,
            mentions.get(actor, []),
            mentions.get(target, []),
        )


def _choose_countries(resolved: ResolvedSentence, named: Sequence[str]) -> list[str]:
    """Choose the countries among which a sentence may have a signal.

    They are, in this order: those named in it (`named`), the two that the article names most, and others of the article, in the order of
    `ResolvedSentence.known`, up to `FILL_UP_TO` in all. If only one is known, or an unknown state speaks, `DEFAULT_COUNTRIES` are added,
    without repetition. The list is empty if none is known.
    """
    meant = list(dict.fromkeys((*named, *resolved.main_pair)))
    known = list(dict.fromkeys((*meant, *resolved.known)))[: max(len(meant), FILL_UP_TO)]
    if not known:
        return []
    needs_default = resolved.is_spoken or len(known) < PAIR_SIZE
    return list(dict.fromkeys((*known, *(DEFAULT_COUNTRIES if needs_default else ()))))
