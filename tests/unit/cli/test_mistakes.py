"""User errors end a command with one message that starts with `tension:` and exit code 1, or 2 if an option is wrong."""

import errno
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from typer import Exit
from typer.testing import Result

from pipeline.commands import extract, job
from pipeline.commands.console import exit_on_user_error
from pipeline.defs.launch import Launched
from pipeline.settings import PACKAGE, Settings
from pipeline.warehouse.home import mark_home
from pipeline.warehouse.uploads import Pointer, explain_refusal
from tests.conftest import TENSION
from tests.unit.cli.conftest import Command, flat

GOLD = PACKAGE / "sample" / "gold.jsonl"


def read_error(result: Result, exit_code: int = 1) -> str:
    """Return the only error message of a command that failed."""
    assert result.exit_code == exit_code, (result.exit_code, result.exception)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    message = flat(result.stderr).removeprefix("loading … ")  # the first line of progress of a run
    assert message.startswith("tension: ")
    assert message.count("tension: ") == 1
    return message


@pytest.mark.parametrize("arguments", [("extract", GOLD, "--out", "signals.csv"), ("evaluate", GOLD)])
def test_a_missing_model_endpoint_names_the_settings(command: Command, arguments: tuple[str | Path, ...]) -> None:
    assert "TENSION_LLM_BASE_URL, TENSION_LLM_MODEL" in read_error(command(*arguments, "--extractor", "llm"))


def test_a_run_without_a_usable_extractor_writes_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_EXTRACTOR", "llm")
    assert "TENSION_LLM_BASE_URL" in read_error(command("run", "--home", "home"))
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "missing.jsonl", "--out", "signals.csv"),
        ("extract", "missing.parquet", "--out", "signals.csv"),
        ("evaluate", "missing.jsonl"),
        ("run", "--articles", "missing.jsonl", "--home", "home"),
    ],
)
def test_a_missing_file_is_named(command: Command, arguments: tuple[str, ...]) -> None:
    assert "missing." in read_error(command(*arguments))
    assert list(Path().iterdir()) == []


def test_an_output_of_unknown_format_is_refused(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n', encoding="utf-8")
    assert ".jsonl, .csv, .parquet" in read_error(command("extract", "passages.jsonl", "--out", "signals.xlsx"))


@pytest.mark.parametrize("out", ["signals.txt", "folder.csv", "passages.jsonl/signals.csv"])
def test_an_impossible_output_is_refused_before_any_text_is_read(command: Command, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    monkeypatch.setattr(extract, "read_texts", lambda *_: pytest.fail("a text was read"))
    Path("folder.csv").mkdir()
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n', encoding="utf-8")
    read_error(command("extract", "passages.jsonl", "--out", out))


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("run", "--home", "FILE"), 1),
        (("sources", "--home", "FILE"), 1),
        (("verify", "--home", "FILE"), 2),
        (("backup", "FILE/x", "--home", "home"), 1),
        (("restore", "FILE", "--home", "new"), 1),
    ],
)
def test_a_file_in_place_of_a_folder_gives_one_message(command: Command, arguments: tuple[str, ...], exit_code: int) -> None:
    Path("FILE").write_text("x", encoding="utf-8")
    mark_home(Path("home"), is_sample=False)
    Path("home/lake").mkdir()
    message = read_error(command(*arguments), exit_code)
    assert "cannot read or write FILE" in message
    assert "correct the path, or choose another" in message


def test_an_error_of_a_path_names_it_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit), exit_on_user_error():
        raise IsADirectoryError("expected a file path; 'a.csv' is a directory")  # as Polars does, without errno
    with pytest.raises(Exit), exit_on_user_error():
        raise IsADirectoryError(errno.EISDIR, "Is a directory", ".a.csv.tmp", None, "a.csv")
    first, second = " ".join(capsys.readouterr().err.split()).split("tension: ")[1:]
    assert first.startswith("cannot read or write: expected a file path; 'a.csv' is a directory; correct the path")
    assert second.startswith("cannot read or write a.csv: Is a directory; correct the path")


def test_a_file_of_unknown_format_is_refused(command: Command) -> None:
    Path("notes.txt").write_text("Rain.", encoding="utf-8")
    assert "unknown format" in read_error(command("extract", "notes.txt", "--out", "signals.csv"))


def test_a_passage_without_text_is_named_by_its_line(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n{"id": "2"}\n', encoding="utf-8")
    assert "line 2" in read_error(command("extract", "passages.jsonl", "--out", "signals.csv"))


def test_a_duplicate_passage_id_is_refused(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n{"id": "1", "text": "Sun."}\n', encoding="utf-8")
    assert "occurs more than once" in read_error(command("extract", "passages.jsonl", "--out", "signals.csv"))


def test_a_file_that_is_not_parquet_is_refused(command: Command) -> None:
    Path("wire.parquet").write_bytes(b"PAR1 this is none")
    assert "wire.parquet" in read_error(command("extract", "wire.parquet", "--out", "signals.csv"))


def test_an_invalid_gold_line_is_named(command: Command) -> None:
    Path("gold.jsonl").write_text(GOLD.read_text(encoding="utf-8").partition("\n")[0] + "\n{}\n", encoding="utf-8")
    assert "gold.jsonl, line 2" in read_error(command("evaluate", "gold.jsonl"))


@pytest.mark.parametrize("command_line", [("status",), ("run", "--home", "home")])
def test_an_invalid_settings_file_is_reported(command: Command, command_line: tuple[str, ...]) -> None:
    Path("tension.toml").write_text("home = \n", encoding="utf-8")
    assert "tension.toml" in read_error(command(*command_line))


def test_settings_that_are_not_utf_8_are_reported(command: Command) -> None:
    Path("tension.toml").write_bytes(b'home = "caf\xe9"\n')
    assert "tension.toml is not UTF-8 (byte 12); save it as UTF-8" in read_error(command("status"))


def test_a_damaged_mark_of_a_home_is_reported(command: Command) -> None:
    Path("home").mkdir()
    Path("home/home.json").write_text("{", encoding="utf-8")
    assert "home/home.json is damaged; write" in read_error(command("run", "--home", "home"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
@pytest.mark.parametrize(("options", "words"), [("size=4k,nr_inodes=1", "the disk is full"), ("ro", "is read-only")])
def test_a_disk_that_cannot_be_written_gives_one_message(tmp_path: Path, options: str, words: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    script = f"mount -t tmpfs -o {options} none {home} && exec {TENSION} run --home {home}"
    command = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    if "mount" in command.stderr or "unshare" in command.stderr:
        pytest.skip(f"no file system can be mounted here: {command.stderr}")
    assert (command.returncode, "Traceback" in command.stderr) == (1, False), command.stderr
    assert words in " ".join(command.stderr.split())


def test_an_unknown_setting_is_named(command: Command) -> None:
    Path("tension.toml").write_text("half_live_days = 7\n", encoding="utf-8")
    assert "half_live_days" in read_error(command("status"))


def test_an_invalid_variable_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "a week")
    assert "half_life_days" in read_error(command("status"))


@pytest.mark.parametrize(("pairs", "hint"), [("USA", "e.g. USA-CHN"), ("USA-XXX", "XXX"), ("EU-USA", "EUN")])
def test_an_invalid_pair_is_refused_before_anything_is_written(command: Command, pairs: str, hint: str) -> None:
    assert hint in read_error(command("run", "--pairs", pairs, "--home", "home"), 2)
    assert list(Path().iterdir()) == []


def test_days_out_of_order_are_refused_before_anything_is_written(command: Command) -> None:
    read_error(command("run", "--from", "2025-05-02", "--to", "2025-05-01", "--home", "home"), 2)
    assert list(Path().iterdir()) == []


def test_a_wrong_variable_next_to_a_good_option_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_PAIRS", "USA")
    assert "`pairs`" in read_error(command("status", "--home", "home"))


def test_a_folder_with_only_the_home_itself_is_refused(command: Command) -> None:
    Path("news").mkdir()
    Path("news/wire.jsonl").write_text("", encoding="utf-8")
    message = read_error(command("run", "--articles", "news", "--home", "news"))
    assert "no article files in news outside of news, the home of this run" in message


def test_control_characters_in_a_file_name_are_not_printed(command: Command) -> None:
    message = read_error(command("evaluate", "\x1b[31mmissing.jsonl"))
    assert "\x1b" not in message


@pytest.mark.parametrize(
    ("option", "value"), [("--from", "soon"), ("--baseline", "2025-01-01"), ("--baseline", "2025-01-01:soon"), ("--workers", "many")]
)
def test_an_unreadable_option_is_a_usage_error(command: Command, option: str, value: str) -> None:
    result = command("run", option, value)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments", [("run", "--articles", ""), ("work", "--articles", " "), ("run", "--home", ""), ("status", "--home", "")]
)
def test_an_empty_path_is_refused(command: Command, arguments: tuple[str, ...]) -> None:
    Path("wire.jsonl").write_text('{"published_at": "2025-04-02", "source": "Wire", "title": "Rain."}\n', encoding="utf-8")
    result = command(*arguments)
    assert (result.exit_code, "the path is empty" in flat(result.stderr)) == (2, True)
    assert [path.name for path in Path().iterdir()] == ["wire.jsonl"]


def test_a_run_without_the_library_for_uploads_writes_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    monkeypatch.setenv("TENSION_PUBLISH_TO", "s3://bucket/index")
    assert "uv sync --locked --no-dev --extra s3" in read_error(command("run", "--home", "home"))
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "message"), [("", "no shared lake: set lake_url"), ('sources.on = ["gdelt"]', "reads article files only")]
)
def test_work_needs_a_shared_lake_and_article_files(command: Command, settings: str, message: str) -> None:
    Path("tension.toml").write_text(f"first_day = 2025-03-03\n{settings}\n", encoding="utf-8")
    result = command("work", "--home", "home")
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not Path("home").exists()


@pytest.mark.parametrize("command_name", ["run", "status", "verify"])
def test_an_empty_home_option_is_a_usage_error(command: Command, command_name: str) -> None:
    result = command(command_name, "--home", "")
    assert result.exit_code == 2
    assert "the path is empty" in flat(result.output)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("last_day", [date(2025, 3, 4), date(2025, 3, 3)])
def test_a_failed_upload_does_not_contradict_its_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, last_day: date
) -> None:
    monkeypatch.setattr(job, "err", Console(stderr=True, width=500))
    pointer = Pointer(f"{last_day}-0123456789", "", "", last_day, "theirs", "0.1.0", "2025-03-05T05:30:00Z")
    reason = explain_refusal("s3://bucket", pointer, Path("2025-03-04-0123456789"), "ours") or "no connection to the server"
    with pytest.raises(Exit) as ended:
        job.report_state(Launched((("uploaded", reason),), (), 0, {}, {}), Settings(home=Path("home")))
    assert ended.value.exit_code == 5
    printed = capsys.readouterr().err
    assert reason in printed
    assert "unless the reason says otherwise, the next run tries to upload it again" in printed
    assert "The release is published in home/published" in printed


SAY = "import typer; from pipeline.cli import app; app.command('say')(lambda: typer.echo('words')); app(['say'])"


@pytest.mark.parametrize("code", [SAY, "from pipeline.cli import app; app(['audit', '--help'])"])
def test_a_closed_pipe_ends_a_command_quietly(code: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)  # as `head` does, once it has its lines
    try:
        ended = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_a_broken_pipe_of_another_process_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit), exit_on_user_error():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
    assert "Broken pipe" in capsys.readouterr().err
