"""Subjects, owners, allies and pairs that the order of words settles.

Does not belong here: how actors and targets are searched one by one (`word_order.py`).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations, product

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.rates import find_raised

#: Begins the id of the rule for a restriction that another state cuts or puts off for who wins that.
WON = "suffer.gain.restriction"
#: The same for who loses a relief.
LOST = "suffer.loss."

_MINISTERS = frozenset({"chancellor", "government", "minister", "ministers", "ministry", "premier", "president"})

# `tariffs cut to 15% from 39% under the US trade deal` or `in a deal with Washington`, up to the name of the country.
_CUT_UNDER = re.compile(
    r" (?:(?:are|is|to be|were|was|will be) )?(?:cut|come down|drop(?:ped)?|eased|fall|fell|halved|lowered|reduced|slashed|trimmed)"
    r" to \d[\d.]* ?(?:%|per ?cent|pct)(?: from \d[\d.]* ?(?:%|per ?cent|pct))?,?"
    r"(?P<by> (?:as part of|by|in|thanks to|under|with)(?: (?:a|an|its|new|the))* "
    r"(?=[\w.]+ (?:trade |tariff )?(?:accord|agreement|deal|pact)\b)"
    r"| (?:after|as part of|in|thanks to|under)(?: (?:a|an|its|new|tariff|the|trade))* (?:accord|agreement|deal|pact) with (?:the )?)"
)

# After who wins a rate for its goods: `Peru secures 15% rate from Norway`.
_WINS_RATE = re.compile(
    r" (?:has |have )?(?:clinch(?:es|ed)?|gets?|got|lands?|landed|negotiates?|negotiated|obtains?|obtained|secures?|secured|wins?|won)"
    r" (?:an? |its |the )?(?:lower )?\d[\d.]* ?(?:%|per ?cent|pct) (?:\w+ ){0,2}?(?:duty|lev(?:y|ies)|rate|tariff)s?\b"
)

# `duties on each other`, of two countries.
_EACH_OTHER = re.compile(r"\b(?:against|from|on) (?:each other|one another)\b")

# Between two countries of a list with a rate for each: `34 percent on Peru, 20 on Chile and 24 on Kenya`.
_NEXT_RATE = re.compile(
    r"(?: (?:goods|imports|products))?(?:,|,? and) (?:an? )?\d[\d.]*(?: ?%| (?:percent|per cent|pct))? (?:for|on) "
    r"(?:the |goods from |imports from )?"
)

# After the noun for a threat, before its sender: `of retaliation from Ottawa`.
_FROM = re.compile(r"(?: (?:of|that|to)\b[^,.:;]{1,60}?)? (?:by|from) (?:(?:both|the) )?")

# Reaches are numbers of words.
OWNED_REACH = 3
MINISTER_REACH = 4
POSSESSOR_REACH = 5
GAIN_REACH = 3
SAYING_REACH = 3
VERB_REACH = 2
SUBJECT_REACH = 2
JOINT_REACH = 2
PARTNER_REACH = 3
THIRD_REACH = 5
# After a restriction and before whom it is on.
_ON = frozenset({"against", "for", "from", "of", "on"})


def is_subject(sentence: MarkedSentence, number: int) -> bool:
    """Whether mention `number` may be a subject.

    It is a state that acts, without a preposition before it. It may own a minister (`Peru's trade minister`), but no other noun.
    """
    mention, (first, last) = sentence.mentions[number], sentence.mention_spans[number]
    after = sentence.words_between(last + 1, last + 1 + MINISTER_REACH)
    owns_another = after[:1] == ["'s"] and _MINISTERS.isdisjoint(after)
    return mention.is_actor and not sentence.is_governed(first) and not owns_another


def find_last_subject(sentence: MarkedSentence, until: int) -> str | None:
    """Return the last country before word `until` that may be a subject."""
    numbers = [at for at, (_, last) in enumerate(sentence.mention_spans) if last < until and is_subject(sentence, at)]
    return sentence.mentions[numbers[-1]].code if numbers else None


def add_listed(sentence: MarkedSentence, targets: Sequence[str], actor: str) -> tuple[str, ...]:
    """Add to an act's targets the countries listed with them.

    Each has its own rate. Example: Chile for Peru in `34 percent on Peru, 20 percent on Chile`. `actor` is no target.
    """
    codes = list(targets)
    for one, other in pairwise(sentence.mentions):
        if one.code in codes and _NEXT_RATE.fullmatch(sentence.text, one.end, max(one.end, other.start)):
            codes.append(other.code)
    return tuple(code for code in dict.fromkeys(codes) if code != actor)


def is_in_own_clause(sentence: MarkedSentence, verb: int) -> bool:
    """Whether a verb, with its subject, only dates another act.

    Example: `imposes` in `before the US imposes tariffs`. The subject, a country, directly follows the word that opens the clause. Clauses
    with `if` do not count: what follows from them is mostly an answer.
    """
    start, _ = sentence.clause_bounds(verb)
    return sentence.tokens[start].lower in cues("dating") and any(
        start < first <= start + SUBJECT_REACH and last < verb and is_subject(sentence, number)
        for number, (first, last) in enumerate(sentence.mention_spans)
    )


def find_joined(sentence: MarkedSentence, number: int) -> tuple[str, ...]:
    """Return the countries (codes) in a list with mention `number`.

    `Peru, Kenya and Norway` is a list: only `and`, `and the`, `&` or a comma is between two of its countries. The country itself is
    included; each is returned once, in the order of the text.
    """
    spans = sentence.mention_spans
    first = last = number
    while first and _is_joint(sentence.words_between(spans[first - 1][1] + 1, spans[first][0])):
        first -= 1
    while last + 1 < len(spans) and _is_joint(sentence.words_between(spans[last][1] + 1, spans[last + 1][0])):
        last += 1
    return tuple(dict.fromkeys(mention.code for mention in sentence.mentions[first : last + 1]))


def _is_joint(words: Sequence[str]) -> bool:
    """Whether words between two countries only join them."""
    return 0 < len(words) <= JOINT_REACH and words != ["the"] and set(words) <= {",", "and", "&", "the"}


def find_allies(sentence: MarkedSentence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return countries that together deal with others, and these others.

    Example: (PER, KEN) and (NOR,) for `Peru and Kenya sign trade deals with Norway`. The first are a list that is the subject; the others
    begin up to `PARTNER_REACH` words after the next `with`. Both are empty if there are none, or another country is before `with`.
    """
    for number, (_, last) in enumerate(sentence.mention_spans):
        allies = find_joined(sentence, number)
        if len(allies) < PAIR_SIZE or not is_subject(sentence, number) or sentence.mentions[number].code != allies[-1]:
            continue
        by = next((at for at in range(last + 1, len(sentence.tokens)) if sentence.tokens[at].lower == "with"), len(sentence.tokens))
        near = [at for at, (first, _) in enumerate(sentence.mention_spans) if by < first <= by + PARTNER_REACH]
        partners = tuple(code for at in near[:1] if _is_partner(sentence, at) for code in find_joined(sentence, at) if code not in allies)
        is_free = not any(last < first < by for first, _ in sentence.mention_spans)
        if partners and is_free:
            return allies, partners
    return (), ()


def find_joint_actors(sentence: MarkedSentence) -> Iterator[tuple[str, str]]:
    """Yield each two countries that act or suffer together.

    They are in both orders, and do nothing to each other. Examples: PER and KEN in `Peru and Kenya cut their duties on Norwegian fish`,
    `Peru and Kenya win relief from Norway's duties`. They are a list that is the subject; a restriction or trade follows it, and a country
    outside the list: before the restriction, or up to `THIRD_REACH` words after it and after a word such as `on`. None if the clause has
    another country of the list or `each other`.
    """
    things = [mark for mark in sentence.marks_of("object") if class_of(mark) in {"restriction", "trade"}]
    for number, (_, last) in enumerate(sentence.mention_spans):
        actors = find_joined(sentence, number)
        are_subjects = all(is_subject(sentence, at) for at in range(max(0, number - len(actors) + 1), number + 1))
        if len(actors) < PAIR_SIZE or not are_subjects or sentence.mentions[number].code != actors[-1]:
            continue
        thing = next((mark for mark in things if mark.first > last), None)
        _, end = sentence.clause_bounds(last)
        if thing is None or thing.first >= end or not {"each", "another"}.isdisjoint(sentence.words_between(last, end)):
            continue
        others = [(mention.code, start) for mention, (start, _) in sentence.located_mentions if last < start < end]
        near = [start for _, start in others if start <= thing.last + THIRD_REACH]
        is_third = bool(near) and (near[0] < thing.first or not _ON.isdisjoint(sentence.words_between(thing.last, near[0])))
        if is_third and not any(code in actors for code, _ in others):
            yield from permutations(actors, PAIR_SIZE)


def find_apart(sentence: MarkedSentence) -> Iterator[tuple[str, str]]:
    """Yield pairs of an actor and a target after a semicolon.

    Example: Peru and Norway in `Peru taxes Kenyan tea; Norway gets a month's pause`. The part after it names its own subject, and neither
    country is in both parts.
    """
    at = next((at for at, token in enumerate(sentence.tokens) if token.text == ";"), None)
    if at is None or not any(first == at + 1 for first, _ in sentence.mention_spans):
        return
    before = {mention.code for mention, (first, _) in sentence.located_mentions if first < at}
    after = {mention.code for mention, (first, _) in sentence.located_mentions if first > at}
    yield from product(sorted(before - after), sorted(after - before))


def _is_partner(sentence: MarkedSentence, number: int) -> bool:
    """Whether a country after `with` takes part: not `with China in mind` or `with China watching`."""
    after = sentence.words_between(sentence.mention_spans[number][1] + 1, sentence.mention_spans[number][1] + 3)
    return after != ["in", "mind"] and not any(word.endswith("ing") for word in after[:1])


def is_on_each_other(sentence: MarkedSentence, at: int, codes: set[str]) -> bool:
    """Whether two countries act on each other.

    Example: `Peru and Norway will cut the duties they had put on each other`. `at` is the word of the act; the two are listed before it.
    """
    if not _EACH_OTHER.search(sentence.text, sentence.tokens[at].end):
        return False
    return any(set(find_joined(sentence, number)) == codes for number, (_, last) in enumerate(sentence.mention_spans) if last < at)


def find_possessor(sentence: MarkedSentence, noun: int) -> str | None:
    """Return the country that owns a noun by `'s`: `Delhi's sudden halt`.

    The country is up to `POSSESSOR_REACH` words before word `noun`, without a preposition between them. None if there is none.
    """
    for mention, (_, last) in sentence.located_mentions:
        if noun - POSSESSOR_REACH <= last < noun:
            words = sentence.words_between(last + 1, noun)
            if words[:1] == ["'s"] and not set(words) & cues("governed"):
                return mention.code
    return None


def find_owned_pair(sentence: MarkedSentence, thing: int) -> tuple[str, str] | None:
    """Return the owner of an object and whom it is on.

    `thing`: its first word. Example: USA and IND for `Trump's new India tariffs`. The owner has `'s`, and both countries are shortly before
    the object. Otherwise the owner is whom `_find_speaker_on` or `_find_giver_under` finds.
    """
    near = [(target, span) for target, span in sentence.located_mentions if span[1] < thing <= span[1] + OWNED_REACH]
    for owner, (_, last) in sentence.located_mentions:
        for target, (first, end) in near:
            if owner.code != target.code and last < first <= last + 1 + OWNED_REACH:
                words = [*sentence.words_between(last + 1, first), *sentence.words_between(end + 1, thing)]
                if words[:1] == ["'s"] and cues("not_owned").isdisjoint(words[1:]):
                    return owner.code, target.code
    number = next((at for at, (_, last) in enumerate(sentence.mention_spans) if last == thing - 1), None)
    if number is None or sentence.text[sentence.mentions[number].start : sentence.mentions[number].end] in cues("short_names"):
        return None  # `US tariffs` are those of the United States
    owner_code = _find_speaker_on(sentence, number, thing) or _find_giver_under(sentence, thing)
    target_code = sentence.mentions[number].code
    return (owner_code, target_code) if owner_code not in {None, target_code} else None


def find_owner_before(sentence: MarkedSentence, thing: Mark) -> tuple[str, str] | None:
    """Return the owner named before a restriction, and whom it is on.

    Example: USA and CAN in `cuts US tariffs on Canadian steel`. The owner directly precedes it. None if a preposition is before the owner
    (`relief from US tariffs`), or one of the two is not named.
    """
    target = find_on_whom(sentence, thing.last, len(sentence.tokens))
    for owner, (first, last) in sentence.located_mentions:
        if last == thing.first - 1 and not sentence.is_governed(first) and target not in {None, owner.code}:
            return owner.code, str(target)
    return None


def find_on_whom(sentence: MarkedSentence, thing: int, until: int) -> str | None:
    """Return whom a restriction is on: CHN for `the surcharge on Chinese goods fell`.

    `thing`: its first word. The country directly follows `on` or `against`, before word `until`. None if there is none.
    """
    return next(
        (
            mention.code
            for mention, (first, last) in sentence.located_mentions
            if thing < first <= last < until and sentence.tokens[first - 1].lower in {"against", "on"}
        ),
        None,
    )


def find_raised_pair(sentence: MarkedSentence, verb: int) -> tuple[str, str] | None:
    """Return who raises a country to a rate (`raises China to 125 percent`), and that country.

    `verb`: its first word. The last subject before it raises. None if there is none.
    """
    raised = next((code for code, first in find_raised(sentence) if first > verb), None)
    actor = find_last_subject(sentence, verb)
    return (actor, raised) if actor and raised and actor != raised else None


def find_changing_pair(sentence: MarkedSentence, thing: int, verb: int) -> tuple[str, str] | None:
    """Return who changes a restriction on a partner, and the partner.

    Examples: (USA, IND) for `India welcomed a deal that cuts the US tariff on Indian goods`, and for `India and the United States signed a
    deal cutting tariffs on Indian goods`. `thing`, `verb`: first word of the restriction and of what changes it. None if the other side is
    neither directly before the restriction nor the only one listed with the partner, or is named after the restriction, too.
    """
    target = find_on_whom(sentence, thing, len(sentence.tokens))
    near = [mention.code for mention, (_, last) in sentence.located_mentions if last == thing - 1]
    if target is None or near[:1] == [target]:
        return None
    if near:
        return near[0], target
    lists = (find_joined(sentence, number) for number, (_, last) in enumerate(sentence.mention_spans) if last < verb)
    others = next((set(codes) - {target} for codes in lists if target in codes and len(codes) == PAIR_SIZE), set())
    after = {mention.code for mention, (first, _) in sentence.located_mentions if first > thing}
    return (others.pop(), target) if others and others.isdisjoint(after) else None


def find_pressed(sentence: MarkedSentence, verb: int) -> tuple[str, str] | None:
    """Return who threatens, and the state that gives way.

    Example: Norway and Peru in `Peru cuts Kenyan imports as Norway warns of duties`. `verb`: the threat's first word, in a clause of `as`
    or `after` that names one country. The state that gives way is the first in the sentence, and its subject. None if there is none.
    """
    start, end = sentence.clause_bounds(verb)
    threatening = {mention.code for mention, (first, _) in sentence.located_mentions if start <= first < end}
    if sentence.tokens[start].lower not in {"as", "after"} or len(threatening) != 1 or not is_subject(sentence, 0):
        return None
    (actor,), pressed = threatening, sentence.mentions[0].code
    return (actor, pressed) if sentence.mention_spans[0][1] < start and pressed != actor else None


def find_unpressed(sentence: MarkedSentence) -> Iterator[tuple[str, str]]:
    """Yield who threatens, and whom it does not mean.

    That is any state but the one that gives way: Norway and Kenya in the example of `find_pressed`.
    """
    for mark in sentence.marks_of("operator", "operator_noun"):
        pair = find_pressed(sentence, mark.first) if class_of(mark) == "threaten" else None
        if pair:
            start, _ = sentence.clause_bounds(mark.first)
            others = {mention.code for mention, (_, last) in sentence.located_mentions if last < start}
            yield from ((pair[0], other) for other in sorted(others - set(pair)))


def find_senders(sentence: MarkedSentence, noun: int) -> tuple[tuple[str, str], ...]:
    """Return actor and target of a threat with a sender.

    `noun`: its first word. Example: (CAN, USA) for `Trump doubled the duty, drawing threats of retaliation from Ottawa`. The target is the
    last subject before the noun, else the owner of a restriction before it. Empty if no sender is named.
    """
    mark = next((one for one in sentence.marks_of("operator_noun") if one.first == noun), None)
    if mark is None:
        return ()
    end = sentence.tokens[mark.last].end
    number = next((at for at, one in enumerate(sentence.mentions) if one.is_actor and _FROM.fullmatch(sentence.text, end, one.start)), None)
    if number is None:
        return ()
    senders = find_joined(sentence, number)
    target = find_last_subject(sentence, noun) or _find_first_owner(sentence, noun)
    return tuple((sender, target) for sender in senders if sender != target) if target else ()


def _find_first_owner(sentence: MarkedSentence, until: int) -> str | None:
    """Return the owner of the first restriction before word `until`."""
    for thing in sentence.marks_of("object"):
        if thing.last < until and class_of(thing) == "restriction":
            near = (mention.code for mention, (_, last) in sentence.located_mentions if thing.first - OWNED_REACH <= last < thing.first)
            return next(near, None)
    return None


def _find_speaker_on(sentence: MarkedSentence, number: int, thing: int) -> str | None:
    """Return who speaks of the restrictions on a country: `Trump says India tariffs will fall`.

    `number`: the mention of the country, a noun (`Indian tariffs` are those of India), directly before the restriction (`thing`). It does
    not say what they are on (`says India tariffs on cars`). None if nobody speaks.
    """
    if sentence.mentions[number].role != "country" or number == 0 or sentence.words_between(thing + 1, thing + 2) == ["on"]:
        return None
    (_, last), (first, _) = sentence.mention_spans[number - 1], sentence.mention_spans[number]
    between = sentence.words_between(last + 1, first)
    is_said = len(between) <= SAYING_REACH and not cues("saying").isdisjoint(between[:2]) and cues("governed").isdisjoint(between)
    return sentence.mentions[number - 1].code if is_said and is_subject(sentence, number - 1) else None


def _find_giver_under(sentence: MarkedSentence, thing: int) -> str | None:
    """Return who cuts a tariff under its deal: `Swiss tariffs cut to 15% under US trade deal`.

    `thing`: the position of the tariff. A country's own tariffs have many rates: a single one that it gets in a deal with another is on its
    goods. None without such a rate, or if goods or partners of the tariff are named.
    """
    end = sentence.tokens[thing].end
    cut = _CUT_UNDER.match(sentence.text, end)
    if cut is None:
        return None
    return next((mention.code for mention in sentence.mentions if mention.start == cut.end("by")), None)


def find_gain(sentence: MarkedSentence) -> tuple[str | None, str] | None:
    """Return who grants a relief that a country wins, and that country.

    Examples: USA and EUN for `Trump taxes Chinese steel as EU wins reprieve` and `EU secures 15% rate from Trump`. The country directly
    precedes `wins` or `is granted`, or owns the relief (`Norway's exemption from`). The other is named after the relief (`from US
    tariffs`), else it is the first other country that may be a subject, or an owner. None for who grants it if there is none, or for both
    without such a relief.
    """
    reliefs = [mark for mark in sentence.marks_of("object") if class_of(mark) == "approval"]
    for named in reliefs:
        owner = find_possessor(sentence, named.first)
        if owner and sentence.words_between(named.last + 1, named.last + 2) == ["from"]:
            return _find_giver(sentence, named, owner), owner
    for at, mention in enumerate(sentence.mentions):
        rate = _WINS_RATE.match(sentence.text, mention.end) if is_subject(sentence, at) else None
        giver = rate and next((other.code for other in sentence.mentions if other.start >= rate.end() and other.code != mention.code), None)
        if giver:
            return giver, mention.code
    for verb in sentence.marks_of("verb"):
        relief = next((mark for mark in reliefs if verb.last < mark.first <= verb.last + GAIN_REACH), None)
        number = next((at for at, (_, last) in enumerate(sentence.mention_spans) if last == _before_auxiliaries(sentence, verb)), None)
        if relief is None or number is None or not _is_gained(sentence, verb) or not is_subject(sentence, number):
            continue
        winner = sentence.mentions[number].code
        return _find_giver(sentence, relief, winner), winner
    return None


def _find_giver(sentence: MarkedSentence, relief: Mark, winner: str) -> str | None:
    """Return who grants a relief to `winner`, None if nobody is named.

    Countries in a list with the winner (`Peru and Kenya win`) win it too, and grant nothing.
    """
    winners = {code for at, mention in enumerate(sentence.mentions) if mention.code == winner for code in find_joined(sentence, at)}
    others = [at for at, mention in enumerate(sentence.mentions) if mention.code not in winners]
    after = [at for at in others if relief.last < sentence.mention_spans[at][0] <= relief.last + GAIN_REACH]
    givers = after or [at for at in others if is_subject(sentence, at)] or [at for at in others if _is_owner(sentence, at)]
    return sentence.mentions[givers[0]].code if givers else None


def _is_gained(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether the subject of a verb wins what another grants: `wins`, `is granted`."""
    is_passive = bool(cues("be") & set(sentence.words_between(verb.first - VERB_REACH, verb.first)))
    return any(phrase.entry.get("gains") or (phrase.entry["id"] == "grant" and is_passive) for phrase in verb.readings)


def _before_auxiliaries(sentence: MarkedSentence, verb: Mark) -> int:
    """Return the position before a verb and its auxiliaries.

    Example: that of `EU` in `the EU has been granted`.
    """
    at = verb.first - 1
    while at > 0 and sentence.tokens[at].lower in cues("be") | {"has", "have", "had", "will", "to", "also"} - {"'s"}:
        at -= 1
    return at


def _is_owner(sentence: MarkedSentence, number: int) -> bool:
    """Whether mention `number` owns what follows (`Trump's tariffs`, `US tariffs`)."""
    last = sentence.mention_spans[number][1]
    after = sentence.words_between(last + 1, last + 2)
    return after == ["'s"] or any(
        class_of(thing) == "restriction" and last < thing.first <= last + OWNED_REACH for thing in sentence.marks_of("object")
    )


def find_meant_objects(sentence: MarkedSentence, verb: Mark, objects: Sequence[Mark]) -> list[Mark]:
    """Find the earlier restriction that a pronoun next to a verb means.

    Examples: `the duty is unfair and we asked for its withdrawal`, `curbs us with a quota and should lift it`. Only for nouns of a verb
    after `its` or `their`, at most one word between them, and for verbs before `it` or `them`. The nearest one counts.
    """
    if verb.category == "act":
        is_meant = not {"its", "their"}.isdisjoint(sentence.words_between(verb.first - 2, verb.first))
    else:
        is_meant = not {"it", "them"}.isdisjoint(sentence.words_between(verb.last + 1, verb.last + 2))
    return [thing for thing in objects if is_meant and thing.last < verb.first and class_of(thing) == "restriction"][-1:]
