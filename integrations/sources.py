"""Who calls us besides payment providers: the slug in the address, and the class that knows the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from integrations.callbacks import Ack, RawCallback
from integrations.flexbe.source import FlexbeHooks
from integrations.protalk.source import ProTalkHooks
from integrations.tilda.source import TildaForms
from integrations.umnico.source import Umnico


class Source(Protocol):
    """A service that calls `/integrations/callbacks/<slug>[/<secret>]`. Made anew for every call, from the credentials.

    `task` applies what was stored; `methods` are those the service uses, `max_bytes` what its calls may weigh.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    task: ClassVar[str]
    methods: ClassVar[frozenset[str]]
    content_types: ClassVar[frozenset[str]]
    max_bytes: ClassVar[int]
    # Environment variables without which every call is refused.
    required_env: ClassVar[tuple[str, ...]]

    def __init__(self, credentials: Mapping[str, str]) -> None: ...

    def verify(self, raw: RawCallback) -> None:
        """Raises CallbackRejected or CallbackMalformed. Compares in constant time; without a secret refuses all."""

    def answer(self, raw: RawCallback) -> tuple[Ack, bool]:
        """What to reply to a verified call, and whether it is to be kept."""

    def storable(self, raw: RawCallback) -> RawCallback:
        """The call as it may be kept and shown: without its secret."""


SOURCES: dict[str, type[Source]] = {
    source.slug: source for source in (TildaForms, Umnico, ProTalkHooks, FlexbeHooks)
}
