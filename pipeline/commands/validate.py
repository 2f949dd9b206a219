"""`tension validate`: the index of a home compared with events, with reference series and with itself."""

from datetime import date
from pathlib import Path

from pipeline import validate
from pipeline.commands.console import err, out
from pipeline.index.validation.events import read_events
from pipeline.report.plain import plain
from pipeline.report.validation import printed
from pipeline.settings.reading import read_settings


def validate_home(
    references: Path | None,
    pair: str | None,
    first: date | None,
    last: date | None,
    folder: Path | None,
    simulation: bool,
    home: Path | None,
) -> None:
    """Validate a home, write the page and its table, and print each section."""
    settings = read_settings(home=home)
    asked = validate.Asked(references=references, pair=pair, first=first, last=last, events=read_events(), is_simulated=simulation)
    with err.status("holding the index against events, references and itself …"):
        done = validate.validate(settings, asked)
    page = validate.write(done, folder or settings.published)
    for section in done.page.sections:
        out.print(printed(section))
    out.print(f"{done.figures.height:,} figures. Look at {plain(str(page))}; the table is beside it.", highlight=False)
