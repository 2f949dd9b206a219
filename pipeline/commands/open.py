"""`tension open`: serve the published folder to this computer, and open the explorer."""

import errno
import signal
import webbrowser
from pathlib import Path

from pipeline.commands.console import say
from pipeline.commands.program import suggest
from pipeline.errors import UserError
from pipeline.explorer.server import ExplorerServer
from pipeline.explorer.write import EXPLORER
from pipeline.settings.load import read_settings
from pipeline.warehouse.publish import Publisher


class OpenError(UserError):
    """The explorer cannot be served."""


def open_explorer(port: int, home_folder: Path | None, *, opens_browser: bool) -> None:
    """Serve the published folder until Ctrl-C.

    SIGTERM is an interruption, as for other commands. `port` 0 takes a free one. `home_folder`: None for the home of the settings.
    `opens_browser`: also show the explorer in a browser. `OpenError` when nothing is published, the release has no explorer, or the port is
    taken or not permitted.
    """
    settings = read_settings(home=home_folder)
    folder = settings.published
    if Publisher(folder).latest_name is None:
        raise OpenError(f"{folder} has no release yet, so there is nothing to open. Publish one first: {suggest('run', settings.home)}")
    if not (folder / EXPLORER).is_file():
        raise OpenError(f"{folder} was published by an earlier version, without {EXPLORER}. Publish again: {suggest('run', settings.home)}")
    try:
        server = ExplorerServer(folder, port, EXPLORER)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "another program uses it" if error.errno == errno.EADDRINUSE else "ports below 1024 are for administrators"
        raise OpenError(f"cannot listen on port {port}: {why}. Choose another with --port, or --port 0 for any free one") from error
    with server:
        say(f"{folder} is open at {server.url} for this computer only. End with Ctrl-C.")
        if opens_browser and not webbrowser.open(server.url):
            say("No browser was found: open the address yourself.")
        try:
            server.serve_forever()
        except KeyboardInterrupt as interruption:
            if interruption.args == (signal.SIGTERM,):
                raise
            say("Closed.")
