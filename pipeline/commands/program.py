"""How the user can call `tension` again."""

import os
import shutil
import sys
from pathlib import Path
from shlex import quote

from pipeline.settings import Settings
from pipeline.warehouse.home import HomeError, is_sample_home

#: Variables that `uv run` sets. It also adds the environment to the PATH, but only for the command that it runs.
_UV_VARIABLES = ("UV_RUN_RECURSION_DEPTH", "UV")


def name_program() -> str:
    """Return `tension` if it is on the user's PATH, else its path.

    The path is that of the program `tension` in the folder of this Python; if there is none, `tension` is returned. `uv run` adds this
    folder to the PATH only for its command, so under it the path is returned.
    """
    program = Path(sys.executable).with_name("tension")
    if not program.exists():
        return "tension"
    if not any(name in os.environ for name in _UV_VARIABLES):
        on_path = shutil.which("tension")
        if on_path is not None and Path(on_path).resolve() == program.resolve():
            return "tension"
    return _shorten_path(program)


def suggest(command: str, home: Path) -> str:
    """Return the shell command for a `tension` command on a home."""
    return f"{name_program()} {command} --home {quote(str(home))}"


def needs_articles(settings: Settings) -> bool:
    """Whether another run of the settings' home must name articles.

    Settings without articles mean the sample, which a home of own articles refuses (`mark_home`). False if its mark is damaged.
    """
    try:
        return settings.is_sample and not is_sample_home(settings.home, settings.is_sample)
    except HomeError:
        return False


def name_options(settings: Settings) -> str:
    """Return the options that another run of the settings' home needs."""
    articles = "--articles PATHS " if needs_articles(settings) else ""
    return f"{articles}--home {quote(str(settings.home))}"


def _shorten_path(path: Path) -> str:
    """Return the path relative to the working folder if inside, else unchanged."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
