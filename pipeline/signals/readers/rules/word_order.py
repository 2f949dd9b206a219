"""Actors and targets by word order, if the syntax tree names none.

It chooses among the countries that a sentence mentions, else uses the article's main pair (the two that it names most) or, for targets, all
partners.
"""

import itertools
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from pipeline.contracts.countries import ALL_PARTNERS, PAIR_SIZE
from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.firms import is_firm
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.phrases import word_list

# Reaches are numbers of words.
PASSIVE_REACH = 12
OWNER_REACH = 3
SPEECH_REACH = 5
SPEECH_VERBS = frozenset({"said", "says", "announced", "confirmed", "told", "added", "reported"})


@dataclass(frozen=True, slots=True)
class SentenceContext:
    """A marked sentence and what its article says of who acts.

    The main pair are two country codes in alphabetical order, or empty if the article has none. `unnamed`: the state that acts without
    being named in the sentence; `speaker`: the state that speaks in it.
    """

    sentence: MarkedSentence
    main_pair: tuple[str, ...]
    unnamed: str | None = None
    speaker: str | None = None


def find_agent(context: SentenceContext, at: int) -> str | None:
    """Return the country that does the act of word `at`.

    It is the agent of a passive ("by ..."), else the nearest subject before the word, else the state after it that reports it ("...,
    Beijing said"). None if it is unknown or a stranger (an analyst, a company), whose acts are no signals.
    """
    sentence = context.sentence
    passive_agent = _find_passive_agent(sentence, at)
    if passive_agent:
        return passive_agent
    subject = _find_subject_before(sentence, at)
    if subject is not None:
        mention, span = subject
        return None if _is_stranger_between(sentence, span[1] + 1, at) else mention.code
    if _is_stranger_between(sentence, sentence.clause_bounds(at)[0], at):
        return None
    return _find_reporter(sentence, at)


def is_done_by_stranger(context: SentenceContext, at: int) -> bool:
    """Whether the subject before word `at` acts for no state.

    A word for a stranger is before `at`, and no country that may be a subject is between them.
    """
    subject = _find_subject_before(context.sentence, at)
    start = subject[1][1] + 1 if subject else 0
    return _is_stranger_between(context.sentence, start, at)


def _find_subject_before(sentence: MarkedSentence, at: int) -> tuple[Mention, tuple[int, int]] | None:
    """Return the nearest country before word `at` that may be its subject.

    Returns the mention and the positions of its first and last word, or None. A country after a preposition is no subject. One in a clause
    that a comma ends before `at` (`Xi` in `Trump, after he met Xi, halved`) is one only if there is no other.
    """
    subjects = [
        (mention, span)
        for mention, span in sentence.located_mentions
        if span[1] < at and mention.is_actor and not _is_governed(sentence, mention, span)
    ]
    outside = [subject for subject in subjects if not _is_in_ended_clause(sentence, subject[1], at)]
    return next(reversed(outside or subjects), None)


def _is_in_ended_clause(sentence: MarkedSentence, span: tuple[int, int], at: int) -> bool:
    """Whether a comma before `at` ends the clause of the words `span`."""
    _, end = sentence.clause_bounds(span[0])
    return end < at and sentence.tokens[end].text == ","


def _is_governed(sentence: MarkedSentence, mention: Mention, span: tuple[int, int]) -> bool:
    """Whether the mention follows a preposition and so is no subject.

    Titles, and other countries of its list, may be between them. In `Xi of China` this is true of China, but not of Xi. False for
    mentions with the role `mutual` (`both sides`), and in `a tariff on China and Beijing answers`: no list has a country twice. `span`:
    first and last word of the mention.
    """
    if mention.role == "mutual" or _joins_itself(sentence, mention, span):
        return False
    at = span[0] - 1
    while at >= 0 and (
        sentence.tokens[at].lower in cues("coordinators") or at in sentence.words_of_mentions or _is_title(sentence.tokens[at].text)
    ):
        if sentence.tokens[at].lower == "," and not _is_list_comma(sentence, at, span):
            return False
        at -= 1
    return at >= 0 and sentence.tokens[at].lower in cues("governed")


def _joins_itself(sentence: MarkedSentence, mention: Mention, span: tuple[int, int]) -> bool:
    """Whether only `and` is between a mention and the same country.

    `span`: first and last word of the mention.
    """
    before = [other for other, (_, last) in sentence.located_mentions if last == span[0] - 2]
    return sentence.words_between(max(span[0] - 1, 0), span[0]) == ["and"] and any(other.code == mention.code for other in before)


def _is_list_comma(sentence: MarkedSentence, comma: int, span: tuple[int, int]) -> bool:
    """Whether a comma continues a list of countries.

    The comma of `tariffs on China, Beijing answers` begins a clause. `comma`: its position; `span`: first and last word of a mention after
    it. A country must directly precede the comma. If the mention directly follows it (`the` or a title may be between them), `and`,
    another comma, or the end must come next; if other countries of the list are between them, nothing is required.
    """
    if comma - 1 not in sentence.words_of_mentions:
        return False
    start = span[0]
    while sentence.tokens[start - 1].lower == "the" or _is_title(sentence.tokens[start - 1].text):
        start -= 1
    after = sentence.words_between(span[1] + 1, span[1] + 2)
    return comma != start - 1 or not after or after[0] in cues("coordinators") | {".", ";"}


def _is_title(text: str) -> bool:
    return text in cues("titles")


def _find_passive_agent(sentence: MarkedSentence, at: int) -> str | None:
    """Return the agent of a passive at word `at`: `imposed by Washington`.

    The first actor at most `PASSIVE_REACH` words after it, with `by` and no comma, `;` or `to` between them. None if there is none.
    """
    for mention, span in sentence.located_mentions:
        if at < span[0] <= at + PASSIVE_REACH and mention.is_actor:
            between = sentence.words_between(at + 1, span[0])
            if "by" in between and not {",", "to", ";"} & set(between):
                return mention.code
    return None


def _is_stranger_between(sentence: MarkedSentence, first: int, end: int) -> bool:
    """Whether the words from `first` to before `end` name a stranger.

    That is someone who acts for no state, such as an analyst; after a preposition it does not count.
    """
    governing = cues("governed") | {"by"}
    for at in range(first, end):
        is_stranger = sentence.tokens[at].lower in word_list("strangers") or is_firm(sentence.tokens[at])
        if is_stranger and not governing.intersection(sentence.words_between(at - 1, at)):
            return True
    return False


def _find_reporter(sentence: MarkedSentence, at: int) -> str | None:
    """Return the state after word `at` that reports the act.

    It is the first one without a preposition before it and with a verb of saying up to `SPEECH_REACH` words after it. Example:
    `..., the White House confirmed`. None if there is none.
    """
    for mention, span in sentence.located_mentions:
        if span[0] > at and mention.is_actor and not _is_governed(sentence, mention, span):
            after = sentence.words_between(span[1] + 1, span[1] + 1 + SPEECH_REACH)
            if any(word in SPEECH_VERBS for word in after):
                return mention.code
    return None


def find_targets(
    context: SentenceContext,
    actor: str,
    at: int,
    *,
    allow_all_partners: bool,
    is_diverted: bool = False,
    not_at: frozenset[int] = frozenset(),
) -> tuple[str, ...]:
    """Return the targets of an act.

    They are the first of these that there is: a country after word `at` with those listed after it ("Canada, Mexico and China"); the last
    country before it; all partners, if the sentence means everyone ("all countries"); the other country of the main pair, if `actor` is in
    it; all partners. If the country after `at` is the object of another verb after `but` or `while`, only all partners are possible.

    Args:
        actor: country that acts, and is never a target.
        allow_all_partners: whether all partners may be the result; if not, it may be empty.
        is_diverted: trade was diverted, so its new destination is no target.
        not_at: positions of words that are no targets, unless no other country is named.
    """
    sentence = context.sentence
    mentions = [(m, span) for m, span in sentence.located_mentions if m.code != actor]
    if is_diverted:
        mentions = [
            (m, span) for m, span in mentions if not cues("destinations").intersection(sentence.words_between(span[0] - 1, span[0]))
        ]
    mentions = [(m, span) for m, span in mentions if span[1] not in not_at] or mentions
    after = [(m, span) for m, span in mentions if span[0] > at]
    if after and _is_contrasted(sentence, at, after[0][1][0]):
        return (ALL_PARTNERS,) if allow_all_partners else ()  # pauses tariffs but raises those on China
    if after:
        return _read_list(sentence, after, actor)
    before = [(m, span) for m, span in mentions if span[1] < at]
    if before:
        return (before[-1][0].code,)
    if allow_all_partners and _names_everyone(sentence):
        return (ALL_PARTNERS,)
    others = tuple(code for code in context.main_pair if code != actor)
    if actor in context.main_pair and len(others) == 1:
        return others
    return (ALL_PARTNERS,) if allow_all_partners else ()


def _names_everyone(sentence: MarkedSentence) -> bool:
    """Whether a phrase means all partners.

    `The world's` does not: it ranks a country (`the world's largest importer`).
    """
    text = re.sub("the world['\u2019]s", "", sentence.text.lower())
    return any(phrase in text for phrase in cues("everyone"))


def _is_contrasted(sentence: MarkedSentence, at: int, other: int) -> bool:
    """Whether `but` or `while` separates words `at` and `other`.

    Word `other` must directly follow a verb, as its object, and the verb must follow the last `but` or `while`.
    """
    separators = [i for i in range(at + 1, other) if sentence.tokens[i].lower in cues("contrasts")]
    return bool(separators) and any(separators[-1] < mark.first and mark.last == other - 1 for mark in sentence.marks_of("verb"))


def find_owner(context: SentenceContext, thing: int) -> str | None:
    """Return the owner of the object at word `thing`.

    Examples: `China's entity list`, `US port fees`. The owner is named up to `OWNER_REACH` words before the object; not if an article
    follows it (`charge Mexico a tariff`). Otherwise, if a target is named up to `PASSIVE_REACH` words after it, and sentence and main pair
    together have exactly one other country, it is that one. If not, the result is None.
    """
    sentence = context.sentence
    mentions = sentence.located_mentions
    for mention, (_, last) in mentions:
        if thing - OWNER_REACH <= last < thing and sentence.words_between(last + 1, last + 2) not in (["a"], ["an"]):
            return mention.code
    target = next((mention.code for mention, (first, _) in mentions if thing < first <= thing + PASSIVE_REACH), None)
    codes = list(dict.fromkeys((*(mention.code for mention in sentence.mentions), *context.main_pair)))
    others = [code for code in codes if code != target]
    return others[0] if target and len(others) == 1 else None


def find_owner_against(context: SentenceContext, thing: int, until: int, codes: Container[str | None]) -> str | None:
    """Return the owner of an object that is against `codes`.

    Example: USA for `US tariffs on Mexico` and the `codes` (MEX). `thing`: first word of the object; its target is named after it, before
    word `until`. None if the owner or such a target is not named, or the owner is one of `codes`.
    """
    named = context.sentence.located_mentions
    # The last one before the object: in `Sheinbaum said US tariffs`, the first is who speaks.
    owner = next((mention.code for mention, (_, last) in reversed(named) if thing - OWNER_REACH <= last < thing), None)
    is_against = any(thing < first < until and mention.code in codes for mention, (first, _) in named)
    return owner if is_against and owner not in codes else None


def _read_list(sentence: MarkedSentence, mentions: Sequence[tuple[Mention, tuple[int, int]]], actor: str) -> tuple[str, ...]:
    """Return the first country and those listed with it, without the actor."""
    codes = [mentions[0][0].code]
    for (_, (_, last)), (mention, (first, _)) in itertools.pairwise(mentions):
        between = sentence.words_between(last + 1, first)
        if not between or not set(between) <= cues("coordinators"):
            break
        if mention.code != actor:
            codes.append(mention.code)
    return tuple(dict.fromkeys(codes))


def find_mutual_pair(context: SentenceContext) -> tuple[str, ...]:
    """Return the two countries of a mutual act by word order.

    They are the first two named, else the article's main pair. Empty if the sentence names one country outside the main pair, or there is
    no main pair.
    """
    codes = tuple(dict.fromkeys(mention.code for mention in context.sentence.mentions))
    if len(codes) >= PAIR_SIZE:
        return codes[:PAIR_SIZE]
    return context.main_pair if not codes or codes[0] in context.main_pair else ()
