"""The shape of an inbound call, free of Django and of any provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCallback:
    """An HTTP request exactly as it arrived; signatures cover bytes, so bytes are what we keep."""

    body: bytes
    headers: Mapping[str, str]  # names in lower case
    kind: str = ""  # last part of the URL, where a provider calls one URL per event type
    remote_addr: str = ""
    # What only proves who calls: checked, and never stored or shown.
    query: str = field(default="", repr=False)
    path_secret: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """Same bytes, same digest: how a redelivery is recognised."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The answer a provider's documentation asks for."""

    status: int = 200
    body: str = "OK"
    content_type: str = "text/plain"
