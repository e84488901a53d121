"""Shared by the tests of the outgoing client."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import ServiceUnreachable
from integrations.http import Client
from tests.support.http_server import HttpServer


def client_of(server: HttpServer, **options: Any) -> Client:
    return Client(service="fake", base_url=server.url, **{"deadline": 0.4, **options})


def failure_of(client: Client, method: str = "POST") -> ServiceUnreachable:
    with pytest.raises(ServiceUnreachable) as caught:
        client.request(method, "things")
    return caught.value
