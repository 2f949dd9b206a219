"""Upload releases to an object store, where one pointer names the newest.

Objects below `releases/NAME/` never change once their `SHA256SUMS` is there. `latest.json`, the pointer, is written last, under the
condition that nobody else wrote it. `uploads/NAME.json` records the files of a release before the first one is sent, so that two publishers
cannot mix them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from pipeline import __version__, clock
from pipeline.durable_files import SUMS, hash_file, parse_sums, replacing
from pipeline.errors import UserError
from pipeline.warehouse.object_store import Bucket, Stored, gather
from pipeline.warehouse.publish import LINKED

POINTER = "latest.json"
#: File of a home with a random name that distinguishes its releases from those of other homes.
HOME_ID = "publisher.json"
_FILES_AT_ONCE = 4
_DAY = len("2025-11-30")


class UploadError(UserError):
    """An upload failed or would fail; this process did not change `latest.json`."""


@dataclass(frozen=True)
class Pointer:
    """Content of `latest.json`: which release readers should read.

    `path`: its folder, relative to the pointer. `sums`: SHA-256 of its `SHA256SUMS`. `home`: name of the home that uploaded it.
    """

    release: str
    path: str
    sums: str
    last_day: date
    home: str
    version: str
    uploaded_at: str

    def to_json(self) -> bytes:
        """Return the content of `latest.json`: JSON in one line."""
        return (json.dumps(asdict(self), default=str) + "\n").encode()


@dataclass(frozen=True)
class Upload:
    """Result of an upload: which files were sent.

    `sent`: their paths; `present`: number of files that were there already. `first`: paths of database, report and charts that were not
    sent, because the store already has this release with other versions of them.
    """

    pointer: Pointer
    sent: tuple[str, ...]
    sent_bytes: int
    present: int
    first: tuple[str, ...]


def identify_home(home: Path) -> str:
    """Return the random name by which uploads distinguish homes.

    It is made on the first call and stored in the home (`HOME_ID`). Raises `UploadError` if that file is damaged.
    """
    path = home / HOME_ID
    if not path.exists():
        with replacing(path) as temporary:
            temporary.write_text(json.dumps({"id": uuid4().hex}) + "\n", encoding="utf-8")
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["id"])
    except (ValueError, KeyError, TypeError):
        problem = f"{path} is damaged; delete it. The home then counts as another one: it can replace only earlier releases"
    raise UploadError(problem)


async def read_pointer(bucket: Bucket) -> Pointer | None:
    """Read `latest.json`: the release that readers should read.

    None if nothing was uploaded yet. Raises `UploadError` if it has another format, so that another program must have written it.
    """
    return _parse_pointer(bucket, await bucket.read(POINTER))


async def upload_release(bucket: Bucket, folder: Path, home: str) -> Upload:
    """Upload a release, and point `latest.json` to it.

    `folder`: the release; `home`: name of its home (`identify_home`). Files that an interrupted upload has sent are not sent again. If the
    store has the complete release, nothing is sent; only database, report and charts may then differ from it. Raises `UploadError` or
    `ObjectStoreError`, and leaves `latest.json` unchanged, if the release that it names must not be replaced (`explain_refusal`), a file is
    damaged, the store has other data under this name, another publisher was faster, or a request fails.
    """
    name, content = folder.name, (folder / SUMS).read_bytes()
    before = await bucket.read(POINTER)
    current = _parse_pointer(bucket, before)
    sums = hashlib.sha256(content).hexdigest()
    pointer = Pointer(name, f"releases/{name}", sums, parse_last_day(name), home, __version__, f"{clock.now():%Y-%m-%dT%H:%M:%SZ}")
    if current and (current.release, current.sums) == (name, sums):
        return Upload(current, (), 0, len(parse_sums(content.decode())), ())
    if refusal := current and explain_refusal(bucket.url, current, folder, home):
        raise UploadError(refusal)
    uploaded = await bucket.read(f"{pointer.path}/{SUMS}")
    if uploaded is None:
        result = await _send(bucket, folder, pointer, content)
    else:
        result = _compare(bucket, pointer, content, uploaded.content)
    if not current or (current.release, current.sums) != (name, result.pointer.sums):
        await _point(bucket, before, result.pointer)
    return result


def _parse_pointer(bucket: Bucket, stored: Stored | None) -> Pointer | None:
    """Parse `latest.json`; `UploadError` for another format.

    `stored`: its content, None if there is none: then None is returned. `bucket` is for the message.
    """
    if stored is None:
        return None
    try:
        content: dict[str, Any] = json.loads(stored.content)
        return Pointer(**(content | {"last_day": date.fromisoformat(content["last_day"])}))
    except (ValueError, TypeError, KeyError):
        problem = f"{bucket.url}/{POINTER} is not of this program; delete it, or choose another prefix in publish_to"
    raise UploadError(problem)


def explain_refusal(url: str, current: Pointer, folder: Path, home: str) -> str | None:
    """Say why a release must not replace the uploaded one.

    None if it may. `current`: what `latest.json` points to; `folder`: the release, next to all others of its home; `home`: name of its
    home. A release of another home is replaced only by one with a later last day. A home may go back to an earlier last day only if it has
    the uploaded release: one without it is a copy of the home that uploaded, or a restored backup.
    """
    last_day = parse_last_day(folder.name)
    if current.last_day < last_day:
        return None
    if current.home != home:
        return (
            f"{url} has release {current.release} of another home, uploaded at {current.uploaded_at}, and {folder.name} is not of a later "
            f"day. No run uploads it until you set another prefix in publish_to; one prefix is for one home"
        )
    if current.last_day == last_day or (folder.parent / current.release).is_dir():
        return None
    return (
        f"{url} has release {current.release}, uploaded at {current.uploaded_at}, which this home lacks, and {folder.name} is of an "
        f"earlier day: this home is a copy of the one that uploads there, or a restored backup. No run uploads it before its days reach "
        f"{current.last_day}; for a copy, delete its {HOME_ID} and set another prefix in publish_to; to go back, delete {url}/{POINTER}"
    )


def parse_last_day(release: str) -> date:
    """Return the last day of a release, with which its name begins."""
    return date.fromisoformat(release[:_DAY])


async def _send(bucket: Bucket, folder: Path, pointer: Pointer, content: bytes) -> Upload:
    """Send a release's files that the store lacks, then their hashes.

    A file of the store with another size or hash is replaced. `folder`: the release; `pointer`: what `latest.json` will be; `content`: that
    of the release's `SHA256SUMS`, which comes last and makes it complete. Raises `UploadError` if a file is damaged, or another publisher
    sends a release of this name.
    """
    claim = f"uploads/{pointer.release}.json"
    await _claim(bucket, claim, pointer)
    sums = parse_sums(content.decode())
    sizes = await bucket.list_sizes(f"{pointer.path}/")
    sent = list[str]()

    async def send_file(path: str, digest: str) -> None:
        file, key = folder / path, f"{pointer.path}/{path}"
        if hash_file(file) != digest:
            raise UploadError(f"{file} is missing or damaged; `tension verify` says what repairs it")
        if sizes.get(key) == file.stat().st_size and await bucket.read_hash(key) == digest:
            return
        await bucket.upload(key, file, digest)
        sent.append(path)

    await gather((partial(send_file, path, digest) for path, digest in sums.items()), _FILES_AT_ONCE)
    stored = await bucket.read(claim)
    if stored is None or _read_claim(stored).get("sums") != pointer.sums:
        _raise_conflict(bucket, pointer)
    if not await bucket.create(f"{pointer.path}/{SUMS}", content):
        _raise_conflict(bucket, pointer)
    size = sum((folder / path).stat().st_size for path in sent)
    return Upload(pointer, tuple(sorted(sent)), size, len(sums) - len(sent), ())


async def _claim(bucket: Bucket, key: str, pointer: Pointer) -> None:
    """Record which files the release has, before any is sent.

    `key`: that of the record, an object with the hash of the release's `SHA256SUMS`. A record of the same files is left unchanged. A record
    of other files is replaced if this home wrote it; otherwise `UploadError` is raised, as it is if another publisher was faster.
    """
    content = (json.dumps({"sums": pointer.sums, "home": pointer.home, "started_at": pointer.uploaded_at}) + "\n").encode()
    stored = await bucket.read(key)
    if stored is None:
        if await bucket.create(key, content):
            return
        stored = await bucket.read(key)
    claim = _read_claim(stored) if stored else {}
    if stored and claim.get("sums") == pointer.sums:
        return  # both send the same bytes
    if stored and claim.get("home") == pointer.home:  # an interrupted run wrote it; database and report were built again since
        if await bucket.replace(key, content, stored.version):
            return
    elif stored:
        raise UploadError(
            f"another home sends other files of release {pointer.release} to {bucket.url} since {claim.get('started_at')}; wait until it "
            f"has finished. If it will not, delete {bucket.url}/{key}"
        )
    _raise_conflict(bucket, pointer)


def _read_claim(stored: Stored) -> Mapping[str, Any]:
    """Parse the record of an upload that `_claim` writes; empty if damaged."""
    try:
        content = json.loads(stored.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _raise_conflict(bucket: Bucket, pointer: Pointer) -> NoReturn:
    """Raise `UploadError`: another publisher sends a release of this name."""
    raise UploadError(f"another publisher sends release {pointer.release} to {bucket.url}; wait until it has finished, and run again")


def _compare(bucket: Bucket, pointer: Pointer, content: bytes, uploaded: bytes) -> Upload:
    """Compare a release with one of the same name in the store.

    `content`, `uploaded`: their `SHA256SUMS`. Database, report and charts may differ, because a later version of the program builds them
    again: those uploaded first stay, and the returned pointer has the hash of `uploaded`. Raises `UploadError` if other files differ or are
    only in one of the two.
    """
    here, there = parse_sums(content.decode()), parse_sums(uploaded.decode())
    differing = sorted(path for path in here.keys() | there.keys() if here.get(path) != there.get(path))
    if data := [path for path in differing if Path(path).suffix not in LINKED]:
        raise UploadError(
            f"{bucket.url}/{pointer.path}/{data[0]} has other content than in this home, or is only in one of the two, and a release never "
            f"changes; the next release, with later days, can be uploaded. Or choose another prefix in publish_to"
        )
    first = Pointer(**(vars(pointer) | {"sums": hashlib.sha256(uploaded).hexdigest()}))
    return Upload(first, (), 0, len(there), tuple(differing))


async def _point(bucket: Bucket, before: Stored | None, pointer: Pointer) -> None:
    """Point `latest.json` to a release, unless someone else changed it.

    `before`: its content when this upload began; None if there was none. Raises `UploadError` if it is another now.
    """
    content = pointer.to_json()
    done = await (bucket.replace(POINTER, content, before.version) if before else bucket.create(POINTER, content))
    if not done:
        other = await read_pointer(bucket)
        raise UploadError(
            f"another publisher has pointed {bucket.url}/{POINTER} to release {other.release if other else 'none'} in the meantime; "
            f"{pointer.release} is uploaded, but not pointed to. Publish to one prefix from one home, and run again"
        )
