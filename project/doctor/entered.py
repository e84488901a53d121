"""Whether the addresses that stand in a provider's cabinet are ours, where its API shows them."""

from __future__ import annotations

from urllib.parse import urlsplit

from integrations.errors import IntegrationError
from payments.abilities import EnteredAddress, ShowsAddresses
from payments.provider import PaymentProvider
from project.callback_addresses import callback_addresses
from project.doctor.findings import Finding, failed, fine, warning

PORTS = {"http": 80, "https": 443}


def entered_addresses(provider: PaymentProvider) -> list[Finding]:
    """One finding for each kind of call; silence ends the questions, and is never taken for an answer."""
    if not isinstance(provider, ShowsAddresses):
        return []
    found: list[Finding] = []
    for kind, ours in zip(provider.callback_kinds, callback_addresses(provider), strict=True):
        try:
            entered = provider.entered_address(kind)
        except IntegrationError as error:
            found.append(warning(f"Entered address, {kind}", f"not known: {error}", "Look there."))
            if error.retryable:
                return found
            continue
        needed = kind in provider.needed_kinds
        found.append(_judged(kind, ours, entered, needed=needed))
    return found


def _judged(kind: str, ours: str, entered: EnteredAddress, *, needed: bool) -> Finding:
    wrong = failed if needed else warning
    title = f"Entered address, {kind}"
    if not entered.is_on:
        return wrong(title, "switched off there", f"Switch it on in the cabinet, to {ours}")
    if not _is_same(entered.address, ours):
        return wrong(title, f"is {entered.address or 'empty'}", f"Enter {ours} in the cabinet.")
    if entered.unread:
        return wrong(title, entered.unread, "Choose POST, UTF-8 and the provider's own format.")
    return fine(title, entered.address)


def _is_same(one: str, other: str) -> bool:
    """As a program that calls would see it: a Cyrillic domain is its punycode, 443 need not be said."""
    return _seen(one) == _seen(other)


def _seen(address: str) -> tuple[str, str, int | None, str, str]:
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:  # also what idna raises
        return "", address, None, "", ""
    return parts.scheme, host, port, parts.path, parts.query
