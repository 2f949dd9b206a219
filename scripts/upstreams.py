"""Write the tables of upstreams in README.md and docs/operations.md from the records of upstreams: `make upstreams`.

A table is written between the lines `<!-- NAME -->` and `<!-- end -->`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.settings.sources import Sources

ROOT = Path(__file__).parents[1]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(heads)
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("| --- ", "|---").replace("--- |", "---|") for line in lines)


def overview_table() -> str:
    """What each upstream contains, and which tables show it."""
    return _table(("name", "what it gives", "where it goes"), ((f"`{one.name}`", one.content, one.shown_in) for one in UPSTREAMS.values()))


def request_table() -> str:
    """What is requested of each upstream, and when."""
    return _table(
        ("name", "what is requested", "how often", "final, and not requested again", "late after", "key"),
        (
            (f"`{one.name}`", one.requests, one.frequency, one.final_when, _days(one.late_after_days), _code(one.key_variable))
            for one in UPSTREAMS.values()
        ),
    )


def licence_table() -> str:
    """Licence, cadence and lag of each upstream."""
    return _table(
        ("name", "licence", "cadence", "lag"), ((f"`{one.name}`", one.licence, one.cadence, one.release_lag) for one in UPSTREAMS.values())
    )


def settings_table() -> str:
    """Every setting of `[sources]`, with its default and meaning."""
    return _table(("group and name", "default", "meaning"), _setting_rows("sources", Sources))


#: The tables of each document by the names in their marks.
TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "README.md": {"upstreams": overview_table},
    "docs/operations.md": {"settings of sources": settings_table, "requests": request_table, "licences": licence_table},
}


def fill_tables(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with each table between its marks; `ValueError` where the page has no such marks."""
    for name, render in tables.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->\n")
        if not (mark and end):
            raise ValueError(f"the page has no lines <!-- {name} --> and <!-- end -->, between which the table belongs; add them")
        page = f"{before}{mark}{render()}\n{end}{after}"
    return page


def _setting_rows(path: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _setting_rows(f"{path}.{name}", field.annotation)
        else:
            yield f"`{path}.{name}`", _default(field), _meaning(path, name, field)


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value in (None, "", (), {}):
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(_quoted(part) for part in value)}]`"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _quoted(value: str) -> str:
    return f'"{value}"'


def _meaning(path: str, name: str, field: FieldInfo) -> str:
    upstream = UPSTREAMS.get(path.rpartition(".")[2])
    note = f"; give it as the variable `{upstream.key_variable}` only" if upstream and name == "key" else ""
    return f"{field.description}{note}"


def _days(count: int) -> str:
    return f"{count} day{'s' if count > 1 else ''}"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else "none"


def write_tables() -> None:
    """Write the tables into their documents."""
    for name, tables in TABLES.items():
        path = ROOT / name
        path.write_text(fill_tables(path.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    write_tables()
