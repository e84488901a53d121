"""Shared by the tests of the outgoing client."""

from __future__ import annotations

import socket
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


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
