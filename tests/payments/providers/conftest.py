from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.support.http_server import HttpServer

# The inherited tests live in modules that pytest would not look into by their names.
pytest.register_assert_rewrite(
    "tests.payments.providers.contract",
    "tests.payments.providers.contract_api",
    "tests.payments.providers.contract_charges",
    "tests.payments.providers.contract_holds",
    "tests.payments.providers.contract_refunds",
    "tests.payments.providers.contract_settlement",
    "tests.payments.providers.contract_subscriptions",
)

# Addresses are built once, from the providers switched on at that moment: the suite's, not those of whichever
# test happens to be the first to ask for an address.
import_module("project.urls")


@pytest.fixture
def api() -> Iterator[HttpServer]:
    """Where the provider's API would be."""
    with HttpServer() as server:
        yield server
