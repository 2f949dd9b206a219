"""The nginx configuration in the documentation, with a real nginx: login, and a check of the name."""

import http.server
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
NGINX, CURL, OPENSSL = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("curl"), shutil.which("openssl")

pytestmark = pytest.mark.skipif(not (NGINX and CURL and OPENSSL), reason="nginx, curl or openssl is not installed")


class Page(http.server.BaseHTTPRequestHandler):
    """Stands for the UI."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"the UI")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Start the documented nginx in front of a page, and return its port."""
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as free:
        port = int(free.server_address[1])
    key, certificate = tmp_path / "tension.key", tmp_path / "tension.pem"
    names = ["-subj", "/CN=tension.example.org", "-addext", "subjectAltName=DNS:tension.example.org"]
    request = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, *names]
    subprocess.run([str(part) for part in request], check=True, capture_output=True)
    (tmp_path / "tension.htpasswd").write_text("ann:{PLAIN}secret\n", encoding="utf-8")
    (tmp_path / "logs").mkdir()
    blocks = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    servers = blocks[0].replace("443", f"127.0.0.1:{port}").replace("127.0.0.1:3000", f"127.0.0.1:{page.server_address[1]}")
    servers = servers.replace("/etc/ssl", str(tmp_path)).replace("/etc/nginx", str(tmp_path))
    paths = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {tmp_path}/pid; events {{}}\nhttp {{ access_log off;\n{paths}{servers}}}\n", encoding="utf-8"
    )
    command = [str(NGINX), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as nginx:
        while not (tmp_path / "pid").exists() and nginx.poll() is None:
            time.sleep(0.05)
        time.sleep(0.2)
        yield port
        nginx.kill()
    page.shutdown()
    page.server_close()


def get(port: int, name: str, *options: str, host: str = "") -> tuple[int, str]:
    """Request the page by a name; return curl's exit code, and status with body."""
    address = ["--resolve", f"{name}:{port}:127.0.0.1", f"https://{name}:{port}/", "-k", "-s", "-w", " %{http_code}"]
    headers = ["-H", f"Host: {host}"] if host else []
    result = subprocess.run([str(CURL), *address, *headers, *options], capture_output=True, text=True, check=False, timeout=30)
    return result.returncode, result.stdout


def test_the_documented_proxy_checks_name_and_login(port: int) -> None:
    login = ("-u", "ann:secret")
    assert get(port, "tension.example.org", *login) == (0, "the UI 200")
    assert get(port, "tension.example.org")[1].endswith(" 401")
    assert get(port, "tension.example.org", *login, host="rebound.example")[1].endswith(" 404")
    code, printed = get(port, "rebound.example", *login)
    assert (code, printed) == (35, " 000")  # the handshake is refused
