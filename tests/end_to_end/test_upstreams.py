"""A run with all five upstreams enabled: results, repeated requests, and failures."""

import gzip
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables import TABLES
from pipeline.sources.gdelt.fetch import iter_quarters
from pipeline.sources.gdelt.stored import read_event_files
from pipeline.sources.http.archive import Archive
from pipeline.warehouse.lake import Lake
from tests.conftest import CompletedCommand
from tests.end_to_end.five_upstreams import (
    ARTICLES_END,
    CENSUS_KEY,
    CHINA_EXPORTS_USD,
    COMTRADE_KEY,
    COURIER,
    COURIER_PATH,
    COURIER_TITLE,
    DAY_BEFORE,
    DAYS,
    DUTIES_USD,
    EARLIER,
    EVENTS_END,
    GAZETTE,
    GAZETTE_PATH,
    GDELT_TITLE,
    IMPORTS_USD,
    LAST,
    MENTIONS,
    NOT_RELEASED,
    POST,
    POST_PATH,
    POST_TITLE,
    QUARTERS,
    REGISTER_PATH,
    SECOND_PAGE,
    Home,
    create_home,
    register,
    serve_gdelt_files,
    serve_upstreams,
)
from tests.unit.sources.server import ReceivedRequest, Response, Upstream, error_response, serve_upstream

pytestmark = pytest.mark.slow

RUN = f"run --from {DAY_BEFORE} --to {LAST}"
IN_THE_LAKE = ("raw_articles", "coverage", "gdelt_accounts", "raw_official_documents", "official_signals", "fetches")
PUBLISHED = ("gdelt_daily", "official_signals", "trade_flows", "tension_daily")
FILES_A_DAY = 2 * 96
SERVED_A_DAY = 2 * len(QUARTERS)


@dataclass(frozen=True)
class Step:
    """A command with its output, its requests, and the files of the home afterwards."""

    command: CompletedCommand
    requests: list[ReceivedRequest]
    lake: dict[str, pl.DataFrame]
    published: dict[str, pl.DataFrame]
    release: dict[str, bytes]

    def paths(self, under: str) -> list[str]:
        return [one.path.removeprefix(under) for one in self.requests if one.path.startswith(under)]

    @property
    def errors_printed(self) -> str:
        return " ".join(self.command.stderr.split())


def run_step(upstream: Upstream, home: Home, command: str) -> Step:
    before = len(upstream.requests)
    said = home.tension(command)
    if said.returncode:
        pytest.fail(f"tension {command} ended with {said.returncode}:\n{said.stdout}\n{said.stderr}", pytrace=False)
    lake, latest = Lake(home.home / "lake"), home.home / "published" / "latest"
    return Step(
        said,
        upstream.requests[before:],
        {name: lake.read(TABLES[name]) for name in IN_THE_LAKE},
        {name: pl.read_parquet(latest / name / "*.parquet") for name in PUBLISHED},
        {str(path.relative_to(latest.resolve().parent)): path.read_bytes() for path in sorted(latest.resolve().rglob("*.parquet"))},
    )


@dataclass(frozen=True)
class Story:
    """One home after three runs: two days; the same two days again; an earlier day, with a failure of the official journal."""

    home: Home
    first: Step
    sources: str
    again: Step
    backfill: Step


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with serve_upstream() as upstream:
        serve_upstreams(upstream)
        home = create_home(upstream, tmp_path_factory.mktemp("upstreams"))
        first, sources = run_step(upstream, home, RUN), home.tension("sources").stdout
        again = run_step(upstream, home, RUN)
        upstream.respond(REGISTER_PATH, register(second_page_of=DAY_BEFORE))
        upstream.respond(SECOND_PAGE, error_response(503))
        yield Story(home, first, sources, again, run_step(upstream, home, f"run --from {EARLIER} --to {DAY_BEFORE}"))


def list_gdelt_files(*days: date) -> list[str]:
    return [f"{quarter:%Y%m%d%H%M%S}{end}" for day in days for quarter in iter_quarters(day) for end in (EVENTS_END, ARTICLES_END)]


def list_served_files(day: date) -> set[str]:
    return {f"{day:%Y%m%d}{quarter}{end}" for quarter in QUARTERS for end in (EVENTS_END, ARTICLES_END)}


def list_journal_days(step: Step) -> list[str]:
    return [dict(one.query)["conditions[publication_date][gte]"] for one in step.requests if one.path == REGISTER_PATH]


def test_feeds_and_gdelt_become_articles_of_their_days(story: Story) -> None:
    rows = story.first.lake["raw_articles"]
    titles = set(rows.select("index_date", "source", "title").rows())
    assert {(LAST, POST, POST_TITLE), (DAY_BEFORE, COURIER, COURIER_TITLE), (LAST, "zenda.example", GDELT_TITLE)} <= titles
    assert rows.height == 2 + 2 * len(QUARTERS)
    assert rows["unreadable"].null_count() == rows.height


def test_every_row_of_every_source_is_accounted_for(story: Story) -> None:
    coverage = story.first.lake["coverage"]
    assert dict(coverage.group_by("source").agg(pl.col("article_count").sum()).rows()) == {POST: 1, COURIER: 1, "zenda.example": 6}
    assert (coverage["article_count"] == coverage["accepted"] + coverage["duplicate"] + coverage["quarantined"]).all()


def test_the_index_is_built_from_the_responses(story: Story) -> None:
    daily = story.first.published["tension_daily"]
    assert set(daily["index_date"]) == {DAY_BEFORE, LAST}
    assert set(daily.select("actor", "target").rows()) == {("CHN", "USA"), ("USA", "CHN")}
    signals = Lake(story.home.home / "lake").read(TABLES["signals"])
    assert {("CHN", "USA"), ("USA", "CHN")} <= set(signals.select("actor", "target").rows())
    assert {POST_TITLE, GDELT_TITLE} & set(signals["quote"])


def test_a_missing_gdelt_file_is_missing_and_not_zero(story: Story) -> None:
    accounts = story.first.lake["gdelt_accounts"]
    assert accounts.height == 2 * 96
    missing = accounts.filter(~pl.col("is_read"))
    assert missing["fetch_outcome"].unique().to_list() == ["missing"]
    assert missing.height == 2 * (96 - len(QUARTERS))
    assert missing["read_count"].null_count() == missing["kept_count"].null_count() == missing.height
    daily = story.first.published["gdelt_daily"]
    assert daily.select("quarters_read", "quarters_missing").unique().rows() == [(len(QUARTERS), 96 - len(QUARTERS))]


def test_the_cross_check_counts_what_gdelt_coded(story: Story) -> None:
    counted = story.first.published["gdelt_daily"].filter(actor="CHN", target="USA", channel="escalation").sort("index_date")
    expected = [(day, len(QUARTERS), MENTIONS * len(QUARTERS)) for day in (DAY_BEFORE, LAST)]
    assert counted.select("index_date", "event_count", "mention_count").rows() == expected


def test_the_journal_gives_its_act_and_no_act_on_an_empty_day(story: Story) -> None:
    acts = story.first.published["official_signals"]
    assert acts.select("index_date", "actor", "target", "kind").rows() == [(DAY_BEFORE, "USA", "CHN", "measure")]
    assert acts["source_kind"].to_list() == ["official"]


def test_trade_flows_have_the_figures_of_both_offices(story: Story) -> None:
    flows = story.first.published["trade_flows"].filter(pl.col("reference_month") < NOT_RELEASED)
    newest = flows.filter(pl.col("reference_month") == flows.filter(origin="census")["reference_month"].max())
    values = newest.filter(product="").select("reporter", "flow", "value_usd", "duties_usd").rows()
    assert ("USA", "imports", IMPORTS_USD, DUTIES_USD) in values
    assert flows.filter(origin="comtrade")["value_usd"].unique().to_list() == [CHINA_EXPORTS_USD]


def test_a_run_requests_only_its_days_from_each_upstream(story: Story) -> None:
    assert story.first.paths("/gdelt/") == list_gdelt_files(DAY_BEFORE, LAST)
    assert list_journal_days(story.first) == [DAY_BEFORE.isoformat(), LAST.isoformat()]
    assert story.first.paths("/feeds/") == ["post.xml", "courier.xml", "gazette.xml", "gazette.xml"]


def test_no_key_is_in_the_home_or_in_the_output(story: Story) -> None:
    keys = [CENSUS_KEY.encode(), COMTRADE_KEY.encode()]
    sent = {value for one in story.first.requests for _, value in one.query}
    assert {CENSUS_KEY, COMTRADE_KEY} <= sent
    files = [path for path in story.home.home.rglob("*") if path.is_file()]
    assert {".db", ".gz", ".jsonl", ".parquet"} <= {path.suffix for path in files}
    holding = [path for path in files if any(key in content for key in keys for content in read_contents(path))]
    assert holding == []
    printed = [text.encode() for step in (story.first, story.again, story.backfill) for text in (step.command.stdout, step.command.stderr)]
    assert [text for text in printed if any(key in text for key in keys)] == []


def read_contents(path: Path) -> list[bytes]:
    """Return the bytes of a file, and its unpacked contents."""
    if path.suffix == ".parquet":
        return [path.read_bytes(), pl.read_parquet(path).select(pl.selectors.string()).write_ndjson().encode()]
    return [path.read_bytes(), *([gzip.decompress(path.read_bytes())] if path.suffix == ".gz" else [])]


def test_sources_shows_the_state_of_each_source(story: Story) -> None:
    lines = {words[0]: words for line in story.sources.splitlines() if (words := line.split())}
    assert {"trade", "rss", "gdelt", "federal_register", "census", "comtrade"} <= set(lines)
    lacking = 2 * (FILES_A_DAY - SERVED_A_DAY)
    # rows are six articles and six events; the lag is counted to the day of `NOON`
    assert lines["gdelt"][3:9] == ["12", f"{LAST}", "1", "d", f"{lacking}", "0"]
    assert lines["rss"][3:9] == ["2", f"{LAST}", "1", "d", "0", "1"]
    assert lines["federal_register"][3:9] == ["1", f"{DAY_BEFORE}", "2", "d", "0", "0"]


def test_a_second_run_requests_only_what_is_not_final(story: Story) -> None:
    stored = list_served_files(DAY_BEFORE) | list_served_files(LAST)
    assert story.again.paths("/gdelt/") == [name for name in list_gdelt_files(DAY_BEFORE, LAST) if name not in stored]
    census_years = {dict(one.query)["time"][5:9] for one in story.again.requests if one.path.startswith("/intltrade/")}
    assert census_years == {str(LAST.year), str(LAST.year - 1)}
    requests = [one for one in story.again.requests if one.path in {POST_PATH, COURIER_PATH, REGISTER_PATH}]
    assert len(requests) == 4
    assert all("if-none-match" in one.headers for one in requests)


def test_a_second_run_publishes_the_same_release(story: Story) -> None:
    assert story.again.release == story.first.release


def test_a_run_over_earlier_days_requests_only_those(story: Story) -> None:
    stored = list_served_files(DAY_BEFORE)
    assert story.backfill.paths("/gdelt/") == [name for name in list_gdelt_files(EARLIER, DAY_BEFORE) if name not in stored]
    assert list_journal_days(story.backfill) == [EARLIER.isoformat(), DAY_BEFORE.isoformat()]


def test_earlier_days_are_added_to_those_already_read(story: Story) -> None:
    assert set(story.backfill.published["tension_daily"]["index_date"]) == set(DAYS)
    assert set(story.backfill.lake["gdelt_accounts"]["index_date"]) == set(DAYS)
    before = story.first.lake["raw_articles"].filter(index_date=LAST)
    assert story.backfill.lake["raw_articles"].filter(index_date=LAST).equals(before)


def test_a_failing_page_is_reported_and_its_day_keeps_its_rows(story: Story) -> None:
    errors = story.backfill.errors_printed
    for check in ("federal_register.answered", "raw_official_documents.every_day_is_whole"):
        assert f"warning: {check}" in errors
    assert "it answered 503" in errors
    documents = story.backfill.lake["raw_official_documents"]
    assert documents.select("index_date", "title").rows() == [
        (day, "Tin Kettles From China: Antidumping Duty Order") for day in (EARLIER, DAY_BEFORE)
    ]


def test_a_failing_feed_is_reported_and_the_run_succeeds(story: Story) -> None:
    assert story.first.command.returncode == 0
    assert "warning: rss.answered" in story.first.errors_printed
    assert f"{GAZETTE} failed" in story.first.errors_printed
    for output in (story.first.errors_printed, story.sources):
        assert f"{GAZETTE_PATH}: it answered 500 (2 attempts)" in output


def test_a_failing_feed_is_not_counted_as_zero(story: Story) -> None:
    assert story.first.lake["fetches"].filter(item=GAZETTE)["outcome"].to_list() == ["failed"]
    for name in ("raw_articles", "coverage"):
        assert set(story.first.lake[name]["source"]) == {POST, COURIER, "zenda.example"}


def test_a_missing_item_fails_no_check_of_other_upstreams(story: Story) -> None:
    failed = {check for line in story.first.command.stderr.splitlines() if (check := line.partition("warning: ")[2].split(": ")[0])}
    lacking = {"gdelt_accounts.most_files_are_read", "gdelt_daily.few_files_are_missing"}
    assert failed == lacking | {"rss.answered"}


def test_a_killed_fetch_continues_where_it_stopped(tmp_path: Path) -> None:
    files, whole = list_gdelt_files(LAST), 40
    with serve_upstream() as upstream:
        serve_gdelt_files(upstream, LAST, tuple(f"{quarter:%H%M%S}" for quarter in iter_quarters(LAST)))
        reached, released = threading.Event(), threading.Event()
        hang_at(upstream, f"/gdelt/{files[whole]}", reached, released)
        home = create_home(upstream, tmp_path)
        with home.start(f"fetch gdelt --from {LAST} --to {LAST}") as dying:
            assert reached.wait(300), "the file was never requested"
            dying.send_signal(signal.SIGKILL)
        assert dying.returncode == -signal.SIGKILL
        released.set()
        before = len(upstream.requests)
        assert before == whole + 1
        command = home.tension(f"fetch gdelt --from {LAST} --to {LAST}")
        assert command.returncode == 0, command.stderr
        assert [path.removeprefix("/gdelt/") for path in upstream.requested_paths()[before:]] == files[whole:]
    archive = Archive(home.home / "lake" / "payloads")
    event_files = list(read_event_files(archive, Days(LAST, LAST)))
    assert [(one.outcome, one.payload is not None) for one in event_files] == [("kept", True)] * 96
    assert archive.journal("gdelt").filter(outcome="stored").height == FILES_A_DAY


def hang_at(upstream: Upstream, path: str, reached: threading.Event, released: threading.Event) -> None:
    """Delay the first response to this path until it is released; later requests get the original response."""
    proper = upstream.remaining_responses(path)

    def hang(_: ReceivedRequest) -> Response:
        reached.set()
        released.wait(60)
        return error_response(503)

    upstream.respond(path, hang, *proper)
