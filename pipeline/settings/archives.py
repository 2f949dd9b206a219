"""Settings of article files: paths, and the archive's column names.

Does not belong here: reading files (`pipeline/sources/files/articles.py`).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from pipeline.contracts.instants import DateOrder

ArticleColumn = Literal["article_id", "source", "published_at", "fetched_at", "title", "body", "url"]


def _to_tuple(value: Any) -> Any:
    """Put a single text into a tuple; return any other value unchanged."""
    return (value,) if isinstance(value, str) else value


def expand_home(path: str) -> str:
    """Replace a leading `~` by the user's home folder.

    A leading `~name` is replaced by the home folder of that user; `ValueError` if there is no such user. No shell replaces them in a path
    that is in `tension.toml`.
    """
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError as error:
        raise ValueError(f"{path!r} begins with the home folder of a user that is not known; write the whole path") from error


def _require_encoding(encoding: str) -> str:
    """Return the name of a text encoding; `ValueError` for any other text."""
    try:
        b"a".decode(encoding, "replace")
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"{encoding!r} is not a known text encoding; write one, e.g. latin-1, cp1252, utf-16 or shift_jis") from error
    return encoding


#: Archive names of one column; the first that is not empty in a row is used.
Names = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1)], ...], BeforeValidator(_to_tuple), Field(min_length=1, max_length=20)
]


class ArticleFiles(BaseModel):
    """Article files of one archive.

    A plain path in the settings is an archive with the standard column names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: Annotated[str, AfterValidator(expand_home)] = Field(
        min_length=1, description="a file, a folder, or a pattern, e.g. /srv/news/*.jsonl.gz"
    )
    source: str | None = Field(None, description="outlet of rows that name none")
    columns: dict[ArticleColumn, Names] = Field(
        {},
        description="archive name of each column, e.g. title = 'headline'; dots select nested fields (title = 'headline.main'); of "
        "several names (body = ['text', 'lead_paragraph']) the first that is not empty is used",
    )
    encoding: Annotated[str, AfterValidator(_require_encoding)] | None = Field(
        None, description="text encoding, e.g. latin-1; none: UTF-8, else detected"
    )
    date_order: DateOrder | None = Field(None, description="order of the numbers in dates such as 04/05/2025; none: such rows are rejected")


def find_archives(paths: Iterable[str | Path], configured: Iterable[ArticleFiles]) -> tuple[ArticleFiles, ...]:
    """Return the configured archive of each path, else a plain one.

    The path must be that of the archive; a file in its folder is not in it.
    """
    known = {Path(archive.path).resolve(): archive for archive in configured}
    return tuple(known.get(Path(path).resolve(), ArticleFiles(path=str(path))) for path in paths)


def to_archive(value: Any) -> Any:
    """Convert a plain path to an archive with only a path.

    Any other value is returned unchanged, for validation.
    """
    return {"path": str(value)} if isinstance(value, str | Path) else value
