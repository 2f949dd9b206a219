"""`tension status`: what a home holds, and what to do next."""

from pathlib import Path

from pipeline.commands.account import account_for_rows
from pipeline.commands.console import out
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import COVERAGE, QUARANTINE
from pipeline.report import terminal
from pipeline.report.plain import plain
from pipeline.settings.load import read_settings
from pipeline.warehouse.lake import Lake


def show_status(home_folder: Path | None) -> None:
    """Print the days, rows and release of a home, or how to fill an empty one."""
    settings = read_settings(home=home_folder)
    lake = Lake(settings.lake)
    if lake.span(COVERAGE) is None:
        home = plain(str(settings.home))
        out.print(f"{home} holds nothing yet. Next: tension run --home {home}", highlight=False)
        return
    reasons = lake.read(QUARANTINE)["reason"].value_counts(sort=True).rows()
    rows = [
        ("home", str(settings.home)),
        ("quarantine", ", ".join(f"{count} {reason}" for reason, count in reasons) or "empty"),
        *((table.name, f"{lake.count_rows(table):,} rows") for table in TABLES.values()),
    ]
    terminal.status(out, account_for_rows(lake, settings), rows, settings)
