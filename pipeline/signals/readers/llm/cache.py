"""Store answers of the model, so that none is paid twice.

Does not belong here: the key (`prompt.cache_key`) or the meaning of an answer (`reader.py`).
"""

import json
from pathlib import Path
from typing import Protocol

from pipeline.durable_files import replacing


class Cache(Protocol):
    """A store of answers."""

    def get(self, key: str) -> str | None:
        """Return the stored answer, or None if there is none."""
        ...

    def put(self, key: str, answer: str, *, model: str) -> None:
        """Store an answer, replacing an earlier one under this key."""
        ...


class FolderCache:
    """Stores each answer in `<folder>/<first two digits of the key>/<key>.json`, written atomically.

    Answers quote the publisher's text, so the folder belongs in the lake and is never published.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _file(self, key: str) -> Path:
        """Return the path of the answer with this key."""
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> str | None:
        """Return the stored answer, or None if there is none.

        A damaged file (not JSON, or without a text `answer`) counts as missing and is replaced by the next answer.
        """
        try:
            record = json.loads(self._file(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        answer = record.get("answer") if isinstance(record, dict) else None
        return answer if isinstance(answer, str) else None

    def put(self, key: str, answer: str, *, model: str) -> None:
        """Store an answer, replacing an earlier one under this key.

        `model` is only written to the file, and never read.
        """
        with replacing(self._file(key), is_synced=False) as temporary:
            temporary.write_text(json.dumps({"model": model, "answer": answer}) + "\n", encoding="utf-8")
