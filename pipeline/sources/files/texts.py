"""Files that the command `tension extract` reads and writes."""

import errno
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from pipeline.contracts.instants import parse_instant
from pipeline.durable_files import replacing, require_writable
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport, collect_rows, read_articles
from pipeline.spreadsheets import quote_formulas

#: Input of an extractor: id, day (may be null), source, text, and the length of the headline at its start.
TEXTS = pl.Schema({"id": pl.String(), "date": pl.Date(), "source": pl.String(), "text": pl.String(), "title_length": pl.Int64()})


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    frame.with_columns(quote_formulas(pl.col(pl.String))).write_csv(path)


#: Output formats by extension.
OUTPUTS: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {
    ".jsonl": pl.DataFrame.write_ndjson,
    ".csv": _write_csv,
    ".parquet": pl.DataFrame.write_parquet,
}


def read_texts(path: Path, notes: list[str] | None = None, archive: ArticleFiles | None = None) -> pl.DataFrame:
    """Read a file of articles, or of labelled passages, as `TEXTS`.

    Labelled passages are texts with the expected results of an extractor. A file has passages (`id`, `text`) if it is a JSON file whose
    first line that is not blank is an object with a `text`. The text of an article is its title, a blank line and its body, unchanged, so
    that offsets are valid. Its id is its `article_id`, or the name of its file and row. Of articles with the same id, source and day only
    the first by name of the row counts (`a.csv#10` is before `a.csv#2`), and unreadable rows of articles are dropped. Sentences on dropped
    rows and guessed encodings are added to `notes`. `archive`: columns and other settings of an article file. Raises `SourceError` if the
    file cannot be read, a passage has no id or text, or an id still occurs twice.
    """
    texts = _read_passages(path) if _has_passages(path) else _read_articles(path, [] if notes is None else notes, archive)
    repeated = texts.filter(pl.col("id").is_duplicated())
    if not repeated.is_empty():
        raise SourceError(f"{path}: the id {repeated['id'][0]!r} occurs more than once, so signals would be ambiguous. Make ids unique")
    return texts


def _has_passages(path: Path) -> bool:
    """Return whether the first line of a file is a labelled passage.

    That is a JSON object with a `text`; blank lines before it are skipped. False if the file is missing or not .jsonl, .ndjson or .json.
    """
    if path.suffix not in (".jsonl", ".ndjson", ".json") or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next((line for line in lines if line.strip()), "")
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "text" in record


def _read_passages(path: Path) -> pl.DataFrame:
    """Read labelled passages as `TEXTS`, without their labels.

    `title_length` is 0; a date that cannot be parsed is null. Ids and texts that are no strings are converted to strings.
    `SourceError` for a line that is not an object with `id` and `text`, or in which one of them is null.
    """
    rows = []
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                if record["id"] is None or record["text"] is None:
                    raise ValueError("id or text is null")
                row = {"id": record["id"], "date": record.get("date") or "", "source": record.get("source") or "", "text": record["text"]}
                # Lone surrogates are replaced, because Polars rejects them.
                rows.append({name: str(value).encode("utf-8", "replace").decode() for name, value in row.items()})
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise SourceError(f"{path}, line {number}: not a passage with id and text ({error}); fix or remove the line") from error
    frame = pl.DataFrame(rows, schema={"id": pl.String, "date": pl.String, "source": pl.String, "text": pl.String})
    return frame.select(
        "id", parse_instant(pl.col("date")).dt.date().alias("date"), "source", "text", pl.lit(0, pl.Int64).alias("title_length")
    )


def _read_articles(path: Path, notes: list[str], archive: ArticleFiles | None) -> pl.DataFrame:
    """Read articles as `TEXTS`, as a run would.

    Unreadable rows are dropped, and so are rows that repeat the id, source and day of one before; `notes` says so. They are sorted by name
    as text: row 10 of a file is before row 2.
    """
    report = ReadReport()
    rows = collect_rows(read_articles([archive or ArticleFiles(path=str(path))], report=report))
    notes += report.guessed_encodings
    unreadable = rows.filter(pl.col("unreadable").is_not_null())
    if not unreadable.is_empty():
        raw_id, reason = unreadable.select("raw_id", "unreadable").row(0)
        notes.append(f"{path}: rows left out because they cannot be read: {unreadable.height:,}, such as {raw_id} ({reason})")
    rows = rows.filter(pl.col("unreadable").is_null())
    title = pl.col("title").fill_null("")
    body = pl.col("body").fill_null("")
    texts = rows.select(
        "raw_id",
        pl.coalesce(pl.col("article_id").str.strip_chars().replace("", None), "raw_id").alias("id"),
        pl.col("index_date").alias("date"),
        pl.col("source").fill_null(""),
        pl.concat_str(title, pl.lit("\n\n"), body).alias("text"),
        title.str.len_chars().cast(pl.Int64).alias("title_length"),
    )
    is_first = pl.struct("id", "source", "date").is_first_distinct()  # a run drops the others too
    repeated = texts.filter(~is_first)["raw_id"]
    if not repeated.is_empty():
        count = f"{len(repeated):,}, such as {repeated[0]}"
        notes.append(f"{path}: rows left out because they repeat the id, source and day of another: {count}")
    return texts.filter(is_first).drop("raw_id")


def check_output(path: Path) -> None:
    """Raise an error if `write_rows` cannot write this file.

    It is `SourceError` for an extension not in `OUTPUTS`, `OSError` if the path is a folder or its folder cannot be written to.
    """
    if path.suffix not in OUTPUTS:
        raise SourceError(f"{path}: unknown output format; use one of the extensions {', '.join(OUTPUTS)}")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    require_writable(path.parent)


def write_rows(frame: pl.DataFrame, path: Path) -> None:
    """Write rows as .jsonl, .csv or .parquet.

    In CSV, text that a spreadsheet would take for a formula gets an apostrophe in front: text of articles is untrusted.
    Raises the errors of `check_output`.
    """
    check_output(path)
    with replacing(path) as temporary:
        OUTPUTS[path.suffix](frame, temporary)
