"""The indices in `examples/`: values only, their charts, and the tables of documents."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.report.charts import describe_baseline, to_svg
from pipeline.report.days_axis import DaysAxis
from pipeline.validation.contract import VALIDATION
from pipeline.validation.independent_acts import read_independent_acts
from pipeline.validation.references import REFERENCES
from scripts.examples import ARCHIVES, EXAMPLES, MAX_MEGABYTES, VALUES, find_acts, measure_size, references_chart, select_values
from scripts.figures import render_hits

FIRST = date(2018, 3, 1)
DAILY = TENSION_PAIR_DAILY.example(120).with_columns(
    index_date=pl.Series([FIRST + timedelta(days=n) for n in range(120)]),
    pair=pl.lit("CHN-USA"),
    tension=pl.Series([n + 0.1234 for n in range(120)]),
)
ACTS = read_independent_acts().filter("is_sure")


def test_values_have_keys_and_rounded_numbers_and_no_text() -> None:
    values = select_values(DAILY.reverse(), TENSION_PAIR_DAILY, VALUES)
    assert values["index_date"].is_sorted()
    assert values["tension"][:3].to_list() == [0.1, 1.1, 2.1]
    texts = [name for name, dtype in values.schema.items() if dtype == pl.String]
    assert set(texts) <= {"pair", "phase", "index_version"}


def test_the_chart_shows_references_of_its_days_and_acts_of_its_pair() -> None:
    rows = [("tpu", "day", FIRST + timedelta(days=n), 50.0 + n) for n in range(90)] + [("trade_epu", "month", date(1990, 1, 1), 1.0)]
    references = pl.DataFrame(rows, schema=REFERENCES, orient="row")
    drawn = to_svg(references_chart(DAILY, references, ACTS))
    assert "Trade policy uncertainty: index, mean of the month" in drawn
    assert "Categorical EPU" not in drawn
    assert drawn == to_svg(references_chart(DAILY, references, ACTS))
    assert drawn != to_svg(references_chart(DAILY, references, ACTS.clear()))


@pytest.mark.parametrize(("first", "is_named"), [(date(2018, 3, 1), False), (date(2020, 1, 1), True)])
def test_the_chart_says_which_days_of_a_reference_are_left_out(first: date, is_named: bool) -> None:
    daily = DAILY.with_columns(index_date=pl.Series([first + timedelta(days=n) for n in range(120)]))
    rows = [("tpu", "day", first + timedelta(days=n), 50.0 + n) for n in range(120)]
    drawn = to_svg(references_chart(daily, pl.DataFrame(rows, schema=REFERENCES, orient="row"), ACTS))
    assert ("its level breaks, so March to October 2020 are left out" in drawn) == is_named


def test_the_caption_names_only_lines_that_are_drawn() -> None:
    references = pl.DataFrame([], schema=REFERENCES, orient="row")

    def read_caption(*polarities: str) -> str:
        rows = [(FIRST, "CHN", "USA", polarity) for polarity in polarities]
        acts = pl.DataFrame(
            rows, schema={"act_date": pl.Date, "actor": pl.String, "target": pl.String, "polarity": pl.String}, orient="row"
        )
        return " ".join(references_chart(DAILY, references, acts, "A note.")["title"]["subtitle"])

    note = f"A note. 100: {describe_baseline(DAILY)}"
    begin = f"{note} Vertical lines: acts that Wikipedia's Current Events report,"
    assert read_caption("escalation", "concession") == f"{begin} escalation (red) and concession (blue)."
    assert read_caption("escalation") == f"{begin} escalation (red)."
    assert read_caption() == note


def test_charts_of_an_archive_of_one_subject_warn_that_values_are_shares() -> None:
    notes = {archive.name: archive.note for archive in ARCHIVES}
    assert notes["guardian-2018-2020"] == "From headlines of the Guardian."
    assert "all on trade: a value is the pair's share of them" in notes["white-house-2021-2026"]


def test_acts_in_a_chart_are_of_its_pair_and_days() -> None:
    axis = DaysAxis(FIRST, FIRST + timedelta(days=119), 800)
    acts = find_acts(ACTS, "CHN-USA", axis)
    assert acts["act_date"].is_between(axis.first, axis.last).all()
    assert acts.height == 2
    assert find_acts(ACTS, "JPN-KOR", axis).is_empty()


def test_no_pair_is_listed_twice_and_each_is_in_order() -> None:
    for archive in ARCHIVES:
        assert len(set(archive.pairs)) == len(archive.pairs)
        assert all(pair == "-".join(sorted(pair.split("-"))) for pair in archive.pairs)


def write_figures(folder: Path, **index: object) -> None:
    empty = dict.fromkeys(VALIDATION.schema.names()) | dict.fromkeys(VALIDATION.key, "") | {"part": "independent", "count": 22}
    hit = empty | {"statistic": "hit rate within 3 days", "lo95": 0.4, "hi95": 0.9, "chance": 0.13}
    rows = [
        hit | {"measured": "index", "value": 0.64} | index,
        hit | {"measured": "keyword", "value": 0.73, "chance": 0.3},
        hit | {"measured": "keyword, same false alarms", "value": 0.5},
        empty | {"statistic": "right sign within 3 days", "measured": "index", "value": 0.93, "count": 15},
    ]
    (folder / "news").mkdir()
    pl.DataFrame(rows, schema=VALIDATION.schema).write_csv(folder / "news" / "validation.csv")


def test_hits_of_the_examples_are_a_table_for_documents(tmp_path: Path) -> None:
    write_figures(tmp_path)
    lines = render_hits("independent", tmp_path).splitlines()
    assert lines[2:] == ["| news | all | 22 | 64 % [40, 90] | 13 % | 73 % [40, 90] | 30 % | 50 % [40, 90] | 93 % of 15 |"]
    assert "python -m scripts.examples" in render_hits("events", tmp_path)


def test_hits_without_days_to_compare_have_no_chance(tmp_path: Path) -> None:
    write_figures(tmp_path, chance=None)
    assert "| news | all | 22 | 64 % [40, 90] |  | 73 %" in render_hits("independent", tmp_path)


@pytest.mark.skipif(not any(EXAMPLES.glob("*/*.parquet")), reason="examples/ is not built: run python -m scripts.examples")
def test_shipped_examples_are_small_and_hold_no_text() -> None:
    assert sum(measure_size(EXAMPLES).values()) <= MAX_MEGABYTES
    for path in EXAMPLES.glob("*/*.parquet"):
        texts = pl.read_parquet(path).select(pl.col(pl.String))
        longest = [max(texts[name].str.len_chars().drop_nulls().to_list(), default=0) for name in texts.columns]
        assert set(texts.columns) <= {"pair", "actor", "target", "phase", "index_version"}, path
        assert max(longest) <= len("de-escalation")
