"""Readings that the words of a sentence rule out.

Examples: `aid to farmers hurt by tariffs` is no easing, and `to avert US tariffs` no threat. Belongs here: which kinds of signals are ruled
out, and for which pairs. Does not: acts that a state only suffers (`roles.py`).
"""

from collections.abc import Collection, Container, Iterator
from itertools import permutations

from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION, PAIR_SIZE
from pipeline.contracts.scopes import read_eu_members
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules import bystanders, forecasts, outsiders, panels, rates, subjects
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.pairs import (
    find_allies,
    find_apart,
    find_gain,
    find_joined,
    find_joint_actors,
    find_last_subject,
    find_owned_pair,
    find_owner_before,
    find_possessor,
    find_senders,
    find_unpressed,
    is_subject,
)
from pipeline.signals.readers.rules.ruled_out import (
    ALL_KINDS,
    BYSTANDERS,
    CONCESSION,
    DEAL,
    DEALING,
    EARLIER,
    ESCALATION,
    OF_SENTENCE,
    OF_TEXT,
    TALK,
    Denial,
)
from pipeline.signals.readers.rules.singled_out import find_singled_out, relieves_most

# Reaches are numbers of words.
AVERTED_REACH, ATTEMPT_REACH, DREAD_REACH = 6, 4, 3


def find_denials(sentence: MarkedSentence, countries: Collection[str]) -> Iterator[Denial]:
    """Yield what the words of a sentence rule out.

    `countries`: codes of the countries that it may be about, which it need not name.
    """
    yield from _find_one_market(countries)
    if partners := bystanders.find_partners_of_bloc(sentence):
        for outsider in sorted(set(countries) - partners):
            yield Denial("bloc", TALK, actor=outsider)
            yield Denial("bloc", TALK, target=outsider)
    yield from (denial for denial, applies in OF_TEXT if applies(sentence.text))
    yield from (denial for denial, applies in OF_SENTENCE if applies(sentence))
    for find in (
        _find_bystanders,
        _find_advised,
        _find_averted,
        _find_dreaded,
        _find_feared,
        _find_threatened,
        _find_reviewed,
        _find_owned,
        _find_other_gains,
        _find_exempt,
        _find_raised,
        _find_allies,
        _find_losers,
    ):
        yield from find(sentence)


def _find_bystanders(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that rivals, models and onlookers have no part in an act.

    Nobody comes to terms with a rival (`to depend less on China`), and a restriction is not on whose example it follows. Who reacts to an
    act (`a move that pleased Peru`) is not its target.
    """
    for find, why, kinds, roles in BYSTANDERS:
        for code in find(sentence):
            if "actor" in roles:
                yield Denial(why, kinds, actor=code)
            if "target" in roles:
                yield Denial(why, kinds, target=code)


def _find_advised(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who is urged to do something has not done it.

    Nor does a state demand anything of another if it asks its own firms or people.
    """
    end = outsiders.find_advised(sentence.text)
    for code, asks in outsiders.find_ordered(sentence):
        yield Denial("ordered", (DEAL | CONCESSION | ESCALATION) if asks else ALL_KINDS - {"dialogue"}, code)
    yield from (Denial("addressee", frozenset({"demand"}), target=code) for code in outsiders.find_unaddressed(sentence))
    yield from (Denial("advised", ALL_KINDS, mention.code) for mention in sentence.mentions if mention.end <= end)


def _find_averted(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who acts to avert a restriction does not restrict trade.

    Example: `Mexico could tighten border checks to avert US tariffs`. If its owner is not named before the restriction, any state may own
    it; after words such as `dodge`, which traders do too, nothing is then ruled out. Nor is it if the actor itself restricts the owner's
    trade (`could tax US wine to avert US tariffs`). A mere attempt (`in a bid to avert tariffs`) is no relief and no refusal either.
    """
    for first, last in _find_phrases(sentence, cues("averting") | cues("escaping")):
        thing = _find_restriction(sentence, last)
        if thing is None or not (sentence.words_between(first - 1, first) == ["to"] or sentence.tokens[first].lower.endswith("ing")):
            continue
        named = sentence.located_mentions
        owner = next((mention.code for mention, span in reversed(named) if last < span[0] <= thing.last), None)
        actor = find_last_subject(sentence, first)
        is_vague = owner is None and sentence.tokens[first].lower in cues("escaping")
        if is_vague or actor in {None, owner} or _restricts(sentence, first, owner):
            continue
        attempts = cues("attempts") & set(sentence.words_between(first - ATTEMPT_REACH, first))
        yield Denial("averted", ESCALATION | ({"easing", "refusal"} if attempts else set()), actor, owner)


def _find_dreaded(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who fears or awaits a restriction does not impose it.

    Example: `Peru braces for US tariffs`. The country is a subject up to `DREAD_REACH` words before the phrase. Sentences with two
    restrictions or an answer are left out.
    """
    restrictions = [mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"]
    if len(restrictions) > 1 or not cues("answers").isdisjoint(sentence.words):
        return
    for first, last in _find_phrases(sentence, cues("dreading")):
        for number, (_, end) in enumerate(sentence.mention_spans):
            is_near = end < first <= end + DREAD_REACH and is_subject(sentence, number)
            if is_near and _find_restriction(sentence, last) is not None:
                yield Denial("dreaded", ESCALATION, sentence.mentions[number].code)


def _find_feared(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that nobody does what another only fears, or has never done."""
    for afraid, feared in forecasts.find_feared(sentence):
        yield Denial("feared", ESCALATION, feared)
        yield Denial("feared", ESCALATION | {"demand"}, afraid, feared)
    never = forecasts.find_never(sentence)
    if never is not None:
        yield Denial("never", frozenset({"demand", "easing", "offer", "refusal", "threat"}), never)


def _find_threatened(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who receives a threat sends none.

    Example: `Japan is disappointed at threats of retaliation from Peru`.
    """
    for noun in sentence.marks_of("operator_noun"):
        for sender, target in find_senders(sentence, noun.first) if class_of(noun) == "threaten" else ():
            yield Denial("threatened", frozenset({"threat"}), target, sender)


def _find_reviewed(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who reviews its own restriction threatens nothing.

    Example: `Japan reviews its duty on Peruvian copper`. It is the last subject before the verb, or any country if there is none.
    """
    place = subjects.find_review(sentence.text)
    if place is not None:
        at = next(number for number, token in enumerate(sentence.tokens) if token.end > place)
        yield Denial("review", frozenset({"threat"}), find_last_subject(sentence, at))


def _find_phrases(sentence: MarkedSentence, phrases: Container[str]) -> Iterator[tuple[int, int]]:
    """Yield first and last word of each phrase found.

    `phrases` have one or two words.
    """
    words = [token.lower for token in sentence.tokens]
    for at, word in enumerate(words):
        if word in phrases:
            yield at, at
        elif " ".join(words[at : at + 2]) in phrases:
            yield at, at + 1


def _find_restriction(sentence: MarkedSentence, after: int) -> Mark | None:
    """Return the first restriction up to `AVERTED_REACH` words after word `after`."""
    things = (mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction")
    return next((thing for thing in things if after < thing.first <= after + AVERTED_REACH), None)


def _restricts(sentence: MarkedSentence, until: int, owner: str | None) -> bool:
    """Whether a restriction of trade with `owner` is named before word `until`.

    `owner`: a country, named after the restriction; if it is None, any restriction counts.
    """
    named = sentence.located_mentions
    return any(
        thing.first < until
        and class_of(thing) == "restriction"
        and (owner is None or any(thing.last < first < until and mention.code == owner for mention, (first, _) in named))
        for thing in sentence.marks_of("object")
    )


def _find_owned(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that whom a restriction is on does not impose it: `Trump's new India tariffs`.

    Nor does it ease the only one named, if the owner is directly before it: `Carney said the deal cuts US tariffs on Canada`.
    """
    restrictions = [mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"]
    for pair in (find_owned_pair(sentence, thing.first) for thing in restrictions):
        if pair:
            yield Denial("owned", ESCALATION | {"easing"}, pair[1], pair[0])
    if len(restrictions) == 1 and (pair := find_owner_before(sentence, restrictions[0])):
        yield Denial("owned", frozenset({"easing"}), pair[1], pair[0])


def _find_other_gains(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that what one country wins is granted to no other.

    If it is named next to a third country, it does not suffer a restriction either: `Trump taxes Chinese steel as EU wins reprieve`.
    """
    gain = find_gain(sentence)
    if gain is None:
        return
    giver, winner = gain
    codes = {mention.code for mention in sentence.mentions}
    yield from (Denial("gain", frozenset({"easing"}), target=code) for code in sorted(codes - {winner}))
    if giver is not None:
        yield from (Denial("gain", frozenset({"easing"}), code, winner) for code in sorted(codes - {winner, giver}))
        if codes - {winner, giver}:
            yield Denial("gain", ESCALATION, giver, winner)


def _find_exempt(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that the owner of a restriction suffers nothing from the exempt.

    Examples: `Peru's exemption from Norway's duty is temporary`, `Peru keeps its exemption from Norwegian duties`. Other countries up to
    `AVERTED_REACH` words after the relief own the restriction. Left out are sentences with a threat or an answer, or in which the exempt
    country is named twice or meant by `it`.
    """
    has_threat = any(class_of(mark) == "threaten" for mark in sentence.marks_of("operator", "operator_noun"))
    if has_threat or "it" in sentence.words or not cues("answers").isdisjoint(sentence.words):
        return
    codes = [mention.code for mention in sentence.mentions if mention.role != "pronoun"]
    for relief in sentence.marks_of("object"):
        if class_of(relief) != "approval" or sentence.words_between(relief.last + 1, relief.last + 2) != ["from"]:
            continue
        is_its = sentence.words_between(relief.first - 1, relief.first) == ["its"]
        exempt = find_possessor(sentence, relief.first) or (find_last_subject(sentence, relief.first - 1) if is_its else None)
        for mention, (first, last) in sentence.located_mentions:
            # In `its exclusions from China tariffs` China owns nothing.
            owns = not is_its or mention.role in {"demonym", "leader"} or sentence.words_between(last + 1, last + 2) == ["'s"]
            is_owner = owns and mention.code != exempt and relief.last < first <= relief.last + AVERTED_REACH
            if exempt is not None and codes.count(exempt) == 1 and is_owner:
                yield Denial("exempt", ESCALATION | {"easing", "offer", "refusal"}, exempt, mention.code)


def _find_allies(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that allies do nothing to each other.

    They act, deal or win together: `Peru and Kenya sign trade deals with Norway`, `Peru, Kenya win tariff relief under trade pact`. Nor
    does who acts before a semicolon restrict trade with who is named after it (`find_apart`), nor is a threat meant for whom another state
    gives up to please who threatens (`find_unpressed`).
    """
    yield from (Denial("allies", DEALING | ESCALATION | CONCESSION, one, other) for one, other in find_joint_actors(sentence))
    yield from (Denial("apart", ESCALATION, one, other) for one, other in find_apart(sentence))
    yield from (Denial("pressed", frozenset({"threat"}), one, other) for one, other in find_unpressed(sentence))
    allies, _ = find_allies(sentence)
    gain = None if allies else find_gain(sentence)
    winners = [find_joined(sentence, number) for number, mention in enumerate(sentence.mentions) if gain and mention.code == gain[1]]
    for one, other in permutations(next(iter(winners), allies), PAIR_SIZE):
        yield Denial("allies", DEALING, one, other)


def _find_raised(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who is raised to a rate is not relieved.

    Example: `pauses most tariffs, raises Chile to 40 percent`. If the other partners are relieved, nothing is imposed on all of them.
    """
    raised = dict(rates.find_raised(sentence))
    singled_out = frozenset(find_singled_out(sentence))
    yield from (Denial("raised", CONCESSION, target=code) for code in sorted(singled_out.union(raised)))
    if singled_out or any(relieves_most(sentence.text[: sentence.tokens[first].start]) for first in raised.values()):
        yield Denial("raised", ESCALATION, target=ALL_PARTNERS)


def _find_one_market(countries: Container[str]) -> Iterator[Denial]:
    """Yield that the European Union and its members are one market.

    Fines and budgets are no trade policy. Nor have members talks on trade with each other: that is how the Union decides. Britain counts as
    no member, for its talks on leaving.
    """
    members = sorted(code for code in read_eu_members() if code in countries)
    for member in members if EUROPEAN_UNION in countries else ():
        yield Denial("market", ALL_KINDS, EUROPEAN_UNION, member)
        yield Denial("market", ALL_KINDS, member, EUROPEAN_UNION)
    yield from (Denial("market", TALK, one, other) for one, other in permutations(members, PAIR_SIZE))


def _find_losers(sentence: MarkedSentence) -> Iterator[Denial]:
    """Yield that who lost before the World Trade Organization does nothing.

    It opens no inquiry, and what the ruling is about is no new measure.
    """
    pair = panels.find_panel_pair(sentence, ())
    if pair is not None and all(pair):
        yield Denial("panel", frozenset({"investigation"}), pair[1], pair[0])
        yield Denial(EARLIER, frozenset({"measure"}), pair[1], pair[0])
