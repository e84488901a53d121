from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.http_server import HttpServer

# The inherited tests live in modules that pytest would not look into by their names.
pytest.register_assert_rewrite(
    "tests.payments.providers.contract",
    "tests.payments.providers.contract_api",
    "tests.payments.providers.contract_settlement",
)


@pytest.fixture
def api() -> Iterator[HttpServer]:
    """Where the provider's API would be."""
    with HttpServer() as server:
        yield server
