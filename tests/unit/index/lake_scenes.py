"""Small lakes for the tests of the SQL: a few hand-written articles and findings, and the tables built from them.

Belongs here: how a scene is written and built. Does not: what it shows (the tests).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from filelock import FileLock

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.audit import MASS_PRECISION
from pipeline.contracts.tables.contributions import CONTRIBUTIONS, TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, READING_OUTCOMES, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.measures import MEASURE_REPORTS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.tables.threats import THREAT_RATES
from pipeline.contracts.tables.vintages import REVISIONS
from pipeline.contracts.vocabulary import KIND, KIND_POLARITY
from pipeline.index.parameters import model_variables
from pipeline.models.build import build_tables
from pipeline.models.model import Frames
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import read_query, select

Row = dict[str, Any]

DAY = date(2025, 4, 4)
HALF_LIFE = 7.0
ALL = (TENSION_DAILY, TENSION_PAIR_DAILY, TOP_CONTRIBUTIONS, REVISIONS, MEASURE_REPORTS, THREAT_RATES, MASS_PRECISION)


def day(number: int) -> date:
    """Return the day that is `number` days after the first day of the scenes."""
    return DAY + timedelta(days=number)


def article(name: str, on: date = DAY, **changes: Any) -> Row:
    """An article named `source:number`, accepted on that day, with invented text."""
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return {
        "article_id": name, "index_date": on, "source": name.partition(":")[0],
        "source_owner": name.partition(":")[0], "published_at": at, "first_seen_at": at,
        "title": f"Headline of {name}", "body": "Ruritania acts. " * 3, "url": f"https://wire.example/{name}",
        "text_sha256": name, "raw_id": f"raw {name}",
    } | changes  # fmt: skip


def finding(of: Row, kind: str = "measure", status: str = "announced", probability: float = 1.0, **changes: Any) -> Row:
    """A finding in an article: by default a tariff announced by China against the USA, with probability 1."""
    fields = {"actor": "CHN", "target": "USA", "instrument": "tariff", "modality": "asserted", "product": ""} | changes
    general = {"scope": fields.get("scope", "all") if fields["target"] == "*" else None, "exceptions": fields.get("exceptions", "")}
    text = f"{of['title']}\n\n{of['body']}"
    identity = (of["article_id"], kind, status, str(probability), *(str(fields[name]) for name in sorted(fields)))
    return {name: of[name] for name in ("article_id", "index_date", "source", "published_at", "url")} | {
        "signal_id": " ".join(identity), "span_start": 0, "span_end": len(of["title"]), "quote": text[: len(of["title"])],
        "kind": kind, "polarity": KIND_POLARITY[kind], "status": status, "is_retaliation": False, "is_conditional": False,
        "rate_pct": None, "value_usd": None, "probability": probability, "extractor": "rules", "extractor_version": "0.1.0",
        "lexicon_sha": "5b1d7c9a0e3f", "rule_id": "impose.restriction",
    } | fields | general  # fmt: skip


def link(one: Row, earlier: Row) -> Row:
    """The story link from an article to an earlier one."""
    return {
        "article_id": one["article_id"],
        "index_date": one["index_date"],
        "earlier_article_id": earlier["article_id"],
        "similarity": 1.0,
    }


def story_in_sources(sources: int, on: date = DAY) -> tuple[list[Row], list[Row]]:
    """One story in that many sources: its articles, the first one first, and the links of the others to it."""
    articles = [article(f"S{number:02d}:1", on) for number in range(sources)]
    return articles, [link(one, articles[0]) for one in articles[1:]]


@dataclass(frozen=True)
class Scene:
    """Contents of the lake before the index is built.

    `read`: numbers of accepted articles by (source, day), where they differ from the articles in the scene. `least_evidence`: 0 publishes
    all values, though scenes are small; `least_days`: 1 completes a baseline.
    """

    articles: Sequence[Row] = ()
    findings: Sequence[Row] = ()
    links: Sequence[Row] = ()
    read: Mapping[tuple[str, date], int] | None = None
    pairs: tuple[str, ...] = ("CHN-USA",)
    baseline: tuple[date, date] | None = None
    half_life_days: float = HALF_LIFE
    least_evidence: float = 0.0
    least_days: int = 1


@dataclass(frozen=True)
class Built:
    """Built tables, in a lake or in memory, and the variables of the models."""

    tables: Lake | Frames
    variables: dict[str, Any]

    @property
    def lake(self) -> Lake:
        """The lake; tables in memory have none."""
        assert isinstance(self.tables, Lake)
        return self.tables

    def read(self, table: Table) -> pl.DataFrame:
        """Return the rows of a table, sorted by key."""
        return self.tables.read(table) if isinstance(self.tables, Lake) else self.tables[table.name]

    def rows(self, table: Table, **where: Any) -> list[Row]:
        """Rows of a table in which the columns have these values, sorted by key."""
        return self.read(table).filter(pl.lit(value=True), **where).to_dicts()

    def contributions(self) -> pl.DataFrame:
        """All rows of the view `contributions`, sorted by key."""
        return CONTRIBUTIONS.conform(select(self.tables, read_query(shipped_folder("sql") / "views" / "contributions.sql"), {}))

    def row(self, table: Table, **where: Any) -> Row:
        """The only row of a table in which the columns have these values."""
        (row,) = self.rows(table, **where)
        return row


def build(root: Path, scene: Scene, tables: Iterable[Table] = ALL) -> Built:
    """Write the scene's lake under `root` and build `tables` with their dependencies."""
    lake = Lake(root)
    core = _make_core(scene)
    span = _span(core)
    for table in (DUPLICATES, QUARANTINE):
        lake.write_days(table, table.empty(), Days(span.first, span.first))
    for name, frame in core.items():
        _write_days_with_rows(lake, TABLES[name], frame)
    variables = _variables(scene, span)
    return Built(build_tables(lake, tables, variables), variables)


def build_once(root: Path, scene: Scene) -> Built:
    """Build the scene's lake under `root`, unless another worker did; nobody may change it."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{root}.lock"):
        if not (root.with_suffix(".done")).exists():
            build(root, scene)
            root.with_suffix(".done").touch()
    return Built(Lake(root), _variables(scene, _span(_make_core(scene))))


def build_in_memory(scene: Scene, tables: Iterable[Table]) -> Built:
    """Build `tables` with their dependencies without files, in 70 % of the time of `build`."""
    core = _make_core(scene)
    variables = _variables(scene, _span(core))
    return Built(build_tables(core, tables, variables), variables)


def _make_core(scene: Scene) -> Frames:
    """Make the tables from which the index is built, without empty ones."""
    raw = [
        {"raw_id": one["raw_id"], "index_date": one["index_date"], "source": one["source"], "title": one["title"]} for one in scene.articles
    ]
    return {
        RAW_ARTICLES.name: _frame(RAW_ARTICLES, raw),
        ARTICLES.name: _frame(ARTICLES, scene.articles),
        FINDINGS.name: _frame(FINDINGS, scene.findings),
        STORY_LINKS.name: _frame(STORY_LINKS, scene.links),
        READING_OUTCOMES.name: _reading_outcomes(scene),
        COVERAGE.name: _coverage(scene),
    }


def _span(core: Frames) -> Days:
    days = core[COVERAGE.name]["index_date"]
    return Days(days.min(), days.max())  # type: ignore[arg-type]  # a column of dates, never empty


def _variables(scene: Scene, span: Days) -> dict[str, Any]:
    variables = model_variables(scene.pairs, scene.half_life_days, scene.baseline, span)
    return variables | {"least_evidence": scene.least_evidence, "least_days": scene.least_days}


def _write_days_with_rows(lake: Lake, table: Table, frame: pl.DataFrame) -> None:
    """Write only days with rows: the models must take the days of the index from the table `coverage`."""
    for (on,), rows in frame.partition_by("index_date", as_dict=True).items():
        lake.write_days(table, rows, Days(on, on))


def _frame(table: Table, rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=table.schema)


def _reading_outcomes(scene: Scene) -> pl.DataFrame:
    articles = _frame(ARTICLES, scene.articles).select("article_id", "index_date", "source", "raw_id")
    return READING_OUTCOMES.conform(articles.with_columns(outcome=pl.lit("read"), score=pl.lit(1000, pl.Int64)))


def _coverage(scene: Scene) -> pl.DataFrame:
    counts: dict[tuple[str, date], int] = {}
    for one in scene.articles:
        counts[one["source"], one["index_date"]] = counts.get((one["source"], one["index_date"]), 0) + 1
    counts |= scene.read or {}
    rows = [
        {"index_date": on, "source": source, "article_count": count, "accepted": count, "duplicate": 0, "quarantined": 0}
        for (source, on), count in counts.items()
    ]
    return _frame(COVERAGE, rows)


def random_scene(days: int, seed: int) -> Scene:
    """A long random scene: on half of the days one article, some linked to earlier ones, most with one or two findings."""
    random = np.random.default_rng(seed)
    articles: list[Row] = []
    findings: list[Row] = []
    links: list[Row] = []
    for number in range(days):
        if random.random() < 0.5:
            continue
        one = article(f"{'ABC'[random.integers(3)]}:{number}", day(number))
        if articles and random.random() < 0.2:
            links.append(link(one, articles[-1]))
        articles.append(one)
        findings += [random_finding(one, instrument, random) for instrument in ("tariff", "agreement", "currency")[: random.integers(4)]]
    return Scene(articles, findings, links, read={(source, day(number)): 40 for number in range(days) for source in "ABC"})


def random_finding(of: Row, instrument: str, random: np.random.Generator) -> Row:
    """A random finding with that instrument."""
    actor, target = (str(country) for country in random.permutation(["CHN", "USA"]))
    return finding(
        of,
        str(random.choice(list(KIND.words))),
        str(random.choice(["proposed", "announced", "effective", "suspended"])),
        float(random.uniform(0.05, 0.99)),
        actor=actor,
        target=target,
        instrument=instrument,
        modality=str(random.choice(["asserted", "asserted", "asserted", "historical"])),
    )
