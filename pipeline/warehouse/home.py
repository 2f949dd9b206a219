"""A home is one folder with one body of articles. The sample and real articles must never mix in one index."""

import json
from pathlib import Path

from pipeline.errors import UserError

NOTE = "home.json"


class HomeError(UserError, ValueError):
    """The home cannot be used for this; the message says which folder to give or what to remove."""


def claim(home: Path, *, is_sample: bool) -> None:
    """Note what this home is for. `HomeError` when it holds the sample and real articles are to be read, or the reverse."""
    holds = holds_sample(home, is_sample)
    if holds != is_sample:
        held, asked = ("the bundled sample", "your articles") if holds else ("your articles", "the bundled sample")
        raise HomeError(
            f"{home} holds an index of {held}; an index of {asked} must not be mixed with it. "
            f"Give another folder with --home, or remove {home}"
        )
    home.mkdir(parents=True, exist_ok=True)
    _write(home / NOTE, json.dumps({"is_sample": is_sample}) + "\n")


def holds_sample(home: Path, otherwise: bool) -> bool:
    """Whether the home is one of the bundled sample, as it noted when it was first used; `otherwise` where it noted nothing."""
    note = home / NOTE
    return bool(json.loads(note.read_text(encoding="utf-8"))["is_sample"]) if note.exists() else otherwise


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
