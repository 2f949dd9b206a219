"""Contracts are consistent, and frames that do not match them are refused."""

from collections import defaultdict
from itertools import permutations

import polars as pl
import pytest

from pipeline.contracts.model import Column, ContractError, Table
from pipeline.contracts.sources import SOURCES
from pipeline.contracts.tables import TABLES, VIEWS, table
from pipeline.contracts.tables.core import COVERAGE


def test_examples_conform_to_their_tables() -> None:
    for one in TABLES.values():
        assert one.conform(one.example(3)).equals(one.example(3)), one.name
        assert one.conform(one.empty()).is_empty(), one.name


def test_keys_are_columns_of_their_table_without_repetition() -> None:
    assert [one.name for one in TABLES.values() if not one.key] == []
    assert [one.name for one in TABLES.values() if not set(one.key) <= set(one.schema) or len(set(one.key)) != len(one.key)] == []


def test_only_nullable_columns_have_an_empty_example() -> None:
    assert [(one.name, column.name) for one, column in list_columns() if column.example is None and not column.nullable] == []


def test_examples_of_columns_with_a_vocabulary_are_words_of_it() -> None:
    examples = [
        (one.name, column.name, column.example in column.vocabulary or (column.nullable and column.example is None))
        for one, column in list_columns()
        if column.vocabulary
    ]
    assert [(table, column) for table, column, is_word in examples if not is_word] == []


def test_tables_and_columns_are_described() -> None:
    for one in TABLES.values():
        assert all((one.title, one.description, one.grain)), one.name
        assert one.description.endswith("."), one.name
    assert [(one.name, column.name) for one, column in list_columns() if not column.description] == []


def test_descriptions_of_columns_end_without_a_full_stop() -> None:
    ending = [(one.name, column.name) for one, column in list_columns() if column.description.endswith(".") and column.vocabulary is None]
    assert ending == []


def test_the_sources_of_tables_are_known() -> None:
    assert [one.name for one in TABLES.values() if not set(one.sources) <= set(SOURCES)] == []


def test_tables_stored_by_day_use_the_utc_day() -> None:
    by_day = [one for one in TABLES.values() if one.day]
    assert {one.day for one in by_day} == {"index_date"}
    assert [one.name for one in by_day if one.schema["index_date"] != pl.Date] == []


def test_prefixes_and_suffixes_of_names_show_the_type() -> None:
    ends = {"_at": pl.Datetime("us", "UTC"), "_date": pl.Date(), "_pct": pl.Float64(), "_count": pl.Int64()}
    begins = {"is_": pl.Boolean(), "has_": pl.Boolean()}
    wrong = [
        (one.name, name)
        for one in TABLES.values()
        for name, dtype in one.schema.items()
        for rules, fits in ((ends, name.endswith), (begins, name.startswith))
        for affix, expected in rules.items()
        # raw tables hold dates, times and counts as the source wrote them
        if fits(affix) and dtype != expected and (one.layer != "raw" or affix in {"_pct", "is_", "has_"})
    ]
    assert wrong == []


def list_columns() -> list[tuple[Table, Column]]:
    return [(one, column) for one in TABLES.values() for column in one.columns]


def collect_types(*, raw: bool) -> dict[str, set[pl.DataType]]:
    types: dict[str, set[pl.DataType]] = defaultdict(set)
    for one in TABLES.values():
        if (one.layer == "raw") == raw:
            for name, dtype in one.schema.items():
                types[name].add(dtype)
    return types


@pytest.mark.parametrize("raw", [True, False], ids=["raw tables", "other tables"])
def test_a_column_has_the_same_type_in_every_table(raw: bool) -> None:
    assert {name: types for name, types in collect_types(raw=raw).items() if len(types) > 1} == {}


def test_a_column_has_the_same_vocabulary_in_every_table() -> None:
    vocabularies: dict[str, set[str]] = defaultdict(set)
    for one in TABLES.values():
        for column in one.columns:
            if one.layer != "raw":
                vocabularies[column.name].add(column.vocabulary.name if column.vocabulary else "")
    assert {name: names for name, names in vocabularies.items() if len(names) > 1} == {}


def test_an_unknown_table_name_lists_the_known_ones() -> None:
    assert table("coverage") is COVERAGE
    with pytest.raises(ContractError, match=r"there is no table 'covrage'; the tables are raw_articles, .*coverage"):
        table("covrage")


def test_an_unknown_column_name_lists_the_known_ones() -> None:
    assert COVERAGE.column("accepted").unit == "articles"
    with pytest.raises(ContractError, match="table coverage has no column 'rejected'; it has index_date, source"):
        COVERAGE.column("rejected")


def test_missing_columns_are_named() -> None:
    with pytest.raises(ContractError, match=r"table coverage: missing columns \['accepted', 'duplicate'\]"):
        COVERAGE.conform(COVERAGE.example().drop("accepted", "duplicate"))


def test_extra_columns_are_named() -> None:
    with pytest.raises(ContractError, match=r"extra columns \['note'\]"):
        COVERAGE.conform(COVERAGE.example().with_columns(note=pl.lit("x")))


def test_mistyped_columns_are_named_with_both_types() -> None:
    with pytest.raises(ContractError, match=r"mistyped columns \{'accepted': 'Int32 instead of Int64'\}"):
        COVERAGE.conform(COVERAGE.example().with_columns(pl.col("accepted").cast(pl.Int32)))


def test_all_problems_of_a_frame_are_reported_at_once() -> None:
    frame = COVERAGE.example().drop("duplicate").with_columns(pl.col("source").cast(pl.Categorical), note=pl.lit(1))
    with pytest.raises(ContractError, match=r"missing columns \['duplicate'\], extra columns \['note'\], mistyped columns \{'source'"):
        COVERAGE.conform(frame)


def test_an_instant_in_another_zone_is_mistyped() -> None:
    articles = TABLES["articles"]
    frame = articles.example().with_columns(pl.col("published_at").dt.convert_time_zone("Asia/Shanghai"))
    with pytest.raises(ContractError, match=r"mistyped columns .*published_at.*Shanghai"):
        articles.conform(frame)


def test_a_conforming_frame_gets_the_order_of_columns_and_key() -> None:
    shuffled = pl.concat([COVERAGE.example().with_columns(source=pl.lit(name)) for name in "cab"]).select(COVERAGE.schema.names()[::-1])
    conformed = COVERAGE.conform(shuffled)
    assert conformed.columns == COVERAGE.schema.names()
    assert conformed["source"].to_list() == ["a", "b", "c"]


def test_rows_are_sorted_by_the_whole_key() -> None:
    two = make_table(key=("a", "b"))
    for rows in permutations([(1, 1), (1, 2), (2, 1), (2, 1)]):
        assert two.conform(pl.DataFrame(list(rows), schema=two.schema, orient="row")).rows() == [(1, 1), (1, 2), (2, 1), (2, 1)]


def test_rows_with_an_empty_key_come_last() -> None:
    contributions = VIEWS["contributions"]
    story = contributions.example()
    prior = story.with_columns(part=pl.lit("story"), story_id=pl.lit(None, pl.String))
    assert contributions.conform(pl.concat([prior, story]))["story_id"].to_list() == [story["story_id"][0], None]


def make_table(key: tuple[str, ...] = ("a",), day: str | None = None, names: str = "ab") -> Table:
    columns = tuple(Column(name, pl.Int64(), "A number", 1) for name in names)
    return Table("t", "T", "A table.", grain="one row", key=key, columns=columns, layer="core", day=day)


def test_a_contract_refuses_a_key_or_day_that_is_no_column() -> None:
    with pytest.raises(ContractError, match=r"table t: key or day columns \['c'\] are not columns"):
        make_table(key=("a", "c"))
    with pytest.raises(ContractError, match=r"table t: key or day columns \['d'\] are not columns"):
        make_table(day="d")


def test_a_contract_refuses_a_repeated_column_name() -> None:
    with pytest.raises(ContractError, match=r"table t: more than one column is named a$"):
        make_table(names="aba")
