"""Answers that were paid for, kept so that the same question is not asked twice.

Belongs here: keeping and finding the text of an answer by its key. Does not: what makes the key (`prompt.cache_key`), or what an answer
means: it is judged anew each time it is read (`reading.py`).
"""

import json
import os
import threading
from pathlib import Path
from typing import Protocol


class Cache(Protocol):
    """Where answers are kept."""

    def get(self, key: str) -> str | None:
        """The answer kept under this key; None where there is none that can be read."""
        ...

    def put(self, key: str, answer: str, *, model: str) -> None:
        """Keep an answer; an earlier one under this key is replaced."""
        ...


class FolderCache:
    """Answers as `<folder>/<first two digits of the key>/<key>.json`, each written under another name and moved.

    A file holds quotes of the publisher's text: it belongs in the lake and is never published.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> str | None:
        """See `Cache.get`. A file that is damaged counts as none: the question is asked again and the file replaced."""
        try:
            kept = json.loads(self._file(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        answer = kept.get("answer") if isinstance(kept, dict) else None
        return answer if isinstance(answer, str) else None

    def put(self, key: str, answer: str, *, model: str) -> None:
        """See `Cache.put`."""
        path = self._file(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            temporary.write_text(json.dumps({"model": model, "answer": answer}) + "\n", encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
