"""A home is the folder of one project's data.

The sample and real articles are never mixed in one home.
"""

import json
from pathlib import Path

from pipeline.errors import UserError

NOTE = "home.json"


class HomeError(UserError, ValueError):
    """The home holds other articles.

    The message says which option to set or what to remove.
    """


def mark_home(home: Path, *, is_sample: bool) -> None:
    """Record whether this home is for the sample.

    `HomeError` when it was recorded as the opposite.
    """
    has_sample = is_sample_home(home, is_sample)
    if has_sample != is_sample:
        stored, requested = ("the bundled sample", "your articles") if has_sample else ("your articles", "the bundled sample")
        raise HomeError(
            f"{home} holds an index of {stored}, which must not be mixed with {requested}. "
            f"Choose another folder with --home, or remove {home}"
        )
    home.mkdir(parents=True, exist_ok=True)
    _write(home / NOTE, json.dumps({"is_sample": is_sample}) + "\n")


def is_sample_home(home: Path, default: bool) -> bool:
    """Whether the home was marked as one of the sample.

    `default` when it is not marked.
    """
    note = home / NOTE
    return bool(json.loads(note.read_text(encoding="utf-8"))["is_sample"]) if note.exists() else default


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
