"""Finds the article files of paths, folders and patterns.

Does not belong here: reading them (`articles.py`).
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings.archives import ArticleFiles
from pipeline.sources.decoding import to_printable
from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats import FORMATS, find_format, find_unread_extension

_WILDCARDS = "*?["
#: Why a file of `find_unknown_files` is not read.
UNKNOWN_FORMAT = f"unknown format, or no regular file. Use one of the extensions {', '.join(FORMATS)}, each also with .gz or in a .zip"
_LOST_AND_FOUND = "lost+found"  # in the top folder of a disk; only root may read it


@dataclass(frozen=True)
class ArticleFile:
    """A file to read, with the settings of its archive.

    The `raw_id` of each of its rows begins with `label`.
    """

    path: Path
    archive: ArticleFiles
    label: str


def find_article_files(archives: Iterable[ArticleFiles], home: Path | None = None) -> list[ArticleFile]:
    """Return the files of the archives, each once.

    These are listed files, and those in folders (with subfolders) and patterns, sorted within each archive. Of folders and patterns only
    files of a known format are returned (`find_unknown_files` has the others), and those that `read_file` rejects with a message: packed
    in another way (`find_unread_extension`), and links without a target, behind which there may be articles. A file of several archives
    belongs to the first, and is returned there. Hidden files of folders and patterns are skipped, as are files in `home` (the folder of the
    pipeline's own data), unless the archive's path is inside it. Raises `SourceError` if a path does not exist, a pattern matches nothing,
    a listed file has an unknown format, or no file is left; `OSError` if a folder cannot be read.
    """
    archives = list(archives)
    files = [(path, archive) for archive in archives for path in _drop_own_data(_expand_path(archive.path), archive, home)]
    by_file: dict[Path, tuple[Path, ArticleFiles]] = {}
    for path, archive in files:
        by_file.setdefault(_resolve(path), (path, archive))
    unique = list(by_file.values())
    if not unique:
        listed = ", ".join(archive.path for archive in archives) or "no path"
        if home is not None and any(home.resolve().is_relative_to(Path(archive.path).resolve()) for archive in archives):
            listed += f" outside of {home}, the home of this run"
        raise SourceError(
            f"no article files in {listed}; supported formats: {', '.join(FORMATS)} (also .gz and .zip). Add files or give another path"
        )
    labels = _make_labels([path for path, _ in unique])
    return [ArticleFile(path, archive, label) for (path, archive), label in zip(unique, labels, strict=True)]


def find_unknown_files(archives: Iterable[ArticleFiles], home: Path | None = None) -> list[Path]:
    """Return the files of folders and patterns that `find_article_files` leaves out.

    They have an unknown format, or are no regular files; each is returned once. Hidden files, and those in `home`, are not returned.
    """
    paths = (path for archive in archives for path in _drop_own_data(_list_candidates(archive.path) or [], archive, home))
    return list(dict.fromkeys(path for path in paths if not _is_article_file(path)))


def _resolve(path: Path) -> Path:
    """Return the absolute path without links.

    Unlike `Path.resolve`, it accepts a link that leads to itself.
    """
    return Path(os.path.realpath(path))


def _drop_own_data(paths: list[Path], archive: ArticleFiles, home: Path | None) -> list[Path]:
    """Drop the files in `home`, the folder of the pipeline's own data.

    If the archive itself is in `home`, such as the inbox, its files are the user's, and none is dropped.
    """
    if home is None:
        return paths
    folder = home.resolve()
    if folder in Path(archive.path).resolve().parents:
        return paths
    return [path for path in paths if not _resolve(path).is_relative_to(folder)]


def _expand_path(text: str) -> list[Path]:
    """Return the files of a path: a file, folder tree or pattern.

    Hidden and unknown files of a folder or pattern are left out. `SourceError` if a file is missing or of an unknown format, or a pattern
    matches nothing.
    """
    candidates = _list_candidates(text)
    if candidates is None:
        return [_require_known_format(Path(text))]
    return [file for file in candidates if _is_article_file(file)]


def _list_candidates(text: str) -> list[Path] | None:
    """List all visible files of a folder tree or pattern.

    None for a single file. `SourceError` if a pattern matches nothing.
    """
    path = Path(text)
    if path.is_dir():
        return _list_folder(path)
    base = next(folder for folder in path.parents if folder.is_dir())  # a folder's name may have wildcards, too
    pattern = str(path.relative_to(base))
    if path.exists() or not set(_WILDCARDS) & set(pattern):
        return None
    matches = sorted(match for match in base.glob(pattern) if not _is_hidden(match, base))
    if not matches:
        raise SourceError(f"{path}: no file or folder matches the pattern. Check the path; relative paths start in the working folder")
    return [file for match in matches for file in (_list_folder(match) if match.is_dir() else [match])]


def _list_folder(folder: Path) -> list[Path]:
    """List the files below a folder, also links without a target.

    Hidden files and folders are left out. Links to folders are followed, as in a pattern: archives may be on several disks. A folder that
    is reached twice, such as by a link to a folder around it, is listed once. `OSError` if a folder cannot be read: its articles would
    leave the index. `Path.rglob` skips it.
    """

    def fail(error: OSError) -> None:
        raise error

    paths: list[Path] = []
    listed = {_resolve(folder)}
    for parent, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        visible = sorted(name for name in folders if not name.startswith(".") and name != _LOST_AND_FOUND)
        targets = {name: _resolve(Path(parent, name)) for name in visible}
        folders[:] = [name for name, target in targets.items() if target not in listed]
        listed.update(targets.values())
        paths += (Path(parent, name) for name in names if not name.startswith("."))
    return sorted(paths)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_article_file(path: Path) -> bool:
    """Return whether `read_file` reads a file, or rejects it with a message."""
    is_known = find_format(path.name) is not None or find_unread_extension(path.name) is not None
    return (is_known and path.is_file()) or not path.exists()


def _require_known_format(path: Path) -> Path:
    """Return the path; `SourceError` if missing or of an unknown format."""
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder. Check the path; relative paths start in the working folder")
    if not _is_article_file(path):
        raise SourceError(f"{path}: {UNKNOWN_FORMAT}")
    return path


def _make_labels(files: Sequence[Path]) -> list[str]:
    """Return a unique label for each file.

    It is the file's name, with the name of its folder in front if other files have the same name. Of labels that are still equal, the
    second and later ones, in order of the paths, get a number.
    """
    names = [to_printable(file.name) for file in files]
    names_with_folder = [f"{to_printable(_resolve(file).parent.name)}/{name}" for file, name in zip(files, names, strict=True)]
    count = Counter(names)
    labels = [with_folder if count[name] > 1 else name for with_folder, name in zip(names_with_folder, names, strict=True)]
    order = sorted(range(len(files)), key=lambda n: _resolve(files[n]))
    for index, label in zip(order, number_repeats([labels[index] for index in order]), strict=True):
        labels[index] = label
    return labels


def number_repeats(labels: Iterable[str]) -> list[str]:
    """Append `~2`, `~3`, … to labels that occur again."""
    seen: Counter[str] = Counter()
    numbered = []
    for label in labels:
        seen[label] += 1
        numbered.append(label if seen[label] == 1 else f"{label}~{seen[label]}")  # no file of a known format has such a name
    return numbered
