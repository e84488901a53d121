"""The load generator, a process of its own: many keep-alive connections, no HTTP library.

Reads one job a line from its input and prints one result a line:

    {"host": "127.0.0.1", "port": 8000, "path": "/1plat-webhook", "first": 1, "seconds": 2, "connections": 32}

Without a "rate" each connection sends its next request as soon as it has its answer (a closed loop, to find the peak).
With one, requests leave on schedule whatever the server does (an open loop), and latency counts from the schedule.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.bench.orders import request

PREPARED = 4_000  # requests built before the clock starts
PATIENCE = 15.0  # seconds after the end of a window for the last answers


@dataclass
class Window:
    """What one window saw."""

    sent: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def note(self, status: str, latency: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(latency)


class Connection:
    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.since = 0.0
        self._answer = b""

    def send(self, message: bytes, since: float) -> None:
        self.since = since
        if self.socket.send(message) != len(message):
            raise RuntimeError("the socket's buffer is full")

    def receive(self) -> str:
        """The status of a complete answer, "" while more is to come, "lost" when the server hung up."""
        chunk = self.socket.recv(65536)
        if not chunk:
            return "lost"
        self._answer = self._answer + chunk if self._answer else chunk
        head, found, content = self._answer.partition(b"\r\n\r\n")
        if not found or not _complete(head.lower(), content):
            return ""
        self._answer = b""
        return head[9:12].decode()


def _complete(head: bytes, content: bytes) -> bool:
    _before, found, after = head.partition(b"content-length:")
    if found:
        return len(content) >= int(after.split(b"\r\n", 1)[0])
    return content.endswith(b"0\r\n\r\n")  # sent in chunks


class Requests:
    """Signed requests in order, most of them built in advance."""

    def __init__(self, first: int, ahead: int, *, host: str, path: str) -> None:
        self.next = first
        self._host, self._path = host, path
        self._ready = deque(self._build() for _ in range(ahead))

    def take(self) -> bytes:
        return self._ready.popleft() if self._ready else self._build()

    def _build(self) -> bytes:
        self.next += 1
        return request(self.next - 1, host=self._host, path=self._path)


def run(job: dict[str, Any]) -> dict[str, Any]:
    address = (str(job["host"]), int(job["port"]))
    rate = float(job.get("rate", 0))
    seconds = float(job["seconds"])
    expected = int(rate * seconds) or int(job.get("expected", 0)) or PREPARED
    requests = Requests(
        int(job["first"]), expected, host=f"{address[0]}:{address[1]}", path=job["path"]
    )
    pool = [Connection(address) for _ in range(int(job["connections"]))]
    window = (_open_loop if rate else _closed_loop)(pool, requests, seconds, rate)
    for connection in pool:
        connection.socket.close()
    return {
        "next": requests.next,
        "elapsed": window.elapsed,
        "statuses": window.statuses,
        "latencies_ms": [round(latency * 1000, 3) for latency in window.latencies],
    }


def _closed_loop(
    pool: list[Connection], requests: Requests, seconds: float, _rate: float
) -> Window:
    window = Window()
    poll = select.epoll()
    by_number = {connection.socket.fileno(): connection for connection in pool}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    clock = time.perf_counter
    began = clock()
    for connection in pool:
        connection.send(requests.take(), clock())
    waiting = len(pool)
    until = began + seconds
    while waiting:
        ready = poll.poll(PATIENCE)
        if not ready:
            window.statuses["silent"] = waiting
            break
        for number, _events in ready:
            connection = by_number[number]
            status = connection.receive()
            if not status:
                continue
            moment = clock()
            window.note(status, moment - connection.since)
            if moment < until and status != "lost":
                connection.send(requests.take(), moment)
            else:
                waiting -= 1
                poll.unregister(number)
    window.elapsed = clock() - began
    return window


def _open_loop(pool: list[Connection], requests: Requests, seconds: float, rate: float) -> Window:
    window = Window()
    poll = select.epoll()
    by_number = {connection.socket.fileno(): connection for connection in pool}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    free = deque(pool)
    clock = time.perf_counter
    began = clock()
    total = int(rate * seconds)
    deadline = began + seconds + PATIENCE
    while len(window.latencies) < total and clock() < deadline:
        due = began + window.sent / rate
        while window.sent < total and free and due <= clock():
            free.popleft().send(requests.take(), due)
            window.sent += 1
            due = began + window.sent / rate
        wait = max(0.0, due - clock()) if window.sent < total and free else 0.05
        for number, _events in poll.poll(wait):
            connection = by_number[number]
            status = connection.receive()
            if status:
                window.note(status, clock() - connection.since)
                free.append(connection)
    if missing := total - len(window.latencies):
        window.statuses["silent"] = missing
    window.elapsed = clock() - began
    return window


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
