import polars as pl

from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.extract import collect_readings, combine_readings, resolve_texts
from pipeline.signals.gate.articles import score_texts
from pipeline.signals.relevance import add_relevance

OFF_TOPIC, ON_TOPIC = "Canada condemned India.", "Canada imposed a tariff of 25 percent on imports of Indian steel."


def measure_relevance(title: str, *sentences: str) -> dict[str, float]:
    """The relevance of each sentence in which a reader finds something."""
    text = "\n".join([title, *sentences])
    groups = build_candidates(resolve_texts([("a", None, "Wire", text, len(title))]))
    candidates = to_frame(groups)
    evidence = add_relevance(combine_readings("both", collect_readings("both", groups)), candidates)
    rows = evidence.select("candidate", "relevance").join(candidates.select("candidate", "sentence"), on="candidate")
    return dict(rows.select("sentence", "relevance").iter_rows())


def test_a_sentence_on_trade_is_more_relevant() -> None:
    relevance = measure_relevance("", ON_TOPIC, "The weather was fine.", OFF_TOPIC)
    assert relevance[ON_TOPIC] > 0 > relevance[OFF_TOPIC]


def test_the_title_and_the_sentence_before_make_a_sentence_relevant() -> None:
    alone = measure_relevance("", OFF_TOPIC)[OFF_TOPIC]
    on_topic = score_texts(pl.Series([ON_TOPIC])).item() / 1000
    assert alone < on_topic
    assert measure_relevance("", ON_TOPIC, OFF_TOPIC)[OFF_TOPIC] == on_topic
    assert measure_relevance(ON_TOPIC, "The weather was fine.", OFF_TOPIC)[OFF_TOPIC] == on_topic


def test_texts_without_words_have_the_points_of_every_sentence() -> None:
    points = score_texts(pl.Series(["...", "", "Canada and India met.\n" + ON_TOPIC, ON_TOPIC]))
    assert points[0] == points[1] < points[2] == points[3]
    assert score_texts(pl.Series([], dtype=pl.String)).is_empty()
