"""A Telegram of few words: takes sendMessage over real HTTP and counts what it took."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self


class FakeTelegram:
    """Scripted by its attributes; `calls` counts every try, `texts` what was delivered."""

    def __init__(self) -> None:
        self.blocked: set[int] = set()
        self.silent: set[int] = set()  # delivered, but the answer is lost
        self.unauthorized = False
        self.calls: Counter[int] = Counter()
        self.texts: dict[int, list[str]] = defaultdict(list)
        self.order: list[str] = []
        self._limits: dict[int, int] = {}
        self._banned_until = 0.0
        self._lock = Lock()

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            wbufsize = -1  # an answer leaves in one piece: two wait 40 ms for each other

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                status, answer = fake.answer(json.loads(self.rfile.read(size)))
                if status == 0:
                    self.connection.close()
                    self.close_connection = True
                    return
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def too_many(self, seconds: int, *, chat: int) -> None:
        """The next message to this chat hears 429, and everybody has to wait."""
        self._limits[chat] = seconds

    def wait_out_ban(self) -> None:
        time.sleep(max(0.0, self._banned_until - time.monotonic()))

    def counts(self) -> dict[int, int]:
        return {chat: len(texts) for chat, texts in self.texts.items()}

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        chat = int(body["chat_id"])
        with self._lock:
            self.calls[chat] += 1
            if self.unauthorized:
                return 401, _error(401, "Unauthorized")
            if wait := self._limits.pop(chat, 0):
                self._banned_until = time.monotonic() + wait
                refusal = _error(429, f"Too Many Requests: retry after {wait}")
                return 429, {**refusal, "parameters": {"retry_after": wait}}
            if chat in self.blocked:
                return 403, _error(403, "Forbidden: bot was blocked by the user")
            self.texts[chat].append(body["text"])
            self.order.append(body["text"])
            if chat in self.silent:
                return 0, {}
            return 200, {"ok": True, "result": {"message_id": len(self.order)}}


def _error(code: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": description}
