"""Chromium for tests of pages, driven by Playwright.

Both must be installed; Playwright's own browsers are not used.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_MISSING = [
    *([] if CHROMIUM else ["Chromium (e.g. apt install chromium)"]),
    *([] if find_spec("playwright") and find_spec("axe_playwright_python") else ["Playwright and axe (uv sync --group dev)"]),
]
needs_browser = pytest.mark.skipif(bool(_MISSING), reason=f"the page is not tested in a browser without {' and '.join(_MISSING)}")

#: Options of the browser for the screens on which people may read a page.
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1200, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
}


@dataclass
class Visit:
    """A page in the browser, with its log messages and the URLs that it requested."""

    page: Any
    log: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def list_barriers(page: Any) -> list[tuple[str, str, str]]:
    """List the serious and critical barriers to accessibility that axe finds in a page: rule, impact and first element."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    # Of rules that pass only one element is returned: a large page has thousands.
    result = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    assert len(result["passes"]) > 15, "axe checked almost nothing"
    return [
        (finding["id"], finding["impact"], finding["nodes"][0]["html"])
        for finding in result["violations"]
        if finding["impact"] in {"serious", "critical"}
    ]


@contextmanager
def open_browser() -> Iterator[Any]:
    """Start Chromium, and close it after the block."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it is optional

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visit(browser: Any, file: Path, fragment: str = "", **options: Any) -> Iterator[Visit]:
    """Open a file; at the end it must have logged nothing and requested nothing from outside.

    `options` of the browser's context, e.g. those of `SCREENS`.
    """
    # `list_barriers` runs the script of axe in the page, which the page's security policy forbids; another test checks the policy.
    context = browser.new_context(bypass_csp=True, **options)
    opened = Visit(context.new_page())
    opened.page.on("console", lambda message: opened.log.append(message.text))
    opened.page.on("pageerror", lambda error: opened.log.append(str(error)))
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.goto(f"{file.as_uri()}{fragment}")
    yield opened
    assert opened.log == []
    assert [url for url in opened.requests if not url.startswith((file.as_uri(), "blob:", "data:"))] == []
    context.close()
