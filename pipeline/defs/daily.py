"""The daily steps: which tables each makes, and from which inputs it makes a day.

A day whose inputs did not change since it was made is not made again, whether the command, the UI or the schedule asks for it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date

import dagster as dg

from pipeline.contracts.days import Days, consecutive
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.checks import AuditedDays, BrokenError
from pipeline.defs.listener import report_days
from pipeline.defs.metadata import add_row_counts
from pipeline.defs.partitions import run_days
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.warehouse.inputs import DayInputs, code_digest, combine_digests
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.pieces import AT_ONCE, AtOnce

Digests = dict[date, str | None]
#: What decides how articles are cleaned and linked.
ARTICLES_CODE = (("contracts", "articles"), ("pycld2", "selectolax"))
ADMITTED = (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE)
#: A story reaches back so many days: an article may repeat one of them.
STORY_REACH = 3


@dataclass(frozen=True)
class RawArticles:
    """Reads article files and the answers of upstreams."""

    news: News
    last_day: date
    name: str = RAW_ARTICLES.name
    makes: tuple[Table, ...] = (RAW_ARTICLES,)

    def digests(self, lake: Lake, days: Days) -> Digests:  # noqa: ARG002 what is read lies outside the lake
        """The rows of each day in all article files."""
        code = code_digest(("contracts", "sources"))
        return {
            day: None if rows is None else combine_digests(code, rows) for day, rows in self.news.day_digests(days, self.last_day).items()
        }


@dataclass(frozen=True)
class FromTable:
    """Makes each day from the files of another table, of that day and of some days before it."""

    name: str
    makes: tuple[Table, ...]
    reads: Table
    code: str
    days_before: int = 0

    def digests(self, lake: Lake, days: Days) -> Digests:
        """The files that each day is made from, and the code that makes it."""
        files = {day: lake.day_digest(self.reads, day) for day in days.reaching_back(self.days_before)}
        return {day: combine_digests(self.code, *(files[one] for one in Days(day, day).reaching_back(self.days_before))) for day in days}


DailyStep = RawArticles | FromTable


def admission() -> FromTable:
    """Raw rows to articles, duplicates and quarantine, with coverage counting them."""
    return FromTable("admission", ADMITTED, RAW_ARTICLES, code_digest(*ARTICLES_CODE))


def story_links() -> FromTable:
    """Articles to links between those that tell the same story."""
    return FromTable(STORY_LINKS.name, (STORY_LINKS,), ARTICLES, code_digest(*ARTICLES_CODE), STORY_REACH)


def findings(extractor: ExtractorFactory) -> FromTable:
    """Articles to findings."""
    return FromTable(FINDINGS.name, (FINDINGS,), ARTICLES, extractor.fingerprint)


def days_to_make(lake: Lake, steps: Sequence[DailyStep], days: Days) -> list[date]:
    """Those of these days that any of the steps would make again."""
    changed = (DayInputs(lake, step.name, step.makes).changed(step.digests(lake, days)) for step in steps)
    return sorted({day for step in changed for day in step})


class ChangedDays(AuditedDays):
    """The days that a step makes again, and the audit of what it makes of them."""

    def __init__(self, new: Lake, step: DailyStep, store: Lake, days: Sequence[date]) -> None:
        super().__init__(new, step.makes)
        self.days = days
        self._store = store

    def hull(self) -> Iterator[Days]:
        """One span from the first of the days to the last: reading a file twice costs more than storing a day again."""
        if self.days:
            yield Days(self.days[0], self.days[-1])

    def pieces(self, table: Table, at_once: AtOnce = AT_ONCE) -> Iterator[Days]:
        """The days in consecutive pieces of which the rows of `table` can be held at once."""
        spans = consecutive(self.days)
        return report_days((piece for span in spans for piece in self._store.pieces(table, span, at_once)), len(self.days))


@contextmanager
def changed_days(context: dg.AssetExecutionContext, lake: Lake, step: DailyStep) -> Iterator[ChangedDays]:
    """Make those days of the run whose inputs changed; none is stored before all are made and pass their critical checks.

    Yield the `results` after the block, which ends early when a critical check fails.
    """
    span = run_days(context)
    inputs = DayInputs(lake, step.name, step.makes)
    digests = step.digests(lake, span)
    days = inputs.changed(digests)
    with suppress(BrokenError):
        with lake.replacing(step.name) as new:
            yield ChangedDays(new, step, lake, days)
        inputs.save({day: digests[day] for day in days})
    for table in step.makes:
        add_row_counts(context, lake, table, sorted(set(span) - set(days)))
