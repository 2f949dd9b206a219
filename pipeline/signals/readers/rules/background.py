"""The modality of an act by the dependency tree.

An act may serve only to identify a thing, to date another act, or to say what another act is for. `at` is the position of the word of the
act. Does not belong here: what the words around an act say of its modality (`adjust.py`), or dates (`pipeline/signals/dates.py`).
"""

import re

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.causes import find_caused_actor
from pipeline.signals.readers.rules.grammar import ESCALATING, Act, class_of
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence
from pipeline.signals.readers.rules.parsed import FINITE, SUBJECTS, ParsedSentence

# An act of these hours is news, also if it only describes a thing: `the ban, imposed by Lima last night, is unjust`.
_FRESH = re.compile(
    r"(?: by [\w'\u2019-]+(?: [\w'\u2019-]+){0,3})?"
    r" (?:earlier today|hours ago|last night|overnight|this (?:afternoon|evening|morning)|today|yesterday)\b",
    re.IGNORECASE,
)

# By how much, or until when, an act changes something: `extended by 90 days`, `delayed until May`
_MEASURED = re.compile(r" (?:(?:by|for|to) (?:an? |another |a further |an? additional )?(?:\d|half\b|month|year)|until )", re.IGNORECASE)


def modality_by_tree(parsed: ParsedSentence, act: Act) -> str:
    """Return the modality that the tree gives an asserted act.

    It is `historical` if the act is background (`tariffs imposed in May`), only dates another, or is what somebody answers or deplores,
    unless the words before its clause only report on a market. Else it is `hypothetical` if the act is only a purpose (`to reach a deal`)
    but no meeting and not caused (`causes.py`), else `asserted`.
    """
    clause_start, _ = parsed.sentence.clause_bounds(act.anchor)
    is_known = (
        _is_background(parsed, act.anchor)
        or _is_answered(parsed, act.anchor)
        or _is_deplored(parsed, act)
        or _is_adjective(parsed.sentence, act.focus)
    )
    if (is_known or _is_setting(parsed, act.anchor)) and not parsed.sentence.reports_effect(clause_start):
        return "historical"
    is_meeting = act.rule_id.startswith("meet.")  # A trip made in order to talk counts as talk.
    is_caused = find_caused_actor(parsed.sentence, act.anchor) is not None
    is_purpose = (_is_purpose(parsed, act.anchor) or _is_purpose(parsed, act.focus)) and not (is_meeting or is_caused)
    return "hypothetical" if is_purpose else "asserted"


def _is_background(parsed: ParsedSentence, at: int) -> bool:
    """Whether an act only identifies a thing or sets the scene.

    Examples: `tariffs imposed in May`, `planned tariffs`, `the duty that he announced`, `after talks`,
    `the decision to impose tariffs was`, `because of its threat to impose tariffs`, `previous threats`, `drops its threat`, `condemned the
    tariff that Japan plans`.
    """
    tree, sentence, verb = parsed.tree, parsed.sentence, parsed.main_verb(at)
    relation, tag = tree.relations[verb], tree.tags[verb]
    is_threat = parsed.is_noun(verb) and any(mark.first == at and class_of(mark) == "threaten" for mark in _operators(parsed))
    if is_threat and any(sentence.tokens[child].lower in cues("earlier") for child in tree.children_by(verb, "amod")):
        return True
    if is_threat and relation == "dobj" and _is_ended_by(parsed, tree.heads[verb]):
        return True
    if relation == "pobj":
        modifiers = {sentence.tokens[child].lower for child in tree.children_by(verb, "amod")}
        is_known = is_threat and bool(tree.children_by(verb, "poss")) and cues("fresh").isdisjoint(modifiers)
        return is_known or sentence.tokens[tree.heads[verb]].lower in cues("backdrops")
    if relation in SUBJECTS and any(mark.first == at for mark in sentence.marks_of("operator_noun")):
        return sentence.tokens[tree.heads[verb]].lower in cues("be")
    if relation == "relcl":
        is_past = tag in {"VBD", "VBN"} and not any(tree.tags[child] == "TO" for child in tree.children_by(verb, "aux"))
        return _is_reproached(parsed, verb) or (is_past and not _is_text_made_known(parsed, verb))
    is_joined = verb > 0 and sentence.tokens[verb - 1].lower == "but"  # `raised its duty but exempted goods from Peru`
    is_ruling = relation == "acl" and sentence.tokens[verb].lower in {"found", "held"}  # `a panel found that` is no participle
    is_fresh = relation == "acl" and _FRESH.match(sentence.text, sentence.tokens[verb].end) is not None
    # `has relaxed curbs` is no adjective, whatever the tree says; but who says `we have` recites what was done.
    before = sentence.words_between(verb - 2, verb)
    is_perfect = before[-1:] in (["has"], ["have"]) and before[:1] not in (["i"], ["we"])
    is_participle = relation in {"acl", "amod"} and tag == "VBN" and not (is_joined or is_ruling or is_fresh or is_perfect)
    return is_participle and not _is_made_known(parsed, verb) and not _is_predicate(parsed, verb)


def _is_adjective(sentence: MarkedSentence, at: int) -> bool:
    """Whether a word only describes the state after it: `sold chips to blacklisted Huawei`."""
    is_before_state = any(first == at + 1 for _, (first, _) in sentence.located_mentions)
    is_after_preposition = sentence.words_between(at - 1, at)[:1] in (["from"], ["to"], ["with"])
    return is_before_state and is_after_preposition and sentence.tokens[at].lower.endswith("ed")


def _is_answered(parsed: ParsedSentence, at: int) -> bool:
    """Whether an act is a plan that another act answers.

    Example: `in response to Peru's decision to impose a duty`.
    """
    tree, sentence, node = parsed.tree, parsed.sentence, parsed.main_verb(at)
    if tree.relations[node] == "acl" and tree.tags[node] == "VB":
        node = tree.heads[node]
    preposition = tree.heads[node]
    is_after_to = tree.relations[node] == "pobj" and sentence.tokens[preposition].lower == "to"
    return is_after_to and sentence.tokens[tree.heads[preposition]].lower in cues("reactions")


def _is_deplored(parsed: ParsedSentence, act: Act) -> bool:
    """Whether somebody deplores an act: `it is regrettable that Peru has imposed a duty`."""
    tree, tokens, node = parsed.tree, parsed.sentence.tokens, parsed.main_verb(act.anchor)
    while tree.relations[node] == "xcomp":
        node = tree.heads[node]
    if act.kind not in ESCALATING or tree.relations[node] != "ccomp":
        return False
    head = tree.heads[node]
    return any(tokens[at].lower in cues("deplored") for at in (head, *tree.children_by(head, "acomp", "oprd")))


def _is_made_known(parsed: ParsedSentence, participle: int) -> bool:
    """Whether a participle describes what is being made known: `announced reduced tariffs`, `signed an order on lowered tariffs`."""
    tree, at = parsed.tree, parsed.tree.heads[participle]
    while tree.relations[at] in {"pobj", "prep", "dobj"}:
        at = tree.heads[at]
    return tree.relations[participle] == "amod" and parsed.sentence.tokens[at].lower in cues("announcing")


def _is_text_made_known(parsed: ParsedSentence, verb: int) -> bool:
    """Whether a relative clause says what an announced text does.

    Example: `signed an order that doubled tariffs`.
    """
    noun = parsed.tree.heads[verb]
    is_text = parsed.sentence.tokens[noun].lower in cues("official_texts") and parsed.tree.relations[noun] == "dobj"
    return is_text and parsed.sentence.tokens[parsed.tree.heads[noun]].lower in cues("announcing")


def _is_reproached(parsed: ParsedSentence, verb: int) -> bool:
    """Whether a relative clause only says what is reproached.

    Example: `condemned the tariff that Japan plans to impose`.
    """
    noun = parsed.tree.heads[verb]
    return parsed.tree.relations[noun] == "dobj" and parsed.sentence.tokens[parsed.tree.heads[noun]].lower in cues("reproaches")


def _is_predicate(parsed: ParsedSentence, participle: int) -> bool:
    """Whether what the tree calls a participle is the sentence's verb.

    Examples: `Washington capped imports`, `Peruvian tea barred by Lima`, `duty struck down by a court`, `truce extended by 90 days`. It
    directly follows a state that can act, or `by` and such a state or a court follow it, or how much or how long it is (`_MEASURED`), as in
    a headline without `is`; the tree has no finite verb there, that is, after the last colon before it.
    """
    sentence, tree, tags = parsed.sentence, parsed.tree, parsed.tree.tags
    spans = [span for mention, span in sentence.located_mentions if mention.is_actor]
    if any(last == participle - 1 for _, last in spans):
        return FINITE.isdisjoint(tags) or tags[participle - 1].startswith("VB")  # the tree takes the state's name for a verb
    start = max((at + 1 for at in range(participle) if sentence.tokens[at].text == ":"), default=0)
    by = participle + 1 + (sentence.words_between(participle + 1, participle + 2) in (["down"], ["out"]))
    is_state_or_court = any(first == by + 1 for first, _ in spans) or not cues("courts").isdisjoint(sentence.words_between(by + 1, by + 5))
    is_by_state = sentence.words_between(by, by + 1) == ["by"] and is_state_or_court
    noun = tree.heads[participle]
    is_object = tree.relations[noun] == "dobj" and tags[tree.heads[noun]].startswith("VB")
    is_subject = tree.relations[noun] != "pobj" and not is_object
    is_open = is_by_state or _MEASURED.match(sentence.text, sentence.tokens[participle].end) is not None
    return is_open and is_subject and sentence.tokens[start].lower not in {"the", "these", "those"} and FINITE.isdisjoint(tags[start:])


def _is_setting(parsed: ParsedSentence, at: int) -> bool:
    """Whether an act is in a clause that only dates another act.

    Two kinds of clauses do: `when Ottawa raises its duty` after the main clause and, at the start of the sentence and in the past tense
    only, `as Ottawa raised its duty, ...`.
    """
    start, _ = parsed.sentence.clause_bounds(at)
    verb, opener = parsed.main_verb(at), parsed.sentence.tokens[start].lower
    if start not in parsed.tree.children[verb]:
        return False
    return (opener == "when" and start > 1) or (opener == "as" and start == 0 and parsed.tree.tags[verb] == "VBD")


def _is_purpose(parsed: ParsedSentence, at: int) -> bool:
    """Whether an act is only the purpose of another.

    Its verb is an infinitive that modifies another verb: `..., to reach a deal`.
    """
    verb = parsed.main_verb(at)
    to = next((child for child in parsed.tree.children_by(verb, "aux") if parsed.tree.tags[child] == "TO"), None)
    return to is not None and parsed.tree.relations[verb] == "advcl" and not _is_after_opener(parsed, to)


def _is_after_opener(parsed: ParsedSentence, at: int) -> bool:
    """Whether the state that opens a clause directly precedes word `at`.

    In a headline its act is then planned: `Ottawa to restore duties`.
    """
    start, _ = parsed.sentence.clause_bounds(at)
    return any(mention.is_actor and first == start and last == at - 1 for mention, (first, last) in parsed.sentence.located_mentions)


def _is_ended_by(parsed: ParsedSentence, at: int) -> bool:
    """Whether word `at` is a verb that ends its object.

    Example: `drops its threat`. In the lexicon the direction of the verb is `down`.
    """
    return any(
        mark.first == at and any(phrase.entry["direction"] == "down" for phrase in mark.readings)
        for mark in parsed.sentence.marks_of("verb")
    )


def _operators(parsed: ParsedSentence) -> list[Mark]:
    return parsed.sentence.marks_of("operator", "operator_noun")
