"""Load the settings of a command, and explain errors in plain words."""

import re
from collections.abc import Mapping, Set
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings.exceptions import SettingsError as SourceError

from pipeline.errors import UserError
from pipeline.settings import Settings
from pipeline.settings.archives import find_archives


class SettingsError(UserError, ValueError):
    """A setting is wrong; the message names it and what is expected."""


class OptionError(SettingsError):
    """A setting is wrong that was passed as a command option."""

    exit_code = 2  # as for an option that cannot be parsed


#: What is expected instead, by pydantic's type of error. Values in braces are in the error's context.
_EXPECTED = {
    "bool_parsing": "write true or false",
    "date_from_datetime_inexact": "write a day, e.g. 2025-04-04",
    "date_from_datetime_parsing": "write a day, e.g. 2025-04-04",
    "date_parsing": "write a day, e.g. 2025-04-04",
    "date_type": "write a day, e.g. 2025-04-04",
    "dict_type": "write a table of names and values",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "greater_than": "the value must be above {gt:g}",
    "greater_than_equal": "the value must be at least {ge:g}",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "is_instance_of": "write a table of names and values",
    "less_than_equal": "the value must be at most {le:g}",
    "literal_error": "write one of {expected}",
    "missing": "the value is missing",
    "model_type": "write a table of names and values",
    "model_attributes_type": "write a table of names and values",
    "path_type": "write a path",
    "string_pattern_mismatch": "the value has the wrong form",
    "string_too_long": "the value has more than {max_length} characters",
    "string_too_short": "the value has fewer than {min_length} characters",
    "string_type": "write a text",
    "too_long": "there are {actual_length} values; write at most {max_length}",
    "too_short": "there are {actual_length} values; write at least {min_length}",
    "tuple_type": "write a list",
    "value_error": "{error}",
}


# Settings that may contradict one another (`Settings._check_days`); pydantic then names none.
_DAY_OPTIONS = {"first_day", "last_day", "baseline"}


def read_settings(**options: Any) -> Settings:
    """Read the settings; options that are not None override variables and `tension.toml`.

    Paths in `articles` keep the columns, encoding and other settings that `tension.toml` has for the same path. Raises `SettingsError`, or
    `OptionError` if only options are wrong.
    """
    passed = {name: value for name, value in options.items() if value is not None}
    if "articles" in passed:
        others = {name: value for name, value in passed.items() if name != "articles"}
        passed["articles"] = find_archives(passed["articles"], _read_settings(others, set(others)).articles)
    return _read_settings(passed, set(passed))


def _read_settings(values: Mapping[str, Any], options: Set[str]) -> Settings:
    """Build the settings; `values` override variables and `tension.toml`.

    `options` are the names whose values come from the command: if all errors concern them, an `OptionError` is raised.
    """
    try:
        return Settings(**values)
    except ValidationError as error:
        # A default that could not be computed, because it depends on a wrong setting, is no second mistake.
        problems = [problem for problem in error.errors() if problem["type"] != "default_factory_not_called"]
        # A problem that names no setting comes from `Settings._check_days`.
        are_options = all(options & ({str(problem["loc"][0])} if problem["loc"] else _DAY_OPTIONS) for problem in problems)
        # Dagster would print pydantic's text after ours.
        raise (OptionError if are_options else SettingsError)("\n".join(map(explain_error, problems))) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"tension.toml is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8") from error
    except SourceError as error:  # a TENSION_* variable with the name of a group of settings, whose value is not JSON
        name = next(iter(re.findall(r'field "(\w+)"', str(error))), "sources")
        raise SettingsError(
            f"variable TENSION_{name.upper()}: groups of settings belong in tension.toml, as a table [{name}]; unset the variable"
        ) from error
    except (ValueError, RecursionError) as error:  # not only `TOMLDecodeError`: also numbers of thousands of digits, and deep nesting
        raise SettingsError(f"tension.toml is not valid TOML: {error}") from error


def change_settings(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with `changes` applied, validated again.

    A setting that is None, also by a change, is read again from variables and `tension.toml`, else it has its default. `settings` is not
    changed. Raises `OptionError` if only changes are wrong, else `SettingsError`.
    """
    values = {name: value for name, value in (settings.model_dump() | changes).items() if value is not None}
    return _read_settings(values, {name for name, value in changes.items() if value is not None})


def explain_error(details: ErrorDetails) -> str:
    """Explain one validation error.

    The wrong value is not shown, because it may be an API key.
    """
    name = ".".join(str(part) for part in details["loc"])
    message = _explain_unknown(name) if details["type"] == "extra_forbidden" else _explain_value(name, details)
    return f"setting `{name}`: {message}" if name else message


def _explain_value(name: str, details: ErrorDetails) -> str:
    """Say what is expected, and what a top-level setting means.

    The meaning is left out if the error comes from a validator of this package, whose message is complete.
    """
    context: Mapping[str, Any] = details.get("ctx", {})
    expected = _EXPECTED[details["type"]].format(**context) if details["type"] in _EXPECTED else details["msg"]
    field = Settings.model_fields.get(name)
    return f"{expected} ({field.description})" if field and details["type"] != "value_error" else expected


def _explain_unknown(name: str) -> str:
    close = [] if "." in name else get_close_matches(name, Settings.model_fields, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    return f"there is no such setting; {hint}docs/operations.md lists the settings"
