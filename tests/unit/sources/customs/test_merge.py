"""Files and stored responses together: every value of a figure, with the day of the first response that held it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.contracts.tables.trade import FLOW_REVISIONS, TRADE_FLOWS
from pipeline.contracts.tables.trade_results import TRADE_STRAIN
from pipeline.contracts.upstreams import CENSUS, list_upstreams
from pipeline.settings.sources import Sources
from pipeline.sources.customs import census, merge
from pipeline.sources.customs.csv_files import read_flows
from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import Payload
from tests.unit.sources.responses import FIXTURES, FakeArchive, census_imports, load_fixture, make_payload
from tests.unit.sources.server import NOON, Clock, Upstream, make_client, ok_response
from tests.unit.trade.scenes import build_figures

FLOWS = "reference_month,reporter,partner,flow,value_usd,source\n2019-05,USA,CHN,imports,39000000000,an office\n"
ON = Sources.model_validate({"on": ["census", "comtrade"], "comtrade": {"pairs": ["CHN-USA"]}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows.csv").write_text(FLOWS, encoding="utf-8")
    return tmp_path


def merge_responses(folder: Path, *answers: Payload, missing_on: tuple[str, ...] = ()) -> pl.DataFrame:
    return merge.merge_trade_flows(folder, FakeArchive(answers, missing_on), ON).rows.filter(pl.col("origin") != "file")


def test_every_upstream_that_holds_trade_flows_has_a_reader() -> None:
    assert list(merge.READERS) == list_upstreams(RAW_TRADE_FLOWS)


def test_without_responses_the_figures_are_those_of_the_file(folder: Path) -> None:
    merged = merge.merge_trade_flows(folder, FakeArchive(()), Sources())
    assert merged.rows.equals(read_flows(folder))
    assert (merged.used_count, merged.rejected.height) == (0, 0)


def test_responses_of_an_upstream_that_is_off_still_count(folder: Path) -> None:
    merged = merge.merge_trade_flows(folder, FakeArchive((census_imports(("2025-04", 25_000), at="2025-06-05"),)), Sources())
    assert sorted(merged.rows["origin"]) == ["census", "file"]


def test_files_and_both_upstreams_are_merged(folder: Path) -> None:
    answers = (census_imports(("2025-04", 25_000), at="2025-06-05"), load_fixture("comtrade", "CHN-USA 2025", "monthly.json"))
    merged = merge.merge_trade_flows(folder, FakeArchive(answers), ON)
    assert merged.rows.schema == RAW_TRADE_FLOWS.schema
    assert set(merged.rows["origin"].value_counts().rows()) == {("comtrade", 4), ("census", 1), ("file", 1)}
    assert (merged.used_count, merged.rejected.height) == (5, 3)


def test_an_unchanged_value_is_one_version_with_its_first_day(folder: Path) -> None:
    rows = merge_responses(folder, *(census_imports(("2025-04", 25_000), (f"2025-0{day}", 1), at=f"2025-07-0{day}") for day in (5, 6, 7)))
    assert rows.filter(reference_month="2025-04").select("value_usd", "seen_on").rows() == [(25_000_000_000, "2025-07-05")]


def test_a_changed_value_is_a_new_version(folder: Path) -> None:
    rows = merge_responses(
        folder, census_imports(("2025-04", 25_000), at="2025-06-05"), census_imports(("2025-04", 25_300), at="2026-06-09")
    )
    assert rows.select("value_usd", "seen_on").rows() == [(25_000_000_000, "2025-06-05"), (25_300_000_000, "2026-06-09")]


def test_of_several_responses_of_a_day_the_last_counts(folder: Path) -> None:
    rows = merge_responses(
        folder, census_imports(("2025-04", 25_000), at="2025-06-05T13:00"), census_imports(("2025-04", 25_300), at="2025-06-05T18:00")
    )
    assert rows.select("value_usd", "seen_on").rows() == [(25_300_000_000, "2025-06-05")]


def test_changed_duties_are_a_new_version(folder: Path) -> None:
    first = census_imports(("2025-04", 25_000), at="2025-06-05")
    body = first.body.replace(b'"2500000000"', b'"2600000000"')
    second = make_payload("census", "imports CHN 2025", body, at="2026-06-09")
    assert merge_responses(folder, first, second)["duties_usd"].to_list() == [2_500_000_000, 2_600_000_000]


def test_a_response_without_a_month_gives_the_day_of_absence(folder: Path) -> None:
    before, after = census_imports(("2025-08", 1), at="2025-11-18"), census_imports(("2025-08", 1), ("2025-09", 2), at="2025-12-11")
    rows = merge_responses(folder, before, after, missing_on=("2025-11-01",))
    assert rows.select("reference_month", "absent_on").rows() == [("2025-08", "2025-11-01"), ("2025-09", "2025-11-18")]


def test_an_unreadable_response_does_not_prove_absence(folder: Path) -> None:
    web_page = load_fixture("census", "imports CHN 2025", "missing_key.html", at="2026-11-19T10:00")
    truncated = make_payload(
        "census", "imports CHN 2025", census_imports(("2025-08", 1), at="2026-11-19").body[:-20], at="2026-11-19T11:00"
    )
    merged = merge.merge_trade_flows(folder, FakeArchive((web_page, truncated, census_imports(("2025-08", 1), at="2026-11-20"))), ON)
    assert merged.rows.filter(origin="census")["absent_on"].to_list() == [None]


def test_what_is_unreadable_is_listed_until_the_next_response(folder: Path) -> None:
    web_page = load_fixture("census", "imports CHN 2025", "missing_key.html", at="2026-11-19T10:00")
    truncated = make_payload(
        "census", "imports CHN 2025", census_imports(("2025-08", 1), at="2026-11-20").body[:-20], at="2026-11-20T10:00"
    )
    settled = replace(census_imports(("2025-08", 1), at="2026-11-21"), item=truncated.item + " settled")

    def reasons(*answers: Payload, missing_on: tuple[str, ...] = ()) -> list[str]:
        return merge.merge_trade_flows(folder, FakeArchive(answers, missing_on), ON).rejected["reason"].to_list()

    assert "web page" in reasons(web_page)[0]
    assert ["is truncated" in reason for reason in reasons(web_page, truncated)] == [True]
    assert reasons(web_page, truncated, settled) == reasons(web_page, missing_on=("2026-11-20",)) == []


def test_a_real_archive_gives_the_same_days_of_absence(folder: Path, upstream: Upstream) -> None:
    clock = Clock()
    early, late = census_imports(("2025-01", 1), at="2025-04-04").body, census_imports(("2025-01", 1), ("2025-02", 2), at="2025-04-08").body
    on = Sources.model_validate({"on": ["census"], "census": {"base_url": f"{upstream.url}/c"}})
    upstream.respond("/c/imports/hs", ok_response(early), ok_response(early), ok_response(late))
    window = Days(NOON.date(), NOON.date())
    with make_client(folder / "payloads", clock) as client:
        for _ in range(3):
            requests = [one for one in census.build_requests(on.get_group(CENSUS), window, client) if one.item == "imports CHN 2025 all"]
            assert [client.fetch(one).outcome for one in requests] == ["stored"]
            clock.sleep(2 * 86_400)
        rows = merge.merge_trade_flows(folder, client.archive, on).rows.filter(origin="census")
    assert rows.select("reference_month", "seen_on", "absent_on").rows() == [
        ("2025-01", "2025-04-04", None),
        ("2025-02", "2025-04-08", "2025-04-06"),
    ]


def test_calculated_duties_become_the_effective_tariff(folder: Path) -> None:
    one = load_fixture("census", "imports CHN 2025", "imports_all.json", at="2026-11-20T10:00")
    made = build_figures(merge.merge_trade_flows(folder, FakeArchive((one,)), ON).rows.to_dicts())
    strain = made.row(TRADE_STRAIN, actor="USA", target="CHN", reference_month=date(2025, 4, 1))
    # 8.75 bn of duties on 25.0 bn of imports for consumption; general imports were 25.3 bn
    assert (strain["effective_tariff_pct"], strain["tariff_basis"], strain["flow_usd"]) == (35.0, "duties", 25.3e9)
    assert strain["tariff_released_on"] == date(2025, 6, 4)
    assert [row["effective_tariff_pct"] for row in made.rows(TRADE_STRAIN) if row["reference_month"].year == 2025] == [
        12.0,
        15.0,
        24.0,
        35.0,
    ]


def test_a_revision_is_stored_but_the_first_value_is_used(folder: Path) -> None:
    answers = (census_imports(("2025-04", 25_000), at="2025-06-05"), census_imports(("2025-04", 25_250), at="2026-06-09"))
    made = build_figures(merge.merge_trade_flows(folder, FakeArchive(answers), ON).rows.to_dicts())
    flow = made.row(TRADE_FLOWS, origin="census")
    assert (flow["value_usd"], flow["revised_value_usd"], flow["revised_on"]) == (25e9, 25.25e9, date(2026, 6, 9))
    assert made.row(FLOW_REVISIONS, version=2)["change_pct"] == 1.0
    assert made.row(TRADE_STRAIN, actor="USA", reference_month=date(2025, 4, 1))["flow_usd"] == 25e9


TARIFFS = "importer,exporter,effective_date,measure,rate_pct,source\nCHN,USA,2018-04-02,simple_mean_hs6,9.9,tracker\n"


def test_lists_by_tariff_line_are_added_to_average_rates(folder: Path) -> None:
    (folder / "tariffs.csv").write_text(TARIFFS, encoding="utf-8")
    (folder / "hs6_USA_CHN.csv").write_bytes((FIXTURES / "hs6" / "hs6_USA_CHN.csv").read_bytes())
    rates = merge.merge_tariffs(folder)
    assert rates.schema == RAW_TARIFFS.schema
    assert rates.select("importer", "effective_date", "rate_pct").rows() == [
        ("CHN", "2018-04-02", 9.9),
        ("USA", "2018-01-01", 4.0),
        ("USA", "2018-07-06", 12.0),
        ("USA", "2019-05-10", 17.0),
    ]


def test_lists_by_tariff_line_need_no_file_of_average_rates(folder: Path) -> None:
    (folder / "hs6_USA_CHN.csv").write_bytes((FIXTURES / "hs6" / "hs6_USA_CHN.csv").read_bytes())
    assert merge.merge_tariffs(folder)["rate_pct"].to_list() == [4.0, 12.0, 17.0]


def test_the_same_mean_in_list_and_average_rates_is_an_error(folder: Path) -> None:
    (folder / "tariffs.csv").write_text(TARIFFS.replace("CHN,USA,2018-04-02", "USA,CHN,2018-07-06"), encoding="utf-8")
    (folder / "hs6_USA_CHN.csv").write_bytes((FIXTURES / "hs6" / "hs6_USA_CHN.csv").read_bytes())
    with pytest.raises(SourceError, match=r"both have simple_mean_hs6 for 2018-07-06 \(days in both: 1\)"):
        merge.merge_tariffs(folder)
