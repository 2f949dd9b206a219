"""Output of the commands: tables and lines for the terminal.

Text of articles is untrusted: all text from outside goes through `to_plain`, which escapes markup and replaces control characters, or
through `to_visible` where markup is not interpreted.
"""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.contracts.sources import RECENT_DAYS
from pipeline.contracts.vocabulary import DOUBT
from pipeline.report.evidence import MIN_NEWS_PCT, rank_pairs
from pipeline.report.names import format_count, long_day, short_day
from pipeline.report.plain import print_problem, to_plain, to_visible
from pipeline.report.tables import add_columns, new_table
from pipeline.settings import SAMPLE_NOTE, Settings

_PHASE_STYLE = {"escalation": "bold red", "stalemate": "yellow", "de-escalation": "green", "dialogue": "cyan", "quiet": "green dim"}
_POLARITY_STYLE = {"escalation": "bold red", "dialogue": "cyan", "concession": "green"}
_WEEK = 7
_STORIES = 5
_QUOTE_WIDTH = 160
_UNKNOWN_FILES_SHOWN = 3


def week_table(daily: pl.DataFrame, note: str) -> Table:
    """Return a table of the last seven days.

    It has these days of the pair with most signals in `daily`, and only the last day of the other pairs. Other pairs without data on that
    day are only named below the table, where `note` is too. `daily`: rows of TENSION_PAIR_DAILY, at least one.
    """
    last: Any = daily["index_date"].max()
    main = rank_pairs(daily)[0]
    week = daily.filter((pl.col("pair") == main) & (pl.col("index_date") > pl.lit(last) - pl.duration(days=_WEEK))).sort("index_date")
    others = daily.filter((pl.col("pair") != main) & (pl.col("index_date") == last)).sort("pair")
    without_data = others.filter(pl.col("phase") == "no data")["pair"]
    empty = f" No data on this day: {', '.join(without_data)} (--pairs chooses the pairs)." if len(without_data) else ""
    table = new_table(
        f"The week to {last}, both directions pooled; 100 = the pair's own baseline",
        caption=f"80 %: interval of tension. -: too little was read for a number.{empty} {note}".rstrip(),
    )
    add_columns(table, "day", "pair", justify="left")
    add_columns(table, "tension", "80 %", "concession", "stalemate")
    add_columns(table, "phase", justify="left")
    for row in (*week.iter_rows(named=True), *others.filter(pl.col("phase") != "no data").iter_rows(named=True)):
        table.add_row(
            short_day(row["index_date"]),
            row["pair"],
            _format_value(row["tension"]),
            "-" if row["is_thin"] else f"{row['tension_lo80']:.0f}-{row['tension_hi80']:.0f}",
            _format_value(row["concession"]),
            "-" if row["stalemate"] is None else f"{row['stalemate']:.2f}",
            Text(row["phase"], style=_PHASE_STYLE.get(row["phase"], "dim")),
        )
    return table


def _format_value(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def stories_table(contributions: pl.DataFrame, last: date) -> Table:
    """Return a table of the five biggest stories behind the newest values.

    `contributions`: rows of `evidence.named_contributions`, all of one day; the title names that day if it is not `last`, the last day of
    the index. A caption then says which stories are named. Without rows, one row says it.
    """
    days = contributions["index_date"].unique().to_list()
    day = "the last day" if days in ([], [last]) else f"{long_day(days[0])}, the last day with a story to name"
    table = new_table(f"The biggest stories behind {day}")
    add_columns(table, "points")
    add_columns(table, "pair", justify="left")
    table.add_column("what")
    table.add_column("sentence", ratio=1)
    shown = contributions.sort("contribution", "series", "story_id", descending=[True, False, False]).head(_STORIES)
    rule = (
        f"A story is named only if at least {MIN_NEWS_PCT} % of the value is news, not prior, and its sentence is of tier high."
        " The view contributions lists all."
    )
    if shown.is_empty():
        table.add_row("", "", "", f"none. {rule}")
    elif days != [last]:
        table.caption = rule
    for row in shown.iter_rows(named=True):
        quote = " ".join(row["quote"].split())
        quote = quote if len(quote) <= _QUOTE_WIDTH else quote[: _QUOTE_WIDTH - 1] + "…"
        what = f"{row['kind']} ({row['instrument'].replace('_', ' ')})"
        table.add_row(f"{row['contribution']:.1f}", row["series"], what, f"{to_plain(quote)} [dim]{to_plain(row['source'])}[/]")
    return table


def next_steps(settings: Settings, program: str) -> Text:
    """Return what to do next, one command or path per line.

    `program` is how the user calls `tension`.
    """
    published, home = settings.published, shlex.quote(str(settings.home))
    database = json.dumps(str(published / "trade_tension.duckdb"), ensure_ascii=False)
    query = f'import duckdb; print(duckdb.connect({database}, read_only=True).sql("from today"))'
    steps = (
        ("query", f"{shlex.quote(sys.executable)} -c {shlex.quote(query)}"),
        ("report", str(published / "report.html")),
        ("explore", f"{program} open --home {home}"),
        ("Parquet files", f"{published / 'latest' / 'tension_daily'}/*.parquet"),
        ("validate", f"{program} validate --home {home} --references SERIES (a CSV of another index, see docs/operations.md)"),
        ("see the run", "make ui" if settings.home == Path("data") else f"make ui HOME_DIR={home}"),
        *([("your articles", f"{program} run --articles PATH --home DIR")] if settings.is_sample else []),
    )
    lines = Text("Next\n", style="italic")
    for what, how in steps:
        lines.append(f" {what:<14} ", style="bold not italic").append(f"{to_visible(how)}\n", style="not italic")
    return lines


def print_run(
    out: Console, daily: pl.DataFrame, newest: pl.DataFrame, warning: str, row_counts: str, settings: Settings, program: str
) -> None:
    """Print what a run ends with.

    These are the last week of `daily` (TENSION_PAIR_DAILY) with a `warning` about the baseline, the biggest stories of `newest` (result of
    `evidence.named_contributions`), `row_counts` (a text), and what to do next (`next_steps`).
    """
    out.print(week_table(daily, " ".join(filter(None, (warning, SAMPLE_NOTE if settings.is_sample else "")))))
    out.print(stories_table(newest, daily["index_date"].max()))  # type: ignore[arg-type]  # a date
    out.print(row_counts, highlight=False)
    out.print(next_steps(settings, program), soft_wrap=True)


def print_failed_checks(err: Console, failed: Sequence[tuple[str, str, str, bool]]) -> None:
    """Print the failed checks, critical ones as errors, others as warnings.

    `failed`: table, check, description, and whether it is critical.
    """
    for table, check, detail, is_critical in failed:
        print_problem(err, "check failed" if is_critical else "warning", f"{table}.{check}: {detail}", is_error=is_critical)


def print_stale_tables(err: Console, reasons: Mapping[str, str]) -> None:
    """Print which side tables could not be rebuilt, and why.

    Side tables are those that the index does not need. `reasons`: the reason by name of the table.
    """
    for table, reason in sorted(reasons.items()):
        print_problem(err, "not rebuilt", f"{table} keeps its last good version, if it has one: {reason}", is_error=False)


def print_failed_upload(err: Console, reason: str, published: Path) -> None:
    """Print why the release was not uploaded, and that it is published.

    `published`: the folder with the releases.
    """
    print_problem(err, "not uploaded", reason, is_error=False)
    again = "unless the reason says otherwise, the next run tries to upload it again"
    err.print(f"The release is published in {to_plain(str(published))}; {again}.", highlight=False)


def print_notes(err: Console, sentences: Sequence[str]) -> None:
    """Print each sentence as a note on reading articles."""
    for sentence in sentences:
        print_problem(err, "note", sentence, is_error=False)


def print_failures(err: Console, failed: Sequence[tuple[str, str]], home: Path) -> None:
    """Print the steps that failed, and where to look.

    `failed`: step and message. Also prints that published data are unchanged, so it is not for an upload that failed alone
    (`print_failed_upload`).
    """
    for step, message in failed:
        print_problem(err, "failed", f"{step}: {message}")
    err.print("Published data are unchanged, and nothing was written for a failed day.", highlight=False)
    err.print(f"See the run with: make ui HOME_DIR={to_plain(shlex.quote(str(home)))}", highlight=False)


def print_explanation(out: Console, findings: pl.DataFrame) -> None:
    """Print each sentence with a signal, and the reasons for its signals.

    `findings`: all findings (signals as read) in one text, with `has_weight`: whether an act of its kind and status counts in the index. If
    there are none, that is printed.
    """
    if findings.is_empty():
        out.print("no signal found: no sentence was read as one in which a government acts or speaks towards another on trade", style="dim")
        return
    for (quote,), rows in findings.partition_by("quote", as_dict=True, maintain_order=True).items():
        out.print(Text(to_visible(str(quote)), style="bold"))
        for row in rows.iter_rows(named=True):
            out.print(_finding_line(row), highlight=False)
            out.print(Padding(_reasons_line(row), (0, 0, 0, 4)), highlight=False)
        out.print()


def _finding_line(row: dict[str, Any]) -> Text:
    """Describe a finding in one line: who, towards whom, what.

    At the end are its probability, its tier (of confidence), and a note if it does not count in the index. If the text does not assert it
    as news, the line ends with its modality (such as `negated`) and `not counted` instead.
    """
    is_asserted = row["modality"] == "asserted"
    line = Text("  ", style="" if is_asserted else "dim")
    line.append(f"{row['actor']} > {_name_target(row)}  {row['kind']}", style=_POLARITY_STYLE[row["polarity"]] if is_asserted else "")
    facts = [row["status"], row["instrument"].replace("_", " "), to_visible(row["product"])]
    facts += [f"{row['rate_pct']:g} %"] if row["rate_pct"] is not None else []
    facts += [f"{row['value_usd']:,.0f} USD"] if row["value_usd"] is not None else []
    facts += [word for word, flag in (("conditional", "is_conditional"), ("retaliation", "is_retaliation")) if row[flag]]
    line.append(f"  {', '.join(fact for fact in facts if fact)}")
    without_weight = "" if row["has_weight"] else ", does not count in the index"
    return line.append(
        f"  p {row['probability']:.2f} {row['tier']}{without_weight}" if is_asserted else f"  {row['modality']}, not counted",
        style="italic",
    )


def _name_target(row: dict[str, Any]) -> str:
    """Name a finding's target, with scope and exceptions: `* (asean, except VNM)`."""
    limits = ", ".join(
        [*([row["scope"]] if row["scope"] else []), *([f"except {row['exceptions'].replace(' ', ', ')}"] if row["exceptions"] else [])]
    )
    return f"{row['target']} ({limits})" if limits else str(row["target"])


def _reasons_line(row: dict[str, Any]) -> Text:
    """Say why a finding was made.

    The line has the words for both countries, the rule ("no rule" if only the encoder, a neural network, made the finding), the encoder's
    scores, and what makes the finding doubtful.
    """
    line = Text(style="dim")
    line.append(f"who: {to_visible(row['actor_words']) or 'from context'}; ")
    line.append(f"to whom: {to_visible(row['target_words']) or ('everyone' if row['target'] == '*' else 'from context')}; ")
    if row["readers"] != "encoder":
        line.append(f"rule {row['rule_id']}: {to_visible(' … '.join(row['words']))}")
    else:
        line.append("no rule")
    line.append(f"; encoder: {row['alternatives']}" if row["alternatives"] else "; encoder: no signal")
    return line.append("".join(f"; doubtful: {DOUBT.words[doubt]}" for doubt in row["doubts"]))


def print_status_lines(out: Console, lines: Sequence[tuple[str, str]]) -> None:
    """Print the state of a home; each line has topic and state."""
    table = Table.grid(padding=(0, 2))
    table.add_column("topic", style="bold", no_wrap=True)
    table.add_column("state", overflow="fold")
    for topic, state in lines:
        table.add_row(topic, to_plain(state))
    out.print(table)


def print_status(out: Console, row_counts: str, rows: Sequence[tuple[str, str]], settings: Settings, program: str) -> None:
    """Print facts about a home, row counts and next steps.

    `row_counts`: a text; `rows`: name and value of each fact; `program`: how the user calls `tension`.
    """
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    for name, value in rows:
        table.add_row(name, to_plain(value))
    out.print(table)
    out.print(row_counts, highlight=False)
    out.print(next_steps(settings, program), soft_wrap=True)


def print_sources(out: Console, states: pl.DataFrame, next_fetches: Mapping[str, datetime], settings: Settings, program: str) -> None:
    """Print the state of each source and next steps.

    It prints a table, then a line for each source that is on, has data and is late, and one for each with a problem; without sources, only
    how to get one. `states`: columns of `pipeline.sources.upstream_status.STATUS` and `row_count`. `next_fetches`: the next scheduled fetch
    of each source, in UTC. `program` is how the user calls `tension`.
    """
    if states.is_empty():
        out.print("No source yet: give article files with --articles, or switch upstreams on in tension.toml (see tension.example.toml).")
        return
    table = new_table(
        f"Sources of {to_plain(str(settings.home))}",
        caption=f"gaps: requests for which the source had no data; failed: requests that failed; both in the last {RECENT_DAYS} "
        "days. ! late. next: the scheduled fetch, if the schedule is switched on in the UI. Times are UTC.",
        padding=0,  # the box separates columns by a space; with padding the table would not fit into 80 columns
    )
    add_columns(table, "source", "last success", justify="left")
    add_columns(table, "rows")
    add_columns(table, "data to", justify="left")
    add_columns(table, "lag", "gaps", "failed")
    add_columns(table, "next", justify="left")
    for row in states.iter_rows(named=True):
        is_late = row["is_late"] and row["is_on"]
        lag = "" if row["lag_days"] is None else f"{row['lag_days']} d"
        table.add_row(
            row["source"] + ("" if row["is_on"] else " (off)"),
            _format_last_success(row["last_success_at"]),
            f"{row['row_count'] or 0:,}",
            str(row["newest_date"] or "no data"),
            Text(f"{lag} !" if is_late else lag, style="bold red" if is_late else ""),
            *(f"{row[name]:,}" for name in ("missing", "failed")),
            f"{next_fetches[row['source']]:%H:%M}" if row["is_on"] else "",
        )
    out.print(table)
    for row in states.filter(pl.col("is_on") & pl.col("is_late") & pl.col("lag_days").is_not_null()).iter_rows(named=True):
        out.print(f"[bold red]{row['source']}:[/] its data are {row['lag_days']} days old, late after {row['late_after_days']}")
    for row in states.filter(pl.col("last_problem") != "").iter_rows(named=True):
        out.print(f"[yellow]{row['source']}:[/] {to_plain(row['last_problem'])}", highlight=False, soft_wrap=True)
    home = to_plain(shlex.quote(str(settings.home)))
    tension = to_plain(program)
    # No full stop: it would become part of the path.
    out.print(f"Next: {tension} run --home {home}", highlight=False, soft_wrap=True)
    if states["is_on"].any() and settings.sources.on:
        out.print(f"Fetch now: {tension} fetch --home {home}", highlight=False, soft_wrap=True)
    out.print(f"See the runs: make ui HOME_DIR={home}", highlight=False, soft_wrap=True)


def _format_last_success(at: datetime | None) -> str:
    if at is None:
        return "never"
    return f"{at:today %H:%M}" if at.date() == clock.today() else f"{at:%Y-%m-%d}"


def describe_rows_read(days: str, coverage: pl.DataFrame, quarantine: pl.DataFrame, release: str) -> str:
    """Say how many rows were read, and what became of them.

    Each became an article, is a duplicate, or is in quarantine (rejected, with the reasons). `days` (days of the rows) and `release` (name
    of the release) are part of the text. `coverage`, `quarantine`: rows of COVERAGE and QUARANTINE.
    """
    rows, accepted, duplicate, quarantined = coverage.select(pl.col("article_count", "accepted", "duplicate", "quarantined").sum()).row(0)
    why = f" ({_count_reasons(quarantine)})" if quarantined else ""
    return (
        f"{format_count(rows, 'row')} read of {to_plain(days)}: {format_count(accepted, 'article')}, "
        f"{format_count(duplicate, 'duplicate')}, {quarantined:,} in quarantine{why}. "
        f"Release {to_plain(release)}."
    )


def describe_unknown_files(paths: Sequence[Path]) -> str:
    """Say which files of article folders are not read, if any."""
    if not paths:
        return ""
    shown = ", ".join(to_plain(str(path)) for path in paths[:_UNKNOWN_FILES_SHOWN])
    more = f" and {len(paths) - _UNKNOWN_FILES_SHOWN:,} more" if len(paths) > _UNKNOWN_FILES_SHOWN else ""
    return f"Not read, since their format is unknown: {shown}{more}."


def describe_earlier_days(read: Days | None, settings: Settings) -> str:
    """Say which days are from earlier runs, outside of this run's days.

    They stay in the index. Empty if there are none. `read`: first to last day in the lake (the stored tables); None before the first run.
    `settings` are those of the run.
    """
    if read is None:
        return ""
    before = [f"before {settings.first_day}"] if read.first < settings.first_day else []
    after = [f"after {settings.last_day}"] if settings.last_day and read.last > settings.last_day else []
    return f"The days {' and '.join([*before, *after])} are from earlier runs, with their articles." if before or after else ""


def describe_rejected_rows(coverage: pl.DataFrame, quarantine: pl.DataFrame) -> str:
    """Say how many rows are duplicates or quarantined, with reasons.

    `coverage`, `quarantine`: rows of COVERAGE and QUARANTINE.
    """
    rows, duplicates, quarantined = coverage.select(pl.col("article_count", "duplicate", "quarantined").sum()).row(0)
    why = f"{quarantined:,} in quarantine ({_count_reasons(quarantine)})" if quarantined else "none in quarantine"
    return f"{duplicates + quarantined:,} of {format_count(rows, 'row')} became no articles: {format_count(duplicates, 'duplicate')}, {why}"


def _count_reasons(quarantine: pl.DataFrame) -> str:
    """List the reasons of rows in quarantine with their counts, most first."""
    return _join_counts(dict(quarantine["reason"].value_counts().sort("count", "reason", descending=[True, False]).iter_rows()))


def describe_articles_read(read: int, not_read: Mapping[str, int]) -> str:
    """Describe how many articles this run read for signals.

    `read`: their number; `not_read`: number of the others, by reason. If no article was read or left out, the text says that no day
    changed.
    """
    if not read and not not_read:
        return "This run read no articles for signals: none of their days changed."
    total = sum(not_read.values())
    verb = "was" if total == 1 else "were"
    return f"This run read {format_count(read, 'article')} for signals; {total:,} {verb} not read{_name_reasons(not_read)}."


def describe_unread_articles(outcomes: pl.Series) -> str:
    """Describe how many articles were not read for signals, by reason.

    `outcomes`: one for each article, `read` or a reason.
    """
    counts = dict(outcomes.alias("outcome").value_counts().sort("count", "outcome", descending=[True, False]).iter_rows())
    counts.pop("read", None)
    return f"{sum(counts.values()):,} of {format_count(outcomes.len(), 'article')}{_name_reasons(counts)}"


def _name_reasons(counts: Mapping[str, int]) -> str:
    """Return counts by reason in brackets, or nothing without reasons."""
    return f" ({_join_counts(counts)})" if counts else ""


def _join_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {to_plain(reason.replace('_', ' '))}" for reason, count in counts.items())
