import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.signals.gold import PASSAGES_SCHEMA, ROWS_SCHEMA, GoldError, read_gold, select_half

REAL_GOLD = Path(__file__).parents[3].parent / "shared" / "data" / "gold"
TEXT = "Ruritania will tax Strelsau glass. Markets yawned."


def signal(**changes: Any) -> dict[str, Any]:
    return {
        "actor": "RUR", "target": "USA", "kind": "measure", "status": "announced", "modality": "asserted", "instrument": "tariff",
        "is_retaliation": False, "is_conditional": False, "rate_pct": 12, "value_usd": None, "product": "glass",
        "span_start": 0, "span_end": 34, "opt": False,
    } | changes  # fmt: skip


def passage(*signals: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": "p1", "date": "2025-04-04", "source": "own", "text": TEXT, "signals": list(signals)} | changes


def write_gold(folder: Path, *passages: dict[str, Any], name: str = "gold.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in passages), encoding="utf-8")
    return path


def test_a_gold_file_gives_passages_and_rows_of_their_schemas(tmp_path: Path) -> None:
    gold = read_gold(write_gold(tmp_path, passage(signal()), passage(id="p2", date=None)))
    assert gold.passages.schema == PASSAGES_SCHEMA
    assert gold.rows.schema == ROWS_SCHEMA
    assert gold.passages["id"].to_list() == ["p1", "p2"]
    assert gold.rows.height == 1


def test_a_row_has_the_quote_and_the_polarity_of_its_kind(tmp_path: Path) -> None:
    row = read_gold(write_gold(tmp_path, passage(signal(kind="easing")))).rows.row(0, named=True)
    assert row["quote"] == "Ruritania will tax Strelsau glass."
    assert row["polarity"] == "concession"
    assert row["rate_pct"] == 12.0


def test_spans_count_characters_not_bytes(tmp_path: Path) -> None:
    text = "Zölle für Käse\u2028kommen."
    gold = read_gold(write_gold(tmp_path, passage(signal(span_start=10, span_end=14), text=text)))
    assert gold.rows["quote"].item() == "Käse"


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(passage(text="one\u2028two"), ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_gold(path).passages["text"].item() == "one\u2028two"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-04-04", date(2025, 4, 4)),
        ("March 05, 2018", date(2018, 3, 5)),
        ("Sep 9 2025", date(2025, 9, 9)),
        ("Sept. 9, 2025", date(2025, 9, 9)),
        ("", None),
        (None, None),
    ],
)
def test_iso_and_written_dates_are_parsed_and_empty_ones_are_null(tmp_path: Path, text: str | None, day: date | None) -> None:
    assert read_gold(write_gold(tmp_path, passage(date=text))).passages["date"].item() == day


def test_empty_lines_are_skipped_but_counted(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n" + json.dumps(passage()) + "\n\n{broken\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 4: not a JSON object"):
        read_gold(path)


def test_an_empty_file_gives_empty_frames(tmp_path: Path) -> None:
    gold = read_gold(write_gold(tmp_path))
    assert gold.passages.is_empty()
    assert gold.rows.schema == ROWS_SCHEMA


def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    first, second = write_gold(tmp_path, passage(), name="a.jsonl"), write_gold(tmp_path, passage(id="p2"), name="b.jsonl")
    assert read_gold(first, second).passages["id"].to_list() == ["p1", "p2"]


def test_the_error_for_a_repeated_id_names_both_lines(tmp_path: Path) -> None:
    first, second = write_gold(tmp_path, passage(), name="a.jsonl"), write_gold(tmp_path, passage(), name="b.jsonl")
    with pytest.raises(GoldError, match=r"b\.jsonl, line 1: the id 'p1' is already used in .*a\.jsonl, line 1"):
        read_gold(first, second)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "tarrif"}, "unknown kind 'tarrif'; use one of threat, measure"),
        ({"status": "done"}, "unknown status 'done'"),
        ({"modality": "Asserted"}, "unknown modality 'Asserted'"),
        ({"instrument": None}, "unknown instrument None"),
        ({"instrument": ["tariff"]}, "unknown instrument"),
        ({"actor": "usa"}, "actor 'usa' is not a country code"),
        ({"actor": "*"}, r"actor '\*' is not a country code"),
        ({"target": "EU"}, "target 'EU' is not a country code"),
        ({"target": "?"}, "only on rows with opt true"),
        ({"target": "RUR"}, "both RUR"),
        ({"span_end": 999}, "span 0 to 999 is not within the text of 50 characters"),
        ({"span_start": -1}, "span -1 to 34 is not within"),
        ({"span_start": 34}, "span 34 to 34 is not within"),
        ({"span_start": 0.0}, r"span 0\.0 to 34 is not within"),
        ({"opt": "no"}, "opt is 'no'; it must be true or false"),
        ({"rate_pct": "12"}, "rate_pct is '12'; it must be a number"),
        ({"value_usd": float("nan")}, "value_usd is nan; it must be a number"),
        ({"value_usd": 10**400}, "value_usd is 1000"),
        ({"product": None}, "product is None; it must be a string"),
    ],
)
def test_the_error_for_a_wrong_row_names_file_line_and_position(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write_gold(tmp_path, passage(id="p0"), passage(signal(), signal(**changes)))
    with pytest.raises(GoldError, match=rf"gold\.jsonl, line 2: signal 2 of passage 'p1': .*{message}"):
        read_gold(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": " "}, "id is ' '"),
        ({"text": None}, "text is None"),
        ({"date": "soon"}, "'soon' is not a date"),
        ({"date": "Brumaire 9 2025"}, "'Brumaire 9 2025' is not a date"),
        ({"date": "Marble 9 2025"}, "'Marble 9 2025' is not a date"),
        ({"signals": {}}, "signals is a dict; it must be a list"),
        ({"signals": ["tariff"]}, "signal 1 is not a JSON object"),
        ({"signals": [{"actor": "USA"}]}, "the signal lacks the fields target, kind"),
    ],
)
def test_the_error_for_a_wrong_passage_names_file_and_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(GoldError, match=rf"gold\.jsonl, line 1: .*{message}"):
        read_gold(write_gold(tmp_path, passage(**changes)))


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    incomplete = passage()
    del incomplete["date"]
    with pytest.raises(GoldError, match="the passage lacks the fields date"):
        read_gold(write_gold(tmp_path, incomplete))


def test_a_line_that_is_not_an_object_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("[1]\n", encoding="utf-8")
    with pytest.raises(GoldError, match="line 1: expected a JSON object, got list"):
        read_gold(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"the gold file .*absent\.jsonl does not exist"):
        read_gold(tmp_path / "absent.jsonl")


def test_the_halves_are_disjoint_and_cover_all_passages() -> None:
    passages = pl.DataFrame({"id": [f"p{n}" for n in range(200)]})
    even, odd = select_half(passages, "even")["id"].to_list(), select_half(passages, "odd")["id"].to_list()
    assert sorted(even + odd) == sorted(passages["id"].to_list())
    assert 70 < len(even) < 130


def test_the_half_of_a_passage_depends_only_on_its_id() -> None:
    # SHA-1 of "abc" ends in ...9cd0d89d, an odd number
    assert select_half(pl.DataFrame({"id": ["abc"]}), "odd").height == 1
    assert select_half(pl.DataFrame({"id": ["x", "abc", "y"]}), "odd")["id"].to_list().count("abc") == 1


def test_a_half_other_than_even_or_odd_is_rejected() -> None:
    with pytest.raises(ValueError, match="unknown half 'left'"):
        select_half(pl.DataFrame({"id": ["a"]}), "left")  # type: ignore[arg-type]


def test_selecting_passages_selects_their_rows(tmp_path: Path) -> None:
    gold = read_gold(write_gold(tmp_path, passage(signal()), passage(signal(), signal(), id="p2")))
    selected = gold.select_passages(gold.passages.filter(pl.col("id") == "p2"))
    assert selected.passages["id"].to_list() == ["p2"]
    assert selected.rows["id"].to_list() == ["p2", "p2"]


@pytest.mark.skipif(not REAL_GOLD.is_dir(), reason="the real gold files are third-party text and not part of the project")
def test_the_real_gold_files_are_read_without_error() -> None:
    gold = read_gold(*sorted(path for path in REAL_GOLD.glob("*.jsonl") if "unlabelled" not in path.name))
    assert gold.passages.height > 1000
    assert gold.rows.filter(~pl.col("opt")).height > 1000
    assert gold.passages.filter(pl.col("source") == "nyt")["date"].null_count() == 0


@pytest.mark.parametrize("line", ["[" * 200_000, '{"id": ' + "1" * 5_000 + "}", r'{"id": "\ud800"}'])
def test_hostile_json_in_a_gold_file_is_an_error_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "gold.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"gold\.jsonl, line 1: not a JSON object"):
        read_gold(tmp_path / "gold.jsonl")
