"""Time axis of charts, points of daily lines, runs of days.

Values are drawn at noon UTC. Instants are milliseconds since 1970, because text dates would be parsed in the machine's time zone.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.report.names import short_day, short_month

DAY_MS = 86_400_000
_LABEL_WIDTH = 44  # pixels that a date needs


def midnight_ms(day: date) -> int:
    """Milliseconds from 1970 to the start of a UTC day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


@dataclass(frozen=True)
class DaysAxis:
    """Time axis: days from `first` to `last`, inclusive, over `width` pixels."""

    first: date
    last: date
    width: int

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, width: int) -> "DaysAxis":
        """Make the axis of a frame sorted by `index_date`, not empty."""
        return cls(frame["index_date"][0], frame["index_date"][-1], width)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start_ms(self) -> int:
        """Start of the first day, in milliseconds since 1970."""
        return midnight_ms(self.first)

    @property
    def end_ms(self) -> int:
        """End of the last day, in milliseconds since 1970."""
        return midnight_ms(self.last) + DAY_MS

    def to_pixel(self, day: date) -> float:
        """Position of the day's noon, in pixels from the left."""
        return self.width * (midnight_ms(day) + DAY_MS / 2 - self.start_ms) / (self.end_ms - self.start_ms)

    def ticks(self) -> dict[int, list[str]]:
        """Choose the instants (milliseconds) to label, with their lines of text.

        There are about as many as fit. Labels are days, months or years. For days and months, the year is a second line of the first label,
        and of each label in another year than the one before. Days are labelled at noon, below their value; months and years where they
        begin.
        """
        marked, size = _choose_ticks(self.first, self.last, max(2, self.width // _LABEL_WIDTH))
        labels = {}
        for day, before in zip(marked, [None, *marked], strict=False):
            at = midnight_ms(day) + (DAY_MS // 2 if size == "day" else 0)
            name = {"day": short_day(day), "month": short_month(day), "year": f"{day.year}"}[size]
            is_new_year = size != "year" and (before is None or before.year != day.year)
            labels[at] = [name, f"{day.year}"] if is_new_year else [name]
        return labels

    def x(self, name: str, has_labels: bool = False) -> dict[str, Any]:
        """Return the Vega-Lite encoding of the time axis.

        `name`: the column of instants (milliseconds). It has grid lines at the ticks, and labels if `has_labels`.
        """
        marked = self.ticks()
        names = json.dumps({str(at): label for at, label in marked.items()})
        axis = {
            "values": list(marked),
            "labels": has_labels,
            "ticks": has_labels,
            "tickSize": 4,
            "labelExpr": f"({names})[toString(time(datum.value))]",
            "labelOverlap": False,
            "labelFlush": False,
            "title": None,
        }
        scale = {"type": "utc", "domain": [self.start_ms, self.end_ms], "nice": False}
        return {"field": name, "type": "temporal", "scale": scale, "axis": axis}


def daily_points(frame: pl.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Convert daily rows to points of a line, each at noon.

    `frame`: one row a day, sorted, not empty; `columns`: those to copy, rounded to hundredths. A point has its time as `at`, in
    milliseconds. Missing days are points without values, so that lines break there, as they do on days without a value. Two more points
    extend the line to the start of the first day and to the end of the last, so that a single day is a line too.
    """
    days = pl.DataFrame({"index_date": pl.date_range(frame["index_date"][0], frame["index_date"][-1], eager=True)})
    values = frame.select("index_date", *(pl.col(name).round(2) for name in columns))
    rows = days.join(values, on="index_date", how="left", maintain_order="left").to_dicts()
    points = [{"at": midnight_ms(row.pop("index_date")) + DAY_MS // 2, **row} for row in rows]
    opening = {**points[0], "at": points[0]["at"] - DAY_MS // 2}
    closing = {**points[-1], "at": points[-1]["at"] + DAY_MS // 2}
    return [opening, *points, closing]


def phase_runs(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Join consecutive days of equal `phase` into runs.

    `frame`: one row a day, sorted. A run has its `phase`, `start` (midnight before its first day) and `end` (midnight after its last day),
    in milliseconds. A missing day ends a run.
    """
    is_new = (
        (pl.col("phase") != pl.col("phase").shift()) | (pl.col("index_date") != pl.col("index_date").shift() + pl.duration(days=1))
    ).fill_null(value=True)
    runs = (
        frame.with_columns(run=is_new.cum_sum())
        .group_by("run", maintain_order=True)
        .agg(pl.col("index_date").first().alias("first"), pl.col("index_date").last().alias("last"), pl.col("phase").first())
    )
    return [
        {"start": midnight_ms(row["first"]), "end": midnight_ms(row["last"]) + DAY_MS, "phase": row["phase"]}
        for row in runs.iter_rows(named=True)
    ]


def _choose_ticks(first: date, last: date, room: int) -> tuple[list[date], str]:
    """Choose the days to label, at most about `room`.

    They are the first day and every 1, 2, 7 or 14 days after it, at most nine; for longer ranges the first day of every month, of every 2,
    3 or 6 months, or of every n years. If `room` is 2, there may be none. Returns them with their unit: `day`, `month` or `year`.
    """
    days = (last - first).days + 1
    for step in (1, 2, 7, 14):
        if days / step <= min(room, 9):
            return [first + timedelta(days=n) for n in range(0, days, step)], "day"
    step = next((size for size in (1, 2, 3, 6) if days / 30.4 / size <= room), 12 * math.ceil(days / 365 / room))
    opening, closing = (day.year * 12 + day.month - 1 for day in (first - timedelta(days=1), last))
    months = range(opening + 1 + -(opening + 1) % step, closing + 1, step)
    return [date(month // 12, month % 12 + 1, 1) for month in months], "year" if step % 12 == 0 else "month"
