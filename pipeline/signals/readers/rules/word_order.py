"""Who acts and towards whom by the order of the words, for where a tree is missing or silent.

Belongs here: the choice among the mentions of a sentence and, failing these, the article's main pair. Does not: kinds.
"""

import itertools
from dataclasses import dataclass

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.matching import Marked
from pipeline.signals.readers.rules.vocabulary import word_list

PASSIVE_REACH = 12
OWNER_REACH = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known around a sentence: the marked sentence, and the article's main pair of countries (or fewer)."""

    sentence: Marked
    main_pair: tuple[str, ...]


def agent(scene: Scene, at: int) -> str | None:
    """The country whose act the word `at` is: the nearest subject to its left, else who is said to do it ("by …"), else who reports it,
    else None. A stranger (an analyst, a company) as nearest subject gives None: what strangers do is no signal."""
    sentence = scene.sentence
    behind = _behind(sentence, at)
    if behind:
        return behind
    left = _subject_left(sentence, at)
    if left is not None:
        mention, place = left
        return None if _stranger_between(sentence, place[1] + 1, at) else mention.code
    if _stranger_between(sentence, sentence.clause(at)[0], at):
        return None
    return _reporting(sentence, at)


def has_stranger(scene: Scene, at: int) -> bool:
    """Whether a stranger is the subject before the word."""
    left = _subject_left(scene.sentence, at)
    start = left[1][1] + 1 if left else 0
    return _stranger_between(scene.sentence, start, at)


def _subject_left(sentence: Marked, at: int) -> tuple[Mention, tuple[int, int]] | None:
    for mention, place in reversed(list(zip(sentence.mentions, sentence.places, strict=True))):
        if place[1] < at and mention.is_actor and not _is_governed(sentence, mention, place):
            return mention, place
    return None


def _is_governed(sentence: Marked, mention: Mention, place: tuple[int, int]) -> bool:
    """Whether the mention hangs on a preposition, alone or in a list, and so is no subject. `Xi of China` still is."""
    if mention.role == "mutual":
        return False
    at = place[0] - 1
    while at >= 0 and (
        sentence.tokens[at].lower in cues("coordinators") or _in_mention(sentence, at) or _is_title_word(sentence.tokens[at].text)
    ):
        if sentence.tokens[at].lower == "," and not _goes_on(sentence, at, place):
            return False
        at -= 1
    return at >= 0 and sentence.tokens[at].lower in cues("governed")


def _goes_on(sentence: Marked, comma: int, place: tuple[int, int]) -> bool:
    """Whether a list of countries goes on after a comma: in `tariffs on China, Beijing answers` a new clause begins."""
    if not _in_mention(sentence, comma - 1):
        return False
    after = sentence.words_between(place[1] + 1, place[1] + 2)
    return comma != place[0] - 1 or not after or after[0] in cues("coordinators") | {".", ";"}


def _is_title_word(text: str) -> bool:
    return text in cues("titles")


def _in_mention(sentence: Marked, at: int) -> bool:
    return any(first <= at <= last for first, last in sentence.places)


def _behind(sentence: Marked, at: int) -> str | None:
    """`imposed by Washington`: the agent of a passive."""
    for mention, place in zip(sentence.mentions, sentence.places, strict=True):
        if at < place[0] <= at + PASSIVE_REACH and mention.is_actor:
            gap = sentence.words_between(at + 1, place[0])
            if "by" in gap and not {",", "to", ";"} & set(gap):
                return mention.code
    return None


def _stranger_between(sentence: Marked, first: int, at: int) -> bool:
    for place in range(first, at):
        if sentence.tokens[place].lower in word_list("strangers") and sentence.tokens[place - 1].lower not in cues("governed") | {"by"}:
            return True
    return False


def _reporting(sentence: Marked, at: int) -> str | None:
    """`…, the White House confirmed`: who reports an act whose author is not named."""
    for mention, place in zip(sentence.mentions, sentence.places, strict=True):
        if place[0] > at and mention.is_actor and not _is_governed(sentence, mention, place):
            tail = sentence.words_between(place[1] + 1, place[1] + 6)
            if any(word in {"said", "says", "announced", "confirmed", "told", "added", "reported"} for word in tail):
                return mention.code
    return None


def targets(
    scene: Scene, actor: str, at: int, *, may_be_all: bool, is_diverted: bool = False, but: frozenset[int] = frozenset()
) -> tuple[str, ...]:
    """Towards whom: the countries named after the word, else before it, else the article's other party, else (`may_be_all`) all partners.

    Several in one list ("Canada, Mexico and China") are all meant. Where something `is_diverted`, whom it goes to now is not meant; nor
    are mentions that end with a word of `but`, unless nobody else is there.
    """
    sentence = scene.sentence
    placed = [(m, p) for m, p in zip(sentence.mentions, sentence.places, strict=True) if m.code != actor]
    if is_diverted:
        placed = [(m, p) for m, p in placed if sentence.tokens[p[0] - 1].lower not in cues("destinations")]
    placed = [(m, p) for m, p in placed if p[1] not in but] or placed
    after = [(m, p) for m, p in placed if p[0] > at]
    if after:
        return _listed(sentence, after, actor)
    before = [(m, p) for m, p in placed if p[1] < at]
    if before:
        return (before[-1][0].code,)
    if any(phrase in sentence.text.lower() for phrase in cues("everyone")) and may_be_all:
        return (ALL_PARTNERS,)
    others = tuple(code for code in scene.main_pair if code != actor)
    if actor in scene.main_pair and len(others) == 1:
        return others
    return (ALL_PARTNERS,) if may_be_all else ()


def owner(scene: Scene, thing: int) -> str | None:
    """Whose the thing is: `China's entity list`, `US port fees`; else, of two countries, the one that it is not aimed at."""
    sentence = scene.sentence
    placed = list(zip(sentence.mentions, sentence.places, strict=True))
    for mention, (_, last) in placed:
        if thing - OWNER_REACH <= last < thing:
            return mention.code
    aimed = next((mention.code for mention, (first, _) in placed if thing < first <= thing + PASSIVE_REACH), None)
    codes = list(dict.fromkeys((*(mention.code for mention in sentence.mentions), *scene.main_pair)))
    others = [code for code in codes if code != aimed]
    return others[0] if aimed and len(others) == 1 else None


def _listed(sentence: Marked, after: list[tuple[Mention, tuple[int, int]]], actor: str) -> tuple[str, ...]:
    codes = [after[0][0].code]
    for (_, (_, last)), (mention, (first, _)) in itertools.pairwise(after):
        gap = list(sentence.words_between(last + 1, first))
        if not gap or not set(gap) <= cues("coordinators"):
            break
        if mention.code != actor:
            codes.append(mention.code)
    return tuple(dict.fromkeys(codes))


def parties(scene: Scene) -> tuple[str, ...]:
    """The two countries of a mutual act: those named in the sentence if two are, else the main pair if one of it, or nobody, is named."""
    here = tuple(dict.fromkeys(mention.code for mention in scene.sentence.mentions))
    if len(here) >= 2:  # noqa: PLR2004 - a pair
        return here[:2]
    return scene.main_pair if not here or here[0] in scene.main_pair else ()
