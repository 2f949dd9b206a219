"""`tension compare`: what differs between two releases, and which readings cause it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.audit.compare import (
    COLUMNS,
    Tables,
    compare_articles,
    compare_readings,
    compare_scales,
    compare_threats,
    compare_values,
    count_phases,
    list_versions,
    select_rows,
)
from pipeline.commands.console import out, say
from pipeline.commands.program import suggest
from pipeline.commands.selection import check_selection, find_span
from pipeline.contracts.countries import pair_name, parse_pair
from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.errors import UserError
from pipeline.report import compare as report
from pipeline.report.names import format_count
from pipeline.settings.load import read_settings
from pipeline.warehouse.publish import Publisher

_EXAMPLES = 5  # releases named in a message


class CompareError(UserError, ValueError):
    """A release is missing or damaged, or has other tables."""


def compare_releases(
    before: str, after: str | None, pair: str | None, first: date | None, last: date | None, number: int, home_folder: Path | None
) -> None:
    """Print what differs between two releases.

    `before` and `after` are folders, or else names of releases of the home. A folder is that of a release, or of a home or its `published`,
    for the latest release there. `after` None: the latest release of the home. `home_folder`: None for the home of the settings. Only rows
    of `pair` (None: all) and of days from `first` to `last` (None: no bound) count; at most `number` sentences and threats are listed.
    Raises `CompareError` if a release cannot be found or read, `SelectionError` if neither has a selected row.
    """
    settings = read_settings(home=home_folder)
    publisher = Publisher(settings.published)
    chosen = None if pair is None else pair_name(*parse_pair(pair))
    folders = [_find_release(name, publisher, settings.home) for name in (before, after)]
    names = [folder.resolve().name for folder in folders]
    releases = [Tables(*(_read_table(folder, *columns) for columns in COLUMNS)) for folder in folders]
    check_selection(pl.concat(release.values.select("pair", "index_date") for release in releases), chosen, first, last)
    one, other = (select_rows(release, chosen, first, last) for release in releases)
    texts = [_describe_versions(selected, release) for selected, release in zip((one, other), releases, strict=True)]
    say(f"Before: {names[0]}, {texts[0]}\nAfter:  {names[1]}, {texts[1]}")
    for line in report.describe_scales(compare_scales(one, other)):
        say(line)
    common, only_before, only_after = compare_articles(one, other)
    say(f"{format_count(common, 'article')} in both, {only_before:,} only before, {only_after:,} only after")
    out.print(report.value_table(compare_values(one, other)))
    days, other_phases = count_phases(one, other)
    say(f"{other_phases:,} of {format_count(days, 'pair-day')} have another phase")
    readings = compare_readings(one, other)
    say(f"In the articles of both, {report.describe_readings(readings)}")
    table = report.reading_table(readings, number)
    if table is not None:
        out.print(table)
    threats = compare_threats(one, other)
    say(report.describe_threats(threats))
    table = report.threat_table(threats, number)
    if table is not None:
        out.print(table)


def _find_release(name: str | None, publisher: Publisher, home: Path) -> Path:
    """Find the folder of a release by its name or a path.

    None: the latest of `publisher`, the published releases of `home`. `CompareError` if there is none.
    """
    if name is None:
        if not publisher.latest.exists():
            raise CompareError(f"{home} has no release to compare with; build its index first: {suggest('run', home)}")
        return publisher.latest
    candidates = [Path(name), Path(name) / "latest", Path(name) / "published" / "latest", publisher.releases / name]
    for folder in candidates:
        if (folder / TENSION_PAIR_DAILY.name).is_dir():
            return folder
    existing = sorted(path.name for path in publisher.releases.glob("[!.]*")) if publisher.releases.is_dir() else []
    known = f"; the newest of {home} are {', '.join(existing[-_EXAMPLES:])}" if existing else f"; {home} has no release"
    raise CompareError(f"{name} is neither a release of {home} nor a folder with one{known}")


def _read_table(folder: Path, table: Table, columns: Sequence[str]) -> pl.DataFrame:
    """Read columns of a table of a release.

    `CompareError` if its files are missing or damaged, or lack a column.
    """
    files = sorted((folder / table.name).glob("*.parquet"))
    try:
        return pl.concat([pl.read_parquet(file, columns=list(columns), hive_partitioning=False, glob=False) for file in files])
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise CompareError(
            f"table {table.name} of the release {folder.resolve()} cannot be read ({error}); the release is damaged (`tension verify`), or "
            "of a version with other tables"
        ) from error


def _describe_versions(selected: Tables, release: Tables) -> str:
    """Name the versions of readers and lexicon that found the signals.

    There are several if days were read by several versions; without signals, the text says so. `selected`: the rows of `release` that are
    compared.
    """
    versions = [f"{extractor} with lexicon {lexicon}" for extractor, lexicon in list_versions(selected)]
    if versions:
        return f"read by {' and '.join(versions)}"
    return "without signals" if release.signals.is_empty() else f"without signals of these days, only of {find_span(release.signals)}"
