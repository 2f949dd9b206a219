"""Documents of the Federal Register, the official journal of the United States, as its API tells of them: one row a document, as given.

Belongs here: asking for the documents of each day, page by page, and their fields in text. Does not: whether a document is an act of trade
policy and towards whom (`pipeline/signals/official`).

What the API promises (its source is public, usnationalarchives/federalregister-api-core): the answer of a day without documents has a
`count` of 0 and no `results`; a page says where the next one lies; no search gives more than 2,000 documents, and a page at most 1,000.
The Register appears on working days and does not come near 2,000 documents on one of them, so each day is asked for by itself. What the
answers say of their number is held against what they hold: a day with a page missing is not whole.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.upstreams import FEDERAL_REGISTER, FederalRegisterSettings
from pipeline.sources.errors import SourceError
from pipeline.sources.http.addresses import redact
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload, Request

SOURCE = FEDERAL_REGISTER.name
PER_PAGE = 1_000
#: The fewest documents a page may hold, so that 2,000 documents are never more pages than this.
MOST_PAGES = 100
#: A correction is a document of its own, but fields of a document (its effective date, its dockets) are still mended in the days after.
#: From then on the answer is final. It is kept under a name of its own: what was kept earlier, perhaps of half a day, never stands for it.
SETTLED_AFTER = timedelta(days=30)

FIELDS = (
    "document_number", "publication_date", "title", "type", "subtype", "action", "abstract", "agencies", "dates", "effective_on",
    "signing_date", "citation", "html_url", "docket_ids", "executive_order_number", "proclamation_number", "correction_of",
)  # fmt: skip
_SETTLED = ", settled"
_LISTS = {"agencies", "docket_ids"}
_SHOWN = 120
_PORTS = {"http": 80, "https": 443}


class Documents(NamedTuple):
    """Rows of the days whose every page came, as `RAW_OFFICIAL_DOCUMENTS`; those days; and why the others are not whole."""

    rows: pl.DataFrame
    whole: tuple[date, ...]
    lacking: dict[date, str]


def fetch(client: Client, settings: FederalRegisterSettings, window: Days) -> Iterator[Fetched]:
    """The documents of each day of the window up to today, oldest day first, a page at a time.

    A page that another page points to is asked for only where it lies under `base_url`; else it is `refused`. Whether a day is whole is
    told by `kept_documents`, never by one answer alone.
    """
    today = client.now().date()
    for day in window:
        if day <= today:
            yield from _pages(client, settings, day, is_final=day <= today - SETTLED_AFTER)


def kept_documents(payloads: Iterable[Payload]) -> Documents:
    """What the answers that are kept hold, a whole day or nothing of it: of a day with a page that is missing or cannot be read there are
    no rows.

    Answers come in order of arrival, and of each item the last counts. Of a day that was asked for again once it was settled, that answer
    counts if it is whole. A page counts where the page before names a next one, so that one left over from an earlier answer is passed
    over. Raises nothing because of what came: `lacking` says what a day lacks, and what to do.
    """
    by_day: dict[date, dict[str, Payload]] = {}
    for payload in payloads:
        by_day.setdefault(payload.about, {})[payload.item] = payload
    frames, whole, lacking = [RAW_OFFICIAL_DOCUMENTS.empty()], [], {}
    for day in sorted(by_day):
        rows = _kept_day(day, by_day[day])
        if isinstance(rows, str):
            lacking[day] = rows
        else:
            frames.append(rows)
            whole.append(day)
    return Documents(RAW_OFFICIAL_DOCUMENTS.conform(pl.concat(frames)), tuple(whole), lacking)


def parse(payload: Payload) -> pl.DataFrame:
    """A page as `RAW_OFFICIAL_DOCUMENTS`: every item is a row; one that is no document has its reason in `unreadable`.

    Rows are filed under the day that was asked about. `SourceError` when the page is no answer of the API at all.
    """
    page = _page(payload)
    label = f"{payload.source} {payload.item.removesuffix(_SETTLED)}"
    rows = [_row(item) | {"raw_id": f"{label}#{n}"} for n, item in enumerate(_results(page, payload), start=1)]
    frame = pl.DataFrame(rows, schema={name: pl.String() for name in ("raw_id", *FIELDS, "unreadable")})
    stamped = frame.with_columns(
        pl.lit(payload.about, pl.Date()).alias("index_date"),
        pl.lit(payload.fetched_at, RAW_OFFICIAL_DOCUMENTS.schema["received_at"]).alias("received_at"),
    )
    return stamped.select(RAW_OFFICIAL_DOCUMENTS.schema.names())


def newest(payload: Payload) -> date | None:
    """The newest day of publication on a page; None for a page without documents. `SourceError` when it is no answer of the API."""
    days = parse(payload)["publication_date"].str.to_date("%Y-%m-%d", strict=False)
    latest = days.max()
    return latest if isinstance(latest, date) else None


def _pages(client: Client, settings: FederalRegisterSettings, day: date, *, is_final: bool) -> Iterator[Fetched]:
    request = _first(settings, day, is_final=is_final)
    asked = set()
    for number in range(2, MOST_PAGES + 2):
        fetched = client.fetch_valid(request, _is_page)
        yield fetched
        asked.add(request.url)
        following = _next_page(fetched.payload)
        if following is None:
            return
        request = replace(request, item=_item(day, number, is_final=is_final), url=following, query=())
        unsafe = _unsafe(following, settings.base_url)
        if not unsafe and following in asked:
            unsafe = "was asked for already"
        if not unsafe and number > MOST_PAGES:
            unsafe = f"would be page {number}, and no search of the API has as many"
        if unsafe:
            said = f"{request.url[:_SHOWN]!r}, which the page before names as the next, {unsafe}; the day is not whole. Look at that page"
            refused = Fetched(request, "refused", client.now(), detail=said)
            client.archive.store(refused, redact(request.url, ())[:_SHOWN])
            yield refused
            return


def _is_page(payload: Payload) -> bool:
    """Whether it is an answer of the API; a notice in its place must not stand for a settled day."""
    try:
        _results(_page(payload), payload)
    except SourceError:
        return False
    return True


def _first(settings: FederalRegisterSettings, day: date, *, is_final: bool) -> Request:
    bounds = (("conditions[publication_date][gte]", day.isoformat()), ("conditions[publication_date][lte]", day.isoformat()))
    agencies = tuple(("conditions[agencies][]", agency) for agency in settings.agencies)
    fields = tuple(("fields[]", name) for name in FIELDS)
    return Request(
        source=SOURCE,
        item=_item(day, 1, is_final=is_final),
        url=f"{settings.base_url.rstrip('/')}/documents.json",
        about=day,
        query=(*bounds, *agencies, *fields, ("per_page", str(PER_PAGE)), ("order", "oldest")),
        is_final=is_final,
        accept="application/json",
    )


def _item(day: date, number: int, *, is_final: bool) -> str:
    return f"{day}, page {number}{_SETTLED if is_final else ''}"


def _next_page(payload: Payload | None) -> str | None:
    """The address of the next page; None where there is none, or no page to read it from: `kept_documents` tells of that."""
    if payload is None:
        return None
    try:
        following = _page(payload).get("next_page_url")
    except SourceError:
        return None
    return None if following is None else _written(following) or repr(following)[:_SHOWN]


def _unsafe(url: str, base: str) -> str:
    """Why an address that a payload gave is not followed; empty where it lies under the base."""
    try:
        given, ours = urlsplit(url), urlsplit(base)
        if given.username is not None or given.password is not None or _root(given) != _root(ours):
            return f"does not lie on {ours.scheme}://{ours.netloc}"
    except ValueError:
        return "is no address"
    path = given.path.lower()
    if not path.startswith(ours.path.rstrip("/").lower() + "/") or ".." in path or "%2e" in path or "\\" in path:
        return f"does not lie under {ours.path}"
    return ""


def _root(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)


def _kept_day(day: date, kept: dict[str, Payload]) -> pl.DataFrame | str:
    """The rows of a day, from its settled answer where that is whole; else why it is not whole."""
    why = ""
    for is_final in (True, False):
        try:
            return _of_pages(list(_chain(day, kept, is_final=is_final)))
        except SourceError as error:
            why = str(error)
    return why


def _chain(day: date, kept: dict[str, Payload], *, is_final: bool) -> Iterator[Payload]:
    for number in range(1, MOST_PAGES + 1):
        item = _item(day, number, is_final=is_final)
        if item not in kept:
            raise SourceError(f"{item} is not kept. Ask for the day again")
        yield kept[item]
        if _next_page(kept[item]) is None:
            return


def _of_pages(payloads: Sequence[Payload]) -> pl.DataFrame:
    rows = pl.concat([parse(payload) for payload in payloads])
    announced = _count(_page(payloads[0]), payloads[0])
    if announced is not None and announced > rows.height:
        raise SourceError(
            f"{payloads[0].item}: {announced} documents are announced and {rows.height} came. Ask again; where that does not help, ask for "
            f"fewer agencies, since the API gives at most 2,000 documents of one search"
        )
    return rows


def _page(payload: Payload) -> dict[str, Any]:
    """The page as an object. `SourceError` when the body is no JSON object, or one that tells of an error."""
    place = f"{payload.source}, {payload.item}, from {payload.url[:_SHOWN]}"
    try:
        page = json.loads(payload.body)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError and an endless number are ValueErrors
        raise SourceError(
            f"{place}: is no JSON ({str(error)[:_SHOWN]}). Look at the payload kept; the address may answer with a page"
        ) from error
    if not isinstance(page, dict):
        raise SourceError(f"{place}: is JSON, but no object with `count` and `results`. Look whether the API has changed")
    if "errors" in page or "message" in page:
        told = json.dumps(page.get("errors") or page.get("message"))[:_SHOWN]
        raise SourceError(f"{place}: the API refuses the question: {told}. Mend the settings of federal_register, its agencies first")
    return page


def _count(page: dict[str, Any], payload: Payload) -> int | None:
    count = page.get("count")
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise SourceError(
            f"{payload.source}, {payload.item}: `count` is {count!r:.40}, no number of documents. Look whether the API has changed"
        )
    return count


def _results(page: dict[str, Any], payload: Payload) -> list[Any]:
    results = page.get("results")
    if results is None and _count(page, payload) == 0:
        return []
    if not isinstance(results, list):
        raise SourceError(
            f"{payload.source}, {payload.item}: has no list of `results`, and no `count` of 0 either. Look whether the API has changed"
        )
    return results


def _row(item: Any) -> dict[str, str | None]:
    """The fields of one item in text; in `unreadable`, what could not be read of it."""
    if not isinstance(item, dict):
        return dict.fromkeys(FIELDS) | {"unreadable": f"a {type(item).__name__} in place of a document"}
    row: dict[str, str | None] = {}
    odd = []
    for name in FIELDS:
        value = item.get(name)
        row[name] = _list(value) if name in _LISTS else _written(value)
        if value is not None and row[name] is None:
            odd.append(f"{name} is a {type(value).__name__}")
    return row | {"unreadable": "; ".join(odd) or None}


def _written(value: Any) -> str | None:
    """A text or whole number as text, lone surrogates replaced; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 1 << 63 else None
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else None


def _list(value: Any) -> str | None:
    """The names in a list, separated by `, `: of an agency its short name, or where it has none the name it bears."""
    if not isinstance(value, list):
        return None
    names = [_written(one.get("slug") or one.get("raw_name") if isinstance(one, dict) else one) for one in value]
    return None if None in names else ", ".join(name for name in names if name is not None)
