"""Write the tables of upstreams in README.md and docs/operations.md: `make upstreams`.

Each table is written between the lines `<!-- NAME -->` and `<!-- end -->`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.settings.sources import Sources

ROOT = Path(__file__).parents[1]


def _render_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(heads)
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("| --- ", "|---").replace("--- |", "---|") for line in lines)


def render_overview() -> str:
    """Render the content of each upstream and the tables that show it."""
    return _render_table(("name", "content", "shown in"), ((f"`{up.name}`", up.content, up.shown_in) for up in UPSTREAMS.values()))


def render_requests() -> str:
    """Render what is requested from each upstream, and when."""
    return _render_table(
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
    """Render licence, cadence and lag of each upstream."""
    return _render_table(
        ("name", "licence", "cadence", "lag"), ((f"`{one.name}`", one.licence, one.cadence, one.release_lag) for one in UPSTREAMS.values())
    )


def render_settings() -> str:
    """Render every setting of `[sources]` with default and meaning."""
    return _render_table(("group and name", "default", "meaning"), _list_settings("sources", Sources))


#: Tables of each document by the name in its marker.
TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "README.md": {"upstreams": render_overview},
    "docs/operations.md": {"settings of sources": render_settings, "requests": render_requests, "licences": render_licences},
}


def fill_tables(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with each table between its markers.

    Raises `ValueError` where markers are missing.
    """
    for name, render in tables.items():
        before, marker, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->\n")
        if not (marker and end):
            raise ValueError(f"the page lacks the lines <!-- {name} --> and <!-- end --> around the table; add them")
        page = f"{before}{marker}{render()}\n{end}{after}"
    return page


def _list_settings(path: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _list_settings(f"{path}.{name}", field.annotation)
        else:
            yield f"`{path}.{name}`", _format_default(field), _describe_setting(path, name, field)


def _format_default(field: FieldInfo) -> str:
    value: Any = field.default
    if value in (None, "", (), {}):
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(_quote(part) for part in value)}]`"
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _quote(value: str) -> str:
    return f'"{value}"'


def _describe_setting(path: str, name: str, field: FieldInfo) -> str:
    upstream = UPSTREAMS.get(path.rpartition(".")[2])
    note = f"; set it as the variable `{upstream.key_variable}` only" if upstream and name == "key" else ""
    return f"{field.description}{note}"


def _format_days(count: int) -> str:
    return f"{count} day{'s' if count > 1 else ''}"


def _format_code(text: str | None) -> str:
    return f"`{text}`" if text else "none"


def write_tables() -> None:
    """Write the tables into their documents."""
    for name, tables in TABLES.items():
        path = ROOT / name
        path.write_text(fill_tables(path.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    write_tables()
