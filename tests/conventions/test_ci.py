"""The script of the whole check installs what tests need, and goes on without it; make accepts any folder as home."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / ".ci" / "run"


def run_ci(folder: Path, present: Sequence[str], apt_code: int) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script on a machine with these programs; return the calls of apt-get and make too.

    Both only record their arguments; apt-get exits with `apt_code`.
    """
    programs, calls = folder / "bin", folder / "calls"
    programs.mkdir()
    for name in ("bash", "dirname", "timeout"):
        (programs / name).symlink_to(str(shutil.which(name)))
    stubs = {"id": "echo 0", "make": f'echo "make $*" >> {calls}', "apt-get": f'echo "apt-get $*" >> {calls}; exit {apt_code}'}
    for name, body in {**stubs, **dict.fromkeys(present, "true")}.items():
        (programs / name).write_text(f"#!{shutil.which('bash')}\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    (folder / ".ci").mkdir()
    script = Path(shutil.copy(SCRIPT, folder / ".ci" / "run"))
    done = subprocess.run([script], env={"PATH": str(programs)}, capture_output=True, text=True, check=False, timeout=60)
    return done, calls.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("apt_code", [0, 100])
def test_missing_programs_are_installed_before_the_check(tmp_path: Path, apt_code: int) -> None:
    done, calls = run_ci(tmp_path, (), apt_code)
    assert done.returncode == 0, done.stderr
    packages = [call.rpartition(" ")[2] for call in calls if call.startswith("apt-get install")]
    assert packages == ["qemu-user"]
    assert [call for call in calls if call.startswith("make")] == ["make check", "make audit"]
    assert ("qemu-user could not be installed" in done.stderr) == bool(apt_code)


def test_nothing_is_installed_on_a_complete_machine(tmp_path: Path) -> None:
    assert run_ci(tmp_path, ("qemu-x86_64",), 0)[1] == ["make check", "make audit"]


def run_make(folder: Path, target: str, home: str) -> subprocess.CompletedProcess[str]:
    """Run a target of make with a uv that prints the homes and its arguments, and with `folder` as the user's home."""
    stub = folder / "bin" / "uv"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(f'#!{shutil.which("sh")}\nprintf \'%s\\n\' "$TENSION_HOME" "$DAGSTER_HOME" "$@"\n', encoding="utf-8")
    stub.chmod(0o755)
    environment = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "HOME": str(folder)}
    command = ["make", "-s", target, f"HOME_DIR={home}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", ["home own", "idx [v2]", "editor's"])
def test_make_passes_a_home_with_any_characters_as_one_path(tmp_path: Path, name: str) -> None:
    assert run_make(tmp_path, "run", f"~/{name}").stdout.splitlines()[-2:] == ["--home", str(tmp_path / name)]


@pytest.mark.parametrize("name", ["home own", "editor's"])
def test_make_starts_the_ui_of_a_home_with_odd_characters(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    assert run_make(tmp_path, "ui", str(home)).stdout.splitlines()[:2] == [str(home), f"{home}/dagster"]
    assert (home / "dagster" / "dagster.yaml").exists()


def test_make_refuses_the_ui_where_dagster_does_not_find_its_settings(tmp_path: Path) -> None:
    home, link = tmp_path / "idx [v2]", tmp_path / "link"
    refused = run_make(tmp_path, "ui", str(home))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"Dagster takes the [ in {home} for a wildcard" in refused.stderr
    link.symlink_to(home)
    assert run_make(tmp_path, "ui", str(link)).stdout.splitlines()[:2] == [str(link), f"{link}/dagster"]
