"""Run all studies over a home, and write the page and the table of figures.

Belongs here: which tables each study needs, in which order, and what is missing for a part. Does not: statistics (`studies/`), words and
pictures (`page.py`, `charts.py`), formats of reference files (`references.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.contracts.countries import PairError, parse_pair
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import (
    BASELINE,
    CHANNEL_DAILY,
    DAILY_MASS,
    STORY_ARTICLES,
    STORY_MASS,
    TENSION_DAILY,
    TENSION_PAIR_DAILY,
)
from pipeline.errors import UserError
from pipeline.index.parameters import model_variables
from pipeline.models.build import build_table, build_tables
from pipeline.report.write import replace_file
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.signals.lexicon import load_lexicon
from pipeline.validation import page as shown
from pipeline.validation.contract import VALIDATION
from pipeline.validation.references import NAMES, REFERENCES, read_references
from pipeline.validation.studies import agreement, event_study, rebuild
from pipeline.validation.studies.filter_studies import of_forecast, of_simulation
from pipeline.validation.studies.forecast import ForecastError, forecast_by_half_life
from pipeline.validation.studies.keywords import KEYWORD_HITS, keyword_hits
from pipeline.validation.studies.leave_one_out import largest_sources, stability, without
from pipeline.validation.studies.simulation import SEED, coverage_of_limits, invented_pool
from pipeline.warehouse.home import is_sample_home
from pipeline.warehouse.lake import Lake, write_parquet

PAGE = "validation.html"
TABLE = "validation"
_DAYS_OF_TEXT = 31  # days whose texts are held at once
_CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)
_NO_TEXT = ("title", "body")
_NO_FIGURES = VALIDATION.empty()


class ValidationError(UserError, ValueError):
    """This home or these days cannot be validated; the message says why and what to give instead."""


@dataclass(frozen=True)
class Asked:
    """What is to be validated with what. `pair`: None for the one with most evidence; `first`, `last`: None for all days read.

    `events`: rows of `events.read_events()`, or None; `is_simulated`: whether to run the study of made-up rates, which takes a minute.
    """

    references: Path | None = None
    pair: str | None = None
    first: date | None = None
    last: date | None = None
    events: pl.DataFrame | None = None
    is_simulated: bool = True


@dataclass(frozen=True)
class Validated:
    """All figures (VALIDATION) and the page that shows them."""

    figures: pl.DataFrame
    page: shown.Page


def validate(settings: Settings, asked: Asked) -> Validated:
    """All parts for the home of `settings`. `ValidationError`, `SourceError` (references) and `ContractError` (lake) say what to mend."""
    record = _Record.open(settings, asked)
    references = pl.DataFrame(schema=REFERENCES) if asked.references is None else read_references(asked.references)
    inputs = agreement.Inputs(record.tension, record.keywords(), references, record.window, record.half_life_days)
    events, of_events = _events(record, inputs.keywords, asked.events)
    agreeing, of_references = _references(record, inputs)
    pairs = [record.pair, *(pair for pair in record.pairs if pair != record.pair)]
    others, variants = agreement.placebo(inputs, pairs), agreement.variants(inputs, record.pair)
    sources, alone = record.without_each_source()
    again = record.rebuild()
    studies = shown.Studies(record.simulation() if asked.is_simulated else None, record.forecast())
    figures = pl.concat([events, agreeing, others, sources, variants, again, *_of_studies(studies, record.pair)])
    sections = (
        of_references,
        of_events,
        shown.placebo_section(others, record.pair),
        shown.sources_section(pl.concat([sources, variants]), record.pair, alone, record.note),
        shown.rebuild_section(again),
        *shown.studies_sections(studies, record.note),
    )
    return Validated(figures, record.page(sections))


def write(validated: Validated, folder: Path) -> Path:
    """Write `validation.html`, `validation.csv` and `validation.parquet` into the folder, each by rename; the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(validated.figures, folder / f"{TABLE}.parquet")
    replace_file(folder / f"{TABLE}.csv", validated.figures.write_csv().encode())
    replace_file(folder / PAGE, shown.render(validated.page).encode())
    return folder / PAGE


@dataclass(frozen=True)
class _Record:
    """A home that holds an index, and what of it is looked at."""

    lake: Lake
    settings: Settings
    tension: pl.DataFrame
    read: Days
    window: Days
    pair: str
    note: str

    @classmethod
    def open(cls, settings: Settings, asked: Asked) -> "_Record":
        lake = Lake(settings.lake)
        read, tension = lake.span(COVERAGE), lake.read(TENSION_PAIR_DAILY)
        if read is None or tension.is_empty():
            raise ValidationError(
                f"{settings.home} holds no index yet, so there is nothing to validate. First: tension run --home {settings.home}"
            )
        note = SAMPLE_NOTE if is_sample_home(settings.home, settings.is_sample) else ""
        return cls(lake, settings, tension, read, _window(read, asked), _pair(tension, asked.pair), note)

    @property
    def pairs(self) -> list[str]:
        return self.tension["pair"].unique().sort().to_list()

    @property
    def half_life_days(self) -> float:
        """That of the index as it was made, whatever the settings say now."""
        return float(self.tension["half_life_days"][-1])

    def keywords(self) -> pl.DataFrame:
        """KEYWORD_HITS of all days; texts are held for a month at a time."""
        names = {
            country["code"]: (*country["names"], *country["capitals"], *country["demonyms"])
            for country in load_lexicon("actors")["country"]
        }
        columns = ("index_date", *_NO_TEXT)
        parts = [keyword_hits(self.lake.read(ARTICLES, days, columns), names, self.pairs) for days in self.read.split(_DAYS_OF_TEXT)]
        return pl.concat(parts) if parts else pl.DataFrame(schema=KEYWORD_HITS)

    def without_each_source(self) -> tuple[pl.DataFrame, list[str]]:
        """Figures of the index without each source, and what is missing."""
        coverage = self.lake.read(COVERAGE)
        sources = largest_sources(coverage)
        if not sources:
            return _NO_FIGURES, ["Left out: the index without one source. This home has a single source, and without it nothing is left."]
        core = {table.name: self._without_text(table) for table in _CORE}
        whole, told = self._channels(core), self.lake.read(STORY_ARTICLES)
        articles = dict(coverage.group_by("source").agg(pl.col("accepted").sum()).iter_rows())
        total = sum(articles.values())
        parts = [stability(whole, self._channels(without(core, told, source)), source, articles[source] / total) for source in sources]
        return pl.concat(parts), []

    def rebuild(self) -> pl.DataFrame:
        again = rebuild.rebuilt(self.lake.read(STORY_MASS), self.lake.read(COVERAGE), self.lake.read(BASELINE), self.half_life_days)
        directed = rebuild.differences(self.lake.read(TENSION_DAILY), again, TENSION_DAILY.name)
        return pl.concat([directed, rebuild.differences(self.tension, again, TENSION_PAIR_DAILY.name)])

    def simulation(self) -> pl.DataFrame:
        """How often the limits cover a made-up rate: the same for every home, since only half-life and method enter."""
        pool = invented_pool(build_table, np.random.default_rng(SEED))
        return coverage_of_limits(build_table, pool, half_life_days=self.half_life_days)

    def forecast(self) -> pl.DataFrame | None:
        """The forecast of the next day's stories of the pair, over half-lives; None where the baseline holds none."""
        try:
            return forecast_by_half_life(
                self.settings.home.name, self.lake.read(DAILY_MASS), self.lake.read(STORY_MASS), self.lake.read(BASELINE), self.pair
            )
        except ForecastError:
            return None

    def page(self, sections: Sequence[shown.Section]) -> shown.Page:
        last = self.tension.row(-1, named=True)
        return shown.Page(
            title="Trade Tension: validation",
            is_sample=bool(self.note),
            pair=self.pair,
            first=self.read.first,
            last=self.read.last,
            baseline=(last["baseline_from"], last["baseline_to"]),
            half_life_days=self.half_life_days,
            index_version=last["index_version"],
            sections=tuple(sections),
        )

    def _without_text(self, table: Table) -> pl.DataFrame:
        """The table; the index looks at no text of articles, so they are not loaded."""
        if table is not ARTICLES:
            return self.lake.read(table)
        columns = [name for name in ARTICLES.schema.names() if name not in _NO_TEXT]
        return (
            self.lake.read(ARTICLES, columns=columns)
            .with_columns(pl.lit("").alias(name) for name in _NO_TEXT)
            .select(ARTICLES.schema.names())
        )

    def _channels(self, core: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """`channel_daily` as it would be with this record, its baseline window being that of the home."""
        window = self.tension.row(-1, named=True)
        baseline = (window["baseline_from"], window["baseline_to"])
        given = model_variables(tuple(self.pairs), self.half_life_days, baseline, self.read)
        return build_tables(dict(core), [CHANNEL_DAILY], given)[CHANNEL_DAILY.name]


def _window(read: Days, asked: Asked) -> Days:
    first, last = asked.first or read.first, asked.last or read.last
    if last < first:
        raise ValidationError(f"the window {first} to {last} ends before it begins; swap --from and --to")
    if first > read.last or last < read.first:
        raise ValidationError(f"the window {first} to {last} lies outside the days read, {read}; give days inside with --from and --to")
    return Days(max(first, read.first), min(last, read.last))


def _pair(tension: pl.DataFrame, given: str | None) -> str:
    """The pair asked for, or that of which most was found."""
    counted = tension.group_by("pair").agg(pl.col("signal_count").sum()).sort("signal_count", "pair", descending=[True, False])["pair"]
    if given is None:
        return str(counted[0])
    try:
        pair = "-".join(parse_pair(given))
    except PairError as error:
        raise ValidationError(str(error)) from error
    if pair not in counted:
        raise ValidationError(
            f"the pair {pair} has no index in this home; it has {', '.join(counted.sort())}. Give one of them with --pair"
        )
    return pair


def _events(record: _Record, keywords: pl.DataFrame, events: pl.DataFrame | None) -> tuple[pl.DataFrame, shown.Section]:
    """Figures and section of the event study; events outside window and pairs are counted and said."""
    nothing = pl.DataFrame(schema=event_study.PATH)
    if events is None:
        return _NO_FIGURES, shown.events_section(_NO_FIGURES, nothing, ["Left out: no list of events is at hand."])
    counts = event_study.counted(record.lake.read(DAILY_MASS), keywords)
    inside = events.filter(pl.col("event_date").is_between(pl.lit(record.window.first), pl.lit(record.window.last)))
    chosen = event_study.usable(inside, counts)
    said = [f"{chosen.height} of {events.height} events lie within {record.window} and have a published pair; the others are not counted."]
    figures, path = event_study.event_study(chosen, counts), event_study.event_path(chosen, counts)
    return figures, shown.events_section(figures, path, said, record.note)


def _of_studies(studies: shown.Studies, pair: str) -> list[pl.DataFrame]:
    """The figures of the studies that were run."""
    of_limits = [of_simulation(studies.simulation)] if studies.simulation is not None else []
    return of_limits + ([of_forecast(studies.forecast, pair)] if studies.forecast is not None else [])


def _references(record: _Record, inputs: agreement.Inputs) -> tuple[pl.DataFrame, shown.Section]:
    """Figures and section of the reference series; references without overlap are named."""
    figures = agreement.agreement(inputs, record.pair)
    missing = []
    if inputs.references.is_empty():
        missing.append("Left out: no reference series were given. Give a folder of them with --references PATH.")
    for name in inputs.references["reference"].unique().sort():
        if figures.filter(pl.col("reference") == name).is_empty():
            days = inputs.references.filter(pl.col("reference") == name)["period_date"]
            missing.append(
                f"Left out: {NAMES[name]}. It is given for {days[0]} to {days[-1]}, the index for {record.window}; "
                f"fewer than {agreement.LEAST_ROWS} whole months are in both."
            )
    months, name = _drawn(record, inputs)
    return figures, shown.agreement_section(figures, months, record.pair, name, NAMES, missing, record.note)


def _drawn(record: _Record, inputs: agreement.Inputs) -> tuple[pl.DataFrame, str]:
    """The months of the first reference that has an overlap, and its name."""
    for name, frequency in agreement.comparisons(inputs):
        months = agreement.aligned(inputs, record.pair, name, frequency)
        if frequency == "month" and months.height >= agreement.LEAST_ROWS:
            return months, name
    return pl.DataFrame(), ""
