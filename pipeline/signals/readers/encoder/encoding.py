"""Encode a sentence and its countries as token ids.

Belongs here: the model's input, the same in training and use. Does not: the model (`network.py`) or the meaning of its output
(`reader.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Tokenizer

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.readers.encoder.frames import find_core

MAX_COUNTRIES = 8
MAX_SENTENCE_TOKENS, MAX_CONTEXT_TOKENS = 120, 64

# Marks (see `Encoded`) are token ids that BERT's vocabulary leaves unused, from this one on.
_FIRST_UNUSED = 1
COUNTRY_MARKS = tuple(range(_FIRST_UNUSED, _FIRST_UNUSED + MAX_COUNTRIES))
ALL_MARK, SPEAKER_MARK, MAIN_MARK, HEADLINE_MARK, STRANGER_MARK = range(COUNTRY_MARKS[-1] + 1, COUNTRY_MARKS[-1] + 6)
ROLE_MARKS = {role: COUNTRY_MARKS[-1] + 6 + number for number, role in enumerate(("demonym", "leader", "pronoun", "speaker", "mutual"))}
MARKS = (*COUNTRY_MARKS, ALL_MARK, SPEAKER_MARK, MAIN_MARK, HEADLINE_MARK, STRANGER_MARK, *ROLE_MARKS.values())


@dataclass(frozen=True, slots=True)
class Encoded:
    """One sentence as the model's input.

    `ids` are token ids; a mark is a token that represents a country or a property. `places[i]` is the position in `ids` of the mark of
    `countries[i]`; the last place is that of the mark of all partners. `candidates` maps pairs of indices into `places` (actor, target) to
    candidate numbers.
    """

    ids: tuple[int, ...]
    places: tuple[int, ...]
    countries: tuple[str, ...]
    candidates: Mapping[tuple[int, int], int]


def encode(tokenizer: Tokenizer, group: SentenceCandidates, left_out: tuple[int, int] = (0, 0)) -> Encoded:
    """Encode the candidates (pairs of countries) of one sentence.

    `group`: rows of `CANDIDATES_SCHEMA`. Countries are numbered in order of appearance, and each mention gets the mark (token) of its
    number, so that the model learns sentences rather than countries. The parts are: the mark of each country (and after it those of the
    speaker and of the main pair where they apply), of all partners, and of a headline or a stranger (see `ResolvedSentence`); the first
    `MAX_CONTEXT_TOKENS // 2` tokens of the title (none if the sentence is the title) and the last `MAX_CONTEXT_TOKENS` of the previous
    sentence; the first `MAX_SENTENCE_TOKENS` of the sentence, without a report on a market (`find_core`) and the characters from
    `left_out[0]` to `left_out[1]` (exclusive). Candidates with a country beyond `MAX_COUNTRIES` are left out.
    """
    first = group[0]
    mentions = collect_mentions(group)
    countries = _collect_countries(group, mentions)
    index = {code: number for number, code in enumerate(countries)}
    marks = {code: COUNTRY_MARKS[number] for code, number in index.items()}

    ids = [_special_id(tokenizer, "[CLS]")]
    places = []
    main_pair = {row[side] for row in group if row["is_main_pair"] for side in ("actor", "target")}
    for code in countries:
        places.append(len(ids))
        ids.append(marks[code])
        ids.extend([SPEAKER_MARK] * (code == first["speaker"]) + [MAIN_MARK] * (code in main_pair))
    places.append(len(ids))
    ids.append(ALL_MARK)
    ids.extend([HEADLINE_MARK] * first["is_title"] + [STRANGER_MARK] * first["is_stranger"])
    ids.append(_special_id(tokenizer, "[SEP]"))

    previous_mentions = ((m["code"], m["start"], m["end"], "") for m in first["previous_mentions"])
    context = _encode_text(tokenizer, first["previous"], previous_mentions, marks)
    if first["title"] and not first["is_title"]:
        ids.extend(_tokenize(tokenizer, first["title"])[: MAX_CONTEXT_TOKENS // 2])
    ids.extend(context[-MAX_CONTEXT_TOKENS:])
    ids.append(_special_id(tokenizer, "[SEP]"))
    start, end = find_core(first["sentence"], [mention[1:3] for mention in mentions if mention[2]])
    text = first["sentence"][:end]
    before = _encode_text(tokenizer, text[: left_out[0]], [mention for mention in mentions if mention[1] < left_out[0]], marks, start)
    after = [mention for mention in mentions if mention[1] >= left_out[1]]
    ids.extend([*before, *_encode_text(tokenizer, text, after, marks, max(start, left_out[1]))][:MAX_SENTENCE_TOKENS])
    ids.append(_special_id(tokenizer, "[SEP]"))

    index[ALL_PARTNERS] = len(countries)
    candidates = {
        (index[row["actor"]], index[row["target"]]): row["candidate"] for row in group if {row["actor"], row["target"]} <= set(index)
    }
    return Encoded(tuple(ids), tuple(places), countries, candidates)


def collect_mentions(group: SentenceCandidates) -> list[tuple[str, int, int, str]]:
    """Collect where and how a sentence names countries, in order of appearance.

    `group`: its candidates. Each mention is (country code, start, end, role), once; start and end are character offsets in the sentence,
    `end` exclusive.
    """
    mentions = {
        (row[side], m["start"], m["end"], m["role"]) for row in group for side in ("actor", "target") for m in row[f"{side}_mentions"]
    }
    return sorted(mentions, key=lambda mention: (mention[1], mention[2], mention[0]))


def _collect_countries(group: SentenceCandidates, mentions: Iterable[tuple[str, int, int, str]]) -> tuple[str, ...]:
    """Collect at most `MAX_COUNTRIES` countries of a sentence.

    First those that it mentions, in order of appearance, then the other actors and targets of its candidates (`group`); `ALL_PARTNERS` is
    left out. `mentions`: result of `collect_mentions`.
    """
    others = (row[side] for row in group for side in ("actor", "target"))
    codes = dict.fromkeys((*(mention[0] for mention in mentions), *others))
    return tuple(code for code in codes if code != ALL_PARTNERS)[:MAX_COUNTRIES]


def _encode_text(
    tokenizer: Tokenizer, text: str, mentions: Iterable[tuple[str, int, int, str]], marks: Mapping[str, int], start: int = 0
) -> list[int]:
    """Convert a text to token ids, and mark each mention.

    What precedes `start` is left out. `marks`: mark of each country; mentions of others get none. `mentions`: (country code, start, end,
    role) with character offsets in `text`, `end` exclusive, in order of text. The mark replaces a name, and precedes a pronoun or another
    word that only means the country. Roles in `ROLE_MARKS` have a mark too, which directly follows that of the country.
    """
    ids: list[int] = []
    position = start
    for code, first, end, role in mentions:
        if code not in marks:
            continue
        if first >= position:
            ids.extend(_tokenize(tokenizer, text[position:first]))
            position = first
        ids.append(marks[code])
        if role in ROLE_MARKS:
            ids.append(ROLE_MARKS[role])
        if role not in ("pronoun", "speaker", "mutual") and end > position:
            position = end  # The mark replaces the name.
    ids.extend(_tokenize(tokenizer, text[position:]))
    return ids


@lru_cache(maxsize=2048)  # each title and previous sentence is encoded several times
def _tokenize(tokenizer: Tokenizer, text: str) -> tuple[int, ...]:
    """Return the ids of a text's tokens; none for blanks."""
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids) if text.strip() else ()


def _special_id(tokenizer: Tokenizer, name: str) -> int:
    """Return the id of a special token such as `[SEP]`.

    Raises `ValueError` if the tokenizer has none.
    """
    token_id = tokenizer.token_to_id(name)
    if token_id is None:
        raise ValueError(f"the tokenizer of the encoder has no token {name}; install the tokenizer.json that was shipped with the model")
    return int(token_id)
