"""DKIM: the public key that letters are signed for (RFC 6376, 3.6.1; RFC 8301, RFC 8463)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass

from integrations.mail.domain.lookup import Names
from integrations.mail.domain.tags import tags_of

SHORTEST_RSA = 140  # bytes of a key of 1024 bits; nobody believes a shorter one (RFC 8301, 3.2)
ED25519 = 32
SEQUENCE = 0x30
LONG_FORM = 0x80


@dataclass(frozen=True, slots=True)
class Dkim:
    """`is_test` asks whoever checks to take no notice of the signature."""

    kind: str
    is_test: bool


class DkimBroken(Exception):
    """No signature can be checked by what stands there. The message says why."""


def place_of(domain: str, selector: str) -> str:
    return f"{selector}._domainkey.{domain}"


def dkim_of(domain: str, selector: str, names: Names) -> Dkim | None:
    """None where there is no record. Raises DkimBroken, NotKnown and NotAName."""
    records = names.txt(place_of(domain, selector))
    if not records:
        return None
    if len(records) > 1:
        raise DkimBroken(f"{len(records)} records")
    tags = tags_of(records[0])
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        raise DkimBroken("no key of DKIM")
    kind = tags.get("k", "rsa").lower()
    if not {"*", "email"} & set(_words(tags.get("s", "*"))):
        raise DkimBroken("the key is not for e-mail (s=)")
    _see_whether_whole(kind, "".join(tags["p"].split()))
    return Dkim(kind, is_test="y" in _words(tags.get("t", "")))


def _words(value: str) -> list[str]:
    return [word.strip().lower() for word in value.split(":")]


def _see_whether_whole(kind: str, key: str) -> None:
    """A panel that cuts a record at 255 characters leaves a key that looks like one."""
    if not key:
        raise DkimBroken("the key is revoked (p= is empty)")
    try:
        bare = b64decode(key, validate=True)
    except binascii.Error:
        raise DkimBroken("the key is cut off or miswritten") from None
    if kind == "ed25519":
        if len(bare) != ED25519:
            raise DkimBroken("the key is cut off or miswritten")
    elif kind != "rsa":
        raise DkimBroken(f"nobody knows keys of the kind {kind}")
    elif len(bare) != _length_told(bare):
        raise DkimBroken("the key is cut off or miswritten")
    elif len(bare) < SHORTEST_RSA:
        raise DkimBroken("the key is shorter than 1024 bits")


def _length_told(key: bytes) -> int:
    """How long a key in DER says that it is; 0 where it is none."""
    if len(key) < 2 or key[0] != SEQUENCE:
        return 0
    if key[1] < LONG_FORM:
        return 2 + key[1]
    size = key[1] - LONG_FORM
    return 2 + size + int.from_bytes(key[2 : 2 + size], "big")
