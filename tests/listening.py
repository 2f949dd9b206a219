"""A real HTTP server on a port of this machine, for tests that talk to one."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Quiet(BaseHTTPRequestHandler):
    """A handler that logs nothing."""

    wbufsize = -1  # head and body in one packet: two would wait for one another

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def listening(handler: type[Quiet], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port on 127.0.0.1 behind which the handler answers while the block lasts, over TLS where a context is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
