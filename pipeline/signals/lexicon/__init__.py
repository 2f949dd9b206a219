"""The words that the extractor knows, as TOML, and how they are loaded.

Belongs here: words, their classes, an example for each entry and what it must give. Names of events do not belong here: an entry that
is true of one quarrel only would read the past well and the future badly.
"""

import tomllib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SHA_LENGTH = 12


class LexiconError(ValueError):
    """A lexicon file that cannot be read or breaks its own rules; the message names file and entry."""


@cache
def load_lexicon(name: str) -> dict[str, Any]:
    """The parsed content of `<name>.toml`. `LexiconError` when there is none or it is no TOML."""
    path = FOLDER / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"the lexicon file {path} could not be read: {error}") from error


@cache
def lexicon_sha() -> str:
    """Fingerprint of all lexicon files: the first 12 hex digits of their SHA-256, names included, line ends folded."""
    digest = sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:SHA_LENGTH]


@cache
def cues(name: str) -> frozenset[str]:
    """A list of small words of `cues.toml`. `LexiconError` when there is none of that name."""
    lists = load_lexicon("cues")
    if name not in lists:
        raise LexiconError(f"cues.toml has no list {name!r}; it has {', '.join(lists)}")
    return frozenset(lists[name]["words"])
