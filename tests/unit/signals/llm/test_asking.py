"""Asking over a real connection: what is sent, what is tried again, what is given up, and what it may cost."""

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
from tests.unit.signals.llm.scenes import QUICK, TEXT, answer, reader, signal, texts
from tests.unit.signals.llm.server import Canned, answering, failing, in_turn, serving

GOOD = answering(answer(signal()))
NOTHING = answering(answer())
FOUND = [("t0", "CAN", "BRA", "measure")]


def found(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    return frame.select("article_id", "actor", "target", "kind").rows()


def test_a_request_speaks_the_protocol(tmp_path: Path) -> None:
    with serving(in_turn(GOOD)) as model:
        assert found(reader(model.url, tmp_path, key="sk-secret").read_texts(texts(TEXT))) == FOUND
    (request,) = model.requests
    assert model.paths == ["/v1/chat/completions"]
    assert model.headers[0]["Authorization"] == "Bearer sk-secret"
    assert (request["model"], request["temperature"]) == ("tiny-model", 0)
    assert request["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def test_without_a_key_none_is_sent(tmp_path: Path) -> None:
    with serving(in_turn(NOTHING)) as model:
        reader(model.url, tmp_path).read_texts(texts(TEXT))
    assert "Authorization" not in model.headers[0]


@pytest.mark.parametrize(
    ("failures", "tries"),
    [
        ([failing(429, Retry_After="0")], 2),
        ([failing(500), failing(500)], 3),
        ([failing(408)], 2),
        ([failing(503, Retry_After="soon")], 2),
        ([replace(GOOD, cut=40)], 2),
        ([Canned(b"{not JSON")], 2),
        ([Canned(b"[]")], 2),
        ([Canned(b'{"choices": []}')], 2),
        ([answering("Here is what I found: nothing.")], 2),
        ([answering({"findings": []})], 2),
        ([answering(None)], 2),
        ([failing(429), failing(502), answering("no")], 4),
    ],
    ids=["429", "500 twice", "408", "503", "cut", "no JSON", "no object", "no choice", "prose", "other schema", "no text", "three"],
)
def test_a_passing_failure_is_tried_again(tmp_path: Path, failures: list[Canned], tries: int) -> None:
    with serving(in_turn(*failures, GOOD)) as model:
        extractor = reader(model.url, tmp_path)
        assert found(extractor.read_texts(texts(TEXT))) == FOUND
    assert len(model.requests) == tries
    assert extractor.summary.describe() == ()


def test_the_wait_that_the_endpoint_asks_for_is_kept(tmp_path: Path) -> None:
    now = datetime(2025, 4, 2, 12, tzinfo=UTC)
    assert parse_retry_after("7", now) == 7
    assert parse_retry_after("Wed, 02 Apr 2025 12:00:30 GMT", now) == 30
    assert [parse_retry_after(header, now) for header in ("", "soon", "-3", "Wed, 02 Apr 2025 11:00:00 GMT")] == [0, 0, 0, 0]
    with serving(in_turn(failing(429, Retry_After="1"), GOOD)) as model:
        extractor = reader(model.url, tmp_path)  # one that waits 20 ms at the most, and so gives up rather than ask too early
        with pytest.raises(ExtractorError, match="rate_limited"):
            extractor.read_texts(texts(TEXT))
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("reason", "reply", "tries"),
    [
        ("server_error", failing(500), 5),
        ("rate_limited", failing(429), 5),
        ("request_refused", failing(400, "context too long"), 1),
        ("request_refused", failing(403), 1),
        ("no_connection", replace(GOOD, cut=40), 2),
        ("bad_reply", Canned(b"<html>"), 2),
        ("bad_answer", answering("{"), 2),
        ("bad_answer", answering({"signals": None}), 2),
        ("answer_cut", answering('{"signals": [', finish="length"), 1),
        ("model_refused", answering(None, refusal="I cannot."), 1),
        ("model_refused", answering(None, finish="content_filter"), 1),
        ("reply_too_large", Canned(b" " * (QUICK.reply_bytes + 1)), 1),
    ],
)
def test_a_text_that_cannot_be_read_is_counted_with_its_reason(tmp_path: Path, reason: str, reply: Canned, tries: int) -> None:
    with serving(lambda asked: reply if "Rain fell" in asked["messages"][1]["content"] else GOOD) as model:
        extractor = reader(model.url, tmp_path)
        assert found(extractor.read_texts(texts(TEXT, "Rain fell."))) == FOUND
    assert len(model.requests) == 1 + tries
    assert extractor.summary.unread == {reason: 1}
    assert reason in UNREAD
    assert extractor.summary.describe() == (f"1 of 2 texts were not read (e.g. t1): 1 {reason}",)


def test_a_slow_reply_is_not_waited_for(tmp_path: Path) -> None:
    hasty = replace(QUICK, timeout_seconds=0.03)
    with serving(lambda asked: replace(GOOD, after=0.08) if "Rain" in asked["messages"][1]["content"] else GOOD) as model:
        extractor = reader(model.url, tmp_path, limits=hasty)
        extractor.read_texts(texts(TEXT, "Rain fell."))
    assert extractor.summary.unread == {"timeout": 1}
    assert len(model.requests) == 3


def test_a_text_beyond_all_measure_is_not_sent(tmp_path: Path) -> None:
    with serving(in_turn(GOOD)) as model:
        extractor = reader(model.url, tmp_path)
        extractor.read_texts(texts(TEXT, "Rain fell. " * 10_000))
    assert extractor.summary.unread == {"text_too_long": 1}
    assert len(model.requests) == 1


def test_a_text_without_a_sentence_needs_no_model(tmp_path: Path) -> None:
    with serving(in_turn(GOOD)) as model:
        assert reader(model.url, tmp_path).read_texts(texts(" \n ")).is_empty()
    assert model.requests == []


def test_nothing_read_at_all_is_a_failure_and_no_empty_frame(tmp_path: Path) -> None:
    with serving(in_turn(answering("no"))) as model, pytest.raises(ExtractorError, match=r"0 of 1 texts were read.*bad_answer"):
        reader(model.url, tmp_path).read_texts(texts(TEXT))


@pytest.mark.parametrize("status", [301, 401, 402, 404])
def test_where_nothing_would_go_better_asking_stops(tmp_path: Path, status: int) -> None:
    with (
        serving(in_turn(failing(status, "wrong", Location="http://elsewhere.example"))) as model,
        pytest.raises(ExtractorError, match=rf"stopped: the endpoint answered {status}: wrong; look at llm_base_url.*3 were not"),
    ):
        reader(model.url, tmp_path).read_texts(texts("One.", "Two.", "Three."))
    assert len(model.requests) == 1


def test_an_endpoint_that_is_down_is_not_asked_about_every_text(tmp_path: Path) -> None:
    extractor = reader("http://127.0.0.1:9/v1", tmp_path)
    with pytest.raises(ExtractorError, match=r"failed on 3 texts in a row, last with no_connection"):
        extractor.read_texts(texts(*(f"Rain fell {n} times." for n in range(20))))
    assert extractor.summary.unread == {"no_connection": 3, "not_asked": 17}


def test_texts_that_make_the_model_answer_badly_do_not_stop_the_others(tmp_path: Path) -> None:
    with serving(lambda asked: answering("I obey") if "Rain" in asked["messages"][1]["content"] else GOOD) as model:
        extractor = reader(model.url, tmp_path)
        hostile = [f"Rain fell {n} times." for n in range(6)]
        assert [row[1:] for row in found(extractor.read_texts(texts(*hostile, TEXT)))] == [("CAN", "BRA", "measure")]
    assert extractor.summary.unread == {"bad_answer": 6}


def test_a_budget_of_requests_is_kept_and_told(tmp_path: Path) -> None:
    with serving(in_turn(NOTHING)) as model:
        extractor = reader(model.url, tmp_path, requests=2)
        with pytest.raises(ExtractorError, match=r"budget of 2 requests is spent; raise llm_budget.*2 of 4 texts were read, 2 were not"):
            extractor.read_texts(texts("One.", "Two.", "Three.", "Four."))
        assert len(model.requests) == 2
        reader(model.url, tmp_path, requests=2).read_texts(texts("One.", "Two.", "Three.", "Four."))
    assert len(model.requests) == 4


def test_tries_count_against_the_budget(tmp_path: Path) -> None:
    with serving(in_turn(failing(500), failing(500), GOOD)) as model, pytest.raises(ExtractorError, match="budget of 2 requests"):
        reader(model.url, tmp_path, requests=2).read_texts(texts(TEXT))
    assert len(model.requests) == 2


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_budget_of_tokens_is_never_overdrawn(tmp_path: Path, concurrency: int) -> None:
    with serving(lambda _: answering(answer(), tokens=5_000)) as model:
        extractor = reader(model.url, tmp_path, tokens=30_000, concurrency=concurrency)
        with pytest.raises(ExtractorError, match=r"of the budget of 30,000 tokens .* are spent"):
            extractor.read_texts(texts(*(f"Rain fell {n} times." for n in range(20))))
    assert 20_000 <= extractor.budget.spent.tokens <= 30_000
    assert len(model.requests) == extractor.budget.spent.tokens / 5_000


def test_where_the_endpoint_does_not_count_tokens_they_are_guessed(tmp_path: Path) -> None:
    with serving(in_turn(answering(answer(), tokens=None))) as model:
        extractor = reader(model.url, tmp_path)
        extractor.read_texts(texts(TEXT))
    asked = len(json.dumps(model.requests[0], ensure_ascii=False).encode())
    assert extractor.budget.spent.tokens > asked / 4


def test_the_key_stands_in_no_message_and_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(in_turn(failing(401, "Incorrect API key: sk-secret \x1b[31m"))) as model:
        extractor = reader(model.url, tmp_path, key="sk-secret")
        with pytest.raises(ExtractorError) as raised:
            extractor.read_texts(texts(TEXT))
    assert "Incorrect API key: (key) [31m;" in str(raised.value)
    assert "sk-secret" not in caplog.text + str(raised.value) + repr(extractor.endpoint) + repr(vars(extractor))
    assert not any("sk-secret" in path.read_text() for path in tmp_path.rglob("*.json"))


def test_these_tests_do_not_sleep(tmp_path: Path) -> None:
    began = time.monotonic()
    with serving(in_turn(failing(500))) as model, pytest.raises(ExtractorError):
        reader(model.url, tmp_path).read_texts(texts(TEXT))
    assert time.monotonic() - began < 2
