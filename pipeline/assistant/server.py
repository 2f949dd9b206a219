"""The MCP server: tools for assistants, over standard input or HTTP."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations

from pipeline import __version__
from pipeline.assistant.answers import QUOTATIONS, READING, Answer, Answers
from pipeline.errors import UserError

HOST = "127.0.0.1"
_INSTRUCTIONS = (
    "Trade Tension is a daily index of trade tension between countries, read from news articles; every value is linked to sentences. "
    f"Start with list_series. {READING} {QUOTATIONS} Every answer names its release; if is_sample is true, all articles are invented: "
    "say so, and never cite the values as facts."
)

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def build_server(answers: Answers) -> MCPServer[Any]:
    """Build a server whose tools are the methods of `answers`."""
    server: MCPServer[Any] = MCPServer(
        "trade-tension", title="Trade Tension", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )
    for answer in (
        answers.list_series, answers.list_tables, answers.describe, answers.value_of_day, answers.top_stories, answers.measures_in_force,
        answers.threats, answers.sql,
    ):  # fmt: skip
        server.tool(annotations=_READS, description=inspect.getdoc(answer))(_explain_errors(answer))
    return server


def serve_stdio(answers: Answers) -> None:
    """Serve one assistant over standard input and output, until it hangs up."""
    build_server(answers).run("stdio")


def serve_http(answers: Answers, port: int) -> None:
    """Serve assistants of this machine on http://127.0.0.1:PORT/mcp, until interrupted.

    Requests with another `Host` or `Origin` are refused, so that no web page can send any by pointing a name of its own to this machine
    (DNS rebinding). `UserError` if the server cannot listen on the port, usually because it is in use.
    """
    names = [f"{HOST}:{port}", f"localhost:{port}"]
    security = TransportSecuritySettings(allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names])
    app = build_server(answers).streamable_http_app(host=HOST, transport_security=security, stateless_http=True, json_response=True)
    listening = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="critical"))
    try:
        listening.run()
    except SystemExit as end:
        if listening.started:
            raise
        raise UserError(f"cannot listen on port {port} of {HOST}, which is in use; choose another with --port") from end


def _explain_errors(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return the function, but raise its `UserError` as a `ToolError`.

    An AI assistant gets the message of a `ToolError`, but not that of another error.
    """

    @functools.wraps(function)
    def answer(*arguments: Any, **named: Any) -> Answer:
        try:
            return function(*arguments, **named)
        except UserError as error:
            raise ToolError(str(error)) from error

    return answer
