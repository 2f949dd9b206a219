"""Read the days of a long backfill on several machines.

Each machine claims (locks) a block in a shared lake and builds it, again and again until no block is left. A block is some days of one step
whose inputs are complete. If its process is killed, its claim ends by itself after five minutes, and another machine takes the block.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import dagster as dg

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.defs import daily
from pipeline.defs.daily import DailyStep
from pipeline.defs.instance import WORK
from pipeline.defs.launch import Launched, Launcher
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.errors import UserError
from pipeline.settings import Settings
from pipeline.warehouse.claims import LakeInUseError
from pipeline.warehouse.inputs import DayInputs
from pipeline.warehouse.open_lake import lock_data
from pipeline.warehouse.shared_lake import SharedLake

#: Days of a block. All machines have the same blocks: they are counted from one day, not from the first day of a run.
BLOCK_DAYS = 28
#: Larger blocks for reading files, because each block reads every file that has one of its days.
_BLOCK_DAYS_OF_FILES = 13 * BLOCK_DAYS
_SECONDS_BETWEEN_LOOKS = 5.0


class WorkError(UserError):
    """Machines that read one backfill do not agree.

    For example, they have other articles, settings or versions.
    """


@dataclass(frozen=True)
class Block:
    """Days of one step that one machine builds.

    `name` is the same on all machines: it has the days of the whole block, while `days` are only those within the range to read. `makes`:
    the tables of the step.
    """

    step: str
    days: Days
    name: str
    makes: tuple[Table, ...]


@dataclass(frozen=True)
class _Stage:
    """A daily step with the steps that must be complete before it.

    `block_days`: number of days in a block. `after`: names of these steps; they must be complete on all days that the step reads for a
    block.
    """

    step: DailyStep
    block_days: int
    after: tuple[str, ...] = ()


class Backfill:
    """The blocks of days that the daily steps have to build.

    They are the same on all machines. This class claims (locks) none; `work` does. The constructor raises `WorkError` if the home has
    articles from upstreams, which other machines do not have.
    """

    def __init__(self, settings: Settings, lake: SharedLake, span: Days) -> None:
        self._lake, self._span = lake, span
        raw, admission = daily.RawArticles(News(settings), clock.today()), daily.admission()
        links, findings = daily.story_links(), daily.findings(ExtractorFactory(settings))
        self._stages = (
            _Stage(raw, _BLOCK_DAYS_OF_FILES),
            _Stage(admission, BLOCK_DAYS, (raw.name,)),
            _Stage(links, BLOCK_DAYS, (raw.name, admission.name)),
            _Stage(findings, BLOCK_DAYS, (raw.name, admission.name)),
        )
        self._of_files = raw.digests(lake, span)
        if None in self._of_files.values():
            raise WorkError(
                f"{settings.home} has responses of upstreams, which other machines do not have; use another home for this command"
            )

    def changed_days(self) -> dict[str, set[date]]:
        """Return the days that each step has to build, by its name.

        Only days of the range are returned; the set of a step with nothing to build is empty. The lake is read again first, so days that
        other machines built do not count. Article files were hashed by the constructor and are not read again.
        """
        self._lake.refresh()
        return {stage.step.name: self._find_changed_days(stage.step) for stage in self._stages}

    def _find_changed_days(self, step: DailyStep) -> set[date]:
        """Return the days that a step has to build.

        Days to build only because articles were left unread (`mark_partly_read`) are left out: each machine would send these articles to
        the language model again.
        """
        digests = self._of_files if isinstance(step, daily.RawArticles) else step.digests(self._lake, self._span)
        inputs = DayInputs(self._lake, step.name, step.makes)
        partly_read = {day: daily.mark_partly_read(digest) for day, digest in digests.items()}
        return set(inputs.changed_days(digests)).intersection(inputs.changed_days(partly_read))

    def ready_blocks(self, changed: Mapping[str, set[date]]) -> Iterator[Block]:
        """Yield the blocks with something to build whose inputs are complete.

        Inputs are complete if the steps before have nothing to build on the days that the block reads. `changed`: as `changed_days` returns
        it. Blocks of earlier steps come first, then earlier days.
        """
        for stage in self._stages:
            step, missing = stage.step, {day for name in stage.after for day in changed[name]}
            for whole in _split_into_blocks(self._span, stage.block_days):
                days = Days(max(whole.first, self._span.first), min(whole.last, self._span.last))
                if changed[step.name].intersection(days) and not missing.intersection(days.extend(step.reach)):
                    yield Block(step.name, days, f"{step.name} of {whole}", step.makes)


def _split_into_blocks(span: Days, length: int) -> Iterator[Days]:
    """Yield the blocks that have days of `span`, each of `length` days.

    Blocks begin on the same days for every span, so the first and the last may extend beyond it.
    """
    first = span.first.toordinal() // length * length
    for start in range(first, span.last.toordinal() + 1, length):
        yield Days(date.fromordinal(start), date.fromordinal(start + length - 1))


def work(
    settings: Settings, lake: SharedLake, span: Days, launcher: Launcher, report: Callable[[str], None]
) -> Iterator[tuple[Block, Launched]]:
    """Build blocks until none is left; yield each with its result.

    A block is claimed (locked for other machines) while it is built. Ends after a block that failed. While other machines build all blocks
    that are ready, it waits and looks again. `report` receives what this machine builds, or waits for. Raises `WorkError` if the home has
    articles from upstreams, or if a block that this machine has built must be built again.
    """
    backfill, done, waits_for = Backfill(settings, lake, span), set[str](), ""
    while any((changed := backfill.changed_days()).values()):
        holders = list[str]()
        for block in backfill.ready_blocks(changed):
            if block.name in done:
                raise WorkError(
                    f"{block.name} was read by this machine, but must be read again: another one has other articles or another version, or "
                    f"files have changed. Give all machines the same files, settings and version, and run this again"
                )
            try:
                with lock_data(settings, WORK, block.name):
                    if not backfill.changed_days()[block.step].intersection(block.days):
                        break  # another machine has built this block meanwhile
                    report(block.name)
                    launched = launcher.read(settings, [dg.AssetKey(table.name) for table in block.makes], block.days)
            except LakeInUseError as error:
                holders.append(error.holder or str(error))
                continue
            done.add(block.name)
            yield block, launched
            if not launched.succeeded:
                return
            break  # to look again which blocks are left
        else:
            waits = f"waiting for {'; '.join(holders) or 'days that other machines read first'}"
            if waits != waits_for:
                report(waits)
            waits_for = waits
            time.sleep(_SECONDS_BETWEEN_LOOKS)
