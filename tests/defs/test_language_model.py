"""The job with a language model: unread articles, failures, and its key."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from pydantic import SecretStr

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import FINDINGS, READING_OUTCOMES
from pipeline.defs import daily
from pipeline.defs.core import _find_partly_read
from pipeline.defs.resources import ExtractorFactory, resources
from pipeline.settings import Settings
from tests.defs.conftest import SmallHome, build_article, build_quietly
from tests.unit.signals.llm.scenes import make_answer, make_signal
from tests.unit.signals.llm.server import Canned, completion, failure, serve_model

MONDAY = date(2025, 3, 3)
ARTICLES = [
    build_article("1", MONDAY, "China will impose a 15 percent tariff on U.S. soybeans. The ministry in Beijing said so on Monday."),
    build_article("2", MONDAY, "The United States raised tariffs on Chinese steel to 25 percent. The White House announced it."),
]


def answer_about_soybeans(request: dict[str, Any]) -> Canned:
    """Respond as a model that reads about soybeans and refuses everything else."""
    sentences = json.loads(request["messages"][1]["content"])["sentences"]
    quotes = [(each["n"], each["text"]) for each in sentences if "soybeans" in each["text"]]
    if not quotes:
        return completion(None, refusal="no")
    return completion(
        make_answer(*(make_signal(sentence=n, quote=text, actor="CHN", target="USA", product="soybeans") for n, text in quotes))
    )


def make_extractor(home: SmallHome, url: str) -> ExtractorFactory:
    return ExtractorFactory(home.settings.model_copy(update={"extractor": "llm", "llm_base_url": url, "llm_model": "tiny"}))


def run(folder: Path, url: str) -> tuple[SmallHome, dg.ExecuteInProcessResult]:
    home = SmallHome(folder)
    home.write_articles(ARTICLES)
    return home, home.run(Days(MONDAY, MONDAY), extractor=make_extractor(home, url))


@pytest.mark.slow
def test_unread_articles_fail_a_check_but_not_the_run(tmp_path: Path) -> None:
    with serve_model(answer_about_soybeans) as model:
        home, result = run(tmp_path, model.url)
    assert result.success
    findings = home.lake.read(FINDINGS)
    assert set(findings["extractor"]) == {"llm"}
    assert set(findings["product"]) == {"soybeans"}
    evaluations = [event.asset_check_evaluation_data for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    (check,) = (check for check in evaluations if check.check_name == "every_article_was_read")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "1 of 2 texts were not read" in str(check.metadata["detail"].value)


def test_only_days_with_read_and_unread_articles_are_read_in_part() -> None:
    outcomes = {1: ["read", "not_answered"], 2: ["not_answered"], 3: ["read", "too_short"], 4: ["read"]}
    rows = [{"index_date": date(2025, 3, day), "outcome": outcome} for day, several in outcomes.items() for outcome in several]
    assert _find_partly_read(pl.DataFrame(rows)) == {date(2025, 3, 1)}


@pytest.mark.slow
def test_the_next_run_requests_unread_articles_again(tmp_path: Path) -> None:
    refuses = True
    with serve_model(lambda request: answer_about_soybeans(request) if refuses else completion(make_answer())) as model:
        home, _ = run(tmp_path, model.url)
        step, sent = daily.findings(make_extractor(home, model.url)), len(model.requests)
        assert daily.days_to_build(home.lake, [step], Days(MONDAY, MONDAY)) == [MONDAY]
        refuses = False
        run(tmp_path, model.url)
        assert len(model.requests) == sent + 1
        assert home.lake.read(READING_OUTCOMES)["outcome"].to_list() == ["read", "read"]
        assert daily.days_to_build(home.lake, [step], Days(MONDAY, MONDAY)) == []


@pytest.mark.slow
def test_no_day_is_written_if_the_model_stops_responding(tmp_path: Path) -> None:
    with serve_model(lambda _: failure(401)) as model:
        home, result = run(tmp_path, model.url)
    assert not result.success
    assert not home.file(FINDINGS, MONDAY).exists()


def test_dagster_never_sees_the_key(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, extractor="llm", llm_base_url="https://model.example/v1", llm_model="tiny", llm_api_key=SecretStr("sk-secret")
    )
    job = build_quietly(settings).resolve_job_def("trade_tension")
    assert "sk-secret" not in repr(resources(settings))
    assert "sk-secret" not in str(job.get_job_snapshot())
