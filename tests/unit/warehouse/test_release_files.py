"""A release says in each file what it is, and every reader finds the same types and nulls."""

import hashlib
import importlib
import json
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.flat import COUNTRIES, TENSION_INDEX
from pipeline.contracts.tables.index import SIGNALS
from pipeline.models.python_models import countries
from pipeline.warehouse.publish import PUBLISHED, Publisher
from tests.unit.index.lake_scenes import Scene, article, build, day, finding

NOTE = "A test; not for citation."


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    folder = tmp_path_factory.mktemp("release")
    articles = [article(f"A:{number:02d}", day(number)) for number in (*range(15), 20)]
    scene = Scene(articles, [finding(articles[0]), finding(articles[11], "threat")], baseline=(day(0), day(0)))
    publisher = Publisher(folder / "published")
    lake = build(folder / "lake", scene).lake
    lake.write(COUNTRIES, countries.run(lake, {})[COUNTRIES.name])
    publisher.publish(lake, day(20), NOTE)
    return publisher


@pytest.fixture(scope="module")
def package(publisher: Publisher) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((publisher.latest / "datapackage.json").read_text(encoding="utf-8"))
    return loaded


def ask(publisher: Publisher, sql: str, **values: str) -> pl.DataFrame:
    with duckdb.connect(str(publisher.database), read_only=True) as con:
        rows: pl.DataFrame = con.sql(sql, params=values).pl()
        return rows


def test_a_copied_parquet_file_says_what_it_is(publisher: Publisher) -> None:
    metadata = pl.read_parquet_metadata(publisher.latest / "signals" / "2025.parquet")
    assert (metadata["release"], metadata["note"], metadata["table"]) == (publisher.latest_name, NOTE, "signals")
    assert json.loads(metadata["columns"])["rate_pct"] == "Rate of the act, e.g. of a tariff. Unit: percent. May be empty."
    assert all(pl.read_parquet_metadata(path)["release"] == publisher.latest_name for path in publisher.latest.glob("*/*.parquet"))


def test_words_of_a_vocabulary_are_categories_in_every_reader(publisher: Publisher) -> None:
    path = publisher.latest / "signals" / "2025.parquet"
    words = list(SIGNALS.column("kind").vocabulary.words)  # type: ignore[union-attr]
    assert pl.read_parquet(path).schema == SIGNALS.published_schema
    assert list(pd.read_parquet(path)["kind"].cat.categories) == words
    assert pq.read_table(path)["kind"].combine_chunks().dictionary.to_pylist() == words
    assert duckdb.from_parquet(str(path)).filter("kind = 'threat'").fetchall()
    assert ask(publisher, "select distinct data_type from duckdb_columns() where column_name = 'kind'").rows() == [("VARCHAR",)]


def test_a_text_that_means_none_is_null_in_every_reader(publisher: Publisher) -> None:
    path = publisher.latest / "signals" / "2025.parquet"
    assert pl.read_parquet(path)["exceptions"].null_count() == 2
    assert pd.read_parquet(path)["exceptions"].isna().all()
    assert ask(publisher, "from signals where exceptions is null").height == 2


def test_published_rows_can_be_turned_back() -> None:
    rows = pl.concat([SIGNALS.example(), SIGNALS.example().with_columns(product=pl.lit(""), exceptions=pl.lit("CAN MEX"))])
    assert SIGNALS.from_published(SIGNALS.to_published(rows)).equals(rows)
    assert QUARANTINE.from_published(QUARANTINE.to_published(QUARANTINE.empty())).schema == QUARANTINE.schema


def test_the_flat_file_has_the_rows_of_the_view(publisher: Publisher) -> None:
    rows = pl.read_csv(publisher.latest / "tension_index.csv", schema=TENSION_INDEX.schema)
    assert rows.equals(ask(publisher, "from tension_index order by date, mnemonic").cast(TENSION_INDEX.schema))
    one = rows.filter(date=date(2025, 4, 11), mnemonic="TTI.CHN-USA.D").row(0, named=True)
    (value,) = ask(publisher, "select tension from tension_pair_daily where index_date = '2025-04-11'")["tension"]
    assert (one["country_name"], one["partner_name"], one["value"]) == ("China", "United States", pytest.approx(value, abs=0.05))
    assert rows.select("date", "mnemonic").is_unique().all()
    assert rows.filter(series="stalemate")["direction"].unique().to_list() == ["both"]


def test_every_file_of_a_release_is_listed_with_size_and_hash(publisher: Publisher, package: dict[str, Any]) -> None:
    listed = {resource["path"]: (resource["bytes"], resource["hash"]) for resource in package["resources"]}
    files = [*publisher.latest.glob("*/*.parquet"), publisher.latest / "tension_index.csv"]
    contents = {path.relative_to(publisher.latest).as_posix(): path.read_bytes() for path in files}
    assert listed == {path: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") for path, content in contents.items()}


def test_frictionless_finds_every_resource_valid(publisher: Publisher, package: dict[str, Any]) -> None:
    """It reads nulls of Parquet as NaN, which no schema allows: it is given example rows."""
    frictionless = importlib.import_module("frictionless") if importlib.util.find_spec("frictionless") else None
    if frictionless is None:
        pytest.skip("frictionless is not installed; run `uv sync --group dev`")
    assert frictionless.Package.validate_descriptor(package).valid
    for descriptor in package["resources"]:
        if descriptor["format"] == "csv":
            resource = frictionless.Resource(descriptor, basepath=str(publisher.latest))
        else:
            table = TABLES[descriptor["name"]]
            rows = table.to_published(table.example())
            data = [rows.columns, *map(list, rows.rows())]
            resource = frictionless.Resource({"name": descriptor["name"], "data": data, "schema": descriptor["schema"]})
        report = resource.validate()
        assert report.valid, (descriptor["name"], report.flatten(["type", "fieldName", "note"])[:3])
    assert len(package["resources"]) == len(PUBLISHED) + 1


@pytest.mark.parametrize("text", ["USA-CHN", "CHN-USA", " usa-chn "])
def test_a_pair_is_found_in_either_order(publisher: Publisher, text: str) -> None:
    rows = ask(publisher, "select distinct pair from tension_pair_daily where pair = pair_of($text)", text=text)
    assert rows.rows() == [("CHN-USA",)]


def test_describe_columns_shows_meanings(publisher: Publisher) -> None:
    rows = ask(publisher, "from describe_columns('today')")
    assert rows.columns == ["column_name", "data_type", "meaning"]
    assert rows.row(1)[:2] == ("pair", "VARCHAR")
    assert "pair_of('USA-CHN') finds it from either order" in rows.row(1)[2]
