"""The MCP server: tools for assistants, over standard input or HTTP."""

import functools
import inspect
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field

from pipeline import __version__
from pipeline.assistant.answers import QUOTATIONS, READING, Answer, Answers, Channel
from pipeline.errors import UserError

HOST = "127.0.0.1"
_INSTRUCTIONS = (
    "Trade Tension is a daily index of trade tension between countries, read from news articles; every value is linked to sentences. "
    f"Start with list_series. {READING} {QUOTATIONS} Every answer names its release; if is_sample is true, all articles are invented: "
    "say so, and never cite the values as facts."
)

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Series = Annotated[str, Field(description="A pair in either order, e.g. USA-CHN, or one direction, e.g. USA>CHN", max_length=20)]
Country = Annotated[str | None, Field(description="ISO alpha-3 code, EUN for the European Union; default: all", max_length=10)]
Day = Annotated[date, Field(description="UTC day, e.g. 2025-04-09")]
OptionalDay = Annotated[date | None, Field(description="UTC day, e.g. 2025-04-09; default: no bound")]
Number = Annotated[int, Field(description="Most rows to list", ge=1, le=200)]


def build_server(answers: Answers) -> MCPServer[Any]:  # noqa: C901  # one function for each tool
    """Build a server whose tools give these answers.

    Name, parameters and docstring of each function inside describe a tool to assistants.
    """
    server: MCPServer[Any] = MCPServer(
        "trade-tension", title="Trade Tension", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    def tool(function: Callable[..., Answer]) -> None:
        server.tool(annotations=_READS, description=inspect.getdoc(function))(_explain_errors(function))

    def list_series() -> Answer:
        """List all series of the index, with their first and last day.

        A series is a pair (CHN-USA, both directions together) or one direction (USA>CHN). With the number of its days, and of those with a
        tension.
        """
        return answers.list_series()

    def list_tables() -> Answer:
        """List all tables, views and macros that `sql` can read."""
        return answers.list_tables()

    def describe(table: Annotated[str, Field(description="Name of a table, view or macro", max_length=100)]) -> Answer:
        """Describe each column of a table, view or macro.

        Type, meaning, unit, allowed words, and whether it may be empty.
        """
        return answers.describe(table)

    def value_of_day(series: Series, day: Day) -> Answer:
        """Give the values of a series on a day, and their stories.

        Tension, concession, net tension, dialogue and stalemate with intervals, and the phase. `made_of` has parts of tension
        (`escalation`), concession and dialogue in index points. Of each: at most three stories, the largest of the last four half-lives (28
        days by default), each with a quotation, source and link; all stories before these days together; and the prior, which comes from no
        article. Smaller stories of these days are left out.
        """
        return answers.value_of_day(series, day)

    def top_stories(series: Series, first_day: Day, last_day: Day, channel: Channel = "escalation", number: Number = 10) -> Answer:
        """List the stories that count most for a series in a period.

        Of one channel, the largest first; both days are included. Each with its share of all stories of the period, a quotation, source and
        link.
        """
        return answers.top_stories(series, first_day, last_day, channel, number)

    def measures_in_force(day: Day, actor: Country = None, target: Country = None, number: Number = 50) -> Answer:
        """List official tariffs, bans and controls that apply on a day.

        By whom on whom, with rate, goods and legal source; the highest rate first, those without a rate last. `count` is the number of all.
        """
        return answers.measures_in_force(day, actor, target, number)

    def threats(
        actor: Country = None,
        target: Country = None,
        outcome: Annotated[str | None, Field(description="e.g. carried_out, withdrawn, pending; default: all", max_length=30)] = None,
        first_day: OptionalDay = None,
        last_day: OptionalDay = None,
        number: Number = 20,
    ) -> Answer:
        """List threats of trade measures and what became of them.

        The newest first, with quotations of threat and outcome. The days bound the first day of a threat. `count` is the number of all.
        """
        return answers.threats(actor, target, outcome, first_day, last_day, number)

    def sql(query: Annotated[str, Field(description="One SELECT in DuckDB's SQL", max_length=20_000)]) -> Answer:
        """Run one SELECT (DuckDB) over the release.

        See list_tables and describe for its tables, views and macros. Read only, without files, network or settings, within a time and
        row limit. `pair_of('USA-CHN')` writes a pair as the tables do.
        """
        return answers.query(query)

    for function in (list_series, list_tables, describe, value_of_day, top_stories, measures_in_force, threats, sql):
        tool(function)
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
