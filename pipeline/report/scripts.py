"""Scripts inlined in the page, and the policy that allows them.

`vl_convert` carries Vega-Lite and vega-embed, so nothing is downloaded, neither here nor by a reader's browser.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

import vl_convert

VEGA_LITE = "6.4"
_CHART = Path(__file__).with_name("chart.js")


@cache
def page_scripts() -> tuple[str, ...]:
    """Read the scripts of the page: the library, then the chart.

    Bundling the library takes 2 s, once per process. `ValueError` when a script would end its element early.
    """
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    scripts = (bundle, _CHART.read_text(encoding="utf-8"))
    if any(mark in script.lower() for script in scripts for mark in ("</script", "<!--")):
        raise ValueError("a script of the page contains </script or <!--, which would end or hide it; write it in another way")
    return scripts


def content_policy(scripts: tuple[str, ...]) -> str:
    """Content security policy: these inline scripts, inline styles, nothing from outside.

    Vega evaluates expressions by its interpreter, so no `unsafe-eval` is needed.
    """
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    allowed = " ".join(hashes) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
