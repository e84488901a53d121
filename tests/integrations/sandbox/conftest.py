from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from integrations.sandbox.core.server import SandboxServer


class Remote:
    """A running sandbox as its control API sees it."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.url = server.url

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._checked(requests.get(f"{self.url}/control/{path}", params=params, timeout=60))

    def post(self, path: str, **document: Any) -> dict[str, Any]:
        return self._checked(requests.post(f"{self.url}/control/{path}", json=document, timeout=60))

    def _checked(self, response: requests.Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        assert answer["ok"], answer
        return answer


@pytest.fixture
def sandbox(settings) -> Iterator[Remote]:
    """A sandbox of its own: free port, memory only."""
    settings.SANDBOX = True
    with SandboxServer() as server:
        yield Remote(server)


class Receiver:
    """The product's side of a callback: remembers every call, answers what `statuses` says (then 200)."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.arrived:
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.calls.append((headers, body))
                    receiver.arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait(self, count: int, seconds: float = 10) -> list[tuple[dict[str, str], bytes]]:
        """The calls, once there are `count` of them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.calls) >= count, seconds), self.calls
            return list(self.calls)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    thread = threading.Thread(target=one.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()
