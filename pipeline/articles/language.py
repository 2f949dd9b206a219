"""Detects articles that are not in English.

Evidence is the script, frequent words and pycld2. Signals are found in English sentences only, so an article in another language would
count as one without signals, and lower the average of its source. In doubt an article is English.
"""

import tomllib
from functools import cache
from pathlib import Path

import polars as pl
import pycld2

WORDS_FILE = Path(__file__).with_name("language.toml")
MAX_CHARS = 2_000  # of title and body together that are examined
SHORT_TEXT = 150  # letters; in a shorter text foreign words must confirm the detector
UNKNOWN = "of an unknown language"

_GLANCE = 500  # first characters, enough to recognize most English articles
_ENGLISH_AT_A_GLANCE = 0.15  # share of words in the English list: about 25 % in English, under 5 % in other languages
_ENGLISH_WORDS_AT_A_GLANCE = 3
_MAX_ENGLISH_WORDS = 0.08  # share of words in the English list, in a longer text that is not English
_MAX_ENGLISH_TEXT = 20  # percent that is English according to the detector
_MIN_FOREIGN_WORDS = 2  # in a short text: words in the foreign list, and words with letters that English lacks
_MIN_FOREIGN_LETTERS = 3  # of another script

_NOT_A_LANGUAGE = ("unknown", "x_")  # x_ is a script

_UNSUPPORTED = r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+"  # pycld2 raises an error for some of these
_FOREIGN_WORD = r"\b[a-z]\w*[^\x00-\x7f\W]\w*"  # in lower case: a capitalized word may be a name


def detect_other_language(title: pl.Series, body: pl.Series) -> pl.Series:
    """Detect the language of each article that is not English.

    The result is the language's English name in lower case, or `UNKNOWN`; null if the article is English or in doubt. A text is not English
    if most of its letters are not Latin, or if pycld2 is certain and the frequent words confirm it. Only the first `MAX_CHARS` characters
    of title and body count, and a text with enough English words in its first `_GLANCE` characters is English without further tests.
    """
    # Most articles have enough English words at their beginning; only the others are examined further.
    text = title.str.slice(0, MAX_CHARS) + "\n" + body.str.slice(0, MAX_CHARS)
    glance = pl.select(text=text.str.slice(0, _GLANCE).str.to_lowercase()).with_row_index("row")
    english = pl.col("text").str.count_matches(_word_pattern("english"))
    words = pl.col("text").str.count_matches(r"\w+")
    doubtful = glance.filter((english < _ENGLISH_WORDS_AT_A_GLANCE) | (english < _ENGLISH_AT_A_GLANCE * words))["row"]
    names = [_decide_language(*row) for row in _count_words(text.gather(doubtful)).iter_rows()]
    languages = pl.repeat(None, text.len(), dtype=pl.String, eager=True)
    return languages.scatter(doubtful, pl.Series(names, dtype=pl.String)) if names else languages


def _count_words(text: pl.Series) -> pl.DataFrame:
    """Count letters and words of each text, for `_decide_language`.

    The columns are `text`, `letters`, `other_script` (letters that are not Latin), `words`, `english` and `foreign` (words in these lists
    of `language.toml`; words that begin with a to z, not a capital, and have a letter that English lacks are foreign too). Texts are in
    lower case, because capitals mislead the detector.
    """
    cleaned = text.str.slice(0, MAX_CHARS).str.replace_all(_UNSUPPORTED, " ")
    one = pl.col("text")
    letters = one.str.count_matches(r"\p{L}")
    return (
        cleaned.str.to_lowercase()
        .alias("text")
        .to_frame()
        .with_columns(
            letters=letters,
            other_script=letters - one.str.count_matches(r"\p{Latin}"),
            words=one.str.count_matches(r"\w+"),
            english=one.str.count_matches(_word_pattern("english")),
            foreign=one.str.count_matches(_word_pattern("foreign")) + cleaned.str.count_matches(_FOREIGN_WORD),
        )
    )


def _decide_language(text: str, letters: int, other_script: int, words: int, english: int, foreign: int) -> str | None:
    """Return the language of a text, None if English or in doubt.

    The numbers are those of `_count_words`. A text with more than half of its letters in another script is in doubt if these are fewer than
    `_MIN_FOREIGN_LETTERS`; else its language is the detector's, or `UNKNOWN` if the detector is not certain or says English. In Latin
    script the detector must be certain of another language, with at most `_MAX_ENGLISH_TEXT` percent English, and words must confirm it: in
    a text of fewer than `SHORT_TEXT` letters by no English word and at least `_MIN_FOREIGN_WORDS` foreign ones, in a longer text by a share
    of at most `_MAX_ENGLISH_WORDS` English words.
    """
    is_certain, name, english_percent = _detect(text)
    if 2 * other_script > letters:
        if other_script < _MIN_FOREIGN_LETTERS:
            return None
        return name if is_certain and name != "english" else UNKNOWN
    if not is_certain or name == "english" or english_percent > _MAX_ENGLISH_TEXT:
        return None
    is_confirmed = english == 0 and foreign >= _MIN_FOREIGN_WORDS if letters < SHORT_TEXT else english <= _MAX_ENGLISH_WORDS * words
    return name if is_confirmed else None


def _detect(text: str) -> tuple[bool, str, int]:
    """Detect the language with pycld2.

    Returns whether it is certain, the main language, and the percentage of the text that is English. It counts as uncertain if it names no
    language or cannot read the text.
    """
    try:
        is_certain, _, languages = pycld2.detect(text, isPlainText=True)
    except pycld2.error:  # invalid characters
        return False, UNKNOWN, 0
    name = languages[0][0].lower().replace("chineset", "chinese")  # ChineseT: traditional characters
    return is_certain and not name.startswith(_NOT_A_LANGUAGE), name, sum(percent for _, code, percent, _ in languages if code == "en")


@cache
def _word_pattern(kind: str) -> str:
    """Build the pattern of the words in a list of `language.toml`.

    `kind` names the list: `english` or `foreign`. The pattern matches words in lower case, and `'s` if it is in the list, with either
    apostrophe.
    """
    words = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))[kind]
    return rf"(?:\b(?:{'|'.join(word for word in words if word[0] != chr(39))})\b)" + (r"|['\u{2019}]s\b" if "'s" in words else "")
