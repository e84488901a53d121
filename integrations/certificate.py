"""The certificate of an address, looked at as a stranger's program would: is it believed, and for how long."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations import transport


@dataclass(frozen=True, slots=True)
class Certificate:
    """One that is believed. `issuer` is who signed it, in its own words; may be empty."""

    until: datetime
    issuer: str


class Untrusted(Exception):
    """The certificate is shown and not believed; the message says why and holds no address."""


def certificate_of(host: str, port: int, *, seconds: float) -> Certificate:
    """Shake hands and leave. Raises Untrusted, or OSError where nothing speaks TLS there."""
    context = ssl.create_default_context(cafile=transport.CA_BUNDLE)
    try:
        with (
            socket.create_connection((host, port), timeout=seconds) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            shown: dict[str, Any] = encrypted.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(error.verify_message) from None
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), tz=UTC)
    return Certificate(until, _organisation(shown.get("issuer", ())))


def _organisation(issuer: Any) -> str:
    """From `((("organizationName", "…"),), …)`; the common name where there is no organisation."""
    names = {name: value for part in issuer for name, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "")
