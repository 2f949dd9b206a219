"""Asking an endpoint that speaks the OpenAI chat protocol: `POST {base_url}/chat/completions`. The only sockets of the signals.

Belongs here: sending, time-outs, retries, limits, and telling apart what went wrong. Does not: what is asked (`prompt.py`), or what an
answer means (`reading.py`). The key is put into the header and nowhere else: no message and no log holds it.
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
from pipeline.signals.readers.llm.budget import Budget, SpentError
from pipeline.signals.readers.llm.reader import BadAnswerError

if TYPE_CHECKING:
    import httpx

Read = TypeVar("Read")

UNREAD = Vocabulary(
    "unread",
    "Why a text was left unread.",
    {
        "timeout": "the endpoint did not answer in time",
        "no_connection": "the endpoint could not be reached, or the reply was cut",
        "rate_limited": "the endpoint asked to slow down for longer than was waited (429)",
        "server_error": "the endpoint failed (408, 5xx)",
        "request_refused": "the endpoint does not take this request (other 4xx)",
        "reply_too_large": "the reply is larger than any answer should be",
        "bad_reply": "the reply is no chat completion",
        "bad_answer": "the model's answer is not of the form that was asked for",
        "answer_cut": "the answer is longer than the model may answer",
        "model_refused": "the model, or a filter before it, declined to answer",
        "text_too_long": "the text is longer than what is sent",
        "not_asked": "asking had stopped before its turn came",
    },
)

OK, FIRST_CLIENT_ERROR, TIMED_OUT, TOO_MANY, FIRST_SERVER_ERROR = 200, 400, 408, 429, 500
#: Nothing that is asked of this endpoint would go better.
HOPELESS = frozenset({401, 402, 404, 405})
#: Failures of the endpoint, not of a model that answers badly: articles that make it do so must not stop the others.
OF_THE_ENDPOINT = frozenset({"timeout", "no_connection", "rate_limited", "server_error", "request_refused"})
#: A token is about four bytes of English; three overestimates it, as the budget should.
BYTES_PER_TOKEN = 3
EXCERPT = 200


@dataclass(frozen=True)
class Endpoint:
    """Where the model is asked, under which name, with which key (a secret that does not print)."""

    base_url: str
    model: str
    key: SecretStr | None = None


@dataclass(frozen=True)
class Limits:
    """How long and how often one article is tried.

    `tries` counts every request for an article, `paid_tries` those whose reply may have been billed (time-outs, cut and unusable ones).
    `failures_in_a_row` articles that the endpoint failed on end the asking altogether.
    """

    timeout_seconds: float = 60.0
    tries: int = 5
    paid_tries: int = 2
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    reply_bytes: int = 1_000_000
    answer_tokens: int = 4_096
    failures_in_a_row: int = 10


class UnreadError(TensionError):
    """One article could not be read; `reason` is a word of `UNREAD`, the message says more."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class StoppedError(TensionError):
    """Nothing more is asked; the message says why and what to do."""


class _TryError(TensionError):
    """One request failed. `paid`: its reply may have been billed; `wait`: seconds that the endpoint asks to wait."""

    def __init__(self, reason: str, detail: str, *, again: bool, paid: bool = False, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.reason, self.again, self.paid, self.wait = reason, again, paid, wait


class Client:
    """Asks one endpoint. May be shared by threads; use it in a `with`."""

    def __init__(self, endpoint: Endpoint, budget: Budget, limits: Limits | None = None) -> None:
        self.endpoint = endpoint
        self.budget = budget
        self.limits = limits or Limits()
        self._http = _http_client(endpoint, self.limits)
        self._lock = threading.Lock()
        self._failures = 0
        self._stopped = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    @property
    def stopped(self) -> str:
        """Why nothing more is asked; empty while asking goes on."""
        with self._lock:
            return self._stopped

    def ask(self, system: str, user: str, schema: dict[str, Any], read: Callable[[str], Read]) -> Read:
        """What `read` makes of the model's answer, the text of which it is given.

        A passing failure is tried again after a wait that doubles each time, or as long as the endpoint asks; so is an answer that
        `read` refuses with `BadAnswerError`. `UnreadError` when this article is given up, `StoppedError` when all asking is.
        """
        request = self._request(system, user, schema)
        tries = paid = 0
        while True:
            tries += 1
            try:
                answer = self._try(request, read)
            except _TryError as failed:
                paid += failed.paid
                wait = self._wait(failed, tries)
                is_last = tries >= self.limits.tries or paid >= self.limits.paid_tries or wait > self.limits.longest_wait_seconds
                if not failed.again or is_last:
                    self._note_failure(failed)
                    raise UnreadError(failed.reason, f"{failed} ({tries} tries)") from failed
                time.sleep(wait)
            else:
                with self._lock:
                    self._failures = 0
                return answer

    def _wait(self, failed: _TryError, tries: int) -> float:
        """Seconds until the next try: an endpoint in trouble is given time, a model that answered badly needs none."""
        if failed.reason not in OF_THE_ENDPOINT:
            return 0.0
        return max(failed.wait, min(self.limits.backoff_seconds * 2.0 ** (tries - 1), self.limits.longest_wait_seconds))

    def _request(self, system: str, user: str, schema: dict[str, Any]) -> bytes:
        return json.dumps(
            {
                "model": self.endpoint.model,
                "temperature": 0,
                "max_tokens": self.limits.answer_tokens,
                "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
                "response_format": {"type": "json_schema", "json_schema": {"name": "signals", "strict": True, "schema": schema}},
            },
            ensure_ascii=False,
        ).encode()

    def _try(self, request: bytes, read: Callable[[str], Read]) -> Read:
        """One request, paid for out of the budget."""
        if self.stopped:
            raise StoppedError(self.stopped)
        most = len(request) // BYTES_PER_TOKEN + self.limits.answer_tokens
        try:
            self.budget.set_aside(most)
        except SpentError as spent:
            self._stop(f"{spent}; raise llm_budget_requests or llm_budget_tokens, or give fewer days")
            raise StoppedError(self.stopped) from spent
        used = most  # of a reply that never came whole it is not known; the most is taken
        try:
            status, headers, body = self._exchange(request)
            if status != OK:
                used = 0
                raise self._refusal(status, headers, body)
            completion = _completion(body)
            used = _tokens(completion, request, body)
            return read(_content(completion))
        except BadAnswerError as bad:
            raise _TryError("bad_answer", str(bad), again=True, paid=True) from bad
        except _TryError as failed:
            used = used if failed.paid else 0
            raise
        finally:
            self.budget.pay(most, used)

    def _exchange(self, request: bytes) -> tuple[int, "httpx.Headers", bytes]:
        """Status, headers and body of one request, within the limits of time and size."""
        import httpx  # noqa: PLC0415 as below

        ends = time.monotonic() + self.limits.timeout_seconds
        received = bytearray()
        try:
            with self._http.stream("POST", f"{self.endpoint.base_url.rstrip('/')}/chat/completions", content=request) as response:
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > self.limits.reply_bytes:
                        raise _TryError("reply_too_large", f"more than {self.limits.reply_bytes:,} bytes", again=False, paid=True)
                    if time.monotonic() > ends:
                        raise _TryError("timeout", f"no whole reply in {self.limits.timeout_seconds:g} s", again=True, paid=True)
                return response.status_code, response.headers, bytes(received)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _TryError("no_connection", self._clean(str(error)), again=True) from error
        except httpx.TimeoutException as error:
            raise _TryError("timeout", f"no reply in {self.limits.timeout_seconds:g} s", again=True, paid=True) from error
        except httpx.HTTPError as error:
            raise _TryError("no_connection", self._clean(str(error)), again=True, paid=True) from error

    def _refusal(self, status: int, headers: "httpx.Headers", body: bytes) -> _TryError:
        """What another status than 200 means. Stops all asking where nothing would go better."""
        said = f"the endpoint answered {status}: {self._clean(body.decode('utf-8', 'replace'))}"
        if status in HOPELESS or status < FIRST_CLIENT_ERROR:
            self._stop(f"{said}; look at llm_base_url, llm_model and TENSION_LLM_API_KEY")
            return _TryError("request_refused", said, again=False)
        if status in {TIMED_OUT, TOO_MANY} or status >= FIRST_SERVER_ERROR:
            reason = "rate_limited" if status == TOO_MANY else "server_error"
            return _TryError(reason, said, again=True, wait=parse_retry_after(headers.get("Retry-After", ""), clock.now()))
        return _TryError("request_refused", said, again=False)

    def _note_failure(self, failed: _TryError) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed.reason in OF_THE_ENDPOINT else 0
            count = self._failures
        if count >= self.limits.failures_in_a_row:
            self._stop(f"the endpoint failed on {count} texts in a row, last with {failed.reason}: {failed}; try again when it is well")

    def _stop(self, why: str) -> None:
        with self._lock:
            self._stopped = self._stopped or why

    def _clean(self, text: str) -> str:
        """Text of the other side as one short line without control characters and without the key, should it be repeated there."""
        key = self.endpoint.key.get_secret_value() if self.endpoint.key else ""
        line = "".join(sign if sign.isprintable() else " " for sign in text)
        return " ".join((line.replace(key, "(key)") if key else line).split())[:EXCERPT]


def _http_client(endpoint: Endpoint, limits: Limits) -> "httpx.Client":
    import httpx  # noqa: PLC0415 half a second that readers who ask nobody need not spend

    # unpacked replies could be any size, so none are asked for packed
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key.get_secret_value()}"
    return httpx.Client(headers=headers, timeout=limits.timeout_seconds, follow_redirects=False)


def _completion(body: bytes) -> dict[str, Any]:
    try:
        completion = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _TryError("bad_reply", f"the reply is no JSON ({error})", again=True, paid=True) from error
    if not isinstance(completion, dict):
        raise _TryError("bad_reply", "the reply is no JSON object", again=True, paid=True)
    return completion


def _tokens(completion: dict[str, Any], request: bytes, body: bytes) -> int:
    """What the endpoint says it used; where it says nothing, a guess that is rather too high."""
    usage = completion.get("usage")
    told = usage.get("total_tokens") if isinstance(usage, dict) else None
    return told if type(told) is int and told > 0 else (len(request) + len(body)) // BYTES_PER_TOKEN


def _content(completion: dict[str, Any]) -> str:
    """The text of the first choice."""
    try:
        choice = completion["choices"][0]
        message = choice["message"]
        finished, refusal, content = choice.get("finish_reason"), message.get("refusal"), message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _TryError("bad_reply", "the reply holds no choice with a message", again=True, paid=True) from error
    if refusal or finished == "content_filter":
        raise _TryError("model_refused", "the model declined to answer", again=False, paid=True)
    if finished == "length":
        raise _TryError("answer_cut", "the answer was cut at the limit of tokens", again=False, paid=True)
    if not isinstance(content, str):
        raise _TryError("bad_reply", "the message holds no text", again=True, paid=True)
    return content
