"""Settings of article files: where they lie, and what an archive calls what we call title, body and so on.

Belongs here: names, types and limits. Does not: reading files (`pipeline/sources/files/articles.py`).
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

ArticleColumn = Literal["article_id", "source", "published_at", "fetched_at", "title", "body", "url"]


def _one_or_more(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _known(encoding: str) -> str:
    try:
        b"a".decode(encoding, "replace")
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"{encoding!r} is no encoding of texts; write one such as latin-1, cp1252, utf-16 or shift_jis") from error
    return encoding


#: What an archive calls one of our columns, or several names of which a row's first that is not empty is taken.
Names = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1)], ...], BeforeValidator(_one_or_more), Field(min_length=1, max_length=20)
]


class ArticleFiles(BaseModel):
    """The article files of one archive. A plain path in the settings is an archive that names everything as we do."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: str = Field(min_length=1, description="a file, a folder, or a pattern such as /srv/news/*.jsonl.gz")
    source: str | None = Field(None, description="outlet of the rows that name none")
    columns: dict[ArticleColumn, Names] = Field(
        {},
        description="our column to the archive's, such as title = 'headline'; points lead into nested fields (title = 'headline.main'); "
        "of several (body = ['text', 'lead_paragraph']) the first that is not empty is taken",
    )
    encoding: Annotated[str, AfterValidator(_known)] | None = Field(
        None, description="encoding of its texts, such as latin-1; none: UTF-8, else as it looks"
    )


def archive(given: Any) -> Any:
    """What stands in the settings for one archive: a path alone, or a table."""
    return {"path": str(given)} if isinstance(given, str | Path) else given
