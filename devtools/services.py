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
    from pathlib import Path

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
def running(place: str, *, durable: bool, quiet: bool = True) -> Iterator[Services]:
    """Servers with their data under `place`; quiet ones log to files beside the data."""
    folder = places.STATE / place
    folder.mkdir(parents=True, exist_ok=True)
    services = Services(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    try:
        if not services.redis_url:
            log = _log(folder, "valkey", quiet=quiet)
            child, services.redis_url = valkey.start(place, durable=durable, log=log)
            services.children.append(child)
        if not services.database_url:
            log = _log(folder, "postgres", quiet=quiet)
            child, services.database_url = postgres.start(place, durable=durable, log=log)
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


def _log(folder: Path, name: str, *, quiet: bool) -> Path | None:
    if not quiet:
        return None
    file = folder / f"{name}.log"
    file.write_bytes(b"")
    return file
