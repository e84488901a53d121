"""A provider that calls about money at a steady pace: by TLS, over a new connection each time, and never twice."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from tests.bench import orders
from tests.bench.stats import percentile
from tests.support.callers import Site

PATH = "/1plat-webhook"
PATIENCE = 10.0  # seconds a provider waits
AT_ONCE = 512  # calls that may wait for their answers: ten seconds of silence at fifty a second


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `at` is when it was due (time.time()), `seconds` counts from then; status 0 is no answer at all."""

    order: int
    at: float
    seconds: float
    status: int
    said: str

    @property
    def failed(self) -> bool:
        return self.status != 200


class Traffic:
    """Paid callbacks of the bench's orders, from number `first` on. An open loop: a late answer holds nothing up.

    `at` is the address where the site's name is answered for, if no name server says so.
    """

    def __init__(self, site: Site, *, rate: float, first: int, at: str = "") -> None:
        self.calls: list[Call] = []
        self._rate, self._next, self._at = rate, first, at
        self._address = urlsplit(site.url)
        self._tls = ssl.create_default_context(cafile=str(site.authority))
        self._over = threading.Event()

    @contextmanager
    def running(self) -> Iterator[Traffic]:
        """Calls until the end of the block; then every answer has come or is given up."""
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            clock = threading.Thread(target=self._keep_time, args=(pool,))
            clock.start()
            try:
                yield self
            finally:
                self._over.set()
                clock.join()

    def between(self, begin: float, end: float) -> list[Call]:
        """Those that were due then."""
        return [call for call in self.calls if begin <= call.at < end]

    def _keep_time(self, pool: ThreadPoolExecutor) -> None:
        due = time.time()
        while not self._over.wait(max(0.0, due - time.time())):
            pool.submit(self._call, self._next, due)
            self._next += 1
            due += 1 / self._rate

    def _call(self, order: int, due: float) -> None:
        link = Link(str(self._address.hostname), self._address.port or 443, self._tls, self._at)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        try:
            link.request("POST", PATH, body=orders.body(order), headers=headers)
            answer = link.getresponse()
            status, said = answer.status, answer.read().decode(errors="replace")[:200]
        except (OSError, HTTPException) as error:
            status, said = 0, repr(error)
        finally:
            link.close()
        self.calls.append(Call(order, due, time.time() - due, status, said))


class Link(HTTPSConnection):
    """To `at`, or to where the name leads, where the certificate must bear the name."""

    def __init__(self, name: str, port: int, tls: ssl.SSLContext, at: str) -> None:
        super().__init__(name, port, timeout=PATIENCE)
        self._tls, self._place = tls, (at or name, port)

    def connect(self) -> None:
        plain = socket.create_connection(self._place, PATIENCE)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def failures(calls: Iterable[Call]) -> dict[str, int]:
    """How many calls ended in which way but well."""
    return dict(Counter(f"{call.status} {call.said}" for call in calls if call.failed))


def milliseconds(calls: list[Call]) -> list[int]:
    """p50, p95, p99 and the longest."""
    taken = sorted(call.seconds for call in calls)
    return [round(1000 * percentile(taken, share)) for share in (0.5, 0.95, 0.99, 1.0)]
