"""E-mail addresses as people type them and as they travel: the domain in its ASCII form."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST = 254  # characters of a whole address, RFC 5321


class NotAnAddress(ValueError):
    """Nobody could be reached there. The message is for logs, not for people."""


def travelling(text: str) -> str:
    """The address as SMTP takes it: the domain lower-case and in punycode, the name before @ as it was.

    Raises NotAnAddress. A name in Cyrillic before @ is refused, no server here offers SMTPUTF8; so is a
    name in quotes, which nobody has and half of all programs cannot write to.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not local.isascii() or '"' in local:
        raise NotAnAddress("no name before the @ that could travel")
    try:
        address = f"{local}@{domain.lower().encode('idna').decode('ascii')}"
        validate_email(address)
    except (UnicodeError, ValidationError):
        raise NotAnAddress("no address") from None
    if len(address) > LONGEST:
        raise NotAnAddress("too long")
    return address


def shown(address: str) -> str:
    """The address for people: a domain in punycode in its own letters again."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address


def sender(text: str) -> tuple[str, str]:
    """EMAIL_FROM, «Name <address>» or the address alone: as it stands in From, and the address itself.

    Raises NotAnAddress.
    """
    name, address = parseaddr(text)
    bare = travelling(address)
    if not name:
        return bare, bare
    return str(Address(display_name=name, addr_spec=bare)), bare
