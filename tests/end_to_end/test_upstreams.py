"""All five upstreams on, against a server that speaks as they do: what a run makes of it, what it asks for again, what a fault does."""

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
    COURIER_SAYS,
    DAY_BEFORE,
    DAYS,
    DUTIES_USD,
    EARLIER,
    EVENTS_END,
    GAZETTE,
    GAZETTE_PATH,
    GDELT_SAYS,
    IMPORTS_USD,
    LAST,
    MENTIONS,
    NOT_RELEASED,
    POST,
    POST_PATH,
    POST_SAYS,
    QUARTERS,
    REGISTER_PATH,
    SECOND_PAGE,
    Home,
    home_that_asks,
    put_up,
    put_up_quarters,
    register,
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
    """A command, what it said, what it asked the server for, and what lay in the home afterwards."""

    said: CompletedCommand
    asked: list[ReceivedRequest]
    lake: dict[str, pl.DataFrame]
    published: dict[str, pl.DataFrame]
    release: dict[str, bytes]

    def paths(self, under: str) -> list[str]:
        return [one.path.removeprefix(under) for one in self.asked if one.path.startswith(under)]

    @property
    def complained(self) -> str:
        return " ".join(self.said.stderr.split())


def stepped(upstream: Upstream, home: Home, command: str) -> Step:
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
    """One home through three runs: two days; the same two days again; an earlier day, with a fault of the official journal."""

    home: Home
    first: Step
    sources: str
    again: Step
    backfill: Step


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with serve_upstream() as upstream:
        put_up(upstream)
        home = home_that_asks(upstream, tmp_path_factory.mktemp("upstreams"))
        first, sources = stepped(upstream, home, RUN), home.tension("sources").stdout
        again = stepped(upstream, home, RUN)
        upstream.respond(REGISTER_PATH, register(second_page_of=DAY_BEFORE))
        upstream.respond(SECOND_PAGE, error_response(503))
        yield Story(home, first, sources, again, stepped(upstream, home, f"run --from {EARLIER} --to {DAY_BEFORE}"))


def gdelt_files(*days: date) -> list[str]:
    return [f"{quarter:%Y%m%d%H%M%S}{end}" for day in days for quarter in iter_quarters(day) for end in (EVENTS_END, ARTICLES_END)]


def served(day: date) -> set[str]:
    return {f"{day:%Y%m%d}{quarter}{end}" for quarter in QUARTERS for end in (EVENTS_END, ARTICLES_END)}


def register_days(step: Step) -> list[str]:
    return [dict(one.query)["conditions[publication_date][gte]"] for one in step.asked if one.path == REGISTER_PATH]


def test_what_feeds_and_gdelt_tell_becomes_articles_of_their_days(story: Story) -> None:
    rows = story.first.lake["raw_articles"]
    told = set(rows.select("index_date", "source", "title").rows())
    assert {(LAST, POST, POST_SAYS), (DAY_BEFORE, COURIER, COURIER_SAYS), (LAST, "zenda.example", GDELT_SAYS)} <= told
    assert rows.height == 2 + 2 * len(QUARTERS)
    assert rows["unreadable"].null_count() == rows.height


def test_every_row_of_every_source_is_accounted_for(story: Story) -> None:
    coverage = story.first.lake["coverage"]
    assert dict(coverage.group_by("source").agg(pl.col("article_count").sum()).rows()) == {POST: 1, COURIER: 1, "zenda.example": 6}
    assert (coverage["article_count"] == coverage["accepted"] + coverage["duplicate"] + coverage["quarantined"]).all()


def test_the_index_stands_on_what_was_served(story: Story) -> None:
    daily = story.first.published["tension_daily"]
    assert set(daily["index_date"]) == {DAY_BEFORE, LAST}
    assert set(daily.select("actor", "target").rows()) == {("CHN", "USA"), ("USA", "CHN")}
    signals = Lake(story.home.home / "lake").read(TABLES["signals"])
    assert {("CHN", "USA"), ("USA", "CHN")} <= set(signals.select("actor", "target").rows())
    assert any(name in story.first.said.stdout for name in (POST_SAYS, GDELT_SAYS))


def test_a_quarter_of_an_hour_that_gdelt_lacks_is_missing_and_never_a_zero(story: Story) -> None:
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


def test_the_journal_gives_its_act_and_an_empty_day_none(story: Story) -> None:
    acts = story.first.published["official_signals"]
    assert acts.select("index_date", "actor", "target", "kind").rows() == [(DAY_BEFORE, "USA", "CHN", "measure")]
    assert acts["source_kind"].to_list() == ["official"]


def test_trade_flows_hold_the_figures_of_both_offices_with_duties(story: Story) -> None:
    flows = story.first.published["trade_flows"].filter(pl.col("reference_month") < NOT_RELEASED)
    newest = flows.filter(pl.col("reference_month") == flows.filter(origin="census")["reference_month"].max())
    values = newest.filter(product="").select("reporter", "flow", "value_usd", "duties_usd").rows()
    assert ("USA", "imports", IMPORTS_USD, DUTIES_USD) in values
    assert flows.filter(origin="comtrade")["value_usd"].unique().to_list() == [CHINA_EXPORTS_USD]


def test_a_run_asks_each_upstream_for_its_days_and_for_no_others(story: Story) -> None:
    assert story.first.paths("/gdelt/") == gdelt_files(DAY_BEFORE, LAST)
    assert register_days(story.first) == [DAY_BEFORE.isoformat(), LAST.isoformat()]
    assert story.first.paths("/feeds/") == ["post.xml", "courier.xml", "gazette.xml", "gazette.xml"]


def test_no_key_is_anywhere_in_the_home_nor_in_what_is_printed(story: Story) -> None:
    keys = [CENSUS_KEY.encode(), COMTRADE_KEY.encode()]
    sent = {value for one in story.first.asked for _, value in one.query}
    assert {CENSUS_KEY, COMTRADE_KEY} <= sent
    files = [path for path in story.home.home.rglob("*") if path.is_file()]
    assert {".db", ".gz", ".jsonl", ".parquet"} <= {path.suffix for path in files}
    holding = [path for path in files if any(key in content for key in keys for content in contents(path))]
    assert holding == []
    said = [text.encode() for step in (story.first, story.again, story.backfill) for text in (step.said.stdout, step.said.stderr)]
    assert [text for text in said if any(key in text for key in keys)] == []


def contents(path: Path) -> list[bytes]:
    """The bytes of a file, and what they are when unpacked."""
    if path.suffix == ".parquet":
        return [path.read_bytes(), pl.read_parquet(path).select(pl.selectors.string()).write_ndjson().encode()]
    return [path.read_bytes(), *([gzip.decompress(path.read_bytes())] if path.suffix == ".gz" else [])]


def test_sources_tells_how_each_stands_after_a_run(story: Story) -> None:
    lines = {words[0]: words for line in story.sources.splitlines() if (words := line.split())}
    assert {"trade", "rss", "gdelt", "federal_register", "census", "comtrade"} <= set(lines)
    lacking = 2 * (FILES_A_DAY - SERVED_A_DAY)
    # rows are six articles and six events
    assert lines["gdelt"][3:9] == ["12", f"{LAST}", "0", "d", f"{lacking}", "0"]
    assert lines["rss"][3:9] == ["2", f"{LAST}", "0", "d", "0", "1"]
    assert lines["federal_register"][3:9] == ["1", f"{DAY_BEFORE}", "1", "d", "0", "0"]


def test_a_second_run_asks_only_for_what_is_not_final(story: Story) -> None:
    kept = served(DAY_BEFORE) | served(LAST)
    assert story.again.paths("/gdelt/") == [name for name in gdelt_files(DAY_BEFORE, LAST) if name not in kept]
    census_years = {dict(one.query)["time"][5:9] for one in story.again.asked if one.path.startswith("/intltrade/")}
    assert census_years == {str(LAST.year), str(LAST.year - 1)}
    asked = [one for one in story.again.asked if one.path in {POST_PATH, COURIER_PATH, REGISTER_PATH}]
    assert len(asked) == 4
    assert all("if-none-match" in one.headers for one in asked)


def test_a_second_run_publishes_the_same_release(story: Story) -> None:
    assert story.again.release == story.first.release


def test_a_run_over_earlier_days_asks_for_these_alone(story: Story) -> None:
    kept = served(DAY_BEFORE)
    assert story.backfill.paths("/gdelt/") == [name for name in gdelt_files(EARLIER, DAY_BEFORE) if name not in kept]
    assert register_days(story.backfill) == [EARLIER.isoformat(), DAY_BEFORE.isoformat()]


def test_earlier_days_join_those_that_were_read_before(story: Story) -> None:
    assert set(story.backfill.published["tension_daily"]["index_date"]) == set(DAYS)
    assert set(story.backfill.lake["gdelt_accounts"]["index_date"]) == set(DAYS)
    before = story.first.lake["raw_articles"].filter(index_date=LAST)
    assert story.backfill.lake["raw_articles"].filter(index_date=LAST).equals(before)


def test_a_failing_page_is_reported_and_its_day_keeps_its_rows(story: Story) -> None:
    said = story.backfill.complained
    for check in ("federal_register.answered", "raw_official_documents.every_day_is_whole"):
        assert f"check failed: {check}" in said
    assert "it answered 503" in said
    documents = story.backfill.lake["raw_official_documents"]
    assert documents.select("index_date", "title").rows() == [
        (day, "Tin Kettles From China: Antidumping Duty Order") for day in (EARLIER, DAY_BEFORE)
    ]


def test_a_feed_that_fails_is_told_and_the_run_ends_well(story: Story) -> None:
    assert story.first.said.returncode == 0
    assert "check failed: rss.answered" in story.first.complained
    assert f"{GAZETTE} failed" in story.first.complained
    for told in (story.first.complained, story.sources):
        assert f"{GAZETTE_PATH}: it answered 500 (2 attempts)" in told


def test_of_a_feed_that_fails_nothing_is_a_zero(story: Story) -> None:
    assert story.first.lake["fetches"].filter(item=GAZETTE)["outcome"].to_list() == ["failed"]
    for name in ("raw_articles", "coverage"):
        assert set(story.first.lake[name]["source"]) == {POST, COURIER, "zenda.example"}


def test_what_an_upstream_lacks_breaks_no_promise_of_others(story: Story) -> None:
    broken = {check for line in story.first.said.stderr.splitlines() if (check := line.partition("check failed: ")[2].split(": ")[0])}
    lacking = {"gdelt_accounts.most_quarters_are_read", "gdelt_daily.hardly_a_quarter_is_missing"}
    assert broken == lacking | {"rss.answered"}


def test_a_fetch_that_is_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    files, whole = gdelt_files(LAST), 40
    with serve_upstream() as upstream:
        put_up_quarters(upstream, LAST, tuple(f"{quarter:%H%M%S}" for quarter in iter_quarters(LAST)))
        reached, released = threading.Event(), threading.Event()
        hang_at(upstream, f"/gdelt/{files[whole]}", reached, released)
        home = home_that_asks(upstream, tmp_path)
        with home.start(f"fetch gdelt --from {LAST} --to {LAST}") as dying:
            assert reached.wait(300), "the file was never asked for"
            dying.send_signal(signal.SIGKILL)
        assert dying.returncode == -signal.SIGKILL
        released.set()
        before = len(upstream.requests)
        assert before == whole + 1
        said = home.tension(f"fetch gdelt --from {LAST} --to {LAST}")
        assert said.returncode == 0, said.stderr
        assert [path.removeprefix("/gdelt/") for path in upstream.requested_paths()[before:]] == files[whole:]
    archive = Archive(home.home / "lake" / "payloads")
    told = list(read_event_files(archive, Days(LAST, LAST)))
    assert [(one.outcome, one.payload is not None) for one in told] == [("kept", True)] * 96
    assert archive.journal("gdelt").filter(outcome="stored").height == FILES_A_DAY


def hang_at(upstream: Upstream, path: str, reached: threading.Event, released: threading.Event) -> None:
    """The first who asks for this gets no answer until it is released; everybody after that gets what was there before."""
    proper = upstream.remaining_responses(path)

    def hang(_: ReceivedRequest) -> Response:
        reached.set()
        released.wait(60)
        return error_response(503)

    upstream.respond(path, hang, *proper)
