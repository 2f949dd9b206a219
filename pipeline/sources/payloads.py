"""The data classes of requests and responses, shared by all upstreams.

Every upstream has a function `fetch(client, settings, window)`, which yields `FetchResult`, and one that parses a payload to a frame:
`parse(payload)`, or for GDELT one for each kind of file.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pydantic import SecretStr

Outcome = Literal["stored", "unchanged", "kept", "missing", "failed", "refused"]
#: Outcomes for which there is a payload.
SUCCESSFUL_OUTCOMES: tuple[Outcome, ...] = ("stored", "unchanged", "kept")
#: Outcomes of requests that must be repeated; an item that the upstream does not have (`missing`) is none of them.
FAILED_OUTCOMES: tuple[Outcome, ...] = ("failed", "refused")


@dataclass(frozen=True)
class Request:
    """A request to an upstream.

    `item` names what is requested within the source (a feed, a file, a page). `day` is the UTC day under which the response is stored: the
    day that is requested (of a year, its first), or for a feed or a list of files the day of the request. `secrets` are query parameters
    that are sent but neither stored nor shown. If `is_final`, a stored response is not fetched again unless its body is damaged or the
    query has changed. `may_be_absent`: the upstream may not have the item, because its address was derived, not read in settings; otherwise
    a response that there is none means that the address is wrong.
    """

    source: str
    item: str
    url: str
    day: date
    query: tuple[tuple[str, str], ...] = ()
    secrets: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    is_final: bool = False
    may_be_absent: bool = False
    accept: str = "*/*"


@dataclass(frozen=True)
class Payload:
    """The body of a response, decompressed but otherwise as received.

    `source`, `item` and `day` are those of the `Request`. `url` is the address after redirects, without secrets.
    """

    source: str
    item: str
    day: date
    url: str
    fetched_at: datetime
    content_type: str
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class FetchResult:
    """The result of a request: outcome, and payload if there is one.

    Outcomes are those of `contracts.vocabulary.FETCH_OUTCOME`. `asked_at` is the time of the request; `attempts` is 0 if it was not sent,
    and in a result restored from the archive. `http_status` is None if no status decided the outcome. `detail` says what went wrong, at
    which address, after how many attempts, and what to do; it is empty if nothing did.
    """

    request: Request
    outcome: Outcome
    asked_at: datetime
    attempts: int = 0
    http_status: int | None = None
    payload: Payload | None = None
    detail: str = ""
