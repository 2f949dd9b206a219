"""Run all studies for a home, and write page and table.

Statistics are in `studies/`, wording in `page.py`, pictures in `charts.py`.
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
    CLUSTERING,
    DAILY_MASS,
    STORY_MASS,
    TENSION_DAILY,
    TENSION_PAIR_DAILY,
)
from pipeline.contracts.tables.stories import ARTICLES_READ, STORY_ARTICLES
from pipeline.errors import UserError
from pipeline.index.baseline import read_stored_baseline
from pipeline.index.parameters import LEAST_EVIDENCE, model_variables
from pipeline.models.build import build_table, build_tables
from pipeline.report.write import replace_file
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.signals.lexicon import load_lexicon
from pipeline.validation import page as pages
from pipeline.validation.contract import VALIDATION
from pipeline.validation.independent_acts import measure_agreement
from pipeline.validation.references import NAMES, REFERENCES, read_references
from pipeline.validation.studies import agreement, event_study, independent_study, rebuild
from pipeline.validation.studies.filter_studies import forecast_figures, simulation_figures
from pipeline.validation.studies.forecast import ForecastError, score_half_lives
from pipeline.validation.studies.keywords import KEYWORD_HITS, count_keyword_hits
from pipeline.validation.studies.leave_one_out import compare_without_source, drop_source, list_largest_sources
from pipeline.validation.studies.simulation import DISTURBED, SEED, SINGLE, simulate_coverage, simulate_pool
from pipeline.warehouse.home import is_sample_home
from pipeline.warehouse.lake import Lake, write_parquet

PAGE = "validation.html"
TABLE = "validation"
_DAYS_OF_TEXT = 31  # days whose texts are in memory at the same time
_CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)
_NO_TEXT = ("title", "body")
_NO_FIGURES = VALIDATION.empty()


class ValidationError(UserError, ValueError):
    """A home, pair or window cannot be validated."""


@dataclass(frozen=True)
class ValidationOptions:
    """Inputs and options of a validation.

    `pair`: None for the one with most signals. `first`, `last`: None for all days read. `events`: rows of `events.read_events()`, or
    None. `acts`: rows of `independent_acts.read_independent_acts()`, or None. `is_simulated`: whether to run the simulation study, which
    takes a minute.
    """

    references: Path | None = None
    pair: str | None = None
    first: date | None = None
    last: date | None = None
    events: pl.DataFrame | None = None
    acts: pl.DataFrame | None = None
    is_simulated: bool = True


@dataclass(frozen=True)
class ValidationResult:
    """All figures (rows of VALIDATION) and the content of the page."""

    figures: pl.DataFrame
    page: pages.Page


def validate(settings: Settings, options: ValidationOptions) -> ValidationResult:
    """Validate the index in the home of `settings` with all studies.

    Nothing is written. Raises `ValidationError` (home, pair, window), `SourceError` (references) or `ContractError` (lake).
    """
    index = _Index.open(settings, options)
    references = pl.DataFrame(schema=REFERENCES) if options.references is None else read_references(options.references)
    inputs = agreement.Inputs(index.tension, index.count_keyword_hits(), references, index.window, index.half_life_days)
    act_figures, acts_section = _study_independent_acts(index, inputs.keywords, options.acts)
    event_figures, events_section = _study_events(index, inputs.keywords, options.events)
    reference_figures, references_section = _compare_references(index, inputs)
    pairs = [index.pair, *(pair for pair in index.pairs if pair != index.pair)]
    placebos, variants = agreement.compare_placebo_pairs(inputs, pairs), agreement.compare_variants(inputs, index.pair)
    sources, source_notes = index.leave_out_sources()
    rebuilt = index.compare_with_rebuild()
    studies = pages.Studies(index.simulate_coverage() if options.is_simulated else None, index.forecast_stories())
    figures = pl.concat(
        [act_figures, event_figures, reference_figures, placebos, sources, variants, rebuilt, *_study_figures(studies, index.pair)]
    )
    sections = (
        acts_section,
        events_section,
        references_section,
        pages.placebo_section(placebos, index.pair),
        pages.sources_section(pl.concat([sources, variants]), index.pair, source_notes, index.note),
        pages.rebuild_section(rebuilt),
        *pages.studies_sections(studies, index.note),
    )
    return ValidationResult(figures, index.build_page(sections))


def write_result(result: ValidationResult, folder: Path) -> Path:
    """Write the page and the figures; return the page's path.

    The figures are written as Parquet and CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(result.figures, folder / f"{TABLE}.parquet")
    replace_file(folder / f"{TABLE}.csv", result.figures.write_csv().encode())
    replace_file(folder / PAGE, pages.render(result.page).encode())
    return folder / PAGE


@dataclass(frozen=True)
class _Index:
    """The index of a home, with the pair and window to validate."""

    lake: Lake
    settings: Settings
    tension: pl.DataFrame
    days_read: Days
    window: Days
    pair: str
    note: str

    @classmethod
    def open(cls, settings: Settings, options: ValidationOptions) -> "_Index":
        """Read the index of a home; choose pair and window.

        `ValidationError` if the home has no index.
        """
        lake = Lake(settings.lake)
        days_read, tension = lake.span(COVERAGE), lake.read(TENSION_PAIR_DAILY)
        if days_read is None or tension.is_empty():
            raise ValidationError(f"{settings.home} has no index to validate. Build one first: tension run --home {settings.home}")
        note = SAMPLE_NOTE if is_sample_home(settings.home, settings.is_sample) else ""
        return cls(lake, settings, tension, days_read, _choose_window(days_read, options), _choose_pair(tension, options.pair), note)

    @property
    def pairs(self) -> list[str]:
        """The published pairs, in alphabetical order."""
        return self.tension["pair"].unique().sort().to_list()

    @property
    def half_life_days(self) -> float:
        """Half-life with which the index was built.

        The settings may have changed since.
        """
        return float(self.tension["half_life_days"][-1])

    def count_keyword_hits(self) -> pl.DataFrame:
        """Count articles that match the keyword rule (KEYWORD_HITS).

        The texts of one month at a time are in memory.
        """
        names = {
            country["code"]: (*country["names"], *country["capitals"], *country["demonyms"])
            for country in load_lexicon("actors")["country"]
        }
        columns = ("index_date", *_NO_TEXT)
        parts = [
            count_keyword_hits(self.lake.read(ARTICLES, days, columns), names, self.pairs) for days in self.days_read.split(_DAYS_OF_TEXT)
        ]
        return pl.concat(parts) if parts else pl.DataFrame(schema=KEYWORD_HITS)

    def leave_out_sources(self) -> tuple[pl.DataFrame, list[str]]:
        """Rebuild the index without each of its largest sources and compare.

        Returns rows of VALIDATION, and notes for the page. With a single source there are no rows and a note says so.
        """
        coverage = self.lake.read(COVERAGE)
        sources = list_largest_sources(coverage)
        if not sources:
            return _NO_FIGURES, ["Not computed: the index without one source, because this home has a single source."]
        core = {table.name: self._read_without_text(table) for table in _CORE}
        complete, story_articles = self._build_channels(core), self.lake.read(STORY_ARTICLES)
        articles = dict(coverage.group_by("source").agg(pl.col("accepted").sum()).iter_rows())
        total = sum(articles.values())
        parts = [
            compare_without_source(
                complete, self._build_channels(drop_source(core, story_articles, source)), source, articles[source] / total
            )
            for source in sources
        ]
        return pl.concat(parts), []

    def compare_with_rebuild(self) -> pl.DataFrame:
        """Compute the index again from published masses and compare.

        Returns rows of VALIDATION.
        """
        story_mass, articles_read, baseline, clustering = (
            self.lake.read(table) for table in (STORY_MASS, ARTICLES_READ, BASELINE, CLUSTERING)
        )
        rebuilt = rebuild.rebuild_index(
            story_mass, articles_read, baseline, clustering, self.days_read.last, self.half_life_days, LEAST_EVIDENCE
        )
        directed = rebuild.measure_differences(self.lake.read(TENSION_DAILY), rebuilt, TENSION_DAILY.name)
        return pl.concat([directed, rebuild.measure_differences(self.tension, rebuilt, TENSION_PAIR_DAILY.name)])

    def simulate_coverage(self) -> pl.DataFrame:
        """Simulate how often the intervals contain the true rate (COVERAGE_STUDY).

        Once with stories that come singly and are read right, once in clusters and with wrong readings.
        """
        pool = simulate_pool(build_table, np.random.default_rng(SEED))
        return pl.concat(
            simulate_coverage(build_table, pool, half_life_days=self.half_life_days, arrivals=arrivals) for arrivals in (SINGLE, DISTURBED)
        )

    def forecast_stories(self) -> pl.DataFrame | None:
        """Score half-lives by forecasts for the chosen pair (HALF_LIFE_SCORES).

        None if there are no stories in the baseline window, or too few days to score.
        """
        try:
            return score_half_lives(
                self.settings.home.name, self.lake.read(DAILY_MASS), self.lake.read(STORY_MASS), self.lake.read(BASELINE), self.pair
            )
        except ForecastError:
            return None

    def build_page(self, sections: Sequence[pages.Section]) -> pages.Page:
        """Join the sections to a page.

        Its head describes the index as of its newest day.
        """
        last = self.tension.row(-1, named=True)
        return pages.Page(
            title="Trade Tension: validation",
            is_sample=bool(self.note),
            pair=self.pair,
            first=self.days_read.first,
            last=self.days_read.last,
            baseline=(last["baseline_from"], last["baseline_to"]),
            half_life_days=self.half_life_days,
            index_version=last["index_version"],
            sections=tuple(sections),
        )

    def _read_without_text(self, table: Table) -> pl.DataFrame:
        """Read a table with empty titles and bodies of articles.

        The index does not use the texts, and they need much memory.
        """
        if table is not ARTICLES:
            return self.lake.read(table)
        columns = [name for name in ARTICLES.schema.names() if name not in _NO_TEXT]
        return (
            self.lake.read(ARTICLES, columns=columns)
            .with_columns(pl.lit("").alias(name) for name in _NO_TEXT)
            .select(ARTICLES.schema.names())
        )

    def _build_channels(self, core: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """Build `channel_daily` from these tables, with the baseline windows of the home."""
        stored = read_stored_baseline(self.lake.read(BASELINE))
        parameters = model_variables(tuple(self.pairs), self.half_life_days, stored.window, self.days_read, stored.first_day)
        return build_tables(dict(core), [CHANNEL_DAILY], parameters)[CHANNEL_DAILY.name]


def _choose_window(days_read: Days, options: ValidationOptions) -> Days:
    """Return the requested window, cut to the days read.

    `ValidationError` if nothing remains.
    """
    first, last = options.first or days_read.first, options.last or days_read.last
    if last < first:
        raise ValidationError(f"the window {first} to {last} ends before it starts; swap --from and --to")
    if first > days_read.last or last < days_read.first:
        raise ValidationError(
            f"the window {first} to {last} is outside the days read, {days_read}; give days inside them with --from and --to"
        )
    return Days(max(first, days_read.first), min(last, days_read.last))


def _choose_pair(tension: pl.DataFrame, requested: str | None) -> str:
    """Return the requested pair, or the one with most signals.

    Its countries are in alphabetical order. `ValidationError` if it is no pair of this index.
    """
    pairs = tension.group_by("pair").agg(pl.col("signal_count").sum()).sort("signal_count", "pair", descending=[True, False])["pair"]
    if requested is None:
        return str(pairs[0])
    try:
        pair = "-".join(parse_pair(requested))
    except PairError as error:
        raise ValidationError(str(error)) from error
    if pair not in pairs:
        raise ValidationError(f"the pair {pair} has no index in this home; it has {', '.join(pairs.sort())}. Give one of them with --pair")
    return pair


def _study_events(index: _Index, keywords: pl.DataFrame, events: pl.DataFrame | None) -> tuple[pl.DataFrame, pages.Section]:
    """Run the event study; return figures and section.

    Only events within the window count. `keywords`: KEYWORD_HITS; `events`: None if no list was given.
    """
    no_path = pl.DataFrame(schema=event_study.PATH)
    if events is None:
        return _NO_FIGURES, pages.events_section(_NO_FIGURES, no_path, ["Not computed: no list of events was given."])
    counts = event_study.to_daily_counts(index.lake.read(DAILY_MASS), keywords)
    inside = events.filter(pl.col("event_date").is_between(pl.lit(index.window.first), pl.lit(index.window.last)))
    chosen = event_study.select_usable_events(inside, counts)
    notes = [f"{chosen.height} of {events.height} events are within {index.window} and have a published pair; the others are not used."]
    figures, path = event_study.run_event_study(chosen, counts), event_study.compute_event_path(chosen, counts)
    return figures, pages.events_section(figures, path, notes, index.note)


def _study_independent_acts(index: _Index, keywords: pl.DataFrame, acts: pl.DataFrame | None) -> tuple[pl.DataFrame, pages.Section]:
    """Score the index on the sure independent acts within the window.

    `keywords`: KEYWORD_HITS; `acts`: rows of `read_independent_acts`, or None. Returns figures and section.
    """
    if acts is None:
        return _NO_FIGURES, pages.independent_section(_NO_FIGURES, pl.DataFrame(schema=independent_study.ACT_RESULTS), ["Not computed."])
    sure = acts.filter(pl.col("is_sure") & pl.col("act_date").is_between(pl.lit(index.window.first), pl.lit(index.window.last)))
    results, figures = independent_study.study_acts(sure, index.lake.read(DAILY_MASS), keywords)
    notes = [
        f"{results.height} of {sure.height} sure acts within {index.window} are between countries whose pair is published.",
        f"The two mappings of all bullets agree at F1 {measure_agreement(acts):.2f}.",
    ]
    return figures, pages.independent_section(figures, results, notes)


def _study_figures(studies: pages.Studies, pair: str) -> list[pl.DataFrame]:
    """Convert results of simulation and forecast to VALIDATION.

    Those that were not run are left out.
    """
    coverage = [simulation_figures(studies.simulation)] if studies.simulation is not None else []
    return coverage + ([forecast_figures(studies.forecast, pair)] if studies.forecast is not None else [])


def _compare_references(index: _Index, inputs: agreement.Inputs) -> tuple[pl.DataFrame, pages.Section]:
    """Correlate the index with each reference series; return figures and section.

    Notes of the section name the references that could not be compared.
    """
    figures = agreement.correlate_with_references(inputs, index.pair)
    notes = []
    if inputs.references.is_empty():
        notes.append("Not computed: no reference series were given. Give a file or folder with --references PATH.")
    for name in inputs.references["reference"].unique().sort():
        if figures.filter(pl.col("reference") == name).is_empty():
            days = inputs.references.filter(pl.col("reference") == name)["period_date"]
            notes.append(
                f"Not compared: {NAMES[name]}. It covers {days[0]} to {days[-1]}, the index {index.window}; "
                f"fewer than {agreement.MIN_ROWS} whole months are in both."
            )
    months, name = _choose_months_to_plot(index, inputs)
    return figures, pages.agreement_section(figures, months, index.pair, name, NAMES, notes, index.note)


def _choose_months_to_plot(index: _Index, inputs: agreement.Inputs) -> tuple[pl.DataFrame, str]:
    """Choose the months (`align_series`) and the reference of the picture.

    It is the first reference in order of preference with `MIN_ROWS` months in common with the index; an empty frame and name if none has.
    """
    for name, frequency in agreement.list_comparisons(inputs):
        months = agreement.align_series(inputs, index.pair, name, frequency)
        if frequency == "month" and months.height >= agreement.MIN_ROWS:
            return months, name
    return pl.DataFrame(), ""
