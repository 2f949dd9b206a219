"""Scope of general acts, and whom a sentence exempts.

A general act is towards all partners, a region or a group instead of a country. Belongs here: what the words of a sentence say about it,
whichever reader read the act. Does not: members of regions (`pipeline/contracts/scopes.toml`), or what a general act weighs
(`pipeline/index`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.scopes import ALL, GROUP
from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.actors import Mention, find_mentions
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import verb_forms
from pipeline.signals.slots import find_rate_on

# Kinds that a government can do towards everybody at once; a deal, a purchase or a talk needs a partner.
ONE_SIDED = frozenset({"threat", "measure", "investigation", "offer", "easing"})

# What may be between the countries of a list (`_LIST`), and between a word such as `except` and the first of them (`_FILLERS`).
_LIST = re.compile(r"(?:,|&|\band\b|\bor\b|\bthe\b|\s)*", re.IGNORECASE)
_FILLERS = r"(?:\s+(?:goods|imports|products|those|not|just|only|for|from|on|of|against|to|both|the))*\s*"
_ADDED = re.compile(r"\b(?:on|for|against|including|especially)(?:\s+the)?\s+$", re.IGNORECASE)
# `All but certain` means almost; numbers and articles may be before a country that is left out.
_ALMOST = re.compile(r"(?i:all but)\s+(?!(?:an?|the|those|its|for|on|from|one|two|three|four|five|six|seven|eight|nine|ten)\b)[a-z]")
# `China, the world's largest importer` is ranked, `the World Trade Organization` is a body: nobody else is meant.
_NOT_RANKED = r"(?!['\u2019]s (?:\w+-)?(?:\w+est|first|leading|main|most|only|second|third|top)\b| (?:Bank|Economic|Health|Trade)\b)"
_RANKED = re.compile(r"\b(?:\w+est|leading|main|top) \Z")  # `the largest foreign supplier` is one country
_BREAK = re.compile(r"[,;:]|\b(?:and|but|while|with|as)\b", re.IGNORECASE)
_GOODS = re.compile(r"\b(?:everything|goods|imported|imports)\Z", re.IGNORECASE)
# Between goods and the country that they are from: `Peruvian tile imports`, `imports of tiles that are the product of Peru`.
_BEFORE_GOODS = re.compile(r" (?:(?!(?:for|from|in|of|on|over|to)\b)[\w-]+ )?")
_AFTER_GOODS = re.compile(r"(?: of(?: [\w-]+){1,12}?)??(?: that (?:are|is)(?: \w+)? products?)? (?:of|from)(?: member \w+ of)?(?: the)? ")

# Columns of a reading that its scope can change, by number of the reading.
_RESOLVED = {
    "row": pl.Int64(),
    "target": pl.String(),
    "target_words": pl.String(),
    "scope": pl.String(),
    "exceptions": pl.String(),
    "rate_pct": pl.Float64(),
    "is_addressed": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a general act is towards: all, a region or group.

    `code` is a word of the vocabulary `SCOPE`. `left_out` are countries that the words leave out (`all but China`), `spared` those that an
    act exempts (`exempts Canada`), `opposed` those to which a later clause does the opposite (`pauses tariffs on all countries but raises
    China's`). `named` are all countries of the sentence, and `named_after` those that it adds to the words (`on all imports, and 34 percent
    on China`). `origins` are those that the goods of the scope are from (`imports from Peru and Chile`); then it is no general act, unless
    the sentence also names everybody or a group. `words` mean the scope, from character `start` of the sentence; `is_addressed`: they are
    the object or goods of an act; `is_eased`: a word of reduction is anywhere before them.
    """

    code: str
    left_out: frozenset[str]
    spared: frozenset[str]
    opposed: frozenset[str]
    named: frozenset[str]
    named_after: frozenset[str]
    origins: frozenset[str]
    start: int
    words: str
    is_addressed: bool
    is_eased: bool

    @property
    def exceptions(self) -> tuple[str, ...]:
        """`left_out`, `spared` and `opposed` together, in alphabetical order."""
        return tuple(sorted(self.left_out | self.spared | self.opposed))


class _Phrase(NamedTuple):
    """Words of a sentence that mean a scope, such as `all countries`.

    `start`, `end`: half-open character offsets; `code`: a word of `SCOPE`; `is_addressed`: the sentence acts towards them (`tariffs on all
    countries`), and does not only mention them.
    """

    start: int
    end: int
    code: str
    is_addressed: bool


class _Patterns(NamedTuple):
    """Compiled words of `scopes.toml`, which describes its lists.

    `blocs` and `partners` (everybody and groups) name countries; `goods` are words for everything from abroad (`all imports`). `noun` and
    `others` match parts of such words. The rest match what is before or after them, or before or after an exempt country.
    """

    blocs: tuple[tuple[str, re.Pattern[str]], ...]
    partners: tuple[tuple[str, re.Pattern[str]], ...]
    goods: re.Pattern[str]
    noun: re.Pattern[str]
    limits: re.Pattern[str]
    addressed: re.Pattern[str]
    occasion_before: re.Pattern[str]
    occasion_after: re.Pattern[str]
    left_out_before: re.Pattern[str]
    left_out_close: re.Pattern[str]
    spared_before: re.Pattern[str]
    spared_after: re.Pattern[str]
    others: re.Pattern[str]


def find_scope(sentence: str, day: date | None = None) -> Scope | None:
    """Return the scope that a sentence names, with the countries it exempts.

    None if it names neither everybody nor a region or group. Leaders count as countries only if in office on `day`, or always if it is
    None. Each list of countries in the sentence, without those that the goods of the scope are from (`Chinese imports`), is put into the
    first of these fields that applies, if any: `left_out` (`all but China`), `spared` (`exempts Canada`), `opposed` (`cuts tariffs on all
    countries but raises China's`).
    """
    phrase = _find_phrase(sentence)
    if phrase is None:
        return None
    left_out, spared, opposed = set[str](), set[str](), set[str]()
    mentions = find_mentions(sentence, day)
    origins = _find_origins(sentence, mentions, phrase)
    for run in _group_into_lists(sentence, mentions):
        codes = {mention.code for mention in run} - origins
        if _is_left_out(sentence, run, phrase):
            left_out |= codes
        elif _is_spared(sentence, run):
            spared |= codes
        elif _is_opposed(sentence, run, phrase):
            opposed |= codes
    return Scope(
        code=phrase.code,
        left_out=frozenset(left_out),
        spared=frozenset(spared),
        opposed=frozenset(opposed),
        named=frozenset(mention.code for mention in mentions),
        named_after=_find_added(sentence, mentions, phrase),
        origins=origins,
        start=phrase.start,
        words=sentence[phrase.start : phrase.end],
        is_addressed=phrase.is_addressed,
        is_eased=_names_reduction(sentence[: phrase.start]),
    )


def resolve_scopes(readings: pl.DataFrame) -> pl.DataFrame:
    """Add `scope`, `exceptions` and `is_addressed`, and correct targets.

    `readings` has `quote`, `day` (or null), `actor`, `target`, `kind`, `target_words` (which name the target) and `rate_pct`. Targets are
    corrected by `_resolve_targets`: some become `*`, and a reading with two targets becomes two rows. Readings with the target `*` get the
    scope that the sentence names, its words as `target_words`, and its exempt countries, without the actor, as `exceptions` (codes joined
    by blanks). If the sentence names no scope, it is `all`, with empty words. Other readings have a null `scope` and empty `exceptions`.
    `is_addressed`: the sentence acts towards the target, and does not only mention everybody. The rate of an act towards a named country
    is not that of the same act towards the scope: there it is that before the scope's words.
    """
    scopes: dict[tuple[str, date | None], Scope | None] = {}
    rows = []
    columns = readings.select("quote", "day", "actor", "target", "kind", "target_words", "rate_pct").iter_rows(named=True)
    for number, row in enumerate(columns):
        key = (row["quote"], row["day"])
        if key not in scopes:
            scopes[key] = find_scope(*key)
        rows += [(number, *_describe_target(target, row, scopes[key])) for target in _resolve_targets(row, scopes[key])]
    resolved = pl.DataFrame(rows, schema=_RESOLVED, orient="row")
    return readings[resolved["row"].to_list()].with_columns(resolved.drop("row").get_columns())


def _describe_target(target: str, row: dict[str, Any], scope: Scope | None) -> tuple[str, str, str | None, str, float | None, bool]:
    """Return a target with its words, scope, exceptions and rate.

    `row`: the reading. A country has the reading's words and rate and nothing else. `*` (all, a region or a group) has what `scope` says:
    its words, its code, the countries that it exempts (codes joined by blanks, without the actor), and last whether everybody is more than
    mentioned; if `scope` is None, it is `all`, without words. Its rate is the reading's, unless that is of a country apart from the scope.
    """
    rate: float | None = row["rate_pct"]
    if target != ALL_PARTNERS:
        return target, row["target_words"], None, "", rate, True
    if scope is None:
        return target, "", ALL, "", rate, False
    if row["target"] in scope.named_after | scope.opposed:
        rate = find_rate_on(row["quote"], scope.start)
    exceptions = " ".join(code for code in scope.exceptions if code != row["actor"])
    return target, scope.words, scope.code, exceptions, rate, scope.is_addressed or scope.code != ALL


def _resolve_targets(row: dict[str, Any], scope: Scope | None) -> list[str]:
    """Return the targets of a reading after correction.

    `row`: the reading; `scope`: that of its sentence. Nothing is corrected without one, for kinds that need a partner (not in `ONE_SIDED`),
    or if the words leave out the actor (China in `all but China`). An act towards `*` (all, a region or a group) on goods of named
    countries (`origins`) is one towards each of these. The target becomes `*` if the sentence

    * leaves out the target, or does the opposite to it, and the reading says what is done to the others (to ease or to restrict),
    * does not name the target (`target_words` is empty), and either names a group, or acts towards everybody or a region and names no
      country except the actor and exceptions.

    A target that the sentence adds to those it acts towards (`named_after`), with an act of the same direction, stays, and `*` is a second
    one.
    """
    target: str = row["target"]
    if scope is None or row["kind"] not in ONE_SIDED or row["actor"] in scope.left_out:
        return [target]
    if target == ALL_PARTNERS:
        return sorted(scope.origins - {row["actor"]}) or [target]
    eases = KIND_POLARITY[row["kind"]] == "concession"
    if target in scope.left_out | scope.opposed:
        is_eased = _names_reduction(row["quote"]) if target in scope.left_out else scope.is_eased
        return [ALL_PARTNERS if eases == is_eased else target]
    # `Those partners will pay`: not the country that the article is about.
    is_of_group = scope.code == GROUP or (scope.is_addressed and scope.named <= {row["actor"], *scope.exceptions})
    if not row["target_words"] and is_of_group:
        return [ALL_PARTNERS]
    if not scope.is_addressed:
        return [target]
    return [target, ALL_PARTNERS] if target in scope.named_after and eases == scope.is_eased else [target]


def _find_added(sentence: str, mentions: Sequence[Mention], phrase: _Phrase) -> frozenset[str]:
    """Find the countries that a sentence adds to its scope.

    `phrase`: the words of the scope. A break (`_BREAK`, such as a comma or `but`) must separate them from the next country, and a word such
    as `on` (`_ADDED`) be directly before it, or the result is empty. Otherwise it has all countries that are named only after the words.
    """
    after = [mention for mention in mentions if mention.start >= phrase.end]
    if not after or not _BREAK.search(sentence[phrase.end : after[0].start]) or not _ADDED.search(sentence[: after[0].start]):
        return frozenset()
    return frozenset({mention.code for mention in after} - {mention.code for mention in mentions if mention.start < phrase.end})


def _find_origins(sentence: str, mentions: Sequence[Mention], phrase: _Phrase) -> frozenset[str]:
    """Find the countries that the goods of a scope are from.

    Examples: China in `Chinese imports`, Peru and Chile in `imports of tiles that are the product of Peru or Chile`. Empty if the words of
    the scope (`phrase`) are no goods, or the sentence also names everybody or a group.
    """
    if not _GOODS.search(sentence, phrase.start, phrase.end) or any(pattern.search(sentence) for _, pattern in _compile().partners):
        return frozenset()
    return frozenset(
        mention.code
        for run in _group_into_lists(sentence, mentions)
        if _BEFORE_GOODS.fullmatch(sentence, run[-1].end, max(run[-1].end, phrase.start))
        or _AFTER_GOODS.fullmatch(sentence, phrase.end, max(phrase.end, run[0].start))
        for mention in run
    )


def _find_phrase(sentence: str) -> _Phrase | None:
    """Find the words of a sentence that name an act's scope.

    They are the first words towards which the sentence acts, else the first that name everybody or a group, else a bloc or region; None
    without any. `All imports` counts only if no partners limit it (`from African countries`), a bloc only if it is not the name of an
    occasion (`the EU summit`).
    """
    patterns = _compile()
    blocs = [
        _Phrase(match.start(), match.end(), GROUP if _is_outside(sentence, match.start()) else code, _is_addressed(sentence, match.start()))
        for code, pattern in patterns.blocs
        for match in pattern.finditer(sentence)
        if not patterns.occasion_before.search(sentence[: match.start()]) and not patterns.occasion_after.match(sentence[match.end() :])
    ]
    partners = [
        _Phrase(
            match.start(),
            match.end(),
            GROUP if patterns.noun.search(match[0]) and patterns.limits.match(sentence[match.end() :]) else code,
            _is_addressed(sentence, match.start()),
        )
        for code, pattern in patterns.partners
        for match in pattern.finditer(sentence)
        if not _ALMOST.match(sentence, match.start()) and (match[0].endswith("s") or not _RANKED.search(sentence, 0, match.start()))
    ]
    named = [phrase for phrase in (*blocs, *partners) if phrase.is_addressed]
    goods = [_Phrase(match.start(), match.end(), ALL, is_addressed=True) for match in patterns.goods.finditer(sentence)]
    of_nobody = [one for one in goods if not any(_belongs_to(sentence, one, other) for other in named)]
    return min(named + of_nobody or partners or blocs, key=lambda phrase: (phrase.start, -phrase.end), default=None)


def _belongs_to(sentence: str, goods: _Phrase, partners: _Phrase) -> bool:
    """Whether `goods` are those of `partners`: `imports from African countries`.

    The goods do not begin after the partners, and no comma, conjunction or other `_BREAK` is between both.
    """
    return goods.start <= partners.start and not _BREAK.search(sentence[goods.end : partners.start])


def _is_addressed(sentence: str, start: int) -> bool:
    """Whether the words directly before `start` show an act towards what follows.

    Example: `tariffs on` before `all countries`, which begins at the character `start`.
    """
    return _compile().addressed.search(sentence[:start]) is not None


def _is_outside(sentence: str, start: int) -> bool:
    """Whether the words before character `start` exclude what follows: `outside ASEAN`."""
    return sentence[:start].rstrip().lower().endswith(("outside", "outside the", "non-"))


def _group_into_lists(sentence: str, mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Group countries named in a list, such as `Canada, Mexico and Korea`.

    `mentions`: those of a sentence, in order. Only commas, `&`, `and`, `or` and `the` are between those of a list. Any other mention is a
    list of its own.
    """
    run: list[Mention] = []
    for mention in mentions:
        if run and not _LIST.fullmatch(sentence[run[-1].end : mention.start]):
            yield run
            run = []
        run.append(mention)
    if run:
        yield run


def _is_left_out(sentence: str, run: Sequence[Mention], phrase: _Phrase) -> bool:
    """Whether the scope leaves out the countries of a list (`run`).

    Examples: `except Canada`, `all but China`, `China and, for all others`. `phrase`: the words of the scope (`all but`, `all others`).
    """
    patterns = _compile()
    before, after = sentence[: run[0].start], sentence[run[-1].end :]
    if patterns.left_out_before.search(before):
        return not (before.lower().endswith("excluding ") and after.startswith(" from "))  # excluding Peru from this action
    close = patterns.left_out_close.search(before)
    if close and (phrase.end == close.end(1) or not before[phrase.end : close.start(1)].strip()):
        return True
    is_target = not run[-1].is_actor or patterns.addressed.search(before) is not None
    is_apart = _LIST.fullmatch(sentence[run[-1].end : phrase.start]) is None  # not `Canada, Mexico and other countries`
    return is_target and is_apart and patterns.others.match(sentence[phrase.start :]) is not None


def _is_opposed(sentence: str, run: Sequence[Mention], phrase: _Phrase) -> bool:
    """Whether a later clause does the opposite to a list of countries.

    Example: China in `pauses tariffs on all countries but raises those on China`. The clause begins between the words of the scope
    (`phrase`) and the list (`run`).
    """
    between = sentence[phrase.end : run[0].start]
    opposite = _read_clause_pattern("up") if _names_reduction(sentence[: phrase.start]) else _read_clause_pattern("down")
    return opposite.search(between) is not None


def _is_spared(sentence: str, run: Sequence[Mention]) -> bool:
    """Whether an act exempts the countries: `exempts Canada`, `Canada is excluded`."""
    patterns = _compile()
    return bool(patterns.spared_before.search(sentence[: run[0].start]) or patterns.spared_after.match(sentence[run[-1].end :]))


@cache
def _read_reduction_pattern() -> re.Pattern[str]:
    """Return the pattern of words such as `cut`, `paused` and `lifts`."""
    entries = load_lexicon("verbs")["verb"]
    words = {form for entry in entries if entry["direction"] == "down" for phrase in entry["words"] for form in verb_forms(phrase)}
    return _match_any(sorted(words | set(load_lexicon("scopes")["reductions"]["words"])))


@cache
def _read_clause_pattern(direction: str) -> re.Pattern[str]:
    """Return the pattern of a clause such as `but raises`.

    `direction` of its verb: `up` (restricts, or keeps a restriction) or `down` (eases). Verbs of both directions are in neither pattern.
    """
    verbs: dict[str, set[str]] = {"up": set(), "down": set()}
    for entry in load_lexicon("verbs")["verb"]:
        if "restriction" in entry["takes"] and not entry.get("subject"):
            verbs["down" if entry["direction"] == "down" else "up"] |= {form for phrase in entry["words"] for form in verb_forms(phrase)}
    words = verbs[direction] - verbs["down" if direction == "up" else "up"]
    return re.compile(rf"(?:,|;|\b(?:and|but|while|yet|as))\s+(?:\w+\s+){{0,2}}(?:{_alternatives(sorted(words))})\b", re.IGNORECASE)


def _names_reduction(sentence: str) -> bool:
    """Whether a word says that something is reduced, paused or lifted."""
    return _read_reduction_pattern().search(sentence) is not None


@cache
def _compile() -> _Patterns:
    """Compile the patterns from the words of `scopes.toml`."""
    lexicon = load_lexicon("scopes")
    nouns, traders = (_alternatives(lexicon[kind]["words"]) for kind in ("nouns", "traders"))
    gap = rf"(?:\s+(?:{_alternatives(lexicon['adjectives']['words'])}))*\s+"

    def pattern_of(entry: dict[str, Any]) -> re.Pattern[str]:
        of_all = f"|{traders}" if entry["code"] == ALL else ""
        parts = [rf"(?i:(?:{_alternatives(entry['before_noun'])}){gap}(?:{nouns}{of_all}))"] if "before_noun" in entry else []
        parts += [rf"(?i:{_alternatives(entry['phrases'])})"] if "phrases" in entry else []
        parts += [rf"(?:{_alternatives(entry['names'])})(?i:\s+(?:{nouns}))?"] if "names" in entry else []
        parts += [rf"(?i:\d[\d,]*{gap}(?:{nouns})|(?:{nouns})(?={_limits(lexicon)}))"] if entry["code"] == GROUP else []
        return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-]){_NOT_RANKED}")

    patterns = [(entry["code"], pattern_of(entry)) for entry in lexicon["scope"]]
    everybody = next(entry for entry in lexicon["scope"] if entry["code"] == ALL)
    exceptions = lexicon["exceptions"]
    return _Patterns(
        blocs=tuple((code, pattern) for code, pattern in patterns if code not in {ALL, GROUP}),
        partners=tuple((code, pattern) for code, pattern in patterns if code in {ALL, GROUP}),
        goods=_match_any(everybody["objects"]),
        noun=re.compile(rf"\b(?:{nouns}|{traders})$", re.IGNORECASE),
        limits=re.compile(_limits(lexicon), re.IGNORECASE),
        addressed=re.compile(
            rf"\b(?:{_alternatives(lexicon['addressed']['words'])})(?:\s+(?:the|its|our|his|all of|goods from|imports from))*\s*$",
            re.IGNORECASE,
        ),
        occasion_before=re.compile(rf"\b(?:{_alternatives(lexicon['occasions']['before'])})(?:\s+(?:the|a|an))?\s*$", re.IGNORECASE),
        occasion_after=re.compile(rf"\s+(?:{_alternatives(lexicon['occasions']['after'])})\b", re.IGNORECASE),
        left_out_before=re.compile(rf"\b(?:{_alternatives(exceptions['before'])}){_FILLERS}$", re.IGNORECASE),
        left_out_close=re.compile(rf"\b({_alternatives(exceptions['close'])}){_FILLERS}$", re.IGNORECASE),
        spared_before=re.compile(rf"\b(?:{_alternatives(exceptions['verbs'])}){_FILLERS}$", re.IGNORECASE),
        spared_after=re.compile(
            rf"(?:\s*,)?\s+(?:(?:is|are|was|were|will be|being)\s+)?(?:{_alternatives(exceptions['after'])})\b", re.IGNORECASE
        ),
        others=re.compile(rf"(?:{_alternatives(exceptions['others'])})\b", re.IGNORECASE),
    )


def _limits(lexicon: dict[str, Any]) -> str:
    """Return a pattern of words after a noun that limit it.

    Example: `countries that retaliate` are a group, not all countries. `lexicon`: content of `scopes.toml`, which lists them
    (`after_noun`).
    """
    group = next(entry for entry in lexicon["scope"] if entry["code"] == GROUP)
    return rf"\s+(?:{_alternatives(group['after_noun'])})\b(?!\s+(?:the\s+)?exception)"


def _match_any(words: Iterable[str]) -> re.Pattern[str]:
    """Compile a pattern that matches any of the words, each whole.

    Case does not matter.
    """
    return re.compile(rf"(?<![\w-])(?:{_alternatives(words)})(?![\w-])", re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> str:
    """Join words as alternatives of a pattern, the longest first.

    A blank in a word matches any white space.
    """
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))
