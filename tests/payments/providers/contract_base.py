"""What a provider's test class declares, and how the inherited tests build an adapter from it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from integrations.callbacks import RawCallback
from payments.provider import EventKind, PaymentProvider
from payments.registry import get_provider
from tests.support.http_server import HttpServer


class ProviderCase:
    """The declarations, and the hooks a provider overrides where it differs."""

    slug: str
    fixtures: Path  # one file per event, bytes as received: <event>__<case>.<ext>
    events: dict[str, EventKind]  # every one of those files -> what it means
    hints: frozenset[str] = frozenset()  # those of them that the provider's API must confirm
    recorded: Path  # create_invoice.json: what was asked, sent and answered
    credentials: dict[str, str]
    secrets: tuple[str, ...]  # those of the values that nobody may ever see
    base_url_env: str  # the variable that sends its API calls elsewhere
    reference: str  # the order number in the fixtures; the sum in all of them is 199.00
    currency = "RUB"  # of that sum
    content_type = "application/json"  # of its callbacks
    unsigned = False  # True where the provider signs nothing

    def body(self, name: str) -> bytes:
        """The bytes as received; a provider that signs inside the body puts the signature in."""
        return (self.fixtures / name).read_bytes()

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers that came with the body, names in lower case."""
        return {}

    def kind(self, name: str) -> str:
        """The last part of the address, for a provider with one address per event type."""
        return ""

    def tampered(self, body: bytes) -> bytes:
        """The same call with another sum: one whole number 199 becomes 198."""
        changed = re.sub(rb"\b199\b", b"198", body, count=1)
        assert changed != body
        return changed

    def api_answer(self, name: str) -> Any:
        """What the provider's API says about the order of a hint."""
        raise NotImplementedError

    def raw(self, name: str) -> RawCallback:
        body = self.body(name)
        return RawCallback(body=body, headers=self.headers(body), kind=self.kind(name))

    def forged(self, name: str) -> RawCallback:
        """A changed body under the signature of the genuine one."""
        body = self.body(name)
        return RawCallback(
            body=self.tampered(body), headers=self.headers(body), kind=self.kind(name)
        )

    def named(self, kind: EventKind) -> str:
        """The first fixture that means this and needs no confirmation, or else the first hint."""
        names = [name for name, meant in self.events.items() if meant is kind]
        return next((name for name in names if name not in self.hints), names[0])

    def recording(self) -> dict[str, Any]:
        text = (self.recorded / "create_invoice.json").read_text()
        recording: dict[str, Any] = json.loads(text)
        return recording

    def assert_no_secret_in(self, shown: list[str]) -> None:
        for text in shown:
            assert not [secret for secret in self.secrets if secret in text]

    @pytest.fixture(autouse=True)
    def _switched_on(self, settings: Any, api: HttpServer) -> None:
        settings.PAYMENT_PROVIDERS = [self.slug]
        settings.CREDENTIALS = self.credentials | {self.base_url_env: api.url}

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        return get_provider(self.slug)
