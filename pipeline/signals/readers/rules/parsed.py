"""Agents, speakers and targets of acts by the dependency tree.

If the tree does not say, the result is empty and `roles.py` uses word order and the article.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.actors import Mention
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.firms import is_firm
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.pairs import is_subject
from pipeline.signals.readers.rules.phrases import nonstate_nouns, word_list
from pipeline.signals.readers.rules.syntax import Tree

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})  # tags of finite verbs
SUBJECTS = ("nsubj", "csubj")
PASSIVE_SUBJECTS = ("nsubjpass", "csubjpass")
MODIFIERS = ("poss", "compound", "amod", "nmod", "appos")
# A word with one of these relations and no subject of its own has the subject of its head.
SHARES_SUBJECT = frozenset(
    {"acl", "acomp", "advcl", "advmod", "attr", "aux", "auxpass", "ccomp", "conj", "dep", "dobj", "intj", "neg", "oprd",
     "pcomp", "pobj", "prep", "prt", "xcomp"}
)  # fmt: skip
OBJECT_CLAUSES = frozenset({"xcomp", "ccomp"})
PREDICATES = frozenset({"aux", "neg", "acomp", "attr", "conj"})
DESCRIPTIONS = frozenset({"relcl", "amod", "acl", "xcomp", "pcomp", "pobj", "dobj"})
# Targets are not searched across these relations.
OTHER_CLAUSES = frozenset({"advcl", "relcl", "parataxis", "punct", "nsubj", "csubj", "cc"})
PARTNER_MODIFIERS = frozenset({"compound", "amod", "nmod"})  # a China deal is a deal with China
OWNER_PREPOSITIONS = frozenset({"by", "from", "of"})
ORIGIN_PREPOSITIONS = frozenset({"of", "from", "for", "in", "at"})


@dataclass(frozen=True, slots=True)
class Party:
    """The countries that a noun phrase means, or a stranger.

    A stranger acts for no state, such as an analyst or a company. `codes`: country codes, empty for a stranger or if no country is named.
    """

    codes: tuple[str, ...] = ()
    is_stranger: bool = False


@dataclass(frozen=True)
class ParsedSentence:
    """A marked sentence with its dependency tree.

    Parameters called `at`, `node`, `verb` or `noun` are the index of a word.
    """

    sentence: MarkedSentence
    tree: Tree

    def find_agent(self, at: int) -> Party | None:
        """Return who does the act whose verb or noun is word `at`.

        It is the first country or stranger (who acts for no state), from the word upwards in the tree, that is the subject of a verb,
        follows the `by` of a passive, or owns an act that is a noun (`China's refusal`). In a relative clause it is the noun before the
        clause; `anyone who ...` is a stranger. `We` of unknown meaning is who says the sentence. The way up ends at a relation outside
        `SHARES_SUBJECT`. None if it has no country or stranger, or the tree takes a verb or operator of the lexicon for a noun.
        """
        if neighbour := self._find_neighbour(at):
            return neighbour
        if self.is_noun(at) and any(mark.first == at for mark in self.sentence.marks_of("verb", "operator")):
            return None  # the parser mistakes a verb for a noun
        node, came_by = self.phrase_head(at), ""
        for _ in self.tree.heads:  # no path in the tree is longer
            party = self._find_owner(node) if self.is_noun(node) else self._find_subject(node, came_by)
            if party is not None or self.is_own_act_of_speaker(node):
                return party or self.find_speaker(node)
            head, relation = self.tree.heads[node], self.tree.relations[node]
            if relation == "relcl":
                is_anyone = self.sentence.tokens[head].lower in cues("anyone")
                return Party(is_stranger=True) if is_anyone else self._find_party(head)
            if head == node or relation not in SHARES_SUBJECT:
                return None
            node, came_by = head, relation
        return None

    def is_own_act_of_speaker(self, at: int) -> bool:
        """Whether the subject of word `at` is `we` or `I`."""
        subjects = self.tree.children_by(self.phrase_head(at), "nsubj")
        return any(self.sentence.tokens[subject].lower in {"i", "we"} for subject in subjects)

    def _find_neighbour(self, at: int) -> Party | None:
        """Return the state directly before a verb in `-s` or `-ing`.

        It is the subject, even where the tree joins the verb to another word (`plays down report US planning tariffs`) or takes it for a
        noun (`relief as Peru delays car tariffs`). A state after a preposition is none, nor is one joined to others. Only operators count
        in `-ing`.
        """
        is_verb = any(
            mark.first == at and mark.form in ({"s", "ing"} if mark.category == "operator" else {"s"})
            for mark in self.sentence.marks_of("operator", "verb")
        )
        for number, (_, last) in enumerate(self.sentence.mention_spans):
            if is_verb and last == at - 1 and self.tree.relations[last] != "conj" and is_subject(self.sentence, number):
                return Party((self.sentence.mentions[number].code,))
        return None

    def find_speaker(self, at: int) -> Party | None:
        """Return who says the clause of a word; None if nobody does.

        The speaker is the subject of a verb that has the clause as object. If several such verbs have a country or a stranger as subject,
        the outermost counts.
        """
        speaker, node = None, self.phrase_head(at)
        for _ in self.tree.heads:
            head = self.tree.heads[node]
            if head == node:
                return speaker
            if self.tree.relations[node] in {"ccomp", "oprd"}:
                speaker = self._find_subject(head, "") or speaker
            node = head
        return speaker

    def find_telling(self, at: int) -> int | None:
        """Return the position of the verb that addresses a country.

        `at`: a word of the clause that the verb passes on. Example: `informed` in `informed Seoul that its goods will face a duty`. Of
        several such verbs, the one nearest to the clause counts. None if no country is addressed.
        """
        node = self.phrase_head(at)
        for _ in self.tree.heads:
            head = self.tree.heads[node]
            if head == node:
                return None
            if self.tree.relations[node] == "ccomp" and self.find_targets(self.tree.children_by(head, "dobj", "dative", "prep"), ()):
                return head
            node = head
        return None

    def is_obligation(self, at: int) -> bool:
        """Whether the word itself is one of obligation: `should`, `must`."""
        return self.sentence.tokens[at].lower in cues("obligations")

    def is_said_by_stranger(self, at: int) -> bool:
        """Whether someone who acts for no state says the clause of `at`.

        Example: `analysts said Canada could ...`. The verb of saying or forecasting may also be further up: any on the way to the root
        counts. What a firm says of a state is news.
        """
        node = self.phrase_head(at)
        for _ in self.tree.heads:
            head = self.tree.heads[node]
            if head == node:
                return False
            is_speech = self.sentence.tokens[head].lower in cues("speech") | cues("forecasters")
            if (
                is_speech
                and self.tree.relations[node] == "ccomp"
                and any(self._to_party(one).is_stranger and not self._is_firm(one) for one in self.tree.children_by(head, *SUBJECTS))
            ):
                return True
            node = head
        return False

    def phrase_head(self, at: int) -> int:
        """Return the head of the lexicon's noun phrase at a word.

        The phrase begins at the word, and the tree says which of its words is the head. If none begins there, or only a phrase that
        begins with a verb, the word itself is returned.
        """
        nouns = [mark for mark in self.sentence.marks_of("object", "act", "operator_noun") if mark.first == at]
        return self.tree.head_of_span(nouns[0].first, nouns[0].last) if nouns else at

    def main_verb(self, at: int) -> int:
        """Return the main verb that an auxiliary or negation belongs to.

        For other words it is the head of their phrase.
        """
        at = self.phrase_head(at)
        while self.tree.relations[at] in {"aux", "auxpass", "neg"} and self.tree.heads[at] != at:
            at = self.tree.heads[at]
        return at

    def is_noun(self, at: int) -> bool:
        """Whether the tree takes the word for a noun."""
        return self.tree.tags[at].startswith("NN")

    def find_subject_countries(self, at: int, relations: Sequence[str] = SUBJECTS) -> tuple[str, ...]:
        """Return the countries in the subject of a word.

        `at`: index of the word; `relations`: those of a subject in the tree, by default not of passives. An auxiliary, a predicate or a
        verb after `and` without subject has that of the verb it belongs to. Goods and firms of a country count too: KOR in `Korean makers
        face ...`. In `called its duty unfair` the subject of `unfair` is `its duty`. Empty if there is none.
        """
        node = self.phrase_head(at)
        for _ in self.tree.heads:
            subjects = self.tree.children_by(node, *relations)
            if subjects:
                return self.find_targets(subjects, ())
            if self.tree.relations[node] == "oprd":  # called the tariffs unfair
                return self.find_targets(self.tree.children_by(self.tree.heads[node], "dobj"), ())
            if self.tree.relations[node] not in PREDICATES:
                return ()
            node = self.tree.heads[node]
        return ()

    def is_described(self, at: int) -> bool:
        """Whether a word only describes or names a thing.

        It or its main verb has a relation of `DESCRIPTIONS`. Examples: `barriers that distort trade`, `unfair practices`,
        `efforts to undermine`.
        """
        return not DESCRIPTIONS.isdisjoint({self.tree.relations[at], self.tree.relations[self.main_verb(at)]})

    def find_owner_countries(self, at: int) -> tuple[str, ...]:
        """Return the countries that own a noun (`China's unfair practices`), if any."""
        party = self._find_owner(self.phrase_head(at))
        return party.codes if party else ()

    def subject_positions(self) -> frozenset[int]:
        """Return the positions of subjects of active verbs, which are no targets.

        Included are those that the parser wrongly joins to the words before them.
        """
        return frozenset(at for at, relation in enumerate(self.tree.relations) if relation == "nsubj" or self._is_misattached(at))

    def find_targets(self, roots: Sequence[int], excluded: Container[str], *, skipped_prepositions: Container[str] = ()) -> tuple[str, ...]:
        """Return the countries that an act may be towards, by the tree.

        `roots`: words such as the act's object and verb. From the first root at or below which there is a country, the nearest ones are
        returned (the tree is searched level by level), with those in a list with them. Countries in `excluded` do not count. Most subjects,
        clauses of other acts, places (`in Beijing`) and what follows `skipped_prepositions` are not searched. Empty if there is none.
        """
        for root in roots:
            level, searched = [root], set[int]()
            while level:
                codes = [code for at in level for code in self._iter_listed(at) if code not in excluded]
                if codes:
                    return tuple(dict.fromkeys(codes))
                searched.update(level)
                below = (child for at in level for child in self._iter_searched_children(at, skipped_prepositions))
                level = [at for at in dict.fromkeys(below) if at not in searched]
        return ()

    def _iter_searched_children(self, at: int, skipped_prepositions: Container[str]) -> Iterable[int]:
        """Yield the dependents of a word below which a target may be."""
        for child in self.tree.children[at]:
            relation, word = self.tree.relations[child], self.sentence.tokens[child].lower
            is_object_clause = relation in OBJECT_CLAUSES
            if relation in SUBJECTS and self.is_noun(at) and self.is_noun(child):
                yield child  # an India tariff, in a headline
                continue
            if relation in OTHER_CLAUSES or (relation == "prep" and word in skipped_prepositions):
                continue
            if relation == "conj" and (not self.is_noun(child) or self._is_misattached(child)):
                continue  # another act
            if relation == "pobj" and self.sentence.tokens[at].lower in cues("place_prepositions") and self._mentions_at(child):
                continue
            yield child
            if is_object_clause:  # demanded that Japan open its market
                yield from self.tree.children_by(child, *SUBJECTS)

    def _iter_listed(self, at: int) -> Iterable[str]:
        """Yield the countries that a word names.

        If the word is the first of a list of countries, yield all of the list.
        """
        mentions = self._mentions_at(at)
        for mention in mentions:
            yield mention.code
        if mentions:
            for other in self._find_conjuncts(at):
                yield from self._to_party(other).codes or self._iter_modifier_codes(other)

    def _iter_modifier_codes(self, at: int) -> Iterable[str]:
        """Yield the countries of a noun's own modifiers: `Indian goods`.

        What is joined to a modifier by `and` is not included.
        """
        for child in self.tree.children_by(at, *MODIFIERS):
            for mention in self._mentions_at(child):
                yield mention.code

    def _find_subject(self, verb: int, came_by: str) -> Party | None:
        """Return the subject of `verb`, or the agent (`by ...`) of a passive.

        `came_by`: the relation by which the search came up to `verb`, empty at the start. If it came from an object clause, the subject of
        that clause is returned: the object of `verb` if that is a country (`urged Japan to lift`), else the subject of `verb`, even of a
        passive (`Japan was urged to lift`). None if there is none, or if it means neither a country nor a stranger.
        """
        tree = self.tree
        if came_by in OBJECT_CLAUSES:
            for thing in tree.children_by(verb, "dobj", "dative"):
                party = self._to_party(thing)
                if party.codes:  # urged Japan to lift
                    return party
        is_passive = bool(tree.children_by(verb, *PASSIVE_SUBJECTS, "auxpass")) or (
            tree.tags[verb] == "VBN" and tree.relations[verb] == "acl"
        )
        if is_passive and came_by not in OBJECT_CLAUSES:
            agents = (noun for by in tree.children_by(verb, "agent") for noun in tree.children_by(by, "pobj"))
            return next((self._find_party(noun) for noun in agents), None)
        if self._is_misattached(verb - 1):
            return self._find_party(verb - 1)
        for subject in tree.children_by(verb, *SUBJECTS, *PASSIVE_SUBJECTS):
            if tree.tags[subject] in {"WDT", "WP"} and tree.relations[verb] == "relcl":
                return self._find_party(tree.heads[verb])
            return self._find_party(subject)
        return None

    def _is_misattached(self, noun: int) -> bool:
        """Whether the parser wrongly joins a subject to the words before it.

        Example: `tariffs on cars and China vowed ...`, with China joined to cars. The word names a country, is joined to a word that names
        none or the same (`on China and Beijing vowed ...`), and a finite verb directly follows it.
        """
        verb = noun + 1
        return (
            0 < noun < len(self.tree.heads) - 1
            and self.tree.relations[noun] == "conj"
            and self.tree.tags[verb] in FINITE
            and bool(codes := {mention.code for mention in self._mentions_at(noun)})
            # not in `tariffs on India and Brazil took effect`
            and codes.issuperset(mention.code for mention in self._mentions_at(self.tree.heads[noun]))
        )

    def _find_party(self, noun: int) -> Party | None:
        """Return the countries or stranger that a noun phrase means, if any.

        `noun`: index of its head. A stranger, such as an analyst, acts for no state.
        """
        party = self._to_party(noun)
        return party if party.codes or party.is_stranger else None

    def _find_owner(self, noun: int) -> Party | None:
        """Return whose act a noun is: `Beijing's refusal`, `a threat by Washington`.

        For talks and deals, a modifier without `'s` names a partner and not the owner (`a China deal`). None if no owner is named.
        """
        excluded = PARTNER_MODIFIERS if self._is_object_of(noun, "talks", "deal") else ()
        codes = [*self._read_modifiers(noun, excluded).codes]
        for preposition in self.tree.children_by(noun, "prep", "agent"):
            if self.sentence.tokens[preposition].lower in OWNER_PREPOSITIONS:
                for thing in self.tree.children_by(preposition, "pobj"):
                    codes += [mention.code for mention in self._mentions_at(thing) if mention.is_actor]
        return Party(tuple(dict.fromkeys(codes))) if codes else None

    def _to_party(self, noun: int) -> Party:
        """Return the party of a noun phrase and those joined to it.

        Joined are those after `and`, `or` or a comma. The result is a stranger if the first phrase means one and none a country.
        """
        if noun not in self._parties:
            parties = [self._to_single_party(member) for member in (*self._find_headline_partner(noun), noun, *self._find_conjuncts(noun))]
            codes = tuple(dict.fromkeys(code for party in parties for code in party.codes))
            self._parties[noun] = Party(codes) if codes or not parties[0].is_stranger else parties[0]
        return self._parties[noun]

    @cached_property
    def _parties(self) -> dict[int, Party]:
        """Parties found so far, by word.

        Without them each word of a list would find the rest of the list again.
        """
        return {}

    def _find_headline_partner(self, noun: int) -> list[int]:
        """Return the first of two names that open a headline.

        Example: `U.S., China agree ...`. Parsers do not join the two, so for a word of the second name (`China`) the position of the first
        is returned. Empty for other words, or if more than a comma is between the two.
        """
        spans = self.sentence.mention_spans
        if len(spans) < PAIR_SIZE or spans[0][0] != 0 or not spans[1][0] <= noun <= spans[1][1]:
            return []
        return [spans[0][1]] if self.sentence.words_between(spans[0][1] + 1, spans[1][0]) == [","] else []

    def _find_conjuncts(self, at: int) -> list[int]:
        """Return the words joined to a word by commas, `and` or `or`."""
        conjuncts, level = [], [at]
        while level:
            level = [child for word in level for child in self.tree.children_by(word, "conj") if not self._is_misattached(child)]
            conjuncts += level
        return conjuncts

    def _to_single_party(self, noun: int) -> Party:
        """Return the party of a noun phrase without those joined to it.

        A firm or a word in the list of strangers is one. Otherwise its own name counts first, then its modifiers (`Chinese officials`),
        then, unless it is a phrase of the lexicon, its origin (`officials from Japan`). If all are missing, the party is empty.
        """
        if self.sentence.tokens[noun].lower in word_list("strangers") or self._is_firm(noun):
            return Party(is_stranger=True)
        mentions = self._mentions_at(noun)
        if mentions:
            return Party(tuple(mention.code for mention in mentions))
        party = self._read_modifiers(noun)
        if party.codes or party.is_stranger:
            return party
        if not self._is_marked_noun(noun):
            for preposition in self.tree.children_by(noun, "prep"):
                if self.sentence.tokens[preposition].lower in ORIGIN_PREPOSITIONS:
                    things = self.tree.children_by(preposition, "pobj")
                    codes = tuple(mention.code for thing in things for mention in self._mentions_at(thing))
                    if codes:
                        return Party(codes)
        return Party()

    def _is_firm(self, noun: int) -> bool:
        """Whether a noun is a firm's name or ends one (`Hyundai Motor`)."""
        is_end = self.sentence.tokens[noun].text[:1].isupper() and not self._is_marked_noun(noun)
        return any(is_firm(self.sentence.tokens[part]) for part in (noun, *(self.tree.children_by(noun, "compound") if is_end else ())))

    def _read_modifiers(self, noun: int, excluded: Container[str] = ()) -> Party:
        """Return the countries that modify a noun: `Chinese officials`, `China's tariffs`.

        A noun of the list `nonstate` (`Chinese exporters`) is a stranger, unless it is part of a phrase of the lexicon or the modifier is
        an acting state. Modifiers with a relation in `excluded` do not count.
        """
        is_marked = self._is_marked_noun(noun)
        codes: list[str] = []
        for child in self.tree.children_by(noun, *(relation for relation in MODIFIERS if relation not in excluded)):
            if self.tree.relations[child] == "appos":
                codes += self._to_single_party(child).codes
                continue
            nested = (mention for below in self.tree.children_by(child, *MODIFIERS) for mention in self._mentions_at(below))
            for mention in self._mentions_at(child) or nested:
                if not mention.is_actor and not is_marked and self.sentence.tokens[noun].lower in nonstate_nouns():
                    return Party(is_stranger=True)
                codes.append(mention.code)
        return Party(tuple(dict.fromkeys(codes)))

    def _mentions_at(self, at: int) -> list[Mention]:
        """Return the mentions of countries that a word is part of."""
        return self._mentions_by_word.get(at, [])

    @cached_property
    def _mentions_by_word(self) -> dict[int, list[Mention]]:
        by_word: dict[int, list[Mention]] = {}
        for mention, (first, last) in self.sentence.located_mentions:
            for at in range(first, last + 1):
                by_word.setdefault(at, []).append(mention)
        return by_word

    def _is_object_of(self, at: int, *classes: str) -> bool:
        """Whether a word is part of an object of these classes."""
        return any(mark.first <= at <= mark.last and class_of(mark) in classes for mark in self.sentence.marks_of("object"))

    def _is_marked_noun(self, at: int) -> bool:
        """Whether a word is part of a noun of the lexicon."""
        return any(mark.first <= at <= mark.last for mark in self.sentence.marks_of("object", "act", "operator_noun"))
