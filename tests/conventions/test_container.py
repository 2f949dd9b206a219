"""Dockerfile and compose.yaml fit the lock, the package and each other.

No test builds the image: that needs a Docker daemon and the network.
"""

import fnmatch
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import __version__
from pipeline.settings import Settings
from pipeline.warehouse.run_history import POSTGRES_URL

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


@cache
def instructions() -> list[tuple[str, str]]:
    """Read the instructions of the Dockerfile with their arguments, lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, arguments.strip()) for name, _, arguments in (line.partition(" ") for line in lines if line.strip())]


def arguments_of(name: str) -> list[str]:
    return [arguments for one, arguments in instructions() if one == name]


def program_exists(name: str) -> bool:
    return name == "python" or Path(sys.executable).with_name(name).exists()


def test_python_is_one_version_that_the_package_supports() -> None:
    (version,) = {match[1] for image in arguments_of("FROM") if (match := re.match(r"python:(\d+\.\d+)\.\d+-slim-", image))}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


def test_uv_is_the_version_of_the_lock() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    (version,) = (package["version"] for package in lock["package"] if package["name"] == "uv")
    assert f"ghcr.io/astral-sh/uv:{version} AS uv" in arguments_of("FROM")


def test_installed_groups_and_extras_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installs = [words for words in arguments_of("RUN") if "uv sync" in words]
    assert len(installs) == 2
    for words in installs:
        assert "--locked --no-dev" in words
        assert set(re.findall(r"--extra (\w+)", words)) == {"excel", "mcp", "s3"} <= set(project["project"]["optional-dependencies"])
        assert set(re.findall(r"--group (\w+)", words)) == {"postgres"} <= set(project["dependency-groups"])


def test_copied_files_exist_and_are_not_ignored() -> None:
    copied = [path for words in arguments_of("COPY") if "--from" not in words for path in words.split()[:-1]]
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert len(copied) > 5
    assert rules[0] == "*"
    for path in copied:
        assert (ROOT / path).exists(), path
        assert any(fnmatch.fnmatch(path, rule.removeprefix("!")) for rule in rules if rule.startswith("!")), path


def test_the_wheel_finds_all_its_files_in_the_image() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = build["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], build["project"]["readme"], *build["project"]["license-files"]}
    assert needed <= {path for words in arguments_of("COPY") for path in words.split()[:-1]}


def test_the_image_runs_as_another_user_than_root() -> None:
    (user,) = arguments_of("USER")
    assert int(user) > 0
    assert f"--uid {user} " in " ".join(arguments_of("RUN"))


def test_programs_that_the_container_starts_exist() -> None:
    commands = [json.loads(words.removeprefix("CMD ")) for words in arguments_of("CMD")]
    commands += [service["command"] for service in OURS.values()]
    commands += [service["healthcheck"]["test"][1:] for service in OURS.values() if "test" in service.get("healthcheck", {})]
    assert len(commands) > 4
    assert [words[0] for words in commands if not program_exists(words[0])] == []


def test_the_setup_service_writes_the_settings_of_dagster(tmp_path: Path) -> None:
    program, *arguments = SERVICES["setup"]["command"]
    assert program == "python"
    changed = [argument.replace("/data/dagster", str(tmp_path / "dagster")) for argument in arguments]
    subprocess.run([sys.executable, *changed], cwd=ROOT, check=True, timeout=120)
    assert (tmp_path / "dagster" / "dagster.yaml").read_bytes() == (ROOT / "pipeline" / "dagster.yaml").read_bytes()


def test_services_use_one_image_of_this_version() -> None:
    assert {service["image"] for service in OURS.values()} == {f"trade-tension:{__version__}"}
    assert len(OURS) == 3
    assert all(re.search(r":\d+\.\d+", service["image"]) for service in SERVICES.values())


def test_ports_are_open_on_loopback_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_no_secret_is_in_the_files() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"PASSWORD([^\n]*)", text)) == {
        ":?set it in the file .env}@postgres:5432/dagster",
        ": ${POSTGRES_PASSWORD:?set it in the file .env}",
    }
    assert not [name for words in arguments_of("ENV") for name in re.findall(r"(\w+)=", words) if "KEY" in name or "PASSWORD" in name]


def test_history_is_stored_in_the_postgres_of_the_same_file() -> None:
    server = SERVICES["postgres"]["environment"]
    for service in OURS.values():
        address = service["environment"][POSTGRES_URL]
        # SQLAlchemy's default driver is another one than that of dagster-postgres.
        assert address.startswith(f"postgresql+psycopg2://{server['POSTGRES_USER']}:")
        assert address.endswith(f"@postgres:5432/{server['POSTGRES_DB']}")


def test_services_write_to_volumes_only() -> None:
    declared = set(COMPOSE["volumes"])
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        short = [volume for volume in service["volumes"] if isinstance(volume, str)]
        writable = [volume.partition(":") for volume in short if not volume.endswith(":ro")]
        assert {name for name, _, _ in writable} <= declared
        # A new volume has the owner of the folder in the image.
        (folders,) = re.findall(r"install --directory --owner tension --group tension ([^&]*)", " ".join(arguments_of("RUN")))
        assert {folder for _, _, folder in writable} == {"/data", "/backup"} <= set(folders.split())
        assert all(volume["read_only"] for volume in service["volumes"] if isinstance(volume, dict))
    (environment,) = (words for words in arguments_of("ENV") if "TENSION_HOME" in words)
    assert "TENSION_HOME=/data DAGSTER_HOME=/data/dagster" in environment


def test_the_settings_file_is_where_the_container_reads_it() -> None:
    (folder,) = set(arguments_of("WORKDIR"))
    for service in OURS.values():
        (mount,) = (volume for volume in service["volumes"] if isinstance(volume, dict))
        assert (mount["source"], mount["target"]) == (f"./{Settings.model_config['toml_file']}", f"{folder}/tension.toml")
        assert mount["bind"]["create_host_path"] is False


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed; run `uv sync --group dev`")
    result = subprocess.run([program, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False, timeout=60)
    assert (result.stdout, result.returncode) == ("", 0)


def test_compose_yaml_is_valid_by_the_specification() -> None:
    if importlib.util.find_spec("check_jsonschema") is None:
        pytest.skip("check-jsonschema is not installed; run `uv sync --group dev`")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "compose.yaml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout
