"""A home is one folder with one body of articles. The sample and real articles must never mix in one index."""

import json
from pathlib import Path


class HomeError(ValueError):
    """The home cannot be used for this; the message says which folder to give or what to remove."""


def claim(home: Path, *, is_sample: bool) -> None:
    """Note what this home is for. `HomeError` when it holds the sample and real articles are to be read, or the reverse."""
    note = home / "home.json"
    holds_sample = json.loads(note.read_text(encoding="utf-8"))["is_sample"] if note.exists() else is_sample
    if holds_sample != is_sample:
        held, asked = ("the bundled sample", "your articles") if holds_sample else ("your articles", "the bundled sample")
        raise HomeError(
            f"{home} holds an index of {held}; an index of {asked} must not be mixed with it. "
            f"Give another folder with --home, or remove {home}"
        )
    home.mkdir(parents=True, exist_ok=True)
    _write(note, json.dumps({"is_sample": is_sample}) + "\n")


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
