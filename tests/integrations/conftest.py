from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.http_server import HttpServer


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """An outside service that answers as the test plans."""
    with HttpServer() as server:
        yield server
