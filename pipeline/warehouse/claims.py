"""Claims: locks of processes that write to a shared lake.

All claims are in one object of the bucket, which is changed by conditional writes. A claim is on the whole lake, or on one named part of
it: some days of one step (a part of a run that builds some tables). Its process renews it; a claim that is not renewed for five minutes
(`LIFETIME`) ends by itself. The clocks of the machines must differ by less than a minute.
"""

import json
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from pipeline import clock
from pipeline.warehouse.home import HomeInUseError
from pipeline.warehouse.object_store import Bucket, ObjectStoreError, run

CLAIMS = "writers.json"
#: A claim that was not renewed for this time belongs to a dead process.
LIFETIME = timedelta(minutes=5)
#: For this time after a renewal, the process itself uses its claim; not longer, since the clocks of others may be a minute ahead.
_USABLE_FOR = LIFETIME - timedelta(minutes=1)
_SECONDS_BETWEEN_RENEWALS = 30.0
#: Claims of this process by the URL of the lake.
_held: dict[str, "_Renewal"] = {}


class LakeInUseError(HomeInUseError):
    """The shared lake cannot be written, because this process has no claim.

    A claim is a lock on a shared lake. Usually another process has one, which `holder` and the message describe. `holder` is empty if this
    process lost its claim, or never had one.
    """

    def __init__(self, message: str, holder: str = "") -> None:
        super().__init__(message)
        self.holder = holder


@dataclass(frozen=True)
class Claim:
    """A claim to write to a shared lake: a lock that expires.

    `token`: a random identifier. `writer`: name of the command or run. `home`: name of its home. A home's lock lets only one process of a
    host write, so an earlier claim of the same home and host is of a dead process. `part`: the part of the lake that the process writes;
    None for the whole lake.
    """

    token: str
    writer: str
    host: str
    process: int
    home: str
    part: str | None
    since: datetime
    renewed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """Time from which others may take over: `LIFETIME` after the last renewal."""
        return self.renewed_at + LIFETIME

    def __str__(self) -> str:
        what = f"reads {self.part}" if self.part else "writes to it"
        return f"`{self.writer}` on {self.host}, process {self.process}, {what} since {self.since:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def claim(bucket: Bucket, home: str, writer: str, part: str | None = None) -> Iterator[None]:
    """Keep others from writing this part of the lake during the block.

    `part`: None for the whole lake. `home`: name of this home (folder of an index); an earlier claim of the same home and host is replaced.
    `writer`: shown to others that try. Call it while this process holds the lock of its home. Raises `LakeInUseError` if another home or
    host has a claim that has not expired: on the same part or the whole lake or, if `part` is None, on any part.
    """
    now = clock.now()
    own = Claim(uuid4().hex, writer, platform.node(), os.getpid(), home, part, now, now)
    refusing: list[Claim] = []

    def add(content: bytes | None) -> bytes:
        others = [one for one in _parse(bucket, content) if (one.home, one.host) != (own.home, own.host)]
        alive = [one for one in others if one.ends_at > clock.now()]
        refusing[:] = [one for one in alive if part is None or one.part in {None, part}]
        return _to_json(alive if refusing else [*alive, own])

    run(bucket.change(CLAIMS, add))
    if refusing:
        ends = f"{refusing[0].ends_at:%H:%M:%S} UTC"
        raise LakeInUseError(
            f"{bucket.url} is in use: {refusing[0]}. Wait until it has finished, or end it; nothing was done. If it was killed, run again "
            f"after {ends}",
            str(refusing[0]),
        )
    renewal = _Renewal(bucket, own)
    _held[bucket.url] = renewal
    try:
        yield
    finally:
        _held.pop(bucket.url, None)
        renewal.end()


def is_claimed_here(bucket: Bucket) -> bool:
    """Return whether this process has any claim (lock) on the shared lake.

    It is also true for a claim that this process could not renew, or that another process has taken over.
    """
    return bucket.url in _held


def require_claim(url: str) -> None:
    """Raise `LakeInUseError` unless this process may write to a lake.

    It may if it has a claim (lock), on whatever part, that it has not lost.
    """
    renewal = _held.get(url)
    if renewal is None:
        raise LakeInUseError(f"{url} cannot be written without a claim; nothing was written")
    if renewal.is_lost:
        raise LakeInUseError(
            f"{url} was left to other writers, because this process could not renew its claim for {_USABLE_FOR.seconds // 60} minutes; "
            f"nothing more was written. Check network and clock, and run again"
        )


def list_claims(bucket: Bucket) -> list[Claim]:
    """Return the claims (locks) on the lake that have not ended."""
    stored = run(bucket.read(CLAIMS))
    return [one for one in _parse(bucket, stored.content if stored else None) if one.ends_at > clock.now()]


class _Renewal:
    """Renews a claim in a thread, until its block (`claim`) ends."""

    def __init__(self, bucket: Bucket, own: Claim) -> None:
        self._bucket, self._own = bucket, own
        self._is_taken = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"claim on {bucket.url}", daemon=True)
        self._thread.start()

    @property
    def is_lost(self) -> bool:
        """Whether others removed the claim, or may soon take over.

        Others may take over `LIFETIME` after the last renewal by their own clocks, which may be a minute ahead.
        """
        return self._is_taken or clock.now() >= self._own.renewed_at + _USABLE_FOR

    def end(self) -> None:
        """Stop renewing, and remove the claim from the shared object.

        If the server cannot be reached, the claim ends `LIFETIME` after its last renewal.
        """
        self._ended.set()
        self._thread.join()
        try:
            run(self._bucket.change(CLAIMS, lambda content: _to_json(self._others(content))))
        except ObjectStoreError:
            return

    def _others(self, content: bytes | None) -> list[Claim]:
        return [one for one in _parse(self._bucket, content) if one.token != self._own.token]

    def _run(self) -> None:
        """Renew the claim every 30 seconds, until `end` is called.

        If the server cannot be reached, it is tried again after 30 seconds. If the claim is no longer in the shared object, another process
        has taken over: it is not renewed any more.
        """
        while not self._ended.wait(_SECONDS_BETWEEN_RENEWALS):
            renewed = replace(self._own, renewed_at=clock.now())

            def renew(content: bytes | None, renewed: Claim = renewed) -> bytes:
                others = self._others(content)
                self._is_taken = len(others) == len(_parse(self._bucket, content))
                return _to_json(others if self._is_taken else [*others, renewed])

            try:
                run(self._bucket.change(CLAIMS, renew))
            except ObjectStoreError:
                continue  # again next time; until then the earlier renewal counts
            if self._is_taken:
                return
            self._own = renewed


def _parse(bucket: Bucket, content: bytes | None) -> list[Claim]:
    """Parse the shared object with all claims, also ended ones.

    No claims if `content` is None, because there is no object. `ObjectStoreError` if it is damaged.
    """
    try:
        stored = json.loads(content or b"[]")
        times = ("since", "renewed_at")
        return [Claim(**(one | {name: datetime.fromisoformat(one[name]) for name in times})) for one in stored]
    except (ValueError, TypeError, KeyError):
        problem = ObjectStoreError(f"{bucket.url}/{CLAIMS} is damaged; make sure that nothing writes to this lake, and remove it")
    raise problem


def _to_json(claims: list[Claim]) -> bytes:
    return (json.dumps([asdict(one) for one in claims], default=str, indent=0) + "\n").encode()
