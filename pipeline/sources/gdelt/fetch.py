"""Fetches GDELT's quarter-hourly files, and checks that each is complete.

Files are parsed in `events.py` and `articles.py`.
"""

# File names follow from the day, so no listing is needed: a quarter-hour that does not exist gives 404 (`missing`), and the checksum in the
# zip shows whether a file is complete. The master list of all files since 2015, with sizes and MD5, is over 100 MB and changes every
# quarter of an hour; it is fetched once a day, only if enabled in the settings.

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import GDELT, GdeltSettings
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import ARTICLES_SUFFIX, EVENTS_SUFFIX, ZIP_MAGIC, unpack
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload, Request

SOURCE = GDELT.name
QUARTER = timedelta(minutes=15)
QUARTERS_PER_DAY = 96
PUBLICATION_DELAY = timedelta(minutes=15)  # files usually appear ten minutes before the time in their name, sometimes later
MAX_FAILURES = 5  # consecutive failures after which the host gets no more requests in this run
MASTER_LIST = "masterfilelist.txt"

_SUFFIXES = {"events": EVENTS_SUFFIX, "articles": ARTICLES_SUFFIX}
_LISTED = re.compile(rb"^([0-9]{1,12}) ([0-9a-f]{32}) \S*/([0-9]{14}\.(?:export\.CSV|gkg\.csv)\.zip)\s*$", flags=re.MULTILINE)


@dataclass(frozen=True)
class MasterList:
    """Size in bytes and MD5 of the window's files, by name.

    `newest` is the quarter-hour of the newest file in the whole list, as in its name, e.g. `20250404103000`.
    """

    files: Mapping[str, tuple[int, str]]
    newest: str


def fetch(client: Client, settings: GdeltSettings, window: Days) -> Iterator[FetchResult]:
    """Fetch every file of the window that can exist by now.

    `settings` say which kinds: events, articles or both. First comes the result of the master list, without payload, if the settings enable
    the list. The order of the files is oldest first, in each quarter-hour events before articles. Complete stored files are not fetched
    again, so an interrupted run continues where it stopped. The outcome is `missing` if GDELT has no such file (it is not requested if the
    master list shows this), and `failed`, without payload, if the file is incomplete or differs from the master list; the next run fetches
    it again. After `MAX_FAILURES` consecutive results that are `failed` or `refused` the remaining files are `failed` without a request.
    """
    master_list = None
    if settings.master_list:
        result = client.fetch(_build_request(settings, f"{client.now():%Y-%m-%d} {MASTER_LIST}", client.now().date()))
        master_list = parse_master_list(result.payload.body, window) if result.payload else None
        yield replace(result, payload=None)
    failures, last_fault = 0, ""
    for request in _build_requests(settings, window, client.now()):
        if failures >= MAX_FAILURES:
            detail = f"not requested, because {failures} requests in a row failed: {last_fault}"
            yield FetchResult(request, "failed", client.now(), detail=detail)
            continue
        if master_list and request.item not in master_list.files and request.item[:14] <= master_list.newest:
            detail = f"not requested, because it is not in GDELT's {MASTER_LIST}"
            unlisted = FetchResult(request, "missing", client.now(), detail=detail)
            if client.archive.find_newest(SOURCE, request.item) is None:
                client.archive.store(unlisted, request.url)  # `read_event_files` reports it like a file that the host lacks
            yield unlisted
            continue
        result = _fetch_file(client, request, master_list)
        failures = failures + 1 if result.outcome in {"failed", "refused"} else 0
        last_fault = result.detail or last_fault
        yield result


def parse_master_list(body: bytes, window: Days) -> MasterList:
    """Find the window's files, and the newest, in GDELT's master list.

    A line has the size, MD5 and address of a file of events or articles; other lines are skipped. `newest` is empty if there is no such
    line.
    """
    stamps = {f"{day:%Y%m%d}" for day in window}
    files: dict[str, tuple[int, str]] = {}
    newest = ""
    for size, md5, name in _LISTED.findall(body):
        item = name.decode()
        newest = max(newest, item[:14])
        if item[:8] in stamps:
            files[item] = (int(size), md5.decode())
    return MasterList(files, newest)


def iter_quarters(day: date) -> Iterator[datetime]:
    """Yield the 96 starts of quarter-hours of a UTC day."""
    midnight = datetime.combine(day, time(), UTC)
    return (midnight + n * QUARTER for n in range(QUARTERS_PER_DAY))


def _build_requests(settings: GdeltSettings, window: Days, now: datetime) -> Iterator[Request]:
    """Yield the requests of the window's files, the oldest first.

    The last are those of the newest quarter-hour that is at least `PUBLICATION_DELAY` before `now`.
    """
    suffixes = [suffix for name, suffix in _SUFFIXES.items() if name in settings.files]
    for day in window:
        for quarter in iter_quarters(day):
            if quarter > now - PUBLICATION_DELAY:
                return
            yield from (_build_request(settings, f"{quarter:%Y%m%d%H%M%S}{suffix}", day) for suffix in suffixes)


def _build_request(settings: GdeltSettings, item: str, day: date) -> Request:
    # The file name is the last word of the item: the item of the master list starts with the day of the request.
    url = f"{settings.base_url.rstrip('/')}/{item.rpartition(' ')[2]}"
    return Request(SOURCE, item, url, day, is_final=True, may_be_absent=not item.endswith(MASTER_LIST))


def _fetch_file(client: Client, request: Request, master_list: MasterList | None) -> FetchResult:
    """Fetch a file; an incomplete one is `failed` without payload.

    Incomplete means that `_find_fault` finds a fault. The journal of requests records it as failed too. A stored file that is incomplete is
    fetched again, once per call.
    """
    result = client.fetch_valid(request, lambda payload: not _find_fault(payload, master_list))
    fault = _find_fault(result.payload, master_list) if result.payload else ""
    if not fault:
        return result
    rejected = replace(result, outcome="failed", payload=None, detail=f"{fault}. The next run fetches it again")
    client.archive.store(rejected, request.url)
    return rejected


def _find_fault(payload: Payload, master_list: MasterList | None) -> str:
    """Say what is wrong with a fetched file; "" if nothing is.

    It must be a zip file of one file that is not blank. If GDELT's list of all files was fetched and names the file, its size and MD5 must
    be as in the list.
    """
    body = payload.body
    size, md5 = master_list.files.get(payload.item, (len(body), "")) if master_list else (len(body), "")
    if len(body) != size:
        return f"{payload.item} has {len(body)} bytes, but {size} according to GDELT's {MASTER_LIST}"
    if md5 and hashlib.md5(body, usedforsecurity=False).hexdigest() != md5:
        return f"{payload.item} has a different MD5 than in GDELT's {MASTER_LIST}"
    if not body.startswith(ZIP_MAGIC):
        return f"{payload.item} is not a zip file; check the response of {payload.url}"
    try:
        unpack(payload)
    except SourceError as error:
        return str(error)
    return ""
