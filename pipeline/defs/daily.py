"""The daily steps, their tables, and the inputs of a day.

A day whose inputs did not change is not rebuilt, whether the command, the UI or the schedule starts the run. Only raw
articles are also written again for the days between changed ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from pipeline.articles.stories import DAYS_AROUND
from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import core
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, READING_OUTCOMES, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.checks import AuditedDays, CriticalCheckError
from pipeline.defs.instance import STARTED_BY, WORK
from pipeline.defs.listener import report_days
from pipeline.defs.metadata import add_row_counts
from pipeline.defs.partitions import run_days
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.errors import UserError
from pipeline.sources.files.articles import ReadReport
from pipeline.warehouse.batches import BATCH_LIMIT, BatchLimit
from pipeline.warehouse.inputs import DayInputs, code_digest, combine_digests
from pipeline.warehouse.lake import Lake, find_missing_days
from pipeline.warehouse.removed_rows import note_removed_rows

Digests = dict[date, str | None]
#: Packages and libraries that determine how articles are cleaned and linked.
ARTICLES_CODE = (("contracts", "articles"), ("polars", "pycld2", "selectolax"))
ADMITTED = (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE)
READ = (FINDINGS, READING_OUTCOMES)
MOST_GAPS_SHOWN = 3


class GapError(UserError):
    """Days between the lake's first and last day are missing."""


@dataclass(frozen=True)
class RawArticles:
    """The step that reads article files and the stored responses of upstreams.

    A date after `last_day` counts as no date (see `News.read`). `makes`: the tables that the step writes. `report` gets the problems of the
    files.
    """

    news: News
    last_day: date
    report: ReadReport = field(default_factory=ReadReport)
    name: str = RAW_ARTICLES.name
    makes: tuple[Table, ...] = (RAW_ARTICLES,)
    reach: int = 0

    def digests(self, lake: Lake, days: Days) -> Digests:  # noqa: ARG002 its inputs are not in the lake
        """Hash each day's rows in article files, and the code.

        None for every day if upstreams delivered any articles: then all days are read again.
        """
        code = code_digest(("contracts", "sources"), ("polars", "pyarrow"))
        return {
            day: None if rows is None else combine_digests(code, rows)
            for day, rows in self.news.day_digests(days, self.last_day, self.report).items()
        }


@dataclass(frozen=True)
class FromTable:
    """A step that builds each day of its tables from another table.

    It reads that day and `reach` days before and after it. `code`: digest of the code that builds them.
    """

    name: str
    makes: tuple[Table, ...]
    reads: Table
    code: str
    reach: int = 0

    def digests(self, lake: Lake, days: Days) -> Digests:
        """Return for each day a hash of its input files and code.

        The files are those of the day and of `reach` days before and after it; a missing file has an empty hash.
        """
        files = {day: lake.day_digest(self.reads, day) for day in days.extend(self.reach)}
        return {day: combine_digests(self.code, *(files[one] for one in Days(day, day).extend(self.reach))) for day in days}


DailyStep = RawArticles | FromTable
ADMISSION = "admission"
#: Names of the steps that write days of articles.
STEPS = frozenset({RAW_ARTICLES.name, ADMISSION, STORY_LINKS.name, FINDINGS.name})


def admission() -> FromTable:
    """Return the step from raw rows to articles, duplicates, quarantine and coverage."""
    return FromTable(ADMISSION, ADMITTED, RAW_ARTICLES, code_digest(*ARTICLES_CODE))


def story_links() -> FromTable:
    """Return the step from articles to links between repeated stories."""
    return FromTable(STORY_LINKS.name, (STORY_LINKS,), ARTICLES, code_digest(*ARTICLES_CODE), DAYS_AROUND)


def findings(extractor: ExtractorFactory) -> FromTable:
    """Return the step from articles to findings and reading outcomes.

    A new version of Polars, which joins and filters findings, builds all days again, but from stored readings: no text is read again.
    """
    return FromTable(FINDINGS.name, READ, ARTICLES, combine_digests(extractor.fingerprint, code_digest((), ("polars",))))


def mark_partly_read(digest: str | None) -> str | None:
    """Return the digest under which a day with unread articles is stored.

    `digest` is that of the day's inputs, and the result always another one, so the next run reads the day again. None stays None.
    """
    return digest and combine_digests(digest, "partly read")


def days_to_build(lake: Lake, steps: Sequence[DailyStep], days: Days) -> list[date]:
    """List those of `days` that at least one step must build, sorted.

    `steps`: in the order in which they run. A step must build the days that `DayInputs.changed_days` lists, and those at most `reach` days
    from a day that an earlier step builds, because it reads that day for them. For a changed day just outside `days` (`_digest_days`) the
    nearest one is listed.
    """
    changed = set[date]()
    for step in steps:
        changed |= {near for day in changed for near in Days(day, day).extend(step.reach) if near in days}
        stale = DayInputs(lake, step.name, step.makes).changed_days(_digest_days(lake, step, days))
        changed |= {min(max(day, days.first), days.last) for day in stale}
    return sorted(changed)


def _digest_days(lake: Lake, step: DailyStep, days: Days) -> Digests:
    """Hash the inputs of the days that a run may change.

    They are `days`, those of the run, and days of at most `reach` days around that the lake has already: the step reads `days` for them.
    """
    digests = step.digests(lake, days.extend(step.reach))
    built = lake.days_present(step.makes[0], days.extend(step.reach)) if step.reach else set[date]()
    return {day: digest for day, digest in digests.items() if day in days or day in built}


def require_every_day(lake: Lake, to_be_read: Days | None = None) -> None:
    """Raise `GapError` if days within the lake are missing.

    These are days without a file of at least one table of `contracts/tables/core.py`, from the first to the last day known, which are
    days with a file, or a recorded hash, in any of these tables. The index would take them for quiet ones. `to_be_read`: days that this run
    reads; they are known, but not missing.
    """
    gaps = find_missing_days(lake, core.TABLES, to_be_read)
    if gaps:
        days = sorted({day for missing in gaps.values() for day in missing})
        shown = ", ".join(map(str, list(group_consecutive_days(days))[:MOST_GAPS_SHOWN]))
        raise GapError(
            f"{len(days)} of the days between the first and the last one are not in {lake} (e.g. {shown}; tables "
            f"{', '.join(gaps)}): they were never read, or their files are lost. The index would take them for days without news, so "
            f"nothing is published. Read them: tension run --from {days[0]} --to {days[-1]}, or materialize these days in the Dagster UI"
        )


class ChangedDays(AuditedDays):
    """The days that a step rebuilds, with their checks."""

    def __init__(self, context: dg.AssetExecutionContext, temporary: Lake, step: DailyStep, store: Lake, days: Sequence[date]) -> None:
        super().__init__(context, temporary, step.makes)
        self.days = days
        #: Days with read and unread articles: the next run reads them again.
        self.partly_read = set[date]()
        self._store = store

    def whole_range(self) -> Iterator[Days]:
        """Yield one range from the first to the last day to rebuild.

        Yields nothing if there is no day. Article files are read once for each range, and that costs more than writing unchanged days
        again.
        """
        if self.days:
            yield Days(self.days[0], self.days[-1])

    def note_removed_rows(self) -> None:
        """Note rows of article files that the new days lack.

        Call it once all of them are written. Nothing is lost if the run is killed before or after the new days are stored.
        """
        for span in self.whole_range():
            note_removed_rows(self._store, self._temporary, span)

    def batches(self, table: Table, at_once: BatchLimit = BATCH_LIMIT) -> Iterator[Days]:
        """Group the days into batches whose rows fit into memory.

        `table`: the table whose rows are read, at most `at_once` in a batch; a single larger day is a batch of its own. A batch has
        consecutive days, and is reported as done when the next batch is requested.
        """
        spans = group_consecutive_days(self.days)
        return report_days((batch for span in spans for batch in self._store.batches(table, span, at_once)), len(self.days))


@contextmanager
def changed_days(context: dg.AssetExecutionContext, lake: Lake, step: DailyStep) -> Iterator[ChangedDays]:
    """Rebuild the days of a step whose inputs changed.

    They are days of this run or, unless other machines build these, days around that read them (`_digest_days`). Yields the `ChangedDays`
    to write them to. No day is stored before all passed their critical checks. The block ends early when one fails, and nothing is stored.
    After the block, yield from `report()` of the `ChangedDays`, which raises `dg.Failure` in that case. A `UserError` in the block becomes
    a `dg.Failure`. Days of the run that did not change get their row counts as metadata.
    """
    span = run_days(context)
    try:
        inputs = DayInputs(lake, step.name, step.makes)
        is_shared = context.run.tags.get(STARTED_BY) == WORK
        digests = step.digests(lake, span) if is_shared else _digest_days(lake, step, span)
        days = inputs.changed_days(digests)
        with suppress(CriticalCheckError):
            with lake.stage(step.name) as temporary:
                changed = ChangedDays(context, temporary, step, lake, days)
                yield changed
            inputs.save({day: mark_partly_read(digests[day]) if day in changed.partly_read else digests[day] for day in days})
    except UserError as error:  # the UI shows what a failure says before the traceback, and of another error only that
        raise dg.Failure(str(error), allow_retries=False) from error
    for table in step.makes:
        add_row_counts(context, lake, table, sorted(set(span) - set(days)))
