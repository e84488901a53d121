from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.e2e.customer import Customer
from tests.support.stack import Stack

_chat_ids = count(700_200_100)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One product for the whole run: customers do not get in each other's way."""
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def new_customer(stack):
    def meet(name: str = "Анна", *, payload: str = "", language: str = "ru") -> Customer:
        return Customer(stack, next(_chat_ids), name=name, payload=payload, language=language)

    return meet


@pytest.fixture(autouse=True)
def _world_in_order(stack):
    """Every test begins with nothing planned to go wrong."""
    stack.control("faults/clear")
    stack.control("remnawave/outage", mode="none")
