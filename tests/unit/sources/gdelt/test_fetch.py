"""Asking for a window's files over a real connection: what is asked for, in which order, and what becomes of each fault."""

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import GdeltSettings
from pipeline.sources.gdelt.crosscheck import cross_check
from pipeline.sources.gdelt.fetch import MASTER_LIST, MOST_FAILURES, fetch, quarters, read_listing
from pipeline.sources.gdelt.record import event_files
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched
from tests.unit.sources.gdelt.scenes import DAY, document, event, file_of, zipped
from tests.unit.sources.server import Clock, Upstream, conditional_response, error_response, make_client, ok_response, redirect_response

QUARTER_TO_ONE = datetime(2025, 4, 4, 0, 45, tzinfo=UTC)
THREE = ("20250404000000", "20250404001500", "20250404003000")  # the quarters that can be there a quarter to one
ONE_DAY = Days(DAY, DAY)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with make_client(tmp_path / "payloads", Clock(QUARTER_TO_ONE)) as one:
        yield one


def events_file(stamp: str, numbers: tuple[int, ...] = (1,)) -> bytes:
    return zipped(file_of(*(event(number, stamp=stamp) for number in numbers)), f"{stamp}.export.CSV.zip")


def put_up(upstream: Upstream, *stamps: str) -> None:
    """These quarters' files, each with one event (numbered by its place) and one document."""
    for number, stamp in enumerate(stamps, start=1):
        upstream.respond(f"/{stamp}.export.CSV.zip", ok_response(events_file(stamp, (number,)), "application/zip"))
        body = zipped(file_of(document(stamp=stamp)), f"{stamp}.gkg.csv.zip")
        upstream.respond(f"/{stamp}.gkg.csv.zip", ok_response(body, "application/zip"))


def asked(upstream: Upstream) -> list[str]:
    return [path.removeprefix("/") for path in upstream.requested_paths()]


def run(client: Client, upstream: Upstream, window: Days = ONE_DAY, **settings: object) -> list[Fetched]:
    return list(fetch(client, GdeltSettings.model_validate({"base_url": upstream.url + "/", "files": ("events",)} | settings), window))


def outcomes(fetched: list[Fetched]) -> list[str]:
    return [one.outcome for one in fetched]


def test_a_day_has_96_quarters() -> None:
    stamps = [f"{quarter:%Y%m%d%H%M%S}" for quarter in quarters(DAY)]
    assert (len(stamps), stamps[0], stamps[1], stamps[-1]) == (96, "20250404000000", "20250404001500", "20250404234500")


def test_every_quarter_that_has_come_is_asked_for_in_order_of_time(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    fetched = run(client, upstream, files=("articles", "events"))
    assert outcomes(fetched) == ["stored"] * 6
    assert asked(upstream) == [f"{stamp}.{end}" for stamp in THREE for end in ("export.CSV.zip", "gkg.csv.zip")]
    assert {one.request.about for one in fetched} == {DAY}


def test_days_before_are_asked_for_whole_and_the_newest_last(upstream: Upstream, client: Client) -> None:
    fetched = run(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 5)))
    assert len(fetched) == 96 + 3
    assert [one.request.item for one in fetched] == sorted(one.request.item for one in fetched)


def test_a_window_that_has_not_come_asks_for_nothing(upstream: Upstream, client: Client) -> None:
    assert run(client, upstream, Days(date(2025, 4, 5), date(2025, 4, 6))) == []
    assert upstream.requests == []


def test_a_quarter_that_gdelt_does_not_have_is_missing_and_no_zero(upstream: Upstream, client: Client) -> None:
    put_up(upstream, THREE[0], THREE[2])
    fetched = run(client, upstream)
    assert outcomes(fetched) == ["stored", "missing", "stored"]
    accounts = cross_check(fetched).accounts
    assert accounts.select("fetch_outcome", "is_read", "read_count").rows() == [
        ("stored", True, 1),
        ("missing", False, None),
        ("stored", True, 1),
    ]


def test_what_is_kept_is_not_asked_for_again_so_a_run_that_died_goes_on(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    settings = GdeltSettings.model_validate({"base_url": upstream.url, "files": ("events",)})
    assert outcomes(list(itertools.islice(fetch(client, settings, ONE_DAY), 2))) == ["stored", "stored"]
    fetched = run(client, upstream)
    assert outcomes(fetched) == ["kept", "kept", "stored"]
    assert asked(upstream) == [f"{stamp}.export.CSV.zip" for stamp in THREE]
    assert cross_check(fetched).events["gdelt_event_id"].to_list() == [1, 2, 3]


def test_a_missing_quarter_is_asked_for_again_by_the_next_run(upstream: Upstream, client: Client) -> None:
    put_up(upstream, THREE[0], THREE[2])
    run(client, upstream)
    put_up(upstream, *THREE)
    assert outcomes(run(client, upstream)) == ["kept", "stored", "kept"]


def test_a_busy_host_is_asked_again_after_the_time_that_it_asks_for(upstream: Upstream, tmp_path: Path) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{THREE[1]}.export.CSV.zip", error_response(429, Retry_After="30"), ok_response(events_file(THREE[1])))
    clock = Clock(QUARTER_TO_ONE)
    with make_client(tmp_path, clock) as client:
        fetched = run(client, upstream)
    assert [(one.outcome, one.attempts) for one in fetched] == [("stored", 1), ("stored", 2), ("stored", 1)]
    assert 30.0 in clock.slept


def test_a_host_that_fails_on_and_on_is_left_alone_and_every_quarter_says_so(upstream: Upstream, tmp_path: Path) -> None:
    for quarter in quarters(date(2025, 4, 3)):
        upstream.respond(f"/{quarter:%Y%m%d%H%M%S}.export.CSV.zip", error_response(503))
    with make_client(tmp_path, Clock(QUARTER_TO_ONE), tries=1) as client:
        fetched = run(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 3)))
    assert len(upstream.requests) == MOST_FAILURES
    assert outcomes(fetched) == ["failed"] * 96
    assert "503" in fetched[0].detail
    assert fetched[-1].attempts == 0
    assert fetched[-1].detail.startswith(f"not asked for, since {MOST_FAILURES} in a row had failed: {upstream.url}/")
    assert cross_check(fetched).accounts.height == 96


def test_failures_that_are_not_in_a_row_stop_nothing(upstream: Upstream, tmp_path: Path) -> None:
    stamps = [f"{quarter:%Y%m%d%H%M%S}" for quarter in quarters(date(2025, 4, 3))]
    put_up(upstream, *stamps)
    for stamp in stamps[::2]:
        upstream.respond(f"/{stamp}.export.CSV.zip", error_response(503))
    with make_client(tmp_path, Clock(QUARTER_TO_ONE), tries=1) as client:
        assert outcomes(run(client, upstream, Days(date(2025, 4, 3), date(2025, 4, 3)))) == ["failed", "stored"] * 48


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (events_file(THREE[0])[:-30], "is no zip, or a damaged one"),
        (b"<html>Sign in to the network</html>", "is no zip"),
        (zipped(b""), "is empty"),
        (zipped(b"\t" * 20_000_000), "would unpack to 20,000,000"),
    ],
    ids=["cut off", "a page", "empty", "a bomb"],
)
def test_what_is_no_whole_file_failed_and_is_asked_for_anew(upstream: Upstream, client: Client, body: bytes, said: str) -> None:
    path = f"/{THREE[0]}.export.CSV.zip"
    upstream.respond(path, conditional_response(ok_response(body, ETag='"broken"')))
    first = run(client, upstream)[0]
    assert (first.outcome, first.payload) == ("failed", None)
    assert said in first.detail
    assert "asked for anew by the next run" in first.detail
    assert run(client, upstream)[0].outcome == "failed"  # nothing has changed there
    upstream.respond(path, conditional_response(ok_response(events_file(THREE[0]), ETag='"mended"')))
    assert run(client, upstream)[0].outcome == "stored"
    assert run(client, upstream)[0].outcome == "kept"


def list_of(upstream: Upstream, *stamps: str, wrong: str = "") -> str:
    """A master list of these quarters' events; `wrong`: the one whose MD5 is another."""
    lines = []
    for stamp in stamps:
        body = events_file(stamp, (THREE.index(stamp) + 1,))
        md5 = hashlib.md5(b"another" if stamp == wrong else body, usedforsecurity=False).hexdigest()
        lines += [f"{len(body)} {md5} {upstream.url}/{stamp}.export.CSV.zip", f"1 {md5} {upstream.url}/{stamp}.mentions.CSV.zip"]
    return "\n".join(lines) + "\n"


def test_the_master_list_is_not_asked_for_unless_the_settings_say_so(upstream: Upstream, client: Client) -> None:
    run(client, upstream)
    assert MASTER_LIST not in asked(upstream)


def test_with_the_master_list_only_what_it_names_is_asked_for(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(list_of(upstream, THREE[1])))
    fetched = run(client, upstream, master_list=True)
    # the last quarter is newer than the list
    assert outcomes(fetched) == ["stored", "missing", "stored", "stored"]
    assert fetched[0].payload is None
    assert "does not name it" in fetched[1].detail
    assert asked(upstream) == [MASTER_LIST, f"{THREE[1]}.export.CSV.zip", f"{THREE[2]}.export.CSV.zip"]


def test_the_master_list_is_asked_for_once_a_day(upstream: Upstream, tmp_path: Path) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(list_of(upstream, *THREE)))
    clock = Clock(QUARTER_TO_ONE)
    with make_client(tmp_path, clock) as client:
        run(client, upstream, master_list=True)
        run(client, upstream, master_list=True)
        assert asked(upstream).count(MASTER_LIST) == 1
        clock.sleep(86_400)
        run(client, upstream, master_list=True)
    assert asked(upstream).count(MASTER_LIST) == 2


def test_a_file_of_another_md5_than_the_list_tells_failed(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(list_of(upstream, *THREE, wrong=THREE[1])))
    fetched = run(client, upstream, master_list=True)
    assert outcomes(fetched) == ["stored", "stored", "failed", "stored"]
    assert "another MD5" in fetched[2].detail
    assert [row["is_read"] for row in cross_check(fetched).accounts.rows(named=True)] == [True, False, True]


def test_a_file_that_was_rejected_is_on_record_as_failed_until_a_whole_one_comes(upstream: Upstream, client: Client) -> None:
    path = f"/{THREE[0]}.export.CSV.zip"
    upstream.respond(path, ok_response(events_file(THREE[0])[:-30]))
    run(client, upstream)
    assert client.archive.journal("gdelt", ONE_DAY).filter(item=path[1:])["outcome"].to_list() == ["failed"]
    told = next(event_files(client.archive, ONE_DAY))
    assert (told.outcome, told.payload, "asked for anew" in told.detail) == ("failed", None, True)
    upstream.respond(path, ok_response(events_file(THREE[0])))
    run(client, upstream)
    assert next(event_files(client.archive, ONE_DAY)).outcome == "kept"


def test_what_the_list_does_not_name_is_on_record_as_missing(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{MASTER_LIST}", ok_response(list_of(upstream, THREE[1])))
    run(client, upstream, master_list=True)
    told = list(event_files(client.archive, ONE_DAY))
    assert [one.outcome for one in told[:3]] == ["missing", "kept", "kept"]
    assert "does not name it" in told[0].detail


def test_a_file_of_another_size_than_the_list_tells_failed(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    upstream.respond(f"/{THREE[0]}.export.CSV.zip", ok_response(events_file(THREE[0], (1, 2, 3))))
    upstream.respond(f"/{MASTER_LIST}", ok_response(list_of(upstream, *THREE)))
    assert "bytes, and" in run(client, upstream, master_list=True)[1].detail


def test_without_its_list_gdelt_is_asked_as_if_none_were_wanted(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    assert outcomes(run(client, upstream, master_list=True)) == ["missing", "stored", "stored", "stored"]


def test_lines_of_the_master_list_that_have_another_shape_are_passed_over() -> None:
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
    listing = read_listing(body.encode("latin-1"), ONE_DAY)
    assert listing.files == {"20250404103000.export.CSV.zip": (150_383, md5)}
    assert listing.newest == "20250405103000"


def test_a_redirect_to_another_place_of_the_same_files_is_followed(upstream: Upstream, client: Client) -> None:
    put_up(upstream, *THREE)
    upstream.respond("/moved.zip", ok_response(events_file(THREE[0])))
    upstream.respond(f"/{THREE[0]}.export.CSV.zip", redirect_response(upstream.url + "/moved.zip", 301))
    assert outcomes(run(client, upstream)) == ["stored"] * 3
