"""Digests (hashes) of the inputs of each day of a daily step.

A daily step is a part of a run that builds tables day by day; days with unchanged inputs are not rebuilt. Belongs here: storing
and comparing digests. Does not: what the inputs of a step are (`pipeline/defs/daily.py`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pipeline.contracts.model import Table
from pipeline.settings import PACKAGE
from pipeline.warehouse.lake import Lake


def combine_digests(*parts: str) -> str:
    """Combine digests into one; their order matters."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


@cache
def code_digest(packages: tuple[str, ...], libraries: tuple[str, ...] = ()) -> str:
    """Compute a digest of the code that a step depends on.

    `packages`: folders in `pipeline`; all their files count (code, lexicon, model weights), except in folders named `training` or
    `__pycache__`.
    `libraries`: packages whose installed versions count; those that are not installed are skipped.
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
    """Stored digests of the inputs of one step, by day.

    `step`: its name; `makes`: the daily tables that it writes. Each step has its own JSON file of digests in the lake. Save them only after
    the files of the days are written: a run that is killed in between then rebuilds these days.
    """

    def __init__(self, lake: Lake, step: str, makes: Sequence[Table]) -> None:
        self._lake = lake
        self._makes = tuple(makes)
        self._note = f"inputs/{step}.json"

    def changed_days(self, digests: Mapping[date, str | None]) -> list[date]:
        """List the days to rebuild, sorted.

        `digests`: the digest of each day's inputs now, None if unknown. A day is rebuilt if its digest is unknown or not the stored one, or
        if its file in a table of the step is missing or does not have the recorded hash.
        """
        stored = _parse(self._lake.read_note(self._note))
        makes = [(table, self._lake.recorded_sums(table)) for table in self._makes]
        return sorted(
            day
            for day, digest in digests.items()
            if digest is None
            or stored.get(day.isoformat()) != digest
            or not all(self._lake.has_file_as_written(table, day, sums) for table, sums in makes)
        )

    def save(self, digests: Mapping[date, str | None]) -> None:
        """Store the digests of rebuilt days next to those of other days.

        For an unknown digest (None) the stored one is removed.
        """

        def add(content: bytes | None) -> bytes:
            stored = _parse(content) | {day.isoformat(): digest for day, digest in digests.items()}
            known = {day: digest for day, digest in sorted(stored.items()) if digest is not None}
            return (json.dumps(known, indent=0) + "\n").encode()

        self._lake.change_note(self._note, add)


def _parse(content: bytes | None) -> dict[str, str | None]:
    """Parse the stored digests; return them by day, as ISO text.

    `content`: the JSON file. Empty before the first run, or if the file is damaged: every day is then rebuilt.
    """
    try:
        stored = json.loads(content or b"{}")
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}
