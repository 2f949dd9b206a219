"""Files for a command that reads texts and writes rows: articles or gold passages in, signals out, by the ending of the file's name."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipeline.contracts.instants import parse_instant
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import collect_rows, read_articles

#: What a reader is given: an id, the day (may be empty), the source, the text, and how long the headline in front of it is.
TEXTS = pl.Schema({"id": pl.String(), "date": pl.Date(), "source": pl.String(), "text": pl.String(), "title_length": pl.Int64()})


def read_texts(path: Path) -> pl.DataFrame:
    """Texts (`TEXTS`) of a file: gold passages (`id`, `text`) where its first line has a `text`, else articles.

    An article's text is its title, a blank line, its body, as given: offsets count from there. Its id is its `article_id`, or the name
    of its file and its row. `SourceError` when the file cannot be read or an id stands twice.
    """
    texts = _passages(path) if _holds_passages(path) else _articles(path)
    twice = texts.filter(pl.col("id").is_duplicated())
    if not twice.is_empty():
        raise SourceError(
            f"{path}: the id {twice['id'][0]!r} stands {twice.height} times; signals could not be told apart. Make ids unique"
        )
    return texts


def _holds_passages(path: Path) -> bool:
    if path.suffix not in (".jsonl", ".ndjson", ".json") or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as lines:
        first = next((line for line in lines if line.strip()), "")
    try:
        record = json.loads(first)
    except json.JSONDecodeError:
        return False
    return isinstance(record, dict) and "text" in record


def _passages(path: Path) -> pl.DataFrame:
    rows = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                rows.append(
                    {
                        "id": str(record["id"]),
                        "date": str(record.get("date") or ""),
                        "source": str(record.get("source") or ""),
                        "text": str(record["text"]),
                    }
                )
            except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise SourceError(f"{path}, line {number}: not a passage with id and text ({error}); mend or remove the line") from error
    frame = pl.DataFrame(rows, schema={"id": pl.String, "date": pl.String, "source": pl.String, "text": pl.String})
    return frame.select(
        "id", parse_instant(pl.col("date")).dt.date().alias("date"), "source", "text", pl.lit(0, pl.Int64).alias("title_length")
    )


def _articles(path: Path) -> pl.DataFrame:
    rows = collect_rows(read_articles([ArticleFiles(path=str(path))])).filter(pl.col("unreadable").is_null())
    title = pl.col("title").fill_null("")
    body = pl.col("body").fill_null("")
    return rows.select(
        pl.coalesce("article_id", "raw_id").alias("id"),
        pl.col("index_date").alias("date"),
        pl.col("source").fill_null(""),
        pl.concat_str(title, pl.lit("\n\n"), body).alias("text"),
        title.str.len_chars().cast(pl.Int64).alias("title_length"),
    )


def write_rows(frame: pl.DataFrame, path: Path) -> None:
    """Rows as .jsonl, .csv or .parquet, by temporary file and rename. `SourceError` for another ending."""
    writers: dict[str, Callable[[Path], object]] = {
        ".jsonl": frame.write_ndjson,
        ".csv": frame.write_csv,
        ".parquet": frame.write_parquet,
    }
    if path.suffix not in writers:
        raise SourceError(f"{path}: name the output by what it shall be: {', '.join(writers)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    writers[path.suffix](temporary)
    temporary.replace(path)
