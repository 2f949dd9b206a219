"""Make and restore backups of a home, the folder of one index.

A backup is a folder with copies of the files (`_list_files`), their hashes and a manifest. It has no links, because many copying programs
and media change links; those of the home are in the manifest. Does not belong here: what a home contains.
"""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import __version__, clock
from pipeline.durable_files import SUMS, hash_file, move, read_sums, write_sums
from pipeline.errors import UserError
from pipeline.warehouse.home import LOCK, lock_home, read_mark, require_plain_path
from pipeline.warehouse.migrations import FORMAT
from pipeline.warehouse.sqlite_files import SIDE_FILES

MANIFEST = "backup.json"
_MOST_COPIES = 3
_SQLITE_SIDE_FILES = tuple(f".db{ending}" for ending in SIDE_FILES)


class BackupError(UserError):
    """A backup cannot be made or restored; the message says why."""


@dataclass(frozen=True)
class Backup:
    """Facts about a backup (its manifest), stored in it as `backup.json`.

    `format`: number of the layout of the home; `version`: that of this program; `made_at`: UTC, as text. `links`: target of each link by
    its path. Paths are relative to the home; `files` and `bytes` are counts, without links and manifest.
    """

    format: int
    version: str
    made_at: str
    files: int
    bytes: int
    links: dict[str, str]


def back_up(home: Path, target: Path, find_damage: Callable[[], Sequence[object]] = tuple) -> Backup:
    """Copy a home into a new folder, and lock the home meanwhile.

    `home`: the folder of an index; `target`: the new folder, which appears when all is on the disk. Every copy, except of a SQLite
    database, is read again and compared with the original. `find_damage`: lists what is damaged. Returns the manifest (facts about the
    backup). Raises `BackupError` if anything is damaged or cannot be copied, `home` has no lake, a link leads out of the home, a name has a
    line break, or `target` exists or is in the home; `HomeError` as `lock_home` does, e.g. if the home is in use.
    """
    if not (home / "lake").is_dir():
        raise BackupError(f"{home} is no home: it has no folder lake; nothing was copied")
    if os.path.lexists(target):
        raise BackupError(f"{target} exists; choose a new folder, e.g. {target}-{clock.today()}. Nothing was copied")
    if target.resolve().is_relative_to(home.resolve()):
        raise BackupError(f"{target} is in the home {home}, where the loss of a disk would take both; choose another folder")
    with lock_home(home, "tension backup"):
        _require_restorable(home)
        if damage := find_damage():
            raise BackupError(f"{home} is damaged: {damage[0]}. Nothing was copied: repair it first, `tension verify` lists everything")
        return _copy_home(home, target)


def _require_restorable(home: Path) -> None:
    """Raise `BackupError` for a file or link that `restore` would refuse.

    These are links that are absolute or leave the home, and names with a line feed, which the list of hashes cannot have.
    """
    for path in _list_files(home, home / LOCK):
        if "\n" in str(path.relative_to(home)):
            raise BackupError(f"{path}: the name has a line break; rename it. Nothing was copied")
        if path.is_symlink() and not _is_inside(_follow_link(path.relative_to(home).as_posix(), str(path.readlink()))):
            raise BackupError(
                f"{path} is a link to {path.readlink()}, but a backup can only have relative links within the home; move or mount in its "
                f"place what it links to. Nothing was copied"
            )


def _copy_home(home: Path, target: Path) -> Backup:
    """Copy the files of a locked home into a new folder, `target`.

    Returns the manifest, which is written there too, with the list of hashes. Its `format` is that of the home's mark, `home.json`; without
    a mark it is that of this version.
    """
    with _new_folder(target) as folder:
        mark = read_mark(home)
        sums, links = {}, {}
        for path in _list_files(home, home / LOCK):
            inside = path.relative_to(home).as_posix()
            if path.is_symlink():
                links[inside] = str(path.readlink())
            else:
                # Only Dagster's are databases: a shared inbox may have a `Thumbs.db` of Windows.
                is_database = path.suffix == ".db" and path.is_relative_to(home / "dagster")
                sums[inside] = _copy_unchanged(path, folder / inside, _copy_database if is_database else _copy)
        size = sum((folder / path).stat().st_size for path in sums)
        stored = mark.format if mark else FORMAT
        backup = Backup(stored, __version__, f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", len(sums), size, links)
        (folder / MANIFEST).write_text(json.dumps(asdict(backup), indent=1) + "\n", encoding="utf-8")
        write_sums(folder, sums | {MANIFEST: hash_file(folder / MANIFEST)})
    return backup


def restore(source: Path, home: Path) -> Backup:
    """Make a home from a backup, in the format of this version.

    A home is the folder of one index. `source`: the backup. `home`: a new or empty folder. Returns the manifest (facts about the backup).
    Raises `BackupError`, and leaves nothing, if a file of the backup is missing, damaged or not listed, if a path or link leads out of the
    home, if the backup has a later format than this version, or if `home` has files; `HomeError` if no run could use the path of `home`.
    """
    require_plain_path(home)
    sums = _read_sums(source)
    backup = _read_manifest(source)
    if backup.format > FORMAT:
        raise BackupError(
            f"{source} is of a later version ({backup.version}, format {backup.format}; this version knows up to {FORMAT}); install that "
            f"version. Nothing was restored"
        )
    if os.path.lexists(home) and (not home.name or not home.is_dir() or any(home.iterdir())):  # the working folder has no name
        raise BackupError(f"{home} exists; choose a new folder with --home, or move this one away. Nothing was restored")
    with _new_folder(home) as folder:
        for inside, digest in sums.items():
            if inside != MANIFEST and _copy(source / inside, folder / inside) != digest:
                raise BackupError(f"{source / inside} is missing or damaged: it does not have its hash in {SUMS}. Nothing was restored")
        for inside, link_target in backup.links.items():
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            (folder / inside).symlink_to(link_target)
    with lock_home(home, "tension restore"):
        return backup


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder, which is renamed to `target` at the end.

    `target` may exist only as an empty folder; `BackupError` if it is a mount point. If the block ends with an error, the temporary folder
    is removed instead.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        move([(temporary, target)])
    except OSError as error:
        if error.errno not in {errno.EBUSY, errno.EXDEV}:
            raise
        raise BackupError(f"{target} is a mount point, which cannot be replaced; choose a folder in it. Nothing was written") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _list_files(folder: Path, lock: Path) -> Iterator[Path]:
    """Yield the files and links of a home that a backup has.

    Links are not followed. Left out are `lock` (the file that locks the home), and, at any depth, hidden files and folders, and SQLite's
    temporary files.
    """
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.endswith(_SQLITE_SIDE_FILES) or path == lock:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _list_files(path, lock)
        elif path.is_symlink() or path.is_file():
            yield path


def _copy_unchanged(source: Path, target: Path, copy: Callable[[Path, Path], str]) -> str:
    """Copy a file that may change meanwhile by `copy`.

    If a file changes or is missing during the copy, the copy is tried again, three times in all; a database is copied as of one instant.
    Returns the SHA-256 of the copy. Raises `BackupError` if no try succeeds, or SQLite raises an error. Files can change because processes
    of Dagster (UI, daemon) write theirs even while the home is locked.
    """
    for _ in range(_MOST_COPIES):
        if digest := copy(source, target):
            return digest
    raise BackupError(
        f"{source} changed or was removed while it was copied, {_MOST_COPIES} times; stop the Dagster UI or daemon. Nothing was copied"
    )


def _copy(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of the copy.

    Returns an empty text, so that the caller tries again, if the original is missing or changed during the copy.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        return ""
    digest = hash_file(target)
    return digest if digest == hash_file(source) else ""


def _copy_database(source: Path, target: Path) -> str:
    """Copy a SQLite database as of one instant; return the copy's hash.

    `BackupError` if SQLite raises an error, e.g. because it is missing or damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied: {error}; `tension verify` says what repairs it") from error
    return hash_file(target)


def _read_sums(source: Path) -> dict[str, str]:
    """Read the hashes of a backup's files by path.

    `BackupError` if the list is damaged, lacks the manifest or names a path outside the folder, or if the folder has a file without a hash.
    SQLite's temporary files next to a database need none: programs that look at it create them, and they are not restored.
    """
    try:
        sums = read_sums(source)
    except ValueError as error:
        raise BackupError(f"{error}; take another backup. Nothing was restored") from error
    if MANIFEST not in sums:
        raise BackupError(f"{source} is no backup: `tension backup` writes {SUMS} and {MANIFEST} into it")
    for inside in sums:
        _require_inside(source, inside)
    present = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_symlink() or not path.is_dir()}
    side_files = {f"{path}{ending}" for path in sums if path.endswith(".db") for ending in SIDE_FILES}
    if extra := sorted(present - sums.keys() - side_files - {SUMS}):
        raise BackupError(f"{source / extra[0]} does not belong to the backup; remove it. Nothing was restored")
    return sums


def _read_manifest(source: Path) -> Backup:
    """Read the manifest of a backup.

    `BackupError` if it is damaged, or if a link leads out of the home or is below another link.
    """
    path = source / MANIFEST
    try:
        if hash_file(path) != read_sums(source)[MANIFEST]:
            raise ValueError
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        backup = Backup(**content)
    except (ValueError, TypeError) as error:
        raise BackupError(f"{path} is damaged; take another backup. Nothing was restored") from error
    for inside, target in backup.links.items():
        _require_inside(source, inside)
        _require_inside(source, _follow_link(inside, target))
        if backup.links.keys() & {str(parent) for parent in PurePosixPath(inside).parents}:
            raise _leads_out(source, inside)  # through another link
    return backup


def _require_inside(source: Path, path: str) -> None:
    """Raise `BackupError` for a path that leads out of the home.

    `source`: the backup, for the message.
    """
    if not _is_inside(path):
        raise _leads_out(source, path)


def _is_inside(path: str) -> bool:
    """Whether a path relative to the home stays in it.

    False if it is absolute, has a part `..`, or is empty.
    """
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and bool(parts.parts)


def _follow_link(inside: str, target: str) -> str:
    """Return the path that a link leads to, relative to the home.

    `inside`: path of the link in the home; `target`: the path that is stored in it. Outside of the home the result begins with `..`, or is
    absolute if `target` is.
    """
    return os.path.normpath(PurePosixPath(inside).parent / target)


def _leads_out(source: Path, path: str) -> BackupError:
    return BackupError(f"{source} names the path {path!r}, which leads out of the home; do not restore it")
