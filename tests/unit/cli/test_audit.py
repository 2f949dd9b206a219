"""`tension audit`: listing, judging in the terminal and by file, on a small lake."""

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from pipeline.audit.verdicts import read_verdicts
from pipeline.cli import app
from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import core
from pipeline.contracts.tables.audit import MASS_PRECISION, SIGNAL_MASS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE
from pipeline.contracts.tables.index import SIGNALS, TENSION_PAIR_DAILY
from pipeline.warehouse.home import mark_home
from pipeline.warehouse.lake import Lake
from tests.unit.cli.conftest import flat

DAY = date(2025, 4, 4)  # of the example rows
ONE, TWO, THREE = (f"{number:016x}" for number in (1, 2, 3))
#: Number, mass, pair, channel.
READINGS = ((1, 3.0, "CHN-USA", "escalation"), (2, 1.0, "CHN-USA", "escalation"), (3, 2.0, "EUN-USA", "concession"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of own articles with three signals that have mass."""
    mark_home(tmp_path / "home", is_sample=False)
    ids = [{"signal_id": f"{number:016x}", "story_id": f"Wire:{number}", "article_id": f"Wire:{number}"} for number, *_ in READINGS]
    masses = [{"mass": mass, "pair": pair, "channel": channel} for _, mass, pair, channel in READINGS]
    lake = Lake(tmp_path / "home" / "lake")
    lake.write(SIGNAL_MASS, fill(SIGNAL_MASS, *(one | own for one, own in zip(ids, masses, strict=True))))
    lake.write(SIGNALS, fill(SIGNALS, *(one | {"quote": f"=Sentence [bold]of {one['story_id']}[/]"} for one in ids)))
    lake.write_days(ARTICLES, fill(ARTICLES, *(one | {"title": f"Headline of {one['story_id']}"} for one in ids)), Days(DAY, DAY))
    return tmp_path / "home"


def fill(table: Table, *rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of a table: its example with these changes; other names are ignored."""
    example = table.example().row(0, named=True)
    return pl.DataFrame([{name: row.get(name, example[name]) for name in table.schema} for row in rows], schema=table.schema)


def audit(home: Path, *arguments: object, keys: str = "") -> Result:
    return CliRunner().invoke(app, ["audit", "--home", str(home), *map(str, arguments)], input=keys)


def stored(home: Path) -> list[tuple[str, ...]]:
    return read_verdicts(home / "verdicts.csv").select("signal_id", "judge", "verdict", "reason").rows()


def test_the_largest_readings_are_listed_first(home: Path) -> None:
    printed = flat(audit(home, "--number", 2).output)
    assert printed.index("Wire:1") < printed.index("Wire:3")
    assert "Wire:2" not in printed
    assert "[bold]" in printed  # text of articles is no markup
    assert "no verdict on these readings yet" in printed


def test_titles_are_read_only_of_the_days_listed(home: Path) -> None:
    other = DAY - timedelta(days=1)
    lake = Lake(home / "lake")
    lake.write_days(ARTICLES, ARTICLES.empty(), Days(other, other))
    (damaged,) = lake.files(ARTICLES, Days(other, other))
    damaged.write_bytes(b"half")
    assert "Headline of Wire:1" in flat(audit(home, "--judge", "A", keys="q\n").output)


def test_pair_channel_and_days_select_readings(home: Path) -> None:
    assert "Wire:3" not in audit(home, "--pair", "USA-CHN").output
    assert "Wire:1" not in audit(home, "--channel", "concession").output
    assert "Wire:1" in audit(home, "--from", "2025-04-04", "--to", "2025-04-04").output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pair", "DEU-FRA"), "there is nothing of the pair DEU-FRA; choose one of CHN-USA, EUN-USA with --pair"),
        (("--from", "2025-04-05"), "there is nothing from 2025-04-05, only of 2025-04-04; choose other days"),
        (("--from", "2025-04-05", "--to", "2025-04-01"), "the days 2025-04-05 to 2025-04-01 end before they start; swap"),
        (("--channel", "dialogue"), "has no signals of dialogue"),
    ],
)
def test_a_selection_without_readings_is_refused(home: Path, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    for judge in ((), ("--judge", "A"), ("--judge", "A", "--out", tmp_path / "a.csv")):
        result = audit(home, *judge, *options)
        assert (result.exit_code, message in flat(result.stderr)) == (1, True), result.output
    assert not (tmp_path / "a.csv").exists()


def test_verdicts_are_taken_in_the_terminal(home: Path) -> None:
    result = audit(home, "--judge", "A", keys="r\nx\nw\nhistory\nu\n")
    assert stored(home) == [(ONE, "A", "right", ""), (TWO, "A", "unsure", ""), (THREE, "A", "wrong", "history")]
    assert "escalation: 100 % of the judged mass is right" in flat(result.output)
    judged = "1 of 2 readings were judged, with 75 % of the mass; with the rest wrong or right, 75 to 100 % of all mass is right"
    assert judged in flat(result.output)
    assert "concession: 0 % of the judged mass is right" in flat(result.output)


def test_an_interruption_ends_a_question_in_the_terminal_at_once(home: Path) -> None:
    screen, terminal = pty.openpty()
    program = "from pipeline.cli import app; app()"
    command = [sys.executable, "-c", program, "audit", "--judge", "A", "--home", str(home)]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE, text=True) as process:
        printed = b""
        while b"uit: " not in printed:
            printed += os.read(screen, 4096)
        for _ in range(10):  # the first signal may come before the read begins
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
                break
        process.kill()
        message = process.stderr.read() if process.stderr else ""
    os.close(screen)
    os.close(terminal)
    assert (process.returncode, "interrupted by Ctrl-C" in message) == (130, True)


def test_judging_goes_on_where_it_was_stopped(home: Path) -> None:
    audit(home, "--judge", "A", keys="r\nq\n")
    printed = audit(home, "--judge", "A", keys="s\n").output  # input ends at the last reading
    assert [name in printed for name in ("of Wire:1", "of Wire:3", "of Wire:2")] == [False, True, True]
    assert len(stored(home)) == 1
    audit(home, "--judge", "A", keys="r\nr\n")
    assert "A has judged all of these" in flat(audit(home, "--judge", "A").output)
    assert "of Wire:1" in audit(home, "--judge", "B", keys="q\n").output


def test_verdicts_are_taken_from_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    audit(home, "--judge", "B", "--number", 2, "--out", file)
    listing = pl.read_csv(file, infer_schema=False)
    assert listing["signal_id"].to_list() == [ONE, THREE]
    assert listing["quote"].str.starts_with("'=").all()  # a spreadsheet would run a formula
    listing.with_columns(verdict=pl.lit("right")).write_csv(file)
    assert "2 verdicts of" in audit(home, "--verdicts", file).output
    assert [row[:3] for row in stored(home)] == [(ONE, "B", "right"), (THREE, "B", "right")]


def test_a_file_with_new_verdicts_is_not_overwritten(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    audit(home, "--judge", "B", "--out", file)
    assert audit(home, "--judge", "B", "--number", 2, "--out", file).exit_code == 0  # nothing is filled in yet
    pl.read_csv(file, infer_schema=False).with_columns(verdict=pl.lit("right"), reason=pl.lit("clear")).write_csv(file)
    content = file.read_bytes()
    refused = audit(home, "--judge", "B", "--out", file)
    assert (refused.exit_code, file.read_bytes()) == (1, content)
    assert "has 2 verdicts that would be lost; add them first with --verdicts" in flat(refused.stderr)
    assert audit(home, "--judge", "B", "--verdicts", file, "--out", file).exit_code == 0
    assert pl.read_csv(file, infer_schema=False)["signal_id"].to_list() == [TWO]


def test_a_file_that_may_have_verdicts_is_not_overwritten(home: Path, tmp_path: Path) -> None:
    audit(home, "--judge", "A", keys="r\nq\n")
    refused = audit(home, "--judge", "A", "--out", home / "verdicts.csv")
    assert (refused.exit_code, len(stored(home))) == (1, 1)
    assert "stores the verdicts of this home" in flat(refused.stderr)
    (tmp_path / "b.csv").write_text(f"signal_id,verdict,judge\n{ONE},rihgt,B\n", encoding="utf-8")
    refused = audit(home, "--judge", "B", "--out", tmp_path / "b.csv")
    assert refused.exit_code == 1
    assert "unknown verdict 'rihgt'" in flat(refused.stderr)
    assert "rihgt" in (tmp_path / "b.csv").read_text(encoding="utf-8")


def test_a_verdict_on_another_reading_is_reported(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(f"signal_id,reading,verdict,judge\n{ONE},USA>CHN easing announced tariff,wrong,A\n", encoding="utf-8")
    printed = flat(audit(home, "--verdicts", file).output)
    assert "1 of them are on readings that this index does not have" in printed
    assert "no verdict on these readings yet" in printed


def test_mistakes_are_explained(home: Path, tmp_path: Path) -> None:
    assert "build its index first" in flat(audit(tmp_path / "empty").output)
    assert "name the judge with --judge" in flat(audit(home, "--out", tmp_path / "a.csv").output)
    assert "there is no folder" in flat(audit(home, "--judge", "A", "--out", tmp_path / "none" / "a.csv").output)
    assert not (tmp_path / "none").exists()
    assert "there is no file" in flat(audit(home, "--verdicts", tmp_path / "none.csv").output)


@pytest.mark.parametrize("judge", ["", "J" * 41])
def test_a_bad_name_of_a_judge_is_refused_before_any_question(home: Path, judge: str) -> None:
    result = audit(home, "--judge", judge, keys="r\n")
    assert (result.exit_code, "--judge: judge is" in flat(result.output)) == (1, True)
    assert not (home / "verdicts.csv").exists()
    assert audit(home).exit_code == 0


def test_a_judge_with_spaces_goes_on_where_the_same_one_stopped(home: Path) -> None:
    audit(home, "--judge", " A ", keys="r\nr\nr\n")
    assert "A has judged all of these" in flat(audit(home, "--judge", " A").output)


def test_text_that_is_no_pair_gives_one_message(home: Path) -> None:
    assert "tension: 'foo' is not a pair of countries; write two" in flat(audit(home, "--pair", "foo").stderr)


def test_status_shows_what_was_judged(home: Path) -> None:
    lake = Lake(home / "lake")
    lake.write(MASS_PRECISION, MASS_PRECISION.example().with_columns(pair=pl.lit("(all)")))
    with lake.stage("core") as staged:
        for table in core.TABLES:
            staged.write_days(table, COVERAGE.example() if table is COVERAGE else table.empty(), Days(DAY, DAY))
    mark_home(home, is_sample=False)
    lake.write(TENSION_PAIR_DAILY, TENSION_PAIR_DAILY.example())
    printed = flat(CliRunner().invoke(app, ["status", "--all", "--home", str(home)]).output)
    assert "escalation: 84 % of the judged mass is right (95 % interval 70 to 92 %)" in printed
