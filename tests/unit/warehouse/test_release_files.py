"""A release says in each file what it is, and every reader finds the same types and nulls."""

import hashlib
import importlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.contracts.catalogues import build_croissant
from pipeline.contracts.dictionary import Edition, ReleaseFile
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.flat import COUNTRIES, TENSION_INDEX
from pipeline.contracts.tables.index import SIGNALS
from pipeline.models.python_models import countries
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.release_files import PUBLISHED, hash_content
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


def test_the_hash_of_a_release_depends_on_names_and_note(tmp_path: Path) -> None:
    hashes = set()
    for folder, name in (("one", "2024"), ("two", "2025")):
        (tmp_path / folder / "weights").mkdir(parents=True)
        (tmp_path / folder / "weights" / f"{name}.parquet").write_bytes(b"rows")
        hashes |= {hash_content(tmp_path / folder, note) for note in (NOTE, "")}
    assert len(hashes) == 4


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
    """Of Parquet it checks size and hash only, since it reads nulls as NaN: its schemas are tried on example rows."""
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


@pytest.mark.parametrize("text", ["USA-CHN", "CHN-USA", " usa-chn ", "usa - chn"])
def test_a_pair_is_found_in_either_order(publisher: Publisher, text: str) -> None:
    rows = ask(publisher, "select distinct pair from tension_pair_daily where pair = pair_of($text)", text=text)
    assert rows.rows() == [("CHN-USA",)]


@pytest.mark.parametrize("text", ["USACHN", "USA>CHN", "USA", "", "USA-CHN-NOR"])
def test_a_pair_without_its_hyphen_is_refused(publisher: Publisher, text: str) -> None:
    with pytest.raises(duckdb.Error, match=f'"{text}" is no pair of countries; write two ISO alpha-3 codes with a hyphen'):
        ask(publisher, "select pair_of($text)", text=text)


def test_no_text_is_no_pair(publisher: Publisher) -> None:
    assert ask(publisher, "select pair_of(null)").rows() == [(None,)]


def test_the_dictionary_of_a_release_lists_views_and_macros(publisher: Publisher) -> None:
    text = (publisher.latest / "data-dictionary.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in text.splitlines() if " | view | " in line or " | macro | " in line}
    named = ask(publisher, "select name from describe_tables() where kind in ('view', 'macro')")["name"]
    assert listed == set(named)
    assert "| `pair_of` | macro | pair_of(text): the pair as it is written in all tables" in text


def test_describe_columns_shows_meanings(publisher: Publisher) -> None:
    rows = ask(publisher, "from describe_columns('today')")
    assert rows.columns == ["column_name", "data_type", "meaning"]
    assert rows.row(1)[:2] == ("pair", "VARCHAR")
    assert "pair_of('USA-CHN') finds it from either order" in rows.row(1)[2]


def test_frictionless_validates_the_whole_release_and_finds_damage(publisher: Publisher, tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed; run `uv sync --group dev`")
    copy = shutil.copytree(publisher.latest.resolve(), tmp_path / "release", ignore=shutil.ignore_patterns("*.duckdb"))
    report = frictionless.Package(str(copy / "datapackage.json")).validate()
    assert [(task.name, task.errors) for task in report.tasks if not task.valid] == []
    assert len(report.tasks) == len(PUBLISHED) + 1
    damaged = copy / "weights" / "weights.parquet"
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
    report = frictionless.Package(str(copy / "datapackage.json")).validate()
    assert [(task.name, task.errors[0].type) for task in report.tasks if not task.valid] == [("weights", "hash-count")]


def test_croissant_and_dcat_list_the_files_of_the_data_package(publisher: Publisher, package: dict[str, Any]) -> None:
    croissant, dcat = (json.loads((publisher.latest / name).read_text(encoding="utf-8")) for name in ("croissant.json", "dcat.jsonld"))
    expected = {(one["path"], one["bytes"], one["hash"].removeprefix("sha256:")) for one in package["resources"]}
    objects = [one for one in croissant["distribution"] if one["@type"] == "cr:FileObject"]
    assert {(one["contentUrl"], int(one["contentSize"].removesuffix(" B")), one["sha256"]) for one in objects} == expected
    listed = dcat["dcat:distribution"]
    checksums = [one["spdx:checksum"]["spdx:checksumValue"]["@value"] for one in listed]
    sizes = [int(one["dcat:byteSize"]["@value"]) for one in listed]
    assert {(one["dcat:downloadURL"]["@id"], size, digest) for one, size, digest in zip(listed, sizes, checksums, strict=True)} == expected
    assert croissant["description"] == dcat["dct:description"] == NOTE
    assert croissant["datePublished"] == dcat["dct:issued"]["@value"] == day(20).isoformat()


def test_croissant_describes_every_column_of_every_table(publisher: Publisher) -> None:
    croissant = json.loads((publisher.latest / "croissant.json").read_text(encoding="utf-8"))
    sources = {one["@id"] for one in croissant["distribution"]}
    described = {records["name"]: [field["name"] for field in records["field"]] for records in croissant["recordSet"]}
    assert described == {table.name: table.schema.names() for table in (*PUBLISHED, TENSION_INDEX)}
    for records in croissant["recordSet"]:
        assert {source["@id"] for field in records["field"] for name, source in field["source"].items() if name != "extract"} <= sources
        assert {key["@id"] for key in records["key"]} <= {field["@id"] for field in records["field"]}


def test_a_table_of_several_years_is_a_set_of_files() -> None:
    files = {"tension_daily": [ReleaseFile(f"tension_daily/{year}.parquet", 7, "0f") for year in (2024, 2025)]}
    croissant = build_croissant(files, [TABLES["tension_daily"]], Edition("2025-11-30-0f", "0.1.0", "A test."))
    (one_set,) = (one for one in croissant["distribution"] if one["@type"] == "cr:FileSet")
    assert one_set["includes"] == "tension_daily/*.parquet"
    assert croissant["recordSet"][0]["field"][0]["source"]["fileSet"] == {"@id": one_set["@id"]}


def test_mlcroissant_reads_the_flat_table(publisher: Publisher) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    data = mlcroissant.Dataset(str(publisher.latest / "croissant.json"))
    assert not data.metadata.ctx.issues.errors
    first = next(iter(data.records("tension_index")))
    assert first["tension_index/mnemonic"] == b"TCI.CHN-USA.D"
