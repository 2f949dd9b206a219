"""Requests over a real connection: what is sent, retried, given up, and what it may cost."""

import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.instants import parse_retry_after
from pipeline.signals.readers.llm.client import UNREAD
from pipeline.signals.texts import ExtractorError
from tests.unit.signals.llm.scenes import SHORT_WAITS, TEXT, make_answer, make_extractor, make_signal, make_texts
from tests.unit.signals.llm.server import Canned, completion, failure, in_turn, serve_model

GOOD = completion(make_answer(make_signal()))
NOTHING = completion(make_answer())
EXPECTED = [("t0", "CAN", "BRA", "measure")]


def select_keys(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.select("article_id", "actor", "target", "kind").rows()


def test_a_request_follows_the_protocol(tmp_path: Path) -> None:
    with serve_model(in_turn(GOOD)) as model:
        assert select_keys(make_extractor(model.url, tmp_path, key="sk-secret").read_texts(make_texts(TEXT))) == EXPECTED
    (request,) = model.requests
    assert model.paths == ["/v1/chat/completions"]
    assert model.headers[0]["Authorization"] == "Bearer sk-secret"
    assert (request["model"], request["temperature"]) == ("tiny-model", 0)
    assert request["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def test_no_key_is_sent_without_one(tmp_path: Path) -> None:
    with serve_model(in_turn(NOTHING)) as model:
        make_extractor(model.url, tmp_path).read_texts(make_texts(TEXT))
    assert "Authorization" not in model.headers[0]


@pytest.mark.parametrize(
    ("failures", "attempts"),
    [
        ([failure(429, Retry_After="0")], 2),
        ([failure(500), failure(500)], 3),
        ([failure(408)], 2),
        ([failure(503, Retry_After="soon")], 2),
        ([replace(GOOD, missing=40)], 2),
        ([Canned(b"{not JSON")], 2),
        ([Canned(b"[]")], 2),
        ([Canned(b'{"choices": []}')], 2),
        ([completion("Here is what I select_keys: nothing.")], 2),
        ([completion({"findings": []})], 2),
        ([completion(None)], 2),
        ([failure(429), failure(502), completion("no")], 4),
    ],
    ids=["429", "500 twice", "408", "503", "cut", "no JSON", "no object", "no choice", "prose", "other schema", "no text", "three"],
)
def test_a_transient_failure_is_retried(tmp_path: Path, failures: list[Canned], attempts: int) -> None:
    with serve_model(in_turn(*failures, GOOD)) as model:
        extractor = make_extractor(model.url, tmp_path)
        assert select_keys(extractor.read_texts(make_texts(TEXT))) == EXPECTED
    assert len(model.requests) == attempts
    assert extractor.summary.describe() == ()


def test_the_wait_that_the_endpoint_demands_is_respected(tmp_path: Path) -> None:
    now = datetime(2025, 4, 2, 12, tzinfo=UTC)
    assert parse_retry_after("7", now) == 7
    assert parse_retry_after("Wed, 02 Apr 2025 12:00:30 GMT", now) == 30
    assert [parse_retry_after(header, now) for header in ("", "soon", "-3", "Wed, 02 Apr 2025 11:00:00 GMT")] == [0, 0, 0, 0]
    with serve_model(in_turn(failure(429, Retry_After="1"), GOOD)) as model:
        extractor = make_extractor(model.url, tmp_path)  # waits at most 20 ms, so it gives up
        with pytest.raises(ExtractorError, match="rate_limited"):
            extractor.read_texts(make_texts(TEXT))
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("reason", "response", "attempts"),
    [
        ("server_error", failure(500), 5),
        ("rate_limited", failure(429), 5),
        ("request_refused", failure(400, "context too long"), 1),
        ("request_refused", failure(403), 1),
        ("no_connection", replace(GOOD, missing=40), 2),
        ("bad_reply", Canned(b"<html>"), 2),
        ("bad_answer", completion("{"), 2),
        ("bad_answer", completion({"signals": None}), 2),
        ("answer_cut", completion('{"signals": [', finish="length"), 1),
        ("model_refused", completion(None, refusal="I cannot."), 1),
        ("model_refused", completion(None, finish="content_filter"), 1),
        ("reply_too_large", Canned(b" " * (SHORT_WAITS.max_response_bytes + 1)), 1),
    ],
)
def test_a_text_that_cannot_be_read_is_counted_with_its_reason(tmp_path: Path, reason: str, response: Canned, attempts: int) -> None:
    with serve_model(lambda request: response if "Rain fell" in request["messages"][1]["content"] else GOOD) as model:
        extractor = make_extractor(model.url, tmp_path)
        assert select_keys(extractor.read_texts(make_texts(TEXT, "Rain fell."))) == EXPECTED
    assert len(model.requests) == 1 + attempts
    assert extractor.summary.unread == {reason: 1}
    assert reason in UNREAD
    assert extractor.summary.describe() == (f"1 of 2 texts were not read (e.g. t1): 1 {reason}",)


def test_a_slow_response_times_out(tmp_path: Path) -> None:
    no_patience = replace(SHORT_WAITS, timeout_seconds=0.2)
    with serve_model(lambda request: replace(GOOD, delay=0.5) if "Rain" in request["messages"][1]["content"] else GOOD) as model:
        extractor = make_extractor(model.url, tmp_path, limits=no_patience)
        extractor.read_texts(make_texts(TEXT, "Rain fell."))
    assert extractor.summary.unread == {"timeout": 1}
    assert len(model.requests) == 3


def test_a_text_that_is_too_long_is_not_sent(tmp_path: Path) -> None:
    with serve_model(in_turn(GOOD)) as model:
        extractor = make_extractor(model.url, tmp_path)
        extractor.read_texts(make_texts(TEXT, "Rain fell. " * 10_000))
    assert extractor.summary.unread == {"text_too_long": 1}
    assert len(model.requests) == 1


def test_a_text_without_a_sentence_needs_no_model(tmp_path: Path) -> None:
    with serve_model(in_turn(GOOD)) as model:
        assert make_extractor(model.url, tmp_path).read_texts(make_texts(" \n ")).is_empty()
    assert model.requests == []


def test_reading_no_text_at_all_is_an_error(tmp_path: Path) -> None:
    with serve_model(in_turn(completion("no"))) as model, pytest.raises(ExtractorError, match=r"0 of 1 texts were read.*bad_answer"):
        make_extractor(model.url, tmp_path).read_texts(make_texts(TEXT))


@pytest.mark.parametrize("status", [301, 401, 402, 404])
def test_a_fatal_status_stops_all_requests(tmp_path: Path, status: int) -> None:
    with (
        serve_model(in_turn(failure(status, "wrong", Location="http://elsewhere.example"))) as model,
        pytest.raises(ExtractorError, match=rf"stopped: the endpoint responded with {status}: wrong; check llm_base_url.*3 were not"),
    ):
        make_extractor(model.url, tmp_path).read_texts(make_texts("One.", "Two.", "Three."))
    assert len(model.requests) == 1


def test_an_endpoint_that_is_down_gets_few_requests(tmp_path: Path) -> None:
    extractor = make_extractor("http://127.0.0.1:9/v1", tmp_path)
    with pytest.raises(ExtractorError, match=r"failed on 3 texts in a row, last with no_connection"):
        extractor.read_texts(make_texts(*(f"Rain fell {n} times." for n in range(20))))
    assert extractor.summary.unread == {"no_connection": 3, "not_asked": 17}


def test_bad_answers_on_some_texts_do_not_stop_the_others(tmp_path: Path) -> None:
    with serve_model(lambda request: completion("I obey") if "Rain" in request["messages"][1]["content"] else GOOD) as model:
        extractor = make_extractor(model.url, tmp_path)
        hostile = [f"Rain fell {n} times." for n in range(6)]
        assert [row[1:] for row in select_keys(extractor.read_texts(make_texts(*hostile, TEXT)))] == [("CAN", "BRA", "measure")]
    assert extractor.summary.unread == {"bad_answer": 6}


def test_a_budget_of_requests_is_respected_and_named_in_the_error(tmp_path: Path) -> None:
    with serve_model(in_turn(NOTHING)) as model:
        extractor = make_extractor(model.url, tmp_path, requests=2)
        with pytest.raises(ExtractorError, match=r"budget of 2 requests is spent; raise llm_budget.*2 of 4 texts were read, 2 were not"):
            extractor.read_texts(make_texts("One.", "Two.", "Three.", "Four."))
        assert len(model.requests) == 2
        make_extractor(model.url, tmp_path, requests=2).read_texts(make_texts("One.", "Two.", "Three.", "Four."))
    assert len(model.requests) == 4


def test_retries_count_towards_the_budget(tmp_path: Path) -> None:
    with serve_model(in_turn(failure(500), failure(500), GOOD)) as model, pytest.raises(ExtractorError, match="budget of 2 requests"):
        make_extractor(model.url, tmp_path, requests=2).read_texts(make_texts(TEXT))
    assert len(model.requests) == 2


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_budget_of_tokens_is_never_exceeded(tmp_path: Path, concurrency: int) -> None:
    with serve_model(lambda _: completion(make_answer(), tokens=5_000)) as model:
        extractor = make_extractor(model.url, tmp_path, tokens=30_000, concurrency=concurrency)
        with pytest.raises(ExtractorError, match=r"of the budget of 30,000 tokens .* are spent"):
            extractor.read_texts(make_texts(*(f"Rain fell {n} times." for n in range(20))))
    assert 20_000 <= extractor.budget.usage.tokens <= 30_000
    assert len(model.requests) == extractor.budget.usage.tokens / 5_000


def test_tokens_are_estimated_if_the_endpoint_does_not_report_them(tmp_path: Path) -> None:
    with serve_model(in_turn(completion(make_answer(), tokens=None))) as model:
        extractor = make_extractor(model.url, tmp_path)
        extractor.read_texts(make_texts(TEXT))
    request = len(json.dumps(model.requests[0], ensure_ascii=False).encode())
    assert extractor.budget.usage.tokens > request / 4


def test_the_key_is_in_no_message_and_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve_model(in_turn(failure(401, "Incorrect API key: sk-secret \x1b[31m"))) as model:
        extractor = make_extractor(model.url, tmp_path, key="sk-secret")
        with pytest.raises(ExtractorError) as raised:
            extractor.read_texts(make_texts(TEXT))
    assert "Incorrect API key: (key) [31m;" in str(raised.value)
    assert "sk-secret" not in caplog.text + str(raised.value) + repr(extractor.endpoint) + repr(vars(extractor))
    assert not any("sk-secret" in path.read_text() for path in tmp_path.rglob("*.json"))


def test_these_tests_do_not_sleep(tmp_path: Path) -> None:
    began = time.monotonic()
    with serve_model(in_turn(failure(500))) as model, pytest.raises(ExtractorError):
        make_extractor(model.url, tmp_path).read_texts(make_texts(TEXT))
    assert time.monotonic() - began < 2
