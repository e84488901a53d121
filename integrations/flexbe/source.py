"""Calls of sites made in Flexbe: a form sent, a payment made.

Flexbe documents no signature. A secret of the owner's choice is the last part of the address, and the site has to be
one of FLEXBE_SITES where they are listed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from integrations.callbacks import Ack, RawCallback
from integrations.errors import CallbackRejected
from integrations.flexbe import wire


class FlexbeHooks:
    """The answer is `ok`."""

    slug: ClassVar[str] = "flexbe"
    label: ClassVar[str] = "Flexbe"
    task: ClassVar[str] = "partners.apply_calls"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    content_types: ClassVar[frozenset[str]] = frozenset({"application/x-www-form-urlencoded"})
    # A letter in Cyrillic takes six bytes of a form.
    max_bytes: ClassVar[int] = 512 * 1024
    required_env: ClassVar[tuple[str, ...]] = ("FLEXBE_WEBHOOK_SECRET",)

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._secret = str(credentials.get("FLEXBE_WEBHOOK_SECRET") or "")
        self._sites = sites_of(str(credentials.get("FLEXBE_SITES") or ""))

    def verify(self, raw: RawCallback) -> None:
        if not self._secret:
            raise CallbackRejected("no secret is set")
        given = raw.path_secret.encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret.encode()):
            raise CallbackRejected("wrong secret" if given else "no secret")
        call = wire.call_of(raw.body)
        if self._sites and not {call.site, call.domain} & self._sites:
            raise CallbackRejected("not a site of ours")

    def answer(self, raw: RawCallback) -> tuple[Ack, bool]:
        return Ack(body="ok"), True

    def storable(self, raw: RawCallback) -> RawCallback:
        return replace(raw, query="", path_secret="")


def sites_of(setting: str) -> frozenset[str]:
    """FLEXBE_SITES: domains and numbers of sites between commas; a Cyrillic domain in either spelling."""
    return frozenset(wire.host(one) for one in setting.split(",") if one.strip())
