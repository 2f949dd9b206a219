"""Scripts inlined in the page, and the policy that allows them.

`vega.js` is Vega-Lite with vega-embed, built from npm (`pipeline/explorer/bundle`), so a reader's browser downloads nothing.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

_SCRIPTS = ("vega.js", "chart.js")


@cache
def page_scripts() -> tuple[str, ...]:
    """Read the scripts of the page: the library, then the chart.

    `ValueError` if a script contains `</script` or `<!--`, which would end or hide it.
    """
    scripts = tuple(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS)
    if any(mark in script.lower() for script in scripts for mark in ("</script", "<!--")):
        raise ValueError("a script of the page contains </script or <!--, which would end or hide it; write it in another way")
    return scripts


def content_policy(scripts: tuple[str, ...]) -> str:
    """Return the page's content security policy.

    It allows the inline `scripts` by hash, inline styles, and nothing from outside. Vega evaluates expressions by its interpreter, so no
    `unsafe-eval` is needed.
    """
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    allowed = " ".join(hashes) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
