"""What is asked of an upstream, and what came of it. Every module of an upstream has `fetch(client, settings, window)`, which yields
`Fetched`, and `parse(payload)`, which makes a frame of what was kept.

Belongs here: the shapes alone. Does not: asking (`http/client.py`), keeping (`http/archive.py`), or what an answer means (the
upstream's module).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pydantic import SecretStr

Outcome = Literal["stored", "unchanged", "kept", "missing", "failed", "refused"]
#: Outcomes with an answer to read.
ANSWERED: tuple[Outcome, ...] = ("stored", "unchanged", "kept")


@dataclass(frozen=True)
class Request:
    """One thing to ask of an upstream.

    `item` names it within the source (a feed, a file, a page); `about` is the UTC day under which the answer is filed: the day asked about,
    or for a feed the day of asking. `secrets` are query parameters that are sent and neither kept nor shown. `is_final`: an answer that was
    kept once is never asked for again, unless it answered another query, such as one of other agencies.
    """

    source: str
    item: str
    url: str
    about: date
    query: tuple[tuple[str, str], ...] = ()
    secrets: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    is_final: bool = False
    accept: str = "*/*"


@dataclass(frozen=True)
class Payload:
    """An answer as it came, unpacked from its transfer encoding only. `url` is where it came from, without secrets."""

    source: str
    item: str
    about: date
    url: str
    fetched_at: datetime
    content_type: str
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Hash of the body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Fetched:
    """What came of a request: an outcome of `contracts.vocabulary.FETCH_OUTCOME`, and the payload where there is one.

    `detail` tells a person what went wrong, at which address, after how many attempts, and what to do.
    """

    request: Request
    outcome: Outcome
    asked_at: datetime
    attempts: int = 0
    http_status: int | None = None
    payload: Payload | None = None
    detail: str = ""
