"""Resolution of pronouns, "both sides" and "we" to countries.

Names themselves are detected in `actors.py`, labels that name a speaker (`Spokesperson: ...`) in `labels.py`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.actors import Mention, find_mentions_in_article
from pipeline.signals.dates import recalls_history
from pipeline.signals.doubts import has_trade
from pipeline.signals.home_state import find_impersonal, find_state_of_source, find_state_of_title, is_post
from pipeline.signals.homonyms import add_homonyms
from pipeline.signals.labels import Label, find_label
from pipeline.signals.places import count_mentions, leave_out_venues
from pipeline.signals.questions import Question, find_questions
from pipeline.signals.reports import find_heading_state, find_named_officials, find_reporter
from pipeline.signals.segment import Sentence
from pipeline.signals.unnamed import Doers

_BOTH_SIDES = re.compile(
    r"\b(?:both|the two|two|the) (?:sides|countries|nations|governments|leaders|parties|economic superpowers|delegations|economies"
    r"|teams)\b(?! of\b)"
    r"|\b(?:each other|one another)\b|\bboth (?:leaders|sides)\b",
    re.IGNORECASE,
)
_THIRD_PERSON = re.compile(
    r"\b(?:it|they|he|she|(?:the|its) (?:ministry|government|spokesman|spokeswoman|spokesperson|president|minister|commerce ministry"
    r"|foreign ministry|finance ministry|administration|bloc|country|embassy|premier|prime minister|department(?! of\b)"
    r"|(?:market |competition |antitrust )?regulators?))\b",
    re.IGNORECASE,
)
# The United States have departments and a president.
_NOT_AMERICAN = re.compile(r"\b(?:minister|ministry|premier)\b", re.IGNORECASE)
# "The ministry in Beijing", "the ministry accused Washington": what follows shows whose ministry it is, or is not.
_PLACE_NEXT = re.compile(r"\s+in\s+")
_ADDRESSEE_NEXT = re.compile(
    r"(?:\s+\w+ly|\s+(?:has|have|had|also))?\s+(?:accus\w+|blam\w+|condemn\w+|criti[cq]i?\w+|rebuk\w+|urg\w+|warn\w+|ask\w+|told|tell\w*"
    r"|press\w+|call(?:s|ed|ing)?\s+(?:up)?on)\s+(?:the\s+)?",
    re.IGNORECASE,
)
# Before and after a state that is informed, up to `it`, and what then happens to this state: `informed Peru that it would face duties`.
_INFORMING = re.compile(
    r"\b(?:inform(?:s|ed|ing)?|notif(?:y|ies|ied|ying)|t(?:ell(?:s|ing)?|old)|warn(?:s|ed|ing)?|(?:letters?|messages?) to)(?: the| both)? $"
)
_ADDRESSED = re.compile(
    r"(?:['\u2019]s?)?(?: (?:government|leaders?|officials|president|prime minister|(?:foreign |trade )?ministers?))?,? (?:that )?"
)
# The same in a condition: `if Peru does not cut its duty, it will face a ban`.
_IF = re.compile(r"\b(?:[Ii]f|[Uu]nless) (?:the )?$")
_THEN = re.compile(r"(?! and\b)[^.;:]{1,100}, (?:then )?")
_LISTED = re.compile(r",? (?:and )?(?:the )?")
_MUST = re.compile(
    r" (?:(?:can|could|may|might|shall|will|would) )?(?:also |now |soon )?"
    r"(?:(?:face|owe|pay|suffer)s?|be (?:charged|hit|punished|slapped|subject(?:ed)?|taxed)|ha(?:d|s|ve) to|must|needs?|should)\b"
)
# The document itself acts: "This order imposes a duty". Other words for it, such as "the action", may mean that of another state.
_DOCUMENT = re.compile(
    r"(?:[\W_]*\((?=\w*[^\W_])\w{1,4}\))*\W*"
    r"((?:The|This|Today['\u2019]s) (?:(?:Executive )?Order|order|[Pp]roclamation|E\.O\.|EO|[Mm]emorandum))\b"
)
# In a text of no state: `A separate order ends the relief`, by whoever acted last. `The order` is known already, and the sentence about it.
_OTHER_ORDER = r"additional|further|new|second|separate|third"
_ORDER = re.compile(
    rf"\W*((?:(?:An?|Another) (?:(?:executive|presidential|{_OTHER_ORDER}) ){{0,2}}|(?:That|The|This) (?:(?:{_OTHER_ORDER}) ){{1,2}})"
    r"(?:decree|order|proclamation))(?= (?:also |now )?(?:had|has|will|would|(?!is\b|was\b)\w+(?:ed|s)) (?!by\b|on\b))"
)
# A list of what one state does: `Peru will:`, `By Peru:` or `Peru's commitments:`, then `- Cut the duty.`
_PLEDGED = r"(?:pledge|promise)[sd]"
_SHARE = r"(?:commitments|concessions|part|pledges|side|steps|undertakings)"
_HEADS_LIST = re.compile(
    rf"\b(?:will|shall|would|agree[sd]?(?: to)?|commit(?:s|ted)(?: itself)? to|commitments to|{_PLEDGED}(?: to)?|is to)\s?:$"
    rf"|^\W*(?:(?:On|The) )?(?:{_SHARE} )?(?:by|from|of) [^.,:;]{{1,40}}:$|^[^.,:;]{{1,40}}['\u2019]s? {_SHARE}:$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"([-*\u2013\u2022])\s+(?=[A-Z])")
_FIRST_PERSON = re.compile(r"\b(?:we|our(?: side\b)?|us|i|my)\b", re.IGNORECASE)
# People of the speaker's own state, whom `they` may mean: `our farmers`.
_OWN_PEOPLE = re.compile(r"\b(?:our|my) \w", re.IGNORECASE)
# The other of two: `the other side`, `its neighbour`.
_OTHER_SIDE = re.compile(
    r"\b(?:the other (?:side|party|country)|(?:its|our|the) neighbou?r(?:ing (?:country|state|government))?)\b(?! of\b)", re.IGNORECASE
)
# Goods that come from abroad: `products sent into Peru`.
_INTO = re.compile(
    r"\b(?:brought|coming|entering|exported|flowing|imported|imports|sent|shipped|sold) (?:in)?(?:to )?(?:the )?", re.IGNORECASE
)
_QUOTATION = re.compile('["\u201d]')
_QUESTION = re.compile(r"\?\W*$")
#: A title of up to so many words without a country or word of trade is the name of a section or outlet: `Business Daily`.
SECTION_WORDS = 3
# What may be the label of a speaker, also one that `find_label` does not know: `A listener wrote:`.
_ANY_LABEL = re.compile(r"[^.!?\"\u201c]{1,80}:(?!\d)")
#: A pact of three, whose name alone means the largest partner: `Mexico hopes for a NAFTA deal`. A pattern.
NORTH_AMERICAN_PACT = r"\b(?:NAFTA|Nafta|USMCA|CUSMA|T-MEC|North American Free Trade Agreement|U\.S\.M\.C\.A\.)(?!\w)"
_NORTH_AMERICAN = re.compile(NORTH_AMERICAN_PACT)
_NORTH_AMERICANS = frozenset({"CAN", "MEX"})


@dataclass(frozen=True, slots=True)
class ResolvedSentence:
    """A sentence with the countries that it names or means.

    * `title`: empty if it only names a section (`SECTION_WORDS`)
    * `previous`, `previous_mentions`: text and countries of the sentence before, empty for the first, and after the name of a section
    * `main_pair`: the two countries that the article names most; fewer if it names fewer
    * `speaker`: the state for which the current speaker speaks
    * `is_stranger`: the speaker is no official but, for example, a journalist
    * `is_question`: a stranger says it, or it ends with a question mark and is not the title, or its paragraph does and somebody speaks
    * `is_spoken`: an official or "we" speaks, for an unknown state
    * `is_history`: it is on events of long ago (`recalls_history`)
    * `known`: the countries of the article, likeliest first: the speaker, the last subject, then the most named
    """

    article_id: str
    day: date | None
    title: str
    previous: str
    sentence: Sentence
    mentions: Sequence[Mention]
    main_pair: tuple[str, ...]
    previous_mentions: Sequence[Mention] = ()
    speaker: str | None = None
    is_stranger: bool = False
    is_question: bool = False
    known: tuple[str, ...] = ()
    is_spoken: bool = False
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class _Voice:
    """Who speaks, and for which state.

    `country`: the state, if known; `is_stranger`: as in `ResolvedSentence`; `is_official`: by the label of a state or an office.
    """

    country: str | None
    is_stranger: bool = False
    is_official: bool = False


@dataclass
class _State:
    """What later sentences of an article need to know of earlier ones.

    `home`: the state of the source; `voice`: who speaks; `host`: the state whose officials answer questions in this article; `subject`: the
    country that acted last; `issuer`: that whose leader or office acted last; `speakers`: the state of each label of a speaker so far;
    `interrupted`: the paragraph of a quotation that has not ended yet, and who spoke before; `question`: the last one of somebody with a
    label; `reporter`: the state of the office that a text without labels quotes; `list_of`: the state that does the items of the list being
    read.
    """

    home: str | None
    voice: _Voice
    host: str | None
    subject: str | None = None
    issuer: str | None = None
    speakers: dict[str, str] = field(default_factory=dict)
    interrupted: tuple[int, _Voice] | None = None
    question: Question | None = None
    reporter: str | None = None
    list_of: str | None = None


def resolve_references(article_id: str, day: date | None, source: str, title: str, sentences: Sequence[Sentence]) -> list[ResolvedSentence]:
    """Return an article's sentences with the countries named or meant in them.

    A word that refers to a country named earlier adds a mention of role `pronoun`, `speaker` or `mutual`, and so does an act whose doer is
    not named (`unnamed.py`). A country that is only named as a place (`talks in Madrid`) is left out if the article names two or more. The
    speaker of a transcript line (`Spokesperson: ...`) speaks until the next label of a speaker; before the first one the state of the
    `source` speaks, if it has one, or that of a title such as `Remarks by President Trump`.
    """
    home = find_state_of_source(source) or find_state_of_title(title, day)
    texts = [sentence.text for sentence in sentences]
    named = add_homonyms(texts, find_mentions_in_article(texts, day), home)
    counted = count_mentions(sentences, named)
    is_abroad = home is not None and counted.keys() <= {home}  # who speaks abroad and names no other state speaks of its host
    if is_abroad:
        counted = count_mentions(sentences, named, with_places=True)
    if len(counted) >= PAIR_SIZE:
        named = leave_out_venues(sentences, named)
        counted = counted if is_abroad else count_mentions(sentences, named)
    counts = counted.most_common()
    main_pair = tuple(code for code, _ in counts[:PAIR_SIZE])
    if len(main_pair) == 1 and home and home not in main_pair:
        main_pair = (*main_pair, home)
    state = _State(home, _Voice(home), home)
    doers = Doers()
    labels = [find_label(sentence.text, mentions) for sentence, mentions in zip(sentences, named, strict=True)]
    # Where somebody speaks (a state, or whoever a label names), a paragraph that ends with a question mark is that question.
    is_spoken = home is not None or any(
        label or _ANY_LABEL.match(sentence.text) for sentence, label in zip(sentences, labels, strict=True) if not sentence.is_title
    )
    askers = find_questions(sentences, named, labels)
    last_of_paragraph = {sentence.paragraph: sentence for sentence in sentences}
    is_monologue = is_post(source) or is_post(title)
    questions = {n for n, sentence in last_of_paragraph.items() if n and not is_monologue and _QUESTION.search(sentence.text)}
    # Below `Business Daily` the encoder found nothing in plain news.
    names_country = any(mentions for sentence, mentions in zip(sentences, named, strict=True) if sentence.is_title)
    is_telling = len(title.split()) > SECTION_WORDS or names_country or has_trade(title)
    resolved: list[ResolvedSentence] = []
    for position, (sentence, mentions) in enumerate(zip(sentences, named, strict=True)):
        _update_speaker(sentence, labels[position], askers.get(position), state)
        _update_reporter(sentence, mentions, state)
        implied = list(_find_implied_mentions(sentence.text, mentions, main_pair, state, labels[position]))
        implied += _find_doer_of_item(sentence, mentions, state)
        voice = state.voice
        if not sentence.is_title and not voice.is_stranger:
            implied += doers.find(sentence.text, [*mentions, *implied], main_pair, voice.country)
        known = dict.fromkeys((voice.country, state.subject, *(code for code, _ in counts)))
        is_same_paragraph = position > 0 and sentences[position - 1].paragraph == sentence.paragraph
        follows = is_same_paragraph and resolved[-1].is_history
        resolved.append(
            ResolvedSentence(
                article_id=article_id,
                day=day,
                title=title if is_telling else "",
                previous=sentences[position - 1].text if position and (is_telling or not sentences[position - 1].is_title) else "",
                sentence=sentence,
                mentions=sorted((*mentions, *implied), key=lambda mention: (mention.start, mention.end, mention.code)),
                main_pair=main_pair,
                previous_mentions=resolved[-1].mentions if resolved else (),
                speaker=voice.country,
                is_stranger=voice.is_stranger,
                is_question=voice.is_stranger
                or (is_spoken and sentence.paragraph in questions)
                or (not sentence.is_title and _QUESTION.search(sentence.text) is not None),
                known=tuple(code for code in known if code is not None),
                is_spoken=voice.country is None and (voice.is_official or _FIRST_PERSON.search(sentence.text) is not None),
                is_history=recalls_history(sentence.text, day, follows=follows),
            )
        )
        doers.note(sentence.text, resolved[-1].mentions)
        actors = [m for m in resolved[-1].mentions if m.is_actor and m.role not in {"mutual", "speaker"}]
        state.subject = next((m.code for m in actors), state.subject)
        state.issuer = next((m.code for m in actors if m.role in {"institution", "leader"}), state.issuer)
    return resolved


def _update_speaker(sentence: Sentence, label: Label | None, question: Question | None, state: _State) -> None:
    """Set the speaker if the sentence begins with a label (`Spokesperson: ...`).

    Changes `state` in place. Who is quoted after a label speaks until the end of the paragraph, then whoever spoke before, and so does a
    stranger in a title (`Analyst: ...`); otherwise nothing changes without a label. The label of someone who speaks for no state (a
    stranger, even if a country is named, or a guest in a text of a state) means that no state speaks. Another label belongs to the country
    that it names; without one, to the country that had the same label before, or, if the label names an office, to the state of the source,
    the host, whom the question before asks, or else the last subject that this question does not name; the label of a person only to the
    state of the source, and any label after the question of a newspaper to that of the source, the host, or who has to answer. That country
    speaks and becomes the host. A label without any of these (`Background: ...`) does not change which state speaks, but nobody is then a
    stranger or official. The label of a `question` that is not known to be a stranger's is one until the end of the paragraph.
    """
    if state.interrupted and sentence.paragraph != state.interrupted[0]:
        state.voice, state.interrupted = state.interrupted[1], None
    if label is None:
        return
    if question and question.is_label_unknown:
        state.interrupted = sentence.paragraph, state.voice
        state.voice, state.question = _Voice(None, is_stranger=True), question
        return
    answered, state.question = state.question, question
    if (label.is_quoted or (label.is_stranger and sentence.is_title)) and state.interrupted is None:
        state.interrupted = sentence.paragraph, state.voice
    if label.is_stranger or (label.is_guest and state.home and not sentence.is_title):
        state.voice = _Voice(None, is_stranger=True)
        return
    is_person = label.is_person and state.home is not None
    is_answer = answered is not None and (answered.is_label_unknown or (state.host or answered.answerer) is not None)
    if not (label.country or label.is_office or label.name in state.speakers or is_person or is_answer):
        state.voice = _Voice(state.voice.country)  # a label such as "Background: ..." is no speaker
        return
    speaker = label.country or _find_answerer(label, answered, state)
    state.voice = _Voice(speaker, is_official=True)
    if speaker:
        state.host = state.speakers[label.name] = speaker


def _update_reporter(sentence: Sentence, mentions: Sequence[Mention], state: _State) -> None:
    """Note the officials whom a sentence introduces or quotes.

    Changes `state` in place. A heading (`Foreign Ministry of Peru, statement.`) says who speaks, unless the source does; the officials that
    a sentence names are known by the label of their names; and `we` means the state whose office a sentence quotes (`reporter`), until
    another sentence quotes somebody else. Titles are left out.
    """
    if sentence.is_title:
        return
    heading = find_heading_state(sentence.text, mentions)
    if heading and not state.home:
        state.voice, state.host = _Voice(heading), heading
    for name, code in find_named_officials(sentence.text, mentions).items():
        state.speakers.setdefault(name, code)
    reporter = find_reporter(sentence.text, mentions)
    if reporter is not None:
        state.reporter = reporter or None


def _find_answerer(label: Label, question: Question | None, state: _State) -> str | None:
    """Return for which state a label that names none speaks.

    `question`: the one that it answers, if any.
    """
    known = state.speakers.get(label.name) or state.home or state.host or (question.answerer if question else None)
    if known or not (label.is_office or label.name in state.speakers):
        return known
    return None if question and state.subject in question.others else state.subject


def _find_implied_mentions(
    text: str, mentions: Sequence[Mention], main_pair: tuple[str, ...], state: _State, label: Label | None
) -> Iterable[Mention]:
    """Yield mentions for words that mean a country without naming it.

    Those are `both sides`, `we` (the speaker, if known, else whom the text quotes), `the other side` of two and `it` with their variants.
    `It` means the first actor that the sentence names before it, else the last subject of earlier sentences, unless what it is or what
    follows shows another (`_choose_subject`). `NAFTA` means the United States where only its other members are named. `mentions`: the
    countries that the sentence names.
    """
    codes = tuple(dict.fromkeys(mention.code for mention in mentions))
    # The two countries that the sentence names, or else those that the article names most.
    sides = codes if len(codes) == PAIR_SIZE else main_pair if len(main_pair) == PAIR_SIZE else ()
    for match in _BOTH_SIDES.finditer(text):
        for code in sides:
            yield Mention(code, match.start(), match.end(), "mutual")
    pact = _NORTH_AMERICAN.search(text)
    if pact and codes and _NORTH_AMERICANS.issuperset(codes):
        yield Mention("USA", pact.start(), pact.end(), "country", is_actor=False)
    speaker = state.voice.country or _find_quoted(text, mentions, state) or _find_importer(text, mentions, state)
    if speaker:
        yield from _find_first_person(text, speaker)
    own = speaker or next((mention.code for mention in mentions if mention.is_actor), state.subject)
    if own in sides:
        other = next(code for code in sides if code != own)
        yield from (Mention(other, match.start(), match.end(), "pronoun") for match in _OTHER_SIDE.finditer(text))
    if state.home:
        document, issuer = _DOCUMENT.match(text), state.home if state.voice.country == state.home else None
    else:
        document, issuer = _ORDER.match(text), state.voice.country or state.issuer or state.subject
    if document and issuer:
        yield Mention(issuer, document.start(1), document.end(1), "pronoun")
    deciding = find_impersonal(text, state.home) if state.home and state.home == state.voice.country else {}
    yield from deciding.values()
    yield from (third for third in _find_third_persons(text, mentions, main_pair, state, label) if third.start not in deciding)


def _find_third_persons(
    text: str, mentions: Sequence[Mention], main_pair: tuple[str, ...], state: _State, label: Label | None
) -> Iterator[Mention]:
    """Yield what `it`, `they` and the like mean after a label.

    An official's `they` is not its own state, but the other of the main pair, unless `our farmers` or the like precede it. Who is
    addressed may be meant, too (`_find_addressed`).
    """
    start = label.end if label else 0
    first = next((mention for mention in mentions if mention.is_actor), None)
    places = {mention.start: mention.code for mention in mentions}
    speaking = state.voice.country
    others = [code for code in main_pair if speaking and code != speaking]
    for match in _THIRD_PERSON.finditer(text, start):
        subject = first.code if first and first.end <= match.start() else state.subject
        subject = _choose_subject(subject, match, places, main_pair)
        is_they = match[0].lower() == "they" and not _OWN_PEOPLE.search(text, start, match.start())
        if is_they and len(others) == 1 and subject in {None, speaking}:
            subject = others[0]
        for code in _find_addressed(text, match, mentions) or ([subject] if subject else []):
            yield Mention(code, match.start(), match.end(), "pronoun")


def _find_addressed(text: str, word: re.Match[str], mentions: Sequence[Mention]) -> list[str]:
    """Return the states addressed with what they will suffer or must do.

    Peru for `it` (`word`) in `informed Peru that it would face duties` and `if Peru does not cut its duty, it will face a ban`; empty if
    `word` means no such states.
    """
    codes: list[str] = []
    end, between = word.start(), _ADDRESSED
    before = [mention for mention in mentions if mention.end <= end] if _MUST.match(text, word.end()) else []
    for mention in reversed(before):
        if not between.fullmatch(text, mention.end, end):
            break
        codes.insert(0, mention.code)
        if _INFORMING.search(text[: mention.start]):
            return codes
        end, between = mention.start, _LISTED
    return [m.code for m in before if _IF.search(text[: m.start]) and _THEN.fullmatch(text, m.end, word.start())][:1]


def _find_doer_of_item(sentence: Sentence, mentions: Sequence[Mention], state: _State) -> Iterator[Mention]:
    """Yield the state that a list's heading (`Peru will:`) says does an item.

    Its words are the mark of the item (`- Cut the duty`). Changes `state` in place: the list ends with a sentence that is no item.
    """
    item = _ITEM.match(sentence.text)
    actors = {mention.code for mention in mentions if mention.is_actor}
    if item and state.list_of and all(mention.start != item.end() for mention in mentions):
        yield Mention(state.list_of, item.start(1), item.end(1), "pronoun")
    elif not item:
        state.list_of = next(iter(actors)) if len(actors) == 1 and _HEADS_LIST.search(sentence.text) else None


def _find_quoted(text: str, mentions: Sequence[Mention], state: _State) -> str | None:
    """Return the state that `we` means where a text quotes an office.

    None where a label says who speaks, or where the sentence names this state's leader, or the state as actor and quotes no words: it is
    then known already.
    """
    named = {mention.role for mention in mentions if mention.is_actor and mention.code == state.reporter}
    is_known = "leader" in named or (named and not _QUOTATION.search(text))
    if state.voice.is_stranger or state.voice.is_official or is_known:
        return None
    return state.reporter


def _find_importer(text: str, mentions: Sequence[Mention], state: _State) -> str | None:
    """Return the state that goods come into, as an unknown speaker's.

    Example: `We will charge 30 percent on products sent into Peru`. None where a stranger speaks, or words are quoted of another state.
    """
    into = None if state.voice.is_stranger or _QUOTATION.search(text) else _INTO.search(text)
    return next((mention.code for mention in mentions if mention.start == into.end()), None) if into else None


def _find_first_person(text: str, speaker: str) -> Iterable[Mention]:
    """Yield mentions of a speaker's state: `we`, `our side` and the like.

    `We`, `I` and `our side` are actors, `our`, `us` and `my` are not.
    """
    for match in _FIRST_PERSON.finditer(text):
        if match[0] != "US":
            yield Mention(speaker, match.start(), match.end(), "speaker", match[0].lower() in {"we", "i", "our side"})


def _choose_subject(subject: str | None, words: re.Match[str], places: Mapping[int, str], main_pair: tuple[str, ...]) -> str | None:
    """Return the country that `words`, such as `the ministry`, mean.

    `subject`: whom they seem to mean; `places`: the countries named in the sentence, by their first character. What follows can correct it:
    `the ministry in Tokyo` is Japan's, and `the ministry accused China` is not China's, but that of the other country of the main pair, if
    China is in it. No ministry is that of the United States, unless it addresses the other country.
    """
    text, end = words.string, words.end()
    other = next((code for code in main_pair if code != subject), None) if subject in main_pair else None
    place, addressee = _PLACE_NEXT.match(text, end), _ADDRESSEE_NEXT.match(text, end)
    if place and place.end() in places:
        return places[place.end()]
    addressed = places.get(addressee.end()) if addressee else None
    is_other = addressed == subject or (subject == "USA" and addressed != other and _NOT_AMERICAN.search(words[0]))
    return other if is_other else subject
