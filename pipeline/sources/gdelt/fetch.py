"""Asks GDELT for the quarter-hour files of a window of days.

Belongs here: which files there are to ask for, in which order, when to stop, and whether what came is whole. Does not: the network
(`pipeline/sources/http/client.py`), or what is in the files (`events.py`, `articles.py`).

The names of the 96 quarters of a day follow from the day, so nothing needs to be looked up. The master list, which names every file since
2015 with its size and MD5, has more than 100 MB and changes every quarter of an hour; it is asked for only where the settings say so, once
a day. Without it, a quarter that does not exist is found out by asking (404: `missing`), and the checksum in its zip tells whether what
came is whole.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import GDELT, GdeltSettings
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import ARTICLES_END, EVENTS_END, ZIP, unpacked
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload, Request

SOURCE = GDELT.name
QUARTER = timedelta(minutes=15)
QUARTERS_A_DAY = 96
MARGIN = timedelta(minutes=15)  # a file is put up some ten minutes before the quarter it is named after, at times later
MOST_FAILURES = 5  # so many in a row, and the host is left alone until the next run
MASTER_LIST = "masterfilelist.txt"

_ENDS = {"events": EVENTS_END, "articles": ARTICLES_END}
_LISTED = re.compile(rb"^([0-9]{1,12}) ([0-9a-f]{32}) \S*/([0-9]{14}\.(?:export\.CSV|gkg\.csv)\.zip)\s*$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Listing:
    """What the master list says: size and MD5 of the window's files by name, and the newest quarter that it knows."""

    files: Mapping[str, tuple[int, str]]
    newest: str


def fetch(client: Client, settings: GdeltSettings, window: Days) -> Iterator[Fetched]:
    """What came of every quarter-hour file of the days that can be there by now: oldest first, in each quarter events before articles.

    Files that were kept are not asked for again, so a run that died goes on where it stopped. A quarter that GDELT does not have is
    `missing`. A file that is no whole zip, or not the one that the master list tells of, is `failed` and without a payload; it is asked for
    anew by the next run. After `MOST_FAILURES` failures in a row the rest is `failed` without being asked for, and says so.

    One body at a time is in memory, as long as whoever asks keeps none.
    """
    listing = None
    if settings.master_list:
        answer = client.fetch(_request(settings, f"{client.now():%Y-%m-%d} {MASTER_LIST}", client.now().date()))
        listing = read_listing(answer.payload.body, window) if answer.payload else None
        yield replace(answer, payload=None)
    failures, last_fault = 0, ""
    for request in _requests(settings, window, client.now()):
        if failures >= MOST_FAILURES:
            yield Fetched(request, "failed", client.now(), detail=f"not asked for, since {failures} in a row had failed: {last_fault}")
            continue
        if listing and request.item not in listing.files and request.item[:14] <= listing.newest:
            unlisted = Fetched(request, "missing", client.now(), detail=f"GDELT's {MASTER_LIST} does not name it, so it was not asked for")
            if client.archive.find_newest(SOURCE, request.item) is None:
                client.archive.store(unlisted, request.url)  # `event_files` reports it like a file that the host lacks
            yield unlisted
            continue
        fetched = _ask(client, request, listing)
        failures = failures + 1 if fetched.outcome in {"failed", "refused"} else 0
        last_fault = fetched.detail or last_fault
        yield fetched


def read_listing(body: bytes, window: Days) -> Listing:
    """The master list as far as it tells of the window: lines of size, MD5 and address. Lines of other shapes or files are passed over."""
    stamps = {f"{day:%Y%m%d}" for day in window}
    files: dict[str, tuple[int, str]] = {}
    newest = ""
    for size, md5, name in _LISTED.findall(body):
        item = name.decode()
        newest = max(newest, item[:14])
        if item[:8] in stamps:
            files[item] = (int(size), md5.decode())
    return Listing(files, newest)


def quarters(day: date) -> Iterator[datetime]:
    """The 96 quarters of an hour of a UTC day."""
    midnight = datetime.combine(day, time(), UTC)
    return (midnight + n * QUARTER for n in range(QUARTERS_A_DAY))


def _requests(settings: GdeltSettings, window: Days, now: datetime) -> Iterator[Request]:
    ends = [end for name, end in _ENDS.items() if name in settings.files]
    for day in window:
        for quarter in quarters(day):
            if quarter > now - MARGIN:
                return
            yield from (_request(settings, f"{quarter:%Y%m%d%H%M%S}{end}", day) for end in ends)


def _request(settings: GdeltSettings, item: str, about: date) -> Request:
    # the last word is the file's name: the master list is kept under another day every day
    return Request(SOURCE, item, f"{settings.base_url.rstrip('/')}/{item.rpartition(' ')[2]}", about, is_final=True)


def _ask(client: Client, request: Request, listing: Listing | None) -> Fetched:
    """What came of a file, without a payload where that is not whole. One that was kept broken is asked for once more.

    That a file is not whole is put on record in place of its arrival, so that whoever reads the record does not take it for an answer.
    """
    fetched = client.fetch_valid(request, lambda payload: not _fault(payload, listing))
    fault = _fault(fetched.payload, listing) if fetched.payload else ""
    if not fault:
        return fetched
    rejected = replace(fetched, outcome="failed", payload=None, detail=f"{fault}. It is asked for anew by the next run")
    client.archive.store(rejected, request.url)
    return rejected


def _fault(payload: Payload, listing: Listing | None) -> str:
    """What is wrong with the body that came; empty when nothing is."""
    body = payload.body
    size, md5 = listing.files.get(payload.item, (len(body), "")) if listing else (len(body), "")
    if len(body) != size:
        return f"{payload.item} has {len(body)} bytes, and {size} by GDELT's {MASTER_LIST}"
    if md5 and hashlib.md5(body, usedforsecurity=False).hexdigest() != md5:
        return f"{payload.item} has another MD5 than GDELT's {MASTER_LIST} tells"
    if not body.startswith(ZIP):
        return f"{payload.item} is no zip; see what {payload.url} answers"
    try:
        unpacked(payload)
    except SourceError as error:
        return str(error)
    return ""
