"""Fetching the files of a window from a local server: which files, in which order, and how faults are handled."""

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import GdeltSettings
from pipeline.sources.gdelt.crosscheck import build_cross_check
from pipeline.sources.gdelt.fetch import MASTER_LIST, MAX_FAILURES, fetch, iter_quarters, parse_master_list
from pipeline.sources.gdelt.stored import read_event_files
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult
from tests.unit.sources.gdelt.scenes import DAY, document, event, join_lines, zip_body
from tests.unit.sources.server import Clock, Upstream, conditional_response, error_response, make_client, ok_response, redirect_response

QUARTER_TO_ONE = datetime(2025, 4, 4, 0, 45, tzinfo=UTC)
THREE = ("20250404000000", "20250404001500", "20250404003000")  # the quarter-hours published by a quarter to one
ONE_DAY = Days(DAY, DAY)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with make_client(tmp_path / "payloads", Clock(QUARTER_TO_ONE)) as one:
        yield one


def events_file(stamp: str, numbers: tuple[int, ...] = (1,)) -> bytes:
    return zip_body(join_lines(*(event(number, stamp=stamp) for number in numbers)), f"{stamp}.export.CSV.zip")


def serve_quarters(upstream: Upstream, *stamps: str) -> None:
    """Serve the files of these quarter-hours, each with one event (with its position as id) and one document."""
    for number, stamp in enumerate(stamps, start=1):
        upstream.respond(f"/{stamp}.export.CSV.zip", ok_response(events_file(stamp, (number,)), "application/zip"))
        body = zip_body(join_lines(document(stamp=stamp)), f"{stamp}.gkg.csv.zip")
        upstream.respond(f"/{stamp}.gkg.csv.zip", ok_response(body, "application/zip"))


def requested_files(upstream: Upstream) -> list[str]:
    return [path.removeprefix("/") for path in upstream.requested_paths()]


def fetch_files(client: Client, upstream: Upstream, window: Days = ONE_DAY, **settings: object) -> list[FetchResult]:
    return list(fetch(client, GdeltSettings.model_validate({"base_url": upstream.url + "/", "files": ("events",)} | settings), window))


def outcomes(fetched: list[FetchResult]) -> list[str]:
    return [one.outcome for one in fetched]


def test_a_day_has_96_quarters() -> None:
    stamps = [f"{quarter:%Y%m%d%H%M%S}" for quarter in iter_quarters(DAY)]
    assert (len(stamps), stamps[0], stamps[1], stamps[-1]) == (96, "20250404000000", "20250404001500", "20250404234500")


def test_every_published_quarter_is_fetched_in_order_of_time(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    fetched = fetch_files(client, upstream, files=("articles", "events"))
    assert outcomes(fetched) == ["stored"] * 6
    assert requested_files(upstream) == [f"{stamp}.{end}" for stamp in THREE for end in ("export.CSV.zip", "gkg.csv.zip")]
    assert {one.request.day for one in fetched} == {DAY}


def test_past_days_are_fetched_completely_and_first(upstream: Upstream, client: Client) -> None:
    fetched = fetch_files(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 5)))
    assert len(fetched) == 96 + 3
    assert [one.request.item for one in fetched] == sorted(one.request.item for one in fetched)


def test_a_future_window_fetches_nothing(upstream: Upstream, client: Client) -> None:
    assert fetch_files(client, upstream, Days(date(2025, 4, 5), date(2025, 4, 6))) == []
    assert upstream.requests == []


def test_a_quarter_that_gdelt_does_not_have_is_missing(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, THREE[0], THREE[2])
    fetched = fetch_files(client, upstream)
    assert outcomes(fetched) == ["stored", "missing", "stored"]
    accounts = build_cross_check(fetched).accounts
    assert accounts.select("fetch_outcome", "is_read", "read_count").rows() == [
        ("stored", True, 1),
        ("missing", False, None),
        ("stored", True, 1),
    ]


def test_an_interrupted_run_continues_where_it_stopped(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    settings = GdeltSettings.model_validate({"base_url": upstream.url, "files": ("events",)})
    assert outcomes(list(itertools.islice(fetch(client, settings, ONE_DAY), 2))) == ["stored", "stored"]
    fetched = fetch_files(client, upstream)
    assert outcomes(fetched) == ["kept", "kept", "stored"]
    assert requested_files(upstream) == [f"{stamp}.export.CSV.zip" for stamp in THREE]
    assert build_cross_check(fetched).events["gdelt_event_id"].to_list() == [1, 2, 3]


def test_a_missing_quarter_is_fetched_again_by_the_next_run(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, THREE[0], THREE[2])
    fetch_files(client, upstream)
    serve_quarters(upstream, *THREE)
    assert outcomes(fetch_files(client, upstream)) == ["kept", "stored", "kept"]


def test_a_busy_host_is_retried_after_the_time_it_gives(upstream: Upstream, tmp_path: Path) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{THREE[1]}.export.CSV.zip", error_response(429, Retry_After="30"), ok_response(events_file(THREE[1])))
    clock = Clock(QUARTER_TO_ONE)
    with make_client(tmp_path, clock) as client:
        fetched = fetch_files(client, upstream)
    assert [(one.outcome, one.attempts) for one in fetched] == [("stored", 1), ("stored", 2), ("stored", 1)]
    assert 30.0 in clock.slept


def test_after_several_failures_in_a_row_requests_stop(upstream: Upstream, tmp_path: Path) -> None:
    for quarter in iter_quarters(date(2025, 4, 3)):
        upstream.respond(f"/{quarter:%Y%m%d%H%M%S}.export.CSV.zip", error_response(503))
    with make_client(tmp_path, Clock(QUARTER_TO_ONE), tries=1) as client:
        fetched = fetch_files(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 3)))
    assert len(upstream.requests) == MAX_FAILURES
    assert outcomes(fetched) == ["failed"] * 96
    assert "503" in fetched[0].detail
    assert fetched[-1].attempts == 0
    assert fetched[-1].detail.startswith(f"not requested, because {MAX_FAILURES} requests in a row failed: {upstream.url}/")
    assert build_cross_check(fetched).accounts.height == 96


def test_failures_that_are_not_in_a_row_do_not_stop_requests(upstream: Upstream, tmp_path: Path) -> None:
    stamps = [f"{quarter:%Y%m%d%H%M%S}" for quarter in iter_quarters(date(2025, 4, 3))]
    serve_quarters(upstream, *stamps)
    for stamp in stamps[::2]:
        upstream.respond(f"/{stamp}.export.CSV.zip", error_response(503))
    with make_client(tmp_path, Clock(QUARTER_TO_ONE), tries=1) as client:
        assert outcomes(fetch_files(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 3)))) == ["failed", "stored"] * 48


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (events_file(THREE[0])[:-30], "is not a zip file, or a damaged one"),
        (b"<html>Sign in to the network</html>", "is not a zip file"),
        (zip_body(b""), "is empty"),
        (zip_body(b"\t" * 20_000_000), "would unpack to 20,000,000"),
    ],
    ids=["truncated", "a page", "empty", "a bomb"],
)
def test_an_incomplete_file_is_failed_and_fetched_again(upstream: Upstream, client: Client, body: bytes, detail: str) -> None:
    path = f"/{THREE[0]}.export.CSV.zip"
    upstream.respond(path, conditional_response(ok_response(body, ETag='"broken"')))
    first = fetch_files(client, upstream)[0]
    assert (first.outcome, first.payload) == ("failed", None)
    assert detail in first.detail
    assert "The next run fetches it again" in first.detail
    assert fetch_files(client, upstream)[0].outcome == "failed"  # unchanged on the host
    upstream.respond(path, conditional_response(ok_response(events_file(THREE[0]), ETag='"fixed"')))
    assert fetch_files(client, upstream)[0].outcome == "stored"
    assert fetch_files(client, upstream)[0].outcome == "kept"


def master_list(upstream: Upstream, *stamps: str, wrong: str = "") -> str:
    """Return a master list of these quarters' events; the MD5 of `wrong` is wrong."""
    lines = []
    for stamp in stamps:
        body = events_file(stamp, (THREE.index(stamp) + 1,))
        md5 = hashlib.md5(b"another" if stamp == wrong else body, usedforsecurity=False).hexdigest()
        lines += [f"{len(body)} {md5} {upstream.url}/{stamp}.export.CSV.zip", f"1 {md5} {upstream.url}/{stamp}.mentions.CSV.zip"]
    return "\n".join(lines) + "\n"


def test_the_master_list_is_fetched_only_if_enabled(upstream: Upstream, client: Client) -> None:
    fetch_files(client, upstream)
    assert MASTER_LIST not in requested_files(upstream)


def test_with_the_master_list_only_listed_files_are_fetched(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(master_list(upstream, THREE[1])))
    fetched = fetch_files(client, upstream, master_list=True)
    # the last quarter is newer than the list
    assert outcomes(fetched) == ["stored", "missing", "stored", "stored"]
    assert fetched[0].payload is None
    assert f"not in GDELT's {MASTER_LIST}" in fetched[1].detail
    assert requested_files(upstream) == [MASTER_LIST, f"{THREE[1]}.export.CSV.zip", f"{THREE[2]}.export.CSV.zip"]


def test_the_master_list_is_fetched_once_a_day(upstream: Upstream, tmp_path: Path) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(master_list(upstream, *THREE)))
    clock = Clock(QUARTER_TO_ONE)
    with make_client(tmp_path, clock) as client:
        fetch_files(client, upstream, master_list=True)
        fetch_files(client, upstream, master_list=True)
        assert requested_files(upstream).count(MASTER_LIST) == 1
        clock.sleep(86_400)
        fetch_files(client, upstream, master_list=True)
    assert requested_files(upstream).count(MASTER_LIST) == 2


def test_a_file_with_another_md5_than_listed_is_failed(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(master_list(upstream, *THREE, wrong=THREE[1])))
    fetched = fetch_files(client, upstream, master_list=True)
    assert outcomes(fetched) == ["stored", "stored", "failed", "stored"]
    assert "different MD5" in fetched[2].detail
    assert [row["is_read"] for row in build_cross_check(fetched).accounts.rows(named=True)] == [True, False, True]


def test_a_rejected_file_stays_failed_until_it_is_complete(upstream: Upstream, client: Client) -> None:
    path = f"/{THREE[0]}.export.CSV.zip"
    upstream.respond(path, ok_response(events_file(THREE[0])[:-30]))
    fetch_files(client, upstream)
    assert client.archive.journal("gdelt", ONE_DAY).filter(item=path[1:])["outcome"].to_list() == ["failed"]
    result = next(read_event_files(client.archive, ONE_DAY))
    assert (result.outcome, result.payload, "next run fetches it again" in result.detail) == ("failed", None, True)
    upstream.respond(path, ok_response(events_file(THREE[0])))
    fetch_files(client, upstream)
    assert next(read_event_files(client.archive, ONE_DAY)).outcome == "kept"


def test_a_file_not_in_the_list_is_recorded_as_missing(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(master_list(upstream, THREE[1])))
    fetch_files(client, upstream, master_list=True)
    results = list(read_event_files(client.archive, ONE_DAY))
    assert [one.outcome for one in results[:3]] == ["missing", "kept", "kept"]
    assert f"not in GDELT's {MASTER_LIST}" in results[0].detail


def test_a_file_with_another_size_than_listed_is_failed(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond(f"/{THREE[0]}.export.CSV.zip", ok_response(events_file(THREE[0], (1, 2, 3))))
    upstream.respond(f"/{MASTER_LIST}", ok_response(master_list(upstream, *THREE)))
    assert "bytes, but" in fetch_files(client, upstream, master_list=True)[1].detail


def test_if_the_master_list_is_missing_all_files_are_fetched(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    assert outcomes(fetch_files(client, upstream, master_list=True)) == ["failed", "stored", "stored", "stored"]


def test_other_lines_of_the_master_list_are_skipped() -> None:
    md5 = "0" * 32
    body = "\n".join(
        [
            f"150383 {md5} http://data.example/gdeltv2/20250404103000.export.CSV.zip",
            f"150383 {md5} http://data.example/gdeltv2/20250404103000.mentions.CSV.zip",
            f"150384 {md5} http://data.example/gdeltv2/20250405103000.gkg.csv.zip",
            "http://data.example/gdeltv2/20250404104500.export.CSV.zip",
            f"many {md5} http://data.example/gdeltv2/20250404110000.export.CSV.zip",
            "",
            "\xff\x00",
        ]
    )
    listing = parse_master_list(body.encode("latin-1"), ONE_DAY)
    assert listing.files == {"20250404103000.export.CSV.zip": (150_383, md5)}
    assert listing.newest == "20250405103000"


def test_a_redirect_to_another_path_is_followed(upstream: Upstream, client: Client) -> None:
    serve_quarters(upstream, *THREE)
    upstream.respond("/moved.zip", ok_response(events_file(THREE[0])))
    upstream.respond(f"/{THREE[0]}.export.CSV.zip", redirect_response(upstream.url + "/moved.zip", 301))
    assert outcomes(fetch_files(client, upstream)) == ["stored"] * 3
