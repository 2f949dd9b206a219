"""Files that are replaced as a whole, and their hashes.

Neither a reader, a killed process nor a power failure leaves half a file. Does not belong here: what the files contain.
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from glob import escape
from itertools import count
from pathlib import Path

#: Name of the file with the hashes of a folder's files, in the format of `sha256sum`.
SUMS = "SHA256SUMS"
_temporary_numbers = count()
# To write a thousand files to the disk took 2 s one by one, and 0.01 s together.
_MOST_SYNCED_ONE_BY_ONE = 20


@contextmanager
def replacing(path: Path, *, is_synced: bool = True) -> Iterator[Path]:
    """Yield a temporary path, whose file replaces `path` at the end.

    The block must write this file; the folder is created if needed. `path` is unchanged when the block ends with an error. Several
    processes or threads may replace the same path, and the last one wins. Temporary files of this path that killed processes left are
    removed. Without `is_synced` the content may be lost in a power failure: for caches.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*.tmp"):
        if not is_alive(left.name.split(".")[-3]):
            left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{next(_temporary_numbers)}.tmp")
    try:
        yield temporary
        if is_synced:
            move([(temporary, path)])
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def require_writable(folder: Path) -> None:
    """Raise `OSError` if no file can be written into a folder.

    If the folder does not exist, its nearest existing parent must be a folder that can be written to. Nothing is created.
    """
    nearest = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    number = errno.ENOTDIR if not nearest.is_dir() else 0 if os.access(nearest, os.W_OK | os.X_OK) else errno.EACCES
    if number:
        raise OSError(number, os.strerror(number), str(nearest))


def move(moves: Iterable[tuple[Path, Path]]) -> None:
    """Move files or folders so that a power failure cannot empty them.

    `moves` are pairs of source and target, both in one file system. An existing file is replaced; a target of a folder must be new or
    empty. All contents are written to the disk before the first name changes. After an error some may be moved and others not.
    """
    moves = list(moves)
    paths = (path for source, _ in moves for path in ([*source.rglob("*"), source] if source.is_dir() else [source]))
    _sync([path for path in paths if not path.is_symlink()])  # the entry of its folder is all of a link
    for source, target in moves:
        source.replace(target)
    _sync(sorted({target.parent for _, target in moves}))


def _sync(paths: Sequence[Path]) -> None:
    """Wait until files and the entries of folders are on the disk.

    Of a folder these are its names, not the content of its files. With more than `_MOST_SYNCED_ONE_BY_ONE` paths, everything that the
    machine has not written yet is written, which is faster.
    """
    if len(paths) > _MOST_SYNCED_ONE_BY_ONE:
        os.sync()  # of the whole machine
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_alive(process: str) -> bool:
    """Return whether a process with this number runs, whoever started it.

    `process`: the number as text. False if the text is no number.
    """
    with suppress(PermissionError):
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, ValueError, OverflowError):
            return False
    return True


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Returns an empty text if there is no file.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def read_sums(folder: Path) -> dict[str, str]:
    """Return the hashes recorded in a folder's `SHA256SUMS`.

    Maps paths relative to the folder to SHA-256 in hexadecimal. Empty if there is no `SHA256SUMS`; `ValueError` if it is damaged. Whether
    the files exist or have these hashes is not checked.
    """
    try:
        return parse_sums((folder / SUMS).read_text(encoding="utf-8", errors="surrogateescape"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{folder / SUMS} is damaged") from error


def read_known_sums(folder: Path) -> dict[str, str]:
    """Return the hashes recorded in a folder, as `read_sums` does.

    Empty if the list is damaged: then nothing is known about the files.
    """
    try:
        return read_sums(folder)
    except ValueError:
        return {}


def parse_sums(text: str) -> dict[str, str]:
    """Return the hashes in the text of a `SHA256SUMS`, by path.

    Raises `ValueError` if it has another format.
    """
    pairs = [line.split("  ", 1) for line in text.split("\n") if line]  # `splitlines` also splits at U+2028, which names may have
    if any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004 a hash and a path
        raise ValueError("a line is not a hash and a path")
    return {path: digest for digest, path in pairs}


def write_sums(folder: Path, sums: Mapping[str, str]) -> None:
    """Record hashes in a folder's `SHA256SUMS`, in order of path.

    `sums` maps paths relative to the folder to hashes; it replaces all earlier ones. An unchanged file is not written. Paths must not have
    line feeds.
    """
    text = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    content = text.encode("utf-8", "surrogateescape")  # a name on the disk may be no UTF-8
    replace_file(folder / SUMS, content)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file as a whole, unless it has this content."""
    if not path.exists() or path.read_bytes() != content:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
