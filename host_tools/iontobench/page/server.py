"""Serves the page's folder to this machine's own browser, and to nobody else.

Bound to 127.0.0.1. A request has to name this server in its Host header, so that a foreign name
that leads here [DNS rebinding] is refused; only files that the folder lists are served, so no path
leads out of it. Must not run anything of the bench.
"""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from iontobench.errors import UserError

from .build import STAMP
from .policy import POLICY

ADDRESS = "127.0.0.1"
PORT = 8421
_NAMES = (ADDRESS, "localhost")
_INDEX = "index.html"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
_HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # asked for again each time, and sent again where it has changed
}
_IDLE_S = 30


class PageServer(ThreadingHTTPServer):
    """A server of one built folder; a context manager that closes it.

    Args:
        folder: what `build` made.
        port: 0 for a free one.

    Raises:
        UserError: no page there, or the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, port: int = PORT):
        try:
            names = json.loads((folder / STAMP).read_text("utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            raise UserError(f"{folder}: holds no page; `make page` makes one") from None
        try:
            super().__init__((ADDRESS, port), partial(_Handler, folder, frozenset(names)))
        except OSError as error:
            why = error.strerror or error
            raise UserError(
                f"port {port}: {why}; choose another with --port, 0 for a free one"
            ) from None

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{ADDRESS}:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    """One connection: GET and HEAD of the listed files."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S

    def __init__(self, folder: Path, names: frozenset[str], *arguments) -> None:
        self._folder = folder
        self._known = names
        super().__init__(*arguments)

    def version_string(self) -> str:
        """No version is told."""
        return "iontobench"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        self._answer(self.wfile.write)

    def do_HEAD(self) -> None:
        self._answer(lambda _: None)

    def _answer(self, write: Callable[[bytes], object]) -> None:
        port = self.connection.getsockname()[1]
        if self.headers.get_all("Host", []) not in [[f"{name}:{port}"] for name in _NAMES]:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"no such host here\n", write)
            return
        name = self.path.partition("?")[0].removeprefix("/") or _INDEX
        if name not in self._known:
            self._send(HTTPStatus.NOT_FOUND, b"no such file\n", write)
            return
        data = (self._folder / name).read_bytes()
        tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == tag:
            self._send(HTTPStatus.NOT_MODIFIED, b"", write, tag=tag)
            return
        self._send(HTTPStatus.OK, data, write, Path(name).suffix, tag)

    def _send(
        self,
        status: HTTPStatus,
        data: bytes,
        write: Callable[[bytes], object],
        ending: str = ".txt",
        tag: str = "",
    ) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if tag:
            self.send_header("ETag", tag)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", _TYPES.get(ending, "text/plain; charset=utf-8"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        write(data)
