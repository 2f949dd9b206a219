"""Which articles are not in English, and in which language they seem to be.

Belongs here: the judgement, by script, by small words and by pycld2. Does not: what becomes of such an article (`clean.py`).

The reader of signals knows English only; an article that counts as read but that nobody understood lowers every rate. An article in doubt
is English.
"""

import tomllib
from functools import cache
from pathlib import Path

import polars as pl
import pycld2

WORDS_FILE = Path(__file__).with_name("language.toml")
LOOKED_AT = 2_000  # characters of title and body
SHORT = 150  # letters; in a shorter text small words must agree with the detector
UNKNOWN = "of an unknown language"

_GLANCE = 500  # characters, by which most English is told
_ENGLISH_AT_A_GLANCE = 0.15  # share of words that are in the English list; prose has a quarter, other languages less than a twentieth
_ENGLISH_WORDS_AT_A_GLANCE = 3
_MOST_ENGLISH_WORDS = 0.08  # share of words of a longer text that is not English
_MOST_ENGLISH_TEXT = 20  # percent of it that the detector takes for English
_LEAST_FOREIGN_WORDS = 2  # of a short text: small words of other languages, and words with letters that English lacks
_LEAST_FOREIGN_LETTERS = 3  # of another script

_NO_NAME = ("unknown", "x_")  # the latter: a script

_TOLD_AMISS = r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+"  # the detector refuses some of them
_FOREIGN_WORD = r"\b[a-z]\w*[^\x00-\x7f\W]\w*"  # in small letters: in capitals it may be a name


def other_language(title: pl.Series, body: pl.Series) -> pl.Series:
    """For each article the English name of its language where that is not English, in small letters (`chinese`), or `UNKNOWN` where its
    script alone tells; null for English and for what is too short or too mixed to say.

    A text in another script than the Latin is not English where most of its letters are of that. A text in the Latin script is not where
    pycld2 says so without reserve and its small words agree.
    """
    text = title.str.slice(0, LOOKED_AT) + "\n" + body.str.slice(0, LOOKED_AT)
    glance = pl.select(text=text.str.slice(0, _GLANCE).str.to_lowercase()).with_row_index("row")
    english = pl.col("text").str.count_matches(_any_of("english"))
    words = pl.col("text").str.count_matches(r"\w+")
    doubtful = glance.filter((english < _ENGLISH_WORDS_AT_A_GLANCE) | (english < _ENGLISH_AT_A_GLANCE * words))["row"]
    names = [_language(*row) for row in _measured(text.gather(doubtful)).iter_rows()]
    found = pl.repeat(None, text.len(), dtype=pl.String, eager=True)
    return found.scatter(doubtful, pl.Series(names, dtype=pl.String)) if names else found


def _measured(text: pl.Series) -> pl.DataFrame:
    """Each text in small letters, since capitals mislead the detector, and what is counted in it."""
    given = text.str.slice(0, LOOKED_AT).str.replace_all(_TOLD_AMISS, " ")
    one = pl.col("text")
    letters = one.str.count_matches(r"\p{L}")
    return (
        given.str.to_lowercase()
        .alias("text")
        .to_frame()
        .with_columns(
            letters=letters,
            other_script=letters - one.str.count_matches(r"\p{Latin}"),
            words=one.str.count_matches(r"\w+"),
            english=one.str.count_matches(_any_of("english")),
            foreign=one.str.count_matches(_any_of("foreign")) + given.str.count_matches(_FOREIGN_WORD),
        )
    )


def _language(text: str, letters: int, other_script: int, words: int, english: int, foreign: int) -> str | None:
    sure, name, english_percent = _detected(text)
    if 2 * other_script > letters:
        if other_script < _LEAST_FOREIGN_LETTERS:
            return None
        return name if sure and name != "english" else UNKNOWN
    if not sure or name == "english" or english_percent > _MOST_ENGLISH_TEXT:
        return None
    agrees = english == 0 and foreign >= _LEAST_FOREIGN_WORDS if letters < SHORT else english <= _MOST_ENGLISH_WORDS * words
    return name if agrees else None


def _detected(text: str) -> tuple[bool, str, int]:
    """Whether pycld2 is sure, the language it finds most of, and the percentage of the text that it takes for English."""
    try:
        sure, _, found = pycld2.detect(text, isPlainText=True)
    except pycld2.error:  # characters that it does not take for text
        return False, UNKNOWN, 0
    name = found[0][0].lower().replace("chineset", "chinese")  # T: in traditional characters
    return sure and not name.startswith(_NO_NAME), name, sum(percent for _, code, percent, _ in found if code == "en")


@cache
def _any_of(kind: str) -> str:
    """A pattern for one of the small words of that kind in `language.toml`, in a text in small letters."""
    words = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))[kind]
    return rf"(?:\b(?:{'|'.join(word for word in words if word[0] != chr(39))})\b)" + (r"|['\u{2019}]s\b" if "'s" in words else "")
