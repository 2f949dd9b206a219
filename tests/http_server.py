"""HTTP server on a local port, for tests of clients."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """Request handler without log."""

    wbufsize = -1  # Send head and body in one packet: two packets are delayed by the Nagle algorithm.

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def run_server(handler: type[QuietHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve requests within the block; yield the port on 127.0.0.1.

    With a context, the server uses TLS.
    """
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
