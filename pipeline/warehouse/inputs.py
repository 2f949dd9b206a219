"""What each day of a daily step was made from, so that a day whose inputs did not change is not made again.

Belongs here: storing and comparing digests. Does not: what the inputs of a step are (`pipeline/defs/daily.py`).
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.settings import PACKAGE
from pipeline.warehouse.lake import Lake


def combine_digests(*parts: str) -> str:
    """One digest of several, in their order."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


@cache
def code_digest(packages: tuple[str, ...], libraries: tuple[str, ...] = ()) -> str:
    """Digest of all files of these packages of `pipeline` (code, lexicon, model weights) and of the versions of these libraries.

    What trains a model is left out, and a library that is not installed.
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(path for name in packages for path in (PACKAGE / name).rglob("*") if path.is_file()):
        inside = path.relative_to(PACKAGE)
        if not {"__pycache__", "training"} & set(inside.parts):
            digest.update(inside.as_posix().encode())
            digest.update(path.read_bytes())
    for library in libraries:
        with suppress(PackageNotFoundError):
            digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


class DayInputs:
    """Digests of the inputs of one step by day, in one JSON file of the lake.

    They are saved after the files of the days are in place: a run that is killed in between makes these days again.
    """

    def __init__(self, lake: Lake, step: str, makes: Sequence[Table]) -> None:
        self._lake = lake
        self._makes = tuple(makes)
        self._path = lake.root / "state" / "inputs" / f"{step}.json"

    def _read(self) -> dict[str, str]:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # no earlier run, or a damaged file: every day is made again
        return stored if isinstance(stored, dict) else {}

    def changed(self, digests: Mapping[date, str | None]) -> list[date]:
        """The days to make: with other inputs than stored, with inputs that cannot be known (None), or of which a table lacks its file."""
        stored = self._read()
        present = [self._lake.days_present(table, Days(min(digests), max(digests))) for table in self._makes] if digests else []
        complete = set.intersection(*present) if present else set()
        return sorted(
            day for day, digest in digests.items() if digest is None or stored.get(day.isoformat()) != digest or day not in complete
        )

    def save(self, digests: Mapping[date, str | None]) -> None:
        """Store the digests of days that were made, by temporary file and rename; a day whose inputs are not known is forgotten."""
        stored = self._read() | {day.isoformat(): digest for day, digest in digests.items()}
        kept = {day: digest for day, digest in sorted(stored.items()) if digest is not None}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
        temporary.replace(self._path)
