"""A small real HTTP server for tests: records what it is sent, answers or misbehaves as told.

    with HttpServer() as server:
        server.plan(answer(503), answer(200, {"ok": True}))
        ...
        assert server.received[0].json == {...}

Each request takes the next planned reply; with none left, `server.otherwise` answers.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    connection: tuple[str, int]  # the client's end: the same for calls over one connection

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = Callable[["_Handler", Received], None]


def answer(
    status: int = 200,
    data: Any = None,
    *,
    raw: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """A whole answer; `data` is sent as JSON, `raw` as it is."""

    def reply(handler: _Handler, request: Received) -> None:
        content = raw if raw is not None else b"" if data is None else json.dumps(data).encode()
        handler.wfile.write(_head(status, len(content), headers or {}) + content)

    return reply


def drip(content: bytes, *, pause: float) -> Reply:
    """An answer whose body comes byte by byte."""
    return _slowly([_head(200, len(content), {}), *_bytes_of(content)], pause)


def drip_head(*, pause: float) -> Reply:
    """An answer that never gets past its headers."""
    return _slowly([b"HTTP/1.1 200 OK\r\n", *_bytes_of(b"X-Slow: " + b"y" * 10_000)], pause)


def hang() -> Reply:
    """No answer until the server stops."""

    def reply(handler: _Handler, request: Received) -> None:
        handler.server.stopping.wait()
        handler.close_connection = True

    return reply


def reset() -> Reply:
    """The connection is reset, as by a process that was killed."""

    def reply(handler: _Handler, request: Received) -> None:
        linger = struct.pack("ii", 1, 0)  # closing now sends RST instead of FIN
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()
        handler.close_connection = True

    return reply


def cut(content: bytes = b"", *, announced: int = 1000) -> Reply:
    """The connection is closed in good order: at once, or after `content` of a longer answer."""

    def reply(handler: _Handler, request: Received) -> None:
        if content:
            handler.wfile.write(_head(200, announced, {}) + content)
        handler.close_connection = True

    return reply


def after(action: Callable[[Received], object], then: Reply) -> Reply:
    """Do the work, then reply as told: `after(create, hang())` is a timeout after success."""

    def reply(handler: _Handler, request: Received) -> None:
        action(request)
        then(handler, request)

    return reply


class HttpServer:
    """The server of one test; a context manager."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.otherwise: Reply = answer(200, {})
        self._planned: deque[Reply] = deque()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, *replies: Reply) -> None:
        self._planned.extend(replies)

    def paths(self) -> list[str]:
        """What was asked so far: ["GET /api/users", …]."""
        return [f"{request.method} {request.path}" for request in self.received]

    def take(self, request: Received) -> Reply:
        self.received.append(request)
        return self._planned.popleft() if self._planned else self.otherwise

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: HttpServer

    def __init__(self, *args: Any) -> None:
        self.stopping = threading.Event()
        super().__init__(*args)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up on us is what many tests are about, not an error to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        request = Received(
            method=self.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            connection=self.client_address,
        )
        self.server.owner.take(request)(self, request)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def _head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _bytes_of(content: bytes) -> Iterable[bytes]:
    return (content[i : i + 1] for i in range(len(content)))


def _slowly(pieces: Iterable[bytes], pause: float) -> Reply:
    def reply(handler: _Handler, request: Received) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            if handler.server.stopping.wait(pause):
                return

    return reply
