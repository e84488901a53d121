"""`python -m tests.support.telegram_server PORT EVERY`: a Telegram for many chats, in a process of its own.

Every twentieth chat has blocked the bot. Each call of that number (0: none) hears 429, and then everybody does for a
second. GET answers what it has counted: messages that came twice, the most within any one second, calls in a ban.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, deque
from typing import Any

BLOCKED_EVERY = 20
RETRY_AFTER = 1  # seconds
OK = b'{"ok":true,"result":{"message_id":%d}}'
BLOCKED = b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
TOO_MANY = (
    b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1",'
    b'"parameters":{"retry_after":1}}'
)


class Telegram:
    def __init__(self, too_many_every: int) -> None:
        self.too_many_every = too_many_every
        self.calls = 0
        self.refused = 0  # 429
        self.in_ban = 0  # calls that came while everybody had been told to wait
        self.delivered: Counter[int] = Counter()
        self.blocked: Counter[int] = Counter()
        self.window: deque[float] = deque()
        self.most = 0  # within any one second
        self.first = self.last = 0.0
        self.banned_until = 0.0

    def report(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "refused": self.refused,
            "in_ban": self.in_ban,
            "delivered": len(self.delivered),
            "repeats": sum(number - 1 for number in self.delivered.values()),
            "blocked": len(self.blocked),
            "blocked_again": sum(number - 1 for number in self.blocked.values()),
            "most_a_second": self.most,
            "seconds": self.last - self.first,
        }

    def take(self, chat: int) -> tuple[int, bytes]:
        moment = time.monotonic()
        self.first, self.last = self.first or moment, moment
        self.calls += 1
        self.window.append(moment)
        while self.window[0] <= moment - 1:
            self.window.popleft()
        self.most = max(self.most, len(self.window))
        if moment < self.banned_until:
            self.in_ban += 1
            return 429, TOO_MANY
        if self.too_many_every and self.calls % self.too_many_every == 0:
            self.refused += 1
            self.banned_until = moment + RETRY_AFTER
            return 429, TOO_MANY
        if chat % BLOCKED_EVERY == 0:
            self.blocked[chat] += 1
            return 403, BLOCKED
        self.delivered[chat] += 1
        return 200, OK % self.calls

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                sizes = [line for line in lines if line.lower().startswith("content-length:")]
                body = await reader.readexactly(int(sizes[0].partition(":")[2]) if sizes else 0)
                if lines[0].startswith("GET"):
                    status, answer = 200, json.dumps(self.report()).encode()
                else:
                    status, answer = self.take(int(json.loads(body)["chat_id"]))
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(answer))
                    + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main(port: int, too_many_every: int) -> None:
    server = await asyncio.start_server(Telegram(too_many_every).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
