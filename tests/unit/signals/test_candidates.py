import polars as pl

from pipeline.signals.candidates import CANDIDATES_SCHEMA, build_candidates, to_frame
from pipeline.signals.context import resolve_references
from pipeline.signals.segment import document, split_sentences


def candidates_of(text: str) -> pl.DataFrame:
    return to_frame(build_candidates(resolve_references("a", None, "x", "", split_sentences(text))))


def test_ordered_pairs_and_all_partners_are_candidates() -> None:
    frame = candidates_of("China met Japan.")
    assert frame.schema == CANDIDATES_SCHEMA
    assert set(frame.select("actor", "target").rows()) == {("CHN", "JPN"), ("JPN", "CHN"), ("CHN", "*"), ("JPN", "*")}


def test_a_country_named_by_a_firm_is_no_actor() -> None:
    assert set(candidates_of("Norway bars Huawei.").select("actor", "target").rows()) == {("NOR", "CHN"), ("NOR", "*")}


def test_the_main_pair_is_a_candidate_if_not_named() -> None:
    frame = candidates_of("China met Japan. Nothing came of it.")
    second = frame.filter(frame["span_start"] > 0)
    assert ("CHN", "JPN") in second.select("actor", "target").rows()
    assert second["previous"].unique().to_list() == ["China met Japan."]


def test_sentences_without_a_country_have_no_candidates() -> None:
    assert candidates_of("It rained.").is_empty()


def test_a_sentence_as_long_as_a_table_has_no_candidates() -> None:
    assert candidates_of(f"China met Japan {'again and ' * 200}again. It rained.")["span_start"].unique().len() == 1


def test_candidates_include_the_offsets_of_mentions() -> None:
    frame = candidates_of("China met Japan.")
    first = frame.row(0, named=True)
    assert first["actor_mentions"] == [{"start": 0, "end": 5, "role": "country", "is_actor": True}]


def test_default_countries_are_added_to_a_single_country() -> None:
    frame = candidates_of("Brazil gave in on ethanol.")
    assert ("BRA", "USA") in frame.select("actor", "target").rows()


def test_readers_see_only_the_beginning_of_a_very_long_title() -> None:
    title = "Brazil taxes tea. " * 5_000
    sentences = split_sentences(document(title, "It rained tea."), len(title))
    frame = to_frame(build_candidates(resolve_references("a", None, "x", title, sentences)))
    assert frame["title"].unique().to_list() == [title[:1000]]


def test_other_countries_of_the_article_are_candidates() -> None:
    frame = to_frame(
        build_candidates(
            resolve_references("a", None, "x", "", split_sentences("China met Japan. China met Brazil. They will meet again."))
        )
    )
    assert ("BRA", "CHN") in frame.filter(pl.col("span_start") > 30).select("actor", "target").rows()


def test_china_is_a_guess_where_the_article_does_not_name_it() -> None:
    assert not candidates_of("We will tax Norwegian fish. Talks with China went on.")["is_guess"].any()
    guesses = candidates_of("We will tax Norwegian fish.").filter("is_guess").select("actor", "target").rows()
    assert guesses
    assert all("CHN" in pair for pair in guesses)
