"""Explorer in a real browser: answers like the database, offline."""

import io
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.explorer.questions import Question, cookbook_file, read_questions
from pipeline.explorer.server import ExplorerServer
from pipeline.report import palette
from tests.browser import list_barriers, needs_browser, open_browser
from tests.conftest import SampleRun

pytestmark = [needs_browser, pytest.mark.slow]

QUESTIONS = read_questions(cookbook_file().read_text(encoding="utf-8"))
READY = "#run:not([disabled])"
HOSTILE = "<img src=x onerror=alert(1)>"


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    server = ExplorerServer(folder, 0, "explorer.html")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address(sample_run: SampleRun) -> Iterator[str]:
    with serve(sample_run.published) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as started:
        yield started


class Visit:
    """A page of the explorer, with its console and requests."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.page = browser.new_page(**options)
        self.page.set_default_timeout(120_000)
        self.console: list[str] = []
        self.requested: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector(f"{READY}, #error:not([hidden])", state="attached")
        self.page.locator("#questions details").evaluate_all("all => all.forEach((one) => { one.open = true })")

    def run(self, sql: str) -> None:
        self.page.fill("#sql", sql)
        self.page.click("#run")
        self.page.wait_for_selector(READY)

    def text(self, name: str) -> str:
        return str(self.page.locator(f"#{name}").text_content())

    def download(self, name: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.click(f"#{name}")
        return Path(download.value.path()).read_bytes()


@pytest.fixture(scope="module")
def visit(browser: Any, address: str) -> Visit:
    return Visit(browser, address)


def expected_rows(database: Path, sql: str) -> pl.DataFrame:
    """Rows of native DuckDB in the types of the explorer's files."""
    with duckdb.connect(str(database), read_only=True) as con:
        con.sql("set TimeZone = 'UTC'")
        rows: pl.DataFrame = con.sql(sql).pl()
    casts = {
        name: pl.String() if isinstance(dtype, pl.Enum | pl.Categorical)
        else pl.Datetime("ms", "UTC") if isinstance(dtype, pl.Datetime)
        else pl.Float64() if dtype == pl.Int128 or isinstance(dtype, pl.Decimal | pl.Float32)
        else pl.Int32() if dtype in (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16)
        else dtype
        for name, dtype in rows.schema.items()
    }  # fmt: skip
    return rows.cast(casts)  # type: ignore[arg-type]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.title)
def test_the_browser_answers_each_question_like_the_database(visit: Visit, sample_run: SampleRun, question: Question) -> None:
    visit.page.locator(".ask", has_text=question.title).first.click()
    visit.page.wait_for_selector(READY)
    assert visit.text("error") == "" or visit.page.locator("#error").is_hidden(), visit.text("error")
    expected = expected_rows(sample_run.database, question.sql)
    rows = pl.read_parquet(io.BytesIO(visit.download("parquet")))
    assert_frame_equal(rows, expected, rel_tol=1e-9)
    assert visit.text("status").startswith(f"{expected.height} row")
    assert visit.page.locator("#rows tbody tr").count() == min(expected.height, 200)


def test_no_question_requests_another_server_or_logs_an_error(visit: Visit, address: str) -> None:
    own = address.removesuffix("explorer.html")
    assert [url for url in visit.requested if not url.startswith((own, f"blob:{own}"))] == []
    assert visit.console == []


def test_a_worker_of_the_page_cannot_reach_another_server(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "explorer.html").write_text("another server")
    code = "fetch('{}', {{mode: 'no-cors'}}).then(() => postMessage('reached'), () => postMessage('blocked'))"
    start = "(code) => new Promise((done) => { new Worker(URL.createObjectURL(new Blob([code]))).onmessage = ({ data }) => done(data) })"
    own = visit.page.url.partition("#")[0]
    with serve(tmp_path) as other:
        assert visit.page.evaluate(start, code.format(other)) == "blocked"
    assert visit.page.evaluate(start, code.format(own)) == "reached"


def test_the_database_is_that_of_a_release(visit: Visit, sample_run: SampleRun) -> None:
    release = sample_run.latest.resolve().name
    assert any(url.endswith(f"/releases/{release}/trade_tension.duckdb") for url in visit.requested)
    assert visit.text("release").startswith(f"Release {release}.")


def test_an_uploaded_release_is_found_by_its_pointer(browser: Any, sample_run: SampleRun, tmp_path: Path) -> None:
    release = sample_run.latest.resolve()
    (tmp_path / "releases" / release.name).mkdir(parents=True)
    shutil.copy(release / "trade_tension.duckdb", tmp_path / "releases" / release.name)
    (tmp_path / "latest.json").write_text(json.dumps({"release": release.name}))
    shutil.copytree(sample_run.published / "explorer", tmp_path / "explorer")
    shutil.copy(sample_run.published / "explorer.html", tmp_path)
    with serve(tmp_path) as address:
        visit = Visit(browser, address)
        assert visit.text("release").startswith(f"Release {release.name}.")
        visit.page.close()


def test_every_table_view_and_macro_is_listed_with_its_columns(visit: Visit, sample_run: SampleRun) -> None:
    with duckdb.connect(str(sample_run.database), read_only=True) as con:
        names = [name for (name,) in con.sql("select table_name from information_schema.tables").fetchall()]
        macros = {name for (name,) in con.sql("select function_name from duckdb_functions() where not internal").fetchall()}
        meanings = con.sql("select column_name, comment from duckdb_columns() where table_name = 'today' order by column_index").fetchall()
    visit.page.locator("#list summary").first.wait_for()
    listed = visit.page.locator("#list summary code").all_text_contents()
    assert sorted(name.split("(")[0] for name in listed) == sorted([*names, *macros])
    entry = visit.page.locator("#list > details").filter(has=visit.page.get_by_text("today", exact=True))
    entry.locator("summary").click()
    entry.locator("table").wait_for()
    assert entry.locator("tbody th").all_text_contents() == [name for name, _ in meanings]
    assert entry.locator("tbody td:last-child").all_text_contents() == [meaning for _, meaning in meanings]
    visit.page.fill("#find", "who did what to whom")
    assert visit.page.locator("#list details:visible summary code").all_text_contents() == ["evidence"]
    visit.page.fill("#find", "")


def test_every_view_can_be_read(visit: Visit, sample_run: SampleRun) -> None:
    with duckdb.connect(str(sample_run.database), read_only=True) as con:
        views = [name for (name,) in con.sql("select view_name from duckdb_views() where not internal").fetchall()]
    for view in views:
        visit.run(f"select count(*) as rows from {view}")  # noqa: S608 - a name of the database
        assert visit.page.locator("#error").is_hidden(), f"{view}: {visit.text('error')}"


def test_a_time_series_is_drawn(visit: Visit) -> None:
    visit.run("select index_date, tension, tension_lo80, tension_hi80 from tension_pair_daily where pair = 'CHN-USA' order by 1")
    visit.page.wait_for_selector("#plot svg")
    assert visit.page.locator("#plot svg .mark-line path").count() >= 1
    assert visit.page.locator("#plot svg .mark-area path").count() >= 1
    visit.page.select_option("#y", label="tension_hi80")
    visit.page.select_option("#mark", "bar")
    visit.page.wait_for_selector("#plot svg .mark-rect path")


@pytest.mark.parametrize(
    ("order", "mark"), [("order by index_date", "line"), ("order by index_date desc", "line"), ("order by tension desc", "point")]
)
def test_days_in_no_order_with_names_are_not_joined(visit: Visit, order: str, mark: str) -> None:
    visit.run(f"select index_date, phase, tension from tension_pair_daily where pair = 'CHN-USA' and tension > 90 {order}")  # noqa: S608 - a constant above
    assert visit.page.locator("#mark").input_value() == mark


def test_values_of_one_day_are_bars_by_name(visit: Visit) -> None:
    visit.run("select index_date, pair, tension from tension_pair_daily where index_date = '2025-04-10' order by pair")
    assert visit.page.locator("#x option:checked").text_content() == "pair"
    assert visit.page.locator("#mark").input_value() == "bar"


def test_hostile_values_names_and_formulas_are_text(visit: Visit) -> None:
    visit.run(
        f"""select '{HOSTILE}' as "{HOSTILE}", 'javascript:alert(1)' as link, '=1+1' as formula, '' as blank, null as none,
        2 as "a.b[c]" """
    )
    assert visit.page.locator("#rows img, #rows a").count() == 0
    assert visit.page.locator("#rows th").all_text_contents()[0] == HOSTILE
    lines = visit.download("csv").decode().splitlines()
    assert lines == [f"{HOSTILE},link,formula,blank,none,a.b[c]", f'{HOSTILE},javascript:alert(1),\'=1+1,"",,2']


def test_types_survive_in_a_parquet_file(visit: Visit) -> None:
    visit.run(
        "select date '2025-04-02' as d, timestamptz '2025-04-02 12:30:00Z' as t, true as b, 7::smallint as i, 9007199254740993 as l,"
        " 0.5 as f, 'x' as s, null::double as n, [1, 2] as a"
        " union all select null, null, null, null, null, null, null, null, null order by 1"
    )
    rows = pl.read_parquet(io.BytesIO(visit.download("parquet")))
    assert list(rows.schema.values()) == [
        pl.Date(), pl.Datetime("ms", "UTC"), pl.Boolean(), pl.Int32(), pl.Int64(), pl.Float64(), pl.String(), pl.Float64(), pl.String()
    ]  # fmt: skip
    first = rows.row(0)
    assert (str(first[0]), first[1].astimezone(UTC).isoformat(), *first[2:]) == (
        "2025-04-02", "2025-04-02T12:30:00+00:00", True, 7, 9007199254740993, 0.5, "x", None, "[1,2]"
    )  # fmt: skip
    assert rows.row(1) == (None,) * 9


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select 1,\n  2 +", "syntax error at end of input\n\nLINE 2:   2 +"),
        ("from nope", "Table with name nope does not exist!"),
        ("select published_at::date from evidence", "write column::timestamp::date"),
        ("create table t as select 1", "The database is read only"),
        ("from read_csv('https://a.example/x.csv')", "reads the published database only"),
        ("copy today to 'x.csv'", "reads the published database only"),
        ("set enable_external_access = true", "configuration has been locked"),
    ],
)
def test_errors_say_what_to_do(visit: Visit, sql: str, message: str) -> None:
    visit.run(sql)
    assert message in visit.text("error")
    assert visit.page.locator("#result").is_hidden()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("from tension_pair_daily where pair = 'USA-CHN'", " Pairs are in capitals and alphabetical: CHN-USA, not USA-CHN."),
        ("from tension_pair_daily where pair = 'chn-usa'", " Pairs are in capitals and alphabetical: CHN-USA, not chn-usa."),
        ("from tension_pair_daily where pair = 'AAA-BBB'", " No row of tension_pair_daily has pair = 'AAA-BBB'."),
        ("from evidence where product = 'moon dust'", " No row of evidence has product = 'moon dust'."),
        (
            "select * from official_acts",
            " The table official_signals is empty: it is filled by the upstream federal_register, which is not enabled or found nothing.",
        ),
        ("from tariff_rates where rate_pct > 1000", ""),
        ("select 1; select 2 where 1 = 0;", " Only the result of the last of 2 statements is shown."),
        ("select ';' /* ; */ as \"a;b\" where 1 = 0 -- ; not one", ""),
    ],
)
def test_the_status_says_what_a_result_does_not_show(visit: Visit, sql: str, message: str) -> None:
    visit.run(sql)
    assert re.fullmatch(rf"0 rows in [\d.]+ s\.{re.escape(message)}", visit.text("status"))


def test_a_parser_error_shows_its_line_once(visit: Visit) -> None:
    visit.run("choose 1")
    assert visit.text("error").count("LINE 1: choose 1") == 1
    visit.page.fill("#sql", " ")
    visit.page.click("#run")
    assert visit.page.locator("#error").is_hidden()
    assert visit.text("status") == "Choose a question, or write a query."


def test_a_chart_has_no_more_series_than_colours(visit: Visit) -> None:
    visit.run("select date '2025-01-01' + n::int as day, 'pair ' || k as pair, k * 10.0 + n as value from range(9) t(k), range(6) u(n)")
    visit.page.wait_for_selector("#plot svg")
    drawn = visit.page.locator("#plot .mark-line path").evaluate_all("all => all.map((one) => one.getAttribute('stroke'))")
    assert len(drawn) == len(set(drawn)) == 6
    assert "The chart has the 6 values of pair with the highest value" in visit.text("plot-note")


def test_a_macro_without_parameters_has_empty_brackets(visit: Visit) -> None:
    visit.page.wait_for_selector("#list details", state="attached")
    assert "describe_tables()" in visit.page.locator("#list summary code").all_text_contents()


def test_questions_have_the_days_of_the_release(browser: Any, sample_run: SampleRun, tmp_path: Path) -> None:
    shutil.copytree(sample_run.published / "explorer", tmp_path / "explorer")
    shutil.copy(sample_run.published / "explorer.html", tmp_path)
    shutil.copy(sample_run.database, tmp_path)
    with duckdb.connect(str(tmp_path / sample_run.database.name)) as con:
        con.execute("update tension_pair_daily set index_date = index_date - interval 6 year")
        (highest,) = con.sql("select max_by(index_date, tension)::text from tension_pair_daily where pair = 'CHN-USA'").fetchall()[0]
    with serve(tmp_path) as address:
        earlier = Visit(browser, address)
        earlier.page.locator(".ask", has_text="How do I get weekly values?").first.click()
        earlier.page.wait_for_selector(READY)
        assert f"and date '{highest}'" in earlier.page.input_value("#sql")
        assert "0 rows" not in earlier.text("status")
        assert f"days up to or from {highest}" in earlier.text("note")
        earlier.run("from tension_pair_daily asof join (from tariff_rates where measure = 'import_weighted') on index_date >= released_on")
        assert "No row of tariff_rates that fits has a day of this release, 2019-01-20 to 2019-11-30." in earlier.text("status")
        earlier.page.close()


def test_phases_have_the_colours_of_the_report(visit: Visit) -> None:
    phases = ["stalemate", "escalation", "de-escalation"]
    rows = " union all ".join(f"select date '2025-01-0{day}' as day, '{name}' as phase, {day} as n" for name in phases for day in (1, 2, 3))
    visit.run(f"from ({rows}) order by all")
    visit.page.wait_for_selector("#plot svg")
    drawn = visit.page.locator("#plot .mark-line path").evaluate_all("all => all.map((one) => one.getAttribute('stroke'))")
    assert sorted(drawn) == sorted(palette.PHASES[name] for name in phases)


def test_a_table_is_found_by_a_word_of_a_question_about_it(visit: Visit) -> None:
    question = next(question for question in QUESTIONS if re.search(r"\btension_pair_daily\b", question.sql))
    visit.page.wait_for_selector("#list details", state="attached")
    visit.page.fill("#find", question.title)
    assert "tension_pair_daily" in visit.page.locator("#list details:not([hidden]) summary code").all_text_contents()
    visit.page.fill("#find", "")


def test_a_long_query_can_be_stopped(visit: Visit) -> None:
    visit.page.fill("#sql", "select sum(sqrt(a.range * b.range)) from range(3000000) a, range(30000) b")
    visit.page.click("#run")
    visit.page.wait_for_timeout(500)
    visit.page.click("#stop")
    visit.page.wait_for_selector(READY)
    assert visit.text("status") == "Stopped."
    visit.run("select 1")
    assert visit.text("status").startswith("1 row")


def test_a_result_of_nulls_has_no_chart(visit: Visit) -> None:
    visit.console.clear()  # queries of earlier tests failed on purpose
    visit.run("select index_date, null::double as value from tension_pair_daily")
    assert visit.page.locator("#drawing").is_hidden()
    visit.run("select index_date, null::double as gap, tension from tension_pair_daily where pair = 'CHN-USA'")
    visit.page.wait_for_selector("#plot svg .mark-line path")
    assert visit.page.locator("#y option").all_text_contents() == ["tension"]
    assert visit.console == []


def test_a_large_result_is_cut_with_a_message(visit: Visit) -> None:
    visit.run("select range from range(500000)")
    assert "Only the first 20" in visit.text("status")
    assert visit.page.locator("#rows tbody tr").count() == 200
    visit.page.click("#more")
    assert visit.page.locator("#rows tbody tr").count() == 400


def test_a_query_of_a_link_is_shown_and_not_run(browser: Any, address: str) -> None:
    visit = Visit(browser, f"{address}#sql={quote(f'select 42 as answer -- {HOSTILE}')}")
    visit.page.wait_for_timeout(300)
    assert visit.page.input_value("#sql") == f"select 42 as answer -- {HOSTILE}"
    assert visit.page.locator("#from-link").is_visible()
    assert visit.page.locator("#result").is_hidden()
    visit.page.press("#sql", "Control+Enter")
    visit.page.wait_for_selector("#rows td")
    assert visit.page.locator("#rows td").all_text_contents() == ["42"]
    assert visit.page.locator("#from-link").is_hidden()
    visit.page.close()


def test_a_link_opened_after_a_query_shows_no_old_count(visit: Visit) -> None:
    visit.run("select 42 as answer")
    assert visit.text("status").startswith("1 row")
    visit.page.evaluate("location.hash = 'sql=select%201'")
    visit.page.wait_for_selector("#result", state="hidden")
    assert visit.text("status") == ""


@pytest.mark.parametrize("fragment", ["#sql=%E0%A4%A", "#sql=" + "x" * 30_000, "#other", "#sql="])
def test_a_damaged_link_is_ignored(browser: Any, address: str, fragment: str) -> None:
    visit = Visit(browser, address + fragment)
    assert visit.page.input_value("#sql") == ""
    assert visit.console == []
    visit.page.close()


@pytest.mark.parametrize(
    "options",
    [{}, {"viewport": {"width": 390, "height": 844}, "has_touch": True}, {"color_scheme": "dark"}],
    ids=["desktop", "phone", "dark"],
)
def test_the_page_has_no_serious_accessibility_finding(browser: Any, address: str, options: dict[str, Any]) -> None:
    visit = Visit(browser, address, **options)
    visit.page.locator(".ask").nth(4).click()
    visit.page.wait_for_selector("#plot svg")
    visit.page.locator("#list summary").nth(5).click()
    assert list_barriers(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.page.close()
