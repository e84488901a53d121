from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from integrations.callbacks import RawCallback
from integrations.sandbox.core.server import SandboxServer
from tests.support.http_server import HttpServer, answer

CREDENTIALS = {
    "YUKASSA_SHOP_ID": "100500",
    "YUKASSA_SECRET_KEY": "test_sandboxSecretKey",
    "CRYPTOBOT_TOKEN": "4242:AAsandboxCryptoPayToken",
    "CLOUDPAYMENTS_PUBLIC_ID": "pk_sandbox",
    "CLOUDPAYMENTS_API_SECRET": "cloudpayments-sandbox-secret",
}


class Simulators:
    """Our running simulators, and the door at which they call."""

    def __init__(self, url: str, door: HttpServer) -> None:
        self.url = url
        self.door = door

    def control(self, path: str, **document: Any) -> None:
        url = f"{self.url}/control/{path}"
        requests.post(url, json=document, timeout=30).raise_for_status()

    def happen(self, slug: str, watched: str, **payment: Any) -> list[RawCallback]:
        """Have something happen to a payment; what was called about it, once all of it was delivered.

        `watched` is the address of the payment's own record.
        """
        before = len(self.door.received)
        self.control(f"{slug}/options", callback_url=f"{self.door.url}/hook")
        self.control(f"{slug}/pay", **payment)
        self.wait(f"{slug}/{watched}")
        return [
            RawCallback(
                body=call.body,
                headers=call.headers,
                remote_addr=call.headers.get("x-forwarded-for", ""),
            )
            for call in self.door.received[before:]
        ]

    def wait(self, watched: str) -> None:
        found = requests.get(f"{self.url}/control/{watched}?wait=10", timeout=30).json()
        assert found["ok"], found


@pytest.fixture
def simulators(settings) -> Iterator[Simulators]:
    settings.SANDBOX = True
    settings.CREDENTIALS = dict(settings.CREDENTIALS) | CREDENTIALS
    with SandboxServer() as server, HttpServer() as door:
        door.otherwise = answer(
            200, raw=b'{"code":0}', headers={"Content-Type": "application/json"}
        )
        yield Simulators(server.url, door)
