"""Ranges of UTC days, both ends included."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: English names of the months; not `strftime`, which depends on the locale of the machine.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Days:
    """Every day from `first` to `last`; `ValueError` if `last` is earlier.

    `day in days` is for a `date`; a `datetime` is never in them.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the last day {self.last} is earlier than the first, {self.first}; swap them")

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and not isinstance(day, datetime) and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if len(self) == 1 else f"{self.first} to {self.last}"

    def extend_back(self, days: int) -> "Days":
        """Return the range with its first day moved back by `days`."""
        return Days(self.first - timedelta(days=days), self.last)

    def extend(self, days: int) -> "Days":
        """Return the range extended by `days` on both sides."""
        return Days(self.first - timedelta(days=days), self.last + timedelta(days=days))

    def extend_to(self, other: "Days") -> "Days":
        """Return the range extended until no day is between it and `other`."""
        return Days(min(self.first, other.last + timedelta(days=1)), max(self.last, other.first - timedelta(days=1)))

    def split(self, length: int) -> Iterator["Days"]:
        """Split into consecutive ranges of `length` days; the last may be shorter."""
        for start in range(0, len(self), length):
            first = self.first + timedelta(days=start)
            yield Days(first, min(first + timedelta(days=length - 1), self.last))


def group_consecutive_days(days: Iterable[date]) -> Iterator[Days]:
    """Group ascending, distinct days into the longest ranges without gaps."""
    first = last = None
    for day in days:
        if first is None or last is None or day - last != timedelta(days=1):
            if first is not None and last is not None:
                yield Days(first, last)
            first = day
        last = day
    if first is not None and last is not None:
        yield Days(first, last)
