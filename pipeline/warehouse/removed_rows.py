"""Note rows of article files that a run removes from the index.

A run removes rows that are in no article file any more. They are noted before the lake loses them, and forgotten once a release without
them was published and reported, so that no killed run hides them. Fetched articles do not count: no file has them. Nor do rows of the
quarantine (rejected rows), which were not in the index: a person corrects or removes them.
"""

from contextlib import suppress
from io import BytesIO

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.instants import parse_instant
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.warehouse.lake import Lake, LakeError

# A note has the rows themselves, because their hashes differ between versions of Polars.
_NOTED = pl.Schema({"index_date": pl.Date(), "source": pl.String(), "published_at": pl.Datetime("us", "UTC"), "link": pl.String()})
_NOTE = "removed_rows.parquet"
_COLUMNS = ("raw_id", "index_date", "source", "published_at", "url", "title")
_HASH = pl.struct("source", "published_at", "link").hash()
_DAYS_AT_ONCE = 31
# The run itself reports an earlier schema or a damaged file.
_UNREADABLE = (ContractError, LakeError, pl.exceptions.PolarsError)


def note_removed_rows(lake: Lake, new: Lake, days: Days) -> None:
    """Note usable rows of `days` that the lake has and `new` lacks.

    Call it before the files of `new` replace those of these days. Rows noted earlier stay. A noted row is not lost if it comes back, on
    whatever day, before it is reported (`find_removed_rows`). Days with an earlier schema or a damaged file count as empty.
    """
    if not lake.days_present(RAW_ARTICLES, days):
        return
    removed, present = _NOTED.to_frame(), _hash_rows(new, days)
    for part in days.split(_DAYS_AT_ONCE):
        with suppress(*_UNREADABLE):
            rows, quarantined = _read_rows(lake, part), lake.read(QUARANTINE, part, columns=["raw_id"])["raw_id"]
            usable = rows.filter(~pl.col("raw_id").is_in(quarantined.implode()))
            removed.extend(_drop_hashes(usable, present).select(_NOTED.names()))
    if not removed.is_empty():
        lake.change_note(_NOTE, lambda content: _dump(pl.concat([_parse(content), removed])))


def find_removed_rows(lake: Lake) -> pl.DataFrame:
    """Return the noted rows that the lake has on no day.

    The columns are `index_date`, `source`, `published_at` and `link` (the URL, or the title if there is none). The same article in another
    file counts as present, also if its time is written in another form, and in quarantine. Several copies of an article are one row.
    """
    noted, days = _parse(lake.read_note(_NOTE)), lake.span(RAW_ARTICLES)
    return noted if noted.is_empty() or days is None else _drop_hashes(noted, _hash_rows(lake, days))


def forget_removed_rows(lake: Lake) -> None:
    """Forget the noted rows: all came back, or were reported."""
    lake.change_note(_NOTE, lambda _: None)


def _hash_rows(lake: Lake, days: Days) -> pl.Series:
    """Hash source, time and link of the rows of article files."""
    hashes = pl.Series("hash", dtype=pl.UInt64)
    for part in days.split(_DAYS_AT_ONCE):
        with suppress(*_UNREADABLE):
            hashes.append(_read_rows(lake, part).select(hash=_HASH)["hash"])
    return hashes


def _read_rows(lake: Lake, days: Days) -> pl.DataFrame:
    """Read the rows that come from the user's article files.

    The columns are `raw_id` and those of a note.
    """
    is_fetched = pl.any_horizontal(
        holding.rows for upstream in UPSTREAMS.values() for holding in upstream.holdings if holding.table is RAW_ARTICLES
    )
    link = pl.when(pl.col("url").str.len_bytes() > 0).then("url").otherwise("title")
    rows = lake.read(RAW_ARTICLES, days, columns=_COLUMNS).filter(~is_fetched)
    return rows.select("raw_id", "index_date", "source", parse_instant(pl.col("published_at")), link=link)


def _drop_hashes(rows: pl.DataFrame, hashes: pl.Series) -> pl.DataFrame:
    return rows.filter(~_HASH.is_in(hashes.implode()))


def _parse(content: bytes | None) -> pl.DataFrame:
    """Return the rows of a note.

    Empty if there is no note, or it is damaged.
    """
    with suppress(pl.exceptions.PolarsError):
        rows = pl.read_parquet(BytesIO(content or b""), glob=False)
        if rows.schema == _NOTED:
            return rows
    return _NOTED.to_frame()


def _dump(rows: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    rows.unique().sort(_NOTED.names()).write_parquet(buffer)
    return buffer.getvalue()
