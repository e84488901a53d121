"""All channels side by side: orders opened together, facts awaited together, the table kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar

from tests.e2e.customer import Customer
from tests.e2e.matrix.cells import Cell, Facts, facts
from tests.e2e.matrix.channels import CHANNELS, PROVIDERS, Provider
from tests.e2e.matrix.table import PROPERTY, RAN
from tests.support.stack import Stack

WITHIN = 75.0  # seconds; the worker may be busy with a provider that does not answer
TOGETHER = 8  # customers who press at the same time

T = TypeVar("T")
_chat_ids = count(710_000_000)


class Shop:
    """The stack with every cell that was run, so that all can be looked at once more at the end."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.settled: dict[Cell, Facts] = {}
        self.record: Callable[[str, object], None] = lambda _name, _value: None

    def orders(self, *ways: str, of: Provider | None = None) -> list[Cell]:
        """An open order in every channel (of one provider) that knows these ways."""
        return together(Cell.order, self.customers(*ways, of=of))

    def customers(self, *ways: str, of: Provider | None = None) -> list[Cell]:
        """The same before anything was ordered."""
        return [
            Cell(Customer(self.stack, next(_chat_ids), name="Анна"), channel)
            for channel in CHANNELS
            if of in (None, channel.provider) and not channel.provider.cannot.keys() & set(ways)
        ]

    def expect(
        self,
        cells: Iterable[Cell],
        wanted: Facts | Mapping[Cell, Facts],
        *,
        within: float = WITHIN,
    ) -> None:
        """Wait until each cell shows these facts, and remember that it must go on showing them."""
        cells = list(cells)
        wishes = wanted if isinstance(wanted, Mapping) else dict.fromkeys(cells, wanted)
        until = time.monotonic() + within
        while True:
            seen = facts(self.stack, cells)
            wrong = [
                (cell, told) for cell, told in zip(cells, seen, strict=True) if told != wishes[cell]
            ]
            if not wrong:
                break
            if time.monotonic() > until:
                said = "\n".join(f"{cell}: {told}\n  not {wishes[cell]}" for cell, told in wrong)
                raise AssertionError(said)
            time.sleep(0.3)
        self.settled.update(wishes)

    def ran(self, title: str, cells: Iterable[Cell], *ways: str) -> None:
        """A line of the table. Every channel either ran or cannot do one of these ways."""
        run = {cell.channel.title for cell in cells}
        line = {}
        for channel in CHANNELS:
            known = channel.provider.cannot
            why = next((known[way] for way in ways if way in known), "")
            assert bool(why) != (channel.title in run), f"{title}: {channel.title}"
            line[channel.title] = why or RAN
        self.record(PROPERTY, (title, line))


def together(work: Callable[[Any], T], what: Iterable[Any]) -> list[T]:
    """Do the same for many at the same time; the first error is raised."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(work, what))


def everywhere(job: Callable[..., T], *details: Any) -> list[T]:
    """The same for every provider at the same time: it waits far more than it works."""
    with ThreadPoolExecutor(len(PROVIDERS)) as pool:
        return list(pool.map(lambda provider: job(provider, *details), PROVIDERS))
