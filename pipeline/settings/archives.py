"""Settings of article files: where they lie, and what an archive calls what we call title, body and so on.

Belongs here: names, types and limits. Does not: reading files (`pipeline/sources/files.py`).
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ArticleColumn = Literal["article_id", "source", "published_at", "fetched_at", "title", "body", "url"]


class ArticleFiles(BaseModel):
    """The article files of one archive. A plain path in the settings is an archive that names everything as we do."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    path: str = Field(min_length=1, description="a file, a folder, or a pattern such as /srv/news/*.jsonl.gz")
    source: str | None = Field(None, description="outlet of the rows that name none")
    columns: dict[ArticleColumn, str] = Field({}, description="our column to the archive's, such as title = 'headline'")
    encoding: str | None = Field(None, description="encoding of its texts, such as latin-1; none: UTF-8, else as it looks")


def archive(given: Any) -> Any:
    """What stands in the settings for one archive: a path alone, or a table."""
    return {"path": str(given)} if isinstance(given, str | Path) else given
