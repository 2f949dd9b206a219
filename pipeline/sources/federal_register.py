"""Reads documents of the Federal Register from its API.

The Federal Register is the official journal of the United States. Whether a document is an act of trade policy, and against whom, is
decided in `pipeline/signals/official`.
"""

# The API (its source is public, usnationalarchives/federalregister-api-core): the response for a day without documents has a `count` of 0
# and no `results`; a page gives the address of the next one; a search returns at most 2,000 documents, a page at most 1,000. A working day
# has far fewer than 2,000 documents, so each day is a search of its own. A day is complete only if it has all documents of its `count`.

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
from pipeline.sources.payloads import FetchResult, Payload, Request

SOURCE = FEDERAL_REGISTER.name
PER_PAGE = 1_000
#: No search needs more pages: the API returns at most 2,000 documents, and its smallest page holds 20.
MAX_PAGES = 100
#: Fields of a document (effective date, dockets) are still corrected in the days after publication. Later the response is final. Its item
#: has a name of its own, so that an earlier response, perhaps for half a day, is not taken for it.
SETTLED_AFTER = timedelta(days=30)

FIELDS = (
    "document_number", "publication_date", "title", "type", "subtype", "action", "abstract", "agencies", "dates", "effective_on",
    "signing_date", "citation", "html_url", "docket_ids", "executive_order_number", "proclamation_number", "correction_of",
)  # fmt: skip
_SETTLED = ", settled"  # ends the item's name of a page that no longer changes; no `raw_id` has it
_LISTS = {"agencies", "docket_ids"}
_MAX_SHOWN = 120
_PORTS = {"http": 80, "https": 443}


class Documents(NamedTuple):
    """Documents of the complete days, as `RAW_OFFICIAL_DOCUMENTS`.

    `incomplete_days` says for every other day with stored pages what is wrong with it.
    """

    rows: pl.DataFrame
    complete_days: tuple[date, ...]
    incomplete_days: dict[date, str]


def fetch(client: Client, settings: FederalRegisterSettings, window: Days) -> Iterator[FetchResult]:
    """Fetch the documents of each day of `window`, page by page.

    The oldest day is first; days after today (UTC) are skipped. Pages of days at least `SETTLED_AFTER` ago, which no longer change, are
    fetched once, others at every call. A day ends at its last page, or at one that failed or is unreadable, and the next day follows. If
    the address of a next page is outside `base_url`, was already fetched for this day or is beyond `MAX_PAGES`, it is not requested: a
    result with the outcome `refused` is yielded, and the day stays incomplete (`collect_documents` decides which days are).
    """
    today = client.now().date()
    for day in window:
        if day <= today:
            yield from _fetch_pages(client, settings, day, is_final=day <= today - SETTLED_AFTER)


def collect_documents(payloads: Iterable[Payload]) -> Documents:
    """Collect the documents of complete days from stored responses.

    `payloads` are in order of arrival; the last response to each page counts. A day is complete if all its pages are stored and readable,
    from the first to the one without an address of a next page, and have at least as many documents as the first page's `count`. Pages
    after that one are from an earlier response and are ignored. Settled pages, fetched at least `SETTLED_AFTER` after the day, are used if
    they are complete, otherwise those fetched earlier, if complete. An incomplete day has no rows; `incomplete_days` of the result says
    why, and what to do.
    """
    by_day: dict[date, dict[str, Payload]] = {}
    for payload in payloads:
        by_day.setdefault(payload.day, {})[payload.item] = payload
    frames, complete, incomplete = [RAW_OFFICIAL_DOCUMENTS.empty()], [], {}
    for day in sorted(by_day):
        rows = _collect_day(day, by_day[day])
        if isinstance(rows, str):
            incomplete[day] = rows
        else:
            frames.append(rows)
            complete.append(day)
    return Documents(RAW_OFFICIAL_DOCUMENTS.conform(pl.concat(frames)), tuple(complete), incomplete)


def parse(payload: Payload) -> pl.DataFrame:
    """Parse a page as `RAW_OFFICIAL_DOCUMENTS`, one row per item.

    An item that is not a JSON object has the reason in `unreadable`; so has one with a field that cannot be converted to text, whose other
    fields are still converted. `index_date` is the requested day. `SourceError` if the payload is not a page: not a JSON object, an error
    of the API, or no list of `results` (which may be absent or null if `count` is 0).
    """
    page = _parse_page(payload)
    label = f"{payload.source} {payload.item.removesuffix(_SETTLED)}"
    rows = [_to_row(item) | {"raw_id": f"{label}#{n}"} for n, item in enumerate(_read_results(page, payload), start=1)]
    frame = pl.DataFrame(rows, schema={name: pl.String() for name in ("raw_id", *FIELDS, "unreadable")})
    stamped = frame.with_columns(
        pl.lit(payload.day, pl.Date()).alias("index_date"),
        pl.lit(payload.fetched_at, RAW_OFFICIAL_DOCUMENTS.schema["received_at"]).alias("received_at"),
    )
    return stamped.select(RAW_OFFICIAL_DOCUMENTS.schema.names())


def newest_day(payload: Payload) -> date | None:
    """Return the newest day of publication on a page, if any.

    Invalid dates are skipped. `SourceError` if it is not a response of the API.
    """
    days = parse(payload)["publication_date"].str.to_date("%Y-%m-%d", strict=False)
    latest = days.max()
    return latest if isinstance(latest, date) else None


def _fetch_pages(client: Client, settings: FederalRegisterSettings, day: date, *, is_final: bool) -> Iterator[FetchResult]:
    """Fetch a day's pages, each by the address in the one before.

    It ends with a page that failed, is unreadable or has no address of a next page, or with a refused address (see `fetch`), which is not
    requested but added to the journal.
    """
    request = _first_request(settings, day, is_final=is_final)
    fetched_urls = set()
    for number in range(2, MAX_PAGES + 2):  # of the next page
        fetched = client.fetch_valid(request, _is_page)
        yield fetched
        fetched_urls.add(request.url)
        next_url = _next_url(fetched.payload)
        if next_url is None:
            return
        request = replace(request, item=_item_name(day, number, is_final=is_final), url=next_url, query=())
        objection = _find_objection(next_url, settings.base_url)
        if not objection and next_url in fetched_urls:
            objection = "has been fetched already"
        if not objection and number > MAX_PAGES:
            objection = f"would be page {number}, more than any search of the API has"
        if objection:
            detail = f"{request.url[:_MAX_SHOWN]!r}, the address of the next page, {objection}; the day is incomplete. Check that page"
            refused = FetchResult(request, "refused", client.now(), detail=detail)
            client.archive.store(refused, redact(request.url, ())[:_MAX_SHOWN])
            yield refused
            return


def _is_page(payload: Payload) -> bool:
    """Return whether a payload can be read as a page of results."""
    try:
        _read_results(_parse_page(payload), payload)
    except SourceError:
        return False
    return True


def _first_request(settings: FederalRegisterSettings, day: date, *, is_final: bool) -> Request:
    """Build the request of the first page of a day.

    `is_final`: the day is so old (`SETTLED_AFTER`) that it no longer changes. Then the page is stored under a name that
    ends with `_SETTLED`, and fetched only once.
    """
    bounds = (("conditions[publication_date][gte]", day.isoformat()), ("conditions[publication_date][lte]", day.isoformat()))
    agencies = tuple(("conditions[agencies][]", agency) for agency in settings.agencies)
    fields = tuple(("fields[]", name) for name in FIELDS)
    return Request(
        source=SOURCE,
        item=_item_name(day, 1, is_final=is_final),
        url=f"{settings.base_url.rstrip('/')}/documents.json",
        day=day,
        query=(*bounds, *agencies, *fields, ("per_page", str(PER_PAGE)), ("order", "oldest")),
        is_final=is_final,
        accept="application/json",
    )


def _item_name(day: date, number: int, *, is_final: bool) -> str:
    """Return the name of a page, under which its response is stored.

    A page that is fetched when the day no longer changes (`is_final`) has another name, so it is fetched once more.
    """
    return f"{day}, page {number}{_SETTLED if is_final else ''}"


def _next_url(payload: Payload | None) -> str | None:
    """Return the address of the next page, if any.

    None without a `payload`, if the address is absent or null, or if this page is unreadable (`collect_documents` reports that). A value
    that is no address is returned as text; `_find_objection` refuses it.
    """
    if payload is None:
        return None
    try:
        next_url = _parse_page(payload).get("next_page_url")
    except SourceError:
        return None
    return None if next_url is None else _to_text(next_url) or repr(next_url)[:_MAX_SHOWN]


def _find_objection(url: str, base: str) -> str:
    """Say why the address of a next page must not be fetched.

    `""` if it has the scheme, host and port of `base`, no user name or password, and a path below that of `base` (upper case or not),
    without `..`, `%2e` or a backslash.
    """
    try:
        target, allowed = urlsplit(url), urlsplit(base)
        if target.username is not None or target.password is not None or _origin(target) != _origin(allowed):
            return f"is not on {allowed.scheme}://{allowed.netloc}"
    except ValueError:
        return "is not a valid address"
    path = target.path.lower()
    if not path.startswith(allowed.path.rstrip("/").lower() + "/") or ".." in path or "%2e" in path or "\\" in path:
        return f"is not under {allowed.path}"
    return ""


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)


def _collect_day(day: date, stored: dict[str, Payload]) -> pl.DataFrame | str:
    """Return the rows of a day, or why it is incomplete.

    `stored`: its pages by name (`_item_name`). Pages that were fetched when the day no longer changed (settled) are tried first, then the
    earlier ones. If both are incomplete, the reason is that of the settled ones.
    """
    begun = [is_final for is_final in (True, False) if _item_name(day, 1, is_final=is_final) in stored]
    reasons = []
    for is_final in begun or [False]:
        try:
            return _join_pages(list(_follow_pages(day, stored, is_final=is_final)))
        except SourceError as error:
            reasons.append(str(error))
    return reasons[0]


def _follow_pages(day: date, stored: dict[str, Payload], *, is_final: bool) -> Iterator[Payload]:
    """Yield the stored pages of a day, first to last.

    The last page is the first that is unreadable or has no address of a next page, or number `MAX_PAGES`. `SourceError` if a page up to the
    last is not stored.
    """
    for number in range(1, MAX_PAGES + 1):
        item = _item_name(day, number, is_final=is_final)
        if item not in stored:
            raise SourceError(f"{item} is not stored. Fetch the day again")
        yield stored[item]
        if _next_url(stored[item]) is None:
            return


def _join_pages(payloads: Sequence[Payload]) -> pl.DataFrame:
    """Return the documents of all pages of a day.

    `SourceError` if a page is unreadable, or there are fewer documents than the `count` of the first page. More, or no `count`, is no
    error.
    """
    rows = pl.concat([parse(payload) for payload in payloads])
    announced = _read_count(_parse_page(payloads[0]), payloads[0])
    if announced is not None and announced > rows.height:
        raise SourceError(
            f"{payloads[0].item}: received {rows.height} of {announced} documents. Fetch the day again; if that does not help, request "
            f"fewer agencies, since the API returns at most 2,000 documents per search"
        )
    return rows


def _parse_page(payload: Payload) -> dict[str, Any]:
    """Parse the page as a JSON object.

    `SourceError` if it is not a JSON object, or one with `errors` or `message`.
    """
    place = f"{payload.source}, {payload.item}, from {payload.url[:_MAX_SHOWN]}"
    try:
        page = json.loads(payload.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"{place}: not JSON ({str(error)[:_MAX_SHOWN]}). Look at the stored payload; the server may have returned a web page"
        ) from error
    if not isinstance(page, dict):
        raise SourceError(f"{place}: not an object with `count` and `results`. Check whether the API has changed")
    if "errors" in page or "message" in page:
        problem = json.dumps(page.get("errors") or page.get("message"))[:_MAX_SHOWN]
        raise SourceError(f"{place}: the API rejects the request: {problem}. Check the settings of federal_register, first its agencies")
    return page


def _read_count(page: dict[str, Any], payload: Payload) -> int | None:
    """Return how many documents the search has on all pages, if given.

    `SourceError` if `count` is not a whole number of at least 0.
    """
    count = page.get("count")
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise SourceError(
            f"{payload.source}, {payload.item}: `count` is {count!r:.40}, not a number of documents. Check whether the API has changed"
        )
    return count


def _read_results(page: dict[str, Any], payload: Payload) -> list[Any]:
    """Return the items of a page, as received.

    If `results` is absent or null, there are none if `count` is 0. `SourceError` in all other cases without a list.
    """
    results = page.get("results")
    if results is None and _read_count(page, payload) == 0:
        return []
    if not isinstance(results, list):
        raise SourceError(
            f"{payload.source}, {payload.item}: no list of `results`, and `count` is not 0. Check whether the API has changed"
        )
    return results


def _to_row(item: Any) -> dict[str, str | None]:
    """Convert the fields of an item to text.

    An absent or null field is None. `unreadable` lists the fields that cannot be converted (they are None too), or says that the item is
    not a JSON object; None if nothing is wrong.
    """
    if not isinstance(item, dict):
        return dict.fromkeys(FIELDS) | {"unreadable": f"a {type(item).__name__} instead of a document"}
    row: dict[str, str | None] = {}
    wrong = []
    for name in FIELDS:
        value = item.get(name)
        row[name] = _join_names(value) if name in _LISTS else _to_text(value)
        if value is not None and row[name] is None:
            wrong.append(f"{name} is a {type(value).__name__}")
    return row | {"unreadable": "; ".join(wrong) or None}


def _to_text(value: Any) -> str | None:
    """Convert a string or 64-bit integer to text; None for anything else.

    True and false give None. Lone surrogates become `?`, because Polars rejects them.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 1 << 63 else None
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else None


def _join_names(value: Any) -> str | None:
    """Join the names in a list with `, `.

    An object (an agency) is named by its slug, or if it has none by its raw name; other items are names themselves. None if the value is
    not a list, or one of its names is not text or an integer.
    """
    if not isinstance(value, list):
        return None
    names = []
    for one in value:
        name = _to_text(one.get("slug") or one.get("raw_name") if isinstance(one, dict) else one)
        if name is None:
            return None
        names.append(name)
    return ", ".join(names)
