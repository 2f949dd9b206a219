"""Tables of documents that are derived from code; `documents.py` puts them into their documents."""

import ast
import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.contracts.model import Column
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.contracts.vocabulary import KIND, KIND_POLARITY, STATUS
from pipeline.index.parameters import WEIGHTS_FILE
from pipeline.models.build import models_to_run
from pipeline.models.model import Model
from pipeline.quality.cross_table import load_cross_table_checks
from pipeline.settings import Settings
from pipeline.settings.sources import Sources

ROOT = Path(__file__).parents[1]
SQL = ROOT / "sql"

_SENTENCE_END = re.compile(r"(?<=\.)(?<!e\.g\.)\s+(?=[A-Z])")


def render_table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Render heads and rows of cells as a Markdown table; `|` in cells is escaped."""
    cells = ([cell.replace("|", "\\|") for cell in row] for row in (heads, *rows))
    head, *lines = (f"| {' | '.join(row)} |" for row in cells)
    return "\n".join((head, "|---" * len(heads) + "|", *lines))


def render_kinds() -> str:
    """Render polarity and meaning of each kind of signal."""
    return render_table(
        ("kind", "polarity", "the government …"), ((f"`{kind}`", KIND_POLARITY[kind], text) for kind, text in KIND.words.items())
    )


def render_severities() -> str:
    """Render the severity of each kind of act by status.

    Each line ends with the nearest code of Goldstein (1992).
    """
    kinds = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    del kinds["general"], kinds["size"]
    rows = ((kind, *(_format_severity(row.get(status)) for status in STATUS.words), row["goldstein"]) for kind, row in kinds.items())
    return render_table(("kind", *STATUS.words, "nearest code of Goldstein (1992)"), rows)


def _format_severity(severity: float | None) -> str:
    return "" if severity is None else f"{severity:.2f}".removeprefix("0")


def render_columns(view: str) -> str:
    """Render a view's columns as a table, with meanings and allowed words.

    Allowed words are shown for columns that have a closed list of them. `view`: name in `VIEWS`.
    """
    return render_table(("column", "meaning"), ((f"`{column.name}`", _describe_column(column)) for column in VIEWS[view].columns))


def _describe_column(column: Column) -> str:
    words = column.vocabulary.words if column.vocabulary else {}
    meanings = "; ".join(f"`{word}`: {meaning}" for word, meaning in words.items())
    return f"{column.description.rstrip('.')}. {meanings}" if meanings else column.description


def render_csv(path: str) -> str:
    """Render a CSV file of the repository as a table; `path` starts at its root."""
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        heads, *rows = csv.reader(file)
    return render_table(heads, rows)


def render_overview() -> str:
    """Render the content of each upstream (a source that is fetched), and the tables with it."""
    return render_table(("name", "content", "shown in"), ((f"`{up.name}`", up.content, up.shown_in) for up in UPSTREAMS.values()))


def render_requests() -> str:
    """Render what is requested from each upstream (a source that is fetched), and when."""
    return render_table(
        ("name", "what is requested", "how often", "final (no longer requested)", "late after", "key"),
        (
            (
                f"`{one.name}`",
                one.requests,
                one.frequency,
                one.final_when,
                _format_days(one.late_after_days),
                _format_code(one.key_variable),
            )
            for one in UPSTREAMS.values()
        ),
    )


def render_licences() -> str:
    """Render licence, cadence and lag of each upstream (a source that is fetched)."""
    return render_table(
        ("name", "licence", "cadence", "lag"), ((f"`{one.name}`", one.licence, one.cadence, one.release_lag) for one in UPSTREAMS.values())
    )


def render_settings() -> str:
    """Render every setting with default and meaning, without those of the sources."""
    rows = _list_settings("", Settings)
    return render_table(("name", "default", "meaning"), (row for row in rows if not row[0].startswith("`sources.")))


def render_source_settings() -> str:
    """Render every setting of `[sources]` with default and meaning."""
    return render_table(("group and name", "default", "meaning"), _list_settings("sources.", Sources))


def render_packages() -> str:
    """Render each package of `pipeline/` with the first line of its docstring."""
    modules = sorted(ROOT.glob("pipeline/*/__init__.py"))
    docstrings = (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "" for module in modules)
    first_lines = (docstring.partition("\n")[0].rstrip(".") for docstring in docstrings)
    return render_table(("package", "content"), zip((f"`pipeline/{module.parent.name}/`" for module in modules), first_lines, strict=True))


def render_targets() -> str:
    """Render the targets of the Makefile with their descriptions."""
    lines = re.findall(r"^(?!help)([a-z]+):.*?## (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return render_table(("command", "what it does"), ((f"`make {name}`", description) for name, description in lines))


def render_models() -> str:
    """Render what each model (a SQL file or Python function) makes, in the order of running."""
    return render_table(("model", "what it makes"), map(_describe_model, models_to_run(TABLES.values(), {})))


def render_checks() -> str:
    """Render table and reason of each cross-table check."""
    checks = load_cross_table_checks(SQL / "checks")
    return render_table(
        ("check", "table", "reason"),
        ((f"`{one.name}`", f"`{one.table}`", one.reason if one.severity == "critical" else f"{one.reason} (warning)") for one in checks),
    )


def render_views() -> str:
    """Render what each view shows."""
    return render_table(
        ("view", "what it shows"), ((f"`{path.stem}`", _first_sentence(_read_head(path))) for path in sorted(SQL.glob("views/*.sql")))
    )


def render_macros(folder: str) -> str:
    """Render the call and the result of each macro in a folder of `sql/`."""
    heads = (_first_sentence(_read_head(path)).partition(": ") for path in sorted((SQL / folder).glob("*.sql")))
    return render_table(("call", "result"), ((f"`{call}`", result) for call, _, result in heads))


def _describe_model(model: Model) -> tuple[str, str]:
    """Return the two cells of a model: its name, and what it makes.

    The name is that of its SQL file or, for a model in Python, those of its tables, in italics.
    """
    if model.query is None:
        return ", ".join(f"*`{table.name}`*" for table in model.makes), f"{_first_sentence(model.description).rstrip('.')}."
    return f"`{model.query.path.parent.name}/{model.name}`", _first_sentence(_read_head(model.query.path))


def _read_head(path: Path) -> str:
    """Read the comment at the top of a SQL file as one line; `ValueError` if there is none."""
    head = re.match(r"(?:--.*\n)+", path.read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{path}: has no comment at its top; write there what the file makes")
    return " ".join(line.removeprefix("--").strip() for line in head[0].splitlines())


def _first_sentence(text: str) -> str:
    return _SENTENCE_END.split(text)[0]


def _list_settings(group: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    """Yield name, default and meaning of each setting, also of nested groups.

    `group` is the prefix of the names, e.g. `sources.`.
    """
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _list_settings(f"{group}{name}.", field.annotation)
        else:
            yield f"`{group}{name}`", _format_default(field), _describe_setting(group, name, field)


def _format_default(field: FieldInfo) -> str:
    """Return a setting's default; `bundled` for files of the package."""
    value: Any = field.default
    if field.default_factory or (isinstance(value, Path) and value.is_absolute()):
        return "bundled"
    if value in (None, "", (), {}):
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(_quote(part) for part in value)}]`"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _quote(value: str) -> str:
    return f'"{value}"'


def _describe_setting(group: str, name: str, field: FieldInfo) -> str:
    upstream = UPSTREAMS.get(group.removesuffix(".").rpartition(".")[2])
    note = f"; set it as the variable `{upstream.key_variable}` only" if upstream and name == "key" else ""
    return f"{field.description}{note}"


def _format_days(count: int) -> str:
    return f"{count} day{'s' if count > 1 else ''}"


def _format_code(text: str | None) -> str:
    return f"`{text}`" if text else "none"
