"""`tension sources`: the state of each source, and its next fetch."""

from pathlib import Path

import polars as pl

from pipeline import clock
from pipeline.commands.console import out
from pipeline.commands.program import name_program
from pipeline.contracts.sources import next_fetch_at
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.report import terminal
from pipeline.settings import Settings
from pipeline.settings.load import read_settings
from pipeline.sources.http.archive import Archive
from pipeline.sources.registry import FETCHERS
from pipeline.sources.upstream_status import describe_files, describe_upstreams
from pipeline.warehouse.home import require_folder
from pipeline.warehouse.open_lake import open_lake
from pipeline.warehouse.row_counts import FILE_SOURCES, count_rows_by_source


def show_sources(home_folder: Path | None) -> None:
    """Print the state of each source of a home (`print_sources`).

    `home_folder`: None for the home of the settings. `HomeError` if it is given but does not exist, unless the settings name a shared lake.
    """
    settings = read_settings(home=home_folder)
    if home_folder and not settings.lake_url:
        require_folder(settings.home)
    print_sources(settings)


def print_sources(settings: Settings) -> None:
    """Print the state of each source, and its next fetch.

    The state is the last successful request, rows, newest day, gaps (items that the upstream did not have) and failed requests.
    """
    now = clock.now()
    archive, lake = Archive(settings.payloads), open_lake(settings)
    today = now.date()
    until = min(today, settings.end or today)
    newest = {name: fetcher.find_newest_day(archive, until) for name, fetcher in FETCHERS.items()}
    stored = count_rows_by_source(lake)
    newest_dates = dict(stored.select("source", "newest_date").iter_rows())
    states = pl.concat(
        [
            *(
                describe_files(name, lake.written_at(table), newest_dates[name], today)
                for name, table in FILE_SOURCES.items()
                if name in newest_dates
            ),
            describe_upstreams(archive.journal(), newest, settings.sources.on, today, until),
        ]
    ).join(stored.select("source", "row_count"), on="source", how="left", maintain_order="left")
    terminal.print_sources(
        out, states, {name: next_fetch_at(UPSTREAMS.get(name), now) for name in states["source"]}, settings, name_program()
    )
