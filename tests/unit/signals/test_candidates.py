import polars as pl

from pipeline.signals.candidates import CANDIDATES_SCHEMA, build_candidates, to_frame
from pipeline.signals.context import resolve_references
from pipeline.signals.segment import split_sentences


def test_every_ordered_pair_and_all_partners_are_candidates() -> None:
    frame = to_frame(build_candidates(resolve_references("a", None, "x", "", split_sentences("China met Japan."))))
    assert frame.schema == CANDIDATES_SCHEMA
    assert set(frame.select("actor", "target").rows()) == {("CHN", "JPN"), ("JPN", "CHN"), ("CHN", "*"), ("JPN", "*")}


def test_the_main_pair_is_a_candidate_where_it_is_not_named() -> None:
    frame = to_frame(build_candidates(resolve_references("a", None, "x", "", split_sentences("China met Japan. Nothing came of it."))))
    second = frame.filter(frame["span_start"] > 0)
    assert ("CHN", "JPN") in second.select("actor", "target").rows()
    assert second["previous"].unique().to_list() == ["China met Japan."]


def test_nobody_named_gives_no_candidates() -> None:
    assert build_candidates(resolve_references("a", None, "x", "", split_sentences("It rained."))) == []


def test_mentions_are_told_by_their_spans() -> None:
    frame = to_frame(build_candidates(resolve_references("a", None, "x", "", split_sentences("China met Japan."))))
    first = frame.row(0, named=True)
    assert first["actor_mentions"] == [{"start": 0, "end": 5, "role": "country", "is_actor": True}]


def test_where_one_country_is_named_the_two_of_most_trade_news_are_asked_too() -> None:
    frame = to_frame(build_candidates(resolve_references("a", None, "x", "", split_sentences("Brazil gave in on ethanol."))))
    assert ("BRA", "USA") in frame.select("actor", "target").rows()


def test_other_countries_of_the_article_are_candidates() -> None:
    frame = to_frame(
        build_candidates(
            resolve_references("a", None, "x", "", split_sentences("China met Japan. China met Brazil. They will meet again."))
        )
    )
    assert ("BRA", "CHN") in frame.filter(pl.col("span_start") > 30).select("actor", "target").rows()
