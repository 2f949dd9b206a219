"""`tension audit`: list and judge the readings that carry most of the index.

The precision is the share of the judged mass that is right. `pipeline/audit` says what readings and their mass are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.audit.listing import add_opinions, add_titles, drop_judged, list_largest, select_masses, write_listing
from pipeline.audit.verdicts import SCHEMA, VerdictError, add_verdicts, check_judge, list_verdict_files, read_verdicts, to_table
from pipeline.commands.console import out, say
from pipeline.commands.interruption import interrupt_reads
from pipeline.commands.program import suggest
from pipeline.commands.selection import check_selection
from pipeline.contracts.countries import pair_name, parse_pair
from pipeline.contracts.days import group_consecutive_days
from pipeline.contracts.tables.audit import ALL_PAIRS, MASS_PRECISION, SIGNAL_MASS, VERDICTS
from pipeline.contracts.tables.core import ARTICLES
from pipeline.contracts.tables.index import SIGNALS
from pipeline.errors import UserError
from pipeline.models.build import build_table
from pipeline.report import audit as report
from pipeline.report.names import format_count
from pipeline.settings.load import read_settings
from pipeline.warehouse.home import is_sample_home
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.open_lake import open_lake

_KEYS = {"r": "right", "w": "wrong", "u": "unsure"}
_QUESTION = "[bold]r[/]ight, [bold]w[/]rong, [bold]u[/]nsure, [bold]s[/]kip or [bold]q[/]uit: "


class AuditError(UserError, ValueError):
    """The home has no index that could be audited, or options contradict."""


@dataclass(frozen=True)
class Selection:
    """Which readings are listed, and counted in the precision.

    They are readings of `pair` (None: all), of the `channels`, in stories of the days from `first` to `last`, both included (None: no
    bound). At most `number` are listed; the precision is computed from all.
    """

    pair: str | None
    channels: Sequence[str]
    first: date | None
    last: date | None
    number: int

    def __str__(self) -> str:
        days = f" from {self.first}" * (self.first is not None) + f" to {self.last}" * (self.last is not None)
        return f"{self.pair or 'all pairs'}, {' and '.join(self.channels)}{days}"


def audit_home(selection: Selection, judge: str | None, to: Path | None, verdict_file: Path | None, home_folder: Path | None) -> None:
    """List readings, or take verdicts on them; then print the precision.

    With a `judge`: ask in the terminal about listed readings that this judge has not judged, or write them to the file `to`.
    `verdict_file`: verdicts to be added first; without `judge`, nothing is then listed. `home_folder`: None for the home of the settings.
    Raises `AuditError` if the home has no signals of the channels, if there is `to` but no `judge`, if `verdict_file` does not exist, or if
    writing `to` would lose verdicts; `SelectionError` if the home has none of the selected readings; `VerdictError` if the judge's name or
    a file of verdicts is invalid.
    """
    judge = _check_judge(judge, to)
    settings = read_settings(home=home_folder)
    lake = open_lake(settings)
    masses = lake.read(SIGNAL_MASS)
    if masses.is_empty():
        raise AuditError(f"{settings.home} has no signals to audit; build its index first: {suggest('run', settings.home)}")
    if selection.pair is not None:
        selection = replace(selection, pair=pair_name(*parse_pair(selection.pair)))
    of_channels = masses.filter(pl.col("channel").is_in(selection.channels))
    if of_channels.is_empty():
        raise AuditError(f"{settings.home} has no signals of {' or '.join(selection.channels)}; choose another channel with --channel")
    check_selection(of_channels, selection.pair, selection.first, selection.last)
    files = list_verdict_files(settings.home, is_sample=is_sample_home(settings.home, settings.is_sample))
    if verdict_file is not None:
        _import_verdicts(verdict_file, files[-1], masses)
    chosen = select_masses(masses, selection.pair, selection.channels, selection.first, selection.last)
    largest = list_largest(chosen, lake.read(SIGNALS), selection.number)
    listing = add_titles(largest, _read_titles(lake, largest["index_date"]))
    verdicts = read_verdicts(*files)
    if judge is not None:
        listing = drop_judged(listing, verdicts, judge)
    if to is not None:
        _refuse_to_lose_verdicts(to, files, masses)
        write_listing(listing, to, judge or "")
        say(f"{listing.height} readings to be judged in {to}; read them back with --verdicts")
    elif judge is not None:
        _judge_in_terminal(listing, judge, files[-1])
    elif verdict_file is None:
        out.print(report.listing_table(add_opinions(listing, verdicts), str(selection)))
    _print_precision(chosen, read_verdicts(*files), selection)
    if (judge is not None and to is None) or verdict_file is not None:
        say(f"Verdicts are stored in {files[-1]}; the next `{suggest('run', settings.home)}` publishes them.")


def _check_judge(judge: str | None, to: Path | None) -> str | None:
    """Return the judge's name without spaces around it; None without one.

    The judge is the person or language model that gives the verdicts. `AuditError` for an output file `to` without judge, `VerdictError`
    for a name that is empty or longer than `MAX_JUDGE` (`pipeline/audit/verdicts.py`).
    """
    if judge is not None:
        return check_judge(judge, "--judge")
    if to is not None:
        raise AuditError("--out writes a file for one judge: name the judge with --judge")
    return None


def _refuse_to_lose_verdicts(to: Path, files: Sequence[Path], masses: pl.DataFrame) -> None:
    """Raise `AuditError` if overwriting a file would lose verdicts.

    They are lost unless `files`, those of the home, have them, too. Overwriting one of `files` is also an error, as is a file `to` that
    cannot be read as a file of verdicts, or a missing folder. `masses`: all rows of SIGNAL_MASS, as in `_import_verdicts`.
    """
    if not to.parent.is_dir():
        raise AuditError(f"there is no folder {to.parent}; create it, or choose another file with --out")
    if not to.exists():
        return
    if any(file.exists() and to.samefile(file) for file in files):
        raise AuditError(f"{to} stores the verdicts of this home; choose another file with --out")
    try:
        verdicts = read_verdicts(to, readings=dict(masses.select("signal_id", "reading").iter_rows()))
    except VerdictError as error:
        raise AuditError(f"{to} exists, and verdicts in it may be lost ({error}); choose another file with --out") from error
    unsaved = verdicts.join(read_verdicts(*files), on=SCHEMA.names(), how="anti")
    if unsaved.height:
        raise AuditError(
            f"{to} has {format_count(unsaved.height, 'verdict')} that would be lost; add them first with --verdicts {to}, "
            "or choose another file with --out"
        )


def _read_titles(lake: Lake, days: pl.Series) -> pl.DataFrame:
    """Read `article_id` and `title` of the articles of some days.

    Other days are not read: a shared lake would first download them.
    """
    columns = ["article_id", "title"]
    spans = group_consecutive_days(days.drop_nulls().unique().sort())
    return pl.concat([ARTICLES.empty().select(columns), *(lake.read(ARTICLES, span, columns) for span in spans)])


def _import_verdicts(path: Path, store: Path, masses: pl.DataFrame) -> None:
    """Add the verdicts of a file to those of the home (`store`).

    Also prints how many there are, and how many are on readings that the index does not have; those are added too. `masses`: all rows of
    SIGNAL_MASS; a verdict without a reading is on the reading that its signal has there. Raises `AuditError` if there is no file,
    `VerdictError` if it is invalid.
    """
    if not path.is_file():
        raise AuditError(f"there is no file {path}; write one with --judge NAME --out FILE, and fill in its verdicts")
    current = dict(masses.select("signal_id", "reading").iter_rows())
    verdicts = read_verdicts(path, readings=current)
    add_verdicts(store, verdicts)
    other = verdicts.filter([current.get(signal) != reading for signal, reading in verdicts.select("signal_id", "reading").iter_rows()])
    text = f"{verdicts.height} verdicts of {path} added"
    if other.height:
        text += f"; {other.height} of them are on readings that this index does not have, and do not count in it"
    say(text)


def _judge_in_terminal(listing: pl.DataFrame, judge: str, store: Path) -> None:
    """Ask for a verdict on each reading, and store each at once.

    `r`, `w` and `u` are verdicts; for `w` (wrong) it also asks for a reason. `s` skips a reading; `q` or the end of the input ends.
    """
    if listing.is_empty():
        say(f"{judge} has judged all of these")
    for number, row in enumerate(listing.iter_rows(named=True), start=1):
        out.print(report.reading_card(row, number, listing.height))
        interrupt_reads()
        try:
            key = _ask_key()
            if key == "q":
                return
            if key == "s":
                continue
            reason = out.input("what is wrong (may be empty)? ").strip() if key == "w" else ""
        except EOFError:
            return
        verdict = {"signal_id": row["signal_id"], "reading": row["reading"], "judge": judge, "verdict": _KEYS[key], "reason": reason}
        add_verdicts(store, pl.DataFrame([verdict], schema=SCHEMA))


def _ask_key() -> str:
    while (key := out.input(_QUESTION).strip().lower()[:1]) not in {*_KEYS, "s", "q"}:
        out.print("answer with one of the letters r, w, u, s, q")
    return key


def _print_precision(masses: pl.DataFrame, verdicts: pl.DataFrame, selection: Selection) -> None:
    """Print which share of the judged mass is right.

    `masses`: readings of the selection, each with its weight in the index (mass). Without verdicts on these, it prints that there are none.
    """
    tables = {SIGNAL_MASS.name: masses, VERDICTS.name: to_table(verdicts)}
    lines = report.describe_precision(build_table(tables, MASS_PRECISION, {}), selection.pair or ALL_PAIRS)
    for line in lines or ["no verdict on these readings yet; give some with --judge NAME"]:
        say(line)
