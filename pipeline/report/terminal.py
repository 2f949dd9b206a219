"""What the commands print: the last week, the stories behind it, what was found in a text, what a home holds, and what to do next.

Text of articles is hostile here too: everything that comes from outside goes through `plain`, so that it is no markup and moves no cursor.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline import clock
from pipeline.contracts.sources import RECENT_DAYS
from pipeline.report.names import short_day
from pipeline.report.plain import plain, visible
from pipeline.settings import SAMPLE_NOTE, Settings

_PHASE_STYLE = {"escalation": "bold red", "stalemate": "yellow", "de-escalation": "green", "dialogue": "cyan", "quiet": "dim"}
_POLARITY_STYLE = {"escalation": "bold red", "dialogue": "cyan", "concession": "green"}
_WEEK = 7
_STORIES = 5
_QUOTE_WIDTH = 160


def last_week(daily: pl.DataFrame, is_sample: bool) -> Table:
    """The last seven days of the pair with most evidence, and the last day of every other pair (`tension_pair_daily`)."""
    last: Any = daily["index_date"].max()
    table = Table(
        title=f"The week to {last}, both directions pooled; 100 = the pair's own baseline",
        caption="80 %: limits of tension. ~ thin: less than half of the value is data." + (f" {SAMPLE_NOTE}" if is_sample else ""),
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title_justify="left",
        caption_justify="left",
    )
    for name in ("day", "pair"):
        table.add_column(name, no_wrap=True)
    for name in ("tension", "80 %", "concession", "dialogue", "stalemate"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("phase", no_wrap=True)
    main = daily.group_by("pair").agg(pl.col("signal_count").sum()).sort("signal_count", "pair", descending=[True, False])["pair"][0]
    week = daily.filter((pl.col("pair") == main) & (pl.col("index_date") > pl.lit(last) - pl.duration(days=_WEEK))).sort("index_date")
    others = daily.filter((pl.col("pair") != main) & (pl.col("index_date") == last)).sort("pair")
    for row in (*week.iter_rows(named=True), *others.iter_rows(named=True)):
        table.add_row(
            short_day(row["index_date"]),
            row["pair"],
            f"{'~' if row['is_thin'] else ''}{row['tension']:.0f}",
            f"{row['tension_lo80']:.0f}-{row['tension_hi80']:.0f}",
            f"{row['concession']:.0f}",
            f"{row['dialogue']:.0f}",
            f"{row['stalemate']:.2f}",
            Text(row["phase"], style=_PHASE_STYLE[row["phase"]]),
        )
    return table


def biggest_stories(contributions: pl.DataFrame) -> Table:
    """The stories that add most points to the last day's values, both directions pooled (`contributions` of that day, with evidence)."""
    table = Table(title="The biggest stories behind the last day", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("pair", no_wrap=True)
    table.add_column("what")
    table.add_column("sentence", ratio=1)
    shown = (
        contributions.filter((pl.col("part") == "story") & ~pl.col("series").str.contains(">", literal=True))
        .sort("contribution", "series", "story_id", descending=[True, False, False])
        .head(_STORIES)
    )
    if shown.is_empty():
        table.add_row("", "", "", "no story in the last four half-lives: what the values hold is older, or the prior")
    for row in shown.iter_rows(named=True):
        quote = " ".join(row["quote"].split())
        quote = quote if len(quote) <= _QUOTE_WIDTH else quote[: _QUOTE_WIDTH - 1] + "…"
        what = f"{row['kind']} ({row['instrument'].replace('_', ' ')})"
        table.add_row(f"{row['contribution']:.1f}", row["series"], what, f"{plain(quote)} [dim]{plain(row['source'])}[/]")
    return table


def next_steps(settings: Settings) -> Text:
    """What a person does next with what was just published, one command a line, so that it can be copied."""
    published, home = settings.published, settings.home
    ask = f"import duckdb; print(duckdb.connect('{published / 'trade_tension.duckdb'}', read_only=True).sql('from today'))"
    steps = (
        ("ask it", f'{sys.executable} -c "{ask}"'),
        ("look at it", str(published / "report.html")),
        ("read it", f"{published / 'latest' / 'tension_daily'}/*.parquet"),
        ("doubt it", f"tension validate --home {home} --references SERIES"),
        ("see the run", "make ui" if home == Path("data") else f"make ui HOME_DIR={home}"),
        ("your articles", "tension run --articles PATH --home DIR"),
    )
    lines = Text("Next\n", style="italic")
    for what, how in steps:
        lines.append(f" {what:<14} ", style="bold not italic").append(f"{visible(how)}\n", style="not italic")
    return lines


def ran(out: Console, daily: pl.DataFrame, newest: pl.DataFrame, accounted: str, settings: Settings) -> None:
    """The end of a run: the last week, the stories behind its last day (`newest`), the accounts, what to do next."""
    out.print(last_week(daily, settings.is_sample))
    out.print(biggest_stories(newest))
    out.print(accounted, highlight=False)
    out.print(next_steps(settings), soft_wrap=True)


def failed_checks(err: Console, failed: Sequence[tuple[str, str, str]]) -> None:
    """Checks that failed, critical or not."""
    for table, check, detail in failed:
        err.print(f"[yellow]check failed:[/] {plain(table)}.{plain(check)}: {plain(detail)}", highlight=False)


def stale_tables(err: Console, reasons: Mapping[str, str]) -> None:
    """Say which side tables keep an earlier version, and why."""
    for table, reason in sorted(reasons.items()):
        err.print(f"[yellow]not rebuilt:[/] {plain(table)} keeps its last good version: {plain(reason)}", highlight=False)
    err.print("The index is published; run again once the cause is fixed.", highlight=False)


def notes(err: Console, said: Sequence[str]) -> None:
    """What a reader has to tell beside its findings."""
    for sentence in said:
        err.print(f"[yellow]note:[/] {plain(sentence)}", highlight=False)


def failures(err: Console, failed: Sequence[tuple[str, str]], home: Path) -> None:
    """Steps that failed, and where to look."""
    for step, message in failed:
        err.print(f"[bold red]failed:[/] {plain(step)}: {plain(message)}", highlight=False)
    err.print("What was published before is untouched, and nothing of a failed day was written.", highlight=False)
    err.print(f"See the run with: make ui HOME_DIR={plain(str(home))}", highlight=False)


def explained(out: Console, found: pl.DataFrame) -> None:
    """Sentence by sentence in reading order: what was found, how sure, by which reader, and by which words."""
    if found.is_empty():
        out.print("no signal: no government acts or speaks towards another on trade in this text", style="dim")
        return
    for (quote,), rows in found.partition_by("quote", as_dict=True, maintain_order=True).items():
        out.print(Text(visible(str(quote)), style="bold"))
        for row in rows.iter_rows(named=True):
            out.print(_finding(row), highlight=False)
            out.print(Padding(_reasons(row), (0, 0, 0, 4)), highlight=False)
        out.print()


def _finding(row: dict[str, Any]) -> Text:
    is_news = row["modality"] == "asserted"
    line = Text("  ", style="" if is_news else "dim")
    line.append(f"{row['actor']} > {row['target']}  {row['kind']}", style=_POLARITY_STYLE[row["polarity"]] if is_news else "")
    facts = [row["status"], row["instrument"].replace("_", " "), visible(row["product"])]
    facts += [f"{row['rate_pct']:g} %"] if row["rate_pct"] is not None else []
    facts += [f"{row['value_usd']:,.0f} USD"] if row["value_usd"] is not None else []
    facts += [word for word, flag in (("conditional", "is_conditional"), ("retaliation", "is_retaliation")) if row[flag]]
    line.append(f"  {', '.join(fact for fact in facts if fact)}")
    return line.append(f"  p {row['probability']:.2f} {row['tier']}" if is_news else f"  set aside: {row['modality']}", style="italic")


def _reasons(row: dict[str, Any]) -> Text:
    """Who was told by which words, and which reader found it by what."""
    line = Text(style="dim")
    line.append(f"who: {visible(row['actor_words']) or 'from the text around it'}; ")
    line.append(f"to whom: {visible(row['target_words']) or ('everyone' if row['target'] == '*' else 'from the text around it')}; ")
    if row["readers"] != "encoder":
        line.append(f"rule {row['rule_id']}: {visible(' … '.join(row['words']))}")
    else:
        line.append("no rule")
    return line.append(f"; encoder: {row['alternatives']}" if row["alternatives"] else "; encoder silent")


def status_lines(out: Console, lines: Sequence[tuple[str, str]]) -> None:
    """Print the state of a home, one line per topic."""
    table = Table.grid(padding=(0, 2))
    table.add_column("topic", style="bold", no_wrap=True)
    table.add_column("state", overflow="fold")
    for topic, state in lines:
        table.add_row(topic, plain(state))
    out.print(table)


def status(out: Console, accounted: str, rows: Sequence[tuple[str, str]], settings: Settings) -> None:
    """What a home holds, as names and values, and what to do next."""
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    for name, value in rows:
        table.add_row(name, plain(value))
    out.print(table)
    out.print(accounted, highlight=False)
    out.print(next_steps(settings), soft_wrap=True)


def sources(out: Console, standing: pl.DataFrame, asked_next: Mapping[str, datetime], settings: Settings) -> None:
    """Each source: when it last answered, rows, how new its data are, what is missing, when it is asked next; and what to do next.

    `standing` is of `pipeline.sources.upstream_status.STATUS` plus `row_count`; `asked_next` of those that a schedule asks, in UTC.
    """
    if standing.is_empty():
        out.print("No source yet: give article files with --articles, or switch upstreams on in tension.toml (see tension.example.toml).")
        return
    table = Table(
        title=f"Sources of {plain(str(settings.home))}",
        caption=f"gaps: what the source did not have; failed: what was not answered; both of the last {RECENT_DAYS} days. ! later than it "
        "should be. next: when its schedule asks, if that is switched on in the UI. Times are UTC.",
        box=box.SIMPLE_HEAD,
        padding=0,  # the box parts columns by a space; with more, years of lag would cut the last column of 80 off
        title_justify="left",
        caption_justify="left",
    )
    for name in ("source", "last success"):
        table.add_column(name, no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("data to", no_wrap=True)
    for name in ("lag", "gaps", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("next", no_wrap=True)
    for row in standing.iter_rows(named=True):
        is_late = row["is_late"] and row["is_on"]
        lag = "" if row["lag_days"] is None else f"{row['lag_days']} d"
        table.add_row(
            row["source"] + ("" if row["is_on"] else " (off)"),
            _format_last_success(row["last_success_at"]),
            f"{row['row_count'] or 0:,}",
            str(row["newest_date"] or "no data"),
            Text(f"{lag} !" if is_late else lag, style="bold red" if is_late else ""),
            *(f"{row[name]:,}" for name in ("missing", "failed")),
            f"{asked_next[row['source']]:%H:%M}" if row["is_on"] else "",
        )
    out.print(table)
    for row in standing.filter(pl.col("is_on") & pl.col("is_late") & pl.col("lag_days").is_not_null()).iter_rows(named=True):
        out.print(f"[bold red]{row['source']}:[/] its data are {row['lag_days']} days old, late after {row['late_after_days']}")
    for row in standing.filter(pl.col("last_problem") != "").iter_rows(named=True):
        out.print(f"[yellow]{row['source']}:[/] {plain(row['last_problem'])}", highlight=False, soft_wrap=True)
    home = plain(str(settings.home))
    ask = f" Ask now: tension fetch --home {home}." if standing["is_on"].any() and settings.sources.on else ""
    out.print(f"Next: tension run --home {home}.{ask} See the runs: make ui HOME_DIR={home}.", highlight=False, soft_wrap=True)


def _format_last_success(at: datetime | None) -> str:
    if at is None:
        return "never"
    return f"{at:today %H:%M}" if at.date() == clock.today() else f"{at:%Y-%m-%d}"


def accounted(days: str, coverage: pl.DataFrame, quarantine: pl.DataFrame, release: str) -> str:
    """Account for every row that came in (`coverage`), with the reasons of those in quarantine."""
    rows, accepted, duplicate, quarantined = coverage.select(pl.col("article_count", "accepted", "duplicate", "quarantined").sum()).row(0)
    reasons = quarantine["reason"].value_counts().sort("count", "reason", descending=[True, False])
    why = f" ({_listed(dict(reasons.iter_rows()))})" if quarantined else ""
    return (
        f"{rows:,} rows read of {plain(days)}: {accepted:,} articles, {duplicate:,} duplicates, {quarantined:,} in quarantine{why}. "
        f"Release {plain(release)}."
    )


def reading(read: int, not_read: Mapping[str, int]) -> str:
    """Say how many articles this run read for signals, and why not the others."""
    if not read and not not_read:
        return "This run read no articles for signals: none of their days changed."
    why = f" ({_listed(not_read)})" if not_read else ""
    return f"This run read {read:,} articles for signals; {sum(not_read.values()):,} were not read{why}."


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {plain(reason.replace('_', ' '))}" for reason, count in counts.items())
