"""Run all studies of a home (folder of a run); write results.

Statistics are in `studies/`, wording in `page.py`, pictures in `charts.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from shlex import quote

import numpy as np
import polars as pl

from pipeline.contracts.countries import pair_name, parse_pair
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
from pipeline.durable_files import replace_file
from pipeline.errors import UserError
from pipeline.index.baseline import read_stored_baseline
from pipeline.index.parameters import LEAST_EVIDENCE, BaselineError, model_variables
from pipeline.models.build import build_table, build_tables
from pipeline.report.evidence import rank_pairs
from pipeline.settings import SAMPLE_NOTE, Settings
from pipeline.signals.lexicon import load_lexicon
from pipeline.spreadsheets import quote_formulas
from pipeline.validation import page as pages
from pipeline.validation.events import read_events
from pipeline.validation.independent_acts import measure_agreement, read_independent_acts
from pipeline.validation.references import NAMES, REFERENCES, read_references
from pipeline.validation.studies import agreement, event_study, independent_study, rebuild
from pipeline.validation.studies.filter_studies import forecast_figures, simulation_figures
from pipeline.validation.studies.forecast import HALF_LIFE_SCORES, ForecastError, score_half_lives
from pipeline.validation.studies.keywords import KEYWORD_HITS, count_keyword_hits
from pipeline.validation.studies.leave_one_out import compare_without_source, drop_source, list_largest_sources
from pipeline.validation.studies.simulation import (
    DISTURBED,
    EVOLUTIONS,
    OFTEN_MISREAD,
    REPLICATIONS,
    SEED,
    SINGLE,
    follow_filter_model,
    simulate_coverage,
    simulate_pool,
)
from pipeline.warehouse.home import is_sample_home
from pipeline.warehouse.lake import Lake, write_parquet
from pipeline.warehouse.open_lake import open_lake

PAGE = "validation.html"
TABLE = "validation"
_DAYS_OF_TEXT = 31  # days whose texts are in memory at the same time
_CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)
_NO_TEXT = ("title", "body")  # columns that are empty where texts are not needed

Part = tuple[pl.DataFrame, pages.Section]  # rows of VALIDATION, and the section that shows them


class ValidationError(UserError, ValueError):
    """The home (folder of a run), pair or window cannot be validated."""


@dataclass(frozen=True)
class ValidationOptions:
    """Inputs and options of a validation.

    `references`: a file or folder, None for no comparison. `pair`: None for the one with most signals. `first`, `last`: None for all days
    read. `events`, `acts`: rows like those of `read_events` and `read_independent_acts`. `replications`: numbers of expected stories per
    day to simulate, each with its number of pairs; empty to leave out the simulation, which takes a minute.
    """

    references: Path | None = None
    pair: str | None = None
    first: date | None = None
    last: date | None = None
    events: pl.DataFrame = field(default_factory=read_events)
    acts: pl.DataFrame = field(default_factory=read_independent_acts)
    replications: Mapping[int, int] = field(default_factory=lambda: REPLICATIONS)


@dataclass(frozen=True)
class ValidationResult:
    """All figures (rows of VALIDATION) and the content of the page."""

    figures: pl.DataFrame
    page: pages.Page


def validate(settings: Settings, options: ValidationOptions) -> ValidationResult:
    """Validate the index in the home of `settings` with all studies.

    The home is the folder of a run, its lake the tables in it. Nothing is written. Raises `ValidationError` (home, pair, window),
    `PairError`, `SourceError` (references), `ContractError` or `LakeError` (files of the lake), or as `open_lake` does.
    """
    index = _Index.open(settings, options)
    references = pl.DataFrame(schema=REFERENCES) if options.references is None else read_references(options.references)
    inputs = agreement.Inputs(index.tension, index.count_keyword_hits(), references, index.window, index.half_life_days)
    parts = [
        _study_independent_acts(index, inputs.keywords, options.acts),
        _study_events(index, inputs.keywords, options.events),
        _compare_references(index, inputs),
        _compare_placebos(index, inputs),
        _compare_sources(index, inputs),
        _compare_with_rebuild(index),
    ]
    if options.replications:
        study = _simulate_coverage(index, options.replications)
        parts.append((simulation_figures(study), pages.coverage_section(study, index.note)))
    parts.append(_forecast_stories(index))
    return ValidationResult(pl.concat(figures for figures, _ in parts), index.build_page([section for _, section in parts]))


def write_result(result: ValidationResult, folder: Path) -> Path:
    """Write the page as HTML, the figures as Parquet and CSV.

    In the CSV, text that begins like a formula gets an apostrophe in front. Returns the path of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_parquet(result.figures, folder / f"{TABLE}.parquet")
    replace_file(folder / f"{TABLE}.csv", result.figures.with_columns(quote_formulas(pl.col(pl.String))).write_csv().encode())
    replace_file(folder / PAGE, pages.render(result.page).encode())
    return folder / PAGE


@dataclass(frozen=True)
class _Index:
    """The index of a home, with the pair and window to validate.

    `tension`: rows of TENSION_PAIR_DAILY; `days_read`: first and last day of COVERAGE; `note`: a line for the pictures, empty unless the
    home is of the bundled sample.
    """

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

        Raises `ValidationError` if the home has no index, or if its index lacks the pair or all days of the window, `PairError` if the pair
        is no pair of countries.
        """
        lake = open_lake(settings)
        days_read, tension = lake.span(COVERAGE), lake.read(TENSION_PAIR_DAILY)
        if days_read is None or tension.is_empty():
            home = quote(str(settings.home))
            raise ValidationError(f"{settings.home} has no index to validate. Build one first: tension run --home {home}")
        note = SAMPLE_NOTE if is_sample_home(settings.home, settings.is_sample) else ""
        return cls(lake, settings, tension, days_read, _choose_window(days_read, options), _choose_pair(tension, options.pair), note)

    @property
    def pairs(self) -> list[str]:
        """The published pairs, in alphabetical order."""
        return self.tension["pair"].unique().sort().to_list()

    @property
    def half_life_days(self) -> float:
        """Half-life with which the index was built.

        It is that of the table's last row; the settings may have changed since.
        """
        return float(self.tension["half_life_days"][-1])

    def count_keyword_hits(self) -> pl.DataFrame:
        """Count articles that match the keyword rule (KEYWORD_HITS).

        They are counted for all days read and each published pair. The texts of `_DAYS_OF_TEXT` days at a time are in memory.
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

    def build_page(self, sections: Sequence[pages.Section]) -> pages.Page:
        """Join the sections to a page, with the facts of the index.

        The baseline and the version of the index are those of its newest day.
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

    def read_without_text(self, table: Table) -> pl.DataFrame:
        """Read a table without the texts of articles.

        Titles and bodies of ARTICLES are empty: building the index again does not use them, and they need much memory.
        """
        if table is not ARTICLES:
            return self.lake.read(table)
        columns = [name for name in ARTICLES.schema.names() if name not in _NO_TEXT]
        return (
            self.lake.read(ARTICLES, columns=columns)
            .with_columns(pl.lit("").alias(name) for name in _NO_TEXT)
            .select(ARTICLES.schema.names())
        )

    def build_channels(self, core: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """Build `channel_daily` from given tables of articles and findings.

        `core`: the tables of `_CORE` by name, perhaps without a source. The baseline is estimated again, from the same days as in the home;
        `BaselineError` if none of the articles counts in one of its windows.
        """
        stored = read_stored_baseline(self.lake.read(BASELINE))
        parameters = model_variables(tuple(self.pairs), self.half_life_days, stored.window, self.days_read, stored.first_day)
        return build_tables(dict(core), [CHANNEL_DAILY], parameters)[CHANNEL_DAILY.name]


def _choose_window(days_read: Days, options: ValidationOptions) -> Days:
    """Return the requested window, cut to the days read.

    None for its first or last day means that of the days read. `ValidationError` if it ends before it starts, or nothing remains.
    """
    first, last = options.first or days_read.first, options.last or days_read.last
    if options.first and options.last and last < first:
        raise ValidationError(f"the window {first} to {last} ends before it starts; swap --from and --to")
    if first > days_read.last or last < days_read.first:
        window = f"from {options.first} " * bool(options.first) + f"to {options.last} " * bool(options.last)
        raise ValidationError(f"the window {window}is outside the days read, {days_read}; give days inside them with --from and --to")
    return Days(max(first, days_read.first), min(last, days_read.last))


def _choose_pair(tension: pl.DataFrame, requested: str | None) -> str:
    """Return the requested pair, or the one with most signals.

    Its countries are in alphabetical order. `PairError` if it is no pair of countries, `ValidationError` if it is no pair of this index.
    """
    pairs = rank_pairs(tension)
    if requested is None:
        return pairs[0]
    pair = pair_name(*parse_pair(requested))
    if pair not in pairs:
        raise ValidationError(f"the pair {pair} has no index in this home; it has {', '.join(sorted(pairs))}. Give one of them with --pair")
    return pair


def _study_independent_acts(index: _Index, keywords: pl.DataFrame, acts: pl.DataFrame) -> Part:
    """Score the index on independent acts, those of Wikipedia's list.

    `keywords`: KEYWORD_HITS; `acts`: rows of `read_independent_acts`. Only those within the window that `is_sure` marks are used.
    """
    sure = acts.filter(pl.col("is_sure") & pl.col("act_date").is_between(index.window.first, index.window.last))
    results, figures = independent_study.study_acts(sure, index.lake.read(DAILY_MASS), keywords)
    notes = [
        f"{results.height} of {sure.height} sure acts within {index.window} are between countries whose pair is published.",
        f"The two mappings of all bullets agree at F1 {measure_agreement(acts):.2f}.",
    ]
    return figures, pages.independent_section(figures, results, notes)


def _study_events(index: _Index, keywords: pl.DataFrame, events: pl.DataFrame) -> Part:
    """Run the event study on the events within the window.

    `keywords`: KEYWORD_HITS; `events`: rows of `read_events`.
    """
    counts = event_study.to_daily_counts(index.lake.read(DAILY_MASS), keywords)
    inside = events.filter(pl.col("event_date").is_between(index.window.first, index.window.last))
    chosen = event_study.select_usable_events(inside, counts)
    notes = [f"{chosen.height} of {events.height} events are within {index.window} and have a published pair; the others are not used."]
    figures, path = event_study.run_event_study(chosen, counts), event_study.compute_event_path(chosen, counts)
    return figures, pages.events_section(figures, path, notes, index.note)


def _compare_references(index: _Index, inputs: agreement.Inputs) -> Part:
    """Correlate the index with each reference series.

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
                f"fewer than {agreement.MIN_ROWS} whole months, or days of a daily series, have a value in both."
            )
    months, name = _choose_months_to_plot(index, inputs)
    return figures, pages.agreement_section(figures, months, index.pair, name, NAMES, notes, index.note)


def _choose_months_to_plot(index: _Index, inputs: agreement.Inputs) -> tuple[pl.DataFrame, str]:
    """Choose the months (`align_series`) and the reference of the picture.

    It is the first reference in order of preference that shares at least `MIN_ROWS` months with the index; an empty frame and name if there
    is none.
    """
    for name, frequency in agreement.list_comparisons(inputs):
        months = agreement.align_series(inputs, index.pair, name, frequency)
        if frequency == "month" and months.drop_nulls(["index", "value"]).height >= agreement.MIN_ROWS:
            return months, name
    return pl.DataFrame(), ""


def _compare_placebos(index: _Index, inputs: agreement.Inputs) -> Part:
    """Correlate every pair with every reference, the chosen pair first.

    The other pairs are placebos, which should follow the references less.
    """
    figures = agreement.compare_placebo_pairs(inputs, sorted(index.pairs, key=lambda pair: pair != index.pair))
    return figures, pages.placebo_section(figures, index.pair)


def _compare_sources(index: _Index, inputs: agreement.Inputs) -> Part:
    """Compare the index with itself without each of its largest sources.

    The index is also compared with `agreement.VARIANTS` of itself, such as equal severities. With a single source there are variants only,
    and a note says so.
    """
    coverage = index.lake.read(COVERAGE)
    sources = list_largest_sources(coverage)
    parts, notes = [], []
    if sources:
        core = {table.name: index.read_without_text(table) for table in _CORE}
        complete, story_articles = index.build_channels(core), index.lake.read(STORY_ARTICLES)
        articles = dict(coverage.group_by("source").agg(pl.col("accepted").sum()).iter_rows())
        total = sum(articles.values())
        for source in sources:
            try:
                reduced = index.build_channels(drop_source(core, story_articles, source))
            except BaselineError:  # no article counts in a window
                notes.append(f"Not computed: the index without {source}, because a baseline window has no other source.")
                continue
            parts.append(compare_without_source(complete, reduced, source, articles[source] / total))
    else:
        notes.append("Not computed: the index without one source, because this home has a single source.")
    figures = pl.concat([*parts, agreement.compare_variants(inputs, index.pair)])
    return figures, pages.sources_section(figures, index.pair, notes, index.note)


def _compare_with_rebuild(index: _Index) -> Part:
    """Compare the index with a second computation from published masses.

    Masses are the weights of stories. The figures are the largest difference of each column.
    """
    read = index.lake.read
    rebuilt = rebuild.rebuild_index(
        read(STORY_MASS),
        read(ARTICLES_READ),
        read(BASELINE),
        read(CLUSTERING),
        index.days_read.last,
        index.half_life_days,
        LEAST_EVIDENCE,
    )
    directed = rebuild.measure_differences(read(TENSION_DAILY), rebuilt, TENSION_DAILY.name)
    figures = pl.concat([directed, rebuild.measure_differences(index.tension, rebuilt, TENSION_PAIR_DAILY.name)])
    return figures, pages.rebuild_section(figures)


def _simulate_coverage(index: _Index, replications: Mapping[int, int]) -> pl.DataFrame:
    """Simulate how often the intervals contain the true rate (COVERAGE_STUDY).

    The rate is the number of stories a day. There are three simulations: of stories that come singly and are read right; of stories that
    come in clusters, some of them misread; and of clusters with many misread stories, but only for a true rate that changes as the filter
    assumes. `replications`: as in `ValidationOptions`.
    """
    pool = simulate_pool(build_table, np.random.default_rng(SEED))
    assumed = {name: evolution for name, evolution in EVOLUTIONS.items() if evolution is follow_filter_model}
    return pl.concat(
        simulate_coverage(build_table, pool, index.half_life_days, replications, evolutions=evolutions, arrivals=arrivals)
        for arrivals, evolutions in ((SINGLE, EVOLUTIONS), (DISTURBED, EVOLUTIONS), (OFTEN_MISREAD, assumed))
    )


def _forecast_stories(index: _Index) -> Part:
    """Score half-lives by forecasts for the chosen pair.

    A note says so if there are no stories in the baseline window, or too few days to score.
    """
    read = index.lake.read
    notes: list[str] = []
    try:
        scores = score_half_lives(index.settings.home.name, read(DAILY_MASS), read(STORY_MASS), read(BASELINE), index.pair)
    except ForecastError as error:
        scores, notes = pl.DataFrame(schema=HALF_LIFE_SCORES), [f"Not computed: {error}."]
    return forecast_figures(scores, index.pair), pages.forecast_section(scores, notes, index.note)
