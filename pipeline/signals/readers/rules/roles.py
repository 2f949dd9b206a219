"""Who acts and towards whom: by the tree of the sentence, else by the order of its words, else by the article.

Belongs here: which of these is believed, and the ways of a mutual act. Does not: kinds (`compose.py`), the tree's own answer
(`clauses.py`), word order and the article's main pair (`word_order.py`).
"""

from collections.abc import Iterator
from itertools import permutations

from pipeline.signals.context import PAIR_SIZE
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.clauses import Clauses, Party
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.word_order import Scene, agent, has_stranger, owner, parties, targets

OPEN_TO_ALL = frozenset({"measure", "threat", "easing", "investigation"})


def ways(scene: Scene, clauses: Clauses | None, act: Act) -> Iterator[tuple[str, str]]:
    """Actor and target of an act: one pair, several where either is a list, both ways where the act is mutual; nothing where a stranger
    acts or either is unknown. `clauses` is None where sentences are not parsed."""
    if "suffer." in act.rule_id:
        yield from _suffered(scene, clauses, act)
        return
    is_told = act.rule_id.startswith("misdeed.") or (act.kind == "demand" and clauses and clauses.is_obligation(act.anchor))
    if clauses and is_told:
        yield from _told(scene, clauses, act)
        return
    party = _doer(clauses, act) if clauses else None
    if clauses and clauses.is_told_by_stranger(act.anchor):
        return
    if party.is_stranger if party else has_stranger(scene, act.anchor):
        return
    if act.mutual:
        yield from _mutual(scene, clauses, party, act)
        return
    for actor in _actors(scene, party, act):
        for target in _targets(scene, clauses, actor, party, act):
            yield actor, target


def _suffered(scene: Scene, clauses: Clauses | None, act: Act) -> Iterator[tuple[str, str]]:
    """Of `Japan faces American tariffs`: whose the tariffs are, else the other side, and who faces them."""
    subject = None if clauses else agent(scene, act.anchor)
    for bearer in clauses.bearers(act.focus) if clauses else (subject,) if subject else ():
        named = clauses.aims(_roots(clauses, act)[:1], {bearer}) if clauses else ()
        for actor in (named or targets(scene, bearer, act.focus, may_be_all=False))[:1]:
            yield actor, bearer


def _told(scene: Scene, clauses: Clauses, act: Act) -> Iterator[tuple[str, str]]:
    """Of `Beijing said Washington should lift its tariffs`, or `broke the rules`: who says so, else the other side, and of whom."""
    if clauses.is_told_by_stranger(act.anchor):
        return
    told, speaker = clauses.bearers(act.anchor), clauses.speaker(act.anchor)
    speakers = speaker.codes if speaker else ()
    for target in told:
        named = [code for code in speakers if code != target]
        for actor in (named or targets(scene, target, act.focus, may_be_all=False))[:1]:
            yield actor, target
    if not told:
        yield from ((actor, target) for actor in speakers for target in targets(scene, actor, act.focus, may_be_all=False))


def _doer(clauses: Clauses, act: Act) -> Party | None:
    """Whose act it is; words about talks are those of who speaks."""
    is_spoken = act.rule_id.startswith("spoken.")
    return (clauses.speaker(act.anchor) if is_spoken else None) or clauses.doer(act.anchor)


def _actors(scene: Scene, party: Party | None, act: Act) -> tuple[str, ...]:
    if party:
        return party.codes
    actor = agent(scene, act.anchor) or (owner(scene, act.thing) if act.thing is not None else None)
    return (actor,) if actor else ()


def _targets(scene: Scene, clauses: Clauses | None, actor: str, party: Party | None, act: Act) -> tuple[str, ...]:
    is_diverted = "divert." in act.rule_id
    if clauses:
        skips = cues("destinations") if is_diverted else frozenset[str]()
        found = clauses.aims(_roots(clauses, act), {actor, *(party.codes if party else ())}, skips=skips)
        if found:
            return found
    subjects = clauses.subjects() if clauses else frozenset[int]()
    return targets(scene, actor, act.focus, may_be_all=act.kind in OPEN_TO_ALL, is_diverted=is_diverted, but=subjects)


def _roots(clauses: Clauses, act: Act) -> list[int]:
    """The words under which the target is looked for, in this order: what is acted on, the verb, the word that turned it."""
    words = [] if act.thing is None else [clauses.top(act.thing)]
    turned = [act.focus, act.anchor]
    return [*turned, *words] if act.kind in {"demand", "accusation"} else [*words, *turned]


def _mutual(scene: Scene, clauses: Clauses | None, party: Party | None, act: Act) -> Iterator[tuple[str, str]]:
    pair = _both(clauses, party, act)
    if len(pair) < PAIR_SIZE:
        pair = parties(scene)
    if len(pair) >= PAIR_SIZE:
        yield from permutations(pair, PAIR_SIZE)
        return
    actor = party.codes[0] if party else agent(scene, act.anchor)
    if actor:
        yield from ((actor, target) for target in targets(scene, actor, act.focus, may_be_all=False))


def _both(clauses: Clauses | None, party: Party | None, act: Act) -> tuple[str, ...]:
    """The sides of a mutual act by the tree: those who do it together, else who does it and with whom."""
    if clauses is None:
        return ()
    roots = _roots(clauses, act)
    actors = party.codes if party else ()
    if len(actors) >= PAIR_SIZE:
        return actors
    if actors:
        return (*actors, *clauses.aims(roots, actors)[:1])
    return clauses.aims(roots, ())
