"""From an async handler to sync services, the one crossing.

Two pools of threads, because calls differ: a screen is a few milliseconds of database, an invoice is a provider's API
that may take ten seconds. A slow provider must not make the menus slow.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import Error, close_old_connections, connections

P = ParamSpec("P")
R = TypeVar("R")

DatabaseAway = Error  # what a service raises while the database cannot be used

SCREENS = 6  # threads, and so database connections, of one bot process
PROVIDERS = 16


class Pool:
    """Threads that keep their database connection between calls, as long as it is alive."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, service: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        def checked() -> R:
            close_old_connections()
            return service(*args, **kwargs)

        call = sync_to_async(checked, thread_sensitive=False, executor=self._executor)
        return await call()

    def release_connections(self) -> None:
        """Close the connection of every thread. The barrier gives each thread exactly one of these jobs."""
        barrier = Barrier(self._size)

        def release() -> None:
            barrier.wait()
            connections.close_all()

        for job in [self._executor.submit(release) for _ in range(self._size)]:
            job.result()


_screens = Pool(SCREENS, "screens")
_providers = Pool(PROVIDERS, "providers")


async def in_db(service: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a service that only talks to the database."""
    return await _screens.run(service, *args, **kwargs)


async def at_provider(service: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a service that also asks a payment provider."""
    return await _providers.run(service, *args, **kwargs)


def release_connections() -> None:
    """For tests: a database with an open connection cannot be dropped."""
    _screens.release_connections()
    _providers.release_connections()
