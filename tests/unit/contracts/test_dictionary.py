"""The data dictionary, the data package and the column comments show what the contracts say."""

import json
import re
from typing import Any

import polars as pl
import pytest
import yaml

from pipeline.contracts.dictionary import (
    Edition,
    ReleaseFile,
    build_datapackage,
    describe_column,
    render_citation,
    render_markdown,
)
from pipeline.contracts.model import Column, Table
from pipeline.contracts.sources import SOURCES
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.contracts.tables.raw import RAW_ID

TYPES = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date, "datetime": pl.Datetime}
PUBLISHED = [table for table in TABLES.values() if table.published]


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """Sections of the dictionary by heading."""
    parts = re.split(r"^##? (.+)$", render_markdown(list(TABLES.values())), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    files = {table.name: [ReleaseFile(f"{table.name}/{table.name}.parquet", 7, "0f")] for table in PUBLISHED}
    files["tension_daily"] = [ReleaseFile(f"tension_daily/{year}.parquet", 7, "0f") for year in (2024, 2025)]
    files["tension_index"] = [ReleaseFile("tension_index.csv", 8, "1f")]
    package = build_datapackage(files, (TENSION_INDEX, *PUBLISHED), Edition("2025-11-30-0f", "0.1.0", "A test."))
    loaded: dict[str, Any] = json.loads(json.dumps(package, allow_nan=False))
    return loaded


def test_the_dictionary_shows_every_table_with_its_key_and_columns(sections: dict[str, str]) -> None:
    for table in TABLES.values():
        section = sections[table.name]
        rows = re.findall(r"^\| `(\w+)` \| ([a-z]+)(, may be empty)? \| (.*?) \| (.+) \|$", section, flags=re.MULTILINE)
        shown = [(name, TYPES.get(kind), bool(empty), unit) for name, kind, empty, unit, _ in rows]
        assert shown == [(one.name, type(one.dtype), one.may_be_null, one.unit) for one in table.columns], table.name
        assert f"Key: {', '.join(f'`{name}`' for name in table.key)}." in section, table.name
        assert table.description in section, table.name


def test_the_dictionary_shows_every_word_of_every_vocabulary(sections: dict[str, str]) -> None:
    vocabularies = [column.vocabulary for table in TABLES.values() for column in table.columns if column.vocabulary]
    words = {(one.name, word, meaning) for one in vocabularies for word, meaning in one.words.items()}
    assert len(words) > 50
    assert [(name, word) for name, word, meaning in sorted(words) if f"* `{word}`: {meaning}\n" not in sections[name] + "\n"] == []


def test_the_dictionary_says_which_tables_are_published(sections: dict[str, str]) -> None:
    assert "Layer `index`, published." in sections["tension_daily"]
    assert "Layer `core`, not published." in sections["articles"]


def test_a_bar_in_a_description_does_not_break_the_table() -> None:
    table = Table("t", "T", "A table.", grain="one row", key=("raw_id",), columns=(describe_raw_id("one | other"),), layer="core")
    assert r"| `raw_id` | string |  | one \| other |" in render_markdown([table])


def describe_raw_id(text: str) -> Column:
    return Column(RAW_ID.name, RAW_ID.dtype, text, RAW_ID.example)


def test_the_dictionary_ends_with_one_line_break() -> None:
    text = render_markdown(list(TABLES.values()))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_column_comment_has_unit_words_and_whether_it_may_be_empty() -> None:
    signals = TABLES["signals"]
    assert describe_column(signals.column("rate_pct")) == "Rate of the act, e.g. of a tariff. Unit: percent. May be empty."
    assert "One of: asserted, negated, hypothetical, historical." in describe_column(signals.column("modality"))


def test_no_column_comment_has_two_full_stops_in_a_row() -> None:
    doubled = [(table.name, c.name) for table in TABLES.values() for c in table.columns if re.search(r"\.\.", describe_column(c))]
    assert doubled == []


def test_the_data_package_lists_every_file_with_size_and_hash(package: dict[str, Any]) -> None:
    resources = {resource["name"]: resource for resource in package["resources"]}
    years = {"tension_daily_2024", "tension_daily_2025"}
    assert resources.keys() == {table.name for table in PUBLISHED} - {"tension_daily"} | years | {"tension_index"}
    assert resources["signals"]["path"] == "signals/signals.parquet"
    assert resources["tension_daily_2025"]["path"] == "tension_daily/2025.parquet"
    assert (resources["tension_index"]["bytes"], resources["tension_index"]["hash"]) == (8, "sha256:1f")
    assert resources["tension_index"]["schema"]["missingValues"] == [""]


def test_the_data_package_says_how_to_cite_the_release(package: dict[str, Any]) -> None:
    assert package["version"] == "0.1.0+2025-11-30-0f"
    assert "release 2025-11-30-0f" in package["citation"]
    assert package["citation"].endswith("A test.")


def test_the_citation_file_quotes_the_note() -> None:
    citation = yaml.safe_load(render_citation(Edition("2025-11-30-0f", "0.1.0", 'Ours: "x"\nlicense: none')))
    assert citation["message"] == 'Please cite this release. Ours: "x"\nlicense: none'
    assert citation["license"] == "CC-BY-4.0"


def test_names_in_the_data_package_are_valid_for_frictionless(package: dict[str, Any]) -> None:
    names = [package["name"], *(resource["name"] for resource in package["resources"])]
    assert [name for name in names if not re.fullmatch(r"[-a-z0-9._/]+", name)] == []


def test_fields_of_the_data_package_match_the_contracts(package: dict[str, Any]) -> None:
    schemas = {resource["name"]: resource["schema"] for resource in package["resources"]}
    for table in PUBLISHED:
        schema = schemas[table.name if table.name in schemas else f"{table.name}_2024"]
        shown = [
            (field["name"], TYPES[field["type"]], field["constraints"]["required"], field["constraints"].get("enum"))
            for field in schema["fields"]
        ]
        assert shown == [(one.name, type(one.dtype), not one.may_be_null, list_allowed_words(one)) for one in table.columns], table.name
        assert schema["primaryKey"] == list(table.key), table.name
        assert schema["missingValues"] == [], table.name


def list_allowed_words(column: Column) -> list[str] | None:
    return list(column.vocabulary.words if column.vocabulary else column.values) or None


def test_constraints_are_shown_in_the_dictionary(sections: dict[str, str]) -> None:
    assert "Severity g. At least 0. At most 1 |" in sections["weights"]
    assert "ISO 3166 alpha-3, EUN for the European Union. Matches `^[A-Z]{3}$` |" in sections["signals"]
    assert "Upper bound of the 95 % interval. At least `value`. At least `hi80` |" in sections["channel_daily"]
    assert "At least 1900-01-01T00:00:00Z |" in sections["articles"]


def test_constraints_are_in_the_data_package(package: dict[str, Any]) -> None:
    fields = {
        resource["name"]: {field["name"]: field["constraints"] for field in resource["schema"]["fields"]}
        for resource in package["resources"]
    }
    assert fields["weights"]["weight"] == {"required": True, "minimum": 0, "maximum": 1}
    assert fields["signals"]["actor"] == {"required": True, "pattern": "^[A-Z]{3}$"}
    assert fields["signals"]["readers"]["enum"] == ["rules", "encoder", "rules+encoder", "llm"]
    assert fields["story_articles"]["source"] == {"required": True, "minLength": 1, "maxLength": 120}
    assert fields["tension_daily_2024"]["index_date"] == {"required": True, "minimum": "1900-01-01"}
    assert "pattern" not in fields["trade_flows"]["reference_month"]  # a date: Frictionless allows patterns on text only


def test_patterns_in_the_data_package_match_whole_values() -> None:
    text = [(table.name, c) for table in TABLES.values() for c in table.columns if c.pattern and c.dtype == pl.String]
    assert [
        (name, c.name) for name, c in text if not (c.pattern and c.pattern.regex.startswith("^") and c.pattern.regex.endswith("$"))
    ] == []


def test_the_data_package_lists_the_sources_that_have_a_url(package: dict[str, Any]) -> None:
    urls = [source.url for name, source in SOURCES.items() if source.url and name != "sample"]  # it is in no index of others
    assert [source["path"] for source in package["sources"]] == urls
    assert all(source["path"].startswith("https://") for source in package["sources"])


def test_descriptions_end_with_one_full_stop() -> None:
    assert [(table.name, one.name) for table in TABLES.values() for one in table.columns if ".." in describe_column(one)] == []


def test_tariff_rates_say_that_they_may_lie_in_the_future() -> None:
    assert "after the last day of the index" in TABLES["tariff_rates"].description
