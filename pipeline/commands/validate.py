"""`tension validate`: compare the index with events and reference series."""

from datetime import date
from pathlib import Path

from pipeline.commands.console import err, out, say
from pipeline.durable_files import require_writable
from pipeline.settings.load import read_settings
from pipeline.validation.page import to_terminal
from pipeline.validation.run import ValidationOptions, validate, write_result
from pipeline.validation.studies.simulation import REPLICATIONS


def validate_home(
    references: Path | None,
    pair: str | None,
    first: date | None,
    last: date | None,
    folder: Path | None,
    simulation: bool,
    home: Path | None,
) -> None:
    """Validate a home, write the report, and print each section.

    The report is written to `folder`, or else to the published folder of the home. `OSError` at once if that is not possible. `simulation`:
    whether the intervals are tested on simulated rates, which takes a minute. `home`: None for that of the settings. The other arguments
    are those of `ValidationOptions`, the errors those of `validate`.
    """
    settings = read_settings(home=home)
    folder = folder or settings.published
    require_writable(folder)
    options = ValidationOptions(references, pair, first, last, replications=REPLICATIONS if simulation else {})
    with err.status("comparing the index with events, references and itself …"):
        result = validate(settings, options)
    page = write_result(result, folder)
    for section in result.page.sections:
        out.print(to_terminal(section))
    say(f"{result.figures.height:,} figures in {page}; as a table: validation.csv next to it.")
