"""The line that accounts for every row read into a home."""

from pipeline.contracts.tables.core import COVERAGE, QUARANTINE
from pipeline.report import terminal
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher


def account_for_rows(lake: Lake, settings: Settings) -> str:
    """Return a line on what became of article rows, and the release.

    It counts articles, duplicates and quarantine of all days in the lake. The newest release is "none yet" before the first one.
    """
    release = Publisher(settings.published).latest_name or "none yet"
    return terminal.describe_rows_read(str(lake.span(COVERAGE)), lake.read(COVERAGE), lake.read(QUARANTINE), release)
