"""The lexicon: words and their classes as TOML files.

Most entries have an example, and many its expected findings (`gives`). `calibration.toml` has numbers instead. Names of events do not
belong here: an entry that fits one dispute only would read past news well and future news badly.
"""

import tomllib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import TensionError

FOLDER = Path(__file__).parent
SHA_LENGTH = 12


class LexiconError(TensionError, ValueError):
    """A lexicon file or `official/acts.toml` cannot be read or is inconsistent.

    `acts.toml` has the rules for official documents. The message names the file and, if one is wrong, the entry.
    """


@cache
def load_lexicon(name: str) -> dict[str, Any]:
    """Return the parsed content of the lexicon file `<name>.toml`.

    Raises `LexiconError` if it cannot be read.
    """
    path = FOLDER / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # not only `TOMLDecodeError`: also bytes that are not UTF-8
        raise LexiconError(f"cannot read the lexicon file {path}: {error}") from error


@cache
def lexicon_sha() -> str:
    """Return a fingerprint of all lexicon files.

    It is the first 12 hex digits of the SHA-256 of names and contents of all `*.toml` in `lexicon/`; line ends count as LF.
    """
    digest = sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:SHA_LENGTH]


@cache
def cues(name: str) -> frozenset[str]:
    """Return one of the word lists of `cues.toml`.

    Raises `LexiconError` if there is none of that name.
    """
    lists = load_lexicon("cues")
    if name not in lists:
        raise LexiconError(f"cues.toml has no list {name!r}; it has {', '.join(lists)}")
    return frozenset(lists[name]["words"])
