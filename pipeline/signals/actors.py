"""Detection of the countries named in a sentence.

A country is named by its name, capital, people, institutions or leaders, or by some of its firms. `Mention.is_actor` says whether
the state is meant, or only its goods, persons or places. Pronouns are resolved in `context.py`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice

from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.lexicon.inflect import verb_forms
from pipeline.signals.names import MAX_LENGTH_OF_ABBREVIATION, Name, Words, build_name_index, build_surname_index
from pipeline.signals.tokens import Token, tokenize

WORDS_BEFORE_DATELINE = 12
LENGTH_OF_DATE = 6  # tokens after a place in a dateline that are searched for the dash
LOOK_AHEAD = 4  # tokens after a name that are searched for the noun that it describes
DASHES = frozenset("-\u2013\u2014\x97")  # the last is the long dash in texts of a wrong encoding


@dataclass(frozen=True, slots=True)
class Mention:
    """A country named or referred to in a sentence.

    `start` and `end` are character offsets in it, `end` exclusive. `role` says how the country is named: `country`, `capital`, `demonym`,
    `institution`, `leader` or `firm`, or by a word that refers to it (`context.py`): `pronoun` (`it`), `speaker` (`we`) or `mutual` (`both
    sides`). `is_actor` is False if the name is a firm's, or only describes goods, firms, people or a place; such a mention can still be a
    target.
    """

    code: str
    start: int
    end: int
    role: str
    is_actor: bool = True


def find_mentions(sentence: str, day: date | None) -> list[Mention]:
    """Return where a sentence names countries (mentions), left to right.

    It is read as an article of one sentence: see `find_mentions_in_article`, also on `day`.
    """
    return find_mentions_in_article([sentence], day)[0]


def find_mentions_in_article(sentences: Sequence[str], day: date | None) -> list[list[Mention]]:
    """Return where each sentence names countries (mentions), left to right.

    The longest name wins, and mentions do not overlap. Leaders count only if in office on `day`, or always if it is None. Left out are
    names that mean no state here (`China Airlines`), datelines, capitals as venues of talks, and offices that many countries have, if a
    country is named shortly before. A firm counts as its country only in an article that names this country nowhere. Compounds such as
    `American-made` are mentions, but no actors. A surname that many people have (`Brown`) counts where the article has the leader's full
    name or title in any sentence, or as in `_match_surname`.
    """
    tokenized = [_tokenize_without_initials(sentence) for sentence in sentences]
    named = [list(_find_names(tokens, day, frozenset())) for tokens in tokenized]
    leaders = {(name.code, name.surname) for names in named for _, name in names if name.surname}
    surnames = {word for word, names in build_surname_index().items() if any((name.code, name.surname) in leaders for name in names)}
    for position, tokens in enumerate(tokenized):
        if not surnames.isdisjoint(token.text for token in tokens):
            named[position] = list(_find_names(tokens, day, leaders))
    countries = {mention.code for names in named for mention, _ in names if mention.role != "firm"}
    return [[mention for mention, _ in names if mention.role != "firm" or mention.code not in countries] for names in named]


def _tokenize_without_initials(sentence: str) -> list[Token]:
    """Split a sentence into tokens, except initials inside names of persons.

    `James A. Baker` has the tokens of `James Baker`; in `Tokyo Warns N. Korea` the initial belongs to a country.
    """
    tokens = tokenize(sentence)
    left_out: set[int] = set()
    for at in range(1, len(tokens) - 2):
        if tokens[at + 1].text != ".":
            continue
        first, initial, _, surname = tokens[at - 1 : at + 3]
        is_name = min(len(first.text), len(surname.text)) > 1 and first.text[0].isupper() and surname.text[0].isupper()
        is_initial = len(initial.text) == 1 and initial.text.isupper()
        if is_name and is_initial and not _match_name(tokens, at, build_name_index(), None):
            left_out |= {at, at + 1}
    return [token for at, token in enumerate(tokens) if at not in left_out]


def _find_names(tokens: Sequence[Token], day: date | None, leaders: Collection[tuple[str, str]]) -> Iterator[tuple[Mention, Name]]:
    """Yield the mentions of countries in a sentence with their lexicon names.

    `tokens`: the sentence; `day`: leaders count only if in office then (None: always); `leaders`: country and surname of leaders whom the
    article names in full or by title, so that a common surname (`Brown`) means them (others: `_match_surname`).
    """
    index, at = build_name_index(), 0
    mentions: list[Mention] = []
    while at < len(tokens):
        name = _match_name(tokens, at, index, day) or _match_surname(tokens, at, day, mentions, leaders)
        if name is None:
            for compound in _find_in_compound(tokens[at], index):
                mentions.append(compound)
                yield compound, Name(compound.code, compound.role, (tokens[at].text,))
            at += 1
            continue
        last = at + len(name.spelling) - 1
        if (
            not _belongs_to_other_state(tokens, at, name, mentions)
            and not _is_owned_office(tokens, at, last, name, mentions)
            and not _is_exception(tokens, at, last, name)
            and not _is_dateline(tokens, at, last, name)
            and not _is_venue(tokens, at, last, name, mentions)
            and not _is_of_money(tokens, at, last)
        ):
            mentions.append(Mention(name.code, tokens[at].start, tokens[last].end, name.role, _is_actor(tokens, at, last, name)))
            yield mentions[-1], name
        at = last + 1


def _belongs_to_other_state(tokens: Sequence[Token], at: int, name: Name, mentions: Sequence[Mention]) -> bool:
    """Whether an office is left out because a country precedes it.

    Example: `India's commerce ministry`, where the lexicon lists the ministry as China's. False unless many countries have the
    office (`is_shared`). Any mention, also of the same country, that ends within the six tokens before the office counts; what follows it
    is judged in `homonyms.py`.
    """
    gap = 2 + LOOK_AHEAD
    return name.is_shared and any(tokens[max(at - gap, 0)].start <= mention.end <= tokens[at].start for mention in mentions)


def _is_owned_office(tokens: Sequence[Token], first: int, last: int, name: Name, mentions: Sequence[Mention]) -> bool:
    """Whether an office that many states have is another one's.

    The office is in the list `common_offices`, and another country owns it: it is named before it (`Peru's Congress`, `the Peruvian federal
    Supreme Court`), with at most `federal` or words with a capital between them, or after `of` (`the Congress of Peru`), or its
    capital after `in` (`the Supreme Court in Lima`). `first`, `last`: positions of the office; `mentions`: those before it in the sentence.
    """
    if " ".join(name.spelling).lower() not in cues("common_offices"):
        return False
    before = [token for token in tokens[max(first - LOOK_AHEAD, 0) : first] if mentions and token.start >= mentions[-1].end]
    is_next = mentions and tokens[max(first - LOOK_AHEAD, 0)].start <= mentions[-1].end
    is_owner = is_next and mentions[-1].role in {"country", "capital", "demonym"} and all(_is_of_office(token) for token in before)
    if is_owner:
        return mentions[-1].code != name.code
    at = last + 3 if [token.lower for token in tokens[last + 1 : last + 2]] == ["and"] else last + 1  # `of Commerce and Industry of`
    after = [token.lower for token in tokens[at : at + 2]]
    is_followed = after[:1] in (["in"], ["of"]) and len(after) > 1
    owner = _match_name(tokens, at + 1 + ("the" in after), build_name_index(), None) if is_followed else None
    role = "capital" if after[:1] == ["in"] else "country"
    is_named = after[:1] == ["of"] or (first > 0 and tokens[first - 1].lower == "the")
    return is_named and owner is not None and owner.role == role and owner.code != name.code


def _is_of_office(token: Token) -> bool:
    """Whether a word may be between a country and its office."""
    return token.text in {"'s", "'", "\u2019", "federal"} or token.text[0].isupper()


def _find_in_compound(token: Token, index: dict[str, list[Name]]) -> list[Mention]:
    """Find the country in a compound such as `American-made`.

    Only the part before the first hyphen counts, and only as a country's or people's name of one word. The list has at most one mention,
    which is never an actor.
    """
    head, hyphen, _ = token.text.partition("-")
    names = [name for name in index.get(head, ()) if name.spelling == (head,) and name.role in {"country", "demonym"}] if hyphen else []
    return [Mention(name.code, token.start, token.start + len(head), name.role, is_actor=False) for name in names[:1]]


def _match_name(tokens: Sequence[Token], at: int, index: dict[str, list[Name]], day: date | None) -> Name | None:
    """Return the longest name that begins at token `at`, if any.

    Leaders who are not in office on `day` are skipped.
    """
    for name in index.get(tokens[at].text, ()):
        span = tokens[at : at + len(name.spelling)]
        if tuple(token.text for token in span) == name.spelling and name.is_in_office(day):
            return name
    return None


def _match_surname(
    tokens: Sequence[Token], at: int, day: date | None, mentions: Sequence[Mention], leaders: Collection[tuple[str, str]]
) -> Name | None:
    """Return the leader whom a surname at token `at` means, if any.

    It is a leader of `leaders`, or the only one in office where the name is joined to another leader's (`Takaichi and Lee`), is all that
    says who speaks (`Mr Brown: ...`), or a word for a government follows (`the Brown government`). It is nobody next to a first name or
    another name, and nobody described by `a` or `an` (`Mr Brown, an analyst`), nor if leaders of two countries fit. `mentions`: those
    before it in the sentence.
    """
    names = [name for name in build_surname_index().get(tokens[at].text, ()) if name.is_in_office(day)]
    names = [name for name in names if _are_words(tokens[at : at + len(name.spelling)], name.spelling)]
    if not names or _is_part_of_name(tokens, at, at + len(names[0].spelling) - 1):
        return None
    known = [name for name in names if (name.code, name.surname) in leaders]
    last = at + len(names[0].spelling) - 1
    if not known and (_is_label(tokens, at, last) or _is_among_leaders(tokens, at, last, day, mentions)):
        known = names
    return known[0] if len({name.code for name in known}) == 1 else None


def _is_label(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a surname opens the sentence and a colon follows.

    Only a form of address may be before it: `Mr. Brown: We will answer.`
    """
    before = [token.lower for token in tokens[:first] if token.text != "."]
    return [token.text for token in tokens[last + 1 : last + 2]] == [":"] and cues("honorifics").issuperset(before)


def _is_part_of_name(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a surname is another person's, or part of a name.

    `first`, `last`: positions of its words. A word that could be a name is next to it (an honorific before it, or a word such as `the` that
    opens the sentence, is none), or `, a` or `, an` follows.
    """
    before = tokens[first - 1] if first else None
    is_opening = first == 1 and before is not None and before.lower in cues("determiners")
    if before and _is_name_like(before) and before.lower not in cues("honorifics") and not is_opening:
        return True
    after = tokens[last + 1 : last + 3]
    if after and _is_name_like(after[0]):
        return True
    return [token.lower for token in after] in ([",", "a"], [",", "an"])


def _is_name_like(token: Token) -> bool:
    """Whether a word has a capital and could be a name.

    Verbs and function words could not: headlines may capitalize them.
    """
    return token.text[0].isupper() and token.lower not in cues("stops") and token.lower not in _first_words_of_verbs()


def _is_among_leaders(tokens: Sequence[Token], first: int, last: int, day: date | None, mentions: Sequence[Mention]) -> bool:
    """Whether a surname is next to a leader or government.

    `first`, `last`: positions of its words; `mentions`: those before it in the sentence. A word such as `and` joins it to a leader in
    office on `day`, or a word for a government follows.
    """
    joints = {"and", "-", "\u2013", "&"}
    after = tokens[last + 1].lower if last + 1 < len(tokens) else ""
    if after in cues("governments"):
        return True
    if first > 1 and tokens[first - 1].lower in joints and mentions and mentions[-1].role == "leader":
        return mentions[-1].end == tokens[first - 2].end
    partner = _match_name(tokens, last + 2, build_name_index(), day) if after in joints and last + 2 < len(tokens) else None
    return partner is not None and partner.role == "leader"


def _is_exception(tokens: Sequence[Token], first: int, last: int, name: Name) -> bool:
    """Whether neighbouring words show that no state is meant.

    Examples: `New Mexico`, `China Airlines`. The lexicon lists such neighbours of each name. `first`, `last`: positions of the name's
    first and last token.
    """
    before, after = _load_exceptions().get(name.spelling, ((), ()))
    return any(_are_words(tokens[max(first - len(words), 0) : first], words) for words in before) or any(
        _are_words(tokens[last + 1 : last + 1 + len(words)], words) for words in after
    )


def _are_words(tokens: Sequence[Token], words: Words) -> bool:
    return tuple(token.text for token in tokens) == words


def _is_dateline(tokens: Sequence[Token], first: int, last: int, name: Name) -> bool:
    """Whether the name says where the report was written.

    Examples: `WASHINGTON —`, `BEIJING, May 3 -`. It is a capital before an em or en dash, in upper case or with at most
    `WORDS_BEFORE_DATELINE` tokens before it and none of them in lower case (`(Wire) Ottawa —`, not `it accused Ottawa — a partner — of
    dumping`); a capital in upper case that opens the sentence, before `-`, `,` or `(`; a country's name of several words, the first in
    upper case, before any dash; or a country after a place in upper case (`BUSAN, South Korea, Oct 30 -`), if a dash is among the
    `LENGTH_OF_DATE` tokens after it (not one inside a word: `US, China agree 90-day truce`). Before a hyphen and another name
    (`OTTAWA-BEIJING TALKS`) it is none.
    """
    after = tokens[last + 1].text if last + 1 < len(tokens) else ""
    if after == "-" and not _is_free_dash(tokens, last + 1) and tokens[last + 2].text[0].isupper():
        return False
    is_after_place = first > 1 and tokens[first - 1].text == "," and all(token.text.isupper() for token in islice(tokens, first - 1))
    if name.role == "country" and is_after_place:
        return any(_is_free_dash(tokens, at) for at in range(last + 1, min(last + 1 + LENGTH_OF_DATE, len(tokens))))
    if name.role == "country" and len(name.spelling) > 1 and tokens[first].text.isupper():  # HONG KONG -
        return after in DASHES
    if name.role != "capital":
        return False
    is_upper = tokens[first].text.isupper()
    if after in {"\u2014", "\u2013"}:
        return is_upper or (first <= WORDS_BEFORE_DATELINE and not any(token.text[0].islower() for token in tokens[:first]))
    return first == 0 and is_upper and after in {"-", ",", "("}


def _is_free_dash(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a dash with a space on either side."""
    joins = 0 < at < len(tokens) - 1 and tokens[at - 1].end == tokens[at].start and tokens[at].end == tokens[at + 1].start
    return tokens[at].text in DASHES and not joins


def find_dateline(tokens: Sequence[Token]) -> str | None:
    """Return the code of the country of a sentence's dateline.

    That is the country of the capital with which the sentence opens, as in `BEIJING, May 3 -`, or of a name such as `HONG KONG -`. None if
    it opens with none.
    """
    name = _match_name(tokens, 0, build_name_index(), None) if tokens else None
    return name.code if name and _is_dateline(tokens, 0, len(name.spelling) - 1, name) else None


def _is_venue(tokens: Sequence[Token], first: int, last: int, name: Name, mentions: Sequence[Mention]) -> bool:
    """Whether a capital only says where talks were.

    Examples: `after the Madrid trade talks`, `US-China Madrid talks`. A word such as `the`, or a pair of countries, is directly before it,
    a word for a meeting in the `LOOK_AHEAD` tokens after it. `mentions`: those before it in the sentence.
    """
    if name.role != "capital" or not first:
        return False
    is_after_pair = len(mentions) > 1 and mentions[-1].end == tokens[first - 1].end and mentions[-2].end + 1 == mentions[-1].start
    if not is_after_pair and tokens[first - 1].lower not in cues("before_venues"):
        return False
    return any(token.lower in cues("meetings") for token in tokens[last + 1 : last + 1 + LOOK_AHEAD])


def _is_of_money(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a name is part of a sum of money: `5 million US dollars`."""
    before = tokens[first - 1].lower if first else ""
    after = tokens[last + 1].lower if last + 1 < len(tokens) else ""
    return after in {"dollars", "dlrs"} and (before[:1].isdigit() or before in {"million", "mln", "billion", "bln", "trillion"})


def _is_actor(tokens: Sequence[Token], first: int, last: int, name: Name) -> bool:
    """Whether a name means the state itself, which can act.

    It does not if it only describes something (`US-China talks`, `Chinese steel`, `China's exports`), or a capital is only a place
    (`in Beijing`), but it does if it describes whoever acts for the state (`China's ministry`). A people's name means the state after `the`
    or `by`, or in the plural (`Americans`). `first`, `last`: positions of its first and last token. The result is `Mention.is_actor`.
    """
    is_possessive = last + 1 < len(tokens) and tokens[last + 1].lower in {"'s", "'", "\u2019"}
    before = tokens[first - 1].lower if first else ""
    if name.role == "firm" or (name.role == "capital" and before in cues("place_prepositions")):
        return False
    if _is_hyphenated(tokens, first, last):
        return False
    is_state_noun = _is_state_noun_next(tokens, last + 1 + is_possessive, name, is_possessive)
    if is_state_noun is not None:
        return is_state_noun
    if is_possessive:
        return False
    if name.role == "demonym":
        return before in {"the", "by"} or name.spelling[-1].endswith(("ns", "ks", "es"))
    return True


def _is_hyphenated(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether the name is part of a pair such as `US-China talks`.

    A hyphen, en dash or slash, with or without blanks around it, is between the name and a word that begins with a capital. Such a name
    only describes the talks. A dash after a place in upper case ends a dateline (`TOKYO - Japan raised tariffs`).
    """
    marks = {"-", "\u2013", "/"}
    if last + 2 < len(tokens) and tokens[last + 1].text in marks and tokens[last + 2].text[0].isupper():
        return True
    match tokens[max(first - 2, 0) : first + 1]:
        case [place, mark, name] if mark.text in marks and place.text[0].isupper():
            has_blanks = place.end < mark.start and mark.end < name.start
            return not (has_blanks and _is_long_in_upper_case(place) and not _is_long_in_upper_case(name))
    return False


def _is_long_in_upper_case(token: Token) -> bool:
    """Whether a word is in upper case and longer than an abbreviation.

    Points are not counted, so `TOKYO` is such a word, but `U.S.` is not.
    """
    return token.text.isupper() and len(token.text.replace(".", "")) > MAX_LENGTH_OF_ABBREVIATION


def _is_state_noun_next(tokens: Sequence[Token], at: int, name: Name, is_possessive: bool) -> bool | None:
    """Whether the noun that a country's name describes acts for the state.

    The first known noun from token `at` decides: True as in `Chinese officials` or `Peru's farm minister`, False for goods and people
    (`Chinese steel`), None if none follows. After possessives, names of peoples (`Chinese`) and short names (`US`), `LOOK_AHEAD` tokens are
    searched, after other names only the token `at`. The search ends with None at punctuation, a number, a word of the list `stops`
    (`cues.toml`) or, except after possessives and names of peoples, one of `_first_words_of_verbs`. For a people's name it ends with False
    at a hyphen, and goes on at `and` (`Chinese and American officials`).
    """
    state_nouns, other_nouns = _load_nouns()
    is_adjective = is_possessive or name.role == "demonym" or " ".join(name.spelling) in cues("short_names")
    verbs = _first_words_of_verbs()
    for place, token in enumerate(tokens[at : at + (LOOK_AHEAD if is_adjective else 1)], at):
        if token.lower in state_nouns or _heads_ministry(tokens, place):
            return True
        if token.lower in other_nouns:
            return False
        if token.lower == "and" and name.role == "demonym":  # Chinese and American officials
            continue
        is_verb = not is_possessive and name.role != "demonym" and token.lower in verbs
        if token.lower in cues("stops") or not token.text[0].isalpha() or is_verb:
            return False if token.text == "-" and name.role == "demonym" else None
    return None


def _heads_ministry(tokens: Sequence[Token], at: int) -> bool:
    """Whether word `at` only says which minister it is: `economy minister`."""
    return at + 1 < len(tokens) and tokens[at + 1].lower in {"minister", "ministers", "ministry", "secretary"}


@cache
def _load_nouns() -> tuple[frozenset[str], frozenset[str]]:
    nouns = load_lexicon("actors")["nouns"]
    return frozenset(nouns["state"]), frozenset(nouns["nonstate"])


@cache
def _first_words_of_verbs() -> frozenset[str]:
    """Return first words, in all forms, of the lexicon's verbs and operators.

    Operators turn an act around, such as `refuse` or `never`. After a name such as `U.S.` these words show that the predicate begins.
    """
    entries = [*load_lexicon("verbs")["verb"], *load_lexicon("operators")["operator"]]
    return frozenset(form.split(" ")[0] for entry in entries for phrase in entry["words"] for form in verb_forms(phrase))


@cache
def _load_exceptions() -> dict[Words, tuple[tuple[Words, ...], ...]]:
    """Map names to the phrases before and after that exclude them.

    Names and phrases are tuples of words, as `tokenize` splits them: in capitals, as old news wires print headlines, and as spelled.
    """

    def split(text: str) -> Words:
        return tuple(token.text for token in tokenize(text))

    return {
        split(case(entry["name"])): tuple(tuple(split(case(phrase)) for phrase in entry[side]) for side in ("before", "after"))
        for case in (str.upper, str)
        for entry in load_lexicon("actors")["exception"]
    }
