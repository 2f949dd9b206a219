"""`tension export`: write a table of the published release to one file."""

from pathlib import Path
from typing import get_args

from pipeline.commands.console import say
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.report.names import format_count
from pipeline.settings.load import read_settings
from pipeline.warehouse.exports import FORMATS, ExportError, Format, read_export, write_export
from pipeline.warehouse.publish import Publisher


def export_table(ending: Format | None, to: Path | None, table: str | None, pair: str | None, home_folder: Path | None) -> None:
    """Write a table or view of the published release to one file.

    `table`: by default `tension_index`. `pair`: only rows about these two countries; None: all. Without `ending`, the format is that of the
    ending of `to`, and without both CSV. Without `to`, the file is `TABLE.FORMAT` in the working folder. `home_folder`: None for the home
    of the settings. Raises `ExportError` if `ending` and `to` differ (`_choose_format`), and the errors of `read_export`, e.g. if nothing
    is published.
    """
    chosen = table or TENSION_INDEX.name
    ending = _choose_format(ending, to)
    to = to or Path(f"{chosen}.{ending}")
    export = read_export(Publisher(read_settings(home=home_folder).published).database, chosen, pair)
    write_export(export, to, ending)
    count, edition = format_count(export.rows.height, "row"), export.edition
    say(f"{count} of {chosen}, release {edition.release}, in {to.resolve()}. {edition.note}")


def _choose_format(ending: Format | None, to: Path | None) -> Format:
    """Return the format of an export.

    It is `ending` (`--to`), or else that of the name of the file `to` (`--out`), or else, without a file, CSV. `ExportError` if both are
    there and differ, or without `ending` the file's name has no known one.
    """
    named = to.suffix.removeprefix(".").lower() if to else ""
    known: dict[str, Format] = {name: name for name in get_args(Format)}
    if to is None or (ending is not None and named == ending):
        return ending or "csv"
    if ending is not None:
        raise ExportError(f"--to {ending} does not fit the file {to.name}; name the file {to.stem}.{ending}, or do not give --to")
    if named not in known:
        raise ExportError(f"{to.name} has none of the endings {', '.join(FORMATS)}; give --out a name with one of them")
    return known[named]
