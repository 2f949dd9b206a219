"""Readings for people to judge, and what their verdicts say.

A reading is a signal as read from one sentence; its mass is its weight in the index. Output is for terminal and page. Text of articles is
untrusted: all of it goes through `to_plain`.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Group
from rich.panel import Panel
from rich.table import Table

from pipeline.contracts.tables.audit import ALL_PAIRS
from pipeline.contracts.vocabulary import CHANNEL
from pipeline.report.names import format_count, percent
from pipeline.report.plain import to_plain
from pipeline.report.tables import add_columns, new_table


def describe_precision(precision: pl.DataFrame, pair: str = ALL_PAIRS) -> list[str]:
    """Say which share of each channel's judged mass is right.

    Mass is the weight of readings in the index; people judge readings, by channel (such as escalation). `precision`: rows of
    MASS_PRECISION; only those of `pair` are used (default: the rows of all pairs together). Returns a sentence for each channel that has a
    row.
    """
    by_channel = {row["channel"]: row for row in precision.filter(pl.col("pair") == pair).iter_rows(named=True)}
    return [_describe_channel(by_channel[channel]) for channel in CHANNEL.words if channel in by_channel]


def _describe_channel(row: Mapping[str, Any]) -> str:
    """Say which share of a channel's judged mass is right.

    Mass is the weight of readings in the index. `row`: of MASS_PRECISION. Without a precision (every judge was unsure), it says only that
    none was judged.
    """
    readings = format_count(row["reading_count"], "reading")
    judged = f"{row['judged_count']:,} of {readings} were judged, with {percent(row['judged_share'])} of the mass"
    if row["precision"] is None:
        return f"{row['channel']}: {judged}"
    text = (
        f"{row['channel']}: {percent(row['precision'])} of the judged mass is right (95 % interval {100 * row['lo95']:.0f} to "
        f"{percent(row['hi95'])}); {judged}; with the rest wrong or right, {100 * row['at_least']:.0f} to {percent(row['at_most'])} of all "
        f"mass is right"
    )
    if row["judged_twice_count"]:
        twice = format_count(row["judged_twice_count"], "reading")
        text += f"; of {twice} with two verdicts or more, judges agree on {percent(row['agreement'])}"
    return text


def listing_table(listing: pl.DataFrame, selection: str) -> Table:
    """Return a terminal table of the readings with most mass (weight).

    `listing`: rows of `add_opinions` (`pipeline/audit/listing.py`), all shown in this order. `selection`: words for what they were selected
    from, printed in the title. Below the probability is the tier (confidence), in `verdicts` what judges said.
    """
    table = new_table(
        f"The {format_count(listing.height, 'reading')} with the largest mass, {to_plain(selection)}",
        caption="share: of the channel's mass in this selection. p: probability that it is right.",
        show_lines=True,
    )
    add_columns(table, "mass", "share", "p")
    for name in ("reading", "sentence", "verdicts"):
        table.add_column(name, overflow="fold", ratio={"reading": 2, "sentence": 5}.get(name))
    for row in listing.iter_rows(named=True):
        alternatives = f"\n[dim]encoder: {to_plain(row['alternatives'])}[/]" if row["alternatives"] else ""
        table.add_row(
            f"{row['mass']:.2f}",
            f"{row['mass_pct']:.1f} %",
            f"{row['probability']:.2f}\n{row['tier']}",
            f"{to_plain(row['reading'])}{alternatives}",
            f"{to_plain(_join_lines(row['quote']))}\n[dim]{to_plain(row['source'])}, {row['published_at']:%Y-%m-%d}, {row['signal_id']}[/]",
            to_plain(row["opinions"]),
        )
    return table


def reading_card(row: Mapping[str, Any], number: int, count: int) -> Group:
    """Return a card with one reading, as a judge sees it.

    It has the sentence, the headline if that is another text, source, day and reading; not the probability or other verdicts, which could
    bias the judge. `row`: of `add_titles` (`pipeline/audit/listing.py`). `number` of `count` is printed above.
    """
    title = f"\n[dim]under the headline: {to_plain(_join_lines(row['title']))}[/]" if row["title"] not in {None, "", row["quote"]} else ""
    sentence = f"{to_plain(_join_lines(row['quote']))}{title}\n[dim]{to_plain(row['source'])}, {row['published_at']:%Y-%m-%d}[/]"
    return Group(Panel(sentence, title=f"{number} of {count}", title_align="left"), f"read as [bold]{to_plain(row['reading'])}[/]")


def _join_lines(text: str) -> str:
    return " ".join(text.split())
