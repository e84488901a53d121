from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.orders import Order
from tests.faults.world import World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One product for all faults; what a test breaks it mends."""
    with World(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(scope="package")
def stock(world: World) -> list[Order]:
    """Orders made in one go; each test takes its own."""
    return world.open(200)


@pytest.fixture
def take(stock: list[Order]) -> Callable[[int], list[Order]]:
    """So many orders of customers who have no chat with the bot."""
    return lambda count: [stock.pop() for _ in range(count)]


@pytest.fixture
def order(world: World, stock: list[Order]) -> Order:
    taken = stock.pop()
    world.chat(taken)
    return taken
