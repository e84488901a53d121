"""Calls of ProTalk's bots, as our own contract has them: docs/protalk.md.

ProTalk signs nothing that is known of. A secret of the owner's choice stands at the end of the address or in a header.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackRejected
from integrations.protalk import wire

HEADER = "x-webhook-secret"


class ProTalkHooks:
    """The answer is `{"ok":true}`, at once: what is said to it is said later, by a call of ours."""

    slug: ClassVar[str] = "protalk"
    label: ClassVar[str] = "ProTalk"
    task: ClassVar[str] = "partners.apply_calls"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    content_types: ClassVar[frozenset[str]] = frozenset(
        {"application/json", "application/x-www-form-urlencoded"}
    )
    max_bytes: ClassVar[int] = 128 * 1024
    required_env: ClassVar[tuple[str, ...]] = ("PROTALK_WEBHOOK_SECRET",)

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._secret = str(credentials.get("PROTALK_WEBHOOK_SECRET") or "")
        ids = (
            credentials.get("PROTALK_CLIENT_BOT_ID"),
            credentials.get("PROTALK_PARTNER_BOT_ID"),
        )
        self._bots = frozenset(str(one) for one in ids if one)

    def verify(self, raw: RawCallback) -> None:
        """The secret wherever it may stand, then whether the bot is one of ours."""
        if not self._secret:
            raise CallbackRejected("no secret is set")
        given = (raw.path_secret, raw.headers.get(HEADER, ""))
        # Both places are compared: how long it takes tells nothing.
        found = [
            hmac.compare_digest(one.encode("utf-8", "replace"), self._secret.encode())
            for one in given
        ]
        if not any(found):
            raise CallbackRejected("wrong secret" if any(given) else "no secret")
        if self._bots and wire.read(raw.body).bot_id not in self._bots:
            raise CallbackRejected("not a bot of ours")

    def answer(self, raw: RawCallback) -> tuple[Ack, bool]:
        return Ack(body='{"ok":true}', content_type="application/json"), True

    def storable(self, raw: RawCallback) -> RawCallback:
        """The inbox masks the header by its name."""
        return replace(raw, query="", path_secret="")
