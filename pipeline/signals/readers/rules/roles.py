"""Actor and target of an act, by tree, word order or article.

The tree is read in `parsed.py`, word order and the article's main pair in `word_order.py`.
"""

from collections.abc import Iterator
from itertools import permutations

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.doubts import has_trade
from pipeline.signals.lexicon import cues
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.bystanders import find_traded_with
from pipeline.signals.readers.rules.causes import find_caused_actor
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.pairs import (
    add_listed,
    find_allies,
    find_changing_pair,
    find_gain,
    find_joined,
    find_on_whom,
    find_owned_pair,
    find_possessor,
    find_pressed,
    find_raised_pair,
    find_senders,
    is_on_each_other,
)
from pipeline.signals.readers.rules.panels import PANEL, find_panel_pair
from pipeline.signals.readers.rules.parsed import PASSIVE_SUBJECTS, ParsedSentence, Party
from pipeline.signals.readers.rules.rulings import RULED, find_court_pair
from pipeline.signals.readers.rules.shipments import SHIPPED, find_shipped_pair
from pipeline.signals.readers.rules.ultimatums import ULTIMATUM, find_ultimatum
from pipeline.signals.readers.rules.word_order import (
    SentenceContext,
    find_agent,
    find_mutual_pair,
    find_owner,
    find_owner_against,
    find_targets,
    is_done_by_stranger,
)

# Words before a participle among which a form of `be` shows a passive.
PASSIVE_WORDS = 3
# Kinds that are towards all partners if no target is named.
TARGETS_ALL = frozenset({"measure", "threat", "easing", "investigation"})


# What one side offers, plans or asks for is not yet done by both.
ONE_SIDED = ("offer.", "threaten.", "demand.")
# Rules of verbs that change the object: only its owner can do that.
CHANGES = ("adjust.", "pause.", "end.", "lower.", "raise.", "tighten.")
# Rules of verbs whose subject is the restriction: `the duty on Chinese goods rose`.
MOVES = ("fall.", "rise.")
# The same, or those whose subject begins to apply.
STARTS_OR_MOVES = (*MOVES, "effect.")
# Rules of verbs that may give up another act.
GIVING_UP = ("end.", "pause.", "put_off.")


def find_roles(context: SentenceContext, parsed: ParsedSentence | None, act: Act) -> Iterator[tuple[str, str]]:
    """Yield the pairs of actor and target (codes) of an act.

    Lists of countries give several pairs, mutual acts both directions. There are none if a side is unknown, or if someone who acts for no
    state (a stranger) does or says it, unless it is an act that the subject suffers (`Japan faces American tariffs`). `parsed`: the
    sentence's syntax tree, None if no parser is installed.
    """
    pairs = _find_settled_pairs(context, act)
    if act.rule_id == PANEL and not pairs:
        return
    if pairs or "suffer." in act.rule_id:
        yield from pairs or _find_roles_of_sufferer(context, parsed, act)
        return
    is_about_other = act.rule_id.startswith(("misdeed.", "misconduct.", "futile.", "foretold.")) or (
        act.kind == "demand" and parsed and parsed.is_obligation(act.anchor)
    )
    if parsed and is_about_other:
        yield from _find_roles_of_statement(context, parsed, act)
        return
    party = _find_agent_party(parsed, act) if parsed else None
    if parsed and parsed.is_said_by_stranger(act.anchor):
        return
    # Companies are added to a list, but do nothing.
    is_unnamed = act.rule_id.startswith(RULED) or (context.unnamed is not None and _is_subject_acted_on(context, act))
    if party.is_stranger if party else not is_unnamed and is_done_by_stranger(context, act.anchor):
        return
    if act.mutual:
        yield from _find_mutual_roles(context, parsed, party, act)
        return
    for actor in _choose_actors(context, parsed, party, act):
        if act.thing is not None and _is_not_by(context.sentence, act, act.thing, actor):
            continue
        targets = add_listed(context.sentence, _choose_targets(context, parsed, actor, party, act), actor)
        yield from ((actor, target) for target in targets)
        yield from ((target, actor) for target in targets if is_on_each_other(context.sentence, act.anchor, {actor, target}))


def _find_settled_pairs(context: SentenceContext, act: Act) -> tuple[tuple[str, str], ...]:
    """Return the pairs of an act if word order settles them.

    They are several only for a threat that several states send (`find_senders`). Goods pay their buyer's duty (`shipments.py`),
    somebody raises a country to a rate, and an ultimatum says who threatens whom.
    """
    if act.rule_id == ULTIMATUM:
        ultimatum = find_ultimatum(context.sentence)
        return (ultimatum[1],) if ultimatum else ()
    if act.kind == "threat" and act.thing is not None and (sent := find_senders(context.sentence, act.thing)):
        return sent
    if act.rule_id.startswith(SHIPPED):
        pair = find_shipped_pair(context.sentence)
    elif act.rule_id.startswith("raise.rate."):
        pair = find_raised_pair(context.sentence, act.anchor)
    else:
        pair = _find_settled_pair(context, act)
    return (pair,) if pair else ()


def _find_settled_pair(context: SentenceContext, act: Act) -> tuple[str, str] | None:
    """Return the pair of an act if word order settles it.

    It does (`pairs.py`) for who wins a relief or a ruling (`panels.py`), and for an act whose subject is a restriction with its owner
    (`Trump's India tariffs take effect`), for a court of an unnamed country (`rulings.py`), and for a restriction on somebody that falls or
    rises by itself.
    """
    if act.rule_id == PANEL:
        pair = find_panel_pair(context.sentence, context.main_pair)
        return pair if pair and all(pair) else None
    if "suffer.gain." in act.rule_id:
        giver, winner = find_gain(context.sentence) or (None, "")
        return (giver, winner) if giver else None
    if act.thing is not None and act.kind == "easing" and (by_court := find_court_pair(context.sentence, act.thing)):
        return by_court
    if _changes_restriction(act) and act.thing is not None and (pair := find_changing_pair(context.sentence, act.thing, act.anchor)):
        return pair
    is_subject = act.thing is not None and act.thing <= act.anchor and act.kind in {"measure", "easing"}
    if is_subject and act.thing is not None and act.rule_id.startswith(MOVES):
        suffers = find_on_whom(context.sentence, act.thing, act.anchor)
        owner = find_owner(context, act.thing) if suffers else None
        if suffers and owner and owner != suffers:
            return owner, suffers
    return find_owned_pair(context.sentence, act.thing) if is_subject and act.thing is not None else None


def _find_roles_of_sufferer(context: SentenceContext, parsed: ParsedSentence | None, act: Act) -> Iterator[tuple[str, str]]:
    """Yield actor and target of an act that the subject suffers.

    Example: `Japan faces American tariffs`. The first other country at the object in the tree (American), else who says so (`Japan will
    face tariffs, Trump said`), else the first that word order gives (`find_targets`), else the state that speaks, acts towards the subject
    (Japan). If the tree gives no country as subject, the speaker acts towards who is addressed (`informed Seoul that its goods ...`).
    """
    if parsed:
        sufferers = parsed.find_subject_countries(act.focus)
        if not sufferers and act.rule_id.startswith("suffer."):
            # The first word of `ends up with`, or the participle of `is hit with`.
            sufferers = parsed.find_subject_countries(act.anchor) or parsed.find_subject_countries(act.anchor, PASSIVE_SUBJECTS)
    else:
        agent = find_agent(context, act.anchor)
        sufferers = (agent,) if agent else ()
    if parsed and not sufferers:  # informed Seoul that its goods will face a duty
        telling, speaker = parsed.find_telling(act.anchor), parsed.find_speaker(act.anchor)
        agent = find_agent(context, act.anchor)
        for actor in speaker.codes if speaker else (agent,) if agent else ():
            if telling is not None:
                yield from ((actor, target) for target in find_targets(context, actor, telling, allow_all_partners=False))
    for sufferer in sufferers:
        owners = parsed.find_targets(_search_roots(parsed, act)[:1], {sufferer, *find_traded_with(context.sentence)}) if parsed else ()
        others = (context.speaker,) if context.speaker and context.speaker != sufferer else ()
        speaker = parsed.find_speaker(act.anchor) if parsed else None
        said_by = tuple(code for code in speaker.codes if code != sufferer) if speaker else ()
        named = find_targets(context, sufferer, act.focus, allow_all_partners=False)
        mentions = enumerate(context.sentence.mentions)
        joined = next((find_joined(context.sentence, number) for number, mention in mentions if mention.code == sufferer), ())
        for actor in (owners or said_by or [code for code in named if code not in joined] or others)[:1]:
            yield actor, sufferer


def _find_roles_of_statement(context: SentenceContext, parsed: ParsedSentence, act: Act) -> Iterator[tuple[str, str]]:
    """Yield actor and target of a statement about another state.

    Example: `Beijing said Washington should lift its tariffs`. The first speaker of the clause by the tree (Beijing), else the state that
    speaks (`context.speaker`), else the first other country that word order gives (`find_targets`), acts towards each subject (Washington)
    or, if misconduct is named (`China's unfair practices`), towards each owner. Without a subject, each speaker acts towards the targets by
    word order; `context.speaker` only if it must mean the other side. There is no pair for misconduct without an owner, or if a
    stranger says it.
    """
    if parsed.is_said_by_stranger(act.anchor):
        return
    is_noun = act.rule_id.startswith("misconduct.")
    subjects = parsed.find_owner_countries(act.anchor) if is_noun else parsed.find_subject_countries(act.anchor)
    speaker = parsed.find_speaker(act.anchor)
    speakers = speaker.codes if speaker else ()
    for target in subjects:
        others = [code for code in speakers or (context.speaker,) if code and code != target]
        if not speakers and target == context.speaker:  # who speaks of a duty on its own goods accuses the other side, and asks nobody
            other = find_targets(context, target, act.focus, allow_all_partners=False) if act.kind == "accusation" else ()
            yield from ((target, code) for code in other[:1])
            continue
        for actor in (others or find_targets(context, target, act.focus, allow_all_partners=False))[:1]:
            yield actor, target
    if not subjects and not is_noun:
        if not speakers and context.speaker and _is_said_to_other_side(context) and not parsed.is_described(act.anchor):
            speakers = (context.speaker,)
        for actor in speakers:
            for target in find_targets(context, actor, act.focus, allow_all_partners=False):
                yield actor, target


def _is_said_to_other_side(context: SentenceContext) -> bool:
    """Whether the state that speaks must mean the other side.

    It (`context.speaker`) and all countries that the sentence names are in the main pair.
    """
    return context.speaker in context.main_pair and {m.code for m in context.sentence.mentions} <= set(context.main_pair)


def _find_agent_party(parsed: ParsedSentence, act: Act) -> Party | None:
    """Return who acts, by the syntax tree.

    For talks or a deal that one side only talks about (`find_named_talks`), it is the speaker, if the tree names one. Who is caused to act
    (`causes.py`) needs no tree.
    """
    is_spoken = act.rule_id.startswith("spoken.")
    if caused := find_caused_actor(parsed.sentence, act.anchor):
        return Party((caused,))
    party = (parsed.find_speaker(act.anchor) if is_spoken else None) or parsed.find_agent(act.anchor)
    # A court acts for its state, which is named elsewhere: `Trump tariffs blocked by trade court`.
    return None if party and party.is_stranger and act.rule_id.startswith(RULED) else party


def _choose_actors(context: SentenceContext, parsed: ParsedSentence | None, party: Party | None, act: Act) -> tuple[str, ...]:
    """Return who acts, by the syntax tree, else by word order.

    `party`: result of the tree. If neither says it, it is the owner of the object; so it is if the object is on the party itself (`Mexico
    said US tariffs on Mexico would be paused`). In a passive without an owner it is the state that acts without being named
    (`context.unnamed`). If the object is goods or trade, that state comes before the owner. If word order gives the state whose goods a
    tariff is on (`Canada and Kenya reached a deal that sets a tariff on Kenyan tea`), the other side acts. Empty if unknown, as for `we
    will charge Mexico a tariff` of an unknown speaker.
    """
    actor = None if party else find_agent(context, act.anchor)
    codes = party.codes if party else (actor,)
    if owner := _find_owner_against(context, act, codes):
        return (owner,)
    bearer = _suffers_by_itself(context.sentence, act)
    if bearer is not None and bearer in codes:
        return tuple(code for code in find_mutual_pair(context) if code not in codes)[:1]
    if party or (parsed and parsed.is_own_act_of_speaker(act.anchor)):
        return party.codes if party else ()
    is_own = act.rule_id.startswith(RULED) and actor is not None and actor == _find_owner(context, act)
    if parsed and act.instrument == "tariff" and not is_own and parsed.find_targets(_search_roots(parsed, act), ()) == (actor,):
        return tuple(code for code in find_mutual_pair(context) if code != actor)[:1]
    if actor is None and context.unnamed and _is_subject_acted_on(context, act):
        # Whose the goods are does not say who bars them.
        actor = context.unnamed if act.rule_id.endswith((".goods", ".trade")) else _find_owner(context, act) or context.unnamed
    actor = actor or _find_owner(context, act)
    return (actor,) if actor else ()


def is_suffered(context: SentenceContext, act: Act, target: str) -> bool:
    """Whether the target of an act can only suffer it.

    It does, for example, in `Japan faces US tariffs` and in `Mexico said US tariffs on Mexico would be paused`.
    """
    is_on_target = _suffers_by_itself(context.sentence, act) == target
    return "suffer." in act.rule_id or is_on_target or _find_owner_against(context, act, (target,)) is not None


def _suffers_by_itself(sentence: MarkedSentence, act: Act) -> str | None:
    """Return on whose goods a tariff is that changes by itself.

    Example: IND for `India's minister flew home, and the duty on Indian shrimp took effect`. None for other acts.
    """
    if act.thing is None or act.instrument != "tariff" or not act.rule_id.startswith(STARTS_OR_MOVES):
        return None
    return find_on_whom(sentence, act.thing, act.anchor)


def _find_owner_against(context: SentenceContext, act: Act, codes: tuple[str | None, ...]) -> str | None:
    """Return the owner of what an act changes, if against `codes`.

    Example: USA for `US tariffs on Mexico would be paused` and MEX. `codes`: who acts or is the target, None if unknown. Verbs that do not
    change the object itself (`would be matched`) do not count.
    """
    is_change = act.rule_id.startswith((*CHANGES, "grant.")) and act.rule_id.removesuffix(SURE_SIGN).endswith(".restriction")
    if not is_change or act.thing is None:
        return None
    # `announces a pause in US tariffs on Mexico`: the target is named after the object.
    until = len(context.sentence.tokens) if act.rule_id.startswith("grant.") else act.anchor
    return find_owner_against(context, act.thing, until, codes)


def _changes_restriction(act: Act) -> bool:
    """Whether an act eases or tightens a restriction after its verb."""
    is_change = act.rule_id.removeprefix("agree.").startswith(CHANGES) and act.rule_id.removesuffix(SURE_SIGN).endswith(".restriction")
    return is_change and act.kind in {"measure", "easing"} and act.thing is not None and act.thing > act.anchor


def _is_not_by(sentence: MarkedSentence, act: Act, thing: int, actor: str) -> bool:
    """Whether the object shows that `actor` does not act.

    Examples: Peru in `the talks raised China's purchases` with Peru, China in `China warned the EU against new tariffs on Chinese cars`.
    `thing`: the object's first word.
    """
    if act.rule_id.startswith("raise.trade"):
        return find_possessor(sentence, thing) not in {None, actor}
    return act.rule_id.startswith("fresh.") and find_on_whom(sentence, thing, len(sentence.tokens)) == actor


def _find_owner(context: SentenceContext, act: Act) -> str | None:
    """Return the owner of the object of an act, if any."""
    return None if act.thing is None else find_owner(context, act.thing)


def _is_subject_acted_on(context: SentenceContext, act: Act) -> bool:
    """Whether the subject is what the act is done to.

    The verb is a passive, or follows what the act is done to: `the duties take effect`.
    """
    if act.thing is not None and act.thing < act.anchor:
        return True
    return bool(cues("be") & set(context.sentence.words_between(act.anchor - PASSIVE_WORDS, act.anchor)))


def _choose_targets(context: SentenceContext, parsed: ParsedSentence | None, actor: str, party: Party | None, act: Act) -> tuple[str, ...]:
    """Return the targets of an act by `actor`.

    They come from the syntax tree, or else from word order. `party`: who acts by the tree. Empty if a state is the actor and the target of
    a demand (what its own people demand of it). If several states act together and the tree names only some of them at the object, these
    are the targets of the others and have none themselves. All partners are possible for kinds in `TARGETS_ALL` and who gives up a relief
    (`drops a plan to cut duties`), unless a firm is meant.
    """
    is_diverted = "divert." in act.rule_id
    if parsed and party:
        named = parsed.find_targets([act.focus if act.thing is None else parsed.phrase_head(act.thing)], ())
        if named and set(named) < set(party.codes):  # two states agree to lower the tariff on the goods of one of them
            return () if actor in named else named
    if parsed and act.kind == "demand" and actor in parsed.find_targets(parsed.tree.children_by(act.anchor, "dobj"), ()):
        return ()  # what its own people ask of a state
    if parsed:
        skipped = cues("destinations") if is_diverted else frozenset[str]()
        targets = parsed.find_targets(_search_roots(parsed, act), {actor, *(party.codes if party else ())}, skipped_prepositions=skipped)
        if targets:
            return targets
    pressed = find_pressed(context.sentence, act.anchor) if act.kind == "threat" else None
    if pressed and pressed[0] == actor:
        return pressed[1:]
    subjects = parsed.subject_positions() if parsed else frozenset[int]()
    gives_up_relief = act.kind == "refusal" and act.rule_id.startswith(GIVING_UP) and act.rule_id.endswith(SURE_SIGN)
    is_general = (act.kind in TARGETS_ALL or gives_up_relief) and ".firm" not in act.rule_id
    return find_targets(context, actor, act.focus, allow_all_partners=is_general, is_diverted=is_diverted, not_at=subjects)


def _search_roots(parsed: ParsedSentence, act: Act) -> list[int]:
    """Return the positions in the tree below which targets are searched.

    They are, in this order, the object, the verb and the operator; for demands and accusations the object is last.
    """
    object_head = [] if act.thing is None else [parsed.phrase_head(act.thing)]
    verbs = [act.focus, act.anchor]
    return [*verbs, *object_head] if act.kind in {"demand", "accusation"} else [*object_head, *verbs]


def _find_mutual_roles(context: SentenceContext, parsed: ParsedSentence | None, party: Party | None, act: Act) -> Iterator[tuple[str, str]]:
    """Yield both directions for every two sides of a mutual act.

    Of countries that together deal with others (`find_allies`), each is a side only with these. An act that exactly one side offers,
    threatens or demands goes only from it to its targets. Talks without a subject (`_find_partner`) go from the state that speaks. If only
    one side of any other act is known, it, else the state that speaks of trade, acts towards the targets by word order.
    """
    if act.rule_id.startswith(ONE_SIDED):
        willing = _choose_actors(context, parsed, party, act)
        if len(willing) == 1:
            for target in _choose_targets(context, parsed, willing[0], party, act):
                yield willing[0], target
            return
    allies, partners = find_allies(context.sentence)
    if allies:
        yield from ((one, other) for ally in allies for partner in partners for one, other in permutations((ally, partner)))
        return
    partner = None if party else _find_partner(context, act)
    if partner:
        yield partner
        return
    pairs = _find_parsed_pairs(parsed, party, act) or list(permutations(find_mutual_pair(context), 2))
    if pairs:
        yield from pairs
        return
    speaker = context.speaker if has_trade(context.sentence.text) else None
    actor = party.codes[0] if party else find_agent(context, act.anchor) or speaker
    if actor:
        for target in find_targets(context, actor, act.focus, allow_all_partners=False):
            yield actor, target


def _find_partner(context: SentenceContext, act: Act) -> tuple[str, str] | None:
    """Return the pair of talks without a subject: the speaker's.

    Example: `Talks with Peru will be held`. None if that state is unknown or named.
    """
    sentence, speaker = context.sentence, context.speaker
    after = sentence.words_between((act.thing or 0) + 1, (act.thing or 0) + 2)
    partner = next((m.code for m, (first, _) in sentence.located_mentions if act.thing is not None and first - act.thing in {2, 3}), None)
    is_named = any(mention.code == speaker for mention in sentence.mentions if mention.end)
    return (speaker, partner) if after == ["with"] and speaker and partner and not is_named else None


def _find_parsed_pairs(parsed: ParsedSentence | None, party: Party | None, act: Act) -> list[tuple[str, str]]:
    """Return both directions for every two sides of a mutual act.

    They come from the syntax tree. The sides act together, or one acts with each of the others (`signs a deal with Peru and Kenya`).
    Without an actor they are the targets. Empty if the tree does not name both sides.
    """
    if parsed is None:
        return []
    actors = party.codes if party else ()
    others = parsed.find_targets(_search_roots(parsed, act), actors) if len(actors) < PAIR_SIZE else ()
    if actors and others:
        return [pair for other in others for pair in permutations((actors[0], other), 2)]
    return list(permutations(actors or others, 2))
