"""Whether PUBLIC_URL, called as a provider would call it, leads to this very installation."""

from __future__ import annotations

import json
import secrets
import time
from datetime import timedelta
from hmac import compare_digest
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from integrations.certificate import Untrusted, certificate_of
from integrations.clock import wall_clock
from integrations.errors import IntegrationError
from integrations.http import Client, Received
from integrations.public_addresses import is_public, resolve
from project.doctor.findings import Finding, failed, fine, warning
from project.health import proof_of

PATIENCE = 5.0  # seconds for the handshake, and for the answer
SOON = timedelta(
    days=14
)  # certbot renews a month ahead: this near something keeps it from doing so
PORTS = {"http": 80, "https": 443}


def public_address() -> list[Finding]:
    """The name, its certificate, who answers there. In a sandbox nothing of it is more than a warning."""
    parts = urlsplit(settings.PUBLIC_URL)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443)
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError):
        hint = f"Add an A record of {host} with this server's address where the domain is managed."
        return [warning("Name", f"{host or 'PUBLIC_URL'} does not resolve yet", hint)]
    found, is_believed = [_name(host, addresses)], True
    if parts.scheme == "https":
        certificate, is_believed = _certificate(host, port)
        found.append(certificate)
    return [*found, _answer(parts)] if is_believed else found


def _broken(title: str, detail: str, hint: str) -> Finding:
    return (warning if settings.SANDBOX else failed)(title, detail, hint)


def _name(host: str, addresses: list[str]) -> Finding:
    detail = f"{host} is {', '.join(addresses)}" if host not in addresses else host
    if settings.SANDBOX or any(is_public(address) for address in addresses):
        return fine("Name", detail)
    hint = (
        "An entry of /etc/hosts? The world follows the DNS record, which this machine does not see."
    )
    return warning("Name", f"{detail}: an inner address", hint)


def _certificate(host: str, port: int) -> tuple[Finding, bool]:
    """What is to be said, and whether anything can be asked behind it."""
    try:
        found = certificate_of(host, port, seconds=PATIENCE)
    except Untrusted as error:
        hint = "Providers will not call. Make one with certbot, its whole chain (fullchain.pem)."
        return _broken("Certificate", f"not believed: {error}", hint), False
    except OSError as error:
        hint = "Does the proxy run, and is the port open in the firewall?"
        return _broken("Certificate", f"nothing speaks TLS at port {port}: {error}", hint), False
    left = found.until - wall_clock()
    detail = f"good for {left.days} days, signed by {found.issuer or 'an unnamed authority'}"
    if left < SOON:
        hint = "Its renewal fails: certbot renew --dry-run says why."
        return warning("Certificate", detail, hint), True
    return fine("Certificate", detail), True


def _answer(parts: SplitResult) -> Finding:
    """A number of ours has to come back changed as only this SECRET_KEY can change it."""
    number = secrets.token_hex(16)
    client = Client(
        service="the public address",
        base_url=f"{parts.scheme}://{parts.netloc}",
        deadline=PATIENCE,
        retries=0,
    )
    started = time.monotonic()
    try:
        answer = client.fetch("health/live", params={"proof": number})
    except IntegrationError as error:
        hint = (
            "Do web and the proxy run? Does a firewall or the router keep this machine from itself?"
        )
        return _broken("Answer", str(error), hint)
    milliseconds = (time.monotonic() - started) * 1000
    if answer.status in range(300, 400):
        hint = "Providers follow no redirect: PUBLIC_URL has to be the last address itself."
        return _broken("Answer", f"redirects ({answer.status})", hint)
    if not compare_digest(_proof(answer), proof_of(number)):
        hint = "Does the name lead to this server, and the proxy to this web with this SECRET_KEY?"
        return _broken("Answer", f"{answer.status}, and not of this installation", hint)
    return fine("Answer", f"this installation, in {milliseconds:.0f} ms")


def _proof(answer: Received) -> str:
    try:
        said = json.loads(answer.content)
    except ValueError:
        return ""
    proof = said.get("proof") if isinstance(said, dict) else ""
    return proof if isinstance(proof, str) and proof.isascii() else ""
