"""`tension mcp`: answer questions of AI assistants about the published index."""

from importlib.util import find_spec
from pathlib import Path

from pipeline.commands.console import err, say
from pipeline.errors import UserError
from pipeline.settings.load import read_settings
from pipeline.warehouse.publish import Publisher


def serve_assistants(port: int | None, home_folder: Path | None) -> None:
    """Answer AI assistants over standard input, or over HTTP.

    HTTP if `port` is not None; otherwise standard output has only messages of the protocol (MCP). `home_folder`: None for the home of the
    settings. `UserError` if the package mcp is not installed or nothing is published.
    """
    if find_spec("mcp") is None:
        raise UserError("assistants need the package mcp; install it: uv pip install 'mcp>=2.3,<3'")
    from pipeline.assistant.answers import Answers  # noqa: PLC0415  # optional
    from pipeline.assistant.server import HOST, serve_http, serve_stdio  # noqa: PLC0415  # optional

    answers = Answers(Publisher(read_settings(home=home_folder).published).database)
    about = answers.list_series()
    note = f"release {about['release']} with {len(about['series'])} series. {about['note']}"
    if port is None:
        say(f"Answering over standard input and output: {note}", err)
        serve_stdio(answers)
    else:
        say(f"Answering on http://{HOST}:{port}/mcp until Ctrl-C: {note}", err)
        serve_http(answers, port)
