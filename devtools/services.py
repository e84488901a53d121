"""PostgreSQL and Redis for one command: those the environment names, else embedded ones."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from devtools import places, postgres, signals, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devtools.process import Child


@dataclass
class Services:
    """Addresses, and the servers started here (none when the environment gave both)."""

    database_url: str
    redis_url: str
    children: list[Child] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def running(place: str, *, durable: bool) -> Iterator[Services]:
    """Servers with their data and their logs under `place`."""
    (places.STATE / place).mkdir(parents=True, exist_ok=True)
    services = Services(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    try:
        if not services.redis_url:
            child, services.redis_url = valkey.start(place, durable=durable)
            services.children.append(child)
        if not services.database_url:
            child, services.database_url = postgres.start(place, durable=durable)
            services.children.append(child)
        yield services
    finally:
        signals.ignore_stop()
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda child: child.stop(), services.children))


@contextmanager
def throw_away(purpose: str, *, durable: bool) -> Iterator[Services]:
    """Servers of one's own: a second run at the same time takes the next folder."""
    for number in count():
        try:
            lock = places.locked(places.STATE / f"{purpose}-{number}.lock", wait=False)
            with lock, running(f"{purpose}-{number}", durable=durable) as services:
                yield services
                return
        except places.Busy:
            continue
