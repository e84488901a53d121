"""Calls of a payment service to the product: sent in threads of their own, repeated on a schedule,
written into the log of what they are about.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar

import requests

from integrations.sandbox.core.base import Simulator

TIMEOUT = 15.0
KEPT = 60
MAX_WAIT = 55.0  # seconds a control call may ask for


@dataclass(kw_only=True)
class Delivery:
    """One call: `attempts` are "status or error" of each try. A service adds what its calls have."""

    number: int
    at: datetime
    label: str
    body: str
    attempts: list[str] = field(default_factory=list)
    done: bool = False


class Entry(Protocol):
    """What a payer pays: an order, an invoice, a payment."""

    deliveries: list[Any]
    history: list[str]
    revision: int


@dataclass(frozen=True)
class Call:
    """Where a delivery goes, with which headers, and under which words the journal keeps it."""

    url: str
    operation: str
    subject: str
    headers: dict[str, str]


Kind = TypeVar("Kind", bound=Delivery)


class Courier(Simulator):
    """A simulator that calls the product. `state` has `last_delivery` and `options.retry_seconds`:
    pauses, or seconds after the first try where `from_first` is true.
    """

    from_first: ClassVar[bool] = False

    def entries(self) -> Iterable[Any]:
        """All that calls are about, oldest first."""
        raise NotImplementedError

    def call(self, entry: Any, delivery: Any) -> Call:
        """The address and the headers of a delivery."""
        raise NotImplementedError

    def judge(self, delivery: Any, answer: requests.Response | None) -> tuple[bool, str]:
        """Whether the product took it (None: it did not answer), and a word on that for the log."""
        return answer is not None and 200 <= answer.status_code < 300, ""

    def repeats(self, delivery: Any) -> bool:
        """Whether what was not accepted is sent again."""
        return True

    def undelivered(self) -> list[Delivery]:
        """What the product has not accepted, of all that is repeated."""
        sent = [one for entry in self.entries() for one in entry.deliveries]
        return [one for one in sent if not one.done and self.repeats(one)]

    def start(self) -> None:
        """Go on with the calls a stopped sandbox left undelivered."""
        with self.hub.lock:
            tries = len(self.state.options.retry_seconds) + 1
            for entry in self.entries():
                for one in entry.deliveries:
                    if not one.done and self.repeats(one) and len(one.attempts) < tries:
                        self.launch(entry, one)

    def wait_tried(self, entry: Entry, document: Mapping[str, Any]) -> None:
        """Until the entry's last call was tried, `wait` seconds of the document at most; the caller holds the lock."""
        seconds = min(float(document.get("wait", 0)), MAX_WAIT)
        self.hub.wait(lambda: bool(entry.deliveries[-1].attempts), seconds)

    def log(self, entry: Entry, kind: type[Kind], /, **facts: Any) -> Kind:
        """Enter a new delivery; the caller holds the lock and then sends it."""
        self.state.last_delivery += 1
        delivery = kind(number=self.state.last_delivery, at=self.hub.clock.now(), **facts)
        entry.deliveries.append(delivery)
        del entry.deliveries[:-KEPT]
        entry.revision = self.hub.changed()
        return delivery

    def launch(
        self, entry: Entry, *deliveries: Delivery, together: bool = False, delay: float = 0.0
    ) -> None:
        """Send in the background: one after the other, or all at the same instant."""
        batches = [(one,) for one in deliveries] if together else [deliveries]
        gate = threading.Barrier(len(batches))
        for batch in batches:
            work = partial(self._send, entry, batch, delay, gate)
            self.hub.spawn(work, f"sandbox-{self.slug}-call")

    def _send(
        self, entry: Entry, batch: tuple[Delivery, ...], delay: float, gate: threading.Barrier
    ) -> None:
        self.hub.stopping.wait(delay)
        gate.wait()
        for delivery in batch:
            began = time.monotonic()
            if not self.hub.stopping.is_set() and not self.attempt(entry, delivery):
                self.repeat(entry, delivery, began)

    def repeat(self, entry: Entry, delivery: Delivery, began: float) -> None:
        """Try again until it is accepted or the schedule ends; `began`: the first try, monotonic."""
        for seconds in self.state.options.retry_seconds if self.repeats(delivery) else ():
            pause = began + seconds - time.monotonic() if self.from_first else seconds
            self.hub.stopping.wait(max(0.0, pause))
            if self.hub.stopping.is_set() or self.attempt(entry, delivery):
                return

    def attempt(self, entry: Entry, delivery: Delivery) -> bool:
        """One try; no lock is held."""
        started = time.monotonic()
        call = self.call(entry, delivery)
        answer, said = None, ""
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    call.url,
                    data=delivery.body.encode(),
                    headers=call.headers,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
            said = answer.text[:500]
        except requests.RequestException as error:
            said = type(error).__name__
        ms = round((time.monotonic() - started) * 1000)
        status = 0 if answer is None else answer.status_code
        with self.hub.lock:
            delivery.done, remark = self.judge(delivery, answer)
            delivery.attempts.append(
                " · ".join(filter(None, (str(status or said), remark, f"{ms} мс")))
            )
            entry.revision = self.hub.changed()
            self.hub.journal.add(
                at=self.hub.clock.now().isoformat(timespec="milliseconds"),
                service=self.slug,
                direction="out",
                method="POST",
                path=call.url,
                operation=call.operation,
                subject=call.subject,
                status=status,
                ms=ms,
                fault="",
                request=delivery.body[:2000],
                answer=said,
            )
        return delivery.done
