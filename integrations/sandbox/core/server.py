"""The sandbox over HTTP: threads (long polling holds one each), and none of the product's
middleware.
"""

from __future__ import annotations

import logging
import socket
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import set_urlconf

from integrations.sandbox.core.exchange import DroppedConnection
from integrations.sandbox.core.http import SandboxRequest
from integrations.sandbox.core.sandbox import PACKAGE, Sandbox

log = logging.getLogger(__name__)


class QuietRequestHandler(WSGIRequestHandler):
    """Does not log every poll (the journal has the calls that matter) and lets a view cut the
    connection.
    """

    def log_message(self, *args: Any) -> None:
        log.debug(*args)

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ |= {"sandbox.cut": self.cut}
        return environ

    def cut(self) -> None:
        """Make the coming close a reset, as a crashed service or a firewall does."""
        self.close_connection = True
        connection: socket.socket = self.connection  # type: ignore[assignment]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Handler(WSGIHandler):
    """Django without the product: own URLs, no sessions, no database."""

    request_class = SandboxRequest

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__()

    def load_middleware(self, *args: Any, **kwargs: Any) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(
            self._get_response  # type: ignore[attr-defined]
        )

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request, SandboxRequest):
            raise TypeError(request)
        request.sandbox = self.sandbox
        request.urlconf = f"{PACKAGE}.urls"
        set_urlconf(request.urlconf)
        if self.sandbox.stopping.is_set():  # a kept connection must not outlive the server
            request.environ["sandbox.cut"]()
            raise ConnectionAbortedError
        if self._foreign(request):
            return JsonResponse({"ok": False, "error": "foreign origin"}, status=403)
        response: Any = self._middleware_chain(request)
        response._resource_closers.append(request.close)
        if isinstance(response, DroppedConnection):
            request.environ["sandbox.cut"]()
            raise ConnectionAbortedError  # wsgiref answers nothing to this one
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        answer: HttpResponseBase = response
        return answer

    def _foreign(self, request: HttpRequest) -> bool:
        """A page of another site, open in the same browser, must not drive the sandbox."""
        origin = request.headers.get("Origin")
        return bool(origin) and urlsplit(str(origin)).netloc != request.headers.get("Host")


class Server(ThreadedWSGIServer):
    request_queue_size = 128


class SandboxServer:
    """A listening sandbox. Port 0 takes a free one; usable as a context manager in tests."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        base_url: str | None = None,
        state_path: Path | None = None,
        clock_path: Path | None = None,
    ) -> None:
        self._server = Server((host, port), QuietRequestHandler, ipv6=False)
        self.port: int = self._server.server_address[1]
        self.url = (base_url or f"http://{host}:{self.port}").rstrip("/")
        self.sandbox = Sandbox(self.url, state_path=state_path, clock_path=clock_path)
        self._server.set_app(Handler(self.sandbox))

    @classmethod
    def from_settings(cls, host: str, port: int) -> SandboxServer:
        """As `manage.py sandbox` runs it. The address in links is SANDBOX_URL where that is this
        very port.
        """
        public = str(getattr(settings, "SANDBOX_URL", ""))
        return cls(
            host,
            port,
            base_url=public if urlsplit(public).port == port else None,
            state_path=_path("SANDBOX_STATE"),
            clock_path=_path("CLOCK_OFFSET_FILE"),
        )

    def serve(self) -> None:
        """Answer until `close` is called from another thread."""
        self.sandbox.start()
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self.sandbox.stop()
            self._server.server_close()

    def close(self) -> None:
        self.sandbox.stopping.set()
        self._server.shutdown()

    def __enter__(self) -> SandboxServer:
        self._thread = threading.Thread(target=self.serve, name="sandbox", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        self._thread.join(10)


def _path(setting: str) -> Path | None:
    value = getattr(settings, setting, None)
    return Path(value) if value else None
