import re
import signal
import socket
import subprocess
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conftest import TENSION, command_environment
from tests.unit.cli.conftest import Command, flat


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a release and a page."""
    published = tmp_path / "home" / "published"
    (published / "releases" / "2025-01-01-0123456789").mkdir(parents=True)
    (published / "latest").symlink_to("releases/2025-01-01-0123456789")
    (published / "explorer.html").write_text("<!doctype html>")
    return tmp_path / "home"


def test_a_home_without_a_release_cannot_be_opened(command: Command) -> None:
    result = command("open", "--home", "not there", "--no-browser")
    assert result.exit_code == 1
    printed = flat(result.output)
    assert "not there/published has no release yet, so there is nothing to open. Publish one first: " in printed
    assert "tension run --home 'not there'" in printed


def test_a_home_of_an_earlier_version_must_be_published_again(command: Command, home: Path) -> None:
    (home / "published" / "explorer.html").unlink()
    result = command("open", "--home", home, "--no-browser")
    assert result.exit_code == 1
    assert "was published by an earlier version, without explorer.html. Publish again: " in flat(result.output)


def test_a_taken_port_names_the_option_for_another(command: Command, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = command("open", "--home", home, "--no-browser", "--port", port)
    assert result.exit_code == 1
    assert f"cannot listen on port {port}: another program uses it. Choose another with --port" in flat(result.output)


@pytest.mark.parametrize(
    ("number", "code", "printed", "problem"),
    [
        (signal.SIGINT, 0, "Closed.\n", ""),
        pytest.param(
            signal.SIGTERM, 143, "", "tension: interrupted by SIGTERM. Run the same command again to go on", marks=pytest.mark.slow
        ),
    ],
)
def test_the_page_is_served_until_ctrl_c_or_sigterm(home: Path, number: signal.Signals, code: int, printed: str, problem: str) -> None:
    command: list[str | Path] = [TENSION, "open", "--home", home, "--port", "0", "--no-browser"]
    environment = command_environment(PYTHONUNBUFFERED="1")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        (port,) = re.findall(r"http://127\.0\.0\.1:(\d+)/explorer\.html", line)
        connection = HTTPConnection("127.0.0.1", int(port), timeout=10)
        connection.request("GET", "/explorer.html")
        assert connection.getresponse().read() == b"<!doctype html>"
        connection.close()
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, flat(errors)) == (code, printed, problem)
