from datetime import UTC, date, datetime
from io import BytesIO

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import ARTICLES, FINDINGS, READING_OUTCOMES
from pipeline.signals import extract
from pipeline.signals.extract import MODES, SentenceExtractor
from pipeline.signals.lexicon import lexicon_sha
from pipeline.signals.readers.rules import reader
from pipeline.signals.segment import document
from pipeline.signals.texts import TEXT_FINDINGS, TEXTS_SCHEMA, ReadingSummary
from tests.unit.signals.reading import expect, find

TITLE = "Canada answers with 25% tariffs on US goods"
BODY = "Ottawa will impose tariffs on American steel, it said.\n\nThe “café” towns were calm. Washington accused Canada of protectionism."


def articles(*texts: tuple[str, str]) -> pl.DataFrame:
    at = datetime(2025, 3, 4, 10, tzinfo=UTC)
    rows = [
        (f"Wire:{n}", date(2025, 3, 4), "Wire", "Wire", at, at, title, body, f"https://wire.example/{n}", "x", f"r{n}")
        for n, (title, body) in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema=ARTICLES.schema, orient="row")


def test_findings_conform_to_their_contract() -> None:
    findings = SentenceExtractor("rules").extract(articles((TITLE, BODY)))
    assert FINDINGS.conform(findings).equals(findings)
    assert not findings.is_empty()
    assert not any(findings[column].null_count() for column in FINDINGS.schema if not FINDINGS.column(column).nullable)


def test_the_span_of_a_finding_selects_its_quote() -> None:
    findings = SentenceExtractor("rules").extract(articles((TITLE, BODY)))
    whole = document(TITLE, BODY)
    assert all(whole[start:end] == quote for start, end, quote in findings.select("span_start", "span_end", "quote").iter_rows())
    assert TITLE in findings["quote"].to_list()


def test_findings_have_the_metadata_of_their_article() -> None:
    row = SentenceExtractor("rules").extract(articles((TITLE, BODY))).row(0, named=True)
    assert (row["source"], row["url"], row["index_date"]) == ("Wire", "https://wire.example/0", date(2025, 3, 4))
    assert (row["extractor"], row["extractor_version"], row["lexicon_sha"]) == ("rules", "0.3.34", lexicon_sha())


def test_articles_that_the_gate_stops_are_not_read() -> None:
    assert SentenceExtractor("rules").extract(articles(("Sport", "The home team imposed its game on the guests."))).equals(FINDINGS.empty())


def test_every_article_has_an_outcome() -> None:
    extractor = SentenceExtractor("rules")
    extractor.extract(articles((TITLE, BODY), ("Museum", "A choir from Oslo sang."), ("Rain", "It is expected in the north.")))
    assert (extractor.summary.texts, extractor.summary.read, extractor.summary.stopped) == (1, 1, {"no_country": 1, "one_country": 1})
    assert (extractor.summary + extractor.summary).stopped == {"no_country": 2, "one_country": 2}
    assert extractor.outcomes["outcome"].to_list() == ["read", "one_country", "no_country"]
    assert extractor.outcomes["score"].is_null().to_list() == [False, False, True]
    extractor.extract(ARTICLES.empty())
    assert extractor.outcomes.equals(READING_OUTCOMES.empty())


def test_no_articles_give_no_findings() -> None:
    assert SentenceExtractor("rules").extract(ARTICLES.empty()).equals(FINDINGS.empty())


def test_a_frame_without_the_columns_of_articles_is_rejected() -> None:
    with pytest.raises(ContractError, match="table articles"):
        SentenceExtractor("rules").extract(pl.DataFrame({"title": ["x"]}))


def to_parquet(findings: pl.DataFrame) -> bytes:
    stored = BytesIO()
    findings.write_parquet(stored)
    return stored.getvalue()


SEVERAL = (
    (TITLE, BODY),
    ("Japan and India sign trade deal", ""),
    ("Trump hits Brazil with tariffs", ""),
    ("Rain", ""),
    (f"{TITLE}!", BODY),
)


@pytest.mark.parametrize("workers", [2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("texts_per_process", [1, 500], ids=["processes", "threads"])
def test_any_number_of_workers_gives_the_same_bytes(workers: int, texts_per_process: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = to_parquet(SentenceExtractor(workers=1).extract(articles(*SEVERAL)))
    monkeypatch.setattr(extract, "TEXTS_PER_PROCESS", texts_per_process)
    monkeypatch.setattr(extract, "BATCH_ROWS", 1)
    assert to_parquet(SentenceExtractor(workers=workers).extract(articles(*SEVERAL))) == whole


@pytest.mark.parametrize("mode", MODES)
def test_a_text_among_others_gives_the_findings_of_the_text_alone(mode: str) -> None:
    expect([TITLE, BODY, "Japan and India sign trade deal"])
    together = find(mode, BODY).drop("article_id", "signal_id")
    assert together.height
    assert_frame_equal(SentenceExtractor(mode).explain(BODY).select(together.columns), together)


def test_passages_are_read_without_gate_or_date() -> None:
    texts = pl.DataFrame([("p", None, "own", "Ottawa retaliated against Washington.")], schema=TEXTS_SCHEMA, orient="row")
    extractor = SentenceExtractor("rules")
    findings = extractor.read_texts(texts)
    assert extractor.summary == ReadingSummary(texts=1)
    assert findings.schema == TEXT_FINDINGS
    assert findings.select("article_id", "span_start", "span_end", "actor", "target", "kind").rows() == [
        ("p", 0, 37, "CAN", "USA", "measure")
    ]


def test_reading_twice_gives_the_same_rows() -> None:
    several = articles((TITLE, BODY), ("Trump hits Brazil with tariffs", ""))
    assert_frame_equal(SentenceExtractor("rules").extract(several), SentenceExtractor("rules").extract(several))


@pytest.mark.parametrize(
    "text",
    [
        "China agreed to buy USD 1.234.567 of American soybeans.",
        "China cut its duty on US goods to ² percent from ³ percent.",
        f"China raised its tariff on US goods to {'9' * 400} percent, and will buy ${'9' * 400} billion of soybeans.",
    ],
)
def test_odd_numbers_do_not_stop_reading(text: str) -> None:
    passages = pl.DataFrame([("a", date(2025, 3, 4), "", text)], schema=TEXTS_SCHEMA, orient="row")
    findings = SentenceExtractor("rules").read_texts(passages)
    assert not findings.is_empty()
    assert findings.filter(pl.col("rate_pct").is_infinite() | pl.col("value_usd").is_infinite()).is_empty()


def test_an_error_of_the_rules_names_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_sentence: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(reader, "find_acts", fail)
    with pytest.raises(RecursionError) as caught:
        find("rules", "Beijing imposed tariffs on US goods.")
    assert caught.value.__notes__ == [
        "This is an error of the rules; please report it with the sentence they read: 'Beijing imposed tariffs on US goods.'"
    ]
