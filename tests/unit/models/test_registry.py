"""Every table from the index on has one model, and every model fits the contracts of its tables."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.index.parameters import model_variables
from pipeline.models import build, python_models
from pipeline.models.build import list_models, models_by_table
from pipeline.models.model import python_model, sql_model
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Tables, model_files, read_query
from tests.unit.index.lake_scenes import Built

METHOD = model_variables(("CHN-USA",), 7.0, None, Days(date(2025, 4, 4), date(2025, 4, 4)))
#: Python models whose tables do not come from other tables.
CONSTANT = {"weights", "scope_members", "countries", "trade_thresholds", "measure_acts"}


def test_every_table_of_the_index_and_of_trade_has_a_model() -> None:
    assert {table.name for table in TABLES.values() if table.layer in {"index", "trade"}} == set(models_by_table())


def test_every_model_file_is_a_model() -> None:
    assert {path.stem for path in model_files()} == {model.name for model in list_models() if model.query}


def test_no_model_depends_on_the_table_that_it_makes() -> None:
    assert [model.name for model in list_models() if {table.name for table in model.makes} & {table.name for table in model.reads}] == []


def test_every_variable_that_a_model_reads_is_set() -> None:
    assert [model.name for model in list_models() if not set(model.variables) <= set(METHOD)] == []


def test_models_of_trade_figures_run_before_any_article_is_read() -> None:
    trade_models = [model for model in list_models() if all(table.layer == "trade" for table in model.makes)]
    assert len(trade_models) > 1
    assert [model.name for model in trade_models if model.variables] == []


def test_models_return_columns_and_types_of_their_contracts(small: Built) -> None:
    for model in list_models():
        frames = model.run(small.lake, small.variables)
        assert {name: frame.schema for name, frame in frames.items()} == {table.name: table.schema for table in model.makes}, model.name


@pytest.mark.parametrize("store", ["lake", "frames"])
def test_models_of_empty_tables_return_no_rows(tmp_path: Path, store: str) -> None:
    tables: Tables = Lake(tmp_path) if store == "lake" else {}
    filled = set()
    for model in list_models():
        frames = model.run(tables, METHOD)
        assert {name: frame.schema for name, frame in frames.items()} == {table.name: table.schema for table in model.makes}
        filled |= {model.name for frame in frames.values() if not frame.is_empty()}
    assert filled == CONSTANT


def test_a_sql_file_without_a_contract_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "no_such_table.sql"
    path.write_text("select 1 as n")
    with pytest.raises(ModelError, match=r"no_such_table\.sql: no table of that name; write its contract"):
        sql_model(read_query(path))


def test_two_models_of_one_table_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    @python_model(makes=(TABLES["stories"],))
    def second() -> None:
        """A second model of the stories."""

    monkeypatch.setattr(python_models, "second", second, raising=False)
    with pytest.raises(ModelError, match=r"tables \['stories'\] have two models each"):
        build.list_models.__wrapped__()


def test_a_function_that_returns_too_few_tables_is_an_error() -> None:
    @python_model(makes=(TABLES["weights"], TABLES["stories"]))
    def forgetful() -> tuple[object, ...]:
        """One frame for two tables."""
        return (TABLES["weights"].empty(),)

    with pytest.raises(ValueError, match="zip"):
        forgetful.run({}, {})
