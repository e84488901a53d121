"""Several people at the same thing at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(*acts: Callable[[], Any], late: tuple[type[Exception], ...]) -> list[Any]:
    """What each of these gave, or raised of `late`, all begun together on connections of their own."""
    start = Barrier(len(acts))

    def run(one: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        start.wait()
        try:
            return one()
        except late as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(run, acts))
