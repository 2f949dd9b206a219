"""The lake of the settings, local or shared, and its lock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pipeline.contracts.tables.core import COVERAGE
from pipeline.settings import Settings
from pipeline.warehouse.claims import claim, is_claimed_here
from pipeline.warehouse.home import COPY_OF, HomeError, is_sample_home, lock_home
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.object_store import open_bucket, run
from pipeline.warehouse.shared_lake import MARK, SharedLake
from pipeline.warehouse.uploads import identify_home


def open_lake(settings: Settings) -> Lake:
    """Return the lake that the settings name, local or shared.

    A shared lake is one object for the whole process, because it remembers what it has fetched. Raises `HomeError` if the home has a copy
    of a shared lake that the settings do not name, or a lake of its own although a home has already set up the shared one
    (`SharedLake.complete`); `ObjectStoreError` if a URL cannot be used.
    """
    url = settings.lake_url.rstrip("/") if settings.lake_url else None
    copied = read_copied_url(settings.lake)
    if copied is not None and copied != url:
        raise HomeError(f"{settings.lake} is a copy of {copied}; set lake_url to it, or choose another home")
    if url is None:
        return Lake(settings.lake)
    lake = _open_shared(settings.lake, url)
    _require_one_lake(lake, settings)
    return lake


def reach_lake(settings: Settings) -> Lake:
    """Return the lake of the settings, if its server answers.

    A local lake has no server. Raises `ObjectStoreError` within seconds if the server does not answer or refuses, and the errors of
    `open_lake`.
    """
    if settings.lake_url:
        run(open_bucket(settings.lake_url, tries=2, seconds=5).read(MARK))
    return open_lake(settings)


@cache
def _open_shared(root: Path, url: str) -> SharedLake:
    return SharedLake(root, open_bucket(url))


@contextmanager
def lock_data(settings: Settings, writer: str, part: str | None = None) -> Iterator[Lake]:
    """Lock the home, and its lake or part of it, for writing.

    `writer`: name of the command, shown to others that try. `part`: the part of a shared lake to lock; None for everything. A process that
    has locked any part may call this again, which locks nothing more. Yields the lake; if it is shared, the home's folder `lake/` has
    been made its copy (`_join`). Raises `HomeInUseError` if another process has locked home or part, or as `open_lake` and `_join` do.
    """
    with lock_home(settings.home, writer):
        lake = open_lake(settings)
        if not isinstance(lake, SharedLake) or is_claimed_here(lake.bucket):
            yield lake
            return
        with claim(lake.bucket, f"{identify_home(settings.home)} {settings.home.resolve()}", writer, part):
            lake.refresh()
            _require_one_lake(lake, settings)  # again: another home may have made the lake before this one had the claim
            _join(lake, settings, may_seed=part is None)
            yield lake


def _join(lake: SharedLake, settings: Settings, *, may_seed: bool) -> None:
    """Make the home's folder `lake/` a copy of the shared lake.

    `may_seed`: this process has locked all of the shared lake. If the home has a lake of its own, its files are then sent to the shared
    lake first; without `may_seed`, `HomeError` is raised. With `may_seed`, objects that no table's list of files (manifest) names are
    deleted at the end.
    """
    has_own = _has_own_lake(settings)
    if has_own and not may_seed:
        raise HomeError(f"{settings.home} has a lake of its own; send it to {lake} with tension run, or choose another home")
    if has_own:
        lake.seed()
    lake.complete(is_sample=is_sample_home(settings.home, settings.is_sample))
    lake.mark_copy()
    if may_seed:
        lake.sweep()


def _has_own_lake(settings: Settings) -> bool:
    """Return whether the home has a lake with data, not a copy."""
    return read_copied_url(settings.lake) is None and (settings.lake / COVERAGE.name).exists()


def _require_one_lake(lake: SharedLake, settings: Settings) -> None:
    """Raise `HomeError` if the home and the bucket have different lakes.

    That is, the home has a lake with data that is not a copy, and the shared lake is already set up.
    """
    if _has_own_lake(settings) and not lake.is_new():
        raise HomeError(
            f"{settings.home} has a lake of its own, which cannot be joined with {lake}; choose another home, or another prefix in lake_url"
        )


def read_copied_url(folder: Path) -> str | None:
    """Return the URL of the shared lake that a folder copies.

    None if the folder is no copy. `HomeError` if the file with the URL is damaged.
    """
    path = folder / COPY_OF
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["url"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        problem = HomeError(f'{path} is damaged; write {{"url": "…"}} with the value of lake_url into it')
    raise problem
