"""Read the settings of a command, and report what is wrong with them in plain words."""

import tomllib
from typing import Any

from pydantic import ValidationError

from pipeline.errors import UserError
from pipeline.settings import Settings


class SettingsError(UserError, ValueError):
    """A setting is wrong; the message names it and says what is expected."""


def read_settings(**options: Any) -> Settings:
    """Read the settings, where options that are not None take precedence over variables and `tension.toml`."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        problems = (f"setting {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors())
        raise SettingsError("\n".join(problems)) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"tension.toml is not valid TOML: {error}") from error


def change_settings(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with these changes, validated again."""
    return read_settings(**settings.model_dump() | changes)
