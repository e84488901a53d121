"""The webhook of Umnico: every event of the account, posted to one address.

Nothing is signed and no event can be chosen: the address itself carries the secret, as its last part.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackRejected

HIDDEN = "***"


class Umnico:
    """Whatever is sent to the right address is kept and answered with 200: an address that fails is switched off."""

    slug: ClassVar[str] = "umnico"
    label: ClassVar[str] = "Umnico"
    task: ClassVar[str] = "partners.apply_calls"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    content_types: ClassVar[frozenset[str]] = frozenset({"application/json", "text/plain"})
    max_bytes: ClassVar[int] = 256 * 1024
    required_env: ClassVar[tuple[str, ...]] = ("UMNICO_WEBHOOK_SECRET",)

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._secret = str(credentials.get("UMNICO_WEBHOOK_SECRET", ""))

    def verify(self, raw: RawCallback) -> None:
        if not self._secret:
            raise CallbackRejected("no secret is set")
        given = raw.path_secret.encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret.encode()):
            raise CallbackRejected("wrong secret" if given else "no secret")

    def answer(self, raw: RawCallback) -> tuple[Ack, bool]:
        return Ack(), True

    def storable(self, raw: RawCallback) -> RawCallback:
        """A gateway may repeat the address in a header of its own."""
        headers = {name: self._hide(value) for name, value in raw.headers.items()}
        return replace(raw, headers=headers, query="", path_secret="")

    def _hide(self, text: str) -> str:
        return text.replace(self._secret, HIDDEN) if self._secret else text
