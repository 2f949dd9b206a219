"""The list of dated trade actions for the event study (`events.csv`).

The list was written without looking at the index; each row cites its source.
"""

from pathlib import Path

import polars as pl

EVENTS_FILE = Path(__file__).with_name("events.csv")

EVENTS_SCHEMA = pl.Schema(
    {
        "event_id": pl.String(),
        "event_date": pl.Date(),  # UTC day on which the act became public
        "effective_date": pl.Date(),  # day of effect, if known; may be before the event
        "actor": pl.String(),
        "target": pl.String(),
        "polarity": pl.String(),
        "kind": pl.String(),
        "instrument": pl.String(),
        "what": pl.String(),
        "source_title": pl.String(),
        "source_url": pl.String(),
        # What `source_url` leads to: the `document`, or a page of its `publisher`, where `source_title` says which document to look for.
        "link": pl.String(),
        "precision": pl.String(),  # of `event_date`: `day`, or `day-uncertain` if the act was published around midnight UTC
    }
)


def read_events() -> pl.DataFrame:
    """Read the list of events (`EVENTS_SCHEMA`), sorted by day and id.

    `polarity` is `escalation` or `concession`. A mutual act (kind `agreement`) has one row, with one of the two sides as the actor.
    """
    return pl.read_csv(EVENTS_FILE, schema=EVENTS_SCHEMA, glob=False).sort("event_date", "event_id")
