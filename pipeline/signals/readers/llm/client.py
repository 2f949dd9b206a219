"""Client of an endpoint with the OpenAI chat protocol: `POST {base_url}/chat/completions`.

Belongs here: requests, time-outs, retries, limits and errors. Does not: the prompt (`prompt.py`) or the meaning of an answer
(`reader.py`). The key is sent in a header only, and appears in no message or log.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import SecretStr

from pipeline import clock
from pipeline.contracts.instants import parse_retry_after
from pipeline.contracts.model import Vocabulary
from pipeline.errors import TensionError
from pipeline.signals.readers.llm.budget import Budget, BudgetSpentError
from pipeline.signals.readers.llm.reader import BadAnswerError

if TYPE_CHECKING:
    import httpx

Parsed = TypeVar("Parsed")

UNREAD = Vocabulary(
    "unread",
    "Why a text was not read.",
    {
        "timeout": "the endpoint did not respond in time",
        "no_connection": "the endpoint could not be reached, or the response was truncated",
        "rate_limited": "the endpoint demanded a longer wait than allowed (429)",
        "server_error": "the endpoint failed (408, 5xx)",
        "request_refused": "the endpoint rejected the request (other 4xx)",
        "reply_too_large": "the response is larger than allowed",
        "bad_reply": "the response is not a chat completion",
        "bad_answer": "the answer of the model does not follow the schema",
        "answer_cut": "the answer reached the limit of tokens",
        "model_refused": "the model, or a filter before it, declined to answer",
        "text_too_long": "the text is longer than allowed",
        "not_asked": "requests were stopped before this text",
    },
)

OK, FIRST_CLIENT_ERROR, TIMED_OUT, TOO_MANY, FIRST_SERVER_ERROR = 200, 400, 408, 429, 500
#: Statuses after which any further request to the endpoint would fail too.
FATAL_STATUSES = frozenset({401, 402, 404, 405})
#: Failures of the endpoint. Bad answers of the model are not counted, since one article must not stop the others.
ENDPOINT_FAILURES = frozenset({"timeout", "no_connection", "rate_limited", "server_error", "request_refused"})
#: A token is about four bytes of English; three gives an upper estimate for the budget.
BYTES_PER_TOKEN = 3
EXCERPT_LENGTH = 200


@dataclass(frozen=True)
class Endpoint:
    """URL, model name and key (not printed) of an endpoint."""

    base_url: str
    model: str
    key: SecretStr | None = None


@dataclass(frozen=True)
class Limits:
    """Time-outs and retries of an article.

    `timeout_seconds` is for one response. `max_attempts` limits the requests for an article, `max_billed_attempts` the failed ones that
    may have been billed (time-outs, truncated and unusable responses). If the endpoint demands a wait over `max_wait_seconds`, the article
    fails. After `max_failures_in_a_row` articles in a row that failed because of the endpoint, no more requests are sent.
    """

    timeout_seconds: float = 60.0
    max_attempts: int = 5
    max_billed_attempts: int = 2
    backoff_seconds: float = 1.0
    max_wait_seconds: float = 60.0
    max_response_bytes: int = 1_000_000
    max_answer_tokens: int = 4_096
    max_failures_in_a_row: int = 10


class UnreadError(TensionError):
    """An article could not be read; `reason` is a word of `UNREAD`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class StoppedError(TensionError):
    """No more requests are sent; the message says why."""


class _AttemptError(TensionError):
    """A request failed.

    `reason`: a word of `UNREAD`; `can_retry`: another attempt may succeed; `is_billed`: the request may have been billed; `wait`: seconds
    that the endpoint demands before the next attempt, 0 if none.
    """

    def __init__(self, reason: str, detail: str, *, can_retry: bool, is_billed: bool = False, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.reason, self.can_retry, self.is_billed, self.wait = reason, can_retry, is_billed, wait


class Client:
    """HTTP client of one endpoint, to be used as context manager.

    Threads may share it.
    """

    def __init__(self, endpoint: Endpoint, budget: Budget, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self.budget = budget
        self.limits = limits or Limits()
        self._http = _make_http_client(endpoint, self.limits)
        self._lock = threading.Lock()
        self._failures = 0
        self._stop_reason = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    @property
    def stop_reason(self) -> str:
        """Why requests were stopped; empty if they were not."""
        with self._lock:
            return self._stop_reason

    def complete(self, system: str, user: str, schema: dict[str, Any], parse: Callable[[str], Parsed]) -> Parsed:
        """Request an answer, and return the result of `parse` on its text.

        `system`, `user`: the messages; `schema`: JSON schema of the answer. Transient failures of the endpoint are retried after a wait
        that doubles each time, or longer if the endpoint demands it. Responses that are no chat completion, and answers for which `parse`
        raises `BadAnswerError`, are retried at once. Raises `UnreadError` if a failure cannot be retried or a limit of `Limits` is reached,
        `StoppedError` if requests for all articles are stopped or the budget is spent.
        """
        request = self._build_request(system, user, schema)
        attempts = billed = 0
        while True:
            attempts += 1
            try:
                answer = self._attempt(request, parse)
            except _AttemptError as failed:
                billed += failed.is_billed
                wait = self._compute_wait(failed, attempts)
                is_last = (
                    attempts >= self.limits.max_attempts or billed >= self.limits.max_billed_attempts or wait > self.limits.max_wait_seconds
                )
                if not failed.can_retry or is_last:
                    self._count_failure(failed)
                    raise UnreadError(failed.reason, f"{failed} ({attempts} attempts)") from failed
                time.sleep(wait)
            else:
                with self._lock:
                    self._failures = 0
                return answer

    def _compute_wait(self, failed: _AttemptError, attempts: int) -> float:
        """Compute the seconds to wait before the next attempt.

        `attempts`: number of attempts so far. The wait is 0 unless the endpoint failed (`ENDPOINT_FAILURES`). Then it is `backoff_seconds`,
        doubled for each attempt after the first, at most `max_wait_seconds`; or the time that the endpoint demands, of any length, if that
        is longer.
        """
        if failed.reason not in ENDPOINT_FAILURES:
            return 0.0
        return max(failed.wait, min(self.limits.backoff_seconds * 2.0 ** (attempts - 1), self.limits.max_wait_seconds))

    def _build_request(self, system: str, user: str, schema: dict[str, Any]) -> bytes:
        """Build the body of a request as JSON; arguments as in `complete`."""
        return json.dumps(
            {
                "model": self.endpoint.model,
                "temperature": 0,
                "max_tokens": self.limits.max_answer_tokens,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "response_format": {"type": "json_schema", "json_schema": {"name": "signals", "strict": True, "schema": schema}},
            },
            ensure_ascii=False,
        ).encode()

    def _attempt(self, request: bytes, parse: Callable[[str], Parsed]) -> Parsed:
        """Send one request within the budget and parse its answer.

        Raises `_AttemptError` if the request fails or `parse` raises `BadAnswerError`. Raises `StoppedError` if requests are stopped; a
        spent budget stops them. Before the request, the tokens that it may use are reserved in the budget; in the end those used replace
        them: none after a failure that is not billed, all reserved ones if the usage is unknown.
        """
        if self.stop_reason:
            raise StoppedError(self.stop_reason)
        max_tokens = len(request) // BYTES_PER_TOKEN + self.limits.max_answer_tokens
        try:
            self.budget.reserve(max_tokens)
        except BudgetSpentError as error:
            self._stop(f"{error}; raise llm_budget_requests or llm_budget_tokens, or process fewer days")
            raise StoppedError(self.stop_reason) from error
        used = max_tokens  # If the response is truncated, the usage is unknown.
        try:
            status, headers, body = self._send(request)
            if status != OK:
                used = 0
                raise self._to_error(status, headers, body)
            completion = _parse_completion(body)
            used = _count_tokens(completion, request, body)
            return parse(_read_content(completion))
        except BadAnswerError as error:
            raise _AttemptError("bad_answer", str(error), can_retry=True, is_billed=True) from error
        except _AttemptError as failed:
            used = used if failed.is_billed else 0
            raise
        finally:
            self.budget.settle(max_tokens, used)

    def _send(self, request: bytes) -> tuple[int, "httpx.Headers", bytes]:
        """Send a request and return status, headers and body.

        A response with any status is returned. Raises `_AttemptError` if there is no complete response within `timeout_seconds` and
        `max_response_bytes`.
        """
        import httpx  # noqa: PLC0415 see _make_http_client

        deadline = time.monotonic() + self.limits.timeout_seconds
        received = bytearray()
        try:
            with self._http.stream("POST", f"{self.endpoint.base_url.rstrip('/')}/chat/completions", content=request) as response:
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > self.limits.max_response_bytes:
                        raise _AttemptError(
                            "reply_too_large", f"more than {self.limits.max_response_bytes:,} bytes", can_retry=False, is_billed=True
                        )
                    if time.monotonic() > deadline:
                        raise _AttemptError(
                            "timeout", f"no complete response in {self.limits.timeout_seconds:g} s", can_retry=True, is_billed=True
                        )
                return response.status_code, response.headers, bytes(received)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _AttemptError("no_connection", self._clean(str(error)), can_retry=True) from error
        except httpx.TimeoutException as error:
            raise _AttemptError("timeout", f"no response in {self.limits.timeout_seconds:g} s", can_retry=True, is_billed=True) from error
        except httpx.HTTPError as error:
            raise _AttemptError("no_connection", self._clean(str(error)), can_retry=True, is_billed=True) from error

    def _to_error(self, status: int, headers: "httpx.Headers", body: bytes) -> _AttemptError:
        """Return the error for a status other than 200.

        A status below 400 (a redirect), or a status with which every request would fail (`FATAL_STATUSES`, such as a wrong key), stops all
        requests. Only 408, 429 and 5xx can be retried, after the wait of the header `Retry-After`.
        """
        message = f"the endpoint responded with {status}: {self._clean(body.decode('utf-8', 'replace'))}"
        if status in FATAL_STATUSES or status < FIRST_CLIENT_ERROR:
            self._stop(f"{message}; check llm_base_url, llm_model and TENSION_LLM_API_KEY")
            return _AttemptError("request_refused", message, can_retry=False)
        if status in {TIMED_OUT, TOO_MANY} or status >= FIRST_SERVER_ERROR:
            reason = "rate_limited" if status == TOO_MANY else "server_error"
            return _AttemptError(reason, message, can_retry=True, wait=parse_retry_after(headers.get("Retry-After", ""), clock.now()))
        return _AttemptError("request_refused", message, can_retry=False)

    def _count_failure(self, failed: _AttemptError) -> None:
        """Count failed articles in a row; stop all requests after too many.

        Only failures of the endpoint (`ENDPOINT_FAILURES`) count; any other failure sets the count to 0, as an answer does. Requests stop
        when the count is `max_failures_in_a_row`.
        """
        with self._lock:
            self._failures = self._failures + 1 if failed.reason in ENDPOINT_FAILURES else 0
            count = self._failures
        if count >= self.limits.max_failures_in_a_row:
            self._stop(
                f"the endpoint failed on {count} texts in a row, last with {failed.reason}: {failed}; run again when it is available"
            )

    def _stop(self, reason: str) -> None:
        """Stop all further requests; the first reason stays."""
        with self._lock:
            self._stop_reason = self._stop_reason or reason

    def _clean(self, text: str) -> str:
        """Convert a text of the endpoint to one line without key.

        The key becomes `(key)`. Only the first `EXCERPT_LENGTH` characters are returned.
        """
        key = self.endpoint.key.get_secret_value() if self.endpoint.key else ""
        line = "".join(char if char.isprintable() else " " for char in text)
        return " ".join((line.replace(key, "(key)") if key else line).split())[:EXCERPT_LENGTH]


def split_url(base_url: str) -> tuple[str, str]:
    """Return scheme and host of a URL; `ValueError` if it is invalid."""
    import httpx  # noqa: PLC0415 takes long to import, and only this reader needs it

    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error
    return url.scheme, url.host


def _make_http_client(endpoint: Endpoint, limits: Limits) -> "httpx.Client":
    """Make an HTTP client with the headers of the endpoint.

    It follows no redirect, which could take the key elsewhere.
    """
    import httpx  # noqa: PLC0415 takes half a second, which other readers need not spend

    # A compressed response could expand to any size, so none is accepted.
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key.get_secret_value()}"
    return httpx.Client(headers=headers, timeout=limits.timeout_seconds, follow_redirects=False)


def _parse_completion(body: bytes) -> dict[str, Any]:
    """Parse the body of a response as a JSON object.

    Raises `_AttemptError` if it is not one.
    """
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _AttemptError("bad_reply", f"the response is not JSON ({error})", can_retry=True, is_billed=True) from error
    if not isinstance(completion, dict):
        raise _AttemptError("bad_reply", "the response is not a JSON object", can_retry=True, is_billed=True)
    return completion


def _count_tokens(completion: dict[str, Any], request: bytes, body: bytes) -> int:
    """Return the usage that the endpoint reports, or an upper estimate.

    The estimate, by the bytes of request and response, is used if `total_tokens` is no positive whole number.
    """
    usage = completion.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if type(total) is int and total > 0 else (len(request) + len(body)) // BYTES_PER_TOKEN


def _read_content(completion: dict[str, Any]) -> str:
    """Return the text of the first choice.

    Raises `_AttemptError` if the model declined, the text was cut off, or there is none.
    """
    try:
        choice = completion["choices"][0]
        message = choice["message"]
        finished, refusal, content = choice.get("finish_reason"), message.get("refusal"), message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _AttemptError("bad_reply", "the response has no choice with a message", can_retry=True, is_billed=True) from error
    if refusal or finished == "content_filter":
        raise _AttemptError("model_refused", "the model declined to answer", can_retry=False, is_billed=True)
    if finished == "length":
        raise _AttemptError("answer_cut", "the answer was truncated at the limit of tokens", can_retry=False, is_billed=True)
    if not isinstance(content, str):
        raise _AttemptError("bad_reply", "the message has no text", can_retry=True, is_billed=True)
    return content
