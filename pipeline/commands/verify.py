"""`tension verify`: list damage in a home, and what repairs it."""

import os
from pathlib import Path
from shlex import quote

import typer

from pipeline.commands.console import err, explain_os_error, out, say
from pipeline.commands.program import name_options
from pipeline.errors import UserError
from pipeline.explorer.write import find_damaged
from pipeline.report.names import format_count
from pipeline.report.plain import print_problem
from pipeline.settings import Settings
from pipeline.settings.load import read_settings
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.home import NOTE, find_writer
from pipeline.warehouse.verify import Damage, find_damage

REPAIRED_BY_RUN, NEEDS_A_PERSON = 1, 2


def verify_home(home_folder: Path | None) -> None:
    """Print what is damaged in a home, and how to repair it.

    Exits with 0 if nothing is, or the home is empty, 1 if runs repair everything, else 2; also 2 if there is no home, or it cannot be read.
    `home_folder`: None for the home of the settings.
    """
    try:
        settings = read_settings(home=home_folder)
        damage = [*find_damage(settings, compares_hashes=True), *_check_payloads(settings), *_check_explorer(settings)]
    except (UserError, OSError) as error:
        print_problem(err, "tension", explain_os_error(error) if isinstance(error, OSError) else str(error))
        raise typer.Exit(NEEDS_A_PERSON) from error
    for one in damage:
        print_problem(out, "damaged", str(one))
    if writer := find_writer(settings.home):
        say(f"In use: {writer}. Verify again afterwards: files that it writes may be listed.")
    home = quote(str(settings.home))
    if not damage and not settings.lake_url and not settings.lake.exists():
        if (settings.home / NOTE).exists():
            say(f"{home} is empty: nothing was written yet")
            return
        print_problem(err, "tension", f"{home} is no home: it has no folder lake; nothing was verified")
        raise typer.Exit(NEEDS_A_PERSON)
    if not damage:
        say(f"{home} is complete: every file is as it was written")
        return
    by_person = sum(not one.is_repaired_by_run for one in damage)
    say(
        f"{format_count(len(damage), 'problem')} in {home}: runs with {name_options(settings)} and the options above repair "
        f"{len(damage) - by_person}{f'; {by_person} need you' if by_person else ''}"
    )
    raise typer.Exit(NEEDS_A_PERSON if by_person else REPAIRED_BY_RUN)


def _check_payloads(settings: Settings) -> list[Damage]:
    remedy = "Restore it from a backup, or fetch its days again: tension fetch. Feeds no longer have old items"
    files = Archive(settings.payloads).find_damaged()
    return [Damage(str(path.relative_to(settings.home)), "missing or damaged", remedy, False) for path in files]


def _check_explorer(settings: Settings) -> list[Damage]:
    paths = [os.path.relpath(path, settings.home) for path in find_damaged(settings.published)]
    return [Damage(path, "missing or damaged", "Publish again: tension run", True) for path in paths]
