import json
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.countries import COUNTRIES
from pipeline.validation.independent_acts import ACTS_FILE, IndependentActsError, measure_agreement, read_independent_acts

ACTS = read_independent_acts()
BULLETS = Path(__file__).parents[4] / "shared" / "data" / "reference" / "wikipedia_trade_events.jsonl"
HEADER = "line,bullet,act_date,actor,target,polarity,kind,first,second"
ROW = "1,e83551b1aa4d,2015-05-05,KOR,VNM,concession,agreement,sure,sure"


def read_rows(folder: Path, *rows: str) -> pl.DataFrame:
    path = folder / "acts.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return read_independent_acts(path)


def test_two_annotators_agree_on_most_acts() -> None:
    assert ACTS.height == 273
    assert ACTS["is_sure"].sum() == 196
    assert measure_agreement(ACTS) == pytest.approx(0.964, abs=5e-4)


def test_every_act_has_its_own_id_and_known_countries() -> None:
    assert ACTS["act_id"].is_unique().all()
    assert set(ACTS["actor"]) | set(ACTS["target"]) <= {*COUNTRIES, "*"}


def test_the_file_of_acts_holds_no_text() -> None:
    assert max(len(cell) for line in ACTS_FILE.read_text(encoding="utf-8").splitlines()[1:] for cell in line.split(",")) <= len(
        "investigation"
    )


@pytest.mark.skipif(not BULLETS.is_file(), reason="the bullets of Wikipedia are not here: ../shared/data/reference")
def test_every_act_belongs_to_the_bullet_of_its_line() -> None:
    bullets = [json.loads(line) for line in BULLETS.read_text(encoding="utf-8").splitlines()]
    assert len(bullets) == 228
    for line, bullet in ACTS.select("line", "bullet").iter_rows():
        assert sha256(bullets[line - 1]["text"].encode()).hexdigest().startswith(bullet)


@pytest.mark.parametrize(
    ("first", "second", "is_sure"),
    [("sure", "sure", True), ("sure", "doubtful", True), ("doubtful", "doubtful", False), ("sure", "", False), ("", "sure", False)],
)
def test_an_act_is_sure_if_both_have_it_and_one_is_sure(tmp_path: Path, first: str, second: str, is_sure: bool) -> None:
    acts = read_rows(tmp_path, f"{ROW.removesuffix('sure,sure')}{first},{second}")
    assert acts["is_sure"].to_list() == [is_sure]


def test_agreement_counts_acts_that_one_annotator_lacks(tmp_path: Path) -> None:
    other = ROW.replace("KOR,VNM", "VNM,KOR").replace("sure,sure", "sure,")
    assert measure_agreement(read_rows(tmp_path, ROW, other)) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("concession", "escalation"),
        ("agreement", "tantrum"),
        ("VNM", "KOR"),
        ("VNM", "Vietnam"),
        ("sure,sure", "sure,perhaps"),
        ("sure,sure", ","),
        ("2015-05-05", "5 May 2015"),
        ("1,e8", "one,e8"),
    ],
)
def test_an_invalid_act_is_an_error_that_names_the_file(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(IndependentActsError, match=r"acts\.csv"):
        read_rows(tmp_path, ROW.replace(old, new))


def test_a_list_of_acts_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndependentActsError, match="cannot be read"):
        read_independent_acts(tmp_path / "none.csv")
