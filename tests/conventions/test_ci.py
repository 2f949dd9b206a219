"""The script of the whole check installs what tests need, and goes on without it."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "run"


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
