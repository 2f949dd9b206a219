"""Build the indices in `examples/` from archives of real news: `python -m scripts.examples --news DIR --references DIR`.

Only values leave this script: dates, countries, numbers, phases. Each archive is read as by `tension run` and compared as by
`tension validate`, whose figures `docs/is-it-right.md` shows. The archives belong to third parties and are not in this repository.
"""

import argparse
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import typer

from pipeline.commands.console import exit_on_user_error
from pipeline.commands.run import run_index
from pipeline.commands.validate import validate_home
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report import palette
from pipeline.report.charts import (
    WIDTH,
    Chart,
    chart_title,
    describe_baseline,
    finish_chart,
    layer,
    pair_chart,
    panel_title,
    quantitative,
    to_png,
)
from pipeline.report.days_axis import DAY_MS, DaysAxis, midnight_ms
from pipeline.report.names import pair_title
from pipeline.report.one_scale import put_on_one_scale
from pipeline.settings import Settings
from pipeline.validation.independent_acts import read_independent_acts
from pipeline.validation.references import NAMES, read_references
from pipeline.validation.run import TABLE
from pipeline.validation.studies.agreement import EXCLUDED_DAYS, exclude_days
from pipeline.warehouse.lake import Lake, write_parquet

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
MAX_MEGABYTES = 3.0
SUNDAY = 7

#: Published columns of the two tables.
VALUES = (
    "tension", "tension_lo80", "tension_hi80", "tension_lo95", "tension_hi95", "tension_bilateral", "concession", "concession_lo80",
    "concession_hi80", "dialogue", "net_tension", "phase", "p_escalation", "p_de_escalation", "p_stalemate", "p_dialogue", "p_quiet",
    "is_thin", "signal_count", "article_count", "baseline_to", "index_version",
)  # fmt: skip
WEEKLY_VALUES = ("tension", "tension_lo80", "tension_hi80", "concession", "dialogue", "phase", "is_thin", "signal_count", "baseline_to")
DIGITS = 1
PROBABILITY_DIGITS = 2
REFERENCES = ("tpu", "trade_epu")

_LEFT = 45
_HEIGHTS = {"tension": 190, "reference": 90}
_ACT_COLOURS = {"escalation": palette.TENSION, "concession": palette.CONCESSION}


@dataclass(frozen=True)
class Archive:
    """An archive of news (`file` in the folder of the archives), and the pairs to publish.

    `name`: that of the folder of its home and results; `baseline`: the days whose average is 100, chosen before any result was seen;
    `title`: what the archive has, in words; `warning`: what a reader of its charts could misread.
    """

    name: str
    file: str
    pairs: tuple[str, ...]
    baseline: Days
    title: str
    warning: str = ""

    @property
    def chart_pair(self) -> str:
        """The pair whose charts are drawn: the first of `pairs`."""
        return self.pairs[0]

    @property
    def note(self) -> str:
        """Line under the titles of its charts."""
        return f"From {self.title}. {self.warning}".rstrip()


#: Pairs: the largest partners of the United States, and the pairs with three or more independent acts in the archive's years.
ARCHIVES = (
    Archive(
        "guardian-2018-2020",
        "guardian_headlines_2018_2020.parquet",
        ("CHN-USA", "EUN-USA", "CAN-USA", "MEX-USA", "JPN-USA", "IND-USA", "GBR-USA", "RUS-USA", "JPN-KOR"),
        Days(date(2018, 1, 1), date(2018, 12, 31)),
        "headlines of the Guardian",
    ),
    Archive(
        "white-house-2021-2026",
        "white_house_trade_2021_2026.parquet",
        (
            "CHN-USA",
            "EUN-USA",
            "CAN-USA",
            "MEX-USA",
            "JPN-USA",
            "KOR-USA",
            "IND-USA",
            "BRA-USA",
            "GBR-USA",
            "IDN-USA",
            "PHL-USA",
            "DEU-USA",
        ),
        Days(date(2021, 1, 20), date(2025, 1, 19)),  # the administration before
        "documents of the White House",
        "Some eight a month, all on trade: a value is the pair's share of them, so it stays if all double.",
    ),
    Archive(
        "reuters-1987",
        "reuters21578.parquet",
        ("JPN-USA", "EUN-USA", "CAN-USA", "EUN-JPN"),
        Days(date(1987, 2, 26), date(1987, 10, 20)),  # all: too short for a part
        "reports of Reuters",
    ),
)


def build_index(archive: Archive, news: Path, home: Path, days: Days | None = None) -> None:
    """Build the index of an archive in the folder `home`, as `tension run` does.

    `news`: folder of the archives; `days`: only these days are read, and no baseline is chosen; None for all days.
    """
    first, last, baseline = (days.first, days.last, None) if days else (None, None, archive.baseline)
    run_index([news / archive.file], ",".join(archive.pairs), first, last, baseline, home, None)


def write_values(lake: Lake, folder: Path) -> None:
    """Write the daily index of directions and pairs, and pairs by week.

    Days are Parquet, weeks CSV. A week has the values of its last day, Sunday.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in (TENSION_DAILY, TENSION_PAIR_DAILY):
        write_parquet(select_values(lake.read(table), table, VALUES), folder / f"{table.name}.parquet")
    weekly = select_values(lake.read(TENSION_PAIR_DAILY), TENSION_PAIR_DAILY, WEEKLY_VALUES)
    weekly.filter(pl.col("index_date").dt.weekday() == SUNDAY).write_csv(folder / "tension_pair_weekly.csv")


def select_values(frame: pl.DataFrame, table: Table, columns: Iterable[str]) -> pl.DataFrame:
    """Select key and `columns` of a table, sorted by key and rounded.

    `columns` that the table lacks are skipped. Probabilities (`p_…`) have two decimals, other floats one.
    """
    chosen = frame.select(*table.key, *(name for name in columns if name in table.schema)).sort(table.key)
    is_probability = pl.selectors.starts_with("p_")
    return chosen.with_columns(is_probability.round(PROBABILITY_DIGITS), (pl.selectors.float() - is_probability).round(DIGITS))


def write_charts(pair: str, lake: Lake, references: pl.DataFrame, note: str, folder: Path) -> None:
    """Draw two PNG charts of a pair, one with references and acts.

    `references`: indices by others (`read_references`). Acts are those that Wikipedia reports; only sure ones (`is_sure`) are drawn.
    `note` is the line under the titles.
    """
    daily = put_on_one_scale(lake.read)(TENSION_PAIR_DAILY).filter(pl.col("pair") == pair)
    (folder / f"{pair}.png").write_bytes(to_png(pair_chart(daily, note), scale=1))
    acts = read_independent_acts().filter("is_sure")
    (folder / f"{pair}-references.png").write_bytes(to_png(references_chart(daily, references, acts, note), scale=1))


def references_chart(daily: pl.DataFrame, references: pl.DataFrame, acts: pl.DataFrame, note: str = "") -> Chart:
    """Plot tension with dated acts above reference series by month.

    `daily`: rows of TENSION_PAIR_DAILY of one pair; `references`: result of `read_references`; only its series in REFERENCES are drawn.
    `acts`: `act_date`, `actor`, `target`, `polarity`. A series without a month in these days has no panel.
    """
    daily, pair = daily.sort("index_date"), str(daily["pair"][0])
    axis = DaysAxis.from_frame(daily, WIDTH - _LEFT - 10)
    dates = pl.col("period_date").is_between(axis.first.replace(day=1), axis.last)
    months = {
        name: exclude_days(references.filter((pl.col("reference") == name) & dates), name)
        .group_by(pl.col("period_date").dt.truncate("1mo"))
        .agg(pl.col("value").mean())
        .sort("period_date")
        for name in REFERENCES
    }
    months = {name: series for name, series in months.items() if not series.is_empty()}
    drawn = find_acts(acts, pair, axis)
    panels = [_tension_panel(daily, drawn, axis, has_dates=not months)]
    for n, (name, series) in enumerate(months.items(), start=1):
        # A month's point is at its middle, or at the start of the axis if the month began before.
        points = [
            {"at": midnight_ms(max(day, axis.first)) + (15 * DAY_MS if day >= axis.first else 0), "value": value}
            for day, value in series.iter_rows()
        ]
        points = [point for point in points if point["at"] < axis.end_ms]
        mark = {"type": "line", "color": palette.MUTED, "strokeWidth": 2, "point": {"color": palette.MUTED, "size": 22}}
        y = quantitative("value", title=None, axis={"tickCount": 3, "minExtent": _LEFT})
        plot = layer(points, mark, x=axis.x("at", has_labels=n == len(months)), y=y)
        panels.append(
            plot
            | {
                "width": axis.width,
                "height": _HEIGHTS["reference"],
                "title": panel_title(_name_series(name, axis)),
            }
        )
    title = chart_title(f"Trade tension {pair_title(pair)}", (note, f"100: {describe_baseline(daily)}", _describe_lines(drawn)))
    return finish_chart({"vconcat": panels, "spacing": 14, "title": title})


def _name_series(name: str, axis: DaysAxis) -> str:
    """Name a reference series and its unit, with the days of the axis that are left out."""
    title = NAMES[name].partition(" (")[0]
    days = EXCLUDED_DAYS.get(name)
    is_cut = days is not None and days.first <= axis.last and days.last >= axis.first
    left_out = f"; its level breaks, so {days.first:%B} to {days.last:%B %Y} are left out" if days and is_cut else ""
    return f"{title[:1].upper()}{title[1:]}: index, mean of the month{left_out}"


def find_acts(acts: pl.DataFrame, pair: str, axis: DaysAxis) -> pl.DataFrame:
    """Select day and polarity of a pair's acts within the days of an axis.

    Only escalations and concessions are selected; those of one polarity on one day count as one act.
    """
    inside = pl.col("act_date").is_between(axis.first, axis.last) & pl.col("polarity").is_in(list(_ACT_COLOURS))
    of_pair = pl.col("actor").is_in(pair.split("-")) & pl.col("target").is_in(pair.split("-"))
    return acts.filter(inside & of_pair).select("act_date", "polarity").unique().sort(pl.all())


def _describe_lines(acts: pl.DataFrame) -> str:
    """Say what the vertical lines are; empty if there are none.

    `acts`: result of `find_acts`.
    """
    polarities = set(acts["polarity"])
    kinds = [f"{polarity} ({palette.IN_WORDS[colour]})" for polarity, colour in _ACT_COLOURS.items() if polarity in polarities]
    return f"Vertical lines: acts that Wikipedia's Current Events report, {' and '.join(kinds)}." if kinds else ""


def _tension_panel(daily: pl.DataFrame, acts: pl.DataFrame, axis: DaysAxis, *, has_dates: bool) -> Chart:
    """Plot tension with its 80 % interval, and a vertical line for each act.

    `has_dates`: the axis of days has labels, as only that of the lowest panel has.
    """
    columns = ["index_date", "tension", "tension_lo80", "tension_hi80"]
    points = [
        {"at": midnight_ms(day) + DAY_MS // 2, "value": v, "low": lo, "high": hi} for day, v, lo, hi in daily.select(columns).iter_rows()
    ]
    x, y = axis.x("at", has_labels=has_dates), quantitative("value", title=None, axis={"tickCount": 4, "minExtent": _LEFT})
    band = layer(points, {"type": "area", "color": palette.TENSION, "opacity": 0.15}, x=x, y=quantitative("low"), y2={"field": "high"})
    lines = [
        layer(
            [{"at": midnight_ms(day) + DAY_MS // 2} for day in of_polarity["act_date"]],
            {"type": "rule", "color": _ACT_COLOURS[str(polarity)], "strokeWidth": 1, "opacity": 0.7},
            x=axis.x("at", has_labels=has_dates),
        )
        for (polarity,), of_polarity in sorted(acts.partition_by("polarity", as_dict=True).items())
    ]
    line = layer(points, {"type": "line", "color": palette.TENSION, "strokeWidth": 1.6}, x=x, y=y)
    title = panel_title("Tension by day, with 80 % interval")
    return {"layer": [band, *lines, line], "width": axis.width, "height": _HEIGHTS["tension"], "title": title}


def measure_size(folder: Path) -> Mapping[str, float]:
    """Return the size of each file in megabytes, by relative path.

    Files in subfolders are included.
    """
    return {str(path.relative_to(folder)): path.stat().st_size / 1e6 for path in sorted(folder.rglob("*")) if path.is_file()}


def main() -> None:
    """Build each archive's home, values, charts and figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, required=True, help="folder of the archives")
    parser.add_argument("--references", type=Path, required=True, help="folder of the reference series")
    parser.add_argument(
        "--homes",
        type=Path,
        default=ROOT / "data" / "examples",
        help="folder of the homes, which are deleted and built again [default: %(default)s]",
    )
    parser.add_argument("--out", type=Path, default=EXAMPLES, help="folder of the results [default: %(default)s]")
    parser.add_argument("--only", choices=[archive.name for archive in ARCHIVES], help="build one archive")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day, to try the script")
    parser.add_argument("--days", type=int, default=90, help="number of days with --from [default: %(default)s]")
    options = parser.parse_args()
    days = Days(options.first, options.first + timedelta(days=options.days - 1)) if options.first else None
    references = read_references(options.references)
    for archive in ARCHIVES:
        if options.only not in {None, archive.name}:
            continue
        home, folder = options.homes / archive.name, options.out / archive.name
        report = home / "validation"
        # The home of an earlier run has final baselines, perhaps of an earlier encoder, which would change the values.
        shutil.rmtree(home, ignore_errors=True)
        try:
            with exit_on_user_error():
                build_index(archive, options.news, home, days)
                validate_home(options.references, None, None, None, report, False, home)
        except typer.Exit as stop:
            sys.exit(stop.exit_code)
        lake = Lake(Settings(home=home).lake)
        write_values(lake, folder)
        write_charts(archive.chart_pair, lake, references, archive.note, folder)
        pl.read_parquet(report / f"{TABLE}.parquet").with_columns(pl.selectors.float().round(4)).write_csv(folder / f"{TABLE}.csv")
    sizes = measure_size(options.out)
    print("\n".join(f"{size:6.3f} MB  {name}" for name, size in sizes.items()))
    if sum(sizes.values()) > MAX_MEGABYTES:
        sys.exit(f"{options.out} has {sum(sizes.values()):.1f} MB; at most {MAX_MEGABYTES:g} are allowed: publish fewer pairs or columns")


if __name__ == "__main__":
    main()
