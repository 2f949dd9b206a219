"""`tension validate` on a small home: files, output and errors."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.settings import Settings
from pipeline.validation import run
from pipeline.validation.contract import PARTS, VALIDATION
from pipeline.validation.page import Page, to_terminal
from pipeline.validation.run import ValidationOptions, ValidationResult, validate, write_result
from pipeline.warehouse.home import mark_home
from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat
from tests.unit.cli.test_mistakes import read_error
from tests.unit.index.lake_scenes import DAY, Built, Scene, article, build, day, random_scene

TPU = "day,month,year,daily_tpu_index\n"


@dataclass(frozen=True)
class Validated:
    """A finished validation: its folder, the result of the command, and whether the home is unchanged."""

    folder: Path
    result: Result
    is_home_unchanged: bool

    @property
    def figures(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "validation.parquet")


@pytest.fixture(scope="module")
def home(long: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of three papers and four hundred days from 2025-04-04 on, which is not the sample's."""
    folder = tmp_path_factory.mktemp("validated") / "home"
    shutil.copytree(long.lake.root, folder / "lake", copy_function=os.link)
    (folder / "home.json").write_text(json.dumps({"is_sample": False}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up daily TPU for the home's days."""
    days = [DAY + timedelta(days=n) for n in range(400)]
    lines = [f"{one.day},{one.month},{one.year},{100 + n % 37}" for n, one in enumerate(days)]
    path = tmp_path_factory.mktemp("references") / "tpu.csv"
    path.write_text(TPU + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def validated(home: Path, references: Path, tmp_path_factory: pytest.TempPathFactory) -> Validated:
    """One validation of the home with the references, shared by the tests that only read what it wrote."""
    folder = tmp_path_factory.mktemp("validation")
    before = modification_times(home)
    result = CliRunner().invoke(app, build_arguments(home, references, folder))
    return Validated(folder, result, modification_times(home) == before)


def build_arguments(home: Path, references: Path, folder: Path | str) -> list[str]:
    return ["validate", "--no-simulation", "--home", str(home), "--references", str(references), "--out", str(folder)]


def modification_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_page_and_table_are_written_and_figures_printed(validated: Validated) -> None:
    assert validated.result.exit_code == 0, validated.result.exception
    assert sorted(path.name for path in validated.folder.iterdir()) == ["validation.csv", "validation.html", "validation.parquet"]
    assert validated.figures.schema == VALIDATION.schema
    assert set(validated.figures["part"]) == set(PARTS) - {"simulation"}
    assert pl.read_csv(validated.folder / "validation.csv").height == validated.figures.height
    for word in ("Reference series", "without one source", "Rebuild", "events are within 2025-04-04 to"):
        assert word in flat(validated.result.output)


def test_a_source_named_like_a_formula_is_text_in_the_csv(tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://example.org")'
    page = Page("Validation", False, "CHN-USA", DAY, DAY, (DAY, DAY), 7.0, "0.1", ())
    write_result(ValidationResult(VALIDATION.example(1).with_columns(grouping=pl.lit(formula)), page), tmp_path)
    assert pl.read_csv(tmp_path / "validation.csv")["grouping"].to_list() == [f"'{formula}"]
    assert pl.read_parquet(tmp_path / "validation.parquet")["grouping"].to_list() == [formula]


@pytest.mark.slow
def test_without_options_the_rest_is_validated_next_to_the_index(command: Command, tmp_path: Path) -> None:
    mark_home(tmp_path / "own", is_sample=False)
    build(tmp_path / "own" / "lake", random_scene(40, seed=1))
    result = command("validate", "--no-simulation", "--home", "own")
    assert result.exit_code == 0
    assert "no reference series were given" in flat(result.output)
    assert "Rebuild" in flat(result.output)
    assert (tmp_path / "own" / "published" / "validation.html").exists()


def test_every_figure_has_one_row(validated: Validated) -> None:
    assert not validated.figures.select(VALIDATION.key).is_duplicated().any()


@pytest.mark.slow
def test_the_same_home_gives_the_same_bytes(command: Command, home: Path, references: Path, validated: Validated) -> None:
    command(*build_arguments(home, references, "again"))
    for name in ("validation.csv", "validation.html", "validation.parquet"):
        assert Path("again", name).read_bytes() == (validated.folder / name).read_bytes()


def test_figures_are_limited_to_the_requested_days(command: Command, home: Path, references: Path) -> None:
    command(*build_arguments(home, references, "out"), "--from", "2025-05-01", "--to", "2025-12-31")
    months = pl.read_parquet("out/validation.parquet").filter(
        pl.col("part") == "agreement", pl.col("statistic").str.contains("level by month")
    )
    assert set(months["count"]) == {8}
    assert set(months["last_day"]) == {date(2025, 12, 31)}


@pytest.mark.slow
def test_a_reference_without_common_months_is_named(command: Command, home: Path) -> None:
    Path("old.csv").write_text(TPU + "1,1,1990,5\n2,1,1990,6\n", encoding="utf-8")
    result = command("validate", "--no-simulation", "--home", home, "--references", "old.csv", "--out", "out")
    assert result.exit_code == 0
    assert "1990-01-01 to 1990-01-02" in flat(result.output)


@pytest.mark.slow
def test_a_home_with_one_source_cannot_leave_it_out(command: Command) -> None:
    mark_home(Path("alone"), is_sample=False)
    build(Path("alone/lake"), Scene([article("A:1"), article("A:2", DAY.replace(day=5))]))
    result = command("validate", "--no-simulation", "--home", "alone")
    assert result.exit_code == 0, result.exception
    assert "single source" in flat(result.output)


@pytest.mark.slow
def test_a_source_without_which_no_article_counts_is_not_left_out(command: Command) -> None:
    """B has no articles of the baseline window."""
    daily = [article(f"A:{number}", day(number)) for number in range(45)]
    late = [article(f"B:{number}", day(number)) for number in range(40, 45)]
    mark_home(Path("late"), is_sample=False)
    build(Path("late/lake"), Scene([*daily, *late]))
    result = command("validate", "--no-simulation", "--home", "late")
    assert result.exit_code == 0, result.exception
    assert "without A, because a baseline window has no other source" in flat(result.output)
    assert "without B, because" not in flat(result.output)


@pytest.mark.slow
def test_the_index_is_rebuilt_with_its_own_half_life(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "14")
    assert command("validate", "--no-simulation", "--home", home, "--out", "out").exit_code == 0
    assert pl.read_parquet("out/validation.parquet").filter(part="rebuild").filter(pl.col("value") > 1e-9).is_empty()


def test_nothing_is_written_into_the_lake(validated: Validated) -> None:
    assert validated.result.exit_code == 0
    assert validated.is_home_unchanged


def test_events_are_compared_with_the_index(home: Path) -> None:
    six = [(3 + 60 * n, ("CHN", "USA")[n % 2], ("USA", "CHN")[n % 2], ("escalation", "concession")[n // 3]) for n in range(6)]
    events = pl.DataFrame(
        [
            {"event_id": f"e{at}", "event_date": DAY + timedelta(days=at), "actor": actor, "target": target, "polarity": sign}
            for at, actor, target, sign in [*six, (9000, "CHN", "USA", "escalation")]
        ]
    )
    result = validate(Settings(home=home), ValidationOptions(events=events, replications={}))
    rates = result.figures.filter(part="events", statistic="hit rate within 3 days", grouping="", pair="")
    assert rates["measured"].to_list() == ["index", "keyword", "difference"]
    assert rates["count"].to_list() == [6, 6, 6]
    section = next(section for section in result.page.sections if section.title == "Events")
    assert "6 of 7 events" in section.notes[0]
    assert to_terminal(section)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--pair", "USA-FRA"), "FRA-USA has no index in this home; it has CHN-USA"),
        (("--pair", "nonsense"), "not a pair of countries"),
        (("--from", "2001-01-01", "--to", "2001-12-31"), "is outside the days read"),
        (("--from", "2030-01-01"), "the window from 2030-01-01 is outside the days read"),
        (("--to", "2001-01-01"), "the window to 2001-01-01 is outside the days read"),
        (("--from", "2025-06-01", "--to", "2025-05-01"), "ends before it starts"),
        (("--references", "missing.csv"), "missing.csv: cannot be read"),
    ],
)
def test_an_impossible_request_gives_one_message(command: Command, home: Path, options: tuple[str, ...], words: str) -> None:
    assert words in read_error(command("validate", "--no-simulation", "--home", home, *options, "--out", "out"))
    assert not Path("out").exists()


def test_a_file_in_place_of_the_folder_is_refused_before_any_study(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("FILE").write_text("x", encoding="utf-8")
    monkeypatch.setattr(run, "_study_events", lambda *_: pytest.fail("a study was run"))
    for folder in ("FILE", "FILE/out"):
        assert "FILE: Not a directory" in read_error(command("validate", "--no-simulation", "--home", home, "--out", folder))


def test_an_unknown_reference_file_gives_one_message(command: Command, home: Path) -> None:
    Path("weather.csv").write_text("when,degrees\n2025-01-01,4\n", encoding="utf-8")
    message = read_error(command("validate", "--no-simulation", "--home", home, "--references", "weather.csv", "--out", "out"))
    assert "matches no known reference series" in message
    assert "daily_tpu_index" in message


def test_a_home_without_a_run_names_the_next_command(command: Command) -> None:
    assert "tension run --home 'not there'" in read_error(command("validate", "--no-simulation", "--home", "not there"))
    assert not Path("not there").exists()


@pytest.mark.slow
def test_rates_of_simulated_articles_are_part_of_a_validation(home: Path) -> None:
    figures = validate(Settings(home=home), ValidationOptions(replications={4: 20})).figures
    assert set(figures["part"]) == set(PARTS) - {"agreement"}  # there are no references
    assert figures.filter(part="simulation")["value"].null_count() == 0


@pytest.mark.slow
def test_the_index_of_the_sample_is_reproduced(command: Command, sample_run: SampleRun) -> None:
    assert command("validate", "--no-simulation", "--home", sample_run.home, "--out", "out").exit_code == 0
    rebuilt = pl.read_parquet("out/validation.parquet").filter(pl.col("part") == "rebuild")
    assert rebuilt["value"].null_count() == 0
    assert rebuilt["value"].max() < 1e-9  # type: ignore[operator]  # a number
    assert "Demonstration" in Path("out/validation.html").read_text(encoding="utf-8")
