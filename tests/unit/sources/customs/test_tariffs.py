"""Lists of rates by tariff line: every row is a rate or has a reason, and the mean over lines on each day of a change."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.tables.raw import RAW_TARIFFS
from pipeline.sources.customs.tariffs import LINES, NO_RATE, REPEATED, compute_simple_means, parse_list, read_lists
from pipeline.sources.errors import SourceError
from tests.examples import examples
from tests.unit.sources.responses import FIXTURES


def lines(text: str) -> list[tuple[str | None, float | None, str | None]]:
    return parse_list(text.encode(), "a list").select("hs6", "rate_pct", "unreadable").rows()


@pytest.mark.parametrize(("name", "lines_of_list", "total", "without_rate"), [("chn", 1701, 30_589.621994, 0), ("usa", 1709, 30_164.8, 1)])
def test_every_row_of_the_real_lists_is_read(outside_data: Path, name: str, lines_of_list: int, total: float, without_rate: int) -> None:
    body = (outside_data / "formats" / f"hs6_tariffs_{name}_sample.csv").read_bytes()
    table = parse_list(body, name)
    assert (table.height, table["hs6"].n_unique(), table["line"].to_list()) == (2000, lines_of_list, list(range(2, 2002)))
    assert table["rate_pct"].sum() == pytest.approx(total, abs=1e-6)
    assert table["unreadable"].drop_nulls().to_list() == [NO_RATE] * without_rate
    assert set(table["hs6"].str.len_chars()) == {6}


def test_a_real_list_gives_one_mean_for_each_day_of_a_change(outside_data: Path) -> None:
    table = parse_list((outside_data / "formats" / "hs6_tariffs_chn_sample.csv").read_bytes(), "chn")
    means = compute_simple_means(table, "CHN", "USA", "list")
    assert means["effective_date"].to_list() == sorted(set(table["effective_date"]))
    last = table.sort("effective_date").unique("hs6", keep="last")
    assert means["rate_pct"][-1] == pytest.approx(last["rate_pct"].mean())


def test_columns_may_be_in_any_order_and_without_description() -> None:
    assert lines("tariff,hs6,time_of_tariff\n5,720851,2018-07-06\n") == [("720851", 5.0, None)]


def test_a_leading_zero_removed_by_a_spreadsheet_is_restored() -> None:
    assert lines("hs6,time_of_tariff,tariff\n90111,2018-01-01,0\n") == [("090111", 0.0, None)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7208,2018-07-06,5", "hs6 is '7208', not six digits"),
        ("720851,6 July 2018,5", "time_of_tariff is '6 July 2018', not a day like 2018-07-06"),
        ("720851,20180706,5", "time_of_tariff is '20180706', not a day like 2018-07-06"),
        ("720851,2018-02-30,5", "time_of_tariff is '2018-02-30', not a day like 2018-07-06"),
        ("720851,2018-07-06,-5", "tariff is '-5', not a rate in percent"),
        ("720851,2018-07-06,5 %", "tariff is '5 %', not a rate in percent"),
        ("720851,2018-07-06,1e99", "tariff is '1e99', not a rate in percent"),
        ("720851,2018-07-06,", NO_RATE),
        ("720851,2018-07-06,5,more", "the row has more cells than the header"),
        ("720851", "time_of_tariff is '', not a day like 2018-07-06"),
    ],
)
def test_a_row_that_is_not_a_rate_has_a_reason(row: str, reason: str) -> None:
    ((_, rate, unreadable),) = lines(f"hs6,time_of_tariff,tariff\n{row}\n")
    assert (rate, unreadable) == (None, reason)


def test_contradicting_and_repeated_rates_are_rejected() -> None:
    head = "hs6,time_of_tariff,tariff\n"
    assert [reason for *_, reason in lines(head + "720851,2018-07-06,5\n720851,2018-07-06,5\n")] == [None, REPEATED]
    assert [reason for *_, reason in lines(head + "720851,2018-07-06,5\n720851,2018-07-06,6\n")] == [
        "the list has two rates for this line and day"
    ] * 2


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"hs6,tariff\n", b'hs6,time_of_tariff,tariff\n"1'])
def test_an_invalid_list_raises_a_source_error_with_its_name(body: bytes) -> None:
    with pytest.raises(SourceError, match="my list: "):
        parse_list(body, "my list")


def test_a_list_with_a_repeated_column_is_rejected() -> None:
    with pytest.raises(SourceError, match=r"my list: the header repeats the column tariff\. Rename or drop"):
        parse_list(b"hs6,time_of_tariff,tariff,tariff\n720851,2018-07-06,5,25\n", "my list")


@examples(60)
@given(st.binary(max_size=200) | st.text(max_size=120).map(lambda text: ("hs6,time_of_tariff,tariff\n" + text).encode()))
def test_any_bytes_are_rows_or_raise_a_source_error(body: bytes) -> None:
    try:
        table = parse_list(body, "a list")
    except SourceError:
        return
    assert table.schema == LINES


RATES = st.dictionaries(
    st.tuples(st.sampled_from(["010121", "720851", "844332"]), st.integers(0, 9)), st.integers(0, 400).map(lambda n: n / 8), max_size=20
)


@examples(60)
@given(RATES)
def test_the_mean_of_a_day_is_over_the_last_rate_of_each_line(rates: dict[tuple[str, int], float]) -> None:
    first = date(2018, 1, 1)
    text = "hs6,time_of_tariff,tariff\n" + "".join(f"{code},{first + timedelta(days=day)},{rate}\n" for (code, day), rate in rates.items())
    means = compute_simple_means(parse_list(text.encode(), "a list"), "USA", "CHN", "list")
    assert means.schema == RAW_TARIFFS.schema
    expected = []
    for day in sorted({day for _, day in rates}):
        last = {code: rates[code, one] for code, one in sorted(rates, key=lambda key: key[1]) if one <= day}
        expected.append((str(first + timedelta(days=day)), pytest.approx(sum(last.values()) / len(last))))
    assert means.select("effective_date", "rate_pct").rows() == expected


def test_a_folder_without_lists_gives_no_rows(tmp_path: Path) -> None:
    assert read_lists(tmp_path).equals(RAW_TARIFFS.empty())


@pytest.mark.parametrize("name", ["hs6_usa_chn.csv", "hs6_USA.csv", "hs6_USA_USA.csv"])
def test_a_list_needs_importer_and_exporter_in_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((FIXTURES / "hs6" / "hs6_USA_CHN.csv").read_bytes())
    with pytest.raises(SourceError, match="importer and exporter"):
        read_lists(tmp_path)


def test_a_list_with_an_invalid_row_raises_a_source_error(tmp_path: Path) -> None:
    (tmp_path / "hs6_USA_CHN.csv").write_text("hs6,time_of_tariff,tariff\n720851,2018-07-06,5\n720852,2018-07-06,free\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"hs6_USA_CHN\.csv, line 3: tariff is 'free', not a rate in percent \(rows like this: 1\)"):
        read_lists(tmp_path)
