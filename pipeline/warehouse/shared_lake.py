"""A lake in an object store, which several machines may share.

Objects with files of tables never change. Each table has a manifest, an object that names the object of each file; it is replaced after
new objects are written. The home's folder `lake/` has copies of objects that this machine wrote or read, under the same names. Does not
belong here: who may write (`claims.py`).
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.durable_files import hash_file, is_alive, move, replacing
from pipeline.warehouse.batches import BATCH_LIMIT, BatchLimit
from pipeline.warehouse.claims import require_claim
from pipeline.warehouse.home import COPY_OF
from pipeline.warehouse.lake import STATE, Lake, LakeError, day_file
from pipeline.warehouse.object_store import Bucket, run, run_all

#: Object with the format of the lake and whose articles it has (the sample's or own ones), written once the lake is set up.
MARK = "lake.json"
FORMAT = 1
_OBJECTS, _MANIFESTS = "objects", "tables"
#: Number of files that are fetched before they are moved into the copy.
_FILES_AT_ONCE = 512
_COPYING = ".copying-"
_COPIES = f"*.{'[0-9a-f]' * 16}.parquet"
#: Names and hashes in a manifest become paths of the home, so there is no dot (`..`) in them except before `parquet`.
_FILE_NAME, _HASH = re.compile(r"\w[\w/-]*\.parquet"), re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """A file in a table's manifest, the object that lists its files."""

    sha256: str
    bytes: int
    rows: int


class SharedLake(Lake):
    """A lake in an object store, with local copies of files.

    It offers the methods of `Lake`, which may also raise `ObjectStoreError`. `root`: folder of the copies.
    """

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self.bucket = bucket
        self._manifests: dict[str, dict[str, Entry]] = {}
        self._written_at: dict[str, datetime | None] = {}
        self._inspected: tuple[frozenset[str], frozenset[str]] | None = None
        self._intact_copies: set[str] = set()

    def __str__(self) -> str:
        return self.bucket.url

    def where(self, table: Table) -> str:
        """Return the URL of a table's manifest (list of its files).

        Deleting this object forces a rebuild of the table.
        """
        return f"{self.bucket.url}/{_manifest_key(table.name)}"

    def refresh(self) -> None:
        """Forget the manifests in memory, so that each is read again.

        A manifest is the object that lists the files of a table.
        """
        self._manifests.clear()

    def inspect(self) -> tuple[frozenset[str], frozenset[str]]:
        """Compare the manifests with the list of objects in the bucket.

        A manifest lists the files of a table. Returns two sets of keys: objects that a manifest names but that are missing or have another
        size (lost), and objects of known tables that no manifest names (unused). The bucket is listed at the first call and by `sweep`, a
        thousand objects per request. Other calls return the same sets, without objects that this process has sent or `sweep` has deleted
        since. Manifests are read before the listing, and objects are written before their manifest, so that a new object is never taken as
        lost.
        """
        if self._inspected is None:
            entries = self._entries()
            sizes = run(self.bucket.list_sizes(f"{_OBJECTS}/"))
            lost = frozenset(key for key, entry in entries.items() if sizes.get(key) != entry.bytes)
            unused = frozenset(key for key in sizes.keys() - entries.keys() if key.split("/")[1] in TABLES)
            self._inspected = lost, unused
        return self._inspected

    def _entries(self) -> dict[str, Entry]:
        """Return the entries of all tables by the keys of their objects."""
        self._load(TABLES)
        return {_object_key(table, name, entry): entry for table in TABLES for name, entry in self._manifests[table].items()}

    def sweep(self) -> int:
        """Delete the objects that no manifest names; return their number.

        A manifest lists the files of a table. Objects of tables that only a later version knows stay. Local copies of what no manifest
        names are deleted too, but not counted. Call it only while nobody else writes. Objects that are replaced after this call stay until
        the next one, because readers may still need them.
        """
        self.refresh()
        self._inspected = None
        lost, unused = self.inspect()
        if unused:
            run(self.bucket.delete(sorted(unused)))
        self._inspected = lost, frozenset()
        keys = self._entries().keys()
        copies = {self._copy(key) for key in keys}
        for path in (path for table in TABLES for path in (self.root / table).rglob(_COPIES) if path not in copies):
            path.unlink()
        self._intact_copies &= keys
        return len(unused)

    def is_new(self) -> bool:
        """Return whether no home has set up this lake yet (`complete`)."""
        return run(self.bucket.read(MARK)) is None

    def complete(self, *, is_sample: bool) -> None:
        """Record that the lake is set up, and for which articles.

        `is_sample`: for the bundled sample, not for own articles. A lake that is already set up is only compared with this: `LakeError` if
        it is for the other kind, of a later format, or its record is damaged.
        """
        content = (json.dumps({"format": FORMAT, "is_sample": is_sample}) + "\n").encode()
        if run(self.bucket.create(MARK, content)):
            return
        stored = run(self.bucket.read(MARK))
        try:
            mark = json.loads(stored.content if stored else b"")
            stored_format, has_sample = int(mark["format"]), bool(mark["is_sample"])
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(f"{self}/{MARK} is damaged; write {content.decode().strip()} into it. The data are not affected") from error
        if stored_format > FORMAT:
            raise LakeError(f"{self} was written by a later version (format {stored_format}); install that version. Nothing was changed")
        if has_sample != is_sample:
            has, wants = ("the bundled sample", "your articles") if has_sample else ("your articles", "the bundled sample")
            raise LakeError(f"{self} holds {has}, which must not be mixed with {wants}; choose another prefix in lake_url")

    def mark_copy(self) -> None:
        """Record in the folder `root` that it has copies of this lake.

        An earlier record, even of another lake, is left unchanged.
        """
        if not (self.root / COPY_OF).exists():
            with replacing(self.root / COPY_OF) as temporary:
                temporary.write_text(json.dumps({"url": self.bucket.url}) + "\n", encoding="utf-8")

    def seed(self) -> None:
        """Send the local lake in `root`, with its notes, to the bucket.

        Only files that still have their recorded hash are sent; the others stay where they are. Notes (small files with the state of steps)
        replace those of the same name. Once all is sent, `root` is marked as a copy, and the sent files get the names of their objects.
        """
        local, keys = Lake(self.root), dict[Path, str]()
        for table in TABLES.values():
            sums = local.recorded_sums(table)
            intact = [name for name in local.names(table) if sums.get(name) == hash_file(self.root / table.name / name)]
            keys |= self._send(self.root, [Path(table.name) / name for name in intact])
        for path in sorted((self.root / STATE).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                self.change_note(path.relative_to(self.root / STATE).as_posix(), partial(_replace, path.read_bytes()))
        self.mark_copy()
        self._keep(keys)

    def find_damaged(self) -> Iterator[str]:
        """Download every object; yield the keys of those with another hash.

        Only objects that a manifest (the list of a table's files) names are read; their hashes are compared with it. Those that `inspect`
        reports as lost are left out.
        """
        lost, _ = self.inspect()
        entries = self._entries()
        present = sorted(entries.keys() - lost)
        for start in range(0, len(present), _FILES_AT_ONCE):
            keys = present[start : start + _FILES_AT_ONCE]
            with self._copying() as folder:
                hashes = run_all(partial(self.bucket.download, key, folder / str(number)) for number, key in enumerate(keys))
            yield from (key for key, digest in zip(keys, hashes, strict=True) if digest != entries[key].sha256)

    def names(self, table: Table, days: Days | None = None) -> list[str]:
        """List the table's files in order of time, as relative paths.

        With `days`, only the files of these days; for a table without days, `days` is ignored. The files may have no local copies.
        """
        manifest = self._manifest(table.name)
        if days is not None and table.day is not None:
            return [name for day in days if (name := day_file(day)) in manifest]
        return sorted(manifest)

    def files(self, table: Table, days: Days | None = None) -> list[Path]:
        """Return the paths of a table's files as local copies.

        Copies that are missing or damaged are fetched first. Raises `LakeError` if an object is missing or damaged.
        """
        manifest = self._manifest(table.name)
        entries = {_object_key(table.name, name, manifest[name]): manifest[name] for name in self.names(table, days)}
        unknown = [key for key in entries if key not in self._intact_copies]
        for start in range(0, len(unknown), _FILES_AT_ONCE):
            self._fetch({key: entries[key] for key in unknown[start : start + _FILES_AT_ONCE]})
        return [self._copy(key) for key in entries]

    def day_digest(self, table: Table, day: date) -> str:
        """Return the SHA-256 of a day's file, as in the manifest.

        The manifest is the list of the table's files. Empty if it has no file of the day.
        """
        entry = self._manifest(table.name).get(day_file(day))
        return entry.sha256 if entry else ""

    def recorded_sums(self, table: Table) -> dict[str, str]:
        """Return the SHA-256 of each file by path, as listed."""
        return {name: entry.sha256 for name, entry in self._manifest(table.name).items()}

    def has_file_as_written(self, table: Table, day: date, sums: Mapping[str, str]) -> bool:
        """Return whether a day has an object that was not lost.

        Lost: missing or of another size (`inspect`); the content is not compared. `sums`: result of `recorded_sums`. False also if `sums`
        has no hash of the day, or another one than the manifest.
        """
        entry = self._manifest(table.name).get(day_file(day))
        return entry is not None and sums.get(day_file(day)) == entry.sha256 and not self._is_lost(table.name, day_file(day), entry)

    def is_as_written(self, table: Table) -> bool:
        """Return whether a table has files, and no object was lost.

        Lost: missing or of another size, as `inspect` finds; the content is not compared.
        """
        manifest = self._manifest(table.name)
        return bool(manifest) and not any(self._is_lost(table.name, name, entry) for name, entry in manifest.items())

    def written_at(self, table: Table) -> datetime | None:
        """Return when a table's manifest last changed (UTC); None if never."""
        self._manifest(table.name)
        return self._written_at.get(table.name)

    def count_rows(self, table: Table, days: Days | None = None) -> int:
        """Count the table's rows, or those of `days`, without reading files."""
        manifest = self._manifest(table.name)
        return sum(manifest[name].rows for name in self.names(table, days))

    def batches(self, table: Table, days: Days, limit: BatchLimit = BATCH_LIMIT) -> Iterator[Days]:
        """Split `days` into batches whose rows of the table fit in memory.

        The files of all `days` are fetched first.
        """
        self.files(table, days)
        return super().batches(table, days, limit)

    def read_note(self, name: str) -> bytes | None:
        """Read a note, a small file in which steps store their state.

        None if there is no such note.
        """
        stored = run(self.bucket.read(f"{STATE}/{name}"))
        return stored.content if stored else None

    def change_note(self, name: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace the content of a note (`read_note`) by the result of `change`.

        `change` gets the present content, None if there is none; if it returns None, the note is deleted. It is called again if another
        machine changed the note meanwhile. `LakeInUseError` if this process may not write to the lake.
        """
        require_claim(self.bucket.url)
        run(self.bucket.change(f"{STATE}/{name}", change))

    def list_notes(self, folder: str) -> list[str]:
        """List the notes (`read_note`) in a folder, sorted, as `folder/name`."""
        return sorted(key.removeprefix(f"{STATE}/") for key in run(self.bucket.list_sizes(f"{STATE}/{folder}/")))

    def _copy(self, key: str) -> Path:
        """Return the path of an object's copy.

        Like the object it is never replaced: a process that has read an earlier manifest uses copies with other names.
        """
        return self.root / key.removeprefix(f"{_OBJECTS}/")

    def _day_file(self, table: Table, day: date) -> Path:
        """Return the path of a day file's copy, fetched or not.

        For a day that the manifest does not have, it is the path that a local lake uses.
        """
        entry = self._manifest(table.name).get(day_file(day))
        return self._copy(_object_key(table.name, day_file(day), entry)) if entry else super()._day_file(table, day)

    def _is_lost(self, table: str, name: str, entry: Entry) -> bool:
        lost, _ = self.inspect()
        return _object_key(table, name, entry) in lost

    def _take(self, folder: Path, files: Sequence[Path]) -> None:
        """Send finished files to the bucket, and move them to the copies.

        `files`: paths relative to `folder`, laid out as in a lake.
        """
        if files:
            self._keep(self._send(folder, files))

    def _keep(self, files: Mapping[Path, str]) -> None:
        """Move files into the folder of copies.

        `files`: path of each file with the key of its object. This process takes the copies as intact, and does not hash them again.
        """
        for key in files.values():
            self._copy(key).parent.mkdir(parents=True, exist_ok=True)
        move((file, self._copy(key)) for file, key in files.items())
        self._intact_copies |= set(files.values())

    def _send(self, folder: Path, files: Sequence[Path]) -> dict[Path, str]:
        """Upload new, changed or lost files, then add all to the manifests.

        `files`: paths relative to `folder`. A file is not uploaded if its manifest has it with the same hash, and its object was not lost.
        Returns the key of each file's object, by `folder / path`. `LakeInUseError` if this process may not write, checked again before
        the manifests are changed.
        """
        require_claim(self.bucket.url)
        written: dict[str, dict[str, Entry]] = {}
        keys: dict[Path, str] = {}
        uploads = []
        for path in files:
            table, *inside = path.parts
            name, file = "/".join(inside), folder / path
            entry = Entry(hash_file(file), file.stat().st_size, pq.read_metadata(file).num_rows)
            written.setdefault(table, {})[name] = entry
            keys[file] = _object_key(table, name, entry)
            if self._manifest(table).get(name) != entry or self._is_lost(table, name, entry):
                uploads.append(partial(self.bucket.upload, keys[file], file, entry.sha256))
        run_all(uploads)
        if self._inspected:
            self._inspected = self._inspected[0] - set(keys.values()), self._inspected[1] - set(keys.values())
        require_claim(self.bucket.url)
        for table, entries in written.items():
            self._commit(table, entries)
        return keys

    def _commit(self, table: str, written: Mapping[str, Entry]) -> None:
        """Add entries to a table's manifest, even if others change it meanwhile.

        Entries of the same name are replaced, the others stay. The manifest is not written if it has all of `written` already.
        """
        now = clock.now()

        def add(content: bytes | None) -> bytes:
            _, entries = self._parse(table, content)
            if all(entries.get(name) == entry for name, entry in written.items()) and content is not None:
                return content
            return _to_json({**entries, **written}, now)

        self._written_at[table], self._manifests[table] = self._parse(table, run(self.bucket.change(_manifest_key(table), add)))

    def _manifest(self, table: str) -> dict[str, Entry]:
        if table not in self._manifests:
            self._load([table])
        return self._manifests[table]

    def _load(self, tables: Iterable[str]) -> None:
        """Read the manifests (lists of files) of tables not yet in memory."""
        missing = [table for table in tables if table not in self._manifests]
        stored = run_all(partial(self.bucket.read, _manifest_key(table)) for table in missing)
        for table, one in zip(missing, stored, strict=True):
            self._written_at[table], self._manifests[table] = self._parse(table, one.content if one else None)

    def _parse(self, table: str, content: bytes | None) -> tuple[datetime | None, dict[str, Entry]]:
        """Return a manifest's time of writing, and its entries by path.

        `content`: that of its object; None if there is none: then no time and no entries. `LakeError` if it is damaged.
        """
        if content is None:
            return None, {}
        try:
            stored = json.loads(content)
            entries = {name: Entry(**entry) for name, entry in stored["files"].items()}
            if all(_FILE_NAME.fullmatch(name) and _HASH.fullmatch(entry.sha256) for name, entry in entries.items()):
                return datetime.fromisoformat(stored["written_at"]), entries
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # raised below, without the damaged content
        raise LakeError(f"{self}/{_manifest_key(table)} is damaged; remove it and run all days again: tension run")

    def _fetch(self, entries: Mapping[str, Entry]) -> None:
        """Fetch the objects whose copy is missing or has another hash.

        `entries`: by the keys of the objects. The keys are then in `_intact_copies`, so that this process need not hash the copies again.
        `LakeError` if an object is missing or has another hash; then no fetched file becomes a copy.
        """
        missing = [key for key, entry in entries.items() if hash_file(self._copy(key)) != entry.sha256]
        if missing:
            with self._copying() as folder:
                files = {folder / key.replace("/", "-"): key for key in missing}
                hashes = run_all(partial(self.bucket.download, key, file) for file, key in files.items())
                for key, digest in zip(missing, hashes, strict=True):
                    if digest != entries[key].sha256:
                        problem = "damaged" if digest else "missing"
                        raise LakeError(f"{self}/{key} is {problem}; `tension verify` lists all damage and what repairs it")
                self._keep(files)
        self._intact_copies |= entries.keys()

    @contextmanager
    def _copying(self) -> Iterator[Path]:
        """Yield a temporary folder for files being fetched, removed at the end.

        `root` is first marked as a copy. Such folders that killed processes of this machine left are removed too.
        """
        self.mark_copy()
        for left in self.root.glob(f"{_COPYING}*"):
            if not is_alive(left.name.removeprefix(_COPYING).partition("-")[0]):
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f"{_COPYING}{os.getpid()}-", dir=self.root) as folder:
            yield Path(folder)


def _replace(content: bytes, _: bytes | None) -> bytes:
    return content


def _manifest_key(table: str) -> str:
    return f"{_MANIFESTS}/{table}.json"


def parse_object_key(key: str) -> tuple[str, str]:
    """Return an object's table, and its name up to the first dot.

    For example `articles` and `2025-03-05`, without hash and `.parquet`.
    """
    _, table, *_, name = key.split("/")
    return table, name.partition(".")[0]


def _object_key(table: str, name: str, entry: Entry) -> str:
    """Return the key of the object that stores a table's file.

    Changed content of the file gets a new key, because the key has the first 16 digits of the content's SHA-256.
    """
    return f"{_OBJECTS}/{table}/{name.removesuffix('.parquet')}.{entry.sha256[:16]}.parquet"


def _to_json(entries: Mapping[str, Entry], written_at: datetime) -> bytes:
    files = {name: asdict(entry) for name, entry in sorted(entries.items())}
    return (json.dumps({"written_at": written_at.isoformat(), "files": files}, indent=0) + "\n").encode()
