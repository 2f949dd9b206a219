"""Names of columns in headers: which one is meant, and checks."""

from collections.abc import Collection, Iterable, Sequence

from pipeline.sources.errors import SourceError


def match_column(wanted: str, names: Collection[str]) -> str | None:
    """Return the name of a column as a file spells it.

    A name in another letter case, or with blanks around it, is also a match if there is only one and none is spelled exactly as `wanted`.
    None if there is no match.
    """
    if wanted in names:
        return wanted
    plain = fold_name(wanted)
    alike = {name for name in names if fold_name(name) == plain}
    return alike.pop() if len(alike) == 1 else None


def fold_name(name: str) -> str:
    """Return a name in lower case, without blanks around it."""
    return name.strip().casefold()


def reject_repeated_columns(header: Sequence[str], wanted: Iterable[str], place: object) -> None:
    """Raise `SourceError` if a header repeats a column that is read.

    `header`: the names of all columns; `wanted`: those that are read; `place`: the file, as named in the message. Other columns may be
    repeated.
    """
    if repeated := [name for name in wanted if header.count(name) > 1]:
        raise SourceError(f"{place}: the header repeats the column {', '.join(repeated)}. Rename or drop one of them")
