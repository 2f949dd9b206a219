"""Spellings of leaders' names in the lexicon.

A leader's entry in `actors.toml` has a `name` that is unmistakable. If the surname alone is not, since it is a word or many people have it,
the entry also has `surname` and `office`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.signals.lexicon import load_lexicon

# Letters that Unicode does not split into a plain letter and an accent.
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "\u0131": "i", "đ": "d", "Đ": "D"})
_HYPHEN_IN_GIVEN_NAME = re.compile(r"(?<=[a-z])-(?=[a-z])")


def list_spellings(leader: Mapping[str, Any]) -> list[str]:
    """List the spellings that mean a leader wherever they occur.

    `leader`: an entry of `leaders` in `actors.toml`. They are the name, and the surname after a title of the office (`President Lee`).
    """
    titles = load_lexicon("actors")["offices"][leader["office"]] if "office" in leader else ()
    names = (leader["name"], *(f"{title} {leader['surname']}" for title in titles))
    return list(dict.fromkeys(spelling for name in names for spelling in _vary(name)))


def list_surnames(leader: Mapping[str, Any]) -> list[str]:
    """List the spellings of a leader's surname, if it needs a context.

    `leader`: as in `list_spellings`. Empty if the entry has no `surname`, since the `name` alone is then enough.
    """
    return list(dict.fromkeys(_vary(leader["surname"]))) if "surname" in leader else []


def _vary(name: str) -> Iterator[str]:
    """Yield a name as spelled, and as newspapers also spell it.

    Without accents (`Orban`), with a curly apostrophe, and with two capitals instead of a hyphen (`Jae Myung` for `Jae-myung`).
    """
    yield name
    letters = unicodedata.normalize("NFD", name.translate(_PLAIN))
    yield "".join(letter for letter in letters if not unicodedata.combining(letter))
    yield name.replace("'", "\u2019")
    yield _HYPHEN_IN_GIVEN_NAME.sub(" ", name).title() if _HYPHEN_IN_GIVEN_NAME.search(name) else name
