"""The rule reader: builds readings from acts, their actors and targets.

An act is e.g. `raises tariffs`; a reading is a signal, an act with actor and target (`pipeline/signals/reader.py`). No rule about English
words belongs here.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.vocabulary import KINDS_WITH_MAGNITUDE
from pipeline.signals import slots
from pipeline.signals.actors import Mention
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.dates import is_past_event, opens_with_new_deal
from pipeline.signals.lexicon import cues
from pipeline.signals.reader import PAST, READINGS_SCHEMA, RULED_OUT, SURE_SIGN, Reading
from pipeline.signals.readers.rules.adjust import KEPT, REST, is_in_past_perfect
from pipeline.signals.readers.rules.background import modality_by_tree
from pipeline.signals.readers.rules.bare import BROUGHT_DOWN, FORETOLD, HARM
from pipeline.signals.readers.rules.bystanders import find_dated, find_excepted, find_unrelieved
from pipeline.signals.readers.rules.compose import find_acts
from pipeline.signals.readers.rules.denials import find_denials
from pipeline.signals.readers.rules.disputes import find_other_dispute
from pipeline.signals.readers.rules.grammar import ESCALATING, Act
from pipeline.signals.readers.rules.matching import MarkedSentence, mark_sentence
from pipeline.signals.readers.rules.pairs import is_in_own_clause
from pipeline.signals.readers.rules.parsed import ParsedSentence
from pipeline.signals.readers.rules.phrases import word_list
from pipeline.signals.readers.rules.roles import find_roles, is_suffered
from pipeline.signals.readers.rules.ruled_out import EARLIER, NOTHING_DONE, Denial
from pipeline.signals.readers.rules.singled_out import OTHERS, find_singled_out, relieves_others
from pipeline.signals.readers.rules.syntax import Tree, is_installed, parse_sentences
from pipeline.signals.readers.rules.ultimatums import ULTIMATUM
from pipeline.signals.readers.rules.word_order import SentenceContext

VERSION = "0.3.34"
# Rules of verbs that bring a restriction back, which is no relief (`restores duties`).
RETURN = "reimpose.restriction"
# Between a threat and a restriction that is news, too.
_NEWS_TOO = frozenset({",", ";", "after", "and", "as", "but", "when", "while"})
# Rules of who asks the other side to talk.
ASKING_FOR_TALKS = "demand.hold.talks"
# Rules of verbs that postpone talks, and of those that start them with `off`.
POSTPONED, KICKED_OFF = "postpone.talks", "start_talks.talks"
# Rules of what a speaker says that another state does wrong.
MISDEED = "misdeed."
# Which kind such a rule rules out for its pair.
_RULES_OUT = ((REST, "refusal"), (RETURN, "easing"), (POSTPONED, "refusal"), (KICKED_OFF, "refusal"), (KEPT, "measure"))
# What the state that speaks says itself.
SPOKEN = "own_words"
# End of the id of rules for quarrels: `escalates its trade war`.
QUARREL = ".quarrel"
# After a restriction: it was imposed or planned earlier.
_DONE_EARLIER = re.compile(
    r"(?: [\w-]+){0,2}? (?:(?:that |which )?(?:he|it|they|we) (?:(?:had|has|have) )?"
    r"(?:adopted|announced|imposed|introduced|placed|put|taken|took)"
    r"|(?:due|planned|scheduled|set|slated|supposed) (?:for|to))\b"
)


class RuleReader:
    """Reads sentences by the rules of the lexicon.

    The same candidates give the same readings. Sentences with an act are parsed. Without a parser, actors and targets are found by
    word order, and the version says so.
    """

    name = "rules"
    version = VERSION if is_installed() else f"{VERSION}+wordorder"

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """Return a row (`READINGS_SCHEMA`) for each act and each of its candidates.

        `candidates`: pairs of countries, by sentence. An act whose pair is no candidate has no row. An act that a state suffers may have a
        second row, for the reverse pair, and candidates have rows for what the words rule out (`_iter_readings`).
        """
        sentences: list[_SentenceActs] = []
        for group in candidates:
            with _sentence_named(group[0]["sentence"]):
                if (with_acts := _find_acts_of(group)) is not None:
                    sentences.append(with_acts)
        trees = iter(parse_sentences([(_to_parser_text(s.context.sentence), s.context.sentence.tokens) for s in sentences if s.acts]))
        rows: list[Reading] = []
        for sentence in sentences:
            with _sentence_named(sentence.context.sentence.text):
                rows.extend(_iter_readings(sentence, next(trees) if sentence.acts else None))
        return pl.DataFrame(rows, schema=READINGS_SCHEMA, orient="row")


@contextmanager
def _sentence_named(text: str) -> Iterator[None]:
    """Name the sentence in an error, which no input should cause."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This is an error of the rules; please report it with the sentence they read: {text!r}")
        raise


@dataclass(frozen=True)
class _SentenceActs:
    """A sentence with the acts found in it.

    `denials`: what its words rule out. `day`: the day of its article. `is_question`, `is_history`: see `ResolvedSentence`.
    `candidate_numbers` maps the actor and target of each candidate to its number.
    """

    context: SentenceContext
    acts: list[Act]
    denials: list[Denial]
    day: date | None
    is_question: bool
    is_history: bool
    candidate_numbers: Mapping[tuple[str, str], int]


def _find_acts_of(group: SentenceCandidates) -> _SentenceActs | None:
    """Find the acts of a sentence, without actor and target.

    Acts with the instrument `entity_list` are left out if the sentence has a word of security policy, and all acts if it does nothing to
    trade (`clauses.py`). None if no act is left and nothing is ruled out, or a phrase of the list `topics` says that the sentence only
    lists what was talked about.
    """
    text: str = group[0]["sentence"]
    if _contains_any(text, "topics"):
        return None
    sentence = mark_sentence(text, _read_mentions(group))
    is_security = _contains_any(text, "security")
    denials = [*find_denials(sentence, {row["actor"] for row in group}), *find_other_dispute(group[0]["previous"], text)]
    all_acts = [] if NOTHING_DONE in denials else find_acts(sentence)
    acts = [act for act in all_acts if not (is_security and act.instrument == "entity_list")]
    if not acts and not denials:
        return None
    main_pair = next((tuple(sorted((row["actor"], row["target"]))) for row in group if row["is_main_pair"]), ())
    candidate_numbers = {(row["actor"], row["target"]): row["candidate"] for row in group}
    unnamed = next((row["actor"] for row in group for mention in row["actor_mentions"] if not mention["end"]), None)
    return _SentenceActs(
        SentenceContext(sentence, main_pair, unnamed, group[0]["speaker"]),
        acts,
        denials,
        group[0]["day"],
        group[0]["is_question"],
        group[0]["is_history"],
        candidate_numbers,
    )


def _to_parser_text(sentence: MarkedSentence) -> str:
    """Return the text for the parser, without misleading capitals.

    The parser takes Words With Capitals for names. Those of a headline lose their capitals, except countries and shorter words, and so do
    verbs after an abbreviation (`the U.S. Imposes`), which old agency reports begin with a capital. Every word keeps its offset.
    """
    text = sentence.text
    verbs = {mark.first for mark in sentence.marks_of("verb", "operator")}
    after_points = [
        token
        for at, (before, token) in enumerate(pairwise(sentence.tokens), 1)
        if before.text.endswith(".") and len(before.text) > 1 and (at in verbs or token.lower in cues("stops"))
    ]
    for word in (*sentence.title_words, *after_points):
        if len(word.text.lower()) == len(word.text):
            text = f"{text[: word.start]}{word.text.lower()}{text[word.end :]}"
    return text


def _is_only_threatened(sentence: MarkedSentence, act: Act, threat: Act) -> bool:
    """Whether a restriction is only what a threat is about.

    A quarrel that escalates by a threat is the threat (`escalates its trade war, saying that it will tax`), and so is what somebody is
    warned of (`warned Peru that it would face duties`), or has to face otherwise.
    """
    if threat.rule_id == ULTIMATUM and act.thing == threat.thing:
        return act.kind == "measure"
    is_warned_of = act.rule_id.startswith("suffer.") and threat.anchor < act.anchor
    return act.kind == "measure" and (
        act.rule_id.endswith(QUARREL) or (is_warned_of and _NEWS_TOO.isdisjoint(sentence.words_between(threat.anchor, act.anchor)))
    )


def _iter_readings(sentence_acts: _SentenceActs, tree: Tree | None) -> Iterator[Reading]:
    """Yield a reading for each act and candidate pair.

    Pairs of actor and target that are no candidates are left out, and acts that the words deny. An asserted act becomes historical if the
    text dates it in the past, else gets its modality by the tree; if it is then still asserted, a question makes it hypothetical. Threats
    dated in the past get the mark `PAST`. `tree` is None without a parser or acts.

    Further readings, negated, rule out others (`RULED_OUT`): that a state does what it suffers or only speaks of, that a state escalates at
    all if a tariff threatens something, and what the words deny (`find_denials`).
    """
    sentence = sentence_acts.context.sentence
    parsed = ParsedSentence(sentence, tree) if tree else None
    is_harm = any(act.rule_id == HARM for act in sentence_acts.acts)
    left_out = dict.fromkeys({*ESCALATING, "threat"}, frozenset((*find_excepted(sentence), *find_dated(sentence))))
    left_out |= dict.fromkeys(("easing", "offer"), frozenset((*find_unrelieved(sentence), *find_singled_out(sentence))))
    roles_of_acts = [
        (act, _leave_out(list(dict.fromkeys(find_roles(sentence_acts.context, parsed, act))), left_out.get(act.kind, frozenset())))
        for act in sentence_acts.acts
    ]
    threats = [(act, roles) for act, pairs in roles_of_acts if act.kind == "threat" and act.modality == "asserted" for roles in pairs]
    spoken_of = set(_find_spoken_of(sentence_acts, [(act, roles) for act, pairs in roles_of_acts for roles in pairs]))
    denied = {roles: _find_denied_kinds(sentence_acts, roles) for roles in sentence_acts.candidate_numbers}
    for roles, number in sentence_acts.candidate_numbers.items():
        is_only_spoken_of = is_harm or roles in spoken_of
        for kind, why in (({"measure": "reason"} if is_only_spoken_of else {}) | denied[roles]).items():
            yield _rule_out(number, kind, why)
    for act, pairs in roles_of_acts:
        is_past = sentence_acts.is_history or is_past_event(sentence.text, sentence_acts.day)
        modality = "historical" if act.modality == "asserted" and is_past else act.modality
        is_old_threat = (
            act.kind == "threat" and modality == "historical" and (act.modality == "asserted" or is_in_past_perfect(sentence, act.anchor))
        )
        named = replace(act, rule_id=f"{act.rule_id}{PAST}") if is_old_threat else act
        is_new_deal = act.kind == "agreement" and opens_with_new_deal(sentence.text, sentence_acts.day)
        if parsed and modality == "asserted" and not is_new_deal:
            modality = modality_by_tree(parsed, act)
        if sentence_acts.is_question and modality == "asserted":
            modality = "hypothetical"
        is_for_others = act.kind == "easing" and left_out[act.kind] and relieves_others(sentence)
        if is_for_others and any(target == ALL_PARTNERS for _, target in pairs):
            named = replace(act, rule_id=f"{OTHERS}{act.rule_id.removesuffix(SURE_SIGN)}{SURE_SIGN}")
        for roles in pairs:
            is_reason = act.kind in {*ESCALATING, "threat"} and roles in spoken_of
            is_threat_alone = any(roles == threatened and _is_only_threatened(sentence, act, threat) for threat, threatened in threats)
            denial = denied.get(roles, {}).get(act.kind)
            if roles in sentence_acts.candidate_numbers and not is_reason and not is_threat_alone and denial in {None, EARLIER}:
                dated = "historical" if denial and modality == "asserted" else modality
                yield _to_reading(sentence_acts.candidate_numbers[roles], sentence, named, dated, roles)
            if modality == "asserted" or act.rule_id == REST:
                yield from _iter_contraries(sentence_acts, act, roles)


def _leave_out(pairs: list[tuple[str, str]], excepted: Container[str]) -> list[tuple[str, str]]:
    """Leave out the pairs whose target an act exempts (`excepted`).

    If none is left, the act is towards all others.
    """
    rest = [pair for pair in pairs if pair[1] not in excepted]
    return rest or list(dict.fromkeys((actor, ALL_PARTNERS) for actor, _ in pairs))


def _iter_contraries(sentence_acts: _SentenceActs, act: Act, roles: tuple[str, str]) -> Iterator[Reading]:
    """Yield readings that an act rules out.

    `roles`: its actor and target. Who suffers an act does not do it, what brings a restriction back (`RETURN`) is no relief, who keeps a
    suspension imposes nothing (`KEPT`), who eases another restriction refuses nothing (`REST`), who only asks for talks demands nothing
    (`ASKING_FOR_TALKS`), who postpones talks does not refuse them (`POSTPONED`), who only eases what was imposed earlier threatens nothing
    (`_is_of_earlier`), who is said to break a deal accuses nobody (`MISDEED`), whom the speaker alone accuses or asks does not do the same
    (`SPOKEN`), and harm that the other side foretells of a restriction (`FORETOLD`) is no threat.
    """
    numbers = sentence_acts.candidate_numbers
    for kind, why, pair in _find_contraries(sentence_acts, act, roles):
        if pair in numbers:
            yield _rule_out(numbers[pair], kind, why)


def _find_contraries(sentence_acts: _SentenceActs, act: Act, roles: tuple[str, str]) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Yield each kind that an act rules out, why, and its pair.

    The pair is actor and target.
    """
    others, back = [other for other in sentence_acts.acts if other != act], roles[::-1]
    for rule, kind in _RULES_OUT:
        is_alone = rule != KEPT or (act.kind == "easing" and not any(other.kind == kind for other in others))
        if act.rule_id.startswith(rule) and is_alone:
            yield kind, rule, roles
    only_eases = act.kind == "easing" and all(other.kind == "easing" for other in others if other.modality == "asserted")
    if only_eases and _is_of_earlier(sentence_acts.context.sentence, act):
        yield "threat", EARLIER, roles
    is_breach = act.rule_id.startswith(MISDEED) and act.instrument == "agreement"
    is_said = act.kind in {"accusation", "demand"} and roles[0] == sentence_acts.context.speaker
    if (is_breach or is_said) and all(other.kind != act.kind for other in others):
        yield act.kind, MISDEED if is_breach else SPOKEN, back
    if act.rule_id.startswith(ASKING_FOR_TALKS) and all(other.kind != "demand" for other in others):
        yield "demand", ASKING_FOR_TALKS, roles
    if act.rule_id == FORETOLD:
        yield "threat", FORETOLD, back
    if is_suffered(sentence_acts.context, act, roles[1]) and not BROUGHT_DOWN.search(sentence_acts.context.sentence.text):
        yield act.kind, act.rule_id, back


def _rule_out(candidate: int, kind: str, why: str) -> Reading:
    """Return a reading that rules out others of a kind and candidate.

    Nothing else of it is used (`combine.py`), so attributes are not looked for.
    """
    return Reading(candidate, kind, "announced", "negated", "other", False, False, None, None, "", 0.6, None, f"{why}{RULED_OUT}", [])


def _is_of_earlier(sentence: MarkedSentence, act: Act) -> bool:
    """Whether what an act eases was done or planned earlier: `lift the duty it has imposed`."""
    return act.thing is not None and _DONE_EARLIER.match(sentence.text, sentence.tokens[act.thing].end) is not None


def _find_spoken_of(sentence_acts: _SentenceActs, pairs: Sequence[tuple[Act, tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield pairs whose actor restricts nothing, but speaks of the other's act.

    It says what the other's restriction will do (`FORETOLD`), or acts before or while the other does something in a clause of its own:
    `Before Washington imposes duties on Japan, Tokyo's envoy was hopeful`. A pair is left out if the rules find an escalation of it, or the
    sentence speaks of an answer. `pairs`: each act with its actor and target, once for each.
    """
    context = sentence_acts.context
    escalating = {*ESCALATING, "threat"}
    done = {roles for act, roles in pairs if act.kind in escalating}
    has_answer = not cues("answers").isdisjoint(context.sentence.words)
    for act, roles in pairs:
        is_others = act.kind in escalating and not has_answer and roles[::-1] not in done and is_in_own_clause(context.sentence, act.anchor)
        pair = roles[::-1] if is_others else roles
        if (is_others or act.rule_id == FORETOLD) and pair in sentence_acts.candidate_numbers:
            yield pair


def _find_denied_kinds(sentence_acts: _SentenceActs, roles: tuple[str, str]) -> dict[str, str]:
    """Return the kinds that the words rule out for a pair.

    Each has the reason as value. `roles`: actor and target.
    """
    sentence = sentence_acts.context.sentence
    return {kind: denial.why for denial in sentence_acts.denials if denial.covers(sentence, roles) for kind in sorted(denial.kinds)}


def _contains_any(text: str, section: str) -> bool:
    """Whether a text has a phrase of this word list of `operators.toml`.

    Case does not matter, and a phrase within longer words counts.
    """
    lower = text.lower()
    return any(phrase in lower for phrase in word_list(section))


def _read_mentions(group: SentenceCandidates) -> list[Mention]:
    """Collect the mentions in a sentence from its candidates.

    They are in order of the text. The state that acts without being named has no words, and is left out.
    """
    mentions = {
        Mention(row[side], m["start"], m["end"], m["role"], m["is_actor"])
        for row in group
        for side in ("actor", "target")
        for m in row[f"{side}_mentions"]
        if m["end"]
    }
    return sorted(mentions, key=lambda m: (m.start, m.end, m.code))


def _to_reading(candidate: int, sentence: MarkedSentence, act: Act, modality: str, roles: tuple[str, str]) -> Reading:
    """Build a reading from an act and the attributes of its sentence.

    `candidate`: number of the pair of actor and target; `roles`: their codes.
    """
    text = sentence.text
    actors, targets = ([mention.start for mention in sentence.mentions if mention.code == code] for code in roles)
    offset = sentence.tokens[act.focus].start
    clause = slots.keep_clause(text, offset, (*actors, *targets))
    rate = slots.find_rate(clause, offset, targets, actors, act.instrument) if act.kind in KINDS_WITH_MAGNITUDE else None
    return Reading(
        candidate=candidate,
        kind=act.kind,
        status=slots.correct_status(clause, act.kind, act.status),
        modality=modality,
        instrument=act.instrument,
        is_retaliation=act.kind in {"measure", "threat"} and slots.is_retaliation(clause),
        is_conditional=act.kind in {"threat", "offer", "refusal", "demand"} and slots.is_conditional(clause),
        rate_pct=rate,
        value_usd=slots.find_dollars(clause, offset) if act.kind in KINDS_WITH_MAGNITUDE else None,
        product=slots.find_product(clause, act.instrument, tuple(actors), rate, kind=act.kind),
        score=act.score,
        margin=None,
        rule_id=act.rule_id,
        words=list(act.words),
    )
