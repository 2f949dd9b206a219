"""The assets of the official journal write complete days only."""

import json
import warnings
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.official import OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS, RAW_OFFICIAL_DOCUMENTS
from pipeline.defs import official
from pipeline.defs.resources import resources
from pipeline.settings import Settings
from pipeline.sources.http.archive import Archive
from pipeline.sources.payloads import FetchResult, Payload, Request
from pipeline.warehouse.lake import Lake

DAY = date(2025, 4, 4)
NOON = datetime(2025, 4, 5, 12, tzinfo=UTC)
ORDER = {
    "document_number": "2025-90001",
    "publication_date": DAY.isoformat(),
    "title": "Steel Whistles From Taiwan: Antidumping Duty Order",
    "type": "Notice",
    "agencies": [{"slug": "international-trade-administration"}],
}


def materialize(home: Path, *, is_on: bool, count: int | None) -> dg.ExecuteInProcessResult:
    """Run both assets for the day; `count` documents are announced, one came."""
    on = {"sources": {"on": ("federal_register",)}, "first_day": DAY} if is_on else {}
    settings = Settings.model_validate({"home": home} | on)
    if count is not None:
        item = f"{DAY}, page 1"
        body = json.dumps({"count": count, "results": [ORDER]}).encode()
        answer = Payload("federal_register", item, DAY, "https://a.example", NOON, "application/json", body)
        request = Request("federal_register", item, "https://a.example", DAY)
        Archive(settings.payloads).store(FetchResult(request, "stored", NOON, 1, 200, answer), "https://a.example")
    with warnings.catch_warnings(), dg.DagsterInstance.ephemeral() as instance:
        warnings.simplefilter("ignore")
        return dg.materialize(
            official.assets(settings),
            instance=instance,
            partition_key=DAY.isoformat() if is_on else None,
            resources=resources(settings),
        )


def run(home: Path, *, is_on: bool, count: int | None) -> tuple[Lake, dict[str, bool]]:
    """Return the lake after both assets ran for the day, and whether each check passed; `count` as above."""
    done = materialize(home, is_on=is_on, count=count)
    return Lake(Settings(home=home).lake), {check.check_name: check.passed for check in done.get_asset_check_evaluations()}


def days_of(lake: Lake) -> list[int]:
    return [len(lake.files(table, Days(DAY, DAY))) for table in (RAW_OFFICIAL_DOCUMENTS, OFFICIAL_DOCUMENTS, OFFICIAL_SIGNALS)]


def test_a_complete_day_is_written_and_read_for_acts(tmp_path: Path) -> None:
    lake, checks = run(tmp_path, is_on=True, count=1)
    assert lake.read(OFFICIAL_SIGNALS).select("target", "kind").rows() == [("TWN", "measure")]
    assert lake.read(OFFICIAL_DOCUMENTS)["document_outcome"].to_list() == ["acts"]
    assert checks["every_day_is_whole"]


@pytest.mark.parametrize("count", [2, None], ids=["a document is missing", "nothing came"])
def test_an_incomplete_day_is_reported_and_not_written(tmp_path: Path, count: int | None) -> None:
    lake, checks = run(tmp_path, is_on=True, count=count)
    assert days_of(lake) == [0, 0, 0]
    assert not checks["every_day_is_whole"]


def test_without_the_upstream_every_check_passes(tmp_path: Path) -> None:
    lake, checks = run(tmp_path, is_on=False, count=None)
    assert days_of(lake) == [0, 0, 0]
    assert len(checks) > 10
    assert [name for name, passed in checks.items() if not passed] == []


def test_disabling_the_upstream_keeps_stored_days(tmp_path: Path) -> None:
    run(tmp_path, is_on=True, count=1)
    lake, _ = run(tmp_path, is_on=False, count=None)
    assert days_of(lake) == [1, 1, 1]
    assert lake.count_rows(OFFICIAL_SIGNALS) == 1


def announce_another(home: Path) -> None:
    """Store a later response, which makes the day incomplete."""
    later = NOON.replace(hour=13)
    item = f"{DAY}, page 1"
    answer = Payload("federal_register", item, DAY, "https://a.example", later, "application/json", b'{"count": 2, "results": []}')
    request = Request("federal_register", item, "", DAY)
    Archive(Settings(home=home).payloads).store(FetchResult(request, "stored", later, 1, 200, answer), "https://a.example")


def test_a_day_that_becomes_incomplete_keeps_its_rows(tmp_path: Path) -> None:
    run(tmp_path, is_on=True, count=1)
    announce_another(tmp_path)
    lake, checks = run(tmp_path, is_on=True, count=None)
    assert not checks["every_day_is_whole"]
    assert lake.count_rows(OFFICIAL_SIGNALS) == 1


def test_the_row_count_of_an_incomplete_day_is_of_its_earlier_rows(tmp_path: Path) -> None:
    run(tmp_path, is_on=True, count=1)
    announce_another(tmp_path)
    done = materialize(tmp_path, is_on=True, count=None)
    (materialization,) = done.asset_materializations_for_node("raw_official_documents")
    assert (materialization.partition, materialization.metadata["dagster/partition_row_count"].value) == (DAY.isoformat(), 1)
    assert materialization.metadata["unchanged"].value is True
