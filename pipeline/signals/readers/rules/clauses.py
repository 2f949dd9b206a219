"""Who acts and towards whom by the tree of a sentence: subjects, agents of passives, owners of nominal acts, objects and prepositions.

Belongs here: what the tree says, and nothing where it says nothing. Does not: word order and context (`roles.py`).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from pipeline.signals.actors import Mention
from pipeline.signals.context import PAIR_SIZE
from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import Marked
from pipeline.signals.readers.rules.syntax import Tree
from pipeline.signals.readers.rules.vocabulary import word_list

SUBJECTS = ("nsubj", "csubj")
PASSIVE_SUBJECTS = ("nsubjpass", "csubjpass")
MODIFIERS = ("poss", "compound", "amod", "nmod", "appos")
# a word without a subject of its own shares that of the word it hangs on by one of these
SHARED = frozenset(
    {"acl", "acomp", "advcl", "advmod", "attr", "aux", "auxpass", "ccomp", "conj", "dep", "dobj", "intj", "neg", "oprd",
     "pcomp", "pobj", "prep", "prt", "xcomp"}
)  # fmt: skip
CONTROLLED = frozenset({"xcomp", "ccomp"})
PREDICATES = frozenset({"aux", "neg", "acomp", "attr", "conj"})
# what an act is aimed at is not looked for across these
OTHER_CLAUSES = frozenset({"advcl", "relcl", "parataxis", "punct", "nsubj", "csubj", "cc"})
PARTNERS = frozenset({"compound", "amod", "nmod"})  # a China deal is a deal with China
OWNING = frozenset({"by", "from", "of"})


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a noun phrase means: countries (none where unknown), or a stranger, who is no state."""

    codes: tuple[str, ...] = ()
    is_stranger: bool = False


@dataclass(frozen=True)
class Clauses:
    """A marked sentence and its tree."""

    sentence: Marked
    tree: Tree

    def doer(self, at: int) -> Party | None:
        """Whose act the word is: the subject of its verb, of the verb that governs it, the `by` of a passive, or the owner of a nominal
        act. None where the tree does not say."""
        if self._is_noun(at) and any(mark.first == at for mark in self.sentence.of("verb", "operator")):
            return None  # the parser takes for a noun what is a verb
        node, came_by = self.top(at), ""
        for _ in self.tree.heads:  # a tree has no longer path
            party = self._owner(node) if self._is_noun(node) else self._subject(node, came_by)
            if party is not None:
                return party
            above, relation = self.tree.heads[node], self.tree.relations[node]
            if relation == "relcl":
                return self._party(above)
            if above == node or relation not in SHARED:
                return None
            node, came_by = above, relation
        return None

    def speaker(self, at: int) -> Party | None:
        """Who says what the word belongs to: the subject of the outermost verb of which it is (part of) the object clause."""
        found, node = None, self.top(at)
        for _ in self.tree.heads:
            above = self.tree.heads[node]
            if above == node:
                return found
            if self.tree.relations[node] in {"ccomp", "oprd"}:
                found = self._subject(above, "") or found
            node = above
        return found

    def is_obligation(self, at: int) -> bool:
        """Whether the word says what another has to do: `should`, `must`."""
        return self.sentence.tokens[at].lower in cues("obligations")

    def is_told_by_stranger(self, at: int) -> bool:
        """Whether the clause of the word is what a stranger says: `analysts said Canada could ...`."""
        node = self.top(at)
        for _ in self.tree.heads:
            above = self.tree.heads[node]
            if above == node:
                return False
            says = self.sentence.tokens[above].lower in cues("speech") | cues("forecasters")
            if (
                says
                and self.tree.relations[node] == "ccomp"
                and any(self._noun_phrase(subject).is_stranger for subject in self.tree.below(above, *SUBJECTS))
            ):
                return True
            node = above
        return False

    def is_background(self, at: int) -> bool:
        """Whether the act only tells which thing is meant: `tariffs imposed in May`, `planned tariffs`, `the duty that he
        announced`; or is only its setting: `after talks`."""
        verb = self._verb(at)
        relation, tag = self.tree.relations[verb], self.tree.tags[verb]
        if relation == "pobj":
            return self.sentence.tokens[self.tree.heads[verb]].lower in cues("backdrops")
        return (relation in {"acl", "amod"} and tag == "VBN") or (relation == "relcl" and tag in {"VBD", "VBN"})

    def is_purpose(self, at: int) -> bool:
        """Whether the act is only what another is done for: `..., to reach a deal`."""
        verb = self._verb(at)
        has_to = any(self.tree.tags[child] == "TO" for child in self.tree.below(verb, "aux"))
        return has_to and self.tree.relations[verb] == "advcl"

    def top(self, at: int) -> int:
        """The main word of the phrase of the lexicon that begins at word `at`, else the word itself."""
        nouns = [mark for mark in self.sentence.of("object", "act", "operator_noun") if mark.first == at]
        return self.tree.top(nouns[0].first, nouns[0].last) if nouns else at

    def _verb(self, at: int) -> int:
        """The verb that a word belongs to: itself, or for an auxiliary the verb that it helps."""
        at = self.top(at)
        while self.tree.relations[at] in {"aux", "auxpass", "neg"} and self.tree.heads[at] != at:
            at = self.tree.heads[at]
        return at

    def bearers(self, at: int) -> tuple[str, ...]:
        """The countries of which something is told, their goods and firms included: `Korean makers face ...`, `called its duty unfair`."""
        node = self.top(at)
        for _ in self.tree.heads:
            subjects = self.tree.below(node, *SUBJECTS)
            if subjects:
                return self.aims(subjects, ())
            if self.tree.relations[node] == "oprd":  # called the tariffs unfair
                return self.aims(self.tree.below(self.tree.heads[node], "dobj"), ())
            if self.tree.relations[node] not in PREDICATES:
                return ()
            node = self.tree.heads[node]
        return ()

    def subjects(self) -> frozenset[int]:
        """The words that are subjects of clauses, and so nobody's target."""
        return frozenset(at for at, relation in enumerate(self.tree.relations) if relation == "nsubj" or self._is_borrowed(at))

    def aims(self, roots: Sequence[int], but: Container[str], *, skips: Container[str] = ()) -> tuple[str, ...]:
        """The countries nearest below the roots, root by root, and those listed with them, `but` not these; nothing across clauses that
        are another act's. Prepositions of `skips` are not followed."""
        for root in roots:
            level = [root]
            while level:
                found = [code for at in level for code in self._listed(at) if code not in but]
                if found:
                    return tuple(dict.fromkeys(found))
                level = [child for at in level for child in self._downwards(at, skips)]
        return ()

    def _downwards(self, at: int, skips: Container[str]) -> Iterable[int]:
        for child in self.tree.children[at]:
            relation, word = self.tree.relations[child], self.sentence.tokens[child].lower
            is_object_clause = relation in {"ccomp", "xcomp"}
            if relation in SUBJECTS and self._is_noun(at) and self._is_noun(child):
                yield child  # an India tariff, in a headline
                continue
            if relation in OTHER_CLAUSES or (relation == "prep" and word in skips):
                continue
            if relation == "conj" and (not self._is_noun(child) or self._is_borrowed(child)):
                continue  # another act
            if relation == "pobj" and self.sentence.tokens[at].lower in cues("place_prepositions") and self._named(child):
                continue
            yield child
            if is_object_clause:  # demanded that Japan open its market
                yield from self.tree.below(child, *SUBJECTS)

    def _listed(self, at: int) -> Iterable[str]:
        """Countries named by the word itself; by a list of which it is the first, all of them."""
        here = self._named(at)
        for mention in here:
            yield mention.code
        if here:
            for other in self._conjuncts(at):
                yield from self._noun_phrase(other).codes or (code for code in self._modifying(other))

    def _modifying(self, at: int) -> Iterable[str]:
        for child in self.tree.below(at, *MODIFIERS):
            for mention in self._named(child):
                yield mention.code

    def _subject(self, verb: int, came_by: str) -> Party | None:
        tree = self.tree
        if came_by in CONTROLLED:
            for thing in tree.below(verb, "dobj", "dative"):
                party = self._noun_phrase(thing)
                if party.codes:  # urged Japan to lift
                    return party
        passive = bool(tree.below(verb, *PASSIVE_SUBJECTS, "auxpass")) or (tree.tags[verb] == "VBN" and tree.relations[verb] == "acl")
        if passive and came_by not in CONTROLLED:
            return next((self._party(noun) for by in tree.below(verb, "agent") for noun in tree.below(by, "pobj")), None)
        if self._is_borrowed(verb - 1):
            return self._party(verb - 1)
        for subject in tree.below(verb, *SUBJECTS, *PASSIVE_SUBJECTS):
            if tree.tags[subject] in {"WDT", "WP"} and tree.relations[verb] == "relcl":
                return self._party(tree.heads[verb])
            return self._party(subject)
        return None

    def _is_borrowed(self, noun: int) -> bool:
        """Whether a name that the parser lists with what stands before it is the subject of the verb after it: `tariffs on cars and
        China vowed ...`."""
        verb = noun + 1
        return (
            0 < noun < len(self.tree.heads) - 1
            and self.tree.relations[noun] == "conj"
            and self.tree.tags[verb] in {"VBD", "VBZ", "VBP", "MD"}
            and bool(self._named(noun))
            and not self._named(self.tree.heads[noun])  # tariffs on India and Brazil took effect
        )

    def _party(self, noun: int) -> Party | None:
        party = self._noun_phrase(noun)
        return party if party.codes or party.is_stranger else None

    def _owner(self, noun: int) -> Party | None:
        """`Beijing's refusal`, `a threat by Washington`; what the noun itself names is no owner of it."""
        codes = [*self._modifiers(noun, but=PARTNERS if self._is_of(noun, "talks", "deal") else ()).codes]
        for by in self.tree.below(noun, "prep", "agent"):
            if self.sentence.tokens[by].lower in OWNING:
                codes += [
                    code
                    for thing in self.tree.below(by, "pobj")
                    for mention in self._named(thing)
                    for code in [mention.code]
                    if mention.is_actor
                ]
        return Party(tuple(dict.fromkeys(codes))) if codes else None

    def _noun_phrase(self, noun: int) -> Party:
        parties = [self._one(member) for member in (*self._opening(noun), noun, *self._conjuncts(noun))]
        if parties[0].is_stranger:
            return parties[0]
        return Party(tuple(dict.fromkeys(code for party in parties for code in party.codes)))

    def _opening(self, noun: int) -> list[int]:
        """`U.S., China agree ...`: a list of two that opens a headline, which parsers do not know."""
        places = self.sentence.places
        if len(places) < PAIR_SIZE or places[0][0] != 0 or not places[1][0] <= noun <= places[1][1]:
            return []
        return [places[0][1]] if self.sentence.words_between(places[0][1] + 1, places[1][0]) == [","] else []

    def _conjuncts(self, at: int) -> list[int]:
        found, level = [], [at]
        while level:
            level = [child for word in level for child in self.tree.below(word, "conj") if not self._is_borrowed(child)]
            found += level
        return found

    def _one(self, noun: int) -> Party:
        """One noun phrase without those joined to it."""
        if self.sentence.tokens[noun].lower in word_list("strangers"):
            return Party(is_stranger=True)
        here = self._named(noun)
        if here:
            return Party(tuple(mention.code for mention in here))
        party = self._modifiers(noun)
        if party.codes or party.is_stranger:
            return party
        if not self._is_marked_thing(noun):
            for of in self.tree.below(noun, "prep"):
                if self.sentence.tokens[of].lower in {"of", "from", "for", "in", "at"}:
                    codes = tuple(mention.code for thing in self.tree.below(of, "pobj") for mention in self._named(thing))
                    if codes:
                        return Party(codes)
        return Party()

    def _modifiers(self, noun: int, but: Container[str] = ()) -> Party:
        """Whose it is: `Chinese officials`, `China's tariffs`; goods, firms and people of a country are strangers."""
        is_thing = self._is_marked_thing(noun)
        codes: list[str] = []
        for child in self.tree.below(noun, *(relation for relation in MODIFIERS if relation not in but)):
            if self.tree.relations[child] == "appos":
                codes += self._one(child).codes
                continue
            for mention in self._named(child) or [m for below in self.tree.below(child, *MODIFIERS) for m in self._named(below)]:
                if not mention.is_actor and not is_thing and self.sentence.tokens[noun].lower in _nonstate():
                    return Party(is_stranger=True)
                codes.append(mention.code)
        return Party(tuple(dict.fromkeys(codes)))

    def _named(self, at: int) -> list[Mention]:
        """The mentions whose main word stands at `at`."""
        return [m for m, (first, last) in zip(self.sentence.mentions, self.sentence.places, strict=True) if first <= at <= last]

    def _is_noun(self, at: int) -> bool:
        return self.tree.tags[at].startswith("NN")

    def _is_of(self, at: int, *classes: str) -> bool:
        return any(mark.first <= at <= mark.last and class_of(mark) in classes for mark in self.sentence.of("object"))

    def _is_marked_thing(self, at: int) -> bool:
        return any(mark.first <= at <= mark.last for mark in self.sentence.of("object", "act", "operator_noun"))


def _nonstate() -> frozenset[str]:
    return frozenset(load_lexicon("actors")["nouns"]["nonstate"])
