"""HTTP client for upstreams: retries, redirects, limits and conditional requests.

Does not belong here: what a response means (the upstream's module).
"""

import math
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import httpcore
import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from pipeline import __version__, clock
from pipeline.contracts.instants import parse_retry_after
from pipeline.errors import TensionError
from pipeline.settings.sources import Network
from pipeline.sources.http import unpacking
from pipeline.sources.http.addresses import (
    CHECK_MOVED,
    Resolver,
    UnsafeAddressError,
    contains_secret,
    follow_redirect,
    is_listed_host,
    normalize_host,
    parse_url,
    redact,
    resolve_host,
)
from pipeline.sources.http.archive import Archive, StoredResponse
from pipeline.sources.http.rate_limit import RateLimiter
from pipeline.sources.http.transport import Deadline, DeadlineError, Transport
from pipeline.sources.payloads import FetchResult, Outcome, Payload, Request

OK, NO_CONTENT, NOT_MODIFIED, TIMED_OUT, TOO_MANY, FIRST_SERVER_ERROR = 200, 204, 304, 408, 429, 500
NOT_FOUND = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_ALLOWED = frozenset({401, 403})
MOST_REDIRECTS = 5
FIRST_PAUSE_SECONDS = 1.0
LONGEST_URL_SHOWN = 120
_TICK = timedelta(microseconds=1)
EXCERPT_BYTES, EXCERPT = 2_000, 200
MISSING_ADVICE = "The next run tries again; if it should exist, check the URL"


class _FetchError(TensionError):
    """A request ended without a usable response.

    `outcome` is "failed", "missing" or "refused"; `reason` says why, `advice` what to do. `status` is the HTTP status, if one is the cause.
    """

    def __init__(self, outcome: Outcome, reason: str, advice: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.advice, self.status = outcome, reason, advice, status


class _RetryableError(_FetchError):
    """An attempt failed, but may be repeated.

    `wait`: seconds that the upstream requests to wait before, 0 if it requests none.
    """

    def __init__(self, reason: str, advice: str, status: int | None = None, wait: float = 0.0) -> None:
        super().__init__("failed", reason, advice, status)
        self.wait = wait


@dataclass(frozen=True)
class _Response:
    """A usable response: of status 200, or 304 to a conditional request.

    `url` is that after redirects. `body` is None for status 304: the stored response is still valid.
    """

    status: int
    url: httpx.URL
    headers: httpx.Headers
    body: bytes | None


class Client:
    """Fetch from upstreams and store the responses.

    For one thread; use it in a `with` statement. Every request ends in an outcome:

    | response | outcome |
    |---|---|
    | 200 with a body | stored |
    | 304 to a conditional request | unchanged, with the stored response |
    | 204; 404 or 410 if the item `may_be_absent` | missing |
    | 408, 429, 5xx, 200 without a body, damaged body, connection error, no data for too long | retried, then failed |
    | any other status, too many redirects, response not complete by its deadline | failed |
    | unsafe address (e.g. not public) or redirect, invalid certificate, too many bytes | refused |
    | none: the host is still blocked by an earlier `Retry-After`, for longer than `network.longest_pause_seconds` | failed, not sent |
    | none: the request `is_final` (need not be repeated) and has a stored response (`fetch`) | `kept`, not sent |

    `now` is the clock, in UTC; `sleep` waits seconds; `resolve` resolves host names; `ssl_context` verifies certificates (by default
    httpx's, or SSL_CERT_FILE). Proxies of the environment are ignored, because they would resolve host names themselves.
    """

    def __init__(
        self,
        archive: Archive,
        network: Network,
        *,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolver = resolve_host,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.archive, self.network, self.now, self._sleep = archive, network, now, sleep
        self._asked_at = datetime.min.replace(tzinfo=UTC)
        self._limiter = RateLimiter(network.seconds_between, now, sleep)
        # httpx's own client would log URLs, store cookies and parse redirects, so only its transport interface is used.
        self._transport = Transport(network.private_hosts, resolve, ssl_context or httpx.create_ssl_context())
        self._headers = {
            "User-Agent": _user_agent(network.contact),
            "Accept-Encoding": unpacking.ACCEPTED_ENCODINGS,
            "Connection": "close",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._transport.close()

    def fetch(self, request: Request) -> FetchResult:
        """Fetch the request, store the response, and return the outcome.

        A request with `is_final` is not sent if the newest response to its item was stored for a URL with the same query parameters and has
        an intact body: that response is returned, with the outcome `kept`, and nothing is added to the journal. Errors of upstreams and of
        the network do not raise; a full disk does.
        """
        asked_at = self._next_instant()
        stored = self.archive.find_newest(request.source, request.item)
        payload = self.archive.read_payload(stored) if stored else None
        if (
            stored is not None
            and payload is not None
            and request.is_final
            and _parse_query(stored.asked_url) == [*_parse_query(request.url), *request.query]
        ):
            return FetchResult(request, "kept", asked_at, payload=payload)
        return self._send_and_store(request, asked_at, stored, payload)

    def _next_instant(self) -> datetime:
        """Return the present, later than at the call before.

        The instant is part of the journal's key, so no two requests may have the same.
        """
        self._asked_at = max(self.now(), self._asked_at + _TICK)
        return self._asked_at

    def _send_and_store(self, request: Request, asked_at: datetime, stored: StoredResponse | None, payload: Payload | None) -> FetchResult:
        """Send the request, store the response, and return the outcome.

        `stored` and `payload`: the newest stored response and its body, to make the request conditional (`_fetch_with_retries`). If they
        are None, it is not.
        """
        url, fetched, response = self._fetch_with_retries(request, asked_at, stored, payload)
        headers = response.headers if response else {}
        secrets = request.secrets.values()
        etag, last_modified = (_usable_validator(headers.get(name, ""), secrets) for name in ("ETag", "Last-Modified"))
        self.archive.store(fetched, url, etag=etag, last_modified=last_modified)
        return fetched

    def fetch_valid(self, request: Request, is_valid: Callable[[Payload], bool]) -> FetchResult:
        """Fetch like `fetch`, but replace a stored response that is invalid.

        An invalid response is e.g. an error page with status 200. `is_valid` is called only if `fetch` sent nothing, because the request
        `is_final` and has a stored response (outcome `kept`). If it returns False, the request is sent after all, not conditionally; the
        result is returned without a check.
        """
        fetched = self.fetch(request)
        if fetched.outcome == "kept" and fetched.payload is not None and not is_valid(fetched.payload):
            return self._send_and_store(request, self._next_instant(), None, None)
        return fetched

    def _fetch_with_retries(
        self, request: Request, asked_at: datetime, stored: StoredResponse | None, payload: Payload | None
    ) -> tuple[str, FetchResult, _Response | None]:
        """Send the request, with retries and, if possible, conditionally.

        `stored` and `payload` are the newest stored response to the item, if any. The request is conditional if that response was to the
        same URL and has an `ETag` or `Last-Modified`. Returns the URL without secrets, the result, and the response, or None if there is
        no usable one. Nothing is stored. Errors of upstreams and of the network are in the result.
        """
        url, response, attempts = redact(request.url, request.secrets.values()), None, 0
        try:
            first_url = self._first_url(request)
            url = redact(str(first_url), request.secrets.values())
            conditions = _conditional_headers(stored) if stored and payload and stored.asked_url == url else {}
            for attempt in self._build_retrying():
                with attempt:
                    attempts = attempt.retry_state.attempt_number
                    response = self._attempt(first_url, request, conditions)
        except UnsafeAddressError as unsafe:
            failure = _FetchError("refused", unsafe.reason, unsafe.advice)
        except _FetchError as error:
            failure = error
        if response is None:
            detail = _failure_detail(url, failure, attempts, request)
            return url, FetchResult(request, failure.outcome, asked_at, attempts, failure.status, None, detail), None
        return url, self._to_fetch_result(request, asked_at, attempts, response, payload), response

    def _first_url(self, request: Request) -> httpx.URL:
        """Return the URL of a request with its query, but without secrets.

        Raises `UnsafeAddressError` if the URL is invalid, or if secrets would be sent over plain http to a host that is not in
        `private_hosts`. Raises `_FetchError` if its host is blocked for too long (`_require_not_blocked`).
        """
        url = parse_url(request.url, request.query)
        if request.secrets and url.scheme == "http" and not is_listed_host(url.host, self.network.private_hosts):
            raise UnsafeAddressError("the key would be sent over plain http, where others can read it", "Use https in the settings")
        self._require_not_blocked(url)
        return url

    def _require_not_blocked(self, url: httpx.URL) -> None:
        """Raise `_FetchError` if the host is blocked for too long to wait.

        That is longer than `network.longest_pause_seconds`. The rate limiter waits for the end of a shorter block (`Retry-After`).
        """
        host = normalize_host(url.host)
        seconds = self._limiter.seconds_blocked(host)
        if seconds > self.network.longest_pause_seconds:
            reason = f"{host} accepts no requests for another {seconds:,.0f} s, by its earlier response"
            raise _FetchError("failed", reason, _run_later_advice(seconds))

    def _build_retrying(self) -> Retrying:
        """Build the rule for retries: after 1, 2, 4, … seconds.

        A pause is at most the longest pause, and there are at most `network.tries` attempts, the first included; then the last error is
        raised. Only a `_RetryableError` is retried. If the upstream asks for a longer wait than the rule, that is used; if it asks for more
        than the longest pause, there is no retry. There is no jitter, so that runs are repeatable.
        """
        longest = self.network.longest_pause_seconds

        def requested_wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return error.wait if isinstance(error, _RetryableError) else 0.0

        def pause(state: RetryCallState) -> float:
            return max(requested_wait(state), min(FIRST_PAUSE_SECONDS * 2.0 ** (state.attempt_number - 1), longest))

        return Retrying(
            sleep=self._sleep,
            wait=pause,
            stop=lambda state: state.attempt_number >= self.network.tries or requested_wait(state) > longest,
            retry=retry_if_exception_type(_RetryableError),
            reraise=True,
        )

    def _attempt(self, first_url: httpx.URL, request: Request, conditions: Mapping[str, str]) -> _Response:
        """Send the request once, and follow at most `MOST_REDIRECTS` redirects.

        `conditions` are headers of a conditional request, sent to every target. After a redirect to another origin, no later target
        receives the secrets. Waits for the rate limiter before the request and before each redirect. Raises `_FetchError` or
        `UnsafeAddressError`.
        """
        url, secrets = first_url, request.secrets
        for _ in range(MOST_REDIRECTS + 1):
            self._require_not_blocked(url)
            self._limiter.wait(normalize_host(url.host))
            with _convert_errors(self.network), closing(self._send(url, secrets, request.accept, conditions)) as response:
                location = response.headers.get("Location", "")
                if response.status_code not in REDIRECTS or not location:
                    return self._read_response(url, response, request, is_conditional=bool(conditions))
            url, is_same_origin = follow_redirect(url, location, request.secrets)
            secrets = secrets if is_same_origin else {}
        raise _FetchError("failed", f"it redirects more than {MOST_REDIRECTS} times, last to {normalize_host(url.host)}", CHECK_MOVED)

    def _send(self, url: httpx.URL, secrets: Mapping[str, SecretStr], accept: str, conditions: Mapping[str, str]) -> httpx.Response:
        timeout = httpx.Timeout(self.network.wait_seconds).as_dict()
        return self._transport.handle_request(
            httpx.Request(
                "GET",
                url,
                headers={**self._headers, "Accept": accept, **conditions},
                extensions={"timeout": timeout, "deadline": Deadline(self.network.deadline_seconds), "secrets": secrets},
            )
        )

    def _read_response(self, url: httpx.URL, response: httpx.Response, request: Request, *, is_conditional: bool) -> _Response:
        """Read a response that is not a redirect.

        Returns it for status 200, or for 304 to a conditional request. Raises `_FetchError` for any other status and for an unusable body
        (`_read_body`); the error is a `_RetryableError` for 408, 429 and 5xx.
        """
        status = response.status_code
        if status == OK:
            return _Response(status, url, response.headers, self._read_body(response))
        if status == NOT_MODIFIED and is_conditional:
            return _Response(status, url, response.headers, None)
        if status == NO_CONTENT or (status in NOT_FOUND and request.may_be_absent):
            raise _FetchError("missing", f"it answered {status}: not found, or not published yet", MISSING_ADVICE, status)
        if status in {TIMED_OUT, TOO_MANY} or status >= FIRST_SERVER_ERROR:
            raise self._to_retryable_error(url, status, response.headers)
        advice = "Check the key in the settings and its permissions" if status in NOT_ALLOWED else "Check the request"
        advice = CHECK_MOVED if status in NOT_FOUND else advice
        excerpt = _read_excerpt(response, request.secrets.values())
        raise _FetchError("failed", f"it answered {status}" + (f": {excerpt!r}" if excerpt else ""), advice, status)

    def _read_body(self, response: httpx.Response) -> bytes:
        """Read the body; `_FetchError` if it is empty, damaged or too large.

        An empty or damaged body is a `_RetryableError`; one that is too large is refused.
        """
        limit, headers = self.network.largest_bytes, response.headers
        encoding, announced = headers.get("Content-Encoding", ""), headers.get("Content-Length", "")
        try:
            body = unpacking.read_body(response.iter_raw(), encoding, announced, limit)
        except unpacking.TooLargeError as error:
            reason = f"the response is too large: {error}, the limit is {limit:,}"
            advice = "If the size is plausible, raise sources.network.largest_bytes"
            raise _FetchError("refused", reason, advice, response.status_code) from error
        except unpacking.DamagedError as error:
            raise _RetryableError(f"the body is damaged: {error}", "Try again later", response.status_code) from error
        if not body:
            raise _RetryableError("it answered 200 without a body", "Open the URL in a browser", response.status_code)
        return body

    def _to_retryable_error(self, url: httpx.URL, status: int, headers: httpx.Headers) -> _RetryableError:
        """Block the host for the time of Retry-After, and return the error.

        `status` is 408, 429 or 5xx. Without a readable Retry-After the time is 0, and the host is not blocked. The error is returned, not
        raised.
        """
        wait = parse_retry_after(headers.get("Retry-After", ""), self.now())
        self._limiter.block(normalize_host(url.host), wait)
        if wait > self.network.longest_pause_seconds:
            return _RetryableError(f"it answered {status} and asks to wait {wait:,.0f} s", _run_later_advice(wait), status, wait)
        advice = "Try again later; if it happens often, raise sources.network.seconds_between"
        return _RetryableError(f"it answered {status}", advice, status, wait)

    def _to_fetch_result(
        self, request: Request, asked_at: datetime, attempts: int, response: _Response, stored_payload: Payload | None
    ) -> FetchResult:
        """Return the result: "unchanged" for a response without body, else "stored".

        Nothing is written.
        """
        if response.body is None:
            return FetchResult(request, "unchanged", asked_at, attempts, response.status, stored_payload)
        payload = Payload(
            request.source,
            request.item,
            request.day,
            redact(str(response.url), request.secrets.values()),
            self.now(),
            redact(response.headers.get("Content-Type", ""), request.secrets.values())[:EXCERPT],
            response.body,
        )
        return FetchResult(request, "stored", asked_at, attempts, response.status, payload)


@contextmanager
def _convert_errors(network: Network) -> Iterator[None]:
    """Convert every error of a connection in the block to a `_FetchError`.

    The error is a `_RetryableError`, except for a passed deadline (`failed`) and an invalid certificate (`refused`), which are not retried.
    Errors that are not of a connection, such as `UnsafeAddressError`, pass unchanged.
    """
    try:
        yield
    except DeadlineError as error:
        raise _FetchError(
            "failed",
            f"the response was not complete after {network.deadline_seconds:g} s",
            "Try again later, or raise sources.network.deadline_seconds",
        ) from error
    except httpcore.TimeoutException as error:
        raise _RetryableError(
            f"nothing was received for {network.wait_seconds:g} s", "Try again later, or raise sources.network.wait_seconds"
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise _FetchError(
                "refused",
                f"its certificate is not valid ({error.__cause__.verify_message})",
                "Check the URL; to trust your own certificate authority, set SSL_CERT_FILE",
            ) from error
        raise _RetryableError(f"the connection failed ({error})", "Check whether the host is up and this machine is online") from error


def _failure_detail(url: str, failure: _FetchError, attempts: int, request: Request) -> str:
    count = "not sent" if not attempts else "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return f"{_shorten_url(url)}: {redact(failure.reason, request.secrets.values())} ({count}). {failure.advice}"


def _shorten_url(url: str) -> str:
    """Shorten a long URL for messages: drop query and end.

    A URL of at most `LONGEST_URL_SHOWN` characters is returned unchanged. Of a longer one, at most the first `LONGEST_URL_SHOWN` characters
    before the query are returned, followed by `?…`. The journal has the whole URL.
    """
    return url if len(url) <= LONGEST_URL_SHOWN else f"{url.partition('?')[0][:LONGEST_URL_SHOWN]}?…"


def _run_later_advice(seconds: float) -> str:
    return f"Run again in {math.ceil(seconds / 60):,} minutes, or raise sources.network.longest_pause_seconds"


def _parse_query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True)


def _conditional_headers(stored: StoredResponse) -> dict[str, str]:
    headers = {"If-None-Match": stored.etag, "If-Modified-Since": stored.last_modified}
    return {name: value for name, value in headers.items() if value}


def _usable_validator(value: str, secrets: Iterable[SecretStr]) -> str:
    """Return an ETag or date if it is safe to send back.

    Returns an empty text if it has more than `EXCERPT` characters, is not printable ASCII, or contains a secret.
    """
    is_plain = len(value) <= EXCERPT and value.isascii() and value.isprintable()
    return value if is_plain and not contains_secret(value, secrets) else ""


def _read_excerpt(response: httpx.Response, secrets: Iterable[SecretStr]) -> str:
    """Return the beginning of the body of an error, without secrets.

    It has at most `EXCERPT` characters. Returns an empty text for a body that begins with `<`, and if the excerpt could contain part of a
    secret: only `EXCERPT_BYTES` are read, so a secret at their end may be cut and not recognized. The excerpt is taken to reach that end if
    that many bytes were read, and `redact` leaves at most half as many characters.
    """
    beginning = unpacking.read_beginning(response.iter_raw(), response.headers.get("Content-Encoding", ""), EXCERPT_BYTES)
    text = redact(beginning.decode("utf-8", "replace"), secrets)
    is_cut = len(beginning) == EXCERPT_BYTES and len(text) <= EXCERPT_BYTES // 2
    return "" if text.startswith("<") or is_cut else text[:EXCERPT]


def _user_agent(contact: str) -> str:
    ascii_contact = "".join(character for character in contact if character.isascii() and character.isprintable()).strip()
    return f"trade-tension/{__version__}" + (f" (+{ascii_contact})" if ascii_contact else "")
