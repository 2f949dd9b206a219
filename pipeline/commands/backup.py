"""`tension backup` and `tension restore`: copy a home, and make one from the copy."""

from functools import partial
from pathlib import Path
from shlex import quote

from pipeline.commands.console import say
from pipeline.commands.program import name_program, suggest
from pipeline.settings.load import read_settings
from pipeline.warehouse.backup import Backup, back_up, restore
from pipeline.warehouse.verify import find_damage


def back_up_home(target: Path, home_folder: Path | None) -> None:
    """Copy a home, and print what was copied.

    `home_folder`: the folder with tables, releases and history of runs (not `tension.toml`); None: that of the settings. `target`: a new
    folder outside it. If it is not, or the home is damaged, `BackupError` is raised, if it is in use `HomeError`; nothing is then copied.
    """
    settings = read_settings(home=home_folder)
    copied = back_up(settings.home, target, partial(find_damage, settings, compares_hashes=True))
    _print(f"{settings.home} is copied to {target}", copied)
    say(f"Next: {name_program()} restore {quote(str(target))} --home DIR, to make a home from it")


def restore_home(source: Path, home_folder: Path | None) -> None:
    """Make a home from a backup, and print what was restored.

    `source`: the backup. `home_folder`: the home to make, a new or empty folder; None: that of the settings. If it has files, or the backup
    is damaged or of a later version, `BackupError` is raised, if no run could use its path `HomeError`; nothing is then restored.
    """
    settings = read_settings(home=home_folder)
    _print(f"{settings.home} is restored from {source}", restore(source, settings.home))
    say(f"For its state: {suggest('status', settings.home)}")


def _print(text: str, backup: Backup) -> None:
    size = f"{backup.files:,} files, {backup.bytes / 1e6:,.1f} MB, made {backup.made_at} by version {backup.version}"
    say(f"{text}: {size}. Every file has its hash")
