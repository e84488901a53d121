from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.sandbox.core.server import SandboxServer


class Remote:
    """A running sandbox as its control API sees it."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.url = server.url

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._checked(requests.get(f"{self.url}/control/{path}", params=params, timeout=60))

    def post(self, path: str, **document: Any) -> dict[str, Any]:
        return self._checked(requests.post(f"{self.url}/control/{path}", json=document, timeout=60))

    def _checked(self, response: requests.Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        assert answer["ok"], answer
        return answer


@pytest.fixture
def sandbox(settings) -> Iterator[Remote]:
    """A sandbox of its own: free port, memory only."""
    settings.SANDBOX = True
    with SandboxServer() as server:
        yield Remote(server)
