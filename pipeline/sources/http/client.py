"""Asking upstreams over HTTP, politely and within limits. Whatever the outside world does, an outcome comes of it and never an exception.

Belongs here: what is asked when, what is tried again, followed, taken, refused, and what is said about it. Does not: which addresses are
safe (`addresses.py`), connections and time (`wire.py`), sizes (`unpacking.py`), how often (`pace.py`), keeping (`archive.py`), or what an
answer means (the upstream's module).

| what comes | outcome |
|---|---|
| 200 with a body | stored |
| 304 to a conditional request | unchanged, with the answer that is kept |
| 204, 404, 410 | missing |
| 408, 429, 5xx, a lost connection, no connection, a wait too long, 200 without a body | tried again, then failed |
| any other status, a deadline passed, too many redirects, a body that cannot be unpacked | failed |
| an address or a redirect that is not safe, a certificate that is not valid, too many bytes | refused |
"""

import math
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import httpcore
import httpx
from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from pipeline import __version__, clock
from pipeline.contracts.instants import retry_after
from pipeline.settings.sources import Network
from pipeline.sources.http import unpacking
from pipeline.sources.http.addresses import (
    LOOK_FOR_MOVE,
    Resolver,
    UnsafeError,
    address,
    holds_secret,
    is_among,
    name,
    redirected,
    resolve,
    shown,
)
from pipeline.sources.http.archive import Archive, Kept
from pipeline.sources.http.pace import Pace
from pipeline.sources.http.wire import Deadline, DeadlineError, Wire
from pipeline.sources.payloads import Fetched, Outcome, Payload, Request

OK, NO_CONTENT, NOT_MODIFIED, TIMED_OUT, TOO_MANY, FIRST_SERVER_ERROR = 200, 204, 304, 408, 429, 500
NO_SUCH_THING = frozenset({NO_CONTENT, 404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_ALLOWED = frozenset({401, 403})
MOST_REDIRECTS = 5
FIRST_PAUSE_SECONDS = 1.0
_TICK = timedelta(microseconds=1)
EXCERPT_BYTES, EXCERPT = 2_000, 200
MISSING_ADVICE = "A later run asks again; if it should be there, look at the address"


class _EndError(Exception):
    """A request came to an end other than an answer: what went wrong, and what to do."""

    def __init__(self, outcome: Outcome, said: str, advice: str, status: int | None = None) -> None:
        super().__init__(said)
        self.outcome, self.said, self.advice, self.status = outcome, said, advice, status


class _AgainError(_EndError):
    """It may go better the next time, after `wait` seconds where the upstream said how many."""

    def __init__(self, said: str, advice: str, status: int | None = None, wait: float = 0.0) -> None:
        super().__init__("failed", said, advice, status)
        self.wait = wait


@dataclass(frozen=True)
class _Answer:
    """A usable answer; `body` is None where the one that is kept still holds."""

    status: int
    url: httpx.URL
    headers: httpx.Headers
    body: bytes | None


class Client:
    """Asks upstreams and keeps what they answer. For one thread; use it in a `with`.

    `now` is the clock, in UTC; `sleep` waits seconds; `resolve` knows addresses of hosts; `trust` says which certificates are believed
    (none: those that httpx believes, or of SSL_CERT_FILE). Proxies of the environment are not used: they would resolve names themselves.
    """

    def __init__(
        self,
        archive: Archive,
        network: Network,
        *,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolver = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.archive, self.network, self.now, self._sleep = archive, network, now, sleep
        self._asked_at = datetime.min.replace(tzinfo=UTC)
        self._pace = Pace(network.seconds_between, now, sleep)
        # httpx's own client would log addresses, carry cookies and read redirects; all that is needed of it is the way of a request
        self._wire = Wire(network.private_hosts, resolve, trust or httpx.create_ssl_context())
        self._headers = {"User-Agent": _user_agent(network.contact), "Accept-Encoding": unpacking.ACCEPTED, "Connection": "close"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._wire.close()

    def ask(self, request: Request) -> Fetched:
        """What came of asking. Nothing is asked where the answer is final and is kept; that alone leaves no line in the journal.

        Only a mistake of ours or a disk that cannot be written raises.
        """
        asked_at = self._asked_at = max(self.now(), self._asked_at + _TICK)  # no two requests of one instant: the journal's key
        kept = self.archive.newest(request.source, request.item)
        before = self.archive.payload(kept) if kept else None
        if (
            kept is not None
            and before is not None
            and request.is_final
            and _query(kept.asked_url) == [*_query(request.url), *request.query]
        ):
            return Fetched(request, "kept", asked_at, payload=before)
        url, fetched, answer = self._asked(request, asked_at, kept, before)
        headers = answer.headers if answer else {}
        etag, last_modified = (_sendable(headers.get(mark, ""), request.secrets.values()) for mark in ("ETag", "Last-Modified"))
        self.archive.keep(fetched, url, etag=etag, last_modified=last_modified)
        return fetched

    def ask_sound(self, request: Request, is_sound: Callable[[Payload], bool]) -> Fetched:
        """The same; but an answer that is kept and is not sound, such as a page that tells of a fault, is asked for anew, final or not."""
        fetched = self.ask(request)
        if fetched.outcome == "kept" and fetched.payload is not None and not is_sound(fetched.payload):
            return self.ask(replace(request, is_final=False))
        return fetched

    def _asked(
        self, request: Request, asked_at: datetime, kept: Kept | None, before: Payload | None
    ) -> tuple[str, Fetched, _Answer | None]:
        """Where was asked, as it may be shown; what came of it; and the answer, where one came."""
        url, answer, tries = shown(request.url, request.secrets.values()), None, 0
        try:
            first = self._first(request)
            url = shown(str(first), request.secrets.values())
            conditions = _conditions(kept) if kept and before and kept.asked_url == url else {}
            for attempt in self._retrying():
                with attempt:
                    tries = attempt.retry_state.attempt_number
                    answer = self._try(first, request, conditions)
        except UnsafeError as unsafe:
            ended = _EndError("refused", unsafe.said, unsafe.advice)
        except _EndError as error:
            ended = error
        if answer is None:
            return url, Fetched(request, ended.outcome, asked_at, tries, ended.status, None, _detail(url, ended, tries, request)), None
        return url, self._fetched(request, asked_at, tries, answer, before), answer

    def _first(self, request: Request) -> httpx.URL:
        first = address(request.url, request.query)
        if request.secrets and first.scheme == "http" and not is_among(first.host, self.network.private_hosts):
            raise UnsafeError("a key would be sent over plain http, where it can be read on the way", "Write https in the settings")
        self._require_patience(first)
        return first

    def _require_patience(self, url: httpx.URL) -> None:
        held = self._pace.held(name(url.host))
        if held > self.network.longest_pause_seconds:
            raise _EndError("failed", f"{name(url.host)} asked earlier to be left alone, for {held:,.0f} s from now", _later(held))

    def _retrying(self) -> Retrying:
        """Tries after 1, 2, 4, … seconds, or after as many as the upstream says; without chance, so that a run can be repeated."""
        longest = self.network.longest_pause_seconds

        def asked_wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return error.wait if isinstance(error, _AgainError) else 0.0

        def pause(state: RetryCallState) -> float:
            return max(asked_wait(state), min(FIRST_PAUSE_SECONDS * 2.0 ** (state.attempt_number - 1), longest))

        return Retrying(
            sleep=self._sleep,
            wait=pause,
            stop=lambda state: state.attempt_number >= self.network.tries or asked_wait(state) > longest,
            retry=retry_if_exception_type(_AgainError),
            reraise=True,
        )

    def _try(self, first: httpx.URL, request: Request, conditions: Mapping[str, str]) -> _Answer:
        """One attempt, redirects followed. `_EndError` or `UnsafeError` when no usable answer comes of it."""
        url, told = first, request.secrets
        for _ in range(MOST_REDIRECTS + 1):
            self._require_patience(url)
            self._pace.wait(name(url.host))
            with _named_failures(self.network), closing(self._send(url, told, request.accept, conditions)) as response:
                location = response.headers.get("Location", "")
                if response.status_code not in REDIRECTS or not location:
                    return self._answer(url, response, request.secrets.values(), is_conditional=bool(conditions))
            url, is_same = redirected(url, location, request.secrets)
            told = told if is_same else {}
        raise _EndError("failed", f"it redirects more than {MOST_REDIRECTS} times, last to {name(url.host)}", LOOK_FOR_MOVE)

    def _send(self, url: httpx.URL, secrets: Mapping[str, SecretStr], accept: str, conditions: Mapping[str, str]) -> httpx.Response:
        waits = httpx.Timeout(self.network.wait_seconds).as_dict()
        return self._wire.handle_request(
            httpx.Request(
                "GET",
                url,
                headers={**self._headers, "Accept": accept, **conditions},
                extensions={"timeout": waits, "deadline": Deadline(self.network.deadline_seconds), "secrets": secrets},
            )
        )

    def _answer(self, url: httpx.URL, response: httpx.Response, secrets: Iterable[SecretStr], *, is_conditional: bool) -> _Answer:
        """What a status other than a redirect means."""
        status = response.status_code
        if status == OK:
            return _Answer(status, url, response.headers, self._body(response))
        if status == NOT_MODIFIED and is_conditional:
            return _Answer(status, url, response.headers, None)
        if status in NO_SUCH_THING:
            raise _EndError("missing", f"it answered {status}: there is no such thing, or not yet", MISSING_ADVICE, status)
        if status in {TIMED_OUT, TOO_MANY} or status >= FIRST_SERVER_ERROR:
            raise self._asked_to_wait(url, status, response.headers)
        advice = "Look at the key in the settings, and at what it allows" if status in NOT_ALLOWED else "Look at what is asked for"
        words = _excerpt(response, secrets)
        raise _EndError("failed", f"it answered {status}" + (f": {words!r}" if words else ""), advice, status)

    def _body(self, response: httpx.Response) -> bytes:
        most, headers = self.network.largest_bytes, response.headers
        try:
            body = unpacking.body(response.iter_raw(), headers.get("Content-Encoding", ""), headers.get("Content-Length", ""), most)
        except unpacking.TooLargeError as error:
            said = f"the answer is too large: {error}, at most {most:,} are taken"
            advice = "If it is what it should be, raise sources.network.largest_bytes"
            raise _EndError("refused", said, advice, response.status_code) from error
        except unpacking.DamagedError as error:
            raise _AgainError(f"the body is damaged: {error}", "Try again later", response.status_code) from error
        if not body:
            raise _AgainError("it answered 200 with nothing in it", "Look at the address in a browser", response.status_code)
        return body

    def _asked_to_wait(self, url: httpx.URL, status: int, headers: httpx.Headers) -> _AgainError:
        wait = retry_after(headers.get("Retry-After", ""), self.now())
        self._pace.hold(name(url.host), wait)
        if wait > self.network.longest_pause_seconds:
            return _AgainError(f"it answered {status} and asks to wait {wait:,.0f} s", _later(wait), status, wait)
        return _AgainError(f"it answered {status}", "Try again later; if it goes on, raise sources.network.seconds_between", status, wait)

    def _fetched(self, request: Request, asked_at: datetime, tries: int, answer: _Answer, before: Payload | None) -> Fetched:
        if answer.body is None:
            return Fetched(request, "unchanged", asked_at, tries, answer.status, before)
        payload = Payload(
            request.source,
            request.item,
            request.about,
            shown(str(answer.url), request.secrets.values()),
            self.now(),
            shown(answer.headers.get("Content-Type", ""), request.secrets.values())[:EXCERPT],
            answer.body,
        )
        return Fetched(request, "stored", asked_at, tries, answer.status, payload)


@contextmanager
def _named_failures(network: Network) -> Iterator[None]:
    """Everything that connections can raise, as an end of the request."""
    try:
        yield
    except DeadlineError as error:
        raise _EndError(
            "failed",
            f"the answer was not whole after {network.deadline_seconds:g} s",
            "Try again later, or raise sources.network.deadline_seconds",
        ) from error
    except httpcore.TimeoutException as error:
        raise _AgainError(
            f"nothing came for {network.wait_seconds:g} s", "Try again later, or raise sources.network.wait_seconds"
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise _EndError(
                "refused",
                f"its certificate is not valid ({error.__cause__.verify_message})",
                "Look at the address; a certificate authority of your own goes into SSL_CERT_FILE",
            ) from error
        raise _AgainError(f"the connection failed ({error})", "Look whether the host is up and this machine is online") from error


def _detail(url: str, end: _EndError, tries: int, request: Request) -> str:
    attempts = "not asked" if not tries else "1 attempt" if tries == 1 else f"{tries} attempts"
    return f"{url}: {shown(end.said, request.secrets.values())} ({attempts}). {end.advice}"


def _later(seconds: float) -> str:
    return f"Run again in {math.ceil(seconds / 60):,} minutes, or raise sources.network.longest_pause_seconds"


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True)


def _conditions(kept: Kept) -> dict[str, str]:
    headers = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified}
    return {name: value for name, value in headers.items() if value}


def _sendable(mark: str, secrets: Iterable[SecretStr]) -> str:
    """An ETag or a date that can be sent back as it came; one with strange signs or a key in it, or without end, is not used."""
    is_plain = len(mark) <= EXCERPT and mark.isascii() and mark.isprintable()
    return mark if is_plain and not holds_secret(mark, secrets) else ""


def _excerpt(response: httpx.Response, secrets: Iterable[SecretStr]) -> str:
    """What the upstream says in words, without secrets; nothing where it says it in HTML, or where a secret could be cut in two."""
    begun = unpacking.beginning(response.iter_raw(), response.headers.get("Content-Encoding", ""), EXCERPT_BYTES)
    words = shown(begun.decode("utf-8", "replace"), secrets)
    is_cut = len(begun) == EXCERPT_BYTES and len(words) <= EXCERPT_BYTES // 2
    return "" if words.startswith("<") or is_cut else words[:EXCERPT]


def _user_agent(contact: str) -> str:
    sendable = "".join(sign for sign in contact if sign.isascii() and sign.isprintable()).strip()
    return f"trade-tension/{__version__}" + (f" (+{sendable})" if sendable else "")
