"""Check of headers of CSV files, for all readers of CSV."""

from collections.abc import Iterable, Sequence

from pipeline.sources.errors import SourceError


def reject_repeated_columns(header: Sequence[str], wanted: Iterable[str], place: object) -> None:
    """Raise `SourceError` if a header repeats a column that is read.

    `header`: the names of all columns; `wanted`: those that are read; `place`: the file, as named in the message. Other columns may be
    repeated.
    """
    if repeated := [name for name in wanted if header.count(name) > 1]:
        raise SourceError(f"{place}: the header repeats the column {', '.join(repeated)}. Rename or drop one of them")
