"""Customers who keep buying, and what came of it: how long each waited for his link, what the shop's callers heard."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import psycopg

from tests.prove.hands import Failed
from tests.prove.outside import Buyer, Outside, until

CALLERS = ("telegram", "oneplat")
FIRST_CHAT = 700_960_000
AGAIN = 8.0  # seconds after which people press again
TRIES = 15
# What is pressed, and what is then to be seen: a button or words.
STEPS = (
    ("/start", "Принимаю"),
    ("Принимаю", "Выбрать тариф"),
    ("Выбрать тариф", "1 месяц"),
    ("1 месяц", "Карта"),
    ("Карта", "Переведите:"),
)
REFERENCE = (
    "SELECT p.reference FROM payments_payment p JOIN payments_customer c ON c.id = p.customer_id"
    " WHERE c.telegram_id = %s ORDER BY p.id DESC LIMIT 1"
)
DAYS = (
    "SELECT coalesce(sum(d.seconds), 0) / 86400 FROM payments_dayentry d"
    " JOIN payments_subscription s ON s.id = d.subscription_id"
    " JOIN payments_customer c ON c.id = s.customer_id WHERE c.telegram_id = %s"
)


@dataclass
class Purchase:
    buyer: Buyer
    paid: float = 0.0  # of time.time()
    linked: float = 0.0


@dataclass
class Crowd:
    world: Outside
    database: str  # past the pooler
    at_once: int
    patience: float  # seconds that anybody may wait for anything
    purchases: list[Purchase] = field(default_factory=list)
    heard: dict[int, dict[str, Any]] = field(default_factory=dict)  # calls by their numbers

    @contextmanager
    def buys(self) -> Iterator[None]:
        """For as long as the block lasts; then all finish what they have begun."""
        over, numbers = threading.Event(), count(FIRST_CHAT)
        with ThreadPoolExecutor(self.at_once + 1) as pool:
            running = [
                pool.submit(self._one_after_another, over, numbers) for _ in range(self.at_once)
            ]
            done = threading.Event()
            listening = pool.submit(self._listen, done)
            try:
                yield
            finally:
                over.set()
                try:
                    _all(running)
                finally:
                    done.set()
                    listening.result()

    def _one_after_another(self, over: threading.Event, numbers: Iterator[int]) -> None:
        while not over.is_set():
            self._buy(next(numbers))
            over.wait(1.0)

    def _buy(self, number: int) -> None:
        buyer = Buyer(self.world, number)
        purchase = Purchase(buyer)
        for label, answer in STEPS:
            self._insists(buyer, label, answer)
        reference = str(self.value(REFERENCE, number))
        buyer.pays(reference)
        purchase.paid = time.time()
        self.purchases.append(purchase)
        until(buyer.has_link, what=f"the link of {reference}", within=self.patience)
        purchase.linked = time.time()

    def _insists(self, buyer: Buyer, label: str, answer: str) -> None:
        """Presses as people do: again, where nobody answers."""

        def happened() -> bool:
            return shows(buyer, answer) or buyer.reads(answer)

        for _ in range(TRIES):
            if label == "/start":
                self.world.control("telegram/start", chat_id=buyer.chat, payload="")
            elif shows(buyer, label):
                self.world.control("telegram/press", chat_id=buyer.chat, text=label)
            with suppress(Failed):
                until(happened, what=answer, within=AGAIN)
                return
        raise Failed(f"pressed {label!r} {TRIES} times; {buyer.messages()}")

    def value(self, statement: str, *values: object) -> Any:
        """Of one row; asked again while the database is away."""
        ends = time.monotonic() + self.patience
        while True:
            try:
                with psycopg.connect(self.database, autocommit=True, connect_timeout=5) as link:
                    row = link.execute(statement.encode(), values).fetchone()
            except psycopg.OperationalError:
                if time.monotonic() > ends:
                    raise
                time.sleep(1)
            else:
                return row and row[0]

    def _listen(self, done: threading.Event) -> None:
        """The sandbox keeps the newest calls only."""
        while not done.wait(2.0):
            self.listen()
        self.listen()

    def listen(self) -> None:
        for one in self.world.ask("journal", limit=1000)["entries"]:
            if one["direction"] == "out" and one["service"] in CALLERS:
                self.heard[one["number"]] = one

    # --- What came of it ---

    def statuses(self) -> Counter[tuple[str, int]]:
        """By who called; 0: nobody answered."""
        return Counter((one["service"], one["status"]) for one in self.heard.values())

    def not_taken(self, since: float, to: float) -> str:
        """What else than 200 callers heard in these seconds of time.time(), in words."""
        counted = Counter(
            f"{one['service']} {one['status']}"
            for one in self.heard.values()
            if one["status"] != 200 and since <= datetime.fromisoformat(one["at"]).timestamp() < to
        )
        return ", ".join(f"{what}: {number}" for what, number in sorted(counted.items()))

    def is_taken(self) -> bool:
        """Whether every call has been answered by now, at its last try."""
        self.listen()
        return not self.untaken()

    def untaken(self) -> list[dict[str, Any]]:
        """Calls whose last try was not answered with 200."""
        newest = {
            (one["service"], one["operation"], one["subject"], one["request"]): one
            for _number, one in sorted(self.heard.items())
        }
        return [one for one in newest.values() if one["status"] != 200]

    def longest(self, since: float = 0.0, to: float = float("inf")) -> float:
        """Seconds from paying to the link, of those who paid then."""
        waited = [one.linked - one.paid for one in self.purchases if since <= one.paid < to]
        return max(waited, default=0.0)

    def served_wrongly(self) -> list[str]:
        """Whoever has not exactly one link and one month."""
        wrong = []
        for one in list(self.purchases):
            links = sum("/sub/" in message["text"] for message in one.buyer.messages())
            days = int(self.value(DAYS, one.buyer.chat))
            if (links, days) != (1, 30):
                wrong.append(f"{one.buyer.chat}: {links} links, {days} days")
        return wrong


def shows(buyer: Buyer, label: str) -> bool:
    return any(label in button for message in buyer.messages() for button in message["buttons"])


def _all(running: list[Future[None]]) -> None:
    """Waits for each, and raises what the first one failed with."""
    failed = [error for one in running if (error := one.exception())]
    if failed:
        raise failed[0]
