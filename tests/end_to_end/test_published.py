"""The published database and Parquet files of the sample."""

import json
import math
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.audit.listing import add_opinions, list_largest
from pipeline.contracts.dictionary import describe_column
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.audit import SIGNAL_MASS, VERDICTS
from pipeline.contracts.tables.core import ARTICLES
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, TENSION_PAIR_DAILY
from pipeline.settings import SAMPLE_FIRST_DAY, SAMPLE_LAST_DAY, SAMPLE_NOTE, SAMPLE_PAIRS, Settings, shipped_folder
from pipeline.signals.gold import read_gold
from pipeline.validation.labels import SAMPLE_LABELS, build_sample_labels_index
from pipeline.warehouse.database import write_database
from pipeline.warehouse.lake import Lake
from scripts.figures import format_number
from tests.conftest import SampleRun
from tests.documents import find_missing

PUBLISHED = {name: table for name, table in TABLES.items() if table.published}
VIEWS = sorted(path.stem for path in (shipped_folder("sql") / "views").glob("*.sql"))
#: Views filled by upstreams: the sample has no official journal and one origin per figure.
EMPTY_ON_THE_SAMPLE = {"official_acts", "flow_conflicts"}
TEXT_COLUMNS = {"title", "body", "text", "content", "lead", "summary", "html"}


def query(run: SampleRun, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(run.database), read_only=True) as con:
        rows: pl.DataFrame = con.sql(sql).pl()
        return rows


def test_the_database_of_a_release_is_always_the_same_file(sample_run: SampleRun, tmp_path: Path) -> None:
    ((name, note),) = query(sample_run, "select release, note from about").rows()
    again = tmp_path / f".{sample_run.database.name}.tmp"  # DuckDB stores the name of the file
    write_database(again, sample_run.latest.resolve(), name, note, {})
    assert again.read_bytes() == sample_run.database.read_bytes()


@pytest.fixture(scope="module")
def days() -> list[date]:
    return [SAMPLE_FIRST_DAY + timedelta(days=n) for n in range((SAMPLE_LAST_DAY - SAMPLE_FIRST_DAY).days + 1)]


def test_the_database_has_exactly_the_published_tables(sample_run: SampleRun) -> None:
    names = query(sample_run, "select table_name from duckdb_tables()")["table_name"]
    assert sorted(names) == sorted([*PUBLISHED, "about", "macro_columns", "stale_tables"])


def test_every_table_and_view_has_a_comment(sample_run: SampleRun) -> None:
    bare = query(
        sample_run,
        "select table_name from duckdb_tables() where coalesce(comment, '') = '' "
        "union all select view_name from duckdb_views() where not internal and coalesce(comment, '') = ''",
    )
    assert bare["table_name"].to_list() == []


def test_every_column_has_the_comment_of_its_contract(sample_run: SampleRun) -> None:
    rows = query(sample_run, "from duckdb_columns() select table_name, column_name, comment order by column_index").rows()
    for name, table in PUBLISHED.items():
        comments = [(column, comment) for of_table, column, comment in rows if of_table == name]
        assert comments == [(column.name, describe_column(column)) for column in table.columns], name


def test_the_table_about_describes_the_data(sample_run: SampleRun) -> None:
    ((release, note),) = query(sample_run, "select release, note from about").rows()
    assert note == SAMPLE_NOTE
    assert "sample" in note.lower()
    assert release == sample_run.latest.resolve().name


def test_every_view_has_rows_except_those_of_upstreams(sample_run: SampleRun) -> None:
    assert {view for view in VIEWS if query(sample_run, f"from {view}").is_empty()} == EMPTY_ON_THE_SAMPLE


def test_there_is_a_row_for_every_day_and_direction(sample_run: SampleRun, days: list[date]) -> None:
    rows = query(sample_run, "select index_date, actor, target from tension_daily order by all").rows()
    sides = sorted(side for pair in SAMPLE_PAIRS for one, other in [pair.split("-")] for side in ((one, other), (other, one)))
    assert rows == [(day, *side) for day in days for side in sides]


def test_there_is_a_row_for_every_day_and_pair(sample_run: SampleRun, days: list[date]) -> None:
    rows = query(sample_run, "select index_date, pair from tension_pair_daily order by all").rows()
    assert rows == [(day, pair) for day in days for pair in sorted("-".join(sorted(pair.split("-"))) for pair in SAMPLE_PAIRS)]


def test_every_value_is_the_sum_of_its_contributions(sample_run: SampleRun) -> None:
    parts = query(sample_run, "from contributions").group_by("index_date", "series", "channel").agg(pl.col("contribution"))
    values = Lake(sample_run.home / "lake").read(CHANNEL_DAILY).select("index_date", "series", "channel", "value")
    joined = values.join(parts, on=["index_date", "series", "channel"], how="left")
    off = [row for row in joined.rows() if abs(math.fsum(row[4] or ()) - row[3]) > 1e-9 * max(1, row[3])]
    assert joined.height == values.height > 10_000
    assert off == []


def test_the_published_value_is_the_sum_of_its_contributions(sample_run: SampleRun) -> None:
    off = query(
        sample_run,
        """
        with parts as (
            select index_date, series, channel, sum(contribution) as total from contributions group by all
        ),
        published as (
            unpivot (select index_date, actor || '>' || target as series, tension as escalation, concession, dialogue from tension_daily)
            on escalation, concession, dialogue into name channel value published_value
        )
        select * from published left join parts using (index_date, series, channel)
        where total is null or abs(published_value - total) > 1e-9 * greatest(1, published_value)
        """,
    )
    assert off.is_empty()


def test_parquet_is_the_same_to_every_reader(sample_run: SampleRun) -> None:
    for name, table in PUBLISHED.items():
        paths = sorted((sample_run.latest / name).glob("*.parquet"))
        with_polars = pl.read_parquet(paths, hive_partitioning=False)
        with_pandas = pd.concat([pd.read_parquet(path) for path in paths])
        with_arrow = [pq.read_table(path) for path in paths]
        with_duckdb = duckdb.from_parquet(f"{sample_run.latest}/{name}/*.parquet")
        assert with_polars.schema == table.published_schema, name
        assert list(with_pandas.columns) == with_arrow[0].column_names == with_duckdb.columns == table.schema.names(), name
        heights = {with_polars.height, len(with_pandas), sum(one.num_rows for one in with_arrow), len(with_duckdb)}
        assert len(heights) == 1, name


def test_the_database_equals_the_parquet_files(sample_run: SampleRun) -> None:
    differing = []
    for name in PUBLISHED:
        in_files = f"read_parquet('{sample_run.latest}/{name}/*.parquet', hive_partitioning = false)"
        if not query(sample_run, f"(from {name} except from {in_files}) union all (from {in_files} except from {name})").is_empty():
            differing.append(name)
    assert differing == []


def test_no_published_table_has_a_column_of_article_text(sample_run: SampleRun) -> None:
    columns = query(sample_run, "select column_name from duckdb_columns() where not internal")["column_name"]
    assert TEXT_COLUMNS & set(columns) == set()


def test_no_published_value_is_longer_than_a_sentence(sample_run: SampleRun) -> None:
    """The longest sentence of the sample is far shorter than its articles, so an article body would be noticed."""
    longest = Lake(sample_run.home / "lake").read(ARTICLES)["body"].str.len_chars().max()
    assert isinstance(longest, int)
    assert longest > 1000
    lengths = {}
    for name, table in PUBLISHED.items():
        text = [f'max(length("{column.name}"))' for column in table.columns if column.dtype == pl.String()]
        if text:
            lengths[name] = max(length or 0 for length in query(sample_run, f"from {name} select {', '.join(text)}").row(0))
    assert max(lengths.values()) > 100
    assert {name: length for name, length in lengths.items() if length >= 800} == {}


def test_the_release_describes_its_files(sample_run: SampleRun) -> None:
    package = json.loads((sample_run.latest / "datapackage.json").read_text(encoding="utf-8"))
    listed = [resource["path"] for resource in package["resources"]]
    assert len(listed) == len(set(listed))
    files = [*sample_run.latest.glob("*/*.parquet"), sample_run.latest / "tension_index.csv"]
    assert set(listed) == {str(path.relative_to(sample_run.latest)) for path in files}
    assert package["description"] == SAMPLE_NOTE
    assert (sample_run.latest / "data-dictionary.md").exists()


def test_no_table_of_the_sample_is_stale(sample_run: SampleRun) -> None:
    assert query(sample_run, "from stale_tables").is_empty()


@pytest.fixture(scope="module")
def with_labels(sample_run: SampleRun) -> pl.DataFrame:
    """The days of CHN-USA, with the values of the labels' index as columns `…_labels`."""
    lake = Lake(Settings(home=sample_run.home).lake)
    ours, labelled = (days.filter(pair="CHN-USA") for days in (lake.read(TENSION_PAIR_DAILY), build_sample_labels_index(lake)))
    return ours.join(labelled, on="index_date", suffix="_labels").sort("index_date")


@pytest.mark.parametrize(
    ("phase", "first", "last", "fewest", "missed"),
    [
        ("escalation", date(2025, 4, 4), date(2025, 4, 16), 12, 1),  # rising tariffs
        ("de-escalation", date(2025, 5, 12), date(2025, 5, 18), 7, 0),  # the week of Geneva
        ("stalemate", date(2025, 9, 1), date(2025, 9, 27), 24, 0),  # talks and demands without movement
        ("de-escalation", date(2025, 10, 30), date(2025, 11, 5), 7, 0),  # the week of Busan
    ],
)
def test_phases_of_china_and_the_united_states_match_2025(
    with_labels: pl.DataFrame, phase: str, first: date, last: date, fewest: int, missed: int
) -> None:
    """The phase is that of the labels' index on at least `fewest` days; of the days that it names, at most `missed` are not named."""
    days = with_labels.filter(pl.col("index_date").is_between(first, last))
    ours, labelled = days["phase"].to_list(), days["phase_labels"].to_list()
    assert sum(one == other for one, other in zip(ours, labelled, strict=True)) >= fewest
    assert phase in labelled
    assert sum(one != phase == other for one, other in zip(ours, labelled, strict=True)) <= missed
    # The truce of August fades into the stalemate; the other weeks have one direction only.
    assert phase == "stalemate" or set(ours) <= {phase, "unclear"}


def test_the_index_follows_that_of_the_labels_as_documented(with_labels: pl.DataFrame) -> None:
    tension, concession = (
        format_number(with_labels.select(pl.corr(name, f"{name}_labels")).item(), 3) for name in ("tension", "concession")
    )
    days = with_labels.drop_nulls(["concession", "concession_labels"]).height
    same = with_labels.select((pl.col("phase") == pl.col("phase_labels")).mean()).item()
    highest = (
        with_labels.group_by(pl.col("index_date").dt.month()).agg(pl.max("tension", "tension_labels").round()).rows_by_key("index_date")
    )
    ((april, april_labels),), ((october, october_labels),) = highest[4], highest[10]
    assert find_missing(
        "docs/is-it-right.md",
        f"tension correlates by {tension}, concession by {concession} (on {days} days), phases agree on {100 * same:.0f} %;",
        f"{april:.0f} next to {october:.0f} in October, but {april_labels:.0f} and {october_labels:.0f} from labels",
    ) == []  # fmt: skip
    weeks = with_labels.group_by(pl.col("index_date").dt.truncate("1w")).agg(pl.col("tension", "tension_labels").mean())
    ours, of_labels = (set(weeks.top_k(5, by=name)["index_date"]) for name in ("tension", "tension_labels"))
    assert ours == of_labels
    directions = with_labels.filter(*(pl.col(name).is_in(["escalation", "de-escalation"]) for name in ("phase", "phase_labels")))
    assert directions.height > 50
    assert directions["phase"].equals(directions["phase_labels"])


def test_the_largest_readings_of_the_sample_are_judged_as_documented(sample_run: SampleRun) -> None:
    lake = Lake(Settings(home=sample_run.home).lake)
    masses = lake.read(SIGNAL_MASS).filter(pl.col("channel") != "dialogue")
    opinions = add_opinions(list_largest(masses, lake.read(SIGNALS), 60), lake.read(VERDICTS))["opinions"].to_list()
    right = opinions.count("A right, B right")
    assert find_missing("docs/is-it-right.md", f"Of the {len(opinions)} with most weight in the sample, two language models") == []
    assert find_missing("docs/is-it-right.md", f"called {right} right (`tension audit`)") == []


def test_threats_and_trade_of_the_sample_are_as_documented(sample_run: SampleRun) -> None:
    (threats,) = query(sample_run, "select count(*) from threats").row(0)
    assert find_missing("docs/is-it-right.md", f"version finds {threats} threats in the sample") == []
    sql = "select count(*), corr(trade_strain, tariff_z), corr(trade_strain, flow_z) from trade_strain where parts = 'both'"
    rows, tariff_z, flow_z = query(sample_run, sql).row(0)
    tariff, shortfall = format_number(tariff_z), format_number(flow_z)
    text = f"correlation with the tariff's score is {tariff}, with the shortfall's {shortfall} ({rows} rows with both)"
    assert find_missing("docs/methodology.md", text) == []


def test_all_articles_of_the_sample_with_a_signal_are_read(sample_run: SampleRun) -> None:
    labelled = read_gold(SAMPLE_LABELS).rows.filter(modality="asserted", opt=False)["id"].unique()
    outcomes = query(sample_run, "select outcome, split(article_id, ':')[-1] as id from reading_outcomes")
    read = outcomes.filter(pl.col("id").is_in(labelled.implode()), outcome="read").height
    assert find_missing("docs/reading.md", f"| articles of the sample with a signal | {read} of {labelled.len()} |") == []
