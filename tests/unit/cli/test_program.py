"""The name by which next steps call `tension`."""

import sys
from pathlib import Path

import pytest

from pipeline.commands.program import name_program, suggest

VARIABLES = ("UV", "UV_RUN_RECURSION_DEPTH")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with a `tension`, whose Python runs."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "tension").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "tension").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", "/usr/bin")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return folder


def test_a_program_on_the_path_is_called_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert name_program() == "tension"


def test_a_program_outside_the_path_is_called_by_its_path(folder: Path) -> None:
    assert name_program() == str(folder / "tension")


def test_a_program_below_the_working_folder_has_a_relative_path(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert name_program() == "venv/bin/tension"
    assert folder.is_relative_to(tmp_path)


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_path_that_uv_sets_for_one_command_does_not_count(folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv(variable, "1")
    assert name_program() == str(folder / "tension")


def test_a_suggested_command_can_be_pasted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert suggest("run", Path("my data/it's")) == """tension run --home 'my data/it'"'"'s'"""
