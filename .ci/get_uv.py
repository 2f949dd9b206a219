"""Fetch the version of uv pinned in `uv.lock`, on a machine that has only Python: no pip, no venv.

Reads the URL and the hash of the wheel from `uv.lock`, verifies the hash, and writes the program to the given path.
Usage: python3 .ci/get_uv.py .uv/uv
"""

import hashlib
import io
import platform
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def wheel_tag() -> str:
    """Return the platform tag of wheels for this machine."""
    machine = _MACHINES.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin":
        return "macosx_11_0_arm64" if machine == "aarch64" else "macosx_10_12_x86_64"
    if platform.libc_ver()[0] != "glibc":
        return f"musllinux_1_1_{machine}"
    return f"manylinux_2_17_{machine}" if machine == "x86_64" else f"manylinux_2_28_{machine}"


def main(target: Path) -> None:
    """Download, verify and unpack uv. Exits with advice if a step fails."""
    lock = tomllib.loads((Path(__file__).parent.parent / "uv.lock").read_text(encoding="utf-8"))
    wheels = next(package["wheels"] for package in lock["package"] if package["name"] == "uv")
    tag = wheel_tag()
    wheel = next((w for w in wheels if tag in w["url"]), None)
    if wheel is None:
        sys.exit(f"uv.lock has no uv for this machine ({tag}); install uv yourself (pip install uv) so that it is on the path")
    print(f"fetching {wheel['url'].rsplit('/', 1)[1]}", file=sys.stderr)
    try:
        with urllib.request.urlopen(wheel["url"], timeout=120) as response:  # noqa: S310 the URL is from uv.lock, and the hash is verified
            content = response.read()
    except OSError as error:
        sys.exit(f"could not fetch uv ({error}); install uv yourself (pip install uv) so that it is on the path, then try again")
    actual = "sha256:" + hashlib.sha256(content).hexdigest()
    if actual != wheel["hash"]:
        sys.exit(f"the fetched uv has {actual}, but uv.lock pins {wheel['hash']}; nothing was installed")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(program))
    target.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
