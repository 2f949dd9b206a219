"""A sentence and the countries that may be meant in it, as the numbers that the model reads.

Belongs here: what the model sees, the same in training and in use. Does not: the model (`network.py`), or what its answers mean
(`reading.py`). Every country of a sentence becomes a numbered mark, in order of appearance, set before each word that means it, so that
the model learns sentences and not countries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tokenizers import Tokenizer

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.candidates import SentenceCandidates

COUNTRIES = 8
LONGEST_SENTENCE, LONGEST_CONTEXT = 120, 64

# entries that the vocabulary of BERT leaves unused, from this one on
_FIRST_UNUSED = 1
COUNTRY_MARKS = tuple(range(_FIRST_UNUSED, _FIRST_UNUSED + COUNTRIES))
ALL_MARK, SPEAKER_MARK, MAIN_MARK, HEADLINE_MARK, STRANGER_MARK = range(COUNTRY_MARKS[-1] + 1, COUNTRY_MARKS[-1] + 6)
ROLE_MARKS = {role: COUNTRY_MARKS[-1] + 6 + number for number, role in enumerate(("demonym", "leader", "pronoun", "speaker", "mutual"))}
MARKS = (*COUNTRY_MARKS, ALL_MARK, SPEAKER_MARK, MAIN_MARK, HEADLINE_MARK, STRANGER_MARK, *ROLE_MARKS.values())


@dataclass(frozen=True, slots=True)
class Encoded:
    """One sentence for the model.

    `ids` are entries of the vocabulary; `places[i]` is where the mark of `countries[i]` stands among them, the last one that of all
    partners; `candidates` gives for each ordered pair of positions in `places` the candidate that asks about it.
    """

    ids: tuple[int, ...]
    places: tuple[int, ...]
    countries: tuple[str, ...]
    candidates: Mapping[tuple[int, int], int]


def encode(tokenizer: Tokenizer, group: SentenceCandidates) -> Encoded:
    """The candidates of one sentence (rows of `CANDIDATES_SCHEMA`) as one input."""
    first = group[0]
    mentions = _mentions(group)
    countries = _countries(group, mentions)
    number = {code: place for place, code in enumerate(countries)}
    mark = {code: COUNTRY_MARKS[place] for code, place in number.items()}

    ids = [_special(tokenizer, "[CLS]")]
    places = []
    main = {row[side] for row in group if row["is_main_pair"] for side in ("actor", "target")}
    for code in countries:
        places.append(len(ids))
        ids.append(mark[code])
        ids.extend([SPEAKER_MARK] * (code == first["speaker"]) + [MAIN_MARK] * (code in main))
    places.append(len(ids))
    ids.append(ALL_MARK)
    ids.extend([HEADLINE_MARK] * first["is_title"] + [STRANGER_MARK] * first["is_stranger"])
    ids.append(_special(tokenizer, "[SEP]"))

    context = _marked(tokenizer, first["previous"], ((m["code"], m["start"], m["end"], "") for m in first["previous_mentions"]), mark)
    if first["title"] and not first["is_title"]:
        ids.extend(_pieces(tokenizer, first["title"])[: LONGEST_CONTEXT // 2])
    ids.extend(context[-LONGEST_CONTEXT:])
    ids.append(_special(tokenizer, "[SEP]"))
    ids.extend(_marked(tokenizer, first["sentence"], mentions, mark)[:LONGEST_SENTENCE])
    ids.append(_special(tokenizer, "[SEP]"))

    number[ALL_PARTNERS] = len(countries)
    asked = {
        (number[row["actor"]], number[row["target"]]): row["candidate"] for row in group if {row["actor"], row["target"]} <= set(number)
    }
    return Encoded(tuple(ids), tuple(places), countries, asked)


def _mentions(group: SentenceCandidates) -> list[tuple[str, int, int, str]]:
    found = {(row[who], m["start"], m["end"], m["role"]) for row in group for who in ("actor", "target") for m in row[f"{who}_mentions"]}
    return sorted(found, key=lambda mention: (mention[1], mention[2], mention[0]))


def _countries(group: SentenceCandidates, mentions: Iterable[tuple[str, int, int, str]]) -> tuple[str, ...]:
    """The countries asked about: those meant in the sentence in order of appearance, then the others, at most `COUNTRIES`."""
    asked = (row[side] for row in group for side in ("actor", "target"))
    found = dict.fromkeys((*(mention[0] for mention in mentions), *asked))
    return tuple(code for code in found if code != ALL_PARTNERS)[:COUNTRIES]


def _marked(tokenizer: Tokenizer, text: str, mentions: Iterable[tuple[str, int, int, str]], mark: Mapping[str, int]) -> list[int]:
    """The text's word pieces, with the country's mark, and what sort of word it is, before each mention."""
    ids: list[int] = []
    at = 0
    for code, start, end, role in mentions:
        if code not in mark:
            continue
        if start >= at:
            ids.extend(_pieces(tokenizer, text[at:start]))
            at = start
        ids.append(mark[code])
        if role in ROLE_MARKS:
            ids.append(ROLE_MARKS[role])
        if role not in ("pronoun", "speaker", "mutual") and end > at:
            at = end  # the name itself says nothing that the mark does not
    ids.extend(_pieces(tokenizer, text[at:]))
    return ids


def _pieces(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids if text.strip() else []


def _special(tokenizer: Tokenizer, name: str) -> int:
    number = tokenizer.token_to_id(name)
    if number is None:
        raise ValueError(f"the tokenizer of the encoder knows no {name}; its tokenizer.json is not the one of the model")
    return int(number)
